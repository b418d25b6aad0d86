# SPDX-License-Identifier: EUPL-1.2
"""Message 301 of iWmo and iJw release 3.2: what a municipality allocates to one client at one provider.

The structure and every rule on an allocation within the message are judged; rules on names and addresses
(CS050, CS139, CD005-CD034) and rules that need stored data (TR056, TR302, TR378-TR381) are not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from lxml import etree

from ledger.clock import AMSTERDAM
from ledger.errors import MalformedFile
from ledger.formats import iwmo_basis as basis
from ledger.formats.iwmo_basis import LAWS, Law, LawKey
from ledger.formats.xml_safe import line_of, parse
from ledger.formats.xml_shape import Content, Group, Node, may, need, read_shape, some, write_shape

_MESSAGE_CODES: Mapping[LawKey, str] = {"wmo": "414", "jw": "436"}
"""COD002-VEKT."""
_XSD_VERSIONS = {"BasisschemaXsdVersie": "1.0.0", "BerichtXsdVersie": "1.0.0"}
_OLD_RULES_UNTIL = date(2020, 12, 31)
"""What ends by this day may still follow release 2.4. Source: CD080, CS338."""


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """One product, or one budget, that the provider may deliver to the client."""

    number: int
    """ToewijzingNummer; unique per municipality and law (OP275)."""
    provider_reference: str | None = None
    category: str | None = None
    product: str | None = None
    decided_at: datetime
    """Aware, UTC. The latest decides which version of an allocation counts (IV013)."""
    valid_from: date
    valid_until: date | None = None
    """Last day, inclusive."""
    change_reason: str | None = None
    volume: int | None = None
    unit: str | None = None
    """Code of list WJ756."""
    frequency: str | None = None
    """Code of list WMO757."""
    budget_cents: int | None = None
    comment: str | None = None
    line: int = field(default=0, compare=False)
    """Where it begins in the file that was read; no part of what the allocation says."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """The resident, as far as the ledger needs to know, with one address (BRP, else the first)."""

    bsn: str
    birth_date: date
    birth_date_use: str | None = None
    """1 day unknown, 2 day and month unknown, 3 all unknown; None when the date is complete."""
    surname: str
    surname_prefix: str | None = None
    partner_surname: str | None = None
    partner_prefix: str | None = None
    given_names: str | None = None
    initials: str | None = None
    name_use: str
    """Code of list COD700."""
    gender: str
    """Code of list COD046."""
    postcode: str | None = None
    """As in the file: addresses abroad exist."""
    street: str | None = None
    house_number: int | None = None
    house_letter: str | None = None
    house_addition: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message301:
    """A whole message: all current and changed allocations of one client at one provider (OP087)."""

    law: LawKey
    municipality: str
    provider_agb: str
    identification: str
    """Unique per message type and sender (TR056)."""
    dated_on: date
    client: Client
    allocations: tuple[Allocation, ...]


def read(source: bytes) -> Message301:
    """The message in these bytes, or MalformedFile with place and fault; never a part of it.

    Toewijzingsdatum and -tijd are Dutch local time: digits after the microsecond are dropped, 24:00:00
    is the midnight that ends the day, an hour that occurs twice is taken as its first occurrence.
    """
    root = parse(source)
    law = _law_of(root)
    bericht = read_shape(root, _SHAPES[law.key], law.namespaces("301"))
    header, client = bericht.one("Header"), bericht.one("Client")
    return Message301(
        law=law.key,
        municipality=header.text_of("Afzender"),
        provider_agb=header.text_of("Ontvanger"),
        identification=header.text_of("BerichtIdentificatie/Identificatie"),
        dated_on=_day(header.text_of("BerichtIdentificatie/Dagtekening")),
        client=_client(client),
        allocations=_allocations(client.one("ToegewezenProducten")),
    )


def write(message: Message301) -> bytes:
    """The file of this message, which read gives back equal.

    Raises MalformedFile for what read would refuse. An instant in the second occurrence of the hour that
    summer time repeats cannot be told in the format; it is read back an hour earlier.
    """
    law = LAWS[message.law]
    numbers: set[int] = set()
    for allocation in message.allocations:
        for element, fault in _faults(allocation, numbers):
            raise MalformedFile(place=f"allocation {allocation.number}, element {element}", fault=fault)
        numbers.add(allocation.number)
    content: dict[str, Content] = {
        "Header": {
            "BerichtCode": _MESSAGE_CODES[message.law],
            "BerichtVersie": "3",
            "BerichtSubversie": "2",
            "Afzender": message.municipality,
            "Ontvanger": message.provider_agb,
            "BerichtIdentificatie": {
                "Identificatie": message.identification,
                "Dagtekening": message.dated_on.isoformat(),
            },
            "XsdVersie": _XSD_VERSIONS,
        },
        "Client": _client_content(message.client)
        | {"ToegewezenProducten": {"ToegewezenProduct": [_product(held) for held in message.allocations]}},
    }
    return write_shape("Bericht", _SHAPES[message.law], content, law.namespaces("301"))


_CONTACT = Group(
    parts=(
        need("Soort", basis.ADDRESS_KIND),
        may("Adres", basis.ADDRESS),
        may("Organisatie", basis.text_of(35)),
        may("Telefoon", basis.PHONE_NUMBERS),
        may("Emailadres", basis.text_of(80)),
        may("Periode", basis.OPEN_PERIOD),
    )
)
_RELATION = Group(
    parts=(
        need("Nummer", basis.text_of(20)),
        may("Volgorde", basis.whole(99)),
        need("Soort", basis.one_of(tuple(f"{code:02d}" for code in range(3, 26)))),
        may("Geboortedatum", basis.BIRTH_DATE),
        may("Geslacht", basis.GENDER),
        need("Naam", basis.FULL_NAME),
        need("Contact", _CONTACT),
    )
)


def _shape(law: Law) -> Group:
    """The XSD of message 301; the laws differ in product categories and message code only."""
    allocation = Group(
        parts=(
            need("ToewijzingNummer", basis.whole(999_999_999)),
            may("ReferentieAanbieder", basis.text_of(36)),
            may("Product", basis.product_of(law)),
            need("Toewijzingsdatum", basis.DAY),
            need("Toewijzingstijd", basis.CLOCK_TIME),
            need("Ingangsdatum", basis.DAY),
            may("Einddatum", basis.DAY),
            may("RedenWijziging", basis.one_of(basis.CHANGE_REASONS)),
            may("Omvang", basis.SIZE),
            may("Budget", basis.AMOUNT),
            may("Commentaar", basis.COMMENT),
        )
    )
    client = Group(
        parts=(
            need("Bsn", basis.BSN),
            need("Geboortedatum", basis.BIRTH_DATE),
            need("Geslacht", basis.GENDER),
            need("Naam", basis.FULL_NAME),
            may("Communicatie", basis.COMMUNICATION),
            may("JuridischeStatus", basis.one_of(("01", "02", "03", "04", "05", "11", "12"))),
            may("WettelijkeVertegenwoordiging", basis.one_of(("06", "07", "08", "09", "10"))),
            may("Commentaar", basis.COMMENT),
            may("Relaties", Group(parts=(some("Relatie", _RELATION),))),
            need("Contactgegevens", Group(parts=(some("Contact", _CONTACT),))),
            need("ToegewezenProducten", Group(parts=(some("ToegewezenProduct", allocation),))),
        )
    )
    header = basis.outward_header(_MESSAGE_CODES[law.key], from_municipality=True)
    return Group(parts=(need("Header", header), need("Client", client)))


_SHAPES: Mapping[LawKey, Group] = {key: _shape(law) for key, law in LAWS.items()}


def _law_of(root: etree._Element) -> Law:
    """Which law's 301 this is, by the root element."""
    name = etree.QName(root)
    found = (name.namespace or "none")[:100]
    place = f"line {line_of(root)}, element {name.localname[:100]}"
    if name.localname != "Bericht":
        raise MalformedFile(place=place, fault="is not Bericht, the root of a message")
    expected = {law.namespaces("301").message: law for law in LAWS.values()}
    if found not in expected:
        raise MalformedFile(
            place=place, fault=f"is in namespace {found}, expected {' or '.join(sorted(expected))}"
        )
    return expected[found]


