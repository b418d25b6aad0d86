# SPDX-License-Identifier: EUPL-1.2
"""Settlements: all that is owed up to a day, one payment per provider, and the file for the bank.

What is settled with one provider is judged in netting; the bytes are made in payment_files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import col

from ledger import bulk, entries, payment_files, unsettled
from ledger.clock import day_after, day_start, dutch_day
from ledger.db import Work
from ledger.entries import Posting, Pot
from ledger.errors import Conflict, NotFound, Refused
from ledger.ids import uuid7
from ledger.inputs import Day, Id7, Input, fingerprint
from ledger.netting import Netted, net
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Municipality,
    Payment,
    Settlement,
    SettlementLine,
    SettlementRun,
)
from ledger.units import Unit
from ledger.unsettled import PIECE, Position


@dataclass(kw_only=True, eq=False)
class RunNotFound(NotFound):
    """There is no such settlement run here."""

    code = "settlement_run_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RunExists(Conflict):
    """This id was used for a run with other content."""

    code = "settlement_run_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class UntilInFuture(Refused):
    """A day that has not come cannot be settled."""

    code = "settlement_until_in_future"
    until: date
    today: date


@dataclass(kw_only=True, eq=False)
class DebtorMissing(Refused):
    """Finance has not set the name and IBAN of the account that pays."""

    code = "debtor_missing"


@dataclass(kw_only=True, eq=False)
class PaymentFileChanged(Conflict):
    """The file made now is not the one that was made at the run: rows were changed outside the ledger."""

    code = "payment_file_changed"
    id: UUID
    expected_sha256: str
    found_sha256: str


class SettleOrder(Input):
    """Settle all that happened up to and including a Dutch day; ask the bank to pay on a day."""

    id: Id7
    until: Day
    requested_on: Day


@dataclass(frozen=True, kw_only=True)
class Run:
    """One settlement run with its settlements and payments, each in the order of their ids."""

    id: UUID
    until: date
    """Last Dutch day, inclusive."""
    requested_on: date
    debtor_name: str
    debtor_iban: str
    count: int
    """How many payments."""
    total_cents: int
    file_sha256: bytes
    """Of the payment file; of nothing at all where there are no payments, and so no file."""
    actor_id: UUID
    recorded_at: datetime
    settlements: tuple[Settlement, ...]
    payments: tuple[Payment, ...]


@dataclass(frozen=True, kw_only=True)
class ProviderSettlement:
    """What one run settled with one provider; no payment where all was set off."""

    settlement: Settlement
    run: SettlementRun
    payment: Payment | None


def settle(work: Work, order: SettleOrder) -> Run:
    """Settle every line on a payable account that is not settled yet, up to the last day asked.

    Lines of one provider are netted; what it must give back is set off; the rest is one payment.
    A provider whose net is not above zero keeps all its lines for a later run. The same id with the
    same content gives the same run. Raises RunExists, UntilInFuture, DebtorMissing.
    """
    debtor = _debtor(work)
    known = work.session.get(SettlementRun, (work.municipality_id, order.id))
    if known is not None:
        if known.fingerprint != fingerprint(order):
            raise RunExists(id=order.id)
        return get(work, order.id)
    today = dutch_day(work.now)
    if order.until > today:
        raise UntilInFuture(until=order.until, today=today)
    if debtor is None or not (debtor.debtor_name and debtor.debtor_iban):
        raise DebtorMissing()
    before = day_start(day_after(order.until))
    decided = _decide(unsettled.load(work, before))
    # After this point only writes.
    _write(work, order, debtor, decided, before=before)
    return get(work, order.id)


def get(work: Work, run_id: UUID) -> Run:
    """A run with all that it settled. Raises RunNotFound."""
    row = _run(work, run_id)
    settlements = work.session.scalars(
        select(Settlement)
        .where(col(Settlement.municipality_id) == work.municipality_id, col(Settlement.run_id) == run_id)
        .order_by(col(Settlement.id))
    )
    return Run(
        **row.model_dump(exclude={"municipality_id", "fingerprint"}),
        settlements=tuple(settlements),
        payments=tuple(_payments(work, run_id)),
    )


def listed(work: Work, *, before: UUID | None = None, limit: int = 50) -> list[SettlementRun]:
    """Runs, the newest first; with before only those with a lower id: the last one seen."""
    statement = select(SettlementRun).where(col(SettlementRun.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(SettlementRun.id) < before)
    return list(work.session.scalars(statement.order_by(col(SettlementRun.id).desc()).limit(limit)))


def of_provider(
    work: Work, provider_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[ProviderSettlement]:
    """What was settled with a provider, the newest first; before is the settlement seen last."""
    statement = (
        select(Settlement, SettlementRun, Payment)
        .join(
            SettlementRun,
            and_(
                col(SettlementRun.municipality_id) == col(Settlement.municipality_id),
                col(SettlementRun.id) == col(Settlement.run_id),
            ),
        )
        .outerjoin(
            Payment,
            and_(
                col(Payment.municipality_id) == col(Settlement.municipality_id),
                col(Payment.settlement_id) == col(Settlement.id),
            ),
        )
        .where(
            col(Settlement.municipality_id) == work.municipality_id,
            col(Settlement.provider_id) == provider_id,
        )
    )
    if before is not None:
        statement = statement.where(col(Settlement.id) < before)
    found = work.session.execute(statement.order_by(col(Settlement.id).desc()).limit(limit))
    return [ProviderSettlement(settlement=one, run=run, payment=paid) for one, run, paid in found]


def payment_file(work: Work, run_id: UUID) -> Iterator[bytes]:
    """The bytes for the bank in pieces, the same every time; none for a run without payments.

    Raises RunNotFound at once; while streaming PaymentFileChanged, or MalformedFile, and then always
    before the last piece: what was changed never becomes a whole file.
    """
    run = _run(work, run_id)
    return _verified(run, payment_files.lines(run, _payments(work, run_id)))


def _verified(run: SettlementRun, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, the last one only when the hash of all is that of the run."""
    digest, held = sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    if digest.digest() != run.file_sha256:
        raise PaymentFileChanged(
            id=run.id, expected_sha256=run.file_sha256.hex(), found_sha256=digest.hexdigest()
        )
    if held:
        yield held


