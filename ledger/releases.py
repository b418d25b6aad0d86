# SPDX-License-Identifier: EUPL-1.2
"""Releases: a reviewed run is booked whole, one settlement and at most one payment per provider.

It is one transaction: killed at any point it is wholly released or not at all. Providers are settled in
pieces, so that memory does not grow with their number. What is settled with one of them is judged in netting;
who may release is judged in separation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, insert, literal, or_, select
from sqlmodel import col

from ledger import (
    bulk,
    entries,
    gates,
    open_items,
    payees,
    payment_files,
    reviews,
    runs,
    separation,
    unsettled,
)
from ledger.columns import Choice
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import LedgerError, Refused
from ledger.ids import NOBODY, uuid7s
from ledger.netting import Netted, Payable, net
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import RunCommand, RunState
from ledger.runs import Run
from ledger.tables import (
    Account,
    LeftOut,
    LeftOutReason,
    Municipality,
    OpenItem,
    Payment,
    PaymentFile,
    Provider,
    RunRelease,
    Settlement,
)
from ledger.units import Unit

PROVIDERS_AT_ONCE: Final = 1000
"""How many providers are in memory at once."""


@dataclass(kw_only=True, eq=False)
class ReleaseRefused(Refused):
    """Every reason why the run may not be released, or not by this person."""

    code = "release_refused"
    reasons: Sequence[LedgerError]


@dataclass(kw_only=True, eq=False)
class DebtorMissing(Refused):
    """Finance has not set the name and IBAN of the account that pays."""

    code = "debtor_missing"


@dataclass(kw_only=True, eq=False)
class SampleUnseen(Refused):
    """Lines of the sample were not looked at."""

    code = "sample_unseen"
    left: int
    most: int
    """How many the sample has."""


Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many providers are settled, of at most how many."""


def release(work: Work, run_id: UUID, tell: Tell | None = None) -> Run:
    """Book a run that was reviewed, and fix the files for the bank; from here on nothing of it changes.

    What was taken back since the draft is taken into account. Lines that are held, lines that their resident
    disputes or must still confirm, and lines of providers whose net is not above zero, are left out and stay
    open. Raises RunNotFound, RunNotReady, ReleaseRefused with every reason.
    """
    municipality = runs.locked(work)
    _, state = runs.required(work, run_id, RunCommand.RELEASE)
    payees.come_into_force(work)  # first, for separation asks who changed the accounts that are paid on
    if reasons := [*_reasons(work, municipality, run_id), *separation.reasons(work, run_id)]:
        raise ReleaseRefused(reasons=reasons)
    _lock(work, run_id)
    open_items.gather(work)
    open_items.follow(work, run_id)
    open_items.prove(work, run_id)
    # After this point only writes.
    _leave_out(work, run_id, LeftOutReason.HELD, reviews.is_held())
    _leave_out(work, run_id, LeftOutReason.DISPUTED, gates.is_disputed(work, run_id))
    _leave_out(work, run_id, LeftOutReason.UNCONFIRMED, gates.is_unconfirmed(work, run_id))
    blocked = payees.blocked(work, _providers(work, run_id))
    _leave_out(work, run_id, LeftOutReason.PAYEE_BLOCKED, col(OpenItem.provider_id).in_(blocked))
    desk = _Desk(work=work, run_id=run_id, per_file=municipality.payments_per_file)
    most = work.session.scalar(
        select(func.count()).select_from(_providers(work, run_id).distinct().subquery())
    )
    for number, piece in enumerate(_pieces(work, run_id), 1):
        desk.settle(piece)
        if tell is not None:
            tell(min(number * PROVIDERS_AT_ONCE, most or 0), most or 0)
    unsettled.note(work, run_id)
    open_items.let_go(work, run_id)
    _fix(work, municipality, desk)
    runs.advance(work, run_id, state)
    if desk.count == 0:
        runs.advance(work, run_id, RunState.BOOKED)
    return runs.get(work, run_id)


def _providers(work: Work, run_id: UUID) -> Select[UUID]:
    mine = (col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id)
    return select(col(OpenItem.provider_id)).where(*mine)


def _reasons(work: Work, municipality: Municipality, run_id: UUID) -> Iterator[LedgerError]:
    if not (municipality.debtor_name and municipality.debtor_iban):
        yield DebtorMissing()
    drawn = reviews.sample(work, run_id)
    if unseen := reviews.unseen(work, run_id, drawn):
        yield SampleUnseen(left=len(unseen), most=len(drawn))


@dataclass(kw_only=True)
class _Position:
    """How we stand with one provider in this run. Amounts in eurocents."""

    provider_id: UUID
    account_holder_name: str
    iban: str
    payables: list[Payable] = field(default_factory=list)
    """In the order of the accounts' ids."""
    receivable_id: UUID | None = None
    owes_cents: int = 0
    """What the provider has to give back."""


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """What is settled with one provider, under the ids it gets."""

    position: _Position
    netted: Netted
    settlement_id: UUID
    payment_id: UUID


