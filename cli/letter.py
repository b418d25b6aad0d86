# SPDX-License-Identifier: EUPL-1.2
"""tegoed letter: the letter that brings a resident a code, as PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from ledger.db import Work


def letter(
    host: Host,
    code: Annotated[str | None, typer.Argument(help="The id of a code that was issued.")] = None,
    entitlement: Annotated[
        str | None, typer.Option(help="Or the entitlement: its newest code, else a new one.")
    ] = None,
    replace: Annotated[
        bool, typer.Option(help="Issue a new code and withdraw the earlier ones of the entitlement.")
    ] = False,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where the PDF goes.")] = None,
    address: Annotated[
        list[str] | None, typer.Option(envvar="TEGOED_LETTER_ADDRESS", help="A line of the sender's address.")
    ] = None,
    web: Annotated[
        str, typer.Option(envvar="TEGOED_LETTER_WEB", help="The municipality's web address.")
    ] = "",
    phone: Annotated[str, typer.Option(envvar="TEGOED_LETTER_PHONE", help="And its telephone number.")] = "",
) -> None:
    """Make the letter that brings a resident a code; printing it again is the same code.

    The language is that of --lang. Every letter is noted as a look at the resident.
    """
    from ledger import letters
    from ledger.formats import letter as page

    if (code is None) is (entitlement is None):
        raise Fault("name a code, or an entitlement with --entitlement", Status.USAGE)
    if code is not None and replace:
        raise Fault(
            "--replace issues a new code for an entitlement: name it with --entitlement", Status.USAGE
        )
    sender = letters.Sender(address=tuple(address or ()), web=web, phone=phone)
    with host.work() as work:
        code_id = (
            typed.uuid(code) if code else _code_of(host, work, typed.uuid(entitlement or ""), replace=replace)
        )
        content = letters.compose(work, host.municipality_keys, code_id, host.lang, sender=sender)
        made = page.pdf(content)  # before the commit: what cannot be printed issues no code
    target = out or Path(f"letter-{code_id}.pdf")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made)
    shown = {"code_id": code_id, "file": target, "valid_until": content.valid_until}
    screen.show(host.as_json, shown, [f"{target}: code {code_id}, valid until {content.valid_until}"])


def _code_of(host: Host, work: "Work", entitlement_id: UUID, *, replace: bool) -> UUID:
    """The newest code of the entitlement that is in force, else a fresh one."""
    from ledger import codes, ids
    from ledger.errors import LedgerError

    if not replace:
        for row in reversed(codes.of_entitlement(work, entitlement_id)):
            if row.revoked_at is None and row.expires_at > work.now:
                return row.id
    order = codes.IssueOrder(id=ids.uuid7(), entitlement_id=entitlement_id, replace=replace)
    (issued,) = codes.issue(work, host.municipality_keys, [order])
    if isinstance(issued, LedgerError):
        raise issued
    return issued.id
