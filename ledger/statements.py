# SPDX-License-Identifier: EUPL-1.2
"""Statements: what a provider is told of one settlement, put together from what was booked and never kept.

The rows of a settlement do not change after its release, so it is the same statement whenever it is made;
only names that were corrected since (of a service, of the municipality) are told as they are now.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlmodel import col

from ledger import (
    db,
    gates,
    identifiers,
    municipalities,
    payment_files,
    runs,
    set_offs,
    statement_lines,
    statement_terms,
    unsettled,
)
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import NotFound
from ledger.formats import statement_pdf, statement_table
from ledger.formats.statement import HeldLine, SetOff, Statement, StatementLine, summed
from ledger.ids import NOBODY
from ledger.letterheads import Sender
from ledger.rules.facts import Law
from ledger.statement_lines import Reader
from ledger.statement_reasons import WORDS, reason, reason_code
from ledger.tables import (
    LeftOut,
    LeftOutReason,
    MarkKind,
    Payment,
    Provider,
    Settlement,
    SettlementLine,
    SettlementRun,
)
from ledger.tables.base import linked
from ledger.texts import Language
from ledger.unsettled import Told

PROVIDERS_AT_ONCE: Final = 500
"""How many providers of a run are in memory at once."""

_REFERENCE_LENGTH_MAX: Final = 25


@dataclass(kw_only=True, eq=False)
class SettlementNotFound(NotFound):
    """There is no such settlement here."""

    code = "settlement_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ReferenceNotFound(NotFound):
    """No settlement here has this payment reference."""

    code = "settlement_reference_not_found"
    reference: str


@dataclass(kw_only=True, eq=False)
class StatementNotFound(NotFound):
    """The run had nothing of this provider, or is not released."""

    code = "statement_not_found"
    run_id: UUID
    provider_id: UUID


class Form(StrEnum):
    """In which form a statement is written."""

    PDF = "pdf"
    """For people; lists at most statement_pdf.LINES_MAX lines."""
    CSV = "csv"
    """Every settled line, for machines."""
    HELD_CSV = "held-csv"
    """Every line that is held, with why, for machines."""
    COMPUTED_CSV = "computed-csv"
    """Every step of every computed amount, for machines."""
    XLSX = "xlsx"
    """All of it as a workbook."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A statement, and the way to its lines."""

    statement: Statement
    provider_id: UUID
    reader: Reader

    def lines(self) -> Iterator[StatementLine]:
        """Every settled line in the order of booking, read anew while the work lasts; memory stays flat."""
        settlement_id = self.statement.settlement_id
        return iter(()) if settlement_id is None else _lines(self.reader, settlement_id)


def get(work: Work, settlement_id: UUID) -> Settlement:
    """One settlement. Raises SettlementNotFound."""
    found = work.session.get(Settlement, (work.municipality_id, settlement_id))
    if found is None:
        raise SettlementNotFound(id=settlement_id)
    return found


def by_reference(work: Work, reference: str) -> Settlement:
    """The settlement with this RF creditor reference, written with or without spaces.

    Of two that are alike, which hardly happens, the newest. Raises ReferenceNotFound.
    """
    wanted = "".join(reference.split()).upper()
    found = _referred(work, wanted) if identifiers.is_rf_reference(wanted) else None
    if found is None:
        raise ReferenceNotFound(reference=wanted[:_REFERENCE_LENGTH_MAX])
    return get(work, found)


def compose(work: Work, settlement_id: UUID, language: Language = Language.NL) -> Composed:
    """The statement of one settlement. Raises SettlementNotFound."""
    heads = _heads(work, col(Settlement.id) == settlement_id)
    if not heads:
        raise SettlementNotFound(id=settlement_id)
    return _Desk.of(work, language).compose(heads[0])


def compose_in_run(work: Work, run_id: UUID, provider_id: UUID, language: Language = Language.NL) -> Composed:
    """The statement of one provider in a run; where nothing was settled with it, why, and what is open.

    Raises StatementNotFound where there is no such run, it had nothing of the provider, or is not released.
    """
    desk = _Desk.of(work, language)
    theirs = (col(Settlement.run_id) == run_id, col(Settlement.provider_id) == provider_id)
    for head in _heads(work, *theirs):
        return desk.compose(head)
    told = unsettled.get(work, run_id, provider_id)
    if told is None:
        raise StatementNotFound(run_id=run_id, provider_id=provider_id)
    return desk.unpaid(told)


