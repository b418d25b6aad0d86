# SPDX-License-Identifier: EUPL-1.2
"""tegoed approval: grants and raises above what one person grants alone, decided on by somebody else."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import screen, typed
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from ledger.approvals import Asked
    from ledger.four_eyes import Waiting

Approval = Annotated[
    str, typer.Argument(metavar="APPROVAL", help="The id of the grant or change that waits.")
]
Reason = Annotated[str, typer.Option(help="Why, in words.")]
MOST = 200


def listed(
    host: Host,
    all_: Annotated[bool, typer.Option("--all", help="Also what was decided on.")] = False,
    after: Annotated[str | None, typer.Option(help="The approval that was seen last.")] = None,
) -> None:
    """What waits for somebody's approval, the oldest two hundred."""
    from ledger import approvals

    with host.reading() as work:
        last = typed.uuid(after) if after else None
        found = approvals.listed(work, waiting=not all_, after=last, limit=MOST)
    if host.as_json:
        screen.write_json({"approvals": [_plain(each) for each in found]})
        return
    rows = [
        (
            each.approval.id,
            each.approval.kind,
            each.approval.entitlement_id,
            screen.euros(each.approval.cents),
            each.approval.actor_id,
            _decided(each),
        )
        for each in found
    ]
    screen.table("Approvals", ("id", "what", "entitlement", "in all", "asked by", "decided"), rows)


def show(host: Host, approval: Approval) -> None:
    """Exactly what was asked, by whom, and what was decided."""
    from ledger import approvals

    with host.reading() as work:
        found = approvals.get(work, typed.uuid(approval))
    if host.as_json:
        screen.write_json(_plain(found))
        return
    asked = found.approval
    screen.say(f"{asked.kind} {asked.id}, {screen.euros(asked.cents)} in all: {_decided(found)}")
    screen.say(f"asked by {asked.actor_id} on {asked.recorded_at}; limit {screen.euros(asked.limit_cents)}")
    content = asked.content.get("change", asked.content)
    screen.table("Asked", ("what", "value"), [(name, _text(value)) for name, value in content.items()])


def approve(host: Host, approval: Approval, reason: Reason, key: Key = None) -> None:
    """Let it be granted or changed now, as it was asked; never by who asked."""
    _decide(host, approval, reason, key, approved=True)


def refuse(host: Host, approval: Approval, reason: Reason, key: Key = None) -> None:
    """Refuse it for good; asking again takes another id."""
    _decide(host, approval, reason, key, approved=False)


def tell_waiting(host: Host, waiting: "Waiting") -> None:
    """Says that nothing was granted or changed yet."""
    answer = {
        "approval_id": waiting.id,
        "waiting": True,
        "cents": waiting.cents,
        "limit_cents": waiting.limit_cents,
    }
    line = (
        f"{waiting.id} waits for somebody else: {screen.euros(waiting.cents)} in all, where one person "
        f"grants {screen.euros(waiting.limit_cents)} alone (tegoed approval)"
    )
    screen.show(host.as_json, answer, [line])


def _decide(host: Host, approval: str, reason: str, key: str | None, *, approved: bool) -> None:
    from ledger import approvals
    from ledger.roles import Action

    asked = approvals.DecisionInput(approved=approved, reason=reason)
    with host.work_as(key, Action.GRANT) as work:
        found = approvals.decide(work, typed.uuid(approval), asked)
    done = f"{found.approval.kind} {found.approval.id} is {_decided(found)}"
    screen.show(host.as_json, _plain(found), [done])


def _plain(found: "Asked") -> dict[str, Any]:
    asked, decision = found.approval, found.decision
    return {
        "approval_id": asked.id,
        "kind": asked.kind,
        "entitlement_id": asked.entitlement_id,
        "cents": asked.cents,
        "limit_cents": asked.limit_cents,
        "content": asked.content,
        "actor_id": asked.actor_id,
        "recorded_at": asked.recorded_at,
        "waiting": decision is None,
        "decision": decision,
    }


def _decided(found: "Asked") -> str:
    if found.decision is None:
        return "waiting"
    return "approved" if found.decision.approved else "refused"


def _text(value: object) -> str:
    return "" if value is None else str(value)
