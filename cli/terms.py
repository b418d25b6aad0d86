# SPDX-License-Identifier: EUPL-1.2
"""tegoed term: what is entered for contract terms that pay by period, and what they came to.

Who enters a figure does not release the run that pays what rests on it.
"""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from ledger.db import Work
    from ledger.tables import TermNotice

Contract = Annotated[str, typer.Option(help="The number of a contract, or its id.")]
AContract = Annotated[str, typer.Argument(metavar="CONTRACT", help="The number of a contract, or its id.")]
Year = Annotated[int, typer.Option(help="The calendar year.")]
Id = Annotated[str | None, typer.Option("--id", help="The id; the same id again changes nothing.")]


def evidence(
    host: Host,
    contract: Contract,
    number: Annotated[int, typer.Option(help="Which term of the contract.")],
    first: Annotated[str, typer.Option(help="First day of the period.")],
    last: Annotated[str, typer.Option(help="Last day of the period, inclusive.")],
    available: Annotated[int, typer.Option(help="What was available, in what the term agreed on.")],
    id_: Id = None,
    key: Key = None,
) -> None:
    """Enter what was available in a period; of one period the last that was entered counts."""
    from ledger import term_figures
    from ledger.roles import Action

    with host.work_as(key, Action.ENTER_TERM_FIGURES) as work:
        given = term_figures.EvidenceInput(
            id=typed.fresh_id(id_),
            contract_id=contract_id(work, contract),
            number=number,
            first=typed.day(first),
            last=typed.day(last),
            available=available,
        )
        (row,) = term_figures.put_evidence(work, [given])
    _entered(host, row, f"term {number}, {first} up to and including {last}: {available} available")


def population(
    host: Host,
    group: Annotated[str, typer.Option(help="inhabitants or youths.")],
    year: Year,
    persons: Annotated[int, typer.Option(help="How many.")],
    id_: Id = None,
    key: Key = None,
) -> None:
    """Enter how many people of a group there are in a year; the last that was entered counts."""
    from ledger import term_figures
    from ledger.roles import Action
    from ledger.rules.terms_facts import PopulationGroup

    if group not in set(PopulationGroup):
        raise Fault(f"no such group: {group}; there are {', '.join(PopulationGroup)}", Status.USAGE)
    given = term_figures.PopulationInput(
        id=typed.fresh_id(id_), group=PopulationGroup(group), year=year, persons=persons
    )
    with host.work_as(key, Action.ENTER_TERM_FIGURES) as work:
        (row,) = term_figures.put_population(work, [given])
    _entered(host, row, f"{group} in {year}: {persons}")


def cost(
    host: Host,
    contract: Contract,
    year: Year,
    amount: Annotated[str, typer.Option(help="What the year cost, in euros.")],
    id_: Id = None,
    key: Key = None,
) -> None:
    """Enter what the function of a contract cost in a year; the last that was entered counts."""
    from ledger import term_figures
    from ledger.roles import Action

    cents = typed.euros(amount)
    with host.work_as(key, Action.ENTER_TERM_FIGURES) as work:
        given = term_figures.CostInput(
            id=typed.fresh_id(id_), contract_id=contract_id(work, contract), year=year, cents=cents
        )
        (row,) = term_figures.put_historical_cost(work, [given])
    _entered(host, row, f"cost of {year}: {screen.euros(cents)}")


def amounts(host: Host, contract: AContract) -> None:
    """What the terms of a contract came to, with the lines that show how."""
    from ledger import term_amounts

    with host.reading() as work:
        found = term_amounts.of_contract(work, contract_id(work, contract), limit=10_000)
    if host.as_json:
        shown = [{**each.amount.model_dump(), "lines": each.lines} for each in found]
        screen.write_json({"amounts": shown})
        return
    rows = [
        (
            each.amount.number,
            each.amount.kind,
            each.amount.first,
            each.amount.last,
            line.formula,
            ", ".join(f"{one.name} {one.value}" for one in line.inputs),
            screen.euros(line.result_cents),
        )
        for each in found
        for line in each.lines
    ]
    columns = ("term", "kind", "first", "last", "formula", "inputs", "result")
    screen.table(f"Terms of contract {contract}", columns, rows)


def notices(
    host: Host, contract: Annotated[str | None, typer.Option(help="Only of this contract.")] = None
) -> None:
    """What there is to know of terms: what was refused and why, and which part of a ceiling was reached."""
    from ledger import term_amounts

    with host.reading() as work:
        only = contract_id(work, contract) if contract else None
        rows = term_amounts.notices(work, limit=10_000, contract_id=only)
    found = sorted(rows, key=lambda row: (row.recorded_at, row.id), reverse=True)
    if host.as_json:
        screen.write_json({"notices": found})
        return
    shown = [(row.contract_id, row.number, row.first, row.last, _said(row)) for row in found]
    screen.table("Notices of terms", ("contract", "term", "first", "last", "what"), shown)


def contract_id(work: "Work", text: str) -> UUID:
    """A contract by its id or its number."""
    from ledger import lists
    from ledger.tables import Contract

    found = typed.uuid_or_none(text)
    if found is not None:
        return found
    rows = lists.page(work, Contract, after=None, limit=2, number=text)
    if len(rows) > 1:
        raise Fault(f"more contracts have number {text[:40]!r}: name it by its id", Status.USAGE)
    if not rows:
        raise Fault(f"no contract here has number {text[:40]!r}", Status.NOT_FOUND)
    return rows[0].id


def _entered(host: Host, row: Any, said: str) -> None:
    screen.show(host.as_json, {"figure_id": row.id, "recorded_at": row.recorded_at}, [f"{row.id}: {said}"])


def _said(row: "TermNotice") -> str:
    if row.refusal is not None:
        return f"{row.kind}: {row.refusal} {', '.join(row.missing)}".strip()
    of = f"{screen.euros(row.cents)} of {screen.euros(row.most_cents)}"
    return (
        f"{row.kind}: {row.at_basis_points / 100:g}% ({of})" if row.at_basis_points else f"{row.kind}: {of}"
    )
