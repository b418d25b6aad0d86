# SPDX-License-Identifier: EUPL-1.2
"""Lines of statements: entries on payable accounts, told as the provider knows them.

Read in pieces, each with a fixed number of questions: memory does not grow with the lines. No name and no
personal number is read. Where the provider has no redemption to look for (a payment that came back, a
correction of its own), the line bears the kind of the entry as its service.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from ledger import bulk, statement_terms
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.formats.statement import StatementLine
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.statement_reasons import WORDS, reason, reason_code
from ledger.tables import (
    UNDONE,
    Account,
    CareAgreement,
    Contract,
    Entitlement,
    Entry,
    FollowUp,
    LineMark,
    MarkKind,
    Payment,
    PaymentEvent,
    Redemption,
    RedemptionLine,
    Service,
    TakenBack,
)
from ledger.tables.base import linked
from ledger.texts import Language
from ledger.units import Unit

PIECE: Final = 2000
"""How many lines are in memory at once."""

_CAME_BACK: Final = frozenset({EntryKind.RETURN, EntryKind.REOPEN})


class Cents(NamedTuple):
    """An entry, and what it is worth to the provider: below zero when it is taken back."""

    entry_id: UUID
    cents: int


class Booked(NamedTuple):
    """An entry with the redemption line behind it, if any."""

    id: UUID
    kind: EntryKind
    cause_id: UUID
    reverses_id: UUID | None
    debit_account_id: UUID
    credit_account_id: UUID
    at: datetime
    reason: str | None
    """Of the reversal."""
    redemption_id: UUID | None
    service_day: date
    code_id: UUID | None
    entitlement_id: UUID
    law: Law
    allocation_number: int | None
    service: str | None
    unit: Unit
    quantity: int
    taken_back: int | None
    """By the capture or reversal that this entry is of."""

    @property
    def origin_id(self) -> UUID:
        """The entry it takes back, or itself."""
        takes_back = self.kind is EntryKind.REVERSE and self.reverses_id is not None
        return self.reverses_id if takes_back and self.reverses_id is not None else self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A line with the entry it tells of."""

    booked: Booked
    line: StatementLine


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bank:
    """Which payment the bank refused or sent back, when and why."""

    payment_id: UUID
    reference: str
    amount_cents: int
    code: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Tells entries of one provider in one language."""

    work: Work
    language: Language
    services: Mapping[tuple[Law, str], str]
    """Names by law and product code."""
    agreements: Mapping[UUID, str]
    """The contract or care agreement by its payable accounts."""

    def read(self, chosen: Select[*tuple[Any, ...]]) -> Iterator[list[Told]]:
        """The lines of a selection of entry_id and cents, piece by piece, in its order."""
        with self.work.session.execute(chosen.execution_options(yield_per=PIECE)) as found:
            for piece in found.partitions(PIECE):
                yield self._piece([Cents(*row) for row in piece])

    def _piece(self, piece: list[Cents]) -> list[Told]:
        ids = [each.entry_id for each in piece]
        booked = {row[0]: Booked(*row) for row in _BOOKED.rows(self.work, ids=ids)}
        assert len(booked) == len(ids), "every line is an entry"
        remarks = _Remarks.of(self.work, self.language, booked.values())
        return [
            Told(booked=booked[id_], line=self._line(booked[id_], cents, remarks)) for id_, cents in piece
        ]

    def _line(self, booked: Booked, cents: int, remarks: "_Remarks") -> StatementLine:
        if booked.redemption_id is None or booked.service is None:
            return self._without_redemption(booked, cents, remarks)
        taken_back = booked.taken_back or 0
        is_reversal = booked.kind is EntryKind.REVERSE
        return StatementLine(
            contract_number=self._agreement(booked),
            service_code=booked.service,
            service_name=self.services.get((booked.law, booked.service), booked.service),
            service_day=booked.service_day,
            redemption_id=booked.redemption_id,
            client_reference=_client_reference(booked),
            quantity=-taken_back if is_reversal else booked.quantity - taken_back,
            unit=booked.unit,
            price_cents=cents,
            corrected=is_reversal,
            remark=remarks.reversal(booked) if is_reversal else "",
        )

    def _without_redemption(self, booked: Booked, cents: int, remarks: "_Remarks") -> StatementLine:
        words, bank = WORDS[self.language], remarks.bank.get(booked.cause_id)
        return StatementLine(
            contract_number=self._agreement(booked),
            service_code=booked.kind.value,
            service_name=words.get(booked.kind, words["other_entry"]),
            service_day=dutch_day(bank.at if bank else booked.at),
            redemption_id=bank.payment_id if bank else booked.cause_id,
            client_reference="",
            quantity=cents,
            unit=Unit.EUROCENT,
            price_cents=cents,
            corrected=booked.kind is EntryKind.REVERSE,
            remark=remarks.return_(bank) if bank else remarks.terms.get(booked.cause_id, ""),
        )

    def _agreement(self, booked: Booked) -> str:
        found = self.agreements.get(booked.credit_account_id)
        return found if found is not None else self.agreements[booked.debit_account_id]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Remarks:
    """What is said beside the lines of one piece; asked only of entries that have it."""

    language: Language
    bank: Mapping[UUID, _Bank]
    """By the event that caused the entry."""
    rejected: Mapping[UUID, LineMark]
    """By the entry that a reviewer had taken back."""
    terms: Mapping[UUID, str]
    """By the amount of a contract term: of which term and period it is."""

    @classmethod
    def of(cls, work: Work, language: Language, piece: Collection[Booked]) -> "_Remarks":
        """What there is to say of these entries."""
        events = [each.cause_id for each in piece if each.kind in _CAME_BACK]
        amounts = {each.cause_id for each in piece if each.kind is EntryKind.TERM}
        reversed_ids = [each.origin_id for each in piece if each.kind is EntryKind.REVERSE]
        return cls(
            language=language,
            bank=_bank(work, events),
            rejected=marks(work, reversed_ids, MarkKind.REJECTED),
            terms=statement_terms.remarks(work, amounts, language),
        )

    def reversal(self, booked: Booked) -> str:
        """Why it was taken back: as the reviewer said, else as who decided it said."""
        mark = self.rejected.get(booked.origin_id)
        if mark is None:
            return WORDS[self.language][UNDONE] if booked.reason == UNDONE else booked.reason or ""
        return reason(reason_code(mark), mark, self.language)

    def return_(self, bank: _Bank) -> str:
        """Which payment it was, and the bank's code where it gave one."""
        words, cents = WORDS[self.language], bank.amount_cents
        euros = f"{cents // 100}{',' if self.language is Language.NL else '.'}{cents % 100:02d}"
        said = words["came_back"].format(euros=euros, reference=bank.reference)
        return f"{said} {words['bank_code'].format(code=bank.code)}" if bank.code else said


