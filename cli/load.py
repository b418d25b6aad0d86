# SPDX-License-Identifier: EUPL-1.2
"""tegoed load: put a region file in the ledger, each municipality in a transaction of its own."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.host import Host

if TYPE_CHECKING:
    from ledger.regions import Loaded, RegionPart

RegionFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A region file (.yaml, .yml or .toml).")
]


def load(host: Host, file: RegionFile) -> None:
    """Load services, providers, contracts, programmes and budgets: see docs/region-file.md.

    Contracts and programmes are drafts until somebody else publishes them (tegoed publish). With -m only
    that municipality of the file. The same file again changes nothing.
    """
    from ledger import regions

    region = regions.read(file.read_bytes(), file.suffix)
    parts = [part for part in region.municipalities if host.municipality in (None, part.cbs)]
    done: list[tuple[RegionPart, Loaded]] = []
    with screen.progress(hidden=host.as_json) as bar:
        for part in bar.track(parts, description="municipalities"):
            done.append((part, load_part(host, part)))
    if host.as_json:
        loaded = {part.cbs: asdict(each) for part, each in done}
        screen.write_json({"region": region.name, "municipalities": loaded})
        return
    rows = [
        (part.cbs, part.municipality.name, each.created, each.changed, each.unchanged, each.waiting)
        for part, each in done
    ]
    columns = ("code", "municipality", "created", "changed", "unchanged", "to be published")
    screen.table(region.name, columns, rows)
    if any(each.waiting for _, each in done):
        screen.say("What is to be published waits for somebody else: tegoed publish --key KEY")


def load_part(host: Host, part: "RegionPart") -> "Loaded":
    """One municipality; the operator exists in it from then on."""
    from ledger import actors, db, regions

    with db.transaction(host.engine) as session:
        work = db.Work(
            session=session,
            municipality_id=part.cbs,
            actor_id=actors.operator_id(host.operator),
            now=host.now,
        )
        loaded = regions.load(work, part)
        actors.operator(session, part.cbs, host.operator, now=host.now)
    return loaded
