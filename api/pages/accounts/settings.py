# SPDX-License-Identifier: EUPL-1.2
"""Settings of the municipality: its letterhead, what nobody grants alone, how runs are reviewed and paid."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from api.deps import Desk
from api.pages.amounts import BasisPoints, Counted, MaybeCentsOrZero, MaybeCounted, MaybeWhole
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, visit, written_in
from api.pages.words import Teller
from api.routes.municipality import DebtorBody
from ledger import letterheads, municipalities, settings
from ledger.clock import dutch_day
from ledger.formats import decision_letter
from ledger.formats.pain001 import Version
from ledger.letterheads import Sender
from ledger.municipalities import MunicipalityInput
from ledger.roles import Action
from ledger.settings import Settings

router = APIRouter(include_in_schema=False)

PLANS: Final = ("none", "weekly", "monthly")
"""The kinds of run plans, as the form offers them."""

Seeing = Annotated[Visit, visit(Action.SEE_CATALOGUE)]


class _Numbers(BaseModel):
    """What is typed as a number."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    grant_alone: MaybeCentsOrZero
    sample: BasisPoints
    account_wait_days: Counted
    payments_per_file: Counted
    run_plan_day: MaybeWhole
    periods_back: MaybeWhole
    pays_after: MaybeCounted


@router.get("/settings")
def get_settings(visit: Seeing, done: Done = None) -> Response:
    """As they are; in a form for who may change them."""
    return _settings(visit, done=done)


@router.post("/settings")
def post_settings(visit: Annotated[Visit, visit(Action.EDIT_SETTINGS)], form: AForm) -> Response:
    """Set them all, when they are still those that the form began with."""

    def act(desk: Desk) -> str:
        settings.put(desk.work, _asked(form), seen=form.one("seen"))
        return "/settings"

    return visit.acted(act, done="settings", otherwise=lambda why: _settings(visit, refusal=why, form=form))


@router.post("/settings/account")
def post_account(visit: Annotated[Visit, visit(Action.SET_PAYING_ACCOUNT)], form: AForm) -> Response:
    """The account that is paid from, exactly as the bank knows it."""

    def act(desk: Desk) -> str:
        asked = {"debtorName": form.one("debtorName"), "debtorIban": form.one("debtorIban")}
        body = DebtorBody.model_validate(asked)
        name = municipalities.get(desk.work).name
        municipalities.put(desk.work, MunicipalityInput(name=name, **dict(body)))
        return "/settings"

    return visit.acted(act, done="settings", otherwise=lambda why: _settings(visit, refusal=why, form=form))


@router.post("/settings/letter")
def post_letter(visit: Seeing, form: AForm) -> Response:
    """A letter to nobody, as the settings make it."""
    with visit.house.reading(visit.acting) as desk:
        town, day = municipalities.get(desk.work), dutch_day(desk.work.now)
        page = letterheads.specimen(town.name, Sender.of(town), written_in(form), day)
    headers = {"Content-Disposition": 'inline; filename="letter.pdf"'}
    return Response(decision_letter.pdf(page), media_type="application/pdf", headers=headers)


def _asked(form: Sent) -> Settings:
    """Raises ValidationError."""
    numbers = _Numbers.model_validate(
        {to_camel(name): form.one(to_camel(name)) for name in _Numbers.model_fields}
    )
    return Settings.model_validate(
        {
            "sampleBps": numbers.sample,
            "accountWaitDays": numbers.account_wait_days,
            "paymentsPerFile": numbers.payments_per_file,
            "paymentFileVersion": form.one("paymentFileVersion"),
            "runPlan": _plan(form.one("runPlan"), numbers),
            "taxNumber": form.maybe("taxNumber"),
            "letterAddress": [line for line in form.one("letterAddress").splitlines() if line.strip()],
            "letterWeb": form.one("letterWeb"),
            "letterPhone": form.one("letterPhone"),
            "pagesAddress": form.one("pagesAddress"),
            "grantAloneCents": numbers.grant_alone,
        }
    )


def _plan(kind: str, numbers: _Numbers) -> dict[str, Any]:
    if kind == "none":
        return {"kind": kind}
    asked = {"weekday" if kind == "weekly" else "day": numbers.run_plan_day}
    asked |= {"periodsBack": numbers.periods_back, "paysAfter": numbers.pays_after}
    return {"kind": kind, **{name: value for name, value in asked.items() if value is not None}}


def _typed(known: Settings, teller: Teller) -> dict[str, str]:
    """The form as it stands to begin with: every number with what it counts, and taken like that."""
    plan = known.run_plan.model_dump()
    limit, pays_after = known.grant_alone_cents, plan.get("pays_after")
    return {
        "sample": teller.rate(known.sample_bps),
        "accountWaitDays": _counted(teller, "days", known.account_wait_days),
        "paymentsPerFile": _counted(teller, "payments", known.payments_per_file),
        "paymentFileVersion": known.payment_file_version,
        "runPlan": plan["kind"],
        "runPlanDay": str(plan.get("weekday") or plan.get("day") or ""),
        "periodsBack": str(plan.get("periods_back", "")),
        "paysAfter": "" if pays_after is None else _counted(teller, "working_days", pays_after),
        "taxNumber": known.tax_number or "",
        "letterAddress": "\n".join(known.letter_address),
        "letterWeb": known.letter_web,
        "letterPhone": known.letter_phone,
        "pagesAddress": known.pages_address,
        "grantAlone": "" if limit is None else teller.money(limit),
    }


def _counted(teller: Teller, what: str, number: int) -> str:
    return teller.say(f"counted.{what}.{'one' if number == 1 else 'more'}", count=teller.count(number))


def _settings(
    visit: Visit, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        town, known = municipalities.get(desk.work), settings.known(desk.work)
        kept = {name: form.one(name) for name in form.fields} if form else {}
        account = {"debtorName": town.debtor_name or "", "debtorIban": town.debtor_iban or ""}
        return {
            "typed": _typed(known, Teller(visit.language)) | account | kept,
            "seen": kept.get("seen") or settings.mark(known),
            "plans": PLANS,
            "versions": list(Version),
        }

    return visit.shown("accounts/settings.html", content, refusal=refusal, done=done)