def services(work: Work) -> dict[tuple[Law, str], str]:
    """The names of all services of the municipality, by law and product code."""
    statement = select(col(Service.law), col(Service.code), col(Service.name)).where(
        col(Service.municipality_id) == work.municipality_id
    )
    return {(law, code): name for law, code, name in work.session.execute(statement)}


def agreements(work: Work, provider_id: UUID, language: Language) -> dict[UUID, str]:
    """Every payable account of a provider, with the number of its contract or the tail of its agreement."""
    care = WORDS[language]["care"]
    numbers = _owned(Contract, col(Contract.number), work, provider_id)
    ids = _owned(CareAgreement, col(CareAgreement.id), work, provider_id)
    found: dict[UUID, str] = {row[0]: row[1] for row in work.session.execute(numbers)}
    return found | {row[0]: care.format(tail(row[1])) for row in work.session.execute(ids)}


def marks(work: Work, entry_ids: Collection[UUID], kind: MarkKind, *, by: datetime | None = None) -> Any:
    """The last mark of a kind on each of these entries, up to and including an instant; by entry."""
    if not entry_ids:
        return {}
    statement = select(LineMark).where(
        col(LineMark.municipality_id) == work.municipality_id,
        col(LineMark.entry_id).in_(entry_ids),
        col(LineMark.kind) == kind,
    )
    if by is not None:
        statement = statement.where(col(LineMark.recorded_at) <= by)
    return {each.entry_id: each for each in work.session.scalars(statement.order_by(col(LineMark.number)))}


