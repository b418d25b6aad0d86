# SPDX-License-Identifier: EUPL-1.2
"""tegoed quote and tegoed redeem: what a provider does at the door, from the host."""

import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from ledger.scans import Outcome, Scan, ScanLine

Shown = Annotated[
    str,
    typer.Argument(
        metavar="CODE",
        help="The text of the QR, the manual code, an entitlement's id, or - for standard input.",
    ),
]
Provider = Annotated[str, typer.Option(help="AGB code or id.")]
Services = Annotated[list[str], typer.Option("--service", help="Product code; repeat for more lines.")]
Quantities = Annotated[
    list[int],
    typer.Option("--quantity", help="In the unit of the service (minutes, eurocents …); one per service."),
]
Prices = Annotated[list[str] | None, typer.Option("--price", help="In euros; one per service, or none.")]
At = Annotated[str | None, typer.Option(help="When care was given (Dutch time); left out: now.")]
Id = Annotated[
    str | None, typer.Option("--id", help="The id to redeem under; the same id again changes nothing.")
]
Acting = Annotated[str | None, typer.Option(help="Who acts for the resident: the id of a person.")]
Reserve = Annotated[bool, typer.Option(help="Set aside now; capture or release later.")]


def quote(
    host: Host,
    code: Shown,
    provider: Provider,
    service: Services,
    quantity: Quantities,
    price: Prices = None,
    at: At = None,
    acting: Acting = None,
    reserve: Reserve = False,
    today: Annotated[str | None, typer.Option(help="Ask as if it were this day.")] = None,
) -> None:
    """What redeem would answer; nothing is booked."""
    from ledger import redemptions

    lines = _lines(service, quantity, price)
    with host.reading() as work:
        provider_id = typed.provider_id(work, provider)
        scan = _scan(host, code, provider_id, lines, at=at, id_=None, acting=acting, reserve=reserve)
        (outcome,) = redemptions.quote(work, [scan], today=typed.day_or_none(today))
    _answer(host, outcome, "would be redeemed")


def redeem(
    host: Host,
    code: Shown,
    provider: Provider,
    service: Services,
    quantity: Quantities,
    price: Prices = None,
    at: At = None,
    id_: Id = None,
    acting: Acting = None,
    reserve: Reserve = False,
) -> None:
    """Redeem an entitlement, or with --reserve set something of it aside. All lines pass, or none."""
    from ledger import redemptions

    lines = _lines(service, quantity, price)
    with host.work() as work:
        provider_id = typed.provider_id(work, provider)
        scan = _scan(host, code, provider_id, lines, at=at, id_=id_, acting=acting, reserve=reserve)
        (outcome,) = redemptions.redeem(work, [scan])
    _answer(host, outcome, "reserved" if reserve else "redeemed")


def _lines(services: list[str], quantities: list[int], prices: list[str] | None) -> "tuple[ScanLine, ...]":
    from ledger.scans import ScanLine

    if len(services) != len(quantities) or (prices and len(prices) != len(services)):
        raise Fault("give one --quantity (and one --price, or none at all) for each --service", Status.USAGE)
    cents = [typed.euros(text) for text in prices] if prices else [None] * len(services)
    return tuple(
        ScanLine(service=service, quantity=quantity, price_cents=each)
        for service, quantity, each in zip(services, quantities, cents, strict=True)
    )


def _scan(
    host: Host,
    code: str,
    provider_id: UUID,
    lines: "tuple[ScanLine, ...]",
    *,
    at: str | None,
    id_: str | None,
    acting: str | None,
    reserve: bool,
) -> "Scan":
    from ledger import codes
    from ledger.scans import Scan, ScanTerms

    text = sys.stdin.read().strip() if code == "-" else code
    entitlement_id = typed.uuid_or_none(text)
    terms = ScanTerms(
        code=text if entitlement_id is None else None,
        entitlement_id=entitlement_id,
        provider_id=provider_id,
        lines=lines,
        at=typed.instant(at, host.now),
        acting_person_id=typed.uuid(acting) if acting else None,
        reserve=reserve,
    )
    shown = None
    if entitlement_id is None:
        shown = codes.reader(host.municipality_id, host.municipality_keys).read(text)
    return Scan(id=typed.fresh_id(id_), terms=terms, shown=shown)


def _answer(host: Host, outcome: "Outcome", done: str) -> None:
    from ledger.errors import LedgerError

    if isinstance(outcome, LedgerError):
        raise outcome
    left = screen.euros(outcome.remaining_cents) if outcome.remaining_cents is not None else ""
    left_quantity = screen.amount(outcome.remaining_quantity, outcome.quantity_unit)
    lines = [f"{screen.euros(outcome.price_cents)} {done} on {outcome.service_day} ({outcome.id})"]
    if left or left_quantity:
        lines.append(f"left: {' and '.join(filter(None, (left, left_quantity)))}")
    screen.show(host.as_json, outcome, lines)
