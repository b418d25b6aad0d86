# SPDX-License-Identifier: EUPL-1.2
"""tegoed publish: put drafts of programmes and contracts in force that somebody else wrote.

Who loads a region file drafted what is in it: give this step an API key of somebody else's account.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from ledger.contracts import ContractDraft
    from ledger.db import Work
    from ledger.programmes import ProgrammeDraft


def publish(
    host: Host,
    contract: Annotated[
        list[str] | None, typer.Option(help="Only the contract with this number; repeat for more.")
    ] = None,
    programme: Annotated[
        list[str] | None, typer.Option(help="Only the programme with this name; repeat for more.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what waits, and publish nothing.")] = False,
    key: Key = None,
) -> None:
    """Freeze drafts and put them in force, all that wait or those that are named; never by who wrote them."""
    from ledger import contracts, programmes
    from ledger.roles import Action

    with host.work_as(key, Action.EDIT_PROGRAMMES, Action.EDIT_CONTRACTS) as work:
        rules, agreed = _waiting(work, contract, programme)
        if not dry_run:
            programmes.publish(work, [each.content.id for each in rules])
            contracts.publish(work, [each.content.id for each in agreed])
    _tell(host, rules, agreed, dry_run=dry_run)


def _waiting(
    work: "Work", numbers: Sequence[str] | None, names: Sequence[str] | None
) -> "tuple[list[ProgrammeDraft], list[ContractDraft]]":
    """All that waits; where some are named, those. Raises Fault for a name that nothing waits under."""
    from ledger import contract_versions, programmes

    rules, agreed = programmes.waiting(work), contract_versions.waiting(work)
    if numbers or names:
        rules = [each for each in rules if each.content.name in (names or ())]
        agreed = [each for each in agreed if each.content.number in (numbers or ())]
    found = {each.content.name for each in rules} | {each.content.number for each in agreed}
    if missing := sorted({*(numbers or ()), *(names or ())} - found):
        raise Fault(f"nothing waits for publication under {', '.join(missing)}", Status.NOT_FOUND)
    return rules, agreed


def _tell(
    host: Host, rules: "Sequence[ProgrammeDraft]", agreed: "Sequence[ContractDraft]", *, dry_run: bool
) -> None:
    rows = [("programme", each.content.name, each.version, each.drafted_by) for each in rules]
    rows += [("contract", each.content.number, each.version, each.drafted_by) for each in agreed]
    if host.as_json:
        names = ("kind", "name", "version", "drafted_by")
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        screen.write_json({"dry_run": dry_run, "drafts" if dry_run else "published": listed})
        return
    title = "Waits for publication" if dry_run else "Published"
    screen.table(title, ("what", "name", "version", "drafted by"), rows)