def tail(id_: UUID) -> str:
    """The last twelve digits of an id, as letters print them."""
    return id_.hex[-12:].upper()


_BOOKED: Final = bulk.Query(
    select(
        col(Entry.id),
        col(Entry.kind),
        col(Entry.cause_id),
        col(Entry.reverses_id),
        col(Entry.debit_account_id),
        col(Entry.credit_account_id),
        col(Entry.at),
        col(FollowUp.reason),
        col(Redemption.id),
        col(Redemption.service_day),
        col(Redemption.code_id),
        col(Entitlement.id),
        col(Entitlement.law),
        col(Entitlement.allocation_number),
        col(RedemptionLine.service),
        col(RedemptionLine.unit),
        col(RedemptionLine.quantity),
        col(TakenBack.quantity),
    )
    .select_from(Entry)
    .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
    .outerjoin(
        Redemption,
        linked(
            Redemption,
            Entry,
            col(Redemption.id) == func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id)),
        ),
    )
    .outerjoin(
        RedemptionLine,
        linked(
            RedemptionLine,
            Entry,
            col(RedemptionLine.redemption_id) == col(Redemption.id),
            col(RedemptionLine.line) == col(Entry.line),
        ),
    )
    .outerjoin(
        TakenBack,
        linked(
            TakenBack,
            Entry,
            col(TakenBack.follow_up_id) == col(FollowUp.id),
            col(TakenBack.line) == col(Entry.line),
        ),
    )
    .outerjoin(Entitlement, linked(Entitlement, Entry, col(Entitlement.id) == col(Redemption.entitlement_id)))
    .where(bulk.mine(Entry), bulk.Among(col(Entry.id), "ids"))
)


def _client_reference(booked: Booked) -> str:
    """The allocation number, else the tail of the code that was shown, else of the right it was used of."""
    if booked.allocation_number is not None:
        return str(booked.allocation_number)
    return tail(booked.code_id or booked.entitlement_id)


def _owned(table: Any, column: Any, work: Work, provider_id: UUID) -> Select[*tuple[Any, ...]]:
    """Payable accounts of what a provider has of one kind, with a column of it."""
    return (
        select(col(Account.id), column)
        .select_from(table)
        .join(Account, linked(Account, table, col(Account.owner_id) == col(table.id)))
        .where(
            col(table.municipality_id) == work.municipality_id,
            col(table.provider_id) == provider_id,
            col(Account.kind) == AccountKind.PAYABLE,
        )
    )


def _bank(work: Work, event_ids: Collection[UUID]) -> dict[UUID, _Bank]:
    """The payments behind these events."""
    if not event_ids:
        return {}
    statement = (
        select(
            col(PaymentEvent.id),
            col(Payment.id),
            col(Payment.reference),
            col(Payment.amount_cents),
            col(PaymentEvent.code),
            col(PaymentEvent.at),
        )
        .join(Payment, linked(Payment, PaymentEvent, col(Payment.id) == col(PaymentEvent.payment_id)))
        .where(col(PaymentEvent.municipality_id) == work.municipality_id, col(PaymentEvent.id).in_(event_ids))
    )
    return {
        event_id: _Bank(payment_id=payment_id, reference=reference, amount_cents=cents, code=code, at=at)
        for event_id, payment_id, reference, cents, code, at in work.session.execute(statement)
    }
