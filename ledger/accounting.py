# SPDX-License-Identifier: EUPL-1.2
"""Accounting out: all money of a period as an audit file (XAF 3.2) and as a journal, from the entries alone.

Debit and credit are those of our entries. An entry moves from its debit account to its credit account, and
what is owed grows by credits: so a payable grows on the credit side when care was given (from the
commitments to the payable), what is settled is debited to it, and the bank is credited when it has paid.
That is what an accountant writes as well; a receivable is a debit, and what the council made available is
debited to where it came from. Nothing is closed at the end of a year: every account carries its balance on,
so all of them are accounts of the balance sheet, and each file opens with all that was booked before it.

What counts is when we learned of it (recorded_at): a day that is over never changes any more. When it
happened is the date of effect. What runs in one reading session sees one state of the books. Ids of residents
and their helpers, and of who acts for them, are not in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from ledger import bulk, chart, municipalities
from ledger.chart import Chart, ChartAccount
from ledger.clock import day_after, day_before, day_start, dutch_day
from ledger.columns import Id, Instant
from ledger.db import Work
from ledger.errors import Malformed, Refused
from ledger.formats import audit_file as xaf
from ledger.formats import journal_csv
from ledger.formats.journal_csv import JournalLine
from ledger.ids import NOBODY
from ledger.rules.funding import EntryKind
from ledger.tables import Actor, Entry, Municipality, Provider, ProviderKind
from ledger.tables.base import linked
from ledger.units import Unit

PIECE: Final = 2000
"""How many entries are in memory at once."""

_INSTANT: Final = timedelta(microseconds=1)
"""No two instants of the ledger lie closer together."""


@dataclass(kw_only=True, eq=False)
class PeriodBackwards(Malformed):
    """The last day lies before the first."""

    code = "accounting_period_backwards"
    first_day: date
    last_day: date


@dataclass(kw_only=True, eq=False)
class PeriodInFuture(Refused):
    """Of a day that has not come, nobody knows what will be booked."""

    code = "accounting_period_in_future"
    until: date
    today: date


@dataclass(kw_only=True, eq=False)
class PeriodOfTwoYears(Refused):
    """An audit file is of one calendar year."""

    code = "accounting_period_of_two_years"
    first_day: date
    last_day: date


@dataclass(kw_only=True, eq=False)
class TaxNumberMissing(Refused):
    """An audit file names the RSIN or VAT number of the municipality, and it is not filled in."""

    code = "tax_number_missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Kinds of entries that are one journal."""

    id: str
    description: str
    type: xaf.JournalType
    kinds: tuple[EntryKind, ...]


FAMILIES: Final = (
    Family(
        id="budgets",
        description="Budgetten, verplichtingen en reserveringen",
        type=xaf.JournalType.MEMORANDUM,
        kinds=(
            EntryKind.FUND,
            EntryKind.FUND_BACK,
            EntryKind.GRANT,
            EntryKind.LOWER,
            EntryKind.RELEASE_COMMITMENT,
            EntryKind.RESERVE,
            EntryKind.RELEASE,
        ),
    ),
    Family(
        id="use",
        description="Geleverde ondersteuning en contractafspraken",
        type=xaf.JournalType.PURCHASES,
        kinds=(
            EntryKind.REDEEM,
            EntryKind.CAPTURE,
            EntryKind.REVERSE,
            EntryKind.TERM,
            EntryKind.TERM_BACK,
        ),
    ),
    Family(
        id="settlement",
        description="Afrekeningen met aanbieders, en rente op vorderingen",
        type=xaf.JournalType.MEMORANDUM,
        kinds=(
            EntryKind.SETTLE,
            EntryKind.SET_OFF,
            EntryKind.REOPEN,
            EntryKind.INTEREST,
            EntryKind.INTEREST_BACK,
        ),
    ),
    Family(
        id="bank",
        description="Bank",
        type=xaf.JournalType.BANK,
        kinds=(EntryKind.PAID, EntryKind.RETURN, EntryKind.REPAID),
    ),
)
"""Every kind of entry is in one of them."""


