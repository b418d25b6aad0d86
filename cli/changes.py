# SPDX-License-Identifier: EUPL-1.2
"""tegoed amend, suspend, resume, end and expire: what happens to an entitlement after it was granted."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import approvals, screen, typed
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from datetime import date

    from ledger.entitlement_changes import AnyChange

Entitlement = Annotated[str, typer.Argument(help="The id of the entitlement.")]
Reason = Annotated[str, typer.Option(help="Why, in words.")]


def amend(
    host: Host,
    entitlement: Entitlement,
    reason: Reason,
    amount: Annotated[str | None, typer.Option(help="The new amount in all, in euros.")] = None,
    quantity: Annotated[int | None, typer.Option(help="The new quantity in all, in its unit.")] = None,
    until: Annotated[str | None, typer.Option(help="The new last day, inclusive.")] = None,
    open_ended: Annotated[bool, typer.Option(help="Take the last day away.")] = False,
) -> None:
    """Raise, lower or extend an entitlement; what is left out stays as it is.

    What comes above the limit of the municipality waits for somebody else: tegoed approval.
    """
    from ledger.entitlement_changes import Amendment

    if amount is None and quantity is None and until is None and not open_ended:
        raise Fault("say what changes: --amount, --quantity, --until or --open-ended", Status.USAGE)
    asked = Amendment(
        amount_cents=typed.euros(amount) if amount is not None else None,
        quantity=quantity,
        valid_until=typed.day_or_none(until),
        open_ended=open_ended,
        reason=reason,
        at=host.now,
    )
    _change(host, entitlement, asked)


def suspend(
    host: Host,
    entitlement: Entitlement,
    reason: Reason,
    from_day: Annotated[str | None, typer.Option("--from", help="First day; left out: today.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, inclusive; left out: until resumed.")] = None,
) -> None:
    """Let nothing be used from a day on."""
    from ledger.entitlement_changes import Suspension

    asked = Suspension(
        from_day=_day(host, from_day), until_day=typed.day_or_none(until), reason=reason, at=host.now
    )
    _change(host, entitlement, asked)


def resume(
    host: Host,
    entitlement: Entitlement,
    reason: Reason,
    from_day: Annotated[str | None, typer.Option("--from", help="First day; left out: today.")] = None,
) -> None:
    """Let it be used again from a day on."""
    from ledger.entitlement_changes import Resumption

    _change(host, entitlement, Resumption(first_day=_day(host, from_day), reason=reason, at=host.now))


def end(
    host: Host,
    entitlement: Entitlement,
    reason: Reason,
    on: Annotated[str | None, typer.Option(help="Last day, inclusive; left out: today.")] = None,
) -> None:
    """Set an earlier last day; what is left returns to the budget when it expires."""
    from ledger.entitlement_changes import Ending

    _change(host, entitlement, Ending(last_day=_day(host, on), reason=reason, at=host.now))


def expire(
    host: Host,
    claim_days: Annotated[
        int, typer.Option(min=0, help="Days after the end within which providers may still claim.")
    ] = 60,
) -> None:
    """Close entitlements that ended more than so many days ago; what is left returns to the budget."""
    from ledger import clock, entitlement_changes

    closed = []
    while True:
        with host.work() as work:
            found = entitlement_changes.expire(work, today=clock.dutch_day(host.now), claim_days=claim_days)
        closed += found
        if not found:
            break
    screen.show(host.as_json, {"closed": closed}, [f"{len(closed)} entitlements closed"])


def _day(host: Host, text: str | None) -> "date":
    from ledger import clock

    return clock.dutch_day(host.now) if text is None else typed.day(text)


def _change(host: Host, entitlement: str, asked: "AnyChange") -> None:
    from ledger import entitlement_changes, ids
    from ledger.errors import LedgerError
    from ledger.four_eyes import Waiting

    order = entitlement_changes.Order(id=ids.uuid7(), entitlement_id=typed.uuid(entitlement), change=asked)
    with host.work() as work:
        (outcome,) = entitlement_changes.change(work, [order])
        if isinstance(outcome, LedgerError):
            raise outcome
    if isinstance(outcome, Waiting):
        approvals.tell_waiting(host, outcome)
        return
    shown = {
        "entitlement_id": outcome.id,
        "change_id": order.id,
        "kind": asked.kind,
        "version": outcome.version,
        "valid_until": outcome.valid_until,
        "committed_cents": outcome.committed_cents,
    }
    line = f"entitlement {outcome.id}: {asked.kind}, version {outcome.version}"
    screen.show(host.as_json, shown, [line])
