# SPDX-License-Identifier: EUPL-1.2
"""tegoed bank: what the bank answers and books, read in; and what nobody could match."""

from pathlib import Path
from typing import Annotated

import typer

from cli import screen
from cli.host import Host
from cli.runs import Key


def read(
    host: Host,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A pain.002, camt.053 or camt.054 file.")
    ],
    gap_accepted: Annotated[
        bool, typer.Option(help="The statement before this one is lost and will not come.")
    ] = False,
    key: Key = None,
) -> None:
    """Read a message of the bank. The same file, or statement, again books nothing."""
    from ledger import bank_word
    from ledger.roles import Action

    with host.work_as(key, Action.RECORD_BANK_ANSWERS) as work, file.open("rb") as source:
        found = bank_word.read(work, source, gap_accepted=gap_accepted)
        is_new = found.message.recorded_at == work.now
    outcomes = {str(outcome): many for outcome, many in sorted(found.outcomes.items())}
    answer = {
        "message_id": found.message.id,
        "kind": found.message.kind,
        "new": is_new,
        "statements": len(found.statements),
        "outcomes": outcomes,
    }
    told = ", ".join(f"{outcome} {many}" for outcome, many in outcomes.items()) or "no lines"
    first = f"{found.message.kind}: {told}" if is_new else f"{found.message.kind}: read before; {told}"
    screen.show(host.as_json, answer, [first])


def lines(
    host: Host, limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 200
) -> None:
    """Lines of the bank that somebody has to look at, the oldest first."""
    from ledger import bank_messages

    with host.reading() as work:
        found = bank_messages.to_look_at(work, limit=limit)
    if host.as_json:
        screen.write_json({"lines": [line for _, line in found]})
        return
    rows = [
        (
            statement.statement_id,
            line.number,
            line.booked_on,
            screen.euros(line.cents),
            line.counterparty_name or "",
            line.outcome,
        )
        for statement, line in found
    ]
    screen.table("To be looked at", ("statement", "line", "booked", "amount", "other side", "why"), rows)