def audit_file(work: Work, first_day: date, last_day: date) -> Iterator[bytes]:
    """The audit file of a period of Dutch days, both inclusive, in pieces; memory does not grow with it.

    Call it, and read all of it, in one reading session. Raises PeriodBackwards, PeriodInFuture,
    PeriodOfTwoYears, TaxNumberMissing and MunicipalityNotSetUp at once; MalformedFile, while streaming as
    well, where rows cannot be a file or are not what was counted before: then it has no end.
    """
    span = _span(work, first_day, last_day)
    if first_day.year != last_day.year:
        raise PeriodOfTwoYears(first_day=first_day, last_day=last_day)
    municipality = municipalities.get(work)
    if not municipality.tax_number:
        raise TaxNumberMissing()
    accounts = chart.load(work)
    file = _file(work, municipality, accounts, span)
    return xaf.lines(file, (_journal(work, accounts, span, family) for family in FAMILIES))


def journal(work: Work, first_day: date, last_day: date) -> Iterator[bytes]:
    """Every money entry of a period as two lines of CSV; see audit_file for period and session.

    Raises PeriodBackwards and PeriodInFuture at once; a bug raises AssertionError before the last entry.
    """
    span = _span(work, first_day, last_day)
    accounts = chart.load(work)
    placed = _proven(_totals(work, span), _entries(work, accounts, span, tuple(EntryKind)))
    return journal_csv.lines(_journal_lines(placed))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """A period: its days, both inclusive, and its instants, the last exclusive."""

    first_day: date
    last_day: date
    since: datetime
    before: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Totals:
    """How many entries, and what they sum to."""

    count: int
    cents: int


class _Booked(NamedTuple):
    """An entry as far as it matters here."""

    id: UUID
    kind: EntryKind
    debit_account_id: UUID
    credit_account_id: UUID
    amount: int
    cause_id: UUID
    actor_id: UUID
    at: datetime
    recorded_at: datetime


class _Placed(NamedTuple):
    """An entry with its accounts in the chart; actor_id is None where it would tell who a resident is."""

    entry: _Booked
    debit: ChartAccount
    credit: ChartAccount
    actor_id: UUID | None


def _span(work: Work, first_day: date, last_day: date) -> _Span:
    if last_day < first_day:
        raise PeriodBackwards(first_day=first_day, last_day=last_day)
    today = dutch_day(work.now)
    if last_day > today:
        raise PeriodInFuture(until=last_day, today=today)
    return _Span(
        first_day=first_day,
        last_day=last_day,
        since=day_start(first_day),
        before=day_start(day_after(last_day)),
    )


# -------------------------------------------------------------------------------------- the audit file


def _file(work: Work, municipality: Municipality, accounts: Chart, span: _Span) -> xaf.AuditFile:
    totals = _totals(work, span)
    return xaf.AuditFile(
        fiscal_year=span.first_day.year,
        starts_on=span.first_day,
        ends_on=span.last_day,
        created_on=dutch_day(work.now),
        software="Tegoed",
        software_version=version("tegoed"),
        company_id=municipality.municipality_id,
        company_name=municipality.name,
        tax_number=municipality.tax_number,
        accounts=[
            xaf.Account(id=each.code, description=each.description, type=xaf.AccountType.BALANCE)
            for each in accounts.accounts.values()
        ],
        parties=_parties(accounts),
        periods=list(_months(span)),
        openings=list(_openings(work, accounts, span)),
        line_count=2 * totals.count,
        total_cents=totals.cents,
    )


def _totals(work: Work, span: _Span) -> _Totals:
    statement = select(func.count(), func.coalesce(func.sum(col(Entry.amount)), 0)).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.unit) == Unit.EUROCENT,
        col(Entry.recorded_at) >= span.since,
        col(Entry.recorded_at) < span.before,
    )
    count, cents = work.session.execute(statement).one()
    return _Totals(count=int(count), cents=int(cents))


