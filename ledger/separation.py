# SPDX-License-Identifier: EUPL-1.2
"""Separation of duties: who had a hand in what a run pays does not release it.

Roles are told apart in ledger/roles; this looks at what people did, whatever their roles are now. Accounts of
one person count as one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import actors, operators, runs, term_figures
from ledger.db import Work
from ledger.errors import LedgerError, Refused
from ledger.rules.funding import EntryKind
from ledger.rules.states import OPEN
from ledger.runs import Run
from ledger.tables import (
    Account,
    AccountChange,
    AccountDecision,
    ApprovalDecision,
    CareAgreement,
    CareApproval,
    ContractVersion,
    EntitlementChange,
    Entry,
    FollowUp,
    FollowUpKind,
    OpenItem,
    PayeeCheck,
    PayeeOverride,
    Provider,
    Redemption,
    RedemptionLine,
    ResidentWord,
    SettlementLine,
)
from ledger.tables.base import linked


@dataclass(kw_only=True, eq=False)
class ReleaserDrafted(Refused):
    """Who drafts or submits a run does not release it."""

    code = "releaser_drafted"


@dataclass(kw_only=True, eq=False)
class ReleaserGranted(Refused):
    """Who decides on an entitlement, or approves what another asked, does not release what it pays."""

    code = "releaser_granted"
    entitlements: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserRedeemed(Refused):
    """Who redeems or claims does not release what it brings."""

    code = "releaser_redeemed"
    redemptions: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserApprovedCare(Refused):
    """Who approves a care agreement does not release what it pays."""

    code = "releaser_approved_care"
    agreements: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserEnteredCare(Refused):
    """Who enters a care agreement does not release what it pays."""

    code = "releaser_entered_care"
    agreements: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserEnteredFigures(Refused):
    """Who enters evidence or figures of contract terms does not release the amounts that rest on them."""

    code = "releaser_entered_figures"
    amounts: int
    """How many of the computed amounts paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserSpoke(Refused):
    """Who wrote down what a resident says of a use does not release what it brings."""

    code = "releaser_spoke"
    redemptions: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserChangedAccount(Refused):
    """Who enters or approves on which account a provider is paid does not release what is paid there."""

    code = "releaser_changed_account"
    providers: int
    """How many of those paid in this run."""


@dataclass(kw_only=True, eq=False)
class ReleaserContracted(Refused):
    """Who drafts or publishes a contract does not release what is owed under it."""

    code = "releaser_contracted"
    contracts: int
    """How many of those paid under in this run."""


@dataclass(kw_only=True, eq=False)
class OperatorUnidentified(Refused):
    """Who works on the host had a hand in it, and did not say who they are: it may be the releaser."""

    code = "operator_unidentified"
    operators: tuple[str, ...]
    """The names on the host of all who did not say it; one of them at least had a hand in it."""


def reasons(work: Work, run_id: UUID) -> Iterator[LedgerError]:
    """Why this actor may not release the run; empty where they may."""
    mine = actors.faces(work, [work.actor_id])
    yield from _hands(work, run_id, mine)
    unknown = {id_: name for id_, name in operators.unidentified(work).items() if id_ not in mine}
    if unknown and any(_hands(work, run_id, frozenset(unknown))):
        yield OperatorUnidentified(operators=tuple(sorted(unknown.values())))


def own_run(work: Work, run: Run) -> ReleaserDrafted | None:
    """That this actor drafted or submitted it, by whichever account; None where they did not."""
    return _drafted(run, actors.faces(work, [work.actor_id]))


