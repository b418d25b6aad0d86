# SPDX-License-Identifier: EUPL-1.2
"""The statement as a document, read back as a provider, an auditor and a screen reader meet it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.formats import statement_pdf
from ledger.formats.statement import (
    ComputedLine,
    HeldLine,
    SetOff,
    Statement,
    StatementLine,
    summed,
)
from ledger.formats.statement_words import SENTENCES, TEXT_LENGTH_MAX, euros, plain, quantity
from ledger.units import Unit

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types

BREAKS = str.maketrans("", "", "\u200b\u00ad\ufffe")


def number(n: int) -> UUID:
    return UUID(int=0x01957A3C8E0070008000000000000000 + n)


def settled(n: int) -> Iterator[StatementLine]:
    """Lines of two services; every seventh is taken back."""
    for each in range(n):
        sign = -1 if each % 7 == 6 else 1
        code, name, unit, amount, price = (
            ("02A03", "Hulp bij het huishouden", Unit.MINUTE, 150, 77_88),
            ("07A02", "Dagbesteding basis", Unit.DAY_PART, 2, 91_20),
        )[each % 2]
        yield StatementLine(
            contract_number=f"WMO-2026-{each % 3 + 1:03d}",
            service_code=code,
            service_name=name,
            service_day=date(2026, 10, 1) + timedelta(days=each % 31),
            redemption_id=number(each),
            client_reference=f"T-{4711 + each}",
            quantity=sign * amount,
            unit=unit,
            price_cents=sign * price,
            corrected=sign < 0,
            remark="dubbel gedeclareerd" if sign < 0 else "",
        )


LINES = tuple(settled(40))
COMPUTED = (
    ComputedLine(
        contract_number="WMO-2026-001",
        amount_id=number(41),
        title="Beschikbaarheid crisisopvang",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        inputs=(("Bedrag per jaar", "€ 120.000,00"), ("Deel van het jaar", "1 van 12 maanden")),
        values=(),
        formula_code="instalment_fixed",
        formula="Bedrag per jaar gedeeld door 12.",
        result_cents=10_000_00,
    ),
    ComputedLine(
        contract_number="WMO-2026-002",
        amount_id=number(42),
        title="Nacalculatie derde kwartaal",
        first_day=date(2026, 7, 1),
        last_day=date(2026, 9, 30),
        inputs=(("Afgesproken uren", "1.200"), ("Geleverde uren", "1.150"), ("Tarief", "€ 31,15")),
        values=(),
        formula_code="earlier",
        formula="Geleverde uren min afgesproken uren, maal het tarief.",
        result_cents=-1_557_50,
    ),
)
SET_OFFS = (
    SetOff(why="Teruggedraaide levering", redemption_id=number(3), amount_cents=77_88),
    SetOff(why="Open uit een eerdere ronde", run_id=number(99), amount_cents=120_00),
)
HELD = tuple(
    HeldLine(
        line=line, reason_code="double_visit", reason="Twee bezoeken op een dag", since=date(2026, 11, 2)
    )
    for line in settled(3)
)


def made_of(lines: tuple[StatementLine, ...] = LINES, **changes: Any) -> Statement:
    """A statement that foots, whatever its parts."""
    parts: dict[str, Any] = {"computed": COMPUTED, "set_offs": SET_OFFS, "held": HELD} | changes
    summary = summed(lines)
    gross = sum(each.total_cents for each in summary) + sum(each.result_cents for each in parts["computed"])
    set_off = sum(each.amount_cents for each in parts["set_offs"])
    facts: dict[str, Any] = {
        "language": "nl",
        "municipality_name": "Gemeente Voorbeeldstad",
        "provider_name": "Thuiszorg De Brug B.V.",
        "provider_agb": "42421234",
        "provider_kvk": "12345678",
        "run_id": number(1),
        "settlement_id": number(2),
        "reference": "RF18539007547034",
        "until": date(2026, 10, 31),
        "requested_on": date(2026, 11, 27),
        "creditor_name": "Stichting De Brug",
        "creditor_iban": "NL91ABNA0417164300",
        "previous_owed_cents": 250_00,
        "gross_cents": gross,
        "set_off_cents": set_off,
        "net_cents": gross - set_off,
        "still_owed_cents": 250_00 - set_off,
        "made_at": datetime(2026, 11, 25, 23, 30, tzinfo=UTC),
        "summary": summary,
    }
    return Statement(**(facts | parts))


def opened(statement: Statement, lines: tuple[StatementLine, ...] = LINES) -> Any:
    return pypdfium2.PdfDocument(statement_pdf.pdf(statement, lines=lines))


def text_of(
    statement: Statement, lines: tuple[StatementLine, ...] = LINES, *, pages: int | None = None
) -> str:
    """All text on one line, without the places where it may be broken."""
    document = opened(statement, lines)
    texts = [page.get_textpage().get_text_range() for page in list(document)[:pages]]
    return " ".join(" ".join(texts).replace("\u00a0", " ").translate(BREAKS).split())


def shown(cents: int, statement: Statement) -> str:
    return euros(cents, statement.language).replace("\u00a0", " ")


def test_a_statement_may_be_made_between_two_seconds() -> None:
    made_at = datetime(2026, 11, 25, 23, 30, 0, 123456, tzinfo=UTC)
    statement = made_of(LINES[:1], made_at=made_at)
    assert statement_pdf.pdf(statement, lines=LINES[:1]).startswith(b"%PDF-")


def test_the_first_page_says_who_how_much_where_and_when() -> None:
    statement = made_of()
    text = text_of(statement, pages=1)
    expected = [
        "Gemeente Voorbeeldstad",
        "tot en met 31 oktober 2026",
        "Thuiszorg De Brug B.V.",
        "AGB-code 42421234",
        "KvK-nummer 12345678",
        "26 november 2026",
        str(number(1)),
        str(number(2)),
        "Wat u ons vóór deze afrekening moest terugbetalen € 250,00",
        f"Geleverde diensten {shown(statement.lines_cents, statement)}",
        "Berekende bedragen € 8.442,50",
        f"Bedrag van deze afrekening {shown(statement.gross_cents, statement)}",
        "Verrekend met wat u moest terugbetalen € −197,88",
        f"Wij betalen u {shown(statement.net_cents, statement)}",
        "Wat u ons hierna nog moet terugbetalen € 52,12",
        "op 27 november 2026, op rekening NL91 ABNA 0417 1643 00 op naam van Stichting De Brug",
        "betalingskenmerk RF18 5390 0754 7034",
    ]
    assert [each for each in expected if each not in text] == []


def test_every_group_and_their_total_are_printed() -> None:
    statement = made_of()
    text = text_of(statement)
    for each in statement.summary:
        told = quantity(each.quantity, each.unit, "nl")
        row = f"{each.contract_number} {each.service_code} {each.service_name} {each.line_count} {told}"
        assert f"{row} {shown(each.total_cents, statement)}" in text
    assert f"Totaal 40 {shown(statement.lines_cents, statement)}" in text


def test_a_person_can_recompute_what_was_computed() -> None:
    text = text_of(made_of())
    for each in COMPUTED:
        assert each.title in text
        assert each.formula in text
        assert [f"{name} {value}" for name, value in each.inputs if f"{name} {value}" not in text] == []
    assert "Contract WMO-2026-002, 1 juli 2026 tot en met 30 september 2026" in text
    assert "Uitkomst € −1.557,50" in text


def test_what_is_set_off_and_what_is_held_says_why() -> None:
    text = text_of(made_of())
    assert f"Teruggedraaide levering verzilvering {number(3)} € 77,88" in text
    assert f"Open uit een eerdere ronde betaalrun {number(99)} € 120,00" in text
    assert text.count("Twee bezoeken op een dag (double_visit, sinds 2 november 2026)") == len(HELD)
    assert "Totaal € 246,96" in text


def test_every_line_is_printed_with_its_figures() -> None:
    statement = made_of()
    text = text_of(statement)
    for line in LINES:
        cells = (
            f"{line.service_day:%d-%m-%Y} {line.contract_number} {line.service_code} {line.client_reference} "
            f"{line.redemption_id.hex[-12:].upper()} {quantity(line.quantity, line.unit, 'nl')} "
            f"{shown(line.price_cents, statement)}"
        )
        assert cells in text
    assert text.count("Correctie. dubbel gedeclareerd") == sum(line.corrected for line in LINES)


def test_english_speaks_english_with_english_figures() -> None:
    text = text_of(made_of(language="en"))
    expected = [
        "up to and including 31 October 2026",
        "Computed amounts € 8,442.50",
        "We ask the bank to pay",
        "redemption 01957a3c",
        "(double_visit, since 2 November 2026)",
        "1 Oct 2026",
        "2 h 30 min",
        "Page 1 of",
    ]
    assert [each for each in expected if each not in text] == []
    assert "Wij" not in text


def test_it_is_tagged_and_in_its_language() -> None:
    for language in ("nl", "en"):
        content = statement_pdf.pdf(made_of(language=language), lines=LINES)
        assert b"pdfuaid:part>1<" in content
        assert b"/Marked true" in content
        assert f"/Lang({language})".encode() in content


def test_without_lines_it_says_so() -> None:
    bare = made_of((), computed=(), set_offs=(), held=())
    text = text_of(bare, ())
    assert len(opened(bare, ())) == 1
    assert "In deze afrekening zijn geen regels." in text
    assert "Wij betalen nu niets. Het bedrag van deze afrekening is nul." in text
    absent = ("computed", "set_offs", "held", "lines", "unprintable")
    assert [name for name in absent if SENTENCES["nl"][name] in text] == []


def test_a_wholly_set_off_amount_says_why_nothing_is_paid() -> None:
    all_of_it = (SetOff(why="Terugvordering", amount_cents=77_88),)
    text = text_of(made_of(LINES[:1], computed=(), set_offs=all_of_it), LINES[:1])
    assert "Wij betalen nu niets. Het hele bedrag is verrekend" in text
    assert "Wij vragen de bank" not in text


def test_too_many_lines_are_summed_and_pointed_to_but_not_read() -> None:
    lines = tuple(settled(5000))
    statement = made_of(lines)

    def unread() -> Iterator[StatementLine]:
        yield from pytest.fail("too many lines are not read")

    document = pypdfium2.PdfDocument(statement_pdf.pdf(statement, lines=unread()))
    text = text_of(statement, ())
    assert len(document) <= 3
    assert "Deze afrekening heeft 5.000 regels." in text
    assert f"Totaal 5.000 {shown(statement.lines_cents, statement)}" in text


def test_the_most_lines_that_fit_are_all_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_pdf, "LINES_MAX", 300)
    monkeypatch.setattr(statement_pdf, "HELD_MAX", 2)
    lines = tuple(settled(300))
    text = text_of(made_of(lines), lines)
    assert [line.redemption_id for line in lines if line.redemption_id.hex[-12:].upper() not in text] == []
    assert "Hier staan de eerste 2 van 3 regels." in text
    assert "Totaal € 246,96" in text
    assert "Deze afrekening heeft" in text_of(made_of((*lines, LINES[0])), ())


HOSTILE = [
    '#panic("x")',
    "\\",
    '\\"}],"lines":"',
    "$x$ *b* _i_ @a <l> `r` // x /* y */ = z",
    "#[#]{}({name})",
    "{name.__class__} %s {0}",
    "= Kop",
    "#sys.inputs #read(statement.typ)",
    "Ş. Ğüneş-Žižek Łódź Ñuñoa Þór Ðæ ẞ Șț Ḥ Ǻ ŵ ŷ ħ ĳ ŉ ộ",
    "Ελένη Ѓорѓи",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_text_is_printed_as_it_is_written(said: str) -> None:
    line = replace(LINES[0], service_name=said, remark=said)
    held = replace(HELD[0], reason=said)
    term = replace(COMPUTED[0], title=said, inputs=((said, said),), formula=said)
    names = {"municipality_name": said, "provider_name": said, "creditor_name": said}
    statement = made_of(
        (line,), computed=(term,), set_offs=(SetOff(why=said, amount_cents=1),), held=(held,), **names
    )
    text = text_of(statement, (line,))
    count = text.count(said) + text.count(said.replace('"', "”")) * ('"' in said)
    assert count >= 11
    assert SENTENCES["nl"]["unprintable"] not in text


def test_how_the_municipality_is_reached_stands_at_the_top() -> None:
    lines = ("Raadhuisplein 1", "1112 AA Diemen", "14 020", "www.voorbeeldstad.test")
    text = text_of(made_of(sender_lines=lines))
    assert all(line in text for line in lines)
    assert text.index("14 020") < text.index("Thuiszorg De Brug B.V.")


@pytest.mark.parametrize("name", ["محمد بن سعيد", "אברהם"])
def test_a_name_from_right_to_left_is_printed(name: str) -> None:
    assert set(name) - {" "} <= set(text_of(made_of(provider_name=name)))


@pytest.mark.parametrize("name", ["W" * 120, ("Wilhelmina van der " * 7)[:120].strip(), "ő" * 120])
def test_a_long_text_stays_on_the_page(name: str) -> None:
    line = replace(
        LINES[0], contract_number=name, service_code=name, service_name=name, client_reference=name
    )
    statement = made_of((line,), provider_name=name, municipality_name=name, creditor_name=name)
    document = opened(statement, (line,))
    margin = 15 * 72 / 25.4
    for page in document:
        width, height = page.get_size()
        words = page.get_textpage()
        outside = words.get_text_bounded(left=width - margin, right=10_000, bottom=-10_000, top=10_000)
        assert outside.strip() == ""
        assert words.get_text_bounded(left=0, right=margin, bottom=0, top=height).strip() == ""
    assert text_of(statement, (line,)).replace(" ", "").count(name.replace(" ", "")) >= 6


def test_a_character_without_typeface_becomes_a_box_and_the_rest_stays() -> None:
    text = text_of(made_of(provider_name="Zorg 漢字 Ann 😀 José"))
    assert "Zorg □□ Ann □ José" in text
    assert SENTENCES["nl"]["unprintable"] in text


def test_control_and_direction_characters_do_not_reach_the_paper() -> None:
    assert "A. de Vries" in text_of(made_of(provider_name="A.\x00 \u202ede\r\n\tVries\ud800"))
    assert plain("x" * 5000) == "x" * (TEXT_LENGTH_MAX - 1) + "…"


def test_the_same_statement_is_the_same_bytes_also_from_many_threads() -> None:
    statements = [made_of(provider_name=f"aanbieder {n}") for n in range(4)]
    alone = [statement_pdf.pdf(each, lines=LINES) for each in statements]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda each: statement_pdf.pdf(each, lines=iter(LINES)), statements)) == alone
    assert len(set(alone)) == len(statements)


@pytest.mark.parametrize(
    "lines", [LINES[:-1], (*LINES, LINES[0]), (*LINES[:-1], replace(LINES[-1], price_cents=1))]
)
def test_lines_that_are_not_those_of_the_summary_are_a_bug(lines: tuple[StatementLine, ...]) -> None:
    with pytest.raises(AssertionError, match="lines"):
        statement_pdf.pdf(made_of(), lines=lines)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"gross_cents": 1}, "gross"),
        ({"set_off_cents": 1}, "set off"),
        ({"net_cents": 1}, "net"),
        ({"still_owed_cents": 1}, "owed"),
        ({"gross_cents": -1_557_50 - 100_00, "net_cents": -1_657_50}, "gross"),
    ],
)
def test_a_statement_that_does_not_foot_cannot_be_made(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        made_of(**changes)


def test_a_statement_never_asks_for_money() -> None:
    with pytest.raises(AssertionError, match="never asks"):
        made_of((), computed=COMPUTED[1:], set_offs=())


def test_both_languages_have_the_same_sentences() -> None:
    dutch, english = SENTENCES["nl"], SENTENCES["en"]
    assert dutch.keys() == english.keys()
    holes = (
        "day",
        "until",
        "net",
        "requested_on",
        "iban",
        "creditor",
        "reference",
        "id",
        "count",
        "shown",
        "first",
        "last",
    )
    for key, sentence in dutch.items():
        assert [
            hole for hole in holes if (f"{{{hole}}}" in sentence) != (f"{{{hole}}}" in english[key])
        ] == []


@pytest.mark.parametrize(
    ("amount", "unit", "dutch", "english"),
    [
        (150, Unit.MINUTE, "2 uur 30 min", "2 h 30 min"),
        (-60, Unit.MINUTE, "−1 uur", "−1 h"),
        (59, Unit.MINUTE, "59 minuten", "59 minutes"),
        (1, Unit.DAY, "1 etmaal", "1 day and night"),
        (-1, Unit.PIECE, "−1 stuk", "−1 piece"),
        (1234, Unit.PIECE, "1.234 stuks", "1,234 pieces"),
        (123_456, Unit.EUROCENT, "€\u00a01.234,56", "€\u00a01,234.56"),
        (-5, Unit.EUROCENT, "€\u00a0−0,05", "€\u00a0−0.05"),
    ],
)
def test_quantities_are_written_as_people_say_them(amount: int, unit: Unit, dutch: str, english: str) -> None:
    assert (quantity(amount, unit, "nl"), quantity(amount, unit, "en")) == (dutch, english)
