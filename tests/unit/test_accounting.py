# SPDX-License-Identifier: EUPL-1.2
"""Accounting out: valid by its schema, every cent of the books, nobody's name, in flat memory."""

import csv
import tracemalloc
from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from lxml import etree
from pydantic import ValidationError
from sqlalchemy import Engine, update

from ledger import accounting, budgets, chart, entries, municipalities
from ledger.accounting import (
    FAMILIES,
    PeriodBackwards,
    PeriodInFuture,
    PeriodOfTwoYears,
    TaxNumberMissing,
)
from ledger.budgets import Funding
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import LedgerError, MalformedFile
from ledger.formats import journal_csv
from ledger.ids import NOBODY, uuid7
from ledger.municipalities import MunicipalityInput, MunicipalityNotSetUp
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import News
from ledger.tables import Actor, FollowUpKind, Municipality
from ledger.units import Unit
from tests.years import BORNE, TAX_NUMBER, Years, instant

NS = {"x": "http://www.auditfiles.nl/XAF/3.2"}
SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "schemas" / "xaf-3.2.xsd")))
JANUARY, FEBRUARY = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
NOT_BOOKED = {
    *("fund_back", "lower", "release_commitment", "term", "term_back"),
    *("repaid", "interest", "interest_back"),
}
"""What lived_in does without; the journal of demands is looked at where they are."""
MARCH = instant("2026-03-01")


@pytest.fixture
def town(engine: Engine) -> Years:
    return Years(engine=engine)


@pytest.fixture
def lived_in(town: Years) -> Years:
    """Two months in which nearly every kind of entry is booked."""
    provider = town.contracted()
    helper = town.helper()
    town.fund(5000_00)
    right = town.given(provider)
    drawing = town.given(helper, kind=EntitlementKind.DRAWING_RIGHT)
    town.care(drawing, helper)
    town.used(right, provider, 100_00)
    taken_back = town.used(right, provider, 40_00)
    held = town.used(right, provider, 30_00, reserve=True)
    released = town.used(right, provider, 5_00, reserve=True)
    town.redeem(drawing, helper, minutes=7, at=town.clock)
    town.follow(FollowUpKind.CAPTURE, held)
    town.follow(FollowUpKind.RELEASE, released)
    town.clock = instant("2026-02-03")
    run = town.settled()
    town.reverse(taken_back)
    town.hear(run.payments[0], News.BOOK, News.RETURN)
    town.hear(run.payments[1], News.REJECT)
    town.used(right, provider, 2_00)
    town.settled()
    town.clock = MARCH
    return town


def xml_of(town: Years, first_day: date, last_day: date, now: datetime | None = None) -> etree._Element:
    with town.reading(now) as work:
        root = etree.fromstring(b"".join(accounting.audit_file(work, first_day, last_day)))
    SCHEMA.assertValid(root)
    return root


def rows_of(town: Years, first_day: date, last_day: date) -> list[dict[str, str]]:
    with town.reading() as work:
        text = b"".join(accounting.journal(work, first_day, last_day)).decode()
    return list(csv.DictReader(StringIO(text, newline="")))


def signed(root: etree._Element, path: str) -> Counter[str]:
    """Cents per account of all lines under a path, credits above zero."""
    found: Counter[str] = Counter()
    for line in root.iterfind(f".//{path}", NS):
        cents = int(str(line.findtext("x:amnt", "", NS)).replace(".", ""))
        is_credit = line.findtext("x:amntTp", "", NS) == "C"
        found[str(line.findtext("x:accID", "", NS))] += cents if is_credit else -cents
    return found


def texts(root: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in root.iterfind(f".//{path}", NS)]


def nonzero(sums: Counter[str]) -> dict[str, int]:
    return {code: cents for code, cents in sums.items() if cents}


# ------------------------------------------------------------------------------------------ the promise


def test_opening_and_movements_are_what_every_account_holds(lived_in: Years) -> None:
    january, february = xml_of(lived_in, *JANUARY), xml_of(lived_in, *FEBRUARY)

    opening, moved = signed(february, "x:obLine"), signed(february, "x:trLine")
    assert signed(january, "x:obLine") == Counter()
    assert nonzero(signed(january, "x:trLine")) == opening
    opening.update(moved)
    assert nonzero(opening) == lived_in.held()
    assert sum(opening.values()) == 0
    assert lived_in.report().findings == ()


