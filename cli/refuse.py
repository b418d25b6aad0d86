# SPDX-License-Identifier: EUPL-1.2
"""tegoed refuse: note that a request was refused, and why."""

from typing import Annotated

import typer

from cli import screen, typed
from cli.host import Host


def refuse(
    host: Host,
    person: Annotated[str, typer.Argument(help="The id of the resident who asked.")],
    asked: Annotated[str, typer.Option(help="What they asked for, as their letter says it.")],
    reason: Annotated[str, typer.Option(help="Why it is refused, as their letter says it.")],
    law: Annotated[str, typer.Option(help="wmo or jw.")] = "wmo",
    reference: Annotated[str | None, typer.Option(help="The number of the decision.")] = None,
    on: Annotated[str | None, typer.Option(help="The day of the decision; today when left out.")] = None,
) -> None:
    """Note that a request was refused. `tegoed letter --refusal ID` makes the letter that tells it."""
    from ledger import ids, refusals
    from ledger.clock import dutch_day

    terms = {
        "id": ids.uuid7(),
        "holder_id": typed.uuid(person),
        "law": law,
        "reference": reference,
        "asked": asked,
        "reason": reason,
        "decided_on": on or dutch_day(host.now),
    }
    with host.work() as work:
        (row,) = refusals.refuse(work, [refusals.RefusalInput.model_validate(terms)])
    told = {"refusal_id": row.id, "decided_on": row.decided_on}
    screen.show(host.as_json, told, [f"refusal {row.id} of {row.decided_on}"])
