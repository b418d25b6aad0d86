# SPDX-License-Identifier: EUPL-1.2
"""Letters that tell a decision: that a request was refused, or that an entitlement ends.

Each is noted as a look at the resident. The page itself is made in formats/decision_letter.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import db, letters, municipalities, people, refusals
from ledger.access_log import LookAction, OwnPurpose
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.entitlements import EntitlementNotFound
from ledger.errors import Refused
from ledger.formats.decision_letter import DecisionKind, DecisionLetter
from ledger.keys import MunicipalityKeys
from ledger.letterheads import WORDS, Sender, address_of, name_of
from ledger.letters import HolderErased
from ledger.tables import ChangeKind, Entitlement, EntitlementChange
from ledger.texts import Language
from ledger.texts.given import lines

PURPOSE: Final = OwnPurpose.LETTER_WITH_DECISION
"""What the access log says of each look."""


@dataclass(kw_only=True, eq=False)
class NotEnded(Refused):
    """Nobody ended this entitlement: there is no end to write about."""

    code = "not_ended"
    id: UUID


def of_refusal(
    work: Work,
    keys: MunicipalityKeys,
    refusal_id: UUID,
    language: Language = Language.NL,
    *,
    sender: Sender | None = None,
) -> DecisionLetter:
    """The letter that tells a refusal. Raises RefusalNotFound, HolderErased, and what people.read raises."""
    row = refusals.get(work, refusal_id)
    written = _Written(work=work, keys=keys, language=language, sender=sender)
    return written.letter(
        DecisionKind.REFUSAL,
        row.id,
        row.holder_id,
        reference=row.reference,
        what=tuple(line for line in row.asked.splitlines() if line),
        day=row.decided_on,
        reason=row.reason,
    )


def of_end(
    work: Work,
    keys: MunicipalityKeys,
    entitlement_id: UUID,
    language: Language = Language.NL,
    *,
    sender: Sender | None = None,
) -> DecisionLetter:
    """The letter that tells that an entitlement ends, as it was ended last.

    Raises EntitlementNotFound, NotEnded, HolderErased, and what people.read raises.
    """
    right = db.rows(work, Entitlement, {entitlement_id}).get(entitlement_id)
    if right is None:
        raise EntitlementNotFound(id=entitlement_id)
    end = _end(work, right)
    if end is None or right.valid_until is None:
        raise NotEnded(id=entitlement_id)
    (given,) = letters.given(work, [right]).values()
    written = _Written(work=work, keys=keys, language=language, sender=sender)
    return written.letter(
        DecisionKind.END,
        right.id,
        right.holder_id,
        reference=right.reference,
        what=tuple(lines(given, language)),
        day=right.valid_until,
        reason=end.reason,
    )


def is_ended(work: Work, right: Entitlement) -> bool:
    """Whether somebody ended it, and nobody extended it after that."""
    return _end(work, right) is not None


def _end(work: Work, right: Entitlement) -> EntitlementChange | None:
    """Why it ended last; None where it was never ended, or now lasts longer than that end said."""
    statement = (
        select(EntitlementChange)
        .where(
            col(EntitlementChange.municipality_id) == work.municipality_id,
            col(EntitlementChange.entitlement_id) == right.id,
            col(EntitlementChange.kind) == ChangeKind.ENDED,
        )
        .order_by(col(EntitlementChange.version).desc())
        .limit(1)
    )
    end = work.session.scalars(statement).first()
    if end is None or right.valid_until is None:
        return None
    return end if right.valid_until <= date.fromisoformat(end.content["valid_until"]) else None


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Whom it is from, and to."""

    work: Work
    keys: MunicipalityKeys
    language: Language
    sender: Sender | None

    def letter(
        self,
        kind: DecisionKind,
        id_: UUID,
        holder_id: UUID,
        *,
        reference: str | None,
        what: tuple[str, ...],
        day: date,
        reason: str,
    ) -> DecisionLetter:
        """Noted as a look. Raises HolderErased."""
        town = municipalities.get(self.work)
        sender, words = self.sender or Sender.of(town), WORDS[self.language]
        found = people.read(self.work, self.keys, {holder_id}, PURPOSE, LookAction.LETTER).get(holder_id)
        if found is None:
            raise HolderErased(id=id_)
        return DecisionLetter(
            kind=kind,
            language=self.language.value,
            municipality_name=words["municipality"].format(town.name),
            sender_lines=sender.address,
            recipient_name=name_of(found, words),
            recipient_lines=address_of(found),
            date=dutch_day(self.work.now),
            reference=reference or id_.hex[-12:].upper(),
            what=what,
            day=day,
            reason=reason,
            web_address=sender.web or words["web"],
            phone=sender.phone or words["phone"],
        )