def test_every_money_entry_is_one_transaction_of_its_journal(lived_in: Years) -> None:
    rows = rows_of(lived_in, JANUARY[0], FEBRUARY[1])
    root = xml_of(lived_in, JANUARY[0], FEBRUARY[1])

    kinds = {row["entry_id"].replace("-", ""): row["kind"] for row in rows}
    assert sorted(texts(root, "x:transaction/x:nr")) == sorted(kinds)
    assert set(kinds.values()) == {str(kind) for kind in EntryKind} - NOT_BOOKED
    for journal, family in zip(root.iterfind(".//x:journal", NS), FAMILIES, strict=True):
        assert journal.findtext("x:jrnID", "", NS) == family.id
        numbers = texts(journal, "x:transaction/x:nr")
        assert {kinds[number] for number in numbers} <= set(family.kinds)
        assert numbers == sorted(numbers)


def test_the_file_says_who_when_and_how_much(lived_in: Years) -> None:
    root = xml_of(lived_in, date(2026, 1, 3), date(2026, 2, 20))

    assert texts(root, "x:header/x:fiscalYear") == ["2026"]
    assert texts(root, "x:header/x:dateCreated") == ["2026-03-01"]
    assert texts(root, "x:company/x:companyIdent") == [BORNE]
    assert texts(root, "x:company/x:taxRegIdent") == [TAX_NUMBER]
    assert texts(root, "x:period/x:periodNumber") == ["1", "2"]
    assert texts(root, "x:period/x:startDatePeriod") == ["2026-01-03", "2026-02-01"]
    assert texts(root, "x:period/x:endDatePeriod") == ["2026-01-31", "2026-02-20"]
    assert texts(root, "x:customerSupplier/x:custSupID") == ["00000001"]
    assert set(texts(root, "x:transaction/x:trDt")) == {"2026-01-05", "2026-02-03"}
    (count,) = texts(root, "x:transactions/x:linesCount")
    assert int(count) == len(texts(root, "x:trLine/x:nr")) == 2 * len(texts(root, "x:transaction/x:nr"))


def test_a_payable_is_credited_when_care_is_given_and_debited_when_it_is_settled(town: Years) -> None:
    provider = town.contracted()
    town.used(town.given(provider), provider, 100_00)
    run = town.settled()
    town.hear(run.payments[0], News.BOOK)

    rows = rows_of(town, *(date(2026, 1, 5),) * 2)

    booked = [
        (
            row["kind"],
            row["account_code"].split("-2026")[0],
            int(row["debit_cents"]),
            int(row["credit_cents"]),
        )
        for row in rows
    ]
    assert booked == [
        ("grant", "budget", 1000_00, 0),
        ("grant", "entitlement", 0, 1000_00),
        ("redeem", "entitlement", 100_00, 0),
        ("redeem", "payable-00000001", 0, 100_00),
        ("settle", "payable-00000001", 100_00, 0),
        ("settle", "in_payment", 0, 100_00),
        ("paid", "in_payment", 100_00, 0),
        ("paid", "treasury", 0, 100_00),
    ]
    assert [row["party"] for row in rows] == ["", "", "", "00000001", "00000001", "", "", ""]
    assert tuple(rows[0]) == journal_csv.COLUMNS


def test_journal_and_audit_file_say_the_same(lived_in: Years) -> None:
    rows, root = rows_of(lived_in, *FEBRUARY), xml_of(lived_in, *FEBRUARY)

    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["account_code"]] += int(row["credit_cents"]) - int(row["debit_cents"])
    assert sums == signed(root, "x:trLine")


def test_a_period_without_entries_is_a_valid_file_with_what_came_before(lived_in: Years) -> None:
    root = xml_of(lived_in, MARCH.date(), MARCH.date())

    assert nonzero(signed(root, "x:obLine")) == lived_in.held()
    assert texts(root, "x:transactions/x:linesCount") == ["0"]
    assert texts(root, "x:journal/x:jrnID") == [family.id for family in FAMILIES]
    assert texts(root, "x:transaction/x:nr") == []
    assert rows_of(lived_in, MARCH.date(), MARCH.date()) == []


def test_a_municipality_where_nothing_was_ever_booked_has_a_valid_file(town: Years) -> None:
    root = xml_of(town, *(date(2026, 1, 5),) * 2)

    assert texts(root, "x:accID") == ["treasury", "payable-helpers", "receivable-helpers", "in_payment"]
    assert texts(root, "x:openingBalance/x:linesCount") == ["0"]