def _hands(work: Work, run_id: UUID, mine: frozenset[UUID]) -> Iterator[LedgerError]:
    """What these accounts, which are of one person, did for what a run pays."""
    if (drafted := _drafted(runs.get(work, run_id), mine)) is not None:
        yield drafted
    if many := _count(work, run_id, EntitlementChange, mine):
        yield ReleaserGranted(entitlements=many)
    if many := _count(work, run_id, Redemption, mine):
        yield ReleaserRedeemed(redemptions=many)
    if many := _count(work, run_id, CareApproval, mine):
        yield ReleaserApprovedCare(agreements=many)
    if many := _count(work, run_id, CareAgreement, mine):
        yield ReleaserEnteredCare(agreements=many)
    if many := term_figures.resting_on(work, _amounts(work, run_id), mine):
        yield ReleaserEnteredFigures(amounts=many)
    if many := _count(work, run_id, ResidentWord, mine):
        yield ReleaserSpoke(redemptions=many)
    if many := _accounts(work, run_id, mine):
        yield ReleaserChangedAccount(providers=many)
    if many := _contracts(work, run_id, mine):
        yield ReleaserContracted(contracts=many)


def _drafted(run: Run, mine: frozenset[UUID]) -> ReleaserDrafted | None:
    is_theirs = any(step.actor_id in mine for step in run.steps if step.state in OPEN)
    return ReleaserDrafted() if is_theirs else None


def _contracts(work: Work, run_id: UUID, mine: frozenset[UUID]) -> int:
    """How many contracts that bring lines of a run have a version that one of these drafted or published."""
    in_run = (
        select(col(Account.owner_id))
        .join(OpenItem, linked(OpenItem, Account, col(OpenItem.account_id) == col(Account.id)))
        .where(col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id)
    )
    statement = select(func.count(func.distinct(col(ContractVersion.contract_id)))).where(
        col(ContractVersion.municipality_id) == work.municipality_id,
        col(ContractVersion.contract_id).in_(in_run),
        col(ContractVersion.published_at).is_not(None),
        or_(col(ContractVersion.drafted_by).in_(mine), col(ContractVersion.published_by).in_(mine)),
    )
    return work.session.scalar(statement) or 0


def _accounts(work: Work, run_id: UUID, mine: frozenset[UUID]) -> int:
    """How many providers are paid on an account that one of these entered, approved or let pass.

    Who entered the provider at first counts for good: their account began with it.
    """
    changed = (
        select(col(AccountChange.provider_id))
        .outerjoin(
            AccountDecision,
            linked(AccountDecision, AccountChange, col(AccountDecision.change_id) == col(AccountChange.id)),
        )
        .where(
            col(AccountChange.municipality_id) == work.municipality_id,
            col(AccountChange.provider_id) == col(Provider.id),
            col(AccountChange.iban) == col(Provider.iban),
            or_(col(AccountChange.actor_id).in_(mine), col(AccountDecision.actor_id).in_(mine)),
        )
    )
    let_pass = (
        select(col(PayeeCheck.provider_id))
        .join(
            PayeeOverride,
            linked(PayeeOverride, PayeeCheck, col(PayeeOverride.check_id) == col(PayeeCheck.id)),
        )
        .where(
            col(PayeeCheck.municipality_id) == work.municipality_id,
            col(PayeeCheck.provider_id) == col(Provider.id),
            col(PayeeCheck.iban) == col(Provider.iban),
            col(PayeeOverride.actor_id).in_(mine),
        )
    )
    in_run = select(col(OpenItem.provider_id)).where(
        col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id
    )
    statement = select(func.count()).where(
        col(Provider.municipality_id) == work.municipality_id,
        col(Provider.id).in_(in_run),
        or_(changed.exists(), let_pass.exists(), col(Provider.entered_by).in_(mine)),
    )
    return work.session.scalar(statement) or 0


_Paid: Final = aliased(Redemption)


