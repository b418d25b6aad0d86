# SPDX-License-Identifier: EUPL-1.2
"""tegoed statement: what a provider was paid for in one settlement, as a document, a workbook or CSV."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed, written
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from uuid import UUID

    from ledger.db import Work
    from ledger.statements import Composed, Form
    from ledger.texts import Language


def statement(
    host: Host,
    settlement: Annotated[
        str,
        typer.Argument(
            metavar="SETTLEMENT",
            help="The id of a settlement, or its payment reference (RF…); with --provider the id of a run.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(dir_okay=False, help="Where it goes; its ending says what it is: .pdf, .csv or .xlsx."),
    ],
    provider: Annotated[
        str | None,
        typer.Option(
            help="AGB code or id: its statement in a run, which says why where nothing was settled."
        ),
    ] = None,
) -> None:
    """Write the statement of a settlement, in the language of --lang.

    With .csv, lines that are held go to a second file with -held in its name, and how amounts of contract
    terms were computed to one with -computed. A PDF of a very large settlement has no single lines: the other
    forms have them all.
    """

    forms = _forms(out)
    with host.reading() as work:
        composed = _composed(work, settlement, provider, host.lang)
        files = [_write(composed, form, path) for form, path in forms if _is_wanted(composed, form)]
    made = composed.statement
    shown = {
        "settlement_id": made.settlement_id,
        "reference": made.reference,
        "lines": made.line_count,
        "held": len(made.held),
        "gross_cents": made.gross_cents,
        "set_off_cents": made.set_off_cents,
        "net_cents": made.net_cents,
        "files": files,
    }
    said = f"{made.provider_name}, {made.line_count} lines, to pay {screen.euros(made.net_cents)}"
    screen.show(host.as_json, shown, _said(files, said))


def _said(files: Sequence[Path], said: str) -> Iterable[str]:
    return [f"{', '.join(str(each) for each in files)}: {said}"]


def _forms(out: Path) -> "Sequence[tuple[Form, Path]]":
    """What is written, and where. Raises Fault for an ending we do not know."""
    from ledger.statements import Form

    match out.suffix.lower():
        case ".pdf":
            return [(Form.PDF, out)]
        case ".xlsx":
            return [(Form.XLSX, out)]
        case ".csv":
            beside = {Form.HELD_CSV: "held", Form.COMPUTED_CSV: "computed"}
            named = [(form, out.with_name(f"{out.stem}-{name}{out.suffix}")) for form, name in beside.items()]
            return [(Form.CSV, out), *named]
    raise Fault("the name of the file must end in .pdf, .csv or .xlsx", Status.USAGE)


def _id(work: "Work", text: str) -> "UUID":
    """A settlement by its id, else by its payment reference."""
    from ledger import statements

    found = typed.uuid_or_none(text)
    return found if found is not None else statements.by_reference(work, text).id


def _composed(work: "Work", named: str, provider: str | None, language: "Language") -> "Composed":
    from ledger import statements

    if provider is None:
        return statements.compose(work, _id(work, named), language)
    return statements.compose_in_run(work, typed.uuid(named), typed.provider_id(work, provider), language)


def _is_wanted(composed: "Composed", form: "Form") -> bool:
    """Files beside the lines only where there is something in them."""
    from ledger.statements import Form

    made = composed.statement
    found = {Form.HELD_CSV: bool(made.held), Form.COMPUTED_CSV: bool(made.computed or made.computed_back)}
    return found.get(form, True)


def _write(composed: "Composed", form: "Form", out: Path) -> Path:
    """Written beside its place and then moved: a half file never has the name."""
    from ledger import statements

    written.whole(out, lambda file: statements.write(composed, form, file))
    return out
