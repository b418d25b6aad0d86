# SPDX-License-Identifier: EUPL-1.2
"""tegoed payee: on which account a provider is paid; changed by two people, after a waiting time."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from ledger.payees import Change

Provider = Annotated[str, typer.Option(help="AGB code or id.")]
Holder = Annotated[str, typer.Option(help="The name of the holder exactly as the bank has it.")]
Iban = Annotated[str, typer.Option(help="The account.")]
Id = Annotated[str | None, typer.Option("--id", help="The id; the same id again changes nothing.")]


def change(
    host: Host,
    provider: Provider,
    holder: Holder,
    iban: Iban,
    asked_by: Annotated[str, typer.Option(help="Who asked for it, and how that was checked.")],
    asked_by_contact: Annotated[
        str | None, typer.Option(help="The id of the contact who asked; the others are told.")
    ] = None,
    id_: Id = None,
    key: Key = None,
) -> None:
    """Enter a change of account; somebody else decides on it."""
    from ledger import payees
    from ledger.roles import Action

    with host.work_as(key, Action.EDIT_PROVIDERS) as work:
        asked = payees.ChangeInput(
            id=typed.fresh_id(id_),
            provider_id=typed.provider_id(work, provider),
            account_holder_name=holder,
            iban=iban,
            asked_by=asked_by,
            asked_by_contact_id=typed.uuid(asked_by_contact) if asked_by_contact else None,
        )
        found = payees.change(work, asked)
    answer = {"change_id": found.change.id, "iban": found.change.iban}
    screen.show(host.as_json, answer, [f"change {found.change.id} waits for somebody else's decision"])


def decide(
    host: Host,
    change_id: Annotated[str, typer.Argument(metavar="CHANGE", help="The id of a change of account.")],
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    approve: Annotated[bool, typer.Option("--approve/--refuse", help="What is decided.")],
    told_otherwise: Annotated[
        str | None, typer.Option(help="How the provider was told by letter or telephone, where it was.")
    ] = None,
    key: Key = None,
) -> None:
    """Decide on a change that somebody else entered; what is approved is told, and waits some days."""
    from ledger import payees
    from ledger.roles import Action

    asked = payees.DecisionInput(approved=approve, reason=reason, told_otherwise=told_otherwise)
    with host.work_as(key, Action.DECIDE_ACCOUNTS) as work:
        decision = payees.decide(work, typed.uuid(change_id), asked).decision
    assert decision is not None, "it was just made"
    told = f"in force from {decision.effective_on}" if decision.approved else "refused"
    answer = {"change_id": change_id, "approved": decision.approved, "effective_on": decision.effective_on}
    screen.show(host.as_json, answer, [f"change {change_id} is {told}"])


def check(
    host: Host,
    provider: Provider,
    holder: Holder,
    iban: Iban,
    outcome: Annotated[str, typer.Option(help="match, close_match, no_match, not_possible or not_payable.")],
    source: Annotated[str, typer.Option(help="Where the bank said so.")],
    id_: Id = None,
    key: Key = None,
) -> None:
    """Note what a bank says of account and name; after a no nothing is paid there until two say otherwise."""
    from ledger import payees
    from ledger.roles import Action
    from ledger.tables import PayeeOutcome

    if outcome not in set(PayeeOutcome):
        raise Fault(f"no such outcome: {outcome}; there are {', '.join(PayeeOutcome)}", Status.USAGE)
    with host.work_as(key, Action.EDIT_PROVIDERS) as work:
        asked = payees.CheckInput(
            id=typed.fresh_id(id_),
            provider_id=typed.provider_id(work, provider),
            account_holder_name=holder,
            iban=iban,
            outcome=PayeeOutcome(outcome),
            source=source,
        )
        row = payees.check(work, asked)
    screen.show(
        host.as_json, {"check_id": row.id, "outcome": row.outcome}, [f"check {row.id}: {row.outcome}"]
    )


def override(
    host: Host,
    check_id: Annotated[str, typer.Argument(metavar="CHECK", help="The id of a check.")],
    reason: Annotated[str, typer.Option(help="Why it may be paid all the same.")],
    key: Key = None,
) -> None:
    """Let pay in spite of a bank's no; two people are needed."""
    from ledger import payees
    from ledger.roles import Action

    with host.work_as(key, Action.DECIDE_ACCOUNTS) as work:
        said = payees.override(work, typed.uuid(check_id), reason)
    answer = {"check_id": check_id, "people": len(said)}
    screen.show(host.as_json, answer, [f"{len(said)} of {payees.OVERRIDES} people say that it may be paid"])


def show(host: Host, provider: Annotated[str, typer.Argument(help="AGB code or id.")]) -> None:
    """The account of a provider, its changes, and what banks said of it."""
    from ledger import payees, providers

    with host.reading() as work:
        provider_id = typed.provider_id(work, provider)
        (row,) = providers.get(work, [provider_id])
        changes, checks = payees.listed(work, provider_id), payees.checks(work, provider_id)
        blocked = payees.blocked(work, [provider_id])
    answer = {
        "provider_id": provider_id,
        "account_holder_name": row.account_holder_name,
        "iban": row.iban,
        "is_blocked": provider_id in blocked,
        "changes": changes,
        "checks": checks,
    }
    if host.as_json:
        screen.write_json(answer)
        return
    screen.say(f"{row.account_holder_name}, {row.iban}{': nothing is paid there' if blocked else ''}")
    decided = [(each.change.id, each.change.iban, each.change.asked_by, _decided(each)) for each in changes]
    screen.table("Changes", ("id", "account", "asked by", "decided"), decided)
    said = [(each.id, each.iban, each.outcome, each.source) for each in checks]
    screen.table("What banks said", ("id", "account", "outcome", "source"), said)


def _decided(each: "Change") -> str:
    decision = each.decision
    if decision is None:
        return "not yet"
    return f"from {decision.effective_on}" if decision.approved else "refused"
