# SPDX-License-Identifier: EUPL-1.2
"""tegoed export: every entry as CSV, streamed."""

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli import screen
from cli.host import Host


def export(
    host: Host,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where it goes; left out: standard output.")
    ] = None,
) -> None:
    """Write every entry as CSV. Cells that a spreadsheet would run as a formula are made harmless."""
    if out is None:
        _write(host, sys.stdout)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        number = _write(host, file)
    screen.show(host.as_json, {"file": out, "entries": number}, [f"{out}: {number} entries"])


def _write(host: Host, target: TextIO) -> int:
    from ledger import exports
    from ledger.formats import tables_csv

    number = -1  # the header is no entry
    with host.reading() as work:
        for line in tables_csv.lines(exports.ENTRY_COLUMNS, exports.entries(work)):
            target.write(line)
            number += 1
    return number
