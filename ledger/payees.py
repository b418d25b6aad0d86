# SPDX-License-Identifier: EUPL-1.2
"""Payees: on which account a provider is paid. Nobody changes that alone, nor at once.

A change is entered by one and decided on by another. Both times the contacts of the provider are told, but
the one who asked; what is approved waits some days after they were told, and is in force from its day on,
when a run is next released. Where a bank says that account and name
do not belong together, or sends a payment back for the account itself, nothing is paid to it until two people
said otherwise or the account was changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from ledger import actors, announcements, bulk, db, notices, runs
from ledger.clock import day_after, day_start, dutch_day
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Refused
from ledger.ids import uuid7
from ledger.inputs import Iban, Id7, Input, ShortText, Text
from ledger.tables import (
    AccountChange,
    AccountDecision,
    Actor,
    Municipality,
    NoticeAbout,
    PayeeCheck,
    PayeeOutcome,
    PayeeOverride,
    Provider,
)
from ledger.tables.base import linked

BLOCKING: Final = (PayeeOutcome.NO_MATCH, PayeeOutcome.NOT_PAYABLE)
"""Outcomes after which nothing is paid until two people said otherwise."""

LOOKED_BACK: Final = timedelta(days=3660)
"""How long after its day a change can still come into force: a run was released in the meantime."""

OVERRIDES: Final = 2
"""How many people it takes."""

UNPAYABLE: Final = frozenset({"AC01", "AC04", "AC06", "MD07"})
"""Reasons that are about the account itself: wrong, closed, blocked, holder deceased.
Source: ISO 20022 external code set ExternalStatusReason1Code."""


@dataclass(kw_only=True, eq=False)
class AccountChangeExists(Conflict):
    """This id was used for another change of account."""

    code = "account_change_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AccountChangeNotFound(NotFound):
    """There is no such change of account here."""

    code = "account_change_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class PayeeUnknown(NotFound):
    """There is no such provider here."""

    code = "payee_unknown"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AccountDecided(Conflict):
    """It was decided on before, otherwise."""

    code = "account_change_decided"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AccountDeciderEntered(Refused):
    """Who enters a change of account does not decide on it."""

    code = "account_decider_entered"
    id: UUID


@dataclass(kw_only=True, eq=False)
class PayeeCheckNotFound(NotFound):
    """There is no such check of a payee here."""

    code = "payee_check_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class PayeeCheckExists(Conflict):
    """This id was used for a check that says something else."""

    code = "payee_check_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class PayeeStaysBlocked(Refused):
    """A bank said no, and one person alone enters otherwise: that takes two, or a message of the bank."""

    code = "payee_stays_blocked"
    id: UUID
    """Of the check that says no."""


class ChangeInput(Input):
    """Pay a provider on another account, or under another name of its holder."""

    id: Id7
    provider_id: UUID
    account_holder_name: ShortText
    iban: Iban
    asked_by: Text
    """Who at the provider asked for it, and how that was checked."""
    asked_by_contact_id: UUID | None = None
    """Which contact of the provider asked, where one did: the others are told."""


class DecisionInput(Input):
    """What is decided on a change of account."""

    approved: bool
    reason: Text
    told_otherwise: Text | None = None
    """How the provider was told by letter or telephone: then nothing waits for notices to its contacts."""


class CheckInput(Input):
    """What a bank said of the account and name of a provider, as somebody enters it."""

    id: Id7
    provider_id: UUID
    account_holder_name: ShortText
    iban: Iban
    outcome: PayeeOutcome
    name_at_bank: ShortText | None = None
    source: Text


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of account with what was decided on it; None: nothing yet."""

    change: AccountChange
    decision: AccountDecision | None


def change(work: Work, asked: ChangeInput) -> Change:
    """Enter a change of account, and tell the provider; the same id with the same content gives the same.

    Raises PayeeUnknown, ContactNotFound, AccountChangeExists.
    """
    known = work.session.get(AccountChange, (work.municipality_id, asked.id))
    if known is not None:
        if any(getattr(known, name) != value for name, value in asked.model_dump().items()):
            raise AccountChangeExists(id=asked.id)
        return get(work, asked.id)
    if asked.provider_id not in db.rows(work, Provider, [asked.provider_id]):
        raise PayeeUnknown(id=asked.provider_id)
    announcements.require_asker(work, asked.provider_id, asked.asked_by_contact_id)
    # After this point only writes.
    row = AccountChange(
        municipality_id=work.municipality_id,
        actor_id=work.actor_id,
        recorded_at=work.now,
        **asked.model_dump(),
    )
    work.session.add(row)
    work.session.flush()
    announcements.account_entered(work, row)
    return get(work, asked.id)


