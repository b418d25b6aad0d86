# SPDX-License-Identifier: EUPL-1.2
"""Message 301: official samples to exact values, our own by the official schema, hostile files refused."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.clock import AMSTERDAM
from ledger.errors import MalformedFile
from ledger.formats.iwmo301 import Allocation, Client, Message301, read, write
from ledger.formats.iwmo_basis import LAWS, LawKey

OFFICIAL = Path(__file__).parents[3] / "shared" / "iwmo"
"""Publications of the Zorginstituut, never part of the project."""


def official(name: str) -> Path:
    path = OFFICIAL / name
    if not path.exists():
        pytest.skip(f"official file ../shared/iwmo/{name} is not there")
    return path


def schema_of(law: LawKey) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(official(f"xsd/{law}/{law}301.xsd"))))


CLIENT = Client(
    bsn="999900006",
    birth_date=date(1967, 8, 13),
    surname="Wit",
    surname_prefix="de",
    name_use="1",
    gender="1",
    postcode="9999XX",
    street="Straatweg",
    house_number=100,
    city="Plaats",
    country="NL",
)
HOURS = Allocation(
    number=101,
    category="02",
    product="02A03",
    decided_at=datetime(2026, 11, 1, 11, 34, 56, tzinfo=UTC),
    valid_from=date(2026, 11, 1),
    valid_until=date(2027, 10, 31),
    volume=3,
    unit="04",
    frequency="2",
)
BUDGET = replace(
    HOURS,
    number=102,
    category=None,
    product=None,
    volume=None,
    unit=None,
    frequency=None,
    budget_cents=500_00,
)
MESSAGE = Message301(
    law="wmo",
    municipality="0384",
    provider_agb="42420001",
    identification="ID-1",
    dated_on=date(2026, 11, 2),
    client=CLIENT,
    allocations=(HOURS, BUDGET),
)


def test_the_official_wmo_sample() -> None:
    message = read(official("samples/wmo301.xml").read_bytes())
    assert message == Message301(
        law="wmo",
        municipality="0384",
        provider_agb="42420001",
        identification="123456789012",
        dated_on=date(2023, 8, 13),
        client=Client(
            bsn="999900006",
            birth_date=date(1967, 8, 13),
            surname="Wit",
            surname_prefix="de",
            partner_surname="Jansen",
            partner_prefix="van",
            given_names="Tim",
            initials="T",
            name_use="4",
            gender="1",
            postcode="9999XX",
            street="Straatweg",
            house_number=100,
            house_letter="C",
            house_addition="BAL",
            city="Plaats",
            country="AD",
        ),
        allocations=(
            Allocation(
                number=101,
                provider_reference="42420002",
                category="01",
                product="01A01",
                decided_at=datetime(2023, 8, 13, 10, 34, 56, tzinfo=UTC),
                valid_from=date(2023, 1, 1),
                valid_until=date(2023, 12, 31),
                volume=10,
                unit="01",
                frequency="1",
                comment="Toegewezen product 1 Commentaar ",
            ),
        ),
    )
    assert message.allocations[0].line == 164


def test_the_official_youth_sample() -> None:
    message = read(official("samples/jw301.xml").read_bytes())
    first, second = message.allocations
    assert (message.law, message.dated_on) == ("jw", date(2026, 4, 1))
    assert (message.client.street, message.client.house_number) == ("Van Woustraat", 9)
    assert (message.client.partner_surname, message.client.city) == (None, "Amsterdam")
    assert (first.number, first.product, first.volume, first.unit, first.frequency) == (
        300201,
        "55A11",
        2,
        "04",
        "2",
    )
    assert second == replace(
        first,
        number=300202,
        provider_reference="40A12341235",
        product="55A12",
        valid_until=date(2026, 7, 19),
        unit="16",
        comment="Commentaar Toegewezen Product 2",
    )


@pytest.mark.parametrize("law", ["wmo", "jw"])
def test_the_official_sample_survives_reading_and_writing(law: LawKey) -> None:
    message = read(official(f"samples/{law}301.xml").read_bytes())
    assert read(write(message)) == message


def test_what_we_write_is_as_the_standard_asks() -> None:
    source = write(MESSAGE)
    assert read(source) == MESSAGE
    assert source.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n<wmo301:Bericht ')
    assert source.count(b"\n") == source.count(b"\r\n")
    assert b"<wmo301:Bsn>" in source
    assert b"<iwmo:Eenheid>" in source


def _texts(longest: int) -> st.SearchStrategy[str]:
    one_line = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    return st.text(one_line, min_size=1, max_size=longest).filter(lambda text: bool(text.strip(" \t\r\n")))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
CLIENTS = st.builds(
    Client,
    bsn=st.sampled_from(["999900006", "999999990"]),
    birth_date=DAYS,
    birth_date_use=_maybe(st.sampled_from("123")),
    surname=_texts(20),
    surname_prefix=_maybe(_texts(10)),
    partner_surname=_maybe(_texts(20)),
    given_names=_maybe(_texts(20)),
    initials=_maybe(st.text("aZÀỳé", min_size=1, max_size=6)),
    name_use=st.sampled_from("123456"),
    gender=st.sampled_from("012"),
    postcode=_maybe(_texts(8)),
    street=_maybe(_texts(24)),
    house_number=_maybe(st.integers(0, 99999)),
    city=_maybe(_texts(20)),
    country=_maybe(st.sampled_from(["NL", "BE"])),
)


INSTANTS = st.integers(631_152_000, 7_226_582_400).flatmap(
    lambda second: st.sampled_from([0, 1, 500_000]).map(
        lambda fraction: datetime.fromtimestamp(second, UTC).replace(microsecond=fraction)
    )
)
"""From 1990 up to 2199."""


@st.composite
def _allocations(draw: st.DrawFn, number: int, categories: tuple[str, ...]) -> Allocation:
    first = draw(DAYS)
    kind = draw(st.sampled_from(["specific", "unspecific", "generic"]))
    specific = kind == "specific"
    return Allocation(
        number=number,
        provider_reference=draw(_maybe(_texts(36))),
        category=None if kind == "generic" else draw(st.sampled_from(categories)),
        product=draw(_texts(5)) if specific else None,
        decided_at=draw(INSTANTS.filter(_told)),
        valid_from=first,
        valid_until=first + timedelta(days=draw(st.integers(0, 800))),
        change_reason=draw(_maybe(st.sampled_from(["02", "09", "12", "14"]))),
        volume=draw(st.integers(0, 99_999_999)) if specific else None,
        unit=draw(st.sampled_from(["01", "04", "14", "16", "82", "83", "84"])) if specific else None,
        frequency=draw(st.sampled_from("246")) if specific else None,
        budget_cents=draw(st.integers(0, 99_999_999)) if kind == "generic" else None,
        comment=draw(_maybe(_texts(30) | st.just("two\nlines\r\nor <three> & ]]>"))),
    )


def _told(instant: datetime) -> bool:
    """The format cannot tell the second occurrence of a repeated hour."""
    return instant.astimezone(AMSTERDAM).fold == 0


@st.composite
def _messages(draw: st.DrawFn) -> Message301:
    law = draw(st.sampled_from(sorted(LAWS)))
    count = draw(st.integers(1, 3))
    categories = LAWS[law].categories
    return Message301(
        law=law,
        municipality=draw(st.sampled_from(["0384", "0363"])),
        provider_agb="42420001",
        identification=draw(_texts(12)),
        dated_on=draw(DAYS),
        client=draw(CLIENTS.map(_completed)),
        allocations=tuple(draw(_allocations(number, categories)) for number in range(count)),
    )


def _completed(client: Client) -> Client:
    """A house letter needs a house number, a partner's prefix a partner's name."""
    letter = "b" if client.house_number is not None else None
    prefix = "van" if client.partner_surname is not None else None
    return replace(client, house_letter=letter, house_addition=letter, partner_prefix=prefix)


@given(_messages())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_gives_back_what_was_written(message: Message301) -> None:
    assert read(write(message)) == message


@pytest.mark.parametrize("law", ["wmo", "jw"])
def test_what_we_write_is_valid_by_the_official_schema(law: LawKey) -> None:
    schema = schema_of(law)
    categories = LAWS[law].categories

    @given(_messages())
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def valid(message: Message301) -> None:
        allocations = tuple(
            replace(held, category=None if held.category is None else categories[0])
            for held in message.allocations
        )
        schema.assertValid(etree.fromstring(write(replace(message, law=law, allocations=allocations))))

    valid()


def _spoiled(root: etree._Element) -> Iterator[bytes]:
    """The document with each element in turn removed, doubled, emptied, renamed, moved up or refilled."""
    for position in range(1, len(list(root.iter()))):
        for spoil in range(5 + len(TEXTS)):
            copy = deepcopy(root)
            element = list(copy.iter())[position]
            parent = element.getparent()
            assert parent is not None
            if spoil == 0:
                parent.remove(element)
            elif spoil == 1:
                element.addnext(deepcopy(element))
            elif spoil == 2:
                element[:], element.text = [], None
            elif spoil == 3:
                element.tag = "{http://www.istandaarden.nl/iwmo/3_2/basisschema/schema}Onbekend"
            elif spoil == 4:
                parent.insert(0, element)
            elif len(element) == 0:
                element.text = TEXTS[spoil - 5]
            yield etree.tostring(copy)


TEXTS = (
    "0",
    "00",
    "-1",
    "+7",
    "99999999999",
    "x",
    "X" * 300,
    "2026-02-30",
    "24:00:00",
    "12:00:00Z",
    "two\nlines",
)


@pytest.mark.parametrize("law", ["wmo", "jw"])
def test_reader_and_official_schema_agree_on_spoiled_samples(law: LawKey) -> None:
    """What the schema refuses is refused; what it allows is read, or refused for a rule beyond it."""
    schema, root = schema_of(law), etree.parse(str(official(f"samples/{law}301.xml"))).getroot()
    for source in _spoiled(root):
        refusal, valid = _refusal_of(source), schema.validate(etree.fromstring(source))
        assert refusal or valid, source
        assert not (refusal and valid) or re.search(r"\((CD|CS|RS|TR)[0-9]{3}", refusal.fault), refusal


def _refusal_of(source: bytes) -> MalformedFile | None:
    try:
        read(source)
    except MalformedFile as refusal:
        return refusal
    return None


def test_dutch_clock_time_becomes_utc() -> None:
    times = {
        "2026-11-01T12:34:56": datetime(2026, 11, 1, 11, 34, 56, tzinfo=UTC),
        "2026-07-01T12:34:56.1234567": datetime(2026, 7, 1, 10, 34, 56, 123456, tzinfo=UTC),
        "2026-07-01T12:34:56.5": datetime(2026, 7, 1, 10, 34, 56, 500_000, tzinfo=UTC),
        "2026-10-25T02:30:00": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "2026-03-29T02:30:00": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "2026-07-01T24:00:00": datetime(2026, 7, 1, 22, tzinfo=UTC),
    }
    for told, instant in times.items():
        day, clock = told.split("T")
        source = write(MESSAGE).replace(b"2026-11-01</wmo301:Toew", f"{day}</wmo301:Toew".encode())
        message = read(source.replace(b"12:34:56", clock.encode()))
        assert message.allocations[0].decided_at == instant


def test_blanks_and_zeros_around_numbers_and_days_do_not_count() -> None:
    source = write(MESSAGE).replace(b">101<", b">\n +000101 <").replace(b">2027-10-31<", b"> 2027-10-31\t<")
    assert read(source) == MESSAGE


def test_comments_and_instructions_change_nothing() -> None:
    source = write(MESSAGE).replace(b"999900006", b"9999<!-- 1 --><?do this?><![CDATA[00]]>006")
    assert read(source) == MESSAGE


def test_the_first_address_serves_when_there_is_no_registered_one() -> None:
    source = write(MESSAGE)
    contact = source[source.index(b"<wmo301:Contact>") : source.index(b"</wmo301:Contactgegevens>")]
    other = contact.replace(b"<wmo301:Soort>01", b"<wmo301:Soort>03").replace(b">Plaats<", b">Elders<")
    assert read(source.replace(contact, other + contact)).client.city == "Plaats"
    assert read(source.replace(contact, other)).client.city == "Elders"


def test_a_message_without_address_is_read() -> None:
    client = Client(bsn="999900006", birth_date=date(1967, 8, 13), surname="Wit", name_use="1", gender="1")
    message = replace(MESSAGE, client=client)
    assert read(write(message)) == message


def test_another_order_of_prefixes_is_the_same_message() -> None:
    source = write(MESSAGE).replace(b"wmo301:", b"").replace(b"xmlns:wmo301=", b"xmlns=")
    assert b"wmo301:" not in source
    assert read(source) == MESSAGE


Change = Callable[[bytes], bytes]


def swap(old: bytes, new: bytes) -> Change:
    """The valid file with one piece replaced, which must be there."""

    def change(source: bytes) -> bytes:
        assert old in source, old
        return source.replace(old, new, 1)

    return change


def drop(name: bytes) -> Change:
    """The valid file without the first line of this element."""

    def change(source: bytes) -> bytes:
        kept = [line for line in source.split(b"\r\n") if b"<" + name + b">" not in line]
        assert len(kept) < source.count(b"\r\n") + 1, name
        return b"\r\n".join(kept)

    return change


BOMB = b"""<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
NUMBER = b"<wmo301:ToewijzingNummer>101</wmo301:ToewijzingNummer>"

