# SPDX-License-Identifier: EUPL-1.2
"""tegoed audit-file, journal and year-close: the books of a period, and where the money of a year is."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed, written
from cli.faults import Status
from cli.host import Host

if TYPE_CHECKING:
    from ledger.budget_figures import Figures
    from ledger.db import Work
    from ledger.year_close import YearClose

First = Annotated[
    str, typer.Option("--from", help="First Dutch day; what counts is when it was booked, not for which day.")
]
Last = Annotated[str, typer.Option("--until", help="Last Dutch day, inclusive.")]
Out = Annotated[Path, typer.Option(dir_okay=False, help="Where it goes.")]


def audit_file(host: Host, from_: First, until: Last, out: Out) -> None:
    """Write the books of a period within one year as an audit file (XAF 3.2)."""
    from ledger import accounting

    _write(host, accounting.audit_file, from_, until, out)


def journal(host: Host, from_: First, until: Last, out: Out) -> None:
    """Write every money entry of a period as CSV, a line for each debit and credit."""
    from ledger import accounting

    _write(host, accounting.journal, from_, until, out)


def year_close(
    host: Host,
    year: Annotated[int, typer.Argument(min=1800, max=2999, help="Calendar year of the budgets.")],
    at: Annotated[
        str | None, typer.Option(help="As it was known at this instant; left out: now. A day is its noon.")
    ] = None,
) -> None:
    """Where the money of each budget of a year is, and whether all of it is what the books hold."""
    from ledger import year_close as closes

    with host.reading() as work:
        found = closes.close(work, year, at=typed.instant(at, host.now))
    if host.as_json:
        screen.write_json(_plain(found))
    else:
        _tell(found)
    if not found.agrees:
        raise typer.Exit(Status.REFUSED)


def _write(
    host: Host, made: "Callable[[Work, date, date], Iterator[bytes]]", first: str, last: str, out: Path
) -> None:
    """Stream a file to its place; a half file never has the name."""
    with host.reading() as work:
        size = written.pieces(out, made(work, typed.day(first), typed.day(last)))
    screen.show(host.as_json, {"file": out, "bytes": size}, [f"{out}: {screen.cell(size)} bytes"])


def _plain(found: "YearClose") -> dict[str, object]:
    """With what follows from the figures."""
    rows = [{**screen.plain(row), "figures": _figures(row.figures)} for row in found.rows]
    proofs = [{**screen.plain(each), "agrees": each.agrees} for each in found.proofs]
    return {
        "year": found.year,
        "at": found.at,
        "agrees": found.agrees,
        "rows": rows,
        "total": _figures(found.total),
        "proofs": proofs,
    }


def _figures(figures: "Figures") -> dict[str, object]:
    return {**screen.plain(figures), "settled_cents": figures.settled_cents}


_COLUMNS = (
    "programme",
    "law",
    "funded",
    "left",
    "committed",
    "reserved",
    "used",
    "settled",
    "payable",
    "in payment",
    "paid",
    "receivable",
)


def _tell(found: "YearClose") -> None:
    rows = [(row.programme, row.law, *_euros(row.figures)) for row in found.rows]
    screen.table(
        f"Budgets of {found.year}, as known at {found.at.isoformat()}",
        _COLUMNS,
        [*rows, ("together", "", *_euros(found.total))],
    )
    screen.table(
        "Proof",
        ("figure", "this year", "other years", "books", ""),
        [
            (
                each.figure,
                screen.euros(each.this_year_cents),
                screen.euros(each.other_years_cents),
                screen.euros(each.books_cents),
                "agrees" if each.agrees else "DIFFERS",
            )
            for each in found.proofs
        ],
    )


def _euros(figures: "Figures") -> list[str]:
    """As the columns stand."""
    names = [f"{name.replace(' ', '_')}_cents" for name in _COLUMNS[2:]]
    return [screen.euros(getattr(figures, name)) for name in names]
