# SPDX-License-Identifier: EUPL-1.2
"""The words of an XML message: elements with text, and elements around elements, as strings."""

from datetime import date, datetime, time
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

_DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


def leaf(name: str, value: str | int | date | None) -> str:
    """An element with text; nothing when there is no value."""
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def group(name: str, *parts: str) -> str:
    """An element around others; nothing when it would be empty."""
    inside = "".join(parts)
    return f"<{name}>{inside}</{name}>" if inside else ""


def opening(name: str, root: str) -> str:
    """The first lines of the message `name`, up to and including the opening tag of `root`."""
    namespace = quoteattr(f"urn:iso:std:iso:20022:tech:xsd:{name}")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns={namespace}><{root}>'


def closing(root: str) -> str:
    """The last tags of a message."""
    return f"</{root}></Document>\n"


def number(cents: int) -> str:
    """An amount without a currency, never below zero."""
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def amount(name: str, cents: int) -> str:
    """An amount in euros; the side it is on is told elsewhere."""
    return f'<{name} Ccy="EUR">{number(cents)}</{name}>'


def side(*, credit: bool) -> str:
    """Credit: the account receives."""
    return leaf("CdtDbtInd", "CRDT" if credit else "DBIT")


def moment(day: date, hour: int, minute: int) -> str:
    """An instant on a Dutch day, with its distance to UTC."""
    return datetime.combine(day, time(hour, minute), _DUTCH_TIME).isoformat()