HOSTILE: list[tuple[Change, str, str]] = [
    (lambda source: b"", "file", "is empty"),
    (lambda source: b"\r\n ", "file", "is empty"),
    (lambda source: source + b" " * 26_000_000, "file", "OP179"),
    (lambda source: b"<a/>" * 500_001, "file", "tags"),
    (lambda source: b"<a " + b"x='' " * 100_001 + b"/>", "file", "equals signs"),
    (swap(b"<wmo301:Bericht", BOMB + b"<wmo301:Bericht"), "line 2", "document type"),
    (swap(b"<wmo301:Bericht", EXTERNAL + b"<wmo301:Bericht"), "line 2", "document type"),
    (swap(b">Wit<", b">&wit;<"), "line 26, column", "well-formed"),
    (lambda source: source[: len(source) // 2], "line", "well-formed"),
    (lambda source: source + b"<a/>", "line", "well-formed"),
    (lambda source: b"<a>" * 100_000, "line 1, column", "well-formed"),
    (lambda source: b"not a message", "line 1, column", "well-formed"),
    (lambda source: b"\xef\xbb\xbf" + source, "line 1", "byte order mark"),
    (lambda source: source.decode().encode("utf-16"), "line 1", "UTF-8"),
    (swap(b">Wit<", b">W\xeft<"), "line 26", "UTF-8"),
    (swap(b'"UTF-8"', b'"ISO-8859-1"'), "line 1", "UTF-8"),
    (swap(b"<wmo301:Client>", b'<wmo301:Client x="1">'), "element Client", "attribute"),
    (swap(b"<wmo301:Client>", b"<wmo301:Client>text"), "element Client", "text between"),
    (
        swap(b"iwmo/3_2/wmo301/", b"iwmo/3_1/wmo301/"),
        "line 2, element Bericht",
        "iwmo/3_1/wmo301/schema, expected",
    ),
    (swap(b"iwmo/3_2/basis", b"iwmo/3_1/basis"), "element Identificatie", "namespace"),
    (
        swap(b"<iwmo:Datum>1967-08-13</iwmo:Datum>", b"<wmo301:Datum>1967-08-13</wmo301:Datum>"),
        "Datum",
        "namespace",
    ),
    (swap(b">414<", b">436<"), "line 4, element BerichtCode", "must be 414"),
    (swap(b"Versie>3<", b"Versie>4<"), "line 5, element BerichtVersie", "must be 3"),
    (swap(b"Subversie>2<", b"Subversie>1<"), "element BerichtSubversie", "must be 2"),
    (swap(b">0384<", b">384<"), "element Afzender", "4 digits"),
    (swap(b">42420001<", b">4242000A<"), "element Ontvanger", "8 digits"),
    (swap(b">999900006<", b">999900007<"), "line 19, element Bsn", "CS002"),
    (swap(b">999900006<", b">99990006<"), "element Bsn", "CS002"),
    (swap(b">999900006<", b"> 999900006<"), "element Bsn", "CS002"),
    (swap(b">Wit<", b"><"), "line 26, element Achternaam", "is empty"),
    (swap(b">Wit<", b"> \t<"), "element Achternaam", "is empty"),
    (swap(b">Wit<", b"><x/><"), "element Achternaam", "elements where text"),
    (swap(b">Wit<", b">" + b"W" * 201 + b"<"), "element Achternaam", "200 characters"),
    (
        swap(b"<wmo301:Contactgegevens>", b"<wmo301:Relaties/><wmo301:Contactgegevens>"),
        "element Relaties",
        "is empty",
    ),
    (swap(NUMBER, NUMBER + b"<wmo301:Bonus>1</wmo301:Bonus>"), "element Bonus", "not known"),
    (swap(NUMBER, NUMBER * 2), "element ToewijzingNummer", "doubled"),
    (drop(b"wmo301:Ingangsdatum"), "element ToegewezenProduct", "lacks element Ingangsdatum"),
    (drop(b"wmo301:ToewijzingNummer"), "element ToegewezenProduct", "lacks element ToewijzingNummer"),
    (drop(b"wmo301:Bsn"), "element Client", "lacks element Bsn"),
    (drop(b"iwmo:Frequentie"), "element Omvang", "lacks element Frequentie"),
    (swap(b"<iwmo:Volume>3</iwmo:Volume>\r\n", b""), "element Omvang", "lacks element Volume"),
    (swap(b"<wmo301:Geslacht>1</wmo301:Geslacht>", b""), "element Client", "lacks element Geslacht"),
    (
        swap(b"</wmo301:Client>", b"<wmo301:Geslacht>1</wmo301:Geslacht></wmo301:Client>"),
        "Geslacht",
        "out of order",
    ),
    (swap(b">101<", b">1000000000<"), "element ToewijzingNummer", "0 to 999999999"),
    (swap(b">101<", b">-1<"), "element ToewijzingNummer", "whole number"),
    (swap(b">101<", b">1.0<"), "element ToewijzingNummer", "whole number"),
    (swap(b">101<", b">" + b"9" * 5000 + b"<"), "element ToewijzingNummer", "whole number"),
    (swap(b">50000<", b">100000000<"), "element Budget", "0 to 99999999"),
    (swap(b">2027-10-31<", b">2027-02-29<"), "element Einddatum", "existing day"),
    (swap(b">2027-10-31<", b">2027-10-31Z<"), "element Einddatum", "without zone"),
    (swap(b">12:34:56<", b">12:34:56Z<"), "element Toewijzingstijd", "without zone"),
    (swap(b">12:34:56<", b">25:34:56<"), "element Toewijzingstijd", "a time"),
    (swap(b"Eenheid>04<", b"Eenheid>05<"), "element Eenheid", "one of 01, 04"),
    (swap(b"Frequentie>2<", b"Frequentie>3<"), "element Frequentie", "one of 1, 2"),
    (swap(b"Categorie>02<", b"Categorie>55<"), "element Categorie", "one of 01"),
]


@pytest.mark.parametrize(("change", "place", "fault"), HOSTILE)
def test_a_hostile_or_broken_file_is_refused_whole(change: Change, place: str, fault: str) -> None:
    source = change(write(MESSAGE))
    with pytest.raises(MalformedFile) as refusal:
        read(source)
    assert place in refusal.value.place
    assert fault in refusal.value.fault
    assert "99990000" not in str(refusal.value)


def test_the_end_of_the_calendar_is_refused_not_overrun() -> None:
    source = write(MESSAGE).replace(b">12:34:56<", b">24:00:00<")
    for day in (b"9999-12-31", b"0001-01-01"):
        told = source.replace(b"Toewijzingsdatum>2026-11-01", b"Toewijzingsdatum>" + day)
        if day.startswith(b"0"):
            told = told.replace(b">24:00:00<", b">00:00:00<")
        with pytest.raises(MalformedFile, match="outside the calendar"):
            read(told)


OLD = {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 12, 31)}
RULES: list[tuple[Allocation, dict[str, Any], str]] = [
    (HOURS, {"valid_until": date(2026, 10, 31)}, "CS003"),
    (BUDGET, {"valid_until": None}, "CD075"),
    (HOURS, {"valid_until": None}, "CD076"),
    (HOURS, {"budget_cents": 1}, "CD077"),
    (BUDGET, {"budget_cents": None}, "CD079"),
    (BUDGET, {"category": "02", "product": "02A03"}, "CD041"),
    (HOURS, {"product": None}, "CD080"),
    (HOURS, {"unit": "14", "frequency": "1"}, "CS338"),
    (HOURS, {"change_reason": "01"}, "CS336"),
    (HOURS, {"change_reason": "13"}, "CS335"),
    (HOURS, {"number": BUDGET.number}, "TR332"),
]
ALLOWED: list[tuple[Allocation, dict[str, Any]]] = [
    (HOURS, {"valid_until": HOURS.valid_from}),
    (HOURS, {"valid_until": HOURS.valid_from, "change_reason": "13"}),
    (HOURS, {"valid_until": None, "frequency": "6"}),
    (HOURS, {"unit": "01", "frequency": "1"}),
    (HOURS, {"product": None, **OLD}),
    (HOURS, {"unit": "14", "frequency": "1", **OLD}),
    (BUDGET, {"category": "02"}),
    (BUDGET, {"category": "02", "budget_cents": None, "valid_until": None}),
]


@pytest.mark.parametrize(("allocation", "change", "rule"), RULES)
def test_an_allocation_that_breaks_a_rule_is_neither_written_nor_read(
    allocation: Allocation, change: dict[str, Any], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(MESSAGE, allocations=(BUDGET, replace(allocation, **change)))
    if allocation is BUDGET:
        wrong = replace(wrong, allocations=(HOURS, replace(BUDGET, **change)))
    with pytest.raises(MalformedFile, match=rule):
        write(wrong)
    monkeypatch.setattr("ledger.formats.iwmo301._faults", lambda allocation, numbers: ())
    source = write(wrong)
    monkeypatch.undo()
    with pytest.raises(MalformedFile, match=rule) as refusal:
        read(source)
    assert refusal.value.place.startswith("line ")


@pytest.mark.parametrize(("allocation", "change"), ALLOWED)
def test_what_the_rules_allow_is_written_and_read(allocation: Allocation, change: dict[str, Any]) -> None:
    message = replace(MESSAGE, allocations=(replace(allocation, **change),))
    assert read(write(message)) == message


UNWRITABLE: list[dict[str, Any]] = [
    {"municipality": "384"},
    {"identification": "x" * 13},
    {"allocations": ()},
    {"client": replace(CLIENT, bsn="999900007")},
    {"client": replace(CLIENT, surname="Wit\x00")},
    {"client": replace(CLIENT, house_number=None, house_letter="A")},
    {"allocations": (replace(HOURS, unit=None),)},
    {"allocations": (replace(HOURS, number=-1),)},
]


@pytest.mark.parametrize("change", UNWRITABLE)
def test_what_does_not_fit_the_format_is_not_written(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedFile):
        write(replace(MESSAGE, **change))


def test_lines_are_told_beyond_the_sixteenth_bit() -> None:
    source = write(MESSAGE).replace(b"<wmo301:Client>", b"<wmo301:Client>" + b"\n" * 70_000, 1)
    assert read(source).allocations[0].line > 70_000