def _run(work: Work, run_id: UUID) -> SettlementRun:
    row = work.session.get(SettlementRun, (work.municipality_id, run_id))
    if row is None:
        raise RunNotFound(id=run_id)
    return row


def _payments(work: Work, run_id: UUID) -> Iterator[Payment]:
    """Asked for when the first is wanted, and the cursor is closed however it ends."""
    statement = (
        select(Payment)
        .where(col(Payment.municipality_id) == work.municipality_id, col(Payment.run_id) == run_id)
        .order_by(col(Payment.id))
    )
    with work.session.scalars(statement.execution_options(yield_per=PIECE)) as found:
        yield from found


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """What is settled with one provider, under the ids it gets."""

    position: Position
    netted: Netted
    settlement_id: UUID = field(default_factory=uuid7)
    payment_id: UUID = field(default_factory=uuid7)


def _debtor(work: Work) -> Municipality | None:
    """Locked, so that runs of one municipality wait for each other; what refers to it does not wait."""
    statement = (
        select(Municipality)
        .where(col(Municipality.municipality_id) == work.municipality_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(statement).one_or_none()


def _decide(positions: Iterable[Position]) -> list[_Decided]:
    """What is settled, provider by provider in the order given; the others are carried over."""
    judged = [(each, net(each.payables, owes_cents=each.owes_cents)) for each in positions]
    return [_Decided(position=each, netted=netted) for each, netted in judged if netted is not None]


def _write(
    work: Work, order: SettleOrder, debtor: Municipality, decided: Sequence[_Decided], *, before: datetime
) -> None:
    """The run with the hash of its file, then all rows in bulk, then one posting."""
    payments = [_payment(work, order, each) for each in decided if each.netted.net_cents]
    run = _run_row(work, order, debtor, payments)
    bulk.insert(work, SettlementRun, [run.model_dump()])
    bulk.insert(work, Settlement, [_settlement(work, order, each) for each in decided])
    bulk.insert(work, Payment, [each.model_dump() for each in payments])
    _write_lines(work, decided, before=before)
    pots = {each.id: entries.pot(work, (AccountKind.IN_PAYMENT, each.id, Unit.EUROCENT)) for each in payments}
    postings = [posting for each in decided for posting in _postings(work, each, pots)]
    entries.post(work, postings, opening=pots.values())


def _run_row(
    work: Work, order: SettleOrder, debtor: Municipality, payments: Sequence[Payment]
) -> SettlementRun:
    run = SettlementRun(
        municipality_id=work.municipality_id,
        debtor_name=debtor.debtor_name,
        debtor_iban=debtor.debtor_iban,
        count=len(payments),
        total_cents=sum(each.amount_cents for each in payments),
        file_sha256=b"",
        fingerprint=fingerprint(order),
        actor_id=work.actor_id,
        recorded_at=work.now,
        **order.model_dump(),
    )
    run.file_sha256 = payment_files.digest(payment_files.lines(run, payments))
    return run


def _payment(work: Work, order: SettleOrder, decided: _Decided) -> Payment:
    return Payment(
        municipality_id=work.municipality_id,
        id=decided.payment_id,
        run_id=order.id,
        settlement_id=decided.settlement_id,
        end_to_end_id=decided.settlement_id.hex,
        reference=payment_files.reference(decided.settlement_id),
        creditor_name=decided.position.account_holder_name,
        creditor_iban=decided.position.iban,
        amount_cents=decided.netted.net_cents,
    )


def _settlement(work: Work, order: SettleOrder, decided: _Decided) -> dict[str, Any]:
    return {
        "municipality_id": work.municipality_id,
        "id": decided.settlement_id,
        "run_id": order.id,
        "provider_id": decided.position.provider_id,
        "gross_cents": decided.netted.gross_cents,
        "set_off_cents": decided.netted.set_off_cents,
        "net_cents": decided.netted.net_cents,
        "recorded_at": work.now,
    }


def _write_lines(work: Work, decided: Iterable[_Decided], *, before: datetime) -> None:
    """The lines of the accounts that were summed, piece by piece; their locks keep them the same."""
    settlement_of = {
        payable.account_id: each.settlement_id for each in decided for payable in each.position.payables
    }
    for piece in unsettled.lines(work, before):
        rows = [
            {
                "municipality_id": work.municipality_id,
                "entry_id": line.entry_id,
                "settlement_id": settlement_of[line.account_id],
                "cents": line.cents,
            }
            for line in piece
            if line.account_id in settlement_of
        ]
        bulk.insert(work, SettlementLine, rows)


def _postings(work: Work, decided: _Decided, pots: Mapping[UUID, Pot]) -> Iterator[Posting]:
    """What is kept back goes to the receivable, the rest to the payment's own account."""
    netted = decided.netted
    moves = [(EntryKind.SET_OFF, decided.position.receivable_id, take) for take in netted.set_offs]
    moves += [(EntryKind.SETTLE, pots[decided.payment_id].id, take) for take in netted.pays]
    for kind, target, take in moves:
        assert target is not None, "nothing is set off without a receivable"
        yield Posting(
            kind=kind,
            debit_account_id=take.account_id,
            credit_account_id=target,
            unit=Unit.EUROCENT,
            amount=take.amount_cents,
            cause_id=decided.settlement_id,
            at=work.now,
        )
