# SPDX-License-Identifier: EUPL-1.2
"""tegoed grant: give a resident an entitlement, from options or from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cli import approvals, screen, typed
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from cli.files import Written
    from ledger.db import Work
    from ledger.entitlements import Grant
    from ledger.vault import Identity


def grant(
    host: Host,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A grant as YAML or JSON: see docs/cli.md."),
    ] = None,
    holder: Annotated[str | None, typer.Option(help="The resident: the id of a person.")] = None,
    holder_file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Who the resident is, as YAML or JSON; new ones are registered."
        ),
    ] = None,
    kind: Annotated[str, typer.Option(help="voucher, drawing_right or arrangement.")] = "voucher",
    law: Annotated[str, typer.Option(help="wmo or jw.")] = "wmo",
    programme: Annotated[
        str | None, typer.Option(help="Its name; left out: that of the services, else the general one.")
    ] = None,
    amount: Annotated[str | None, typer.Option(help="In euros: 150 or 150.00.")] = None,
    quantity: Annotated[int | None, typer.Option(help="In the unit.")] = None,
    unit: Annotated[str, typer.Option(help="minute, hour, day_part, day or piece.")] = "minute",
    service: Annotated[
        list[str] | None, typer.Option(help="Only this product code; repeat for a menu.")
    ] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Only this AGB code; repeat for a list.")] = None,
    cap: Annotated[
        list[str] | None,
        typer.Option(
            help="PERIOD:QUANTITY:UNIT: week:180:minute, month:50.00:euro; + at the end carries over."
        ),
    ] = None,
    uses: Annotated[int | None, typer.Option(help="At most so many redemptions.")] = None,
    valid_from: Annotated[str | None, typer.Option("--from", help="First day; left out: today.")] = None,
    valid_until: Annotated[str | None, typer.Option("--until", help="Last day, inclusive.")] = None,
    area: Annotated[str | None, typer.Option(help="Four digits of the postcode of the care.")] = None,
    reference: Annotated[str | None, typer.Option(help="Number of the decision.")] = None,
) -> None:
    """Give a resident an entitlement and commit its money; prints the id of the entitlement.

    Above the limit of the municipality it waits for somebody else: tegoed approval.
    """
    from cli.files import Written
    from ledger import clock

    written = Written(file) if file is not None else None
    if written is not None:
        written.euros(amount="amount_cents")
        content = written.values
    else:
        content = {
            "kind": kind,
            "law": law,
            "programme": programme,
            "amount_cents": typed.euros(amount) if amount is not None else None,
            "restrictions": _restrictions(service, provider, cap, uses),
            "valid_from": valid_from or clock.dutch_day(host.now).isoformat(),
            "valid_until": valid_until,
            "area": area,
            "reference": reference,
        }
        if quantity is not None:
            booked, factor = typed.unit_and_factor(unit)
            content |= {"quantity": quantity * factor, "quantity_unit": booked}
    if holder is not None:
        content["holder_id"] = holder
    _grant(host, content, written, holder_file)


def _grant(host: Host, content: dict[str, Any], written: "Written | None", holder_file: Path | None) -> None:
    from ledger import entitlements, ids
    from ledger.errors import LedgerError
    from ledger.four_eyes import Waiting

    named = "holder" in content or holder_file is not None
    if named is ("holder_id" in content):
        raise Fault(
            "say who it is for: --holder or --holder-file (in a file: holder_id or holder)", Status.USAGE
        )
    identity = _identity(content, written, holder_file)
    programme = content.pop("programme", None)
    find_programme = "programme_id" not in content
    for name in ("id", "holder_id", "programme_id"):
        content.setdefault(name, str(ids.uuid7()))  # those of the holder and the programme are found below
    content.setdefault("at", host.now.isoformat())
    model = entitlements.Grant
    order = written.take(model) if written else model.model_validate(content)
    with host.work() as work:
        if identity is not None:
            order = order.model_copy(update={"holder_id": holder_id(host, work, identity)})
        if find_programme:
            order = order.model_copy(update={"programme_id": _programme_id(work, order, programme)})
        (outcome,) = entitlements.grant(work, [order])
        if isinstance(outcome, LedgerError):
            raise outcome
    if isinstance(outcome, Waiting):
        approvals.tell_waiting(host, outcome)
        return
    shown = {
        "entitlement_id": outcome.id,
        "holder_id": outcome.holder_id,
        "committed_cents": outcome.committed_cents,
    }
    line = f"entitlement {outcome.id}: {screen.euros(outcome.committed_cents)} committed"
    screen.show(host.as_json, shown, [line])


def _identity(
    content: dict[str, Any], written: "Written | None", holder_file: Path | None
) -> "Identity | None":
    """Who the resident is, where the file of the grant or a file of its own says it."""
    from cli.files import Written
    from ledger.vault import Identity

    if holder_file is not None:
        return Written(holder_file).take(Identity)
    if written is None or "holder" not in content:
        return None
    identity = written.maybe(Identity, "holder")
    del content["holder"]
    return identity


def holder_id(host: Host, work: "Work", identity: "Identity") -> UUID:
    """The person with this personal number, else a person registered now."""
    from ledger import ids, people
    from ledger.access_log import OwnPurpose

    if identity.bsn is not None:
        asked = [identity.bsn]
        known = people.by_bsn(work, host.municipality_keys, asked, OwnPurpose.COMMAND_LINE_GRANT)
        if identity.bsn in known:
            return known[identity.bsn]
    person = people.PersonInput(id=ids.uuid7(), identity=identity)
    (registered,) = people.register(work, host.municipality_keys, [person])
    return registered.person_id


def _programme_id(work: "Work", order: "Grant", name: str | None) -> UUID:
    """By its name; else the one of the services' product group; else the one without a group."""
    from ledger import programmes

    known = [each.content for each in programmes.newest(work) if each.content.law is order.law]
    if name is not None:
        fitting = [each for each in known if each.name == name]
    else:
        groups = _groups(work, order)
        fitting = [each for each in known if {each.product_group} == groups]
        fitting = fitting or [each for each in known if each.product_group is None]
    if len(fitting) != 1:
        names = ", ".join(each.name for each in known) or "none"
        raise Fault(f"say which programme; under this law there are: {names}", Status.USAGE)
    return fitting[0].id


