# SPDX-License-Identifier: EUPL-1.2
"""tegoed settle and tegoed payment-file: one payment per provider, and the file for the bank."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli import screen, typed
from cli.host import Host

if TYPE_CHECKING:
    from ledger.settlements import Run

Out = Annotated[Path, typer.Option(dir_okay=False, help="Where the payment file (pain.001) goes.")]


def settle(
    host: Host,
    until: Annotated[str, typer.Option(help="Last Dutch day of what is settled, inclusive.")],
    out: Out,
    requested_on: Annotated[
        str | None, typer.Option(help="The day the bank is asked to pay; left out: today.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="The id of the run; the same id again is the same run.")
    ] = None,
) -> None:
    """Settle all that is owed up to and including a day, and write the payment file."""
    from ledger import clock, settlements

    order = settlements.SettleOrder(
        id=typed.fresh_id(id_),
        until=typed.day(until),
        requested_on=typed.day(requested_on) if requested_on else clock.dutch_day(host.now),
    )
    with host.work() as work:
        run = settlements.settle(work, order)
    written = write_file(host, run.id, out)
    _tell(host, run, out if written else None)


def payment_file(
    host: Host, run: Annotated[str, typer.Argument(help="The id of a settlement run.")], out: Out
) -> None:
    """Write the payment file of a run again: the same bytes every time."""
    from ledger import settlements

    run_id = typed.uuid(run)
    with host.reading() as work:
        found = settlements.get(work, run_id)
    written = write_file(host, run_id, out)
    _tell(host, found, out if written else None)


def write_file(host: Host, run_id: UUID, out: Path) -> bool:
    """Stream the file of a run to its place; a half file never has the name. False: nothing is to be paid."""
    from ledger import settlements

    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f".{out.name}.part")
    try:
        with host.reading() as work:
            size = _write(half, settlements.payment_file(work, run_id))
        if size:
            os.replace(half, out)
        return size > 0
    finally:
        half.unlink(missing_ok=True)


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    with path.open("wb") as file:
        size = sum(file.write(piece) for piece in pieces)
        file.flush()
        os.fsync(file.fileno())
    return size


def _tell(host: Host, run: "Run", file: Path | None) -> None:
    names = {paid.settlement_id: paid for paid in run.payments}
    answer = {
        "run_id": run.id,
        "until": run.until,
        "requested_on": run.requested_on,
        "settlements": len(run.settlements),
        "payments": run.count,
        "total_cents": run.total_cents,
        "payment_file": file,
        "payment_file_sha256": run.file_sha256.hex() if file else None,
    }
    if host.as_json:
        screen.write_json(answer)
        return
    rows = [
        (
            names[each.id].creditor_name if each.id in names else "(all set off)",
            names[each.id].reference if each.id in names else "",
            screen.euros(each.gross_cents),
            screen.euros(each.set_off_cents),
            screen.euros(each.net_cents),
        )
        for each in run.settlements
    ]
    title = f"Run {run.id}, up to and including {run.until}"
    screen.table(title, ("provider", "reference", "gross", "set off", "net"), rows)
    screen.say(f"payments: {run.count}, together {screen.euros(run.total_cents)}")
    if file:
        screen.say(f"{file}\nSHA-256 {run.file_sha256.hex()}")
    else:
        screen.say("There is nothing to pay, so there is no file.")
