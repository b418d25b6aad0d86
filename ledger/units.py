# SPDX-License-Identifier: EUPL-1.2
"""Units of accounts, the measures services are sold in, and the one rounding of money."""

from enum import StrEnum


class Unit(StrEnum):
    """What an account counts. Amounts are whole numbers of it."""

    EUROCENT = "eurocent"
    """Money, in cents."""
    MINUTE = "minute"
    """Time; hours are sixty of them."""
    DAY_PART = "day_part"
    """A dagdeel: a part of a day of about four hours."""
    DAY = "day"
    """An etmaal: a day and a night."""
    PIECE = "piece"
    """A counted result or item."""


class Measure(StrEnum):
    """What a service is sold by, and what its tariff is per."""

    MINUTE = "minute"
    """Per minute."""
    HOUR = "hour"
    """Per hour; quantities are booked in minutes."""
    DAY_PART = "day_part"
    """Per dagdeel."""
    DAY = "day"
    """Per etmaal."""
    PIECE = "piece"
    """Per piece."""
    EURO = "euro"
    """By amount: the quantity is the price in eurocents."""

    @property
    def unit(self) -> Unit:
        """The unit in which quantities of this measure are booked."""
        return _UNITS[self]

    @property
    def size(self) -> int:
        """How many units one measure holds: an hour is 60 minutes, all others are one."""
        return 60 if self is Measure.HOUR else 1


_UNITS = {
    Measure.MINUTE: Unit.MINUTE,
    Measure.HOUR: Unit.MINUTE,
    Measure.DAY_PART: Unit.DAY_PART,
    Measure.DAY: Unit.DAY,
    Measure.PIECE: Unit.PIECE,
    Measure.EURO: Unit.EUROCENT,
}

AMOUNT_MAX = 10**12
"""No single amount or quantity is larger: ten thousand million euros, or two million years."""


def price_cents(rate_cents: int, quantity: int, measure: Measure) -> int:
    """What a quantity costs at a rate per measure, in eurocents, half a cent rounded up.

    quantity is in measure.unit. Source: iWmo/iJw rule IV081 (TR346): round(hourly rate x minutes
    / 60, 2), half up. Together with share_cents the only place where money is rounded.
    """
    if measure is Measure.EURO:
        return quantity
    return share_cents(rate_cents, quantity, measure.size)


def share_cents(cents: int, part: int, whole: int) -> int:
    """cents x part / whole, half a cent rounded up; the whole part is the whole amount."""
    return (2 * cents * part + whole) // (2 * whole)