def _client(node: Node) -> Client:
    name, address = node.one("Naam"), _address(node.one("Contactgegevens"))
    return Client(
        bsn=node.text_of("Bsn"),
        birth_date=_day(node.text_of("Geboortedatum/Datum")),
        birth_date_use=node.text_or_none("Geboortedatum/DatumGebruik"),
        surname=name.text_of("Geslachtsnaam/Achternaam"),
        surname_prefix=name.text_or_none("Geslachtsnaam/Voorvoegsel"),
        partner_surname=name.text_or_none("Partnernaam/Achternaam"),
        partner_prefix=name.text_or_none("Partnernaam/Voorvoegsel"),
        given_names=name.text_or_none("Voornamen"),
        initials=name.text_or_none("Voorletters"),
        name_use=name.text_of("NaamGebruik"),
        gender=node.text_of("Geslacht"),
        postcode=address.text_or_none("Adres/Postcode"),
        street=address.text_or_none("Adres/Straatnaam"),
        house_number=_number_or_none(address, "Adres/Huis/Huisnummer"),
        house_letter=address.text_or_none("Adres/Huis/Huisletter"),
        house_addition=address.text_or_none("Adres/Huis/HuisnummerToevoeging"),
        city=address.text_or_none("Adres/Plaatsnaam"),
        country=address.text_or_none("Adres/LandCode"),
    )


