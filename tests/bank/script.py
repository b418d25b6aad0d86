# SPDX-License-Identifier: EUPL-1.2
"""How a bank behaves, told beforehand: which payments fail, come back or are booked otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MATCH, CLOSE_MATCH, NO_MATCH, NOT_APPLICABLE, NOT_YET = "RCVC", "RVMC", "RVNM", "RVNA", "RVNC"
"""Outcomes of Verification of Payee. Source: ISO external code set, payment transaction status."""

Accepted = Literal["ACTC", "ACCP", "ACSP", "ACSC"]
Details = Literal["statement", "notification", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vop:
    """What the bank of the payee says of the name; at a close match also the name it knows."""

    outcome: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Money from a stranger."""

    day: int
    """0 is the first day of the bank."""
    amount_cents: int
    name: str
    iban: str
    reference: str | None = None
    """ISO 11649, in the structured place."""
    text: str | None = None
    end_to_end_id: str | None = "NOTPROVIDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """When nothing is said, the plain bank: it takes all and books it once, on the day asked."""

    status_version: Literal["03", "10"] = "10"
    """pain.002.001.NN."""
    camt_version: Literal["02", "08"] = "08"
    """camt.053.001.NN and camt.054.001.NN."""
    accepted: Accepted = "ACCP"
    list_accepted: bool = False
    """True: the answer names every payment; False: only those that were refused."""

    reject: Mapping[str, str] = field(default_factory=dict)
    """IBAN of the payee to a reason, such as AC01, AC04, AC06 or RC01."""
    vop: Mapping[str, Vop] | None = None
    """IBAN of the payee to an outcome, all others match. None: no names are verified.

    A verified file waits for `Bank.authorise`."""

    batch_booked: bool | None = None
    """One amount for the batch. None: as the file asks in BtchBookg."""
    batch_details: Details = "statement"
    """Where the payments of a batch are named: in the camt.053, in a camt.054, or nowhere."""
    settle_after_days: int = 0
    split_days: int = 1
    """Over how many days the bookings of a batch are spread."""
    omit_end_to_end: bool = False
    """The bank names a payment by its own reference only, which its pain.002 told."""
    amount_off_by: Mapping[str, int] = field(default_factory=dict)
    """End-to-end id, or IBAN of the payee, to the cents that are booked too much."""
    return_after_days: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """IBAN of the payee to days after the booking and a reason, such as AC04 or MD07."""

    other_credits: tuple[Credit, ...] = ()
    interest: Mapping[int, int] = field(default_factory=dict)
    """Day (0 is the first) to cents, below zero when the account pays it."""
    charges: Mapping[int, int] = field(default_factory=dict)
    """Day (0 is the first) to cents that the account pays."""

    def __post_init__(self) -> None:
        assert self.vop is None or self.status_version == "10", "a pain.002.001.03 cannot tell of names"
