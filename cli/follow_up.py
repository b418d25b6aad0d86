# SPDX-License-Identifier: EUPL-1.2
"""tegoed capture, release and reverse: what happens to a redemption later."""

from typing import Annotated

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

Redemption = Annotated[str, typer.Argument(help="The id of the redemption or reservation.")]
Reason = Annotated[str, typer.Option(help="Why, in words.")]
Lines = Annotated[list[int] | None, typer.Option("--line", min=1, help="Of this line only; repeat for more.")]
Quantities = Annotated[
    list[int] | None, typer.Option("--quantity", help="So much of it, in its unit; one per line.")
]
Id = Annotated[
    str | None, typer.Option("--id", help="The id of this step; the same id again changes nothing.")
]


def capture(
    host: Host,
    redemption: Redemption,
    reason: Reason,
    line: Lines = None,
    quantity: Quantities = None,
    id_: Id = None,
) -> None:
    """Make a reservation owed, wholly or in part; the rest goes back. Once."""
    _follow(host, "capture", redemption, reason, line, quantity, id_)


def release(host: Host, redemption: Redemption, reason: Reason, id_: Id = None) -> None:
    """Let a reservation go back whole."""
    _follow(host, "release", redemption, reason, None, None, id_)


def reverse(
    host: Host,
    redemption: Redemption,
    reason: Reason,
    line: Lines = None,
    quantity: Quantities = None,
    id_: Id = None,
) -> None:
    """Take a redemption back, wholly or in part; each line at most once."""
    _follow(host, "reversal", redemption, reason, line, quantity, id_)


def _follow(
    host: Host,
    kind: str,
    redemption: str,
    reason: str,
    lines: list[int] | None,
    quantities: list[int] | None,
    id_: str | None,
) -> None:
    from ledger import follow_ups
    from ledger.errors import LedgerError
    from ledger.standing import Order

    if len(lines or ()) != len(quantities or ()):
        raise Fault("give one --quantity for each --line", Status.USAGE)
    parts = [
        {"line": number, "quantity": quantity}
        for number, quantity in zip(lines or (), quantities or (), strict=True)
    ]
    order = Order.model_validate(
        {
            "id": typed.fresh_id(id_),
            "kind": kind,
            "redemption_id": typed.uuid(redemption),
            "parts": parts,
            "reason": reason,
            "at": host.now,
        }
    )
    with host.work() as work:
        (outcome,) = follow_ups.follow_up(work, [order])
    if isinstance(outcome, LedgerError):
        raise outcome
    back, standing = screen.euros(outcome.taken_back_cents), screen.euros(outcome.standing_cents)
    screen.show(host.as_json, outcome, [f"{kind} {outcome.id}: {back} went back, {standing} stands"])
