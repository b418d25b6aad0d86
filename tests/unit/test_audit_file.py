# SPDX-License-Identifier: EUPL-1.2
"""The audit file: valid by its schema, balanced, exact to the cent, never whole when wrong, flat memory."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.errors import MalformedFile
from ledger.formats.audit_file import (
    Account,
    AccountType,
    AuditFile,
    Journal,
    JournalType,
    Line,
    Opening,
    Party,
    PartyType,
    Period,
    Side,
    Transaction,
    lines,
)
from ledger.units import AMOUNT_MAX

NS = {"x": "http://www.auditfiles.nl/XAF/3.2"}
SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "schemas" / "xaf-3.2.xsd")))
FILE = AuditFile(
    fiscal_year=2026,
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
    created_on=date(2027, 1, 4),
    software="Tegoed",
    software_version="0.1.0",
    company_id="0363",
    company_name="Gemeente Voorbeeld",
    tax_number="002564440",
    accounts=(
        Account(id="budget.wmo.2026", description="Budget Wmo 2026", type=AccountType.PROFIT_AND_LOSS),
        Account(id="payable", description="Te betalen aan aanbieders", type=AccountType.BALANCE),
    ),
    parties=(Party(id="P-1", name="Zorg & Zó B.V.", commerce_number="12345678", type=PartyType.SUPPLIER),),
    periods=(
        Period(number=1, description="januari 2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31)),
        Period(number=2, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28)),
    ),
    openings=(
        Opening(account_id="budget.wmo.2026", side=Side.DEBIT, amount_cents=500),
        Opening(account_id="payable", side=Side.CREDIT, amount_cents=500),
    ),
    line_count=2,
    total_cents=1234,
)
DEBIT = Line(
    account_id="budget.wmo.2026",
    side=Side.DEBIT,
    amount_cents=1234,
    document="01957a3c8e00700080000000000000aa",
    effective_on=date(2025, 12, 30),
    description="Huishoudelijke hulp",
)
CREDIT = replace(DEBIT, account_id="payable", side=Side.CREDIT, party_id="P-1", invoice="F 2026/001")
TRANSACTION = Transaction(
    number="01957a3c8e0070008000000000000001",
    period_number=1,
    booked_on=date(2026, 1, 5),
    description="redeem",
    source_id="tegoed",
    user_id="01957a3c8e0070008000000000000002",
    lines=(DEBIT, CREDIT),
)
JOURNAL = Journal(
    id="redeem", description="Verzilveringen", type=JournalType.MEMORANDUM, transactions=(TRANSACTION,)
)


def journal_of(*side_lines: Line) -> Journal:
    return replace(JOURNAL, transactions=[replace(TRANSACTION, lines=side_lines)])


def written(file: AuditFile = FILE, *journals: Journal) -> bytes:
    return b"".join(lines(file, journals or [JOURNAL]))


def parsed(file: AuditFile = FILE, *journals: Journal) -> etree._Element:
    root = etree.fromstring(written(file, *journals))
    SCHEMA.assertValid(root)
    return root


def texts(root: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in root.iterfind(f".//{path}", NS)]


def refused(file: AuditFile, *journals: Journal) -> tuple[MalformedFile, bytes]:
    """The refusal, and what was received before it; the closing tags are never among it."""
    received: list[bytes] = []
    with pytest.raises(MalformedFile) as refusal:
        received.extend(lines(file, journals))
    assert b"</auditfile>" not in b"".join(received)
    return refusal.value, b"".join(received)


def test_a_file_is_valid_and_says_what_was_booked() -> None:
    root = parsed()

    header = root.find("x:header", NS)
    assert header is not None
    assert [(etree.QName(child).localname, child.text) for child in header] == [
        ("fiscalYear", "2026"),
        ("startDate", "2026-01-01"),
        ("endDate", "2026-12-31"),
        ("curCode", "EUR"),
        ("dateCreated", "2027-01-04"),
        ("softwareDesc", "Tegoed"),
        ("softwareVersion", "0.1.0"),
    ]
    assert texts(root, "x:companyIdent") == ["0363"]
    assert texts(root, "x:company/x:taxRegIdent") == ["002564440"]
    assert texts(root, "x:custSupName") == ["Zorg & Zó B.V."]
    assert texts(root, "x:commerceNr") == ["12345678"]
    assert texts(root, "x:ledgerAccount/x:accTp") == ["P", "B"]
    assert texts(root, "x:periodDesc") == ["januari 2026"]
    assert texts(root, "x:openingBalance/x:linesCount") == ["2"]
    assert texts(root, "x:openingBalance/x:totalCredit") == ["5.00"]
    assert texts(root, "x:transactions/x:linesCount") == ["2"]
    assert texts(root, "x:transactions/x:totalDebit") == ["12.34"]
    assert texts(root, "x:transactions/x:totalCredit") == ["12.34"]
    assert texts(root, "x:jrnTp") == ["M"]
    assert texts(root, "x:trDt") == ["2026-01-05"]
    assert texts(root, "x:trLine/x:nr") == ["1", "2"]
    assert texts(root, "x:trLine/x:effDate") == ["2025-12-30"] * 2
    assert texts(root, "x:trLine/x:amntTp") == ["D", "C"]
    assert texts(root, "x:trLine/x:custSupID") == ["P-1"]
    assert texts(root, "x:invRef") == ["F 2026/001"]
    assert texts(root, "x:userID") == [TRANSACTION.user_id]


def test_the_same_values_are_the_same_bytes() -> None:
    assert written() == written()


def test_a_period_without_lines_is_a_valid_file() -> None:
    quiet = replace(FILE, parties=(), openings=(), line_count=0, total_cents=0)
    for journals in ([], [replace(JOURNAL, transactions=())]):
        root = etree.fromstring(b"".join(lines(quiet, journals)))
        SCHEMA.assertValid(root)
        assert texts(root, "x:transactions/x:totalDebit") == ["0.00"]
        assert texts(root, "x:openingBalance/x:linesCount") == ["0"]
        assert not root.findall(".//x:transaction", NS)
        assert not root.findall(".//x:customersSuppliers", NS)


SPLITS = st.lists(st.lists(st.integers(1, AMOUNT_MAX // 4), min_size=1, max_size=4), max_size=5)


@given(SPLITS)
def test_what_is_read_back_sums_to_what_was_booked(splits: list[list[int]]) -> None:
    total_cents = sum(map(sum, splits))
    file = replace(FILE, line_count=sum(len(split) + 1 for split in splits), total_cents=total_cents)
    root = parsed(file, replace(JOURNAL, transactions=map(split_over, splits)))

    amounts = zip(texts(root, "x:trLine/x:amntTp"), texts(root, "x:trLine/x:amnt"), strict=True)
    sums = {"D": 0, "C": 0}
    for side, euros in amounts:
        sums[side] += int(euros.replace(".", ""))
    assert sums == {"D": total_cents, "C": total_cents}
    assert texts(root, "x:transactions/x:linesCount") == [str(len(texts(root, "x:trLine")))]


def split_over(amounts_cents: list[int]) -> Transaction:
    """One transaction: many debits, one credit."""
    debits = [replace(DEBIT, amount_cents=cents) for cents in amounts_cents]
    return replace(TRANSACTION, lines=[*debits, replace(CREDIT, amount_cents=sum(amounts_cents))])


@pytest.mark.parametrize(("cents", "euros"), [(5, "0.05"), (100, "1.00"), (AMOUNT_MAX, "10000000000.00")])
def test_cents_are_written_as_euros(cents: int, euros: str) -> None:
    journal = journal_of(replace(DEBIT, amount_cents=cents), replace(CREDIT, amount_cents=cents))
    assert texts(parsed(replace(FILE, total_cents=cents), journal), "x:trLine/x:amnt") == [euros, euros]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"line_count": 3}, "transactions, linesCount"),
        ({"line_count": 1}, "journal 1, transaction 1"),
        ({"total_cents": 1233}, "transactions, totalDebit and totalCredit"),
        ({"total_cents": 1235}, "transactions, totalDebit and totalCredit"),
    ],
)
def test_another_count_or_total_never_gets_its_closing_tags(change: dict[str, Any], place: str) -> None:
    refusal, _ = refused(replace(FILE, **change), JOURNAL)
    assert refusal.place == place


def test_a_transaction_that_does_not_balance_is_never_closed() -> None:
    journal = journal_of(DEBIT, replace(CREDIT, amount_cents=1233))
    refusal, received = refused(FILE, journal)
    assert refusal.place == "journal 1, transaction 1"
    assert refusal.fault == "does not balance: debit 12.34, credit 12.33"
    assert b"</transaction>" not in received


def test_two_transactions_that_balance_only_together_are_refused() -> None:
    halves = [replace(TRANSACTION, lines=[line]) for line in (DEBIT, CREDIT)]
    refusal, _ = refused(FILE, replace(JOURNAL, transactions=halves))
    assert refusal.place == "journal 1, transaction 1"


def test_a_transaction_without_lines_is_refused() -> None:
    refusal, _ = refused(FILE, journal_of())
    assert refusal.fault == "has no lines"


def test_more_lines_than_announced_stop_at_once() -> None:
    def endless() -> Iterator[Line]:
        while True:
            yield DEBIT

    refusal, received = refused(FILE, replace(JOURNAL, transactions=[replace(TRANSACTION, lines=endless())]))
    assert "2 lines announced" in refusal.fault
    assert received.count(b"<trLine>") == 2


WRONG_FILES: list[tuple[str, Any, str]] = [
    ("fiscal_year", 26, "header, fiscalYear"),
    ("ends_on", date(2025, 12, 31), "period 1"),
    ("software", " ", "header, softwareDesc"),
    ("software_version", "1" * 21, "header, softwareVersion"),
    ("company_id", "", "company, companyIdent"),
    ("company_id", "0" * 36, "company, companyIdent"),
    ("company_name", "Gemeente\x00", "company, companyName"),
    ("tax_number", "", "company, taxRegIdent"),
    ("tax_number", "0" * 31, "company, taxRegIdent"),
    ("accounts", (), "generalLedger"),
    ("accounts", (*FILE.accounts, *FILE.accounts), "ledgerAccount"),
    ("accounts", (*FILE.accounts, replace(FILE.accounts[0], id="x" * 36)), "ledgerAccount, accID"),
    (
        "accounts",
        (*FILE.accounts, replace(FILE.accounts[0], id="x", description="")),
        "ledgerAccount, accDesc",
    ),
    ("parties", (*FILE.parties, *FILE.parties), "customerSupplier"),
    ("parties", (Party(id=" P-1"),), "customerSupplier, custSupID"),
    ("parties", (Party(id="P-1", name="Zorg\ufffe"),), "customerSupplier, custSupName"),
    ("periods", (*FILE.periods, *FILE.periods), "period, periodNumber"),
    ("periods", (replace(FILE.periods[0], number=1000),), "period, periodNumber"),
    ("periods", (replace(FILE.periods[0], number=-1),), "period, periodNumber"),
    ("periods", (replace(FILE.periods[0], starts_on=date(2026, 2, 1)),), "period 1"),
    ("periods", (replace(FILE.periods[0], ends_on=date(2027, 1, 1)),), "period 1"),
    ("openings", FILE.openings[:1], "openingBalance"),
    ("openings", (replace(FILE.openings[0], account_id="unknown"),), "obLine 1, accID"),
    ("openings", (replace(FILE.openings[0], amount_cents=0),), "obLine 1, amnt"),
    ("line_count", -1, "transactions, linesCount"),
    ("line_count", 10**10, "transactions, linesCount"),
    ("total_cents", -1, "transactions, totalDebit"),
    ("total_cents", 10**20, "transactions, totalDebit"),
]


@pytest.mark.parametrize(("field", "value", "place"), WRONG_FILES)
def test_a_file_outside_its_limits_is_refused_before_the_first_byte(
    field: str, value: Any, place: str
) -> None:
    with pytest.raises(MalformedFile) as refusal:
        lines(replace(FILE, **{field: value}), [])
    assert refusal.value.place == place


def test_days_that_run_backwards_are_refused() -> None:
    with pytest.raises(MalformedFile, match="endDate"):
        lines(replace(FILE, periods=(), ends_on=date(2025, 12, 31)), [])


WRONG_JOURNALS: list[tuple[str, Any, str]] = [
    ("id", "", "jrnID"),
    ("id", "x" * 36, "jrnID"),
    ("description", " ", "desc"),
    ("description", "\x1b[31m", "desc"),
]


@pytest.mark.parametrize(("field", "value", "element"), WRONG_JOURNALS)
def test_a_journal_outside_its_limits_is_refused(field: str, value: Any, element: str) -> None:
    refusal, _ = refused(FILE, replace(JOURNAL, **{field: value}))
    assert refusal.place == f"journal 1, {element}"


def test_limits_are_inclusive() -> None:
    last = (replace(FILE.periods[0], number=999, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31)),)
    on_the_last_day = replace(TRANSACTION, number="x" * 35, period_number=999, booked_on=date(2026, 12, 31))
    journal = replace(JOURNAL, id="x" * 35, transactions=[on_the_last_day])
    root = parsed(replace(FILE, company_id="x" * 35, tax_number="x" * 30, periods=last), journal)
    assert texts(root, "x:trDt") == ["2026-12-31"]
    assert texts(root, "x:jrnID") == texts(root, "x:transaction/x:nr") == ["x" * 35]


def test_what_is_not_said_or_blank_is_left_out() -> None:
    bare = replace(TRANSACTION, description=" ", source_id=None, user_id=None)
    silent = [replace(DEBIT, description=""), replace(CREDIT, description=None, party_id=None, invoice=None)]
    parties = (Party(id="P-1", name="\n"),)
    journal = replace(JOURNAL, transactions=[replace(bare, lines=silent)])
    root = parsed(replace(FILE, parties=parties), journal)
    absent = ("custSupName", "commerceNr", "custSupTp", "transaction/x:desc", "sourceID", "userID")
    for path in (*absent, "trLine/x:desc", "trLine/x:custSupID", "invRef"):
        assert texts(root, f"x:{path}") == []


def test_a_journal_comes_once() -> None:
    refusal, _ = refused(replace(FILE, line_count=4, total_cents=2468), JOURNAL, JOURNAL)
    assert refusal.place == "journal 2, jrnID"


WRONG_TRANSACTIONS: list[tuple[str, Any, str]] = [
    ("number", "01957a3c-8e00-7000-8000-000000000001", "nr"),  # a UUID with its dashes has 36 characters
    ("number", "", "nr"),
    ("period_number", 3, "periodNumber"),
    ("booked_on", date(2026, 2, 1), "trDt"),
    ("booked_on", date(2025, 12, 31), "trDt"),
    ("description", "\ud800", "desc"),
    ("source_id", "x" * 36, "sourceID"),
    ("user_id", "Jan\nPiet", "userID"),
]


@pytest.mark.parametrize(("field", "value", "element"), WRONG_TRANSACTIONS)
def test_a_transaction_outside_its_limits_is_refused(field: str, value: Any, element: str) -> None:
    transaction = replace(TRANSACTION, **{field: value})
    refusal, _ = refused(FILE, replace(JOURNAL, transactions=[transaction]))
    assert refusal.place == f"journal 1, transaction 1, {element}"


WRONG_LINES: list[tuple[str, Any, str]] = [
    ("account_id", "unknown", "accID"),
    ("amount_cents", 0, "amnt"),
    ("amount_cents", -5, "amnt"),
    ("amount_cents", AMOUNT_MAX + 1, "amnt"),
    ("document", "", "docRef"),
    ("document", "x" * 1000, "docRef"),
    ("description", "Zorg\x00", "desc"),
    ("description", "Zorg\x0b", "desc"),
    ("description", "Zorg\uffff", "desc"),
    ("description", "Zorg\udfff", "desc"),
    ("party_id", "P-2", "custSupID"),
    ("invoice", "F\x85", "invRef"),
]


@pytest.mark.parametrize(("field", "value", "element"), WRONG_LINES)
def test_a_line_outside_its_limits_is_refused(field: str, value: Any, element: str) -> None:
    refusal, _ = refused(FILE, journal_of(DEBIT, replace(CREDIT, **{field: value})))
    assert refusal.place == f"journal 1, transaction 1, trLine 2, {element}"


def test_a_refusal_never_repeats_what_the_file_says() -> None:
    refusal, _ = refused(FILE, journal_of(replace(DEBIT, description="Jansen\x00")))
    assert "Jansen" not in str(refusal)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_a_name_is_read_back_exactly_or_refused(name: str) -> None:
    file = replace(FILE, parties=(replace(FILE.parties[0], name=name),))
    try:
        root = parsed(file)
    except MalformedFile:
        assert any(sign < " " or sign in "\ufffe\uffff" for sign in name)
        return
    assert texts(root, "x:custSupName") == ([name] if name.strip() else [])


@pytest.mark.parametrize(
    "name",
    [
        "Ĳsbrand Çelik-Ünal",
        "Иван مريم 王小明 \u200fשרה",
        "Zorg \U0001f468\u200d\U0001f469 & Zó <B.V.> \"']]>",
        "regel\r\nregel\tkolom",
    ],
)
def test_names_in_every_writing_arrive(name: str) -> None:
    assert texts(parsed(replace(FILE, parties=(replace(FILE.parties[0], name=name),))), "x:custSupName") == [
        name
    ]


def test_a_hostile_description_stays_a_description() -> None:
    text = '</desc></trLine><trLine a="1">&amp;<!-- ]]>'
    root = parsed(FILE, journal_of(replace(DEBIT, description=text), CREDIT))
    assert texts(root, "x:trLine/x:desc")[0] == text
    assert len(root.findall(".//x:trLine", NS)) == 2


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("x" * 51, "x" * 50),
        ("\U0001f600" * 51, "\U0001f600" * 50),
        ("x" * 49 + "e\u0301!", "x" * 49),  # e and its accent are one character
        ("x" * 49 + "\U0001f44d\U0001f3fd", "x" * 49),  # a thumb and its colour
        ("x" * 48 + "\U0001f468\u200d\U0001f469", "x" * 48),  # a man and a woman are one family
        ("x" + "\u0301" * 60, "x" + "\u0301" * 49),  # nothing would be left
    ],
)
def test_a_long_text_is_cut_at_a_whole_character(name: str, cut: str) -> None:
    root = parsed(replace(FILE, parties=(replace(FILE.parties[0], name=name),)))
    assert texts(root, "x:custSupName") == [cut]


def test_long_texts_are_cut_at_the_limit_of_their_element() -> None:
    long = "é" * 10_000
    accounts = tuple(replace(account, description=long) for account in FILE.accounts)
    periods = (replace(FILE.periods[0], description=long),)
    file = replace(FILE, software=long, company_name=long, accounts=accounts, periods=periods)
    lines_ = (replace(DEBIT, description=long), CREDIT)
    transaction = replace(TRANSACTION, description=long, lines=lines_)
    root = parsed(file, replace(JOURNAL, description=long, transactions=[transaction]))

    limits = {
        "softwareDesc": 50,
        "companyName": 999,
        "accDesc": 999,
        "periodDesc": 50,
        "journal/x:desc": 9999,
        "transaction/x:desc": 9999,
        "trLine/x:desc": 9999,
    }
    assert {path: len(texts(root, f"x:{path}")[0]) for path in limits} == limits


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<amntTp>D", b"<amntTp>X"),
        (b"<amnt>12.34", b"<amnt>12.345"),
        (b"<trDt>2026-01-05</trDt>", b""),
        (b"<periodNumber>1</periodNumber><trDt>", b"<periodNumber>7</periodNumber><trDt>"),
        (b"<accID>payable</accID><docRef>", b"<accID>unknown</accID><docRef>"),
        (b"<custSupID>P-1</custSupID><invRef>", b"<custSupID>P-2</custSupID><invRef>"),
        (b"<curCode>EUR", b"<curCode>USD"),
    ],
)
def test_the_schema_refuses_what_it_should(right: bytes, wrong: bytes) -> None:
    sound = written()
    assert right in sound
    assert not SCHEMA.validate(etree.fromstring(sound.replace(right, wrong)))


def peak_bytes(count: int) -> int:
    def transactions() -> Iterator[Transaction]:
        for number in range(count // 2):
            yield replace(TRANSACTION, number=str(number))

    file = replace(FILE, line_count=count, total_cents=count // 2 * 1234)
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in lines(file, [replace(JOURNAL, transactions=transactions())]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > count * 200
    return peak


def test_twenty_thousand_lines_take_no_more_memory_than_a_thousand() -> None:
    peak_bytes(10)  # what is made once is made before measuring
    assert peak_bytes(20_000) < 2 * peak_bytes(1_000)


def test_a_transaction_of_many_lines_is_asked_for_line_by_line() -> None:
    asked: list[int] = []

    def both() -> Iterator[Line]:
        for number, line in enumerate((DEBIT, CREDIT)):
            asked.append(number)
            yield line

    chunks = lines(FILE, [replace(JOURNAL, transactions=[replace(TRANSACTION, lines=both())])])
    for chunk in chunks:
        if b"<trLine>" in chunk:
            break
    assert asked == [0]
