# SPDX-License-Identifier: EUPL-1.2
"""What is typed on a command line, as values: euros, instants, ids, quantities, providers. Raises Fault."""

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from cli.faults import Fault, Status
from ledger import clock
from ledger.units import Measure, Unit

if TYPE_CHECKING:
    from ledger.db import Work

_EUROS = re.compile(r"([0-9]{1,11})(?:[.,]([0-9]{2}))?")


def euros(text: str) -> int:
    """Eurocents, from euros with two decimals or none."""
    found = _EUROS.fullmatch(text.strip().removeprefix("€").strip())
    if found is None:
        raise Fault("money is typed as euros with two decimals or none: 31.15 or 1250", Status.USAGE)
    return int(found[1]) * 100 + int(found[2] or 0)


def instant(text: str | None, now: datetime) -> datetime:
    """An instant from ISO 8601; without an offset it is Dutch time, a day alone is its noon; None is now."""
    if text is None:
        return now
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time(12), tzinfo=clock.AMSTERDAM)
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(
            "an instant is typed as 2026-01-31, 2026-01-31T09:30 or 2026-01-31T09:30+01:00", Status.USAGE
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=clock.AMSTERDAM)
    return found.astimezone(UTC)


def day(text: str) -> date:
    """A calendar day from ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Fault("a day is typed as 2026-01-31", Status.USAGE) from None


def day_or_none(text: str | None) -> date | None:
    """A calendar day, or None where nothing was typed."""
    return None if text is None else day(text)


def uuid(text: str) -> UUID:
    """An id."""
    found = uuid_or_none(text)
    if found is None:
        raise Fault(f"{text[:40]!r} is not an id", Status.USAGE)
    return found


def fresh_id(text: str | None) -> UUID:
    """An id for a new fact: the one that was typed, a UUID of version 7, else one minted now."""
    from ledger import ids

    if text is None:
        return ids.uuid7()
    found = uuid(text)
    if not ids.is_uuid7(found):
        raise Fault("the id of a new fact is a UUID of version 7 (RFC 9562)", Status.USAGE)
    return found


def uuid_or_none(text: str) -> UUID | None:
    """An id, or None where it is something else, such as a code."""
    try:
        return UUID(text)
    except ValueError:
        return None


def unit_and_factor(text: str) -> tuple[Unit, int]:
    """The unit a quantity is booked in, and how many of it one is: an hour is 60 minutes."""
    try:
        measure = Measure(text)
    except ValueError:
        known = ", ".join(each for each in Measure if each is not Measure.EURO)
        raise Fault(f"a unit is one of {known}", Status.USAGE) from None
    return measure.unit, measure.size


def provider_id(work: "Work", text: str) -> UUID:
    """A provider by id or by AGB code."""
    from ledger import providers

    found = uuid_or_none(text)
    if found is not None:
        return found
    for row in providers.listed(work):
        if row.agb == text:
            return row.id
    if not re.fullmatch(r"[0-9]{8}", text):
        raise Fault(f"{text[:40]!r} is neither an AGB code nor an id", Status.USAGE)
    raise Fault(f"no provider here has AGB code {text}", Status.NOT_FOUND)
