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
    from ledger.letterheads import Sender


def letter(
    host: Host,
    code: Annotated[str | None, typer.Argument(help="The id of a code that was issued.")] = None,
    entitlement: Annotated[
        str | None, typer.Option(help="Or the entitlement: its newest code, else a new one.")
    ] = None,
    refusal: Annotated[
        str | None, typer.Option(help="Or the id of a refusal: the letter that tells it.")
    ] = None,
    ended: Annotated[
        str | None, typer.Option(help="Or an entitlement that was ended: the letter that tells it.")
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
    """Make the letter that brings a resident a code, or that tells a decision; again is the same letter.

    The language is that of --lang. Every letter is noted as a look at the resident.
    """
    from ledger import letters
    from ledger.formats import letter as page

    if sum(each is not None for each in (code, entitlement, refusal, ended)) != 1:
        raise Fault("name a code, or one of --entitlement, --refusal and --ended", Status.USAGE)
    sender = _sender(tuple(address or ()), web, phone)
    if refusal is not None or ended is not None:
        _tell_decision(host, refusal, ended, sender, out)
        return
    if code is not None and replace:
        raise Fault(
            "--replace issues a new code for an entitlement: name it with --entitlement", Status.USAGE
        )
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


def _sender(address: tuple[str, ...], web: str, phone: str) -> "Sender | None":
    """As the options say; None: as the settings of the municipality say."""
    from ledger.letterheads import Sender

    return Sender(address=address, web=web, phone=phone) if address or web or phone else None


def _tell_decision(
    host: Host, refusal: str | None, ended: str | None, sender: "Sender | None", out: Path | None
) -> None:
    """The letter of a refusal, or of an entitlement that ends."""
    from ledger import decision_letters
    from ledger.formats import decision_letter

    id_ = typed.uuid(refusal or ended or "")
    compose = decision_letters.of_refusal if refusal else decision_letters.of_end
    with host.work() as work:
        content = compose(work, host.municipality_keys, id_, host.lang, sender=sender)
        made = decision_letter.pdf(content)
    target = out or Path(f"letter-{id_}.pdf")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made)
    screen.show(host.as_json, {"id": id_, "file": target}, [f"{target}: {content.kind} {id_}"])


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
