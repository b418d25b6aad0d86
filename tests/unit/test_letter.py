# SPDX-License-Identifier: EUPL-1.2
"""The letter with a code, read back as a scanner, a resident and a screen reader meet it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from ledger import manual_code
from ledger.formats import letter
from ledger.formats.letter import Letter
from ledger.formats.letter_frame import LetterUnprintable
from ledger.token import CodeKind, SigningKey, Token, sign
from tests.qr_reader import QR_ONLY

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types

POINTS_PER_MM = 72 / 25.4
TOKEN_TEXT = sign(
    Token(
        municipality="0363",
        issued_at=1_764_000_000,
        expires_at=1_779_000_000,
        token_id=bytes(range(16)),
        kind=CodeKind.VOUCHER,
        product_group=17,
        offline_floor_cents=1500,
        offline_uses_max=3,
        flags=0,
        status_index=123_456,
    ),
    SigningKey.new(),
)
LETTER = Letter(
    language="nl",
    municipality_name="Gemeente Voorbeeldstad",
    sender_lines=("Team Zorg en Ondersteuning", "Raadhuisplein 1", "1234 AB Voorbeeldstad"),
    recipient_name="mevrouw A.M. de Vries-Jansen",
    recipient_lines=("Kerkstraat 12-2", "1234 CD Voorbeeldstad"),
    date=date(2026, 11, 23),
    reference="T-2026-004711",
    token_text=TOKEN_TEXT,
    manual_code=manual_code.new(),
    what=("20 uur hulp bij het huishouden", "€ 150,00 voor een maaltijd aan huis"),
    valid_from=date(2026, 12, 1),
    valid_until=date(2027, 5, 30),
    web_address="www.voorbeeldstad.nl/tegoed",
    phone="14 0363",
)
ENGLISH = replace(LETTER, language="en", what=("20 hours of help in the house",))


def opened(made: Letter) -> Any:
    return pypdfium2.PdfDocument(letter.pdf(made))


def text_of(made: Letter) -> str:
    """All text of the letter on one line."""
    pages = [page.get_textpage().get_text_range() for page in opened(made)]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def picture_of(made: Letter, dots_per_mm: float) -> Image.Image:
    picture: Image.Image = opened(made)[0].render(scale=dots_per_mm / POINTS_PER_MM).to_pil()
    return picture.convert("L")


def codes_in(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture, QR_ONLY)]


@pytest.mark.parametrize("made", [LETTER, ENGLISH])
def test_a_scanner_reads_the_code_from_the_page(made: Letter) -> None:
    assert codes_in(picture_of(made, dots_per_mm=8)) == [TOKEN_TEXT]


def test_the_code_is_printed_40_mm_wide_with_its_quiet_zone() -> None:
    (found,) = zxingcpp.read_barcodes(picture_of(LETTER, dots_per_mm=12), QR_ONLY)
    corners = found.position
    width_mm = (corners.top_right.x - corners.top_left.x) / 12
    assert width_mm == pytest.approx(40 * 57 / 65, abs=0.5)


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        (
            LETTER,
            [
                "Beste mevrouw A.M. de Vries-Jansen,",
                "20 uur hulp bij het huishouden",
                "De code is geldig van 1 december 2026 tot en met 30 mei 2027.",
                "Alleen het scanapparaat van een aanbieder kan deze code lezen.",
                "Bel 14 0363 of kijk op www.voorbeeldstad.nl/tegoed.",
                "23 november 2026",
                "T-2026-004711",
            ],
        ),
        (
            ENGLISH,
            [
                "Dear mevrouw A.M. de Vries-Jansen,",
                "20 hours of help in the house",
                "The code is valid from 1 December 2026 up to and including 30 May 2027.",
                "Only a provider’s scanner can read this code.",
                "Call 14 0363 or go to www.voorbeeldstad.nl/tegoed.",
                "23 November 2026",
            ],
        ),
        (replace(LETTER, valid_until=None), ["De code is geldig vanaf 1 december 2026."]),
        (replace(ENGLISH, valid_until=None), ["The code is valid from 1 December 2026."]),
    ],
)
def test_the_letter_says_what_it_must(made: Letter, sentences: list[str]) -> None:
    text = text_of(made)
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert made.manual_code in text


@pytest.mark.parametrize("made", [LETTER, ENGLISH, replace(LETTER, what=LETTER.what * 2)])
def test_an_ordinary_letter_is_one_page(made: Letter) -> None:
    assert len(opened(made)) == 1


def test_a_long_letter_gets_page_numbers_and_keeps_its_code() -> None:
    made = replace(LETTER, what=("Een lange regel over wat u krijgt. " * 4,) * 12)
    document = opened(made)
    assert len(document) == 2
    assert "Pagina 1 van 2" in text_of(made)
    found = [text for page in document for text in codes_in(page.render(scale=3).to_pil().convert("L"))]
    assert found == [TOKEN_TEXT]


HOSTILE = [
    '#panic("x")',
    '"',
    "\\",
    '\\"}],"qr":"',
    "$x$ *b* _i_ @a <l> `r` // x /* y */ = z",
    "#[#]{}({name})",
    "{name.__class__} %s {0}",
    "= Kop",
    "- punt + punt / punt",
    "#sys.inputs #read(letter.typ)",
    "https://example.org/~a--b---c'd",
    "</svg><script>alert(1)</script>",
    "Ş. Ğüneş-Žižek Łódź Ñuñoa Þór Ðæ ẞ Șț Ḥ Ǻ ŵ ŷ ħ ĳ ŉ ộ",
    "Ελένη Ѓорѓи",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_printed_as_it_is_written(name: str) -> None:
    made = replace(LETTER, recipient_name=name, municipality_name=name, what=(name,), sender_lines=(name,))
    text = text_of(made)
    assert text.count(name) >= 4 or text.count(name.replace("'", "’")) >= 4
    assert codes_in(picture_of(made, dots_per_mm=6)) == [TOKEN_TEXT]


@pytest.mark.parametrize("name", ["محمد بن سعيد", "אברהם"])
def test_a_name_from_right_to_left_is_printed(name: str) -> None:
    assert set(name) - {" "} <= set(text_of(replace(LETTER, recipient_name=name)))


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("A.\x00 de\x1b Vries", "A. de Vries"),
        ("A. de\r\n\tVries ", "A. de Vries"),
        ("A. \u202ede Vries", "A. de Vries"),
        ("A. de Vries\ud800", "A. de Vries"),
        ("Jose\u0301 Nguye\u0302\u0303n", "José Nguyễn"),
    ],
)
def test_control_and_direction_characters_do_not_reach_the_paper(written: str, printed: str) -> None:
    assert f"Beste {printed}," in text_of(replace(LETTER, recipient_name=written))


@pytest.mark.parametrize("name", ["漢字", "Ann 😀"])
def test_a_name_without_typeface_is_refused_and_not_printed_wrongly(name: str) -> None:
    with pytest.raises(LetterUnprintable) as refused:
        letter.pdf(replace(LETTER, recipient_name=name))
    assert refused.value.facts == {"reference": "T-2026-004711"}
    assert len(letter.pdf(LETTER)) > 0


@pytest.mark.parametrize(
    "name", ["mevrouw A. de Vries", ("Wilhelmina van der " * 7)[:120].strip(), "b" * 120, "W" * 120]
)
def test_only_the_address_is_in_the_window_of_the_envelope(name: str) -> None:
    """Windows lie 20-110 mm from the left and 55-90 mm from the top; paper moves up to 9 mm."""
    made = replace(LETTER, recipient_name=name, recipient_lines=(*LETTER.recipient_lines, "Nederland"))
    page = opened(made)[0].get_textpage()
    left, right = 10 * POINTS_PER_MM, 120 * POINTS_PER_MM
    top, bottom = (297 - 46) * POINTS_PER_MM, (297 - 90) * POINTS_PER_MM
    seen = page.get_text_bounded(left=left, right=right, top=top, bottom=bottom)
    safe_bottom = (297 - 81.5) * POINTS_PER_MM
    safe = page.get_text_bounded(left=left, right=right, top=top, bottom=safe_bottom)
    assert seen == safe
    words = safe.replace("\u200b", "").split()
    assert "".join(words) == "".join([name, *made.recipient_lines]).replace(" ", "")


def test_the_letter_is_tagged_and_in_its_language() -> None:
    for made, language in ((LETTER, b"/Lang(nl)"), (ENGLISH, b"/Lang(en)")):
        content = letter.pdf(made)
        assert b"pdfuaid:part>1<" in content
        assert b"/Marked true" in content
        assert language in content


def test_the_same_letter_is_the_same_bytes_also_from_many_threads() -> None:
    letters = [replace(LETTER, recipient_name=f"inwoner {number}") for number in range(6)]
    alone = [letter.pdf(made) for made in letters]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(letter.pdf, letters)) == alone
    assert len(set(alone)) == len(letters)


def test_both_languages_have_the_same_sentences() -> None:
    dutch, english = letter._SENTENCES["nl"], letter._SENTENCES["en"]
    assert dutch.keys() == english.keys()
    for key, sentence in dutch.items():
        for name in ("{name}", "{start}", "{end}", "{web}", "{phone}"):
            assert (name in sentence) == (name in english[key])