def _address(contacts: Node) -> Node:
    """The contact with the BRP address (Soort 01), else the first with an address, else the first."""
    addressed = [contact for contact in contacts.children if contact.maybe("Adres")]
    registered = [contact for contact in addressed if contact.text_of("Soort") == "01"]
    return (registered or addressed or contacts.children)[0]


def _allocations(products: Node) -> tuple[Allocation, ...]:
    allocations: list[Allocation] = []
    numbers: set[int] = set()
    for node in products.children:
        allocation = _allocation(node)
        for element, fault in _faults(allocation, numbers):
            where = node.maybe(element) or node.maybe(f"Omvang/{element}")
            place = f"line {(where or node).line}, element {element}"
            raise MalformedFile(place=place, fault=fault)
        numbers.add(allocation.number)
        allocations.append(allocation)
    return tuple(allocations)


def _allocation(node: Node) -> Allocation:
    valid_until = node.text_or_none("Einddatum")
    return Allocation(
        number=basis.number(node.text_of("ToewijzingNummer")),
        provider_reference=node.text_or_none("ReferentieAanbieder"),
        category=node.text_or_none("Product/Categorie"),
        product=node.text_or_none("Product/Code"),
        decided_at=_instant(node.one("Toewijzingsdatum"), node.one("Toewijzingstijd")),
        valid_from=_day(node.text_of("Ingangsdatum")),
        valid_until=None if valid_until is None else _day(valid_until),
        change_reason=node.text_or_none("RedenWijziging"),
        volume=_number_or_none(node, "Omvang/Volume"),
        unit=node.text_or_none("Omvang/Eenheid"),
        frequency=node.text_or_none("Omvang/Frequentie"),
        budget_cents=_number_or_none(node, "Budget"),
        comment=node.text_or_none("Commentaar"),
        line=node.line,
    )


def _number_or_none(node: Node, path: str) -> int | None:
    text = node.text_or_none(path)
    return None if text is None else basis.number(text)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _instant(day: Node, clock: Node) -> datetime:
    """Dutch day and time of day as an aware UTC instant."""
    hours, minutes, seconds = clock.text.split(":")
    whole, _, fraction = seconds.partition(".")
    since_midnight = timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(whole),
        microseconds=int(fraction[:6].ljust(6, "0")),
    )
    try:
        return (datetime.combine(_day(day.text), time(), AMSTERDAM) + since_midnight).astimezone(UTC)
    except OverflowError:
        raise day.malformed("is outside the calendar") from None


def _faults(allocation: Allocation, numbers: set[int]) -> Iterator[tuple[str, str]]:
    """Element and fault of each rule this allocation breaks; numbers are those before it."""
    if allocation.number in numbers:
        yield "ToewijzingNummer", "occurs more than once in the message (TR332)"
    yield from ((element, fault) for element, breaks, fault in _RULES if breaks(allocation))


