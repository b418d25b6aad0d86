# SPDX-License-Identifier: EUPL-1.2
"""tegoed claim: a provider's claims file, booked whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed
from cli.faults import Status, told_json, told_lines
from cli.host import Host

if TYPE_CHECKING:
    from ledger.claims import BadLine, Verdict


def claim(
    host: Host,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file: see docs/cli.md.")],
    provider: Annotated[str, typer.Option(help="Whose claim it is: AGB code or id.")],
    dry_run: Annotated[bool, typer.Option(help="Say what is wrong with it, and book nothing.")] = False,
) -> None:
    """Book a claim: every line or none. Each bad line is told with its number and all reasons.

    The same file again is the same claim.
    """
    from ledger import claims

    source = file.read_bytes()
    try:
        with host.work() as work:
            order = claims.of_file(typed.provider_id(work, provider), source)
            if dry_run:
                verdict = claims.judge(work, order)
            else:
                booked = claims.claim(work, order)
    except claims.ClaimRefused as refused:
        _refuse(host, refused.lines, len(order.lines))
    if dry_run:
        _show_trial(host, verdict, len(order.lines))
        return
    answer = {"claim_id": booked.id, "lines": booked.lines, "price_cents": booked.price_cents, "bad": []}
    line = f"claim {booked.id}: {booked.lines} lines, {screen.euros(booked.price_cents)}"
    screen.show(host.as_json, answer, [line])


def _show_trial(host: Host, verdict: "Verdict", lines: int) -> None:
    """What can be booked, summed up; and what cannot, with a status that says so."""
    sums = {
        "good": verdict.good,
        "price_cents": verdict.price_cents,
        "quantities": {unit.value: quantity for unit, quantity in sorted(verdict.quantities.items())},
    }
    words = ", ".join(screen.amount(quantity, unit) for unit, quantity in sorted(verdict.quantities.items()))
    line = f"{verdict.good} of {lines} lines are right, {screen.euros(verdict.price_cents)}"
    if not host.as_json or not verdict.bad:
        answer = {"lines": lines, "bad": [], "dry_run": True, **sums}
        screen.show(host.as_json, answer, [f"{line} ({words}); nothing was booked" if words else line])
    if verdict.bad:
        _refuse(host, verdict.bad, lines, **sums)


def _refuse(host: Host, bad: "Sequence[BadLine]", lines: int, **sums: object) -> None:
    """Every bad line with its reasons, and a status that says so."""
    if host.as_json:
        told = [{"line": each.line, **told_json(each.error, host.lang)} for each in bad]
        screen.write_json({"code": "claim_refused", "lines": lines, "bad": told, **sums})
        raise typer.Exit(Status.REFUSED)
    for each in bad:
        first, *rest = told_lines(each.error, host.lang)
        typer.echo(f"line {each.line}: {first}", err=True)
        for line in rest:
            typer.echo(line, err=True)
    typer.echo(f"tegoed: {len(bad)} of {lines} lines are bad; nothing was booked", err=True)
    raise typer.Exit(Status.REFUSED)