def decide(work: Work, change_id: UUID, asked: DecisionInput) -> Change:
    """Approve or refuse a change that somebody else entered; the same again changes nothing.

    What is approved is told to the provider, and is in force after the days the municipality lets it wait.
    Raises AccountChangeNotFound, AccountDecided, AccountDeciderEntered, and NobodyToTell where it is
    approved, no other contact can be told, and nobody says how the provider was told otherwise.
    """
    municipality = runs.locked(work)
    found = get(work, change_id)
    if found.decision is not None:
        if found.decision.approved != asked.approved:
            raise AccountDecided(id=change_id)
        return found
    if work.actor_id in actors.faces(work, [found.change.actor_id]):
        raise AccountDeciderEntered(id=change_id)
    if asked.approved and asked.told_otherwise is None:
        announcements.require_another(work, found.change)
    effective_on = dutch_day(work.now) + timedelta(days=municipality.account_wait_days)
    # After this point only writes.
    work.session.add(
        AccountDecision(
            municipality_id=work.municipality_id,
            change_id=change_id,
            approved=asked.approved,
            effective_on=effective_on if asked.approved else None,
            reason=asked.reason,
            told_otherwise=asked.told_otherwise,
            actor_id=work.actor_id,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    if asked.approved:
        announcements.account_approved(work, found.change, effective_on)
    return get(work, change_id)


def get(work: Work, change_id: UUID) -> Change:
    """A change of account. Raises AccountChangeNotFound."""
    found = _changes(work, [change_id])
    if not found:
        raise AccountChangeNotFound(id=change_id)
    return found[0]


def listed(work: Work, provider_id: UUID) -> list[Change]:
    """All changes of account of one provider, the oldest first."""
    ids = select(col(AccountChange.id)).where(
        col(AccountChange.municipality_id) == work.municipality_id,
        col(AccountChange.provider_id) == provider_id,
    )
    return _changes(work, work.session.scalars(ids).all())


def come_into_force(work: Work) -> None:
    """Give providers the accounts whose day has come and of which they were told in time; who works on runs
    has locked the municipality.
    """
    statement = (
        select(AccountChange)
        .select_from(AccountDecision)
        .join(
            AccountChange,
            linked(AccountDecision, AccountChange, col(AccountDecision.change_id) == col(AccountChange.id)),
        )
        .where(
            col(AccountDecision.municipality_id) == work.municipality_id,
            col(AccountDecision.effective_on) <= dutch_day(work.now),
            col(AccountDecision.effective_on) >= dutch_day(work.now) - LOOKED_BACK,
            _told_in_time(work),
        )
        .order_by(col(AccountDecision.effective_on), col(AccountChange.id))
    )
    last = {each.provider_id: each for each in work.session.scalars(statement)}
    rows = db.rows(work, Provider, last.keys(), lock=True)
    # After this point only writes.
    for provider_id, row in rows.items():
        due = last[provider_id]
        if (row.iban, row.account_holder_name) != (due.iban, due.account_holder_name):
            row.iban, row.account_holder_name = due.iban, due.account_holder_name
            row.version, row.recorded_at = row.version + 1, work.now
    work.session.flush()


def _told_in_time(work: Work) -> ColumnElement[bool]:
    """Every notice of the approval was sent, and the days the municipality waits have passed since; or
    somebody told the provider otherwise.
    """
    municipality = work.session.get(Municipality, work.municipality_id)
    assert municipality is not None, "whoever works on runs has locked it"
    last_day = dutch_day(work.now) - timedelta(days=municipality.account_wait_days)
    sent = notices.all_sent(
        work.municipality_id,
        col(AccountDecision.change_id),
        NoticeAbout.ACCOUNT_APPROVED,
        before=day_start(day_after(last_day)),
    )
    return or_(col(AccountDecision.told_otherwise).is_not(None), sent)


def check(work: Work, asked: CheckInput) -> PayeeCheck:
    """Note what a bank said, as somebody enters it; the same id with the same content changes nothing.

    Raises PayeeUnknown, PayeeCheckExists, PayeeStaysBlocked.
    """
    runs.locked(work)
    known = work.session.get(PayeeCheck, (work.municipality_id, asked.id))
    if known is not None:
        if any(getattr(known, name) != value for name, value in asked.model_dump().items()):
            raise PayeeCheckExists(id=asked.id)
        return known
    if asked.provider_id not in db.rows(work, Provider, [asked.provider_id]):
        raise PayeeUnknown(id=asked.provider_id)
    if asked.outcome not in BLOCKING and (refused := _refused(work, asked)):
        raise PayeeStaysBlocked(id=refused.id)
    # After this point only writes.
    row = PayeeCheck(
        municipality_id=work.municipality_id,
        actor_id=work.actor_id,
        recorded_at=work.now,
        **asked.model_dump(),
    )
    work.session.add(row)
    work.session.flush()
    return row


def _refused(work: Work, asked: CheckInput) -> PayeeCheck | None:
    """What a bank said last of this account and name, where it was no and two people did not let it pass."""
    account = (asked.iban, asked.account_holder_name)
    same = [row for row in checks(work, asked.provider_id) if (row.iban, row.account_holder_name) == account]
    if not same or same[-1].outcome not in BLOCKING:
        return None
    return None if _let_pass(work, [same[-1].id]) else same[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a message of the bank says of one payee."""

    provider_id: UUID
    account_holder_name: str
    iban: str
    outcome: PayeeOutcome
    name_at_bank: str | None
    source: str


def note(work: Work, heard: Iterable[Heard]) -> None:
    """Write what messages of the bank say of payees."""
    rows: list[Mapping[str, Any]] = [
        {
            "municipality_id": work.municipality_id,
            "id": uuid7(),
            "provider_id": each.provider_id,
            "account_holder_name": each.account_holder_name,
            "iban": each.iban,
            "outcome": each.outcome,
            "name_at_bank": each.name_at_bank,
            "source": each.source,
            "actor_id": work.actor_id,
            "recorded_at": work.now,
        }
        for each in heard
    ]
    bulk.insert(work, PayeeCheck, rows)


def override(work: Work, check_id: UUID, reason: str) -> list[PayeeOverride]:
    """Say that a provider may be paid in spite of a check; all who said so. Again changes nothing.

    Raises PayeeCheckNotFound.
    """
    if work.session.get(PayeeCheck, (work.municipality_id, check_id)) is None:
        raise PayeeCheckNotFound(id=check_id)
    runs.locked(work)
    known = work.session.get(PayeeOverride, (work.municipality_id, check_id, work.actor_id))
    # After this point only writes.
    if known is None:
        work.session.add(
            PayeeOverride(
                municipality_id=work.municipality_id,
                check_id=check_id,
                actor_id=work.actor_id,
                reason=reason,
                recorded_at=work.now,
            )
        )
        work.session.flush()
    return _overrides(work, [check_id]).get(check_id, [])


def blocked(work: Work, provider_ids: Select[UUID] | Collection[UUID]) -> dict[UUID, PayeeCheck]:
    """Which of these providers (or of those a query answers) are not paid now, and by which check.

    The newest check of their present account and name counts; a check of another account does not.
    """
    rows = work.session.execute(
        select(PayeeCheck)
        .join(
            Provider,
            linked(
                Provider,
                PayeeCheck,
                col(Provider.id) == col(PayeeCheck.provider_id),
                col(Provider.iban) == col(PayeeCheck.iban),
                col(Provider.account_holder_name) == col(PayeeCheck.account_holder_name),
            ),
        )
        .where(
            col(PayeeCheck.municipality_id) == work.municipality_id,
            col(PayeeCheck.provider_id).in_(provider_ids),
        )
        .order_by(col(PayeeCheck.recorded_at), col(PayeeCheck.id))
    )
    newest = {row.provider_id: row for (row,) in rows}
    standing = {id_: row for id_, row in newest.items() if row.outcome in BLOCKING}
    let_pass = _let_pass(work, [row.id for row in standing.values()])
    return {id_: row for id_, row in standing.items() if row.id not in let_pass}


def checks(work: Work, provider_id: UUID) -> list[PayeeCheck]:
    """All that banks said of one provider, the oldest first."""
    statement = (
        select(PayeeCheck)
        .where(
            col(PayeeCheck.municipality_id) == work.municipality_id,
            col(PayeeCheck.provider_id) == provider_id,
        )
        .order_by(col(PayeeCheck.recorded_at), col(PayeeCheck.id))
    )
    return list(work.session.scalars(statement))


def _changes(work: Work, ids: Collection[UUID]) -> list[Change]:
    statement = (
        select(AccountChange, AccountDecision)
        .outerjoin(
            AccountDecision,
            linked(AccountDecision, AccountChange, col(AccountDecision.change_id) == col(AccountChange.id)),
        )
        .where(col(AccountChange.municipality_id) == work.municipality_id, col(AccountChange.id).in_(ids))
        .order_by(col(AccountChange.id))
    )
    return [Change(change=one, decision=other) for one, other in work.session.execute(statement)]


def _overrides(work: Work, check_ids: Collection[UUID]) -> dict[UUID, list[PayeeOverride]]:
    statement = (
        select(PayeeOverride)
        .where(
            col(PayeeOverride.municipality_id) == work.municipality_id,
            col(PayeeOverride.check_id).in_(check_ids),
        )
        .order_by(col(PayeeOverride.recorded_at), col(PayeeOverride.actor_id))
    )
    found: dict[UUID, list[PayeeOverride]] = {}
    for each in work.session.scalars(statement):
        found.setdefault(each.check_id, []).append(each)
    return found


def _let_pass(work: Work, check_ids: Collection[UUID]) -> set[UUID]:
    """Which of these checks enough people let pass: accounts of one person are one."""
    said = _overrides(work, check_ids)
    statement = select(col(Actor.id), col(Actor.identity)).where(
        col(Actor.municipality_id) == work.municipality_id,
        col(Actor.id).in_({each.actor_id for overrides in said.values() for each in overrides}),
        col(Actor.identity).is_not(None),
    )
    person = dict(work.session.execute(statement).all())
    people = {
        check_id: {str(person.get(each.actor_id, each.actor_id)) for each in overrides}
        for check_id, overrides in said.items()
    }
    return {check_id for check_id, each in people.items() if len(each) >= OVERRIDES}
