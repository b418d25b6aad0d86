# SPDX-License-Identifier: EUPL-1.2
"""With what an account logs in: an invitation for a password, an identity provider, keys of systems.

What is secret is shown once, in the answer to the form that made it.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.accounts.accounts import account_page, state
from api.pages.visit import AForm, Sent, Visit, visit
from ledger import actors, identity_links, local_logins
from ledger.actors import KeyNotFound
from ledger.identity_links import LinkInput
from ledger.local_logins import InvitationInput
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Managing = Annotated[Visit, visit(Action.MANAGE_ACCOUNTS)]


@router.post("/accounts/{id}/invite")
def post_invitation(id: PathId, visit: Managing, form: AForm) -> Response:
    """A code with which somebody sets up a password and an app, once."""

    def made(desk: Desk) -> str:
        asked = InvitationInput.model_validate({"loginName": form.one("loginName")})
        return local_logins.invite(desk.work, id, asked)

    return _secret(visit, id, "invitation", made, form)


@router.post("/accounts/{id}/keys")
def post_key(id: PathId, visit: Managing) -> Response:
    """A key for a system; earlier ones stay valid until they are revoked."""
    return _secret(visit, id, "key", lambda desk: actors.new_key(desk.work, id), None)


@router.post("/accounts/{id}/keys/{keyId}/revoke")
def post_revoke(id: PathId, keyId: PathId, visit: Managing) -> Response:
    """The key opens nothing any more."""

    def act(desk: Desk) -> str:
        state(desk, id)
        if all(key.id != keyId for key in actors.keys_of(desk.work, id)):
            raise KeyNotFound(key_id=keyId)
        actors.revoke_key(desk.work, keyId)
        return f"/accounts/{id}"

    return visit.acted(act, done="key_revoked", otherwise=lambda why: account_page(visit, id, refusal=why))


@router.post("/accounts/{id}/link")
def post_link(id: PathId, visit: Managing, form: AForm) -> Response:
    """Whom a provider knows so logs in with this account."""

    def act(desk: Desk) -> str:
        state(desk, id)
        asked = LinkInput.model_validate({name: form.one(name) for name in ("issuer", "subject")})
        identity_links.link(desk.work, desk.keys, id, asked)
        return f"/accounts/{id}"

    return visit.acted(
        act, done="linked", otherwise=lambda why: account_page(visit, id, refusal=why, form=form)
    )


@router.post("/accounts/{id}/unlink")
def post_unlink(id: PathId, visit: Managing, form: AForm) -> Response:
    """A provider lets nobody in with it any more."""

    def act(desk: Desk) -> str:
        state(desk, id)
        identity_links.unlink(desk.work, id, form.one("issuer"))
        return f"/accounts/{id}"

    return visit.acted(act, done="unlinked", otherwise=lambda why: account_page(visit, id, refusal=why))


def _secret(visit: Visit, id: UUID, kind: str, made: Callable[[Desk], str], form: Sent | None) -> Response:
    """The page that shows it, now and never again."""
    secret: list[str] = []

    def act(desk: Desk) -> str:
        state(desk, id)
        secret.append(made(desk))
        return f"/accounts/{id}"

    answer = visit.acted(
        act, done=kind, otherwise=lambda why: account_page(visit, id, refusal=why, form=form)
    )
    if answer.status_code != 303:
        return answer

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "account": state(desk, id),
            "kind": kind,
            "secret": secret[0],
            "days": local_logins.OPEN_FOR.days,
        }

    return visit.shown("accounts/secret.html", content)
