# SPDX-License-Identifier: EUPL-1.2
"""Logging in at an identity provider: there, back, and in; also to show once more who one is."""

import logging
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlmodel import Session

from api.deps import House, TheHouse, Turn
from api.oidc import walks
from api.oidc.client import AnswerUnbelievable, Party, ProviderAway
from api.oidc.providers import Knows
from api.oidc.walks import Begun
from api.pages import cookies, kept, paths
from api.pages.entry import agent_of, entered_from_elsewhere, outside
from api.pages.faults import PageFault, Told, told
from api.pages.login import NoPages, no_pages, require_pages
from api.pages.visit import AForm
from api.pages.words import Teller
from api.problems import language_of_request
from ledger import db, identity_links, keys, sessions
from ledger.errors import Unauthenticated
from ledger.identity_links import IdentityUnknown
from ledger.keys import MunicipalityKeys
from ledger.tables import Proof

router = APIRouter(include_in_schema=False)

_LOG: Final = logging.getLogger("tegoed.api")

Provider: TypeAlias = Annotated[str, Path(max_length=30)]
Answered: TypeAlias = Annotated[str | None, Query(max_length=4000)]


@router.post("/login/with/{provider}")
def post_with(request: Request, house: TheHouse, provider: Provider, form: AForm) -> Response:
    """To the provider; the browser keeps what it needs to come back."""
    party, theirs = _party(request, house, provider)
    begun = walks.begin(
        provider=provider,
        back_to=f"{request.url.scheme}://{request.url.netloc}/login/from/{provider}",
        now=house.now(),
        next=paths.local(form.one("next")) or "",
        kept=form.one("kept") if kept.read(form.one("kept")) else "",
        session=(cookies.secret(request) or "") if form.one("again") else "",
    )
    try:
        to = party.address(begun.walk)
    except ProviderAway as error:
        return _failed(request, house, "away", provider, error)
    # a page that leads on by itself: our policy lets no form end up elsewhere, and a browser holds to that
    content = {"to": to, "name": party.settings.label(language_of_request(request))}
    response = outside(request, house, "login/leaving.html", content)
    walks.give(request, response, theirs, begun)
    return response


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """Somebody who came back from a provider; value is by what it knows them."""

    begun: Begun | None = None
    value: str = ""
    failed: str = ""
    """Why they are not let in: a name in the catalogue."""


def _came(
    request: Request,
    house: TheHouse,
    provider: Provider,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Answered = None,
    iss: Answered = None,
    error: Answered = None,
) -> Came:
    """What the provider makes of it; asked before anything of the ledger is opened."""
    party, theirs = _party(request, house, provider)
    begun = walks.taken(request, theirs, provider, state, now=house.now())
    if begun is None:
        return Came(failed="stale")
    if error is not None or code is None:
        return Came(begun=begun, failed="refused" if error == "access_denied" else "unbelievable")
    try:
        return Came(begun=begun, value=party.known_by(begun.walk, code, iss))
    except ProviderAway as fault:
        _LOG.error("identity provider %s: %s", provider, fault)
        return Came(begun=begun, failed="away")
    except AnswerUnbelievable as fault:
        _LOG.error("identity provider %s is not believed: %s", provider, fault)
        return Came(begun=begun, failed="unbelievable")


@router.get("/login/from/{provider}")
def get_from(
    request: Request,
    house: TheHouse,
    provider: Provider,
    came: Annotated[Came, Depends(_came)],
    turn: Turn,
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """In, when the provider vouches for somebody who has an account here."""
    response = _entered(request, house, provider, came)
    walks.forget(request, response, state)
    return response


def _entered(request: Request, house: House, provider: str, came: Came) -> Response:
    begun = came.begun
    if begun is None or came.failed:
        return _failed(request, house, came.failed, provider)
    party, theirs = _party(request, house, provider)
    try:
        with db.transaction(house.engine) as session:
            actor_id = _account(session, house, party, theirs, came.value)
            _require_same(session, begun, actor_id, house)
            opened = sessions.begin_for(
                session,
                party.settings.municipality_id,
                actor_id,
                Proof.IDENTITY_PROVIDER,
                now=house.now(),
                agent=agent_of(request),
            )
            require_pages(opened)
            if begun.session:
                sessions.end(session, begun.session, now=house.now())
    except NoPages:
        return _refused(request, house, no_pages(request))
    except Unauthenticated as error:
        why = told(error, language_of_request(request))
        return _refused(request, house, Told(status=403, title=why.title, detail=why.detail))
    return entered_from_elsewhere(request, house, opened, back=begun.next, waiting=kept.read(begun.kept))


def _account(session: Session, house: House, party: Party, theirs: MunicipalityKeys, value: str) -> UUID:
    """Raises IdentityUnknown."""
    place, now = party.settings.municipality_id, house.now()
    if party.settings.knows is Knows.BSN:
        return identity_links.by_bsn(session, theirs, place, value, now=now)
    return identity_links.by_subject(session, theirs, place, party.settings.issuer, value, now=now)


def _require_same(session: Session, begun: Begun, actor_id: UUID, house: House) -> None:
    """Who shows once more who they are is who was logged in. Raises IdentityUnknown, SessionUnknown."""
    if begun.session and sessions.prove(session, begun.session, now=house.now()).acting.actor_id != actor_id:
        raise IdentityUnknown()


def _party(request: Request, house: House, provider: str) -> tuple[Party, MunicipalityKeys]:
    """Raises PageFault where there is none, or a secret would travel in the open."""
    party = house.parties.get(provider)
    if party is None or party.settings.municipality_id not in house.keyring or cookies.name(request) is None:
        raise PageFault("page_unknown", 404)
    return party, keys.of(house.keyring, party.settings.municipality_id)


def _failed(
    request: Request, house: House, why: str, provider: str, error: Exception | None = None
) -> Response:
    if error is not None:
        _LOG.error("identity provider %s: %s", provider, error)
    say = Teller(language_of_request(request)).say
    status = 502 if why == "away" else 403
    title, detail = say(f"provider.{why}"), say(f"provider.{why}.detail")
    return _refused(request, house, Told(status=status, title=title, detail=detail))


def _refused(request: Request, house: House, refusal: Told) -> Response:
    content = {"back": "", "kept": "", "is_safe": True, "parties": house.parties_of()}
    return outside(request, house, "login.html", content, refusal=refusal)
