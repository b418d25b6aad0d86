# SPDX-License-Identifier: EUPL-1.2
"""Accounts: who there are, in which roles; made, changed and disabled."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, piece, typed, visit
from ledger import actors, identity_links, lists, local_logins
from ledger.actors import OPERATOR, ActorInput, ActorNotFound, ActorState
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.tables import Actor, Role

router = APIRouter(include_in_schema=False)

FIELDS: Final = ("name", "providerId", "personId", "identity")
"""What is filled in of an account beside its roles."""

Seeing = Annotated[Visit, visit(Action.SEE_ACCOUNTS)]
Managing = Annotated[Visit, visit(Action.MANAGE_ACCOUNTS)]


@router.get("/accounts")
def get_accounts(visit: Seeing, after: QueryId = None, done: Done = None) -> Response:
    """All of them, the oldest first."""
    return _accounts(visit, after=after, done=done)


@router.post("/accounts")
def post_account(visit: Managing, form: AForm) -> Response:
    """A new account; sent twice it is one."""

    def act(desk: Desk) -> str:
        (state,) = actors.put(desk.work, [_input(form.one("id"), form)])
        return f"/accounts/{state.id}"

    return visit.acted(act, done="account", otherwise=lambda why: _accounts(visit, refusal=why, form=form))


@router.get("/accounts/{id}")
def get_account(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One account, and with what it logs in."""
    return account_page(visit, id, done=done)


@router.post("/accounts/{id}")
def post_changed(id: PathId, visit: Managing, form: AForm) -> Response:
    """The account gets this name and exactly these roles; whose it is stays."""

    def act(desk: Desk) -> str:
        actors.put(desk.work, [_input(id, form, state(desk, id))])
        return f"/accounts/{id}"

    return visit.acted(
        act, done="account", otherwise=lambda why: account_page(visit, id, refusal=why, form=form)
    )


@router.post("/accounts/{id}/disable")
def post_disable(id: PathId, visit: Managing) -> Response:
    """From now on it may do nothing."""

    def act(desk: Desk) -> str:
        state(desk, id)
        actors.disable(desk.work, id)
        return f"/accounts/{id}"

    return visit.acted(act, done="disabled", otherwise=lambda why: account_page(visit, id, refusal=why))


def state(desk: Desk, id: UUID) -> ActorState:
    """Raises ActorNotFound, also for who works on the host: they log in nowhere."""
    found = next(iter(actors.listed(desk.work, [id])), None)
    if found is None or found.name.startswith(OPERATOR):
        raise ActorNotFound(actor_id=id)
    return found


def account_page(
    visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    """The page of an account."""

    def content(desk: Desk) -> Mapping[str, Any]:
        account = state(desk, id)
        is_change = form is not None and "name" in form.fields
        return {
            "account": account,
            "roles": list(Role),
            "chosen": set(form.all("role")) if form and is_change else account.roles,
            "name": form.one("name") if form and is_change else account.name,
            "keys": actors.keys_of(desk.work, id),
            "identities": identity_links.of_actor(desk.work, id),
            "login_name": local_logins.is_set_up(desk.work, id),
            "parties": visit.house.parties_of(visit.acting.municipality_id),
            "typed": typed(form, "loginName", "issuer", "subject"),
        }

    return visit.shown("accounts/account.html", content, refusal=refusal, done=done)


def _accounts(
    visit: Visit,
    *,
    after: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        rows, last = piece(lists.page(desk.work, Actor, after=after, limit=PAGE + 1), lambda row: row.id)
        found = actors.listed(desk.work, [row.id for row in rows])
        return {
            "accounts": [each for each in found if not each.name.startswith(OPERATOR)],
            "roles": list(Role),
            "chosen": set(form.all("role")) if form else set(),
            "new_id": form.one("id") if form else uuid7(),
            "typed": typed(form, *FIELDS),
            "page_size": PAGE,
            "first": "/accounts" if after else "",
            "following": f"/accounts?after={last}" if last else "",
        }

    return visit.shown("accounts/accounts.html", content, refusal=refusal, done=done)


def _input(id: object, form: Sent, before: ActorState | None = None) -> ActorInput:
    """Raises ValidationError."""
    asked: dict[str, Any] = {"id": id, "name": form.one("name"), "roles": form.all("role")}
    if before is None:
        asked |= {name: form.maybe(name) for name in FIELDS if name != "name"}
    else:
        asked |= {"providerId": before.provider_id, "personId": before.person_id}
        asked |= {"identity": before.identity}
    return ActorInput.model_validate(asked)
