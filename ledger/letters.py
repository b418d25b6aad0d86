# SPDX-License-Identifier: EUPL-1.2
"""Letters: all that the letter with a code says, put together from the code, the right and the resident.

Here a name meets a code, so every letter is noted as a look at the person. The page itself is made in
formats/letter, outside the transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from ledger import codes, db, letter_logins, municipalities, people
from ledger.access_log import LookAction, OwnPurpose
from ledger.clock import dutch_day
from ledger.codes import CodeNotFound
from ledger.db import Work
from ledger.errors import Refused
from ledger.formats.letter import Letter, Login
from ledger.keys import MunicipalityKeys
from ledger.letterheads import WORDS, Sender, address_of, name_of
from ledger.rules.restrictions import Cap, OnlyItems, OnlyProviders, OnlyServices
from ledger.tables import (
    Approver,
    CareAgreement,
    CareApproval,
    Code,
    Entitlement,
    Municipality,
    Provider,
    Service,
)
from ledger.texts import Language
from ledger.texts.given import Given, lines
from ledger.vault import Identity

PURPOSE: Final = OwnPurpose.LETTER_WITH_CODE
"""What the access log says of each look."""


@dataclass(kw_only=True, eq=False)
class HolderErased(Refused):
    """The identity of the resident was destroyed: there is nobody to write to."""

    code = "holder_erased"
    id: UUID
    """Of the code."""


def compose(
    work: Work,
    keys: MunicipalityKeys,
    code_id: UUID,
    language: Language = Language.NL,
    *,
    sender: Sender | None = None,
) -> Letter:
    """The letter that brings this code; see compose_all, of which this is a batch of one."""
    return compose_all(work, keys, [code_id], language, sender=sender)[0]


def compose_all(
    work: Work,
    keys: MunicipalityKeys,
    code_ids: Sequence[UUID],
    language: Language = Language.NL,
    *,
    sender: Sender | None = None,
) -> list[Letter]:
    """The letters that bring these codes, in the same order; each is noted as a look at its resident.

    Where the pages of this service are known, each also brings its resident a code to log in with.
    The sender is that of the settings, unless another is given.

    A code that was revoked or has expired is printed as well: whether it opens anything is judged
    when it is shown. Of an entitlement that is over nothing is promised any more. Raises CodeNotFound,
    Closed, AfterEnd, HolderErased, and what people.read raises.
    """
    desk = _load(work, keys, code_ids, language, sender or Sender.of(municipalities.get(work)))
    return [desk.letter(code_id) for code_id in code_ids]


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """All that a batch of letters needs."""

    work: Work
    keys: MunicipalityKeys
    language: Language
    sender: Sender
    municipality: Municipality
    codes: Mapping[UUID, Code]
    rights: Mapping[UUID, Entitlement]
    holders: Mapping[UUID, Identity]
    given: Mapping[UUID, Given]
    logins: Mapping[UUID, str]
    """The codes to log in with, by resident."""
    replacing: Set[UUID]
    """The codes that took the place of an earlier one."""

    def letter(self, code_id: UUID) -> Letter:
        """One letter, from what was loaded."""
        row = self.codes[code_id]
        right = self.rights[row.entitlement_id]
        holder = self.holders.get(right.holder_id)
        if holder is None:
            raise HolderErased(id=code_id)
        printed, words = codes.printed(row, right, self.keys), WORDS[self.language]
        last_day = codes.last_day(row, right)
        return Letter(
            language=self.language.value,
            municipality_name=words["municipality"].format(self.municipality.name),
            sender_lines=self.sender.address,
            recipient_name=name_of(holder, words),
            recipient_lines=address_of(holder),
            date=dutch_day(self.work.now),
            reference=right.reference or row.id.hex[-12:].upper(),
            token_text=printed.token,
            manual_code=printed.manual,
            what=lines(self.given[right.id], self.language),
            valid_from=max(right.valid_from, dutch_day(row.issued_at)),
            valid_until=last_day,
            is_followed=right.valid_until is None or last_day < right.valid_until,
            web_address=self.sender.web or words["web"],
            phone=self.sender.phone or words["phone"],
            login=self._login(right.holder_id),
            is_replacement=code_id in self.replacing,
        )

    def _login(self, holder_id: UUID) -> Login | None:
        if holder_id not in self.logins:
            return None
        address = f"{self.sender.pages}/letter?town={self.municipality.municipality_id}"
        return Login(address=address, code=self.logins[holder_id])


def _load(
    work: Work, keys: MunicipalityKeys, code_ids: Sequence[UUID], language: Language, sender: Sender
) -> _Desk:
    """One query per table; the residents' names come last, when all else is there."""
    rows = db.rows(work, Code, code_ids)
    for code_id in code_ids:
        if code_id not in rows:
            raise CodeNotFound(id=code_id)
    rights = db.rows(work, Entitlement, {row.entitlement_id for row in rows.values()})
    for right in rights.values():
        if refusal := codes.over(right, dutch_day(work.now)):
            raise refusal
    holders = {right.holder_id for right in rights.values()}
    return _Desk(
        work=work,
        keys=keys,
        language=language,
        sender=sender,
        municipality=municipalities.get(work),
        codes=rows,
        rights=rights,
        given=given(work, list(rights.values())),
        logins=letter_logins.printed(work, keys, holders) if sender.pages else {},
        replacing=codes.replacing(work, rows.values()),
        holders=people.read(work, keys, holders, PURPOSE, LookAction.LETTER),
    )