def test_the_day_is_that_on_which_it_was_recorded_in_the_netherlands(town: Years) -> None:
    provider = town.contracted()
    right = town.given(provider)
    town.clock = datetime(2026, 1, 31, 22, 59, 59, 999999, tzinfo=UTC)
    last = town.redeem(right, provider, cents=1_00, at=instant("2026-01-20"))
    town.clock = datetime(2026, 1, 31, 23, tzinfo=UTC)
    first = town.redeem(right, provider, cents=2_00, at=instant("2026-01-20"))
    town.clock = MARCH

    january, february = rows_of(town, *JANUARY), rows_of(town, *FEBRUARY)

    uses = [[row for row in rows if row["kind"] == "redeem"] for rows in (january, february)]
    assert [{row["cause_id"] for row in rows} for rows in uses] == [{str(last)}, {str(first)}]
    assert {row["at"] for row in [*uses[0], *uses[1]]} == {"2026-01-20"}
    root = xml_of(town, *FEBRUARY)
    assert texts(root, "x:trDt") == ["2026-02-01"]
    assert texts(root, "x:effDate") == ["2026-01-20"] * 2
    assert signed(root, "x:obLine")["payable-00000001"] == 1_00


def test_quantities_are_not_in_it(town: Years) -> None:
    provider = town.contracted()
    right = town.right(provider, minutes=100)

    town.redeem(right, provider, minutes=9, at=town.clock)

    rows = rows_of(town, *(date(2026, 1, 5),) * 2)
    assert [int(row["credit_cents"]) for row in rows if row["kind"] == "redeem"] == [0, 9_00]
    assert not any("delivered" in row["account_code"] for row in rows)


# -------------------------------------------------------------------------------------------- privacy


def test_no_resident_entitlement_or_helper_has_an_account_or_a_name_in_it(lived_in: Years) -> None:
    with lived_in.reading() as work:
        codes = {each.code.split("-2026")[0] for each in chart.load(work).accounts.values()}
        xml = b"".join(accounting.audit_file(work, JANUARY[0], FEBRUARY[1])).decode()
        lines = b"".join(accounting.journal(work, JANUARY[0], FEBRUARY[1])).decode()

    assert codes == {
        "treasury",
        "budget",
        "entitlement",
        "reserved",
        "payable-00000001",
        "payable-helpers",
        "receivable-00000001",
        "receivable-helpers",
        "in_payment",
    }
    for written in (xml, lines):
        assert "payable-helpers" in written
        for private in ("Truus", "T. Hulp", lived_in.holder_id.hex, str(lived_in.holder_id)):
            assert private not in written


def test_who_acted_is_named_but_for_residents_and_their_helpers(town: Years) -> None:
    provider, helper = town.contracted(), town.helper()
    person, of_helper, of_provider = uuid7(), uuid7(), uuid7()
    for actor_id, person_id, provider_id in (
        (person, town.holder_id, None),
        (of_helper, None, helper),
        (of_provider, None, provider),
    ):
        town.add(
            Actor(
                municipality_id=BORNE,
                id=actor_id,
                name="Iemand",
                person_id=person_id,
                provider_id=provider_id,
                recorded_at=town.clock,
            )
        )
    right = town.given(provider)
    staff = town.actor_id
    for actor_id in (person, of_helper, of_provider):
        town.actor_id = actor_id
        town.used(right, provider, 1_00)

    rows = rows_of(town, *(date(2026, 1, 5),) * 2)

    by_kind = [(row["kind"], row["actor_id"]) for row in rows[::2]]
    assert by_kind == [
        ("grant", str(staff)),
        ("redeem", ""),
        ("redeem", ""),
        ("redeem", str(of_provider)),
    ]
    root = xml_of(town, *(date(2026, 1, 5),) * 2)
    assert sorted(texts(root, "x:userID")) == sorted([staff.hex, of_provider.hex])


# ------------------------------------------------------------------------------------------- refusals


def refused(town: Years, first_day: date, last_day: date) -> list[LedgerError]:
    """What both files are refused for; at once, before anything is read."""
    found = []
    with town.reading() as work:
        for asked in (accounting.audit_file, accounting.journal):
            try:
                asked(work, first_day, last_day)
            except LedgerError as error:
                found.append(error)
    return found


def test_a_period_that_ends_before_it_begins_is_refused(town: Years) -> None:
    found = refused(town, date(2026, 1, 5), date(2026, 1, 4))

    assert [type(each) for each in found] == [PeriodBackwards] * 2
    assert found[0].facts == {"first_day": date(2026, 1, 5), "last_day": date(2026, 1, 4)}
    assert refused(town, date(2026, 1, 5), date(2026, 1, 5)) == []


def test_a_day_that_has_not_come_is_refused(town: Years) -> None:
    found = refused(town, date(2026, 1, 1), date(2026, 1, 6))

    assert [type(each) for each in found] == [PeriodInFuture] * 2
    assert found[0].facts == {"until": date(2026, 1, 6), "today": date(2026, 1, 5)}


