# SPDX-License-Identifier: EUPL-1.2
"""Redeeming at the door: a code, what it pays for here, how much, and yes.

The code travels in bodies of forms only, never in an address. The id of the redemption and the instant of the
care are made when the quantity is asked for, so that sending twice, or going back and sending again, does it
once.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk
from api.pages.door import quantities
from api.pages.faults import PageFault, Told, told
from api.pages.paths import Audience
from api.pages.templates import Uses
from api.pages.visit import AForm, Done, Sent, Visit, of_form, typed, visit
from ledger import codes, devices, good_for, redemptions
from ledger.devices import DeviceNeeded
from ledger.errors import LedgerError
from ledger.good_for import GoodFor
from ledger.ids import uuid7
from ledger.inputs import Id7, Input, Moment
from ledger.roles import Action
from ledger.scans import Redeemed, Scan, ScanLine, ScanTerms
from ledger.units import Measure

router = APIRouter(include_in_schema=False)

CODE_MAX: Final = 600
"""Characters of the longest code, as ledger.scans has it."""

Quoting = Annotated[Visit, visit(Action.QUOTE, Audience.PROVIDER)]
Redeeming = Annotated[Visit, visit(Action.REDEEM, Audience.PROVIDER)]


class _Asked(Input):
    """What a form carries from step to step."""

    id: Id7
    at: Moment


@router.get("/scan")
def get_scan(visit: Quoting, done: Done = None) -> Response:
    """The camera, and a field for the code."""
    return _scan(visit, done=done)


@router.post("/scan")
def post_code(visit: Quoting, form: AForm) -> Response:
    """What this code pays for here."""
    return _offered(visit, form)


@router.post("/scan/quote")
def post_quote(visit: Quoting, form: AForm) -> Response:
    """What it would cost, to be confirmed."""
    return _quoted(visit, form)


@router.post("/scan/price")
def post_price(visit: Quoting, form: AForm) -> Response:
    """A piece of a page for who is still typing: what it would cost, or every reason why not."""
    return _priced(visit, form)


@router.post("/scan/confirm")
def post_confirm(visit: Redeeming, form: AForm) -> Response:
    """Redeem it; a resend leads to the same receipt."""
    try:
        with visit.house.writing(visit.acting) as desk:
            device = devices.require(desk.work, _provider(desk), visit.device)
            scan = _scan_of(desk, form)
            (outcome,) = redemptions.redeem(desk.work, [scan])
            if device is not None and not isinstance(outcome, LedgerError):
                devices.note_use(desk.work, device)
    except ValidationError as error:
        return _offered(visit, form, refusal=of_form(error, visit.language))
    except DeviceNeeded as error:
        return _scan(visit, refusal=told(error, visit.language))
    if isinstance(outcome, LedgerError):
        return _offered(visit, form, refusal=told(outcome, visit.language))
    return RedirectResponse(f"/today/{outcome.id}?done=redeemed", status_code=303)


def _scan(visit: Visit, *, done: str | None = None, refusal: Told | None = None) -> Response:
    return visit.shown("door/scan.html", lambda desk: {}, refusal=refusal, done=done, uses=Uses.CAMERA)


def _offered(visit: Visit, form: Sent, *, refusal: Told | None = None) -> Response:
    """The services to choose from, each with its quantity; the first page again where there is none."""
    try:
        with visit.house.reading(visit.acting) as desk:
            found = _offers(desk, visit, form)
            at = desk.work.now.isoformat()
    except ValidationError as error:
        return _scan(visit, refusal=of_form(error, visit.language))
    except LedgerError as error:
        return _scan(visit, refusal=told(error, visit.language))
    chosen = form.one("service")

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "offers": found,
            "code": form.one("code"),
            "chosen": chosen if any(each.service == chosen for each in found) else found[0].service,
            "id": form.maybe("id") or uuid7(),
            "at": form.maybe("at") or at,
            "typed": typed(form, *quantities.FIELDS),
        }

    return visit.shown("door/offers.html", content, refusal=refusal, uses=Uses.SCRIPTS)


def _quoted(visit: Visit, form: Sent) -> Response:
    """The price, what is left after it, and one large button."""
    try:
        with visit.house.reading(visit.acting) as desk:
            offer = _offer(_offers(desk, visit, form), form)
            scan = _scan_of(desk, form)
            (outcome,) = redemptions.quote(desk.work, [scan])
    except ValidationError as error:
        return _offered(visit, form, refusal=of_form(error, visit.language))
    except LedgerError as error:
        return _scan(visit, refusal=told(error, visit.language))
    if isinstance(outcome, LedgerError):
        return _offered(visit, form, refusal=told(outcome, visit.language))
    quoted: Redeemed = outcome

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "offer": offer,
            "quoted": quoted,
            "hidden": {name: form.one(name) for name in ("code", "id", "at", "service", *quantities.FIELDS)}
            | {"measure": offer.measure},
        }

    return visit.shown("door/quote.html", content, uses=Uses.SCRIPTS)


def _priced(visit: Visit, form: Sent) -> Response:
    """Nothing is said of what is not typed whole yet: that is for the button."""
    found: dict[str, Any] = {"quoted": None, "why": None}
    try:
        with visit.house.reading(visit.acting) as desk:
            devices.require(desk.work, _provider(desk), visit.device)
            (outcome,) = redemptions.quote(desk.work, [_scan_of(desk, form)])
    except (ValidationError, DeviceNeeded):
        return visit.shown("door/price.html", lambda desk: found)
    if isinstance(outcome, LedgerError):
        found["why"] = told(outcome, visit.language)
    else:
        found["quoted"] = outcome
    return visit.shown("door/price.html", lambda desk: found)


def _offers(desk: Desk, visit: Visit, form: Sent) -> list[GoodFor]:
    devices.require(desk.work, _provider(desk), visit.device)
    code = form.one("code")[:CODE_MAX]
    shown = codes.reader(desk.acting.municipality_id, desk.keys).read(code)
    return good_for.of_code(desk.work, _provider(desk), code, shown)


def _offer(found: list[GoodFor], form: Sent) -> GoodFor:
    """The one that was chosen. Raises PageFault for a service that is not offered."""
    for each in found:
        if each.service == form.one("service"):
            return each
    raise PageFault("form_unreadable", 400)


def _scan_of(desk: Desk, form: Sent) -> Scan:
    """The scan that a form describes. Raises ValidationError for what cannot be read."""
    asked = _Asked.model_validate({"id": form.one("id"), "at": form.one("at")})
    code = form.one("code")
    terms = ScanTerms.model_validate(
        {"code": code, "providerId": _provider(desk), "lines": (_line(form),), "at": asked.at}
    )
    shown = codes.reader(desk.acting.municipality_id, desk.keys).read(code)
    return Scan(id=asked.id, terms=terms, shown=shown)


def _line(form: Sent) -> ScanLine:
    measure = _measure(form)
    price = quantities.price_of_form(form) if form.maybe("price") else None
    return ScanLine.model_validate(
        {"service": form.one("service"), "quantity": quantities.of_form(form, measure), "priceCents": price}
    )


def _measure(form: Sent) -> Measure:
    """By what the quantity was asked; it travels with the form, and the ledger judges the quantity."""
    try:
        return Measure(form.one(f"measure-{form.one('service')}") or form.one("measure"))
    except ValueError:
        raise PageFault("form_unreadable", 400) from None


def _provider(desk: Desk) -> UUID:
    assert desk.acting.provider_id is not None, "the door is for providers"
    return desk.acting.provider_id