@dataclass(kw_only=True)
class _Desk:
    """Settles piece after piece; only these numbers are kept between them."""

    work: Work
    run_id: UUID
    per_file: int
    count: int = 0
    totals: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """[payments, cents] of each file."""

    def settle(self, positions: Sequence[_Position]) -> None:
        """Judge these providers, then write what is settled with them; the others are carried over."""
        judged = [(each, net(each.payables, owes_cents=each.owes_cents)) for each in positions]
        settled = [(position, netted) for position, netted in judged if netted is not None]
        ids = iter(uuid7s(2 * len(settled)))
        decided = [
            _Decided(position=position, netted=netted, settlement_id=next(ids), payment_id=next(ids))
            for position, netted in settled
        ]
        bulk.insert(self.work, Settlement, [self._settlement(each) for each in decided])
        bulk.insert(self.work, Payment, [self._payment(each) for each in decided if each.netted.net_cents])
        self._post(decided)
        settlement_of = {each.position.provider_id: each.settlement_id for each in decided}
        if carried := {each.provider_id for each in positions} - settlement_of.keys():
            is_theirs = col(OpenItem.provider_id).in_(carried)
            _leave_out(self.work, self.run_id, LeftOutReason.CARRIED_OVER, is_theirs)
        open_items.settled(self.work, self.run_id, settlement_of, ~_is_left_out())

    def _settlement(self, decided: _Decided) -> dict[str, Any]:
        return {
            "municipality_id": self.work.municipality_id,
            "id": decided.settlement_id,
            "run_id": self.run_id,
            "provider_id": decided.position.provider_id,
            "owed_before_cents": decided.position.owes_cents,
            "gross_cents": decided.netted.gross_cents,
            "set_off_cents": decided.netted.set_off_cents,
            "net_cents": decided.netted.net_cents,
            "recorded_at": self.work.now,
        }

    def _payment(self, decided: _Decided) -> dict[str, Any]:
        self.count += 1
        file = (self.count - 1) // self.per_file + 1
        self.totals[file][0] += 1
        self.totals[file][1] += decided.netted.net_cents
        return {
            "municipality_id": self.work.municipality_id,
            "id": decided.payment_id,
            "run_id": self.run_id,
            "file": file,
            "settlement_id": decided.settlement_id,
            "end_to_end_id": decided.settlement_id.hex,
            "reference": payment_files.reference(decided.settlement_id),
            "creditor_name": decided.position.account_holder_name,
            "creditor_iban": decided.position.iban,
            "amount_cents": decided.netted.net_cents,
        }

    def _post(self, decided: Sequence[_Decided]) -> None:
        """What is kept back goes to the receivable, the rest to the payment's own account."""
        pots = {
            each.payment_id: entries.pot(self.work, (AccountKind.IN_PAYMENT, each.payment_id, Unit.EUROCENT))
            for each in decided
            if each.netted.net_cents
        }
        postings = []
        for each in decided:
            moves = [(EntryKind.SET_OFF, each.position.receivable_id, take) for take in each.netted.set_offs]
            moves += [(EntryKind.SETTLE, pots[each.payment_id].id, take) for take in each.netted.pays]
            for kind, target, take in moves:
                assert target is not None, "nothing is set off without a receivable"
                postings.append(
                    Posting(
                        kind=kind,
                        debit_account_id=take.account_id,
                        credit_account_id=target,
                        unit=Unit.EUROCENT,
                        amount=take.amount_cents,
                        cause_id=each.settlement_id,
                        at=self.work.now,
                    )
                )
        entries.post(self.work, postings, opening=pots.values())


def _lock(work: Work, run_id: UUID) -> None:
    """Every payable and receivable of the providers in a run, in LOCK_ORDER; nothing of them is read yet."""
    owners = open_items.parties(work.municipality_id).subquery()
    providers = _providers(work, run_id)
    agreements = select(owners.c.id).where(owners.c.provider_id.in_(providers))
    chosen = (
        select(col(Account.id))
        .where(
            col(Account.municipality_id) == work.municipality_id,
            col(Account.unit) == Unit.EUROCENT,
            or_(
                and_(col(Account.kind) == AccountKind.PAYABLE, col(Account.owner_id).in_(agreements)),
                and_(col(Account.kind) == AccountKind.RECEIVABLE, col(Account.owner_id).in_(providers)),
            ),
        )
        .order_by(*entries.LOCK_ORDER)
        .with_for_update()
    )
    work.session.scalar(select(func.count()).select_from(chosen.subquery()))


def _is_left_out() -> Any:
    return exists().where(
        col(LeftOut.municipality_id) == col(OpenItem.municipality_id),
        col(LeftOut.run_id) == col(OpenItem.run_id),
        col(LeftOut.entry_id) == col(OpenItem.entry_id),
    )