def test_an_audit_file_is_of_one_year_and_a_journal_of_any_period(town: Years) -> None:
    found = refused(town, date(2025, 12, 31), date(2026, 1, 1))

    assert [type(each) for each in found] == [PeriodOfTwoYears]


def test_an_audit_file_needs_a_tax_number_and_a_municipality(town: Years) -> None:
    with town.work() as work:
        work.session.execute(update(Municipality).values(tax_number=""))
    assert [type(each) for each in refused(town, *(date(2026, 1, 5),) * 2)] == [TaxNumberMissing]


def test_a_municipality_that_is_not_set_up_has_no_audit_file(engine: Engine) -> None:
    town = Years.__new__(Years)
    town.engine, town.actor_id, town.clock = engine, uuid7(), MARCH
    found = refused(town, *JANUARY)
    assert [type(each) for each in found] == [MunicipalityNotSetUp]


def test_a_tax_number_is_an_rsin_or_a_vat_number_and_stays_when_none_is_given(town: Years) -> None:
    for wrong in (
        "",
        "12345678",
        "1234567890",
        "NL001234567",
        "NL001234567B1",
        "nl001234567B01",
        "001234567\n",
    ):
        with pytest.raises(ValidationError):
            MunicipalityInput(name="Borne", tax_number=wrong)

    with town.work() as work:
        municipalities.put(work, MunicipalityInput(name="Borne", tax_number="NL001234567B01"))
        row = municipalities.put(work, MunicipalityInput(name="Borne"))
    assert row.tax_number == "NL001234567B01"


# ------------------------------------------------------------------------------------ proof and memory


def test_an_account_without_a_place_in_the_chart_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="an account of kind budget has no place in the chart"):
        chart.Chart(accounts={}, helpers=frozenset()).at((AccountKind.BUDGET, uuid7()))


def fund(town: Years, work: Work, cents: int) -> None:
    funding = Funding(
        id=uuid7(), programme_id=town.programmes[Law.WMO], year=2026, cents=cents, at=town.clock
    )
    budgets.fund(work, [funding])


def test_what_is_not_what_was_counted_never_becomes_a_whole_file(town: Years) -> None:
    """An entry that comes between counting and reading, as it never can in one reading session."""
    day = town.clock.date()
    xml: list[bytes] = []
    lines: list[bytes] = []
    with town.work() as work:
        fund(town, work, 1_00)
        audit_file, journal = accounting.audit_file(work, day, day), accounting.journal(work, day, day)
        fund(town, work, 2_00)

        with pytest.raises(MalformedFile) as refusal:
            xml.extend(audit_file)
        with pytest.raises(AssertionError, match="1 entries were counted, and 2 were read"):
            lines.extend(journal)

    assert refusal.value.fault == "comes after the 2 lines announced"
    assert b"</auditfile>" not in b"".join(xml)
    assert b"".join(lines).count(b"fund") == 2  # both sides of the first; the second was never let go


def peak_bytes(town: Years, day: date) -> int:
    """The most memory that both files of a day took."""
    tracemalloc.start()
    try:
        with town.reading() as work:
            for asked in (accounting.audit_file, accounting.journal):
                assert sum(map(len, asked(work, day, day))) > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_entries(sqlite_engine: Engine) -> None:
    town = Years(engine=sqlite_engine)
    budget_id = town.fund(1_00)
    for clock, many in ((instant("2026-02-01"), 2 * accounting.PIECE), (MARCH, 6 * accounting.PIECE)):
        town.clock = clock
        with town.work() as work:
            treasury, budget = (
                entries.pot(work, (kind, owner, Unit.EUROCENT), soft=True)
                for kind, owner in ((AccountKind.TREASURY, NOBODY), (AccountKind.BUDGET, budget_id))
            )
            posting = Posting(
                kind=EntryKind.FUND,
                debit_account_id=treasury.id,
                credit_account_id=budget.id,
                unit=Unit.EUROCENT,
                amount=1,
                cause_id=uuid7(),
                at=clock,
            )
            entries.post(work, [posting] * many)
    peak_bytes(town, date(2026, 1, 5))  # what is made once is made before measuring

    assert peak_bytes(town, MARCH.date()) < 1.3 * peak_bytes(town, date(2026, 2, 1))


def test_every_kind_of_entry_is_in_one_journal() -> None:
    kinds = [kind for family in FAMILIES for kind in family.kinds]
    assert sorted(kinds) == sorted(EntryKind) == sorted(accounting.WORDS)