def of_run(work: Work, run_id: UUID, language: Language = Language.NL) -> Iterator[Composed]:
    """The statements of all providers of a run, in the order of their settlements; one is made at a time.

    After them those of providers that the run settled nothing with. None before its release. Raises
    RunNotFound at once.
    """
    runs.row(work, run_id)
    return _of_run(_Desk.of(work, language), run_id)


def write(composed: Composed, form: Form, to: BinaryIO) -> None:
    """The statement in a form, while the work lasts. Raises AssertionError for lines that do not foot.

    Only CSV is written as it goes: what was written when anything is raised is to be thrown away.
    """
    statement = composed.statement
    match form:
        case Form.PDF:
            to.write(statement_pdf.pdf(statement, lines=composed.lines()))
        case Form.XLSX:
            statement_table.write_xlsx(statement, lines=composed.lines(), to=to)
        case Form.CSV:
            _encode(statement_table.csv_lines(statement, lines=composed.lines()), to)
        case Form.HELD_CSV:
            _encode(statement_table.csv_held(statement), to)
        case Form.COMPUTED_CSV:
            _encode(statement_table.csv_computed(statement), to)


def _encode(texts: Iterator[str], to: BinaryIO) -> None:
    for each in texts:
        to.write(each.encode())


def _referred(work: Work, reference: str) -> UUID | None:
    """By its payment; where all was set off there is none, and the reference follows from the id."""
    paid = select(col(Payment.settlement_id)).where(
        col(Payment.municipality_id) == work.municipality_id, col(Payment.reference) == reference
    )
    found = work.session.scalar(paid.order_by(col(Payment.settlement_id).desc()).limit(1))
    if found is not None:
        return found
    unpaid = select(col(Settlement.id)).where(
        col(Settlement.municipality_id) == work.municipality_id, col(Settlement.net_cents) == 0
    )
    newest_first = unpaid.order_by(col(Settlement.id).desc()).execution_options(yield_per=PROVIDERS_AT_ONCE)
    with work.session.scalars(newest_first) as ids:
        return next((id_ for id_ in ids if payment_files.reference(id_) == reference), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """The rows that a statement begins with."""

    settlement: Settlement
    run: SettlementRun
    provider: Provider
    payment: Payment | None


def _heads(work: Work, *conditions: Any, limit: int = 1) -> list[_Head]:
    statement = (
        select(Settlement, SettlementRun, Provider, Payment)
        .join(SettlementRun, linked(SettlementRun, Settlement, _OF_RUN))
        .join(Provider, linked(Provider, Settlement, col(Provider.id) == col(Settlement.provider_id)))
        .outerjoin(Payment, linked(Payment, Settlement, col(Payment.settlement_id) == col(Settlement.id)))
        .where(col(Settlement.municipality_id) == work.municipality_id, *conditions)
        .order_by(col(Settlement.id))
        .limit(limit)
    )
    return [
        _Head(settlement=settlement, run=run, provider=provider, payment=payment)
        for settlement, run, provider, payment in work.session.execute(statement)
    ]


_OF_RUN = col(SettlementRun.id) == col(Settlement.run_id)


def _of_run(desk: "_Desk", run_id: UUID) -> Iterator[Composed]:
    last = NOBODY
    of_run = col(Settlement.run_id) == run_id
    while heads := _heads(desk.work, of_run, col(Settlement.id) > last, limit=PROVIDERS_AT_ONCE):
        yield from map(desk.compose, heads)
        last = heads[-1].settlement.id
    last = NOBODY
    while left := unsettled.of_run(desk.work, run_id, after=last, limit=PROVIDERS_AT_ONCE):
        yield from map(desk.unpaid, left)
        last = left[-1].provider_id


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """What all statements of a municipality in one language have in common."""

    work: Work
    language: Language
    municipality_name: str
    sender_lines: tuple[str, ...]
    services: Mapping[tuple[Law, str], str]

    @classmethod
    def of(cls, work: Work, language: Language) -> "_Desk":
        """Ready for any number of statements."""
        town = municipalities.get(work)
        return cls(
            work=work,
            language=language,
            municipality_name=WORDS[language]["municipality"].format(town.name),
            sender_lines=Sender.of(town).lines,
            services=statement_lines.services(work),
        )

    def compose(self, head: _Head) -> Composed:
        """One statement; its lines are read once, to sum them."""
        settlement, provider = head.settlement, head.provider
        kept_back = statement_terms.named(
            self.work, tuple(set_offs.told(self.work, settlement, self.language)), self.language
        )
        reader = self._reader(provider)
        statement = Statement(
            **self._parties(provider),
            run_id=head.run.id,
            settlement_id=settlement.id,
            reference=payment_files.reference(settlement.id),
            until=head.run.until,
            requested_on=head.run.requested_on,
            creditor_name=head.payment.creditor_name if head.payment else provider.account_holder_name,
            creditor_iban=head.payment.creditor_iban if head.payment else provider.iban,
            previous_owed_cents=settlement.owed_before_cents,
            gross_cents=settlement.gross_cents,
            set_off_cents=settlement.set_off_cents,
            net_cents=settlement.net_cents,
            still_owed_cents=settlement.owed_before_cents - settlement.set_off_cents,
            made_at=settlement.recorded_at,
            summary=summed(_lines(reader, settlement.id)),
            computed=statement_terms.settled(self.work, settlement, self.language),
            computed_back=tuple(statement_terms.told(self.work, _amounts(kept_back), self.language)),
            set_offs=kept_back,
            held=tuple(_held(reader, settlement)),
        )
        return Composed(statement=statement, provider_id=provider.id, reader=reader)

    def unpaid(self, told: Told) -> Composed:
        """The statement of a provider that a run settled nothing with."""
        provider = db.rows(self.work, Provider, {told.provider_id})[told.provider_id]
        reader = self._reader(provider)
        statement = Statement(
            **self._parties(provider),
            run_id=told.run_id,
            settlement_id=None,
            reference="",
            until=told.until,
            requested_on=runs.row(self.work, told.run_id).requested_on,
            creditor_name=provider.account_holder_name,
            creditor_iban=provider.iban,
            previous_owed_cents=told.owed_cents,
            gross_cents=0,
            set_off_cents=0,
            net_cents=0,
            still_owed_cents=told.owed_cents,
            made_at=told.recorded_at,
            summary=(),
            held=tuple(_held(reader, told)),
            unpaid=unsettled.why(told),
        )
        assert statement.held_cents == told.cents, "what is open is all that was left out"
        return Composed(statement=statement, provider_id=provider.id, reader=reader)

    def _reader(self, provider: Provider) -> Reader:
        return Reader(
            work=self.work,
            language=self.language,
            services=self.services,
            agreements=statement_lines.agreements(self.work, provider.id, self.language),
        )

    def _parties(self, provider: Provider) -> dict[str, Any]:
        return {
            "language": self.language.value,
            "municipality_name": self.municipality_name,
            "sender_lines": self.sender_lines,
            "provider_name": provider.trade_name,
            "provider_agb": provider.agb,
            "provider_kvk": provider.kvk,
        }


def _lines(reader: Reader, settlement_id: UUID) -> Iterator[StatementLine]:
    chosen: Select[*tuple[Any, ...]] = (
        select(col(SettlementLine.entry_id), col(SettlementLine.cents))
        .where(
            col(SettlementLine.municipality_id) == reader.work.municipality_id,
            col(SettlementLine.settlement_id) == settlement_id,
        )
        .order_by(col(SettlementLine.entry_id))
    )
    for piece in reader.read(chosen):
        yield from (told.line for told in piece if told.booked.kind not in statement_terms.COMPUTED)


def _amounts(kept_back: Iterable[SetOff]) -> list[UUID]:
    """The amounts of contract terms that are set off."""
    return [each.amount_id for each in kept_back if each.amount_id is not None]


def _held(reader: Reader, settlement: Settlement | Told) -> Iterator[HeldLine]:
    """What the run left out of this provider, with the hold or dispute that was in force at the release."""
    left_out = and_(
        col(LeftOut.municipality_id) == reader.work.municipality_id,
        col(LeftOut.provider_id) == settlement.provider_id,
        col(LeftOut.run_id) == settlement.run_id,
    )
    for why in LeftOutReason:
        chosen: Select[*tuple[Any, ...]] = (
            select(col(LeftOut.entry_id), col(LeftOut.cents))
            .where(left_out, col(LeftOut.reason) == why)
            .order_by(col(LeftOut.entry_id))
        )
        for piece in reader.read(chosen):
            origins = {told.booked.origin_id for told in piece}
            marks = statement_lines.marks(reader.work, origins, MarkKind.HELD, by=settlement.recorded_at)
            disputes = gates.disputes(reader.work, origins, by=settlement.recorded_at)
            for told in piece:
                mark = marks.get(told.booked.origin_id) if why is LeftOutReason.HELD else None
                dispute = disputes.get(told.booked.origin_id) if why is LeftOutReason.DISPUTED else None
                began = mark or dispute or settlement
                code = reason_code(mark, why)
                yield HeldLine(
                    line=told.line,
                    reason_code=code,
                    reason=reason(code, mark, reader.language),
                    since=dutch_day(began.recorded_at),
                )