def _leave_out(work: Work, run_id: UUID, reason: LeftOutReason, condition: Any) -> None:
    """Note lines of the run under this condition as not settled; those noted already stay as they are."""
    names = ["municipality_id", "run_id", "entry_id", "provider_id", "cents", "reason"]
    rows = select(
        col(OpenItem.municipality_id),
        col(OpenItem.run_id),
        col(OpenItem.entry_id),
        col(OpenItem.provider_id),
        col(OpenItem.cents),
        literal(reason, Choice(LeftOutReason)),
    ).where(
        col(OpenItem.municipality_id) == work.municipality_id,
        col(OpenItem.run_id) == run_id,
        condition,
        ~_is_left_out(),
    )
    work.session.execute(insert(LeftOut).from_select(names, rows))


def _pieces(work: Work, run_id: UUID) -> Iterator[list[_Position]]:
    """How we stand with each provider that has lines to settle, in the order of their ids."""
    last = NOBODY
    while True:
        statement = (
            select(col(OpenItem.provider_id))
            .distinct()
            .where(
                col(OpenItem.municipality_id) == work.municipality_id,
                col(OpenItem.run_id) == run_id,
                col(OpenItem.provider_id) > last,
                ~_is_left_out(),
            )
            .order_by(col(OpenItem.provider_id))
            .limit(PROVIDERS_AT_ONCE)
        )
        ids = list(work.session.scalars(statement))
        if not ids:
            return
        yield _positions(work, run_id, ids)
        last = ids[-1]


def _positions(work: Work, run_id: UUID, provider_ids: Sequence[UUID]) -> list[_Position]:
    positions = {
        id_: _Position(provider_id=id_, account_holder_name=name, iban=iban)
        for id_, name, iban in work.session.execute(
            select(col(Provider.id), col(Provider.account_holder_name), col(Provider.iban)).where(
                col(Provider.municipality_id) == work.municipality_id, col(Provider.id).in_(provider_ids)
            )
        )
    }
    sums = _sums(work, run_id, provider_ids)
    owners = open_items.parties(work.municipality_id).subquery()
    agreements = select(owners.c.id, owners.c.provider_id).where(owners.c.provider_id.in_(provider_ids))
    of_agreement: dict[UUID, UUID] = {row[0]: row[1] for row in work.session.execute(agreements)}
    for id_, kind, owner, cents in _accounts(work, {*of_agreement, *provider_ids}):
        if kind is AccountKind.RECEIVABLE:
            positions[owner].receivable_id, positions[owner].owes_cents = id_, -cents
        else:
            payable = Payable(account_id=id_, balance_cents=cents, lines_cents=sums.get(id_, 0))
            positions[of_agreement[owner]].payables.append(payable)
    return [positions[id_] for id_ in provider_ids]


def _accounts(work: Work, owners: set[UUID]) -> Any:
    """id, kind, owner and balance of payables and receivables, in the order of their ids."""
    statement = (
        select(
            col(Account.id),
            col(Account.kind),
            col(Account.owner_id),
            col(Account.credits) - col(Account.debits),
        )
        .where(
            col(Account.municipality_id) == work.municipality_id,
            col(Account.owner_id).in_(owners),
            col(Account.kind).in_([AccountKind.PAYABLE, AccountKind.RECEIVABLE]),
            col(Account.unit) == Unit.EUROCENT,
        )
        .order_by(col(Account.id))
    )
    return work.session.execute(statement)


def _sums(work: Work, run_id: UUID, provider_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """What the lines to settle sum to, by payable account."""
    statement = (
        select(col(OpenItem.account_id), func.sum(col(OpenItem.cents)))
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id) == run_id,
            col(OpenItem.provider_id).in_(provider_ids),
            ~_is_left_out(),
        )
        .group_by(col(OpenItem.account_id))
    )
    return {account_id: int(cents) for account_id, cents in work.session.execute(statement)}


def _fix(work: Work, municipality: Municipality, desk: _Desk) -> None:
    """The release, and each file with its hash: written once to find it, never kept."""
    row = RunRelease(
        municipality_id=work.municipality_id,
        run_id=desk.run_id,
        debtor_name=municipality.debtor_name,
        debtor_iban=municipality.debtor_iban,
        count=desk.count,
        total_cents=sum(cents for _, cents in desk.totals.values()),
        files=len(desk.totals),
        file_version=municipality.payment_file_version,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    requested_on = runs.row(work, desk.run_id).requested_on
    files = [_file(work, desk.run_id, number, *sums) for number, sums in sorted(desk.totals.items())]
    for file in files:
        file.sha256 = payment_files.digest(payment_files.lines(work, requested_on, row, file))
    bulk.insert(work, RunRelease, [row.model_dump()])
    bulk.insert(work, PaymentFile, [file.model_dump() for file in files])


def _file(work: Work, run_id: UUID, number: int, count: int, total_cents: int) -> PaymentFile:
    return PaymentFile(
        municipality_id=work.municipality_id,
        run_id=run_id,
        number=number,
        message_id=payment_files.message_id(run_id, number),
        count=count,
        total_cents=total_cents,
        sha256=b"",
    )
