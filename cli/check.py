# SPDX-License-Identifier: EUPL-1.2
"""tegoed check: prove the books."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.faults import Status
from cli.host import Host

if TYPE_CHECKING:
    from ledger.audit import Report


def check(
    host: Host,
    every: Annotated[bool, typer.Option("--all", help="Every municipality in the database.")] = False,
) -> None:
    """Prove the books: everything that is written twice agrees, to the cent. Status 1 when it does not."""
    from ledger import db, municipalities

    hosts = [host]
    if every:
        with db.reading(host.engine) as session:
            known = [row.municipality_id for row in municipalities.listed(session)]
        hosts = [host.as_of(each) for each in known]
    reports = {each.municipality_id: _report(each) for each in hosts}
    agree = all(report.agrees for report in reports.values())
    if host.as_json:
        screen.write_json({"books_balance": agree, "municipalities": reports})
    else:
        _tell(reports)
    if not agree:
        raise typer.Exit(Status.REFUSED)


def _report(host: Host) -> "Report":
    from ledger import audit

    with host.reading() as work:
        return audit.check(work)


def _tell(reports: "dict[str, Report]") -> None:
    for municipality, report in reports.items():
        rows = sum(report.looked_at.values())
        if report.agrees:
            screen.say(f"{municipality}: the books agree ({rows} rows looked at)")
            continue
        screen.table(
            f"{municipality}: the books do NOT agree",
            ("what", "where", "expected", "found"),
            [(each.kind, each.place, str(each.expected), str(each.found)) for each in report.findings],
        )