def _ends_after_2020(allocation: Allocation) -> bool:
    return allocation.valid_until is None or allocation.valid_until > _OLD_RULES_UNTIL


def _has_size(allocation: Allocation) -> bool:
    return any(part is not None for part in (allocation.volume, allocation.unit, allocation.frequency))


_RULES: tuple[tuple[str, Callable[[Allocation], bool], str], ...] = (
    (
        "Einddatum",
        lambda held: held.valid_until is not None and held.valid_until < held.valid_from,
        "is before Ingangsdatum (CS003)",
    ),
    (
        "Einddatum",
        lambda held: held.valid_until is None and held.budget_cents is not None,
        "is required with a Budget (CD075)",
    ),
    (
        "Einddatum",
        lambda held: held.valid_until is None and held.frequency == "2",
        "is required when Frequentie is 2, per week (CD076)",
    ),
    (
        "Budget",
        lambda held: held.budget_cents is not None and _has_size(held),
        "and Omvang exclude each other (CD077, CD078)",
    ),
    (
        "Product",
        lambda held: held.budget_cents is None and held.category is None,
        "is required when there is no Budget (CD079)",
    ),
    (
        "Omvang",
        lambda held: held.product is not None and not _has_size(held),
        "is required when the Product has a Code (CD041)",
    ),
    (
        "Omvang",
        lambda held: held.product is None and _has_size(held) and _ends_after_2020(held),
        "is only allowed when the Product has a Code (CD080)",
    ),
    (
        "Frequentie",
        lambda held: (
            held.unit in {"14", "16", "83", "84"} and held.frequency == "1" and _ends_after_2020(held)
        ),
        "must be 2, 4 or 6 when Eenheid is 14, 16, 83 or 84 (CS338)",
    ),
    ("RedenWijziging", lambda held: held.change_reason == "01", "must not be 01 (CS336)"),
    (
        "RedenWijziging",
        lambda held: held.change_reason == "13" and held.valid_until != held.valid_from,
        "may be 13 only when Einddatum equals Ingangsdatum (CS335)",
    ),
)
"""Element, what breaks the rule, the fault."""


def _client_content(client: Client) -> dict[str, Content]:
    return {
        "Bsn": client.bsn,
        "Geboortedatum": {"Datum": client.birth_date.isoformat(), "DatumGebruik": client.birth_date_use},
        "Geslacht": client.gender,
        "Naam": {
            "Geslachtsnaam": {"Achternaam": client.surname, "Voorvoegsel": client.surname_prefix},
            "Partnernaam": {"Achternaam": client.partner_surname, "Voorvoegsel": client.partner_prefix},
            "Voornamen": client.given_names,
            "Voorletters": client.initials,
            "NaamGebruik": client.name_use,
        },
        "Contactgegevens": {"Contact": [{"Soort": "01", "Adres": _address_content(client)}]},
    }


def _address_content(client: Client) -> dict[str, Content]:
    return {
        "Huis": {
            "Huisnummer": _text(client.house_number),
            "Huisletter": client.house_letter,
            "HuisnummerToevoeging": client.house_addition,
        },
        "Postcode": client.postcode,
        "Straatnaam": client.street,
        "Plaatsnaam": client.city,
        "LandCode": client.country,
    }


def _product(allocation: Allocation) -> dict[str, Content]:
    assert allocation.decided_at.tzinfo is not None
    decided = allocation.decided_at.astimezone(AMSTERDAM)
    return {
        "ToewijzingNummer": str(allocation.number),
        "ReferentieAanbieder": allocation.provider_reference,
        "Product": {"Categorie": allocation.category, "Code": allocation.product},
        "Toewijzingsdatum": decided.date().isoformat(),
        "Toewijzingstijd": decided.time().isoformat(),
        "Ingangsdatum": allocation.valid_from.isoformat(),
        "Einddatum": None if allocation.valid_until is None else allocation.valid_until.isoformat(),
        "RedenWijziging": allocation.change_reason,
        "Omvang": {
            "Volume": _text(allocation.volume),
            "Eenheid": allocation.unit,
            "Frequentie": allocation.frequency,
        },
        "Budget": _text(allocation.budget_cents),
        "Commentaar": allocation.comment,
    }


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
