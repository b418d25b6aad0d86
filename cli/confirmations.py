# SPDX-License-Identifier: EUPL-1.2
"""tegoed confirmation: what residents say of what was used, as they told it to staff."""

from typing import Annotated

import typer

from cli import screen, typed
from cli.host import Host
from cli.runs import Key

Redemption = Annotated[str, typer.Argument(metavar="REDEMPTION", help="The id of a redemption.")]
Lines = Annotated[
    list[int] | None,
    typer.Option("--line", min=1, help="Of this line only; repeat for more. Left out: every line it fits."),
]
ToldBy = Annotated[str, typer.Option(help="Who told it, and how.")]
Note = Annotated[str, typer.Option(help="What is not right, in words; not for the provider.")]
At = Annotated[str | None, typer.Option(help="When it was said (Dutch time); left out: now.")]
Id = Annotated[str | None, typer.Option("--id", help="The id; the same id again changes nothing.")]


def confirm(
    host: Host,
    redemption: Redemption,
    told_by: ToldBy,
    line: Lines = None,
    at: At = None,
    id_: Id = None,
    key: Key = None,
) -> None:
    """Write down that a resident says it is right."""
    _say(host, redemption, "confirmed", line, told_by, at=at, id_=id_, key=key)


def dispute(
    host: Host,
    redemption: Redemption,
    told_by: ToldBy,
    note: Note,
    line: Lines = None,
    at: At = None,
    id_: Id = None,
    key: Key = None,
) -> None:
    """Write down that a resident says it is not right: it is not paid until they withdraw or it is let go."""
    _say(host, redemption, "disputed", line, told_by, note=note, at=at, id_=id_, key=key)


def withdraw(
    host: Host,
    redemption: Redemption,
    told_by: ToldBy,
    line: Lines = None,
    at: At = None,
    id_: Id = None,
    key: Key = None,
) -> None:
    """Write down that a resident takes a dispute back; as good as confirmed."""
    _say(host, redemption, "withdrawn", line, told_by, at=at, id_=id_, key=key)


def show(host: Host, redemption: Redemption) -> None:
    """All that was said of a redemption, the oldest first."""
    from ledger import confirmations, histories

    with host.reading() as work:
        (history,) = histories.of_redemptions(work, [typed.uuid(redemption)])
        found = confirmations.words(work, history.redemption.id)
    if host.as_json:
        screen.write_json({"words": found})
        return
    rows = [
        (each.kind, ", ".join(str(of.line) for of in each.lines), each.note, each.told_by, each.at)
        for each in found
    ]
    screen.table(f"What was said of {redemption}", ("", "lines", "note", "told by", "at"), rows)


def waiting(
    host: Host,
    entitlement: Annotated[str | None, typer.Option(help="Of this entitlement only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 200,
    after: Annotated[str | None, typer.Option(help="The line that was seen last.")] = None,
) -> None:
    """Lines of which residents are asked something and said nothing yet."""
    from ledger import confirmations

    rights = [typed.uuid(entitlement)] if entitlement else None
    with host.reading() as work:
        found = confirmations.waiting(
            work, rights=rights, after=typed.uuid(after) if after else None, limit=limit
        )
    if host.as_json:
        screen.write_json({"lines": found})
        return
    rows = [
        (
            each.use.redemption_id,
            each.use.line,
            each.use.service,
            each.use.service_day,
            screen.euros(each.cents),
            "paid unless disputed" if each.may_be_paid else f"waits until {each.silence_from or 'confirmed'}",
        )
        for each in found
    ]
    screen.table("To confirm", ("redemption", "line", "service", "day", "owed", ""), rows)


def _say(
    host: Host,
    redemption: str,
    kind: str,
    lines: list[int] | None,
    told_by: str,
    *,
    note: str | None = None,
    at: str | None,
    id_: str | None,
    key: str | None,
) -> None:
    from ledger import confirmations
    from ledger.roles import Action
    from ledger.rules.confirmations import WordKind

    order = confirmations.WordOrder(
        id=typed.fresh_id(id_),
        redemption_id=typed.uuid(redemption),
        kind=WordKind(kind),
        lines=tuple(lines or ()),
        note=note,
        told_by=told_by,
        at=typed.instant(at, host.now),
    )
    with host.work_as(key, Action.CONFIRM_USE) as work:
        said = confirmations.say(work, order)
    named = ", ".join(str(each.line) for each in said.lines)
    told = [f"{said.kind}: line {named} of {said.redemption_id}"]
    if any(each.was_settled for each in said.lines):
        told.append("what was settled before is not taken back by this")
    screen.show(host.as_json, said, told)
