# SPDX-License-Identifier: EUPL-1.2
"""tegoed import allocations: files of message 301, read and imported in batches."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.faults import Status, status_of, told_json, told_lines
from cli.host import Host

if TYPE_CHECKING:
    from ledger.allocations import Outcome

BATCH = 200
"""Messages in one transaction."""


@dataclass(frozen=True)
class Done:
    """What became of one file."""

    file: Path
    outcome: "Outcome"


def allocations(
    host: Host,
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Files of message 301 (XML).")
    ],
    dry_run: Annotated[bool, typer.Option(help="Say what would happen, and keep nothing.")] = False,
) -> None:
    """Import allocations (iWmo/iJw 3.2, message 301): each becomes an entitlement, or changes one.

    A message is imported whole or not at all; a refused one does not touch the others. Importing a
    file twice changes nothing.
    """
    from ledger.errors import LedgerError

    done: list[Done] = []
    with screen.progress(hidden=host.as_json) as bar:
        task = bar.add_task("messages", total=len(files))
        for start in range(0, len(files), BATCH):
            piece = files[start : start + BATCH]
            done += _import(host, piece, dry_run=dry_run)
            bar.advance(task, len(piece))
    refused = [each.outcome for each in done if isinstance(each.outcome, LedgerError)]
    _tell(host, done, dry_run=dry_run)
    if refused:
        statuses = {status_of(each) for each in refused}
        raise typer.Exit(statuses.pop() if len(statuses) == 1 else Status.REFUSED)


def _import(host: Host, files: Sequence[Path], *, dry_run: bool) -> Iterator[Done]:
    """Files are read before the transaction; what cannot be read never reaches it."""
    from ledger import allocations as imports
    from ledger.errors import LedgerError
    from ledger.formats import iwmo301

    found: dict[Path, Outcome | iwmo301.Message301] = {}
    for file in files:
        try:
            found[file] = iwmo301.read(file.read_bytes())
        except LedgerError as error:
            found[file] = error
    messages = {file: each for file, each in found.items() if isinstance(each, iwmo301.Message301)}
    keys = host.municipality_keys
    with host.work() as work, work.session.begin_nested() as point:
        outcomes = imports.import_messages(work, keys, list(messages.values()))
        if dry_run:
            point.rollback()
    answered = dict(zip(messages, outcomes, strict=True))
    for file in files:
        read = found[file]
        yield Done(file, answered[file] if isinstance(read, iwmo301.Message301) else read)


def _tell(host: Host, done: Sequence[Done], *, dry_run: bool) -> None:
    from ledger.errors import LedgerError

    counts: Counter[str] = Counter()
    refused: list[dict[str, object]] = []
    for each in done:
        outcome = each.outcome
        if isinstance(outcome, LedgerError):
            refused.append({"file": each.file, **told_json(outcome, host.lang)})
            continue
        counts["imported"] += 1
        counts["granted"] += len(outcome.granted)
        counts["changed"] += len(outcome.changed)
        counts["waiting"] += len(outcome.waiting)
        counts["unchanged"] += outcome.unchanged
        counts.update(outcome.signals)
    names = ("imported", "granted", "changed", "waiting", "unchanged", "provider_unknown", "service_unknown")
    summary = {name: counts[name] for name in names}
    if host.as_json:
        granted = [id_ for e in done if not isinstance(e.outcome, LedgerError) for id_ in e.outcome.granted]
        screen.write_json({**summary, "dry_run": dry_run, "entitlements": granted, "refused": refused})
        return
    for each in done:
        if isinstance(each.outcome, LedgerError):
            for line in told_lines(each.outcome, host.lang):
                typer.echo(f"{each.file}: {line}", err=True)
    title = "Nothing was kept: a dry run" if dry_run else "Allocations"
    rows = [("messages", len(done)), ("refused", len(refused)), *summary.items()]
    screen.table(title, ("what", "number"), [(str(name).replace("_", " "), count) for name, count in rows])
