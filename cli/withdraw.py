# SPDX-License-Identifier: EUPL-1.2
"""tegoed withdraw: give up drafts of contracts; what is in force goes on, and what was written stays."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.contracts import ContractDraft
    from ledger.db import Work


def withdraw(
    host: Host,
    contract: Annotated[list[str], typer.Option(help="The contract with this number; repeat for more.")],
    key: Key = None,
) -> None:
    """Give up drafts of contracts, whoever wrote them: nobody publishes them any more."""
    from ledger import contracts
    from ledger.roles import Action

    with host.work_as(key, Action.EDIT_CONTRACTS) as work:
        found = _waiting(work, contract)
        contracts.withdraw(work, [each.content.id for each in found])
    rows = [(each.content.number, each.version, each.drafted_by) for each in found]
    if host.as_json:
        names = ("number", "version", "drafted_by")
        screen.write_json({"withdrawn": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    screen.table("Withdrawn", ("contract", "version", "drafted by"), rows)


def _waiting(work: "Work", numbers: "Sequence[str]") -> "list[ContractDraft]":
    """The drafts with these numbers. Raises Fault for a number that nothing waits under."""
    from ledger import contract_versions

    found = [each for each in contract_versions.waiting(work) if each.content.number in numbers]
    if missing := sorted(set(numbers) - {each.content.number for each in found}):
        raise Fault(f"no draft waits under {', '.join(missing)}", Status.NOT_FOUND)
    return found