def _count(work: Work, run_id: UUID, table: Any, mine: frozenset[UUID]) -> int:
    """How many things behind the lines of a run have a row of this table by one of these accounts."""
    counted, condition = {
        EntitlementChange: (
            col(EntitlementChange.entitlement_id),
            col(EntitlementChange.entitlement_id) == col(_Paid.entitlement_id),
        ),
        Redemption: (col(Redemption.id), col(Redemption.id) == col(_Paid.id)),
        CareApproval: (
            col(CareApproval.agreement_id),
            col(CareApproval.agreement_id) == col(RedemptionLine.agreement_id),
        ),
        CareAgreement: (
            col(CareAgreement.id),
            col(CareAgreement.id) == col(RedemptionLine.agreement_id),
        ),
        ResidentWord: (
            col(ResidentWord.redemption_id),
            and_(
                col(ResidentWord.redemption_id) == col(_Paid.id),
                col(ResidentWord.line) == col(RedemptionLine.line),
            ),
        ),
    }[table]
    hand: ColumnElement[bool] = col(table.actor_id).in_(mine)
    if table is Redemption:  # who captures says how much of a reservation is owed
        hand = or_(hand, and_(col(FollowUp.kind) == FollowUpKind.CAPTURE, col(FollowUp.actor_id).in_(mine)))
    if table is EntitlementChange:  # who approves what another asked decides on it too
        hand = or_(hand, _approved_by(mine))
    redemption_id = func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id))
    paid = _paid(work, run_id).subquery()
    statement = (
        select(func.count(func.distinct(counted)))
        .select_from(paid)
        .join(
            Entry,
            and_(col(Entry.municipality_id) == work.municipality_id, col(Entry.id) == paid.c.entry_id),
        )
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(_Paid, linked(_Paid, Entry, col(_Paid.id) == redemption_id))
        .join(
            RedemptionLine,
            linked(
                RedemptionLine,
                Entry,
                col(RedemptionLine.redemption_id) == col(_Paid.id),
                col(RedemptionLine.line) == col(Entry.line),
            ),
        )
        .join(table, linked(table, Entry, condition))
        .where(hand)
    )
    return work.session.scalar(statement) or 0


def _approved_by(mine: frozenset[UUID]) -> ColumnElement[bool]:
    """Whether one of these accounts approved a change of an entitlement."""
    return exists().where(
        linked(
            ApprovalDecision,
            EntitlementChange,
            col(ApprovalDecision.approval_id) == col(EntitlementChange.id),
        ),
        col(ApprovalDecision.actor_id).in_(mine),
    )


def _amounts(work: Work, run_id: UUID) -> set[UUID]:
    """The amounts of contract terms that a run pays."""
    paid = _paid(work, run_id).subquery()
    statement = (
        select(col(Entry.cause_id))
        .join(paid, paid.c.entry_id == col(Entry.id))
        .where(col(Entry.municipality_id) == work.municipality_id, col(Entry.kind) == EntryKind.TERM)
    )
    return set(work.session.scalars(statement))


def _paid(work: Work, run_id: UUID) -> CompoundSelect[UUID]:
    """entry_id of what a run pays: its own lines, and those behind what is owed again."""
    own: Select[UUID] = select(col(OpenItem.entry_id).label("entry_id")).where(
        col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id
    )
    before = select(col(SettlementLine.entry_id)).where(
        col(SettlementLine.municipality_id) == work.municipality_id,
        col(SettlementLine.settlement_id).in_(_owed_again(work, own)),
    )
    return union_all(own, before)


def _owed_again(work: Work, own: Select[UUID]) -> set[UUID]:
    """The settlements whose payment was refused or came back and is in this run, however often that was."""
    found: set[UUID] = set()
    fresh = _settled_before(work, own)
    while fresh:
        found |= fresh
        lines = select(col(SettlementLine.entry_id)).where(
            col(SettlementLine.municipality_id) == work.municipality_id,
            col(SettlementLine.settlement_id).in_(fresh),
        )
        fresh = _settled_before(work, lines) - found
    return found


def _settled_before(work: Work, entry_ids: Select[UUID]) -> set[UUID]:
    first = aliased(Entry)
    statement = (
        select(col(first.cause_id))
        .join(Entry, linked(first, Entry, col(first.id) == col(Entry.reverses_id)))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.id).in_(entry_ids),
            col(Entry.kind).in_([EntryKind.REOPEN, EntryKind.RETURN]),
        )
    )
    return set(work.session.scalars(statement))