def _parties(accounts: Chart) -> list[xaf.Party]:
    creditors = {each.creditor.agb: each.creditor for each in accounts.accounts.values() if each.creditor}
    return [
        xaf.Party(id=agb, name=each.name, commerce_number=each.kvk, type=xaf.PartyType.SUPPLIER)
        for agb, each in creditors.items()
    ]


def _months(span: _Span) -> Iterator[xaf.Period]:
    """The months of a period within one year, the first and the last as far as they are in it."""
    for month in range(span.first_day.month, span.last_day.month + 1):
        starts_on = date(span.first_day.year, month, 1)
        following = date(starts_on.year + month // 12, month % 12 + 1, 1)
        yield xaf.Period(
            number=month,
            description=f"{starts_on:%Y-%m}",
            starts_on=max(starts_on, span.first_day),
            ends_on=min(day_before(following), span.last_day),
        )


def _openings(work: Work, accounts: Chart, span: _Span) -> Iterator[xaf.Opening]:
    """What each account held when the period began; none where it held nothing."""
    held = dict.fromkeys(accounts.accounts.values(), 0)
    for (_, place), cents in chart.booked(work, until=span.since - _INSTANT).items():
        held[accounts.at(place)] += cents
    for account, cents in held.items():
        if cents:
            side = xaf.Side.CREDIT if cents > 0 else xaf.Side.DEBIT
            yield xaf.Opening(account_id=account.code, side=side, amount_cents=abs(cents))


def _journal(work: Work, accounts: Chart, span: _Span, family: Family) -> xaf.Journal:
    placed = _entries(work, accounts, span, family.kinds)
    return xaf.Journal(
        id=family.id,
        description=family.description,
        type=family.type,
        transactions=(_transaction(each) for each in placed),
    )


WORDS: Final = {
    EntryKind.FUND: "Budget beschikbaar gesteld",
    EntryKind.FUND_BACK: "Budget verlaagd",
    EntryKind.GRANT: "Toegekend",
    EntryKind.LOWER: "Verlaagd",
    EntryKind.RELEASE_COMMITMENT: "Verplichting vrijgevallen",
    EntryKind.REDEEM: "Verzilverd",
    EntryKind.RESERVE: "Gereserveerd",
    EntryKind.CAPTURE: "Reservering gebruikt",
    EntryKind.RELEASE: "Reservering vrijgegeven",
    EntryKind.REVERSE: "Teruggedraaid",
    EntryKind.SETTLE: "Afgerekend",
    EntryKind.SET_OFF: "Verrekend",
    EntryKind.PAID: "Betaald door de bank",
    EntryKind.REOPEN: "Geweigerd door de bank",
    EntryKind.RETURN: "Teruggekomen van de bank",
    EntryKind.TERM: "Contractafspraak",
    EntryKind.TERM_BACK: "Contractafspraak, teruggerekend",
    EntryKind.REPAID: "Terugbetaald door de aanbieder",
    EntryKind.INTEREST: "Wettelijke rente",
    EntryKind.INTEREST_BACK: "Wettelijke rente, teruggenomen",
}
"""What every kind of entry is called in the audit file."""


def _transaction(placed: _Placed) -> xaf.Transaction:
    entry, booked_on = placed.entry, dutch_day(placed.entry.recorded_at)
    return xaf.Transaction(
        number=entry.id.hex,
        period_number=booked_on.month,
        booked_on=booked_on,
        description=WORDS[entry.kind],
        user_id=placed.actor_id.hex if placed.actor_id else None,
        lines=(
            _line(entry, placed.debit, xaf.Side.DEBIT),
            _line(entry, placed.credit, xaf.Side.CREDIT),
        ),
    )


def _line(entry: _Booked, account: ChartAccount, side: xaf.Side) -> xaf.Line:
    return xaf.Line(
        account_id=account.code,
        side=side,
        amount_cents=entry.amount,
        document=entry.cause_id.hex,
        effective_on=dutch_day(entry.at),
        party_id=account.creditor.agb if account.creditor else None,
    )


# ----------------------------------------------------------------------------------------- the journal


def _journal_lines(placed: Iterator[_Placed]) -> Iterator[JournalLine]:
    for each in placed:
        yield _journal_line(each, each.debit, debit_cents=each.entry.amount)
        yield _journal_line(each, each.credit, credit_cents=each.entry.amount)


def _journal_line(
    placed: _Placed, account: ChartAccount, *, debit_cents: int = 0, credit_cents: int = 0
) -> JournalLine:
    entry = placed.entry
    return JournalLine(
        entry_id=entry.id,
        at=entry.at,
        recorded_at=entry.recorded_at,
        kind=entry.kind,
        account_code=account.code,
        account_description=account.description,
        party=account.creditor.agb if account.creditor else None,
        debit_cents=debit_cents,
        credit_cents=credit_cents,
        cause_id=entry.cause_id,
        actor_id=placed.actor_id,
    )


def _proven(totals: _Totals, placed: Iterator[_Placed]) -> Iterator[_Placed]:
    """The entries, the last one only when all are what was counted before: a CSV has no closing tag."""
    held, count, cents = None, 0, 0
    for each in placed:
        if held is not None:
            yield held
        held, count, cents = each, count + 1, cents + each.entry.amount
    if (count, cents) != (totals.count, totals.cents):  # must hold under python -O as well
        raise AssertionError(f"{totals.count} entries were counted, and {count} were read")
    if held is not None:
        yield held


# ------------------------------------------------------------------------------------------ the entries


def _entries(work: Work, accounts: Chart, span: _Span, kinds: Sequence[EntryKind]) -> Iterator[_Placed]:
    """Money entries of these kinds that were recorded in the period, by id, a piece at a time."""
    after = NOBODY
    given = {"kinds": [kind.value for kind in kinds], "since": span.since, "before": span.before}
    while piece := [_Booked(*row) for row in _ENTRIES.rows(work, after=after, **given)]:
        after = piece[-1].id
        sides = {each.debit_account_id for each in piece} | {each.credit_account_id for each in piece}
        placed = {id_: accounts.at(place) for id_, place in chart.places(work, sides).items()}
        private = {row[0] for row in _PRIVATE.rows(work, ids={each.actor_id for each in piece})}
        for each in piece:
            yield _Placed(
                entry=each,
                debit=placed[each.debit_account_id],
                credit=placed[each.credit_account_id],
                actor_id=None if each.actor_id in private else each.actor_id,
            )


_ENTRIES: Final = bulk.Query(
    select(
        col(Entry.id),
        col(Entry.kind),
        col(Entry.debit_account_id),
        col(Entry.credit_account_id),
        col(Entry.amount),
        col(Entry.cause_id),
        col(Entry.actor_id),
        col(Entry.at),
        col(Entry.recorded_at),
    )
    .where(
        bulk.mine(Entry),
        col(Entry.id) > bindparam("after", type_=Id()),
        col(Entry.unit) == Unit.EUROCENT,
        bulk.Among(col(Entry.kind), "kinds"),
        col(Entry.recorded_at) >= bindparam("since", type_=Instant()),
        col(Entry.recorded_at) < bindparam("before", type_=Instant()),
    )
    .order_by(col(Entry.id))
    .limit(PIECE)
)
_PRIVATE: Final = bulk.Query(
    select(col(Actor.id))
    .outerjoin(Provider, linked(Provider, Actor, col(Provider.id) == col(Actor.provider_id)))
    .where(
        bulk.mine(Actor),
        bulk.Among(col(Actor.id), "ids"),
        or_(col(Actor.person_id).is_not(None), col(Provider.kind) == ProviderKind.HELPER),
    )
)
"""Residents, and helpers whom one of them contracts."""
