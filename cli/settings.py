# SPDX-License-Identifier: EUPL-1.2
"""tegoed settings: what a municipality chooses for itself; what is not named stays as it is."""

import json
from typing import Annotated, Any

import typer

from cli import screen
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key


def show(host: Host) -> None:
    """Every setting as it is."""
    from ledger import settings

    with host.reading() as work:
        found = settings.known(work).model_dump(mode="json")
    if host.as_json:
        screen.write_json(found)
        return
    screen.table("Settings", ("name", "value"), [(name, _told(value)) for name, value in found.items()])


def set_(
    host: Host,
    letter_address: Annotated[
        list[str] | None, typer.Option(help="A line of the address at the top of letters; repeat for more.")
    ] = None,
    letter_web: Annotated[str | None, typer.Option(help="The website that letters name.")] = None,
    letter_phone: Annotated[str | None, typer.Option(help="The telephone number that letters name.")] = None,
    pages_address: Annotated[
        str | None, typer.Option(help="Where residents find the pages: https and a host.")
    ] = None,
    grant_alone_cents: Annotated[
        int | None, typer.Option(help="Above how many eurocents somebody else approves a grant.")
    ] = None,
    no_grant_limit: Annotated[bool, typer.Option(help="Nobody else approves, whatever is granted.")] = False,
    sample_bps: Annotated[
        int | None, typer.Option(help="How many lines in ten thousand of a run must be looked at.")
    ] = None,
    account_wait_days: Annotated[
        int | None, typer.Option(help="How many days an approved change of an account waits.")
    ] = None,
    payments_per_file: Annotated[int | None, typer.Option(help="The most payments in one file.")] = None,
    payment_file_version: Annotated[str | None, typer.Option(help="pain.001.001.09 or .03.")] = None,
    run_plan: Annotated[
        str | None, typer.Option(help='As JSON: {"kind": "weekly", "weekday": 3}, or {"kind": "none"}.')
    ] = None,
    tax_number: Annotated[str | None, typer.Option(help="RSIN or VAT number of the municipality.")] = None,
    key: Key = None,
) -> None:
    """Change what is named; an empty text takes a setting away."""
    given = {
        "letter_address": letter_address,
        "letter_web": letter_web,
        "letter_phone": letter_phone,
        "pages_address": pages_address,
        "grant_alone_cents": grant_alone_cents,
        "sample_bps": sample_bps,
        "account_wait_days": account_wait_days,
        "payments_per_file": payments_per_file,
        "payment_file_version": payment_file_version,
        "run_plan": _parsed(run_plan),
        "tax_number": tax_number,
    }
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if no_grant_limit and grant_alone_cents is not None:
        raise Fault("--grant-alone-cents and --no-grant-limit contradict each other", Status.USAGE)
    if no_grant_limit:
        changed["grant_alone_cents"] = None
    if not changed:
        raise Fault("nothing is named; see tegoed settings set --help", Status.USAGE)
    _put(host, changed, key)


def _put(host: Host, changed: dict[str, Any], key: str | None) -> None:
    from ledger import settings
    from ledger.roles import Action
    from ledger.settings import Settings

    if changed.get("tax_number") == "":
        changed["tax_number"] = None
    if "letter_address" in changed:
        changed["letter_address"] = [line for line in changed["letter_address"] if line]
    with host.work_as(key, Action.EDIT_SETTINGS) as work:
        known = settings.known(work)
        settings.put(work, Settings.model_validate(dict(known) | changed), seen=settings.mark(known))
    screen.show(host.as_json, {"changed": sorted(changed)}, [f"changed: {', '.join(sorted(changed))}"])


def _parsed(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise Fault("--run-plan is not JSON", Status.USAGE) from None


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return json.dumps(value) if isinstance(value, dict) else str(value if value is not None else "")
