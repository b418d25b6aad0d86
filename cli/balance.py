# SPDX-License-Identifier: EUPL-1.2
"""tegoed balance: what an entitlement, every entitlement, or the municipality as a whole holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed
from cli.host import Host

if TYPE_CHECKING:
    from ledger.balances import Balance

PAGE = 500


def balance(
    host: Host,
    entitlement: Annotated[
        str | None, typer.Argument(help="The id of an entitlement; left out: budgets and accounts.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every entitlement.")] = False,
) -> None:
    """What is left and what is set aside."""
    from ledger import balances

    if entitlement is not None:
        with host.reading() as work:
            (found,) = balances.of_entitlements(work, [typed.uuid(entitlement)])
        if host.as_json:
            screen.write_json(found)
        else:
            _table(f"Entitlement {found.entitlement_id}", [found])
    elif every:
        rows = _all(host)
        if host.as_json:
            screen.write_json({"entitlements": rows})
        else:
            _table("Entitlements", rows)
    else:
        _whole(host)


def _all(host: Host) -> "list[Balance]":
    from ledger import balances

    found: list[Balance] = []
    with host.reading() as work:
        while piece := balances.page(work, after=found[-1].entitlement_id if found else None, limit=PAGE):
            found += piece
    return found


def _table(title: str, rows: "list[Balance]") -> None:
    columns = ("entitlement", "kind", "from", "until", "amount", "left", "reserved", "quantity left", "state")
    screen.table(
        title,
        columns,
        [
            (
                each.entitlement_id,
                each.kind,
                each.valid_from,
                each.valid_until,
                screen.euros(each.amount_cents) if each.amount_cents is not None else "no limit",
                screen.euros(each.left_cents),
                screen.euros(each.reserved_cents),
                screen.amount(each.left_quantity, each.quantity_unit),
                _state(each),
            )
            for each in rows
        ],
    )


def _state(each: "Balance") -> str:
    if each.closed:
        return "closed"
    return f"suspended from {each.suspended_from}" if each.suspended_from else ""


def _whole(host: Host) -> None:
    from ledger import balances, budgets

    with host.reading() as work:
        found, totals = budgets.listed(work), balances.totals(work)
    if host.as_json:
        listed = [{**screen.plain(each), "committed_cents": each.committed_cents} for each in found]
        screen.write_json({"budgets": listed, "accounts": totals})
        return
    screen.table(
        "Budgets",
        ("programme", "year", "mode", "funded", "committed", "left"),
        [
            (
                each.programme,
                str(each.year),
                each.mode,
                screen.euros(each.funded_cents),
                screen.euros(each.committed_cents),
                screen.euros(each.left_cents),
            )
            for each in found
        ],
    )
    screen.table(
        "Accounts",
        ("kind", "unit", "number", "balance"),
        [(each.kind, each.unit, each.accounts, screen.amount(each.balance, each.unit)) for each in totals],
    )