def given(work: Work, rights: Sequence[Entitlement]) -> dict[UUID, Given]:
    """What these rights give, with the names that stand for their codes; by id."""
    services = _services(work, rights)
    providers = _providers(work, rights)
    helpers = _helpers(work, {right.id for right in rights})
    return {
        right.id: Given(
            kind=right.kind,
            amount_cents=right.amount_cents,
            quantity=right.quantity,
            quantity_unit=right.quantity_unit,
            restrictions=right.restrictions,
            services={code: name for (law, code), name in services.items() if law == right.law},
            providers=providers,
            helpers=helpers.get(right.id, ()),
        )
        for right in rights
    }


def _services(work: Work, rights: Iterable[Entitlement]) -> dict[tuple[str, str], str]:
    """The names of the services these rights name, by law and product code."""
    wanted = {code for right in rights for rule in right.restrictions for code in _codes_in(rule)}
    statement = select(col(Service.law), col(Service.code), col(Service.name)).where(
        col(Service.municipality_id) == work.municipality_id, col(Service.code).in_(wanted)
    )
    return {(law, code): name for law, code, name in work.session.execute(statement)}


def _codes_in(rule: object) -> frozenset[str]:
    match rule:
        case OnlyServices(services=found):
            return found
        case OnlyItems(items=items):
            return frozenset(item.service for item in items)
        case Cap(services=found) if found is not None:
            return found
    return frozenset()


def _providers(work: Work, rights: Iterable[Entitlement]) -> dict[str, str]:
    """The trade names of the providers these rights name, by AGB code."""
    wanted = {agb for right in rights for rule in right.restrictions for agb in _agbs_in(rule)}
    statement = select(col(Provider.agb), col(Provider.trade_name)).where(
        col(Provider.municipality_id) == work.municipality_id, col(Provider.agb).in_(wanted)
    )
    return {agb: name for agb, name in work.session.execute(statement) if agb}


def _agbs_in(rule: object) -> frozenset[str]:
    match rule:
        case OnlyProviders(providers=found):
            return found
        case OnlyItems(items=items):
            return frozenset(agb for item in items for agb in item.providers or ())
    return frozenset()


def _helpers(work: Work, entitlement_ids: set[UUID]) -> dict[UUID, tuple[str, ...]]:
    """With whom these drawing rights have an agreement that both approved and that is not over."""
    approvals, today = func.count(col(CareApproval.approver)), dutch_day(work.now)
    statement = (
        select(col(CareAgreement.entitlement_id), col(Provider.trade_name))
        .join(
            CareApproval,
            and_(
                col(CareApproval.municipality_id) == col(CareAgreement.municipality_id),
                col(CareApproval.agreement_id) == col(CareAgreement.id),
            ),
        )
        .join(
            Provider,
            and_(
                col(Provider.municipality_id) == col(CareAgreement.municipality_id),
                col(Provider.id) == col(CareAgreement.provider_id),
            ),
        )
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id,
            col(CareAgreement.entitlement_id).in_(entitlement_ids),
            or_(col(CareAgreement.valid_until).is_(None), col(CareAgreement.valid_until) >= today),
        )
        .group_by(col(CareAgreement.id), col(CareAgreement.entitlement_id), col(Provider.trade_name))
        .having(approvals == len(Approver))
    )
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for owner, name in work.session.execute(statement):
        found[owner].add(name)
    return {owner: tuple(sorted(names)) for owner, names in found.items()}