def _groups(work: "Work", order: "Grant") -> set[str | None]:
    """The product groups of the services it is limited to."""
    from ledger import catalogue
    from ledger.rules.restrictions import OnlyServices

    named = {code for rule in order.restrictions if isinstance(rule, OnlyServices) for code in rule.services}
    return {row.product_group for row in catalogue.listed(work) if row.law is order.law and row.code in named}


def _restrictions(
    services: list[str] | None, providers: list[str] | None, caps: list[str] | None, uses: int | None
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if services:
        found.append({"kind": "only_services", "services": services})
    if providers:
        found.append({"kind": "only_providers", "providers": providers})
    found += [_cap(text) for text in caps or ()]
    if uses is not None:
        found.append({"kind": "uses_max", "most": uses})
    return found


def _cap(text: str) -> dict[str, object]:
    """week:180:minute, or month:50.00:euro; a + at the end carries over what is left."""
    parts = text.removesuffix("+").split(":")
    if len(parts) != 3:
        raise Fault("a cap is typed as PERIOD:QUANTITY:UNIT, such as week:180:minute", Status.USAGE)
    per, most, unit = parts
    if unit == "euro":
        return {
            "kind": "cap",
            "per": per,
            "unit": "eurocent",
            "most": typed.euros(most),
            "carry_over": text.endswith("+"),
        }
    booked, factor = typed.unit_and_factor(unit)
    if not most.isascii() or not most.isdigit():
        raise Fault("the quantity of a cap is a whole number", Status.USAGE)
    return {
        "kind": "cap",
        "per": per,
        "unit": booked,
        "most": int(most) * factor,
        "carry_over": text.endswith("+"),
    }
