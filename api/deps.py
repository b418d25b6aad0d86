# SPDX-License-Identifier: EUPL-1.2
"""What endpoints are given: who asks, a unit of work, a window on a list.

A unit of work is a dependency with scope="function", so that the commit precedes the answer: with
FastAPI's default scope a commit that fails would be told as a success (tests/api shows it).
"""

import re
from asyncio import AbstractEventLoop, Semaphore, get_running_loop
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Final, Protocol, TypeAlias, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine

from api import auth, schemas_rights, smtp
from api.oidc.client import Party
from ledger import clock, db, keys, lists, people
from ledger.db import Work
from ledger.errors import ChangedMeanwhile, LedgerError, VersionUnseen
from ledger.four_eyes import Waiting
from ledger.inputs import Id7
from ledger.keys import Keyring, MunicipalityKeys
from ledger.roles import ActingAs, Action, NotYours
from ledger.tables import Entitlement

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

PathId: TypeAlias = Annotated[Id7, Path(description="UUID versie 7, gemaakt door wie het feit vastlegt.")]
"""An id in a path."""

QueryId: TypeAlias = Annotated[Id7 | None, Query()]
"""An id that a list may be narrowed by."""

IfMatch: TypeAlias = Annotated[
    str | None, Header(alias="If-Match", description="De ETag van de versie die u wijzigt.")
]


class Recorded(Protocol):
    """What bears the instant at which it was recorded."""

    @property
    def recorded_at(self) -> datetime:
        """When we learned it."""


DESKS_AT_ONCE: Final = 12
"""Fewer than there are threads (40, of anyio); with batches (4) and jobs (2) no more than there are
connections (18, ledger.db).

Between its last statement and its commit a desk needs a thread once more, to write the answer. Were
there more desks than threads, those who wait for its locks could hold every thread.
"""


SEEN_MAX: Final = 10_000
"""How many keys are kept in mind before all are forgotten and seen anew."""


@dataclass(frozen=True, kw_only=True)
class House:
    """What one running application works with."""

    engine: Engine
    keyring: Keyring
    now: Callable[[], datetime] = clock.now
    demo: bool = False
    themes: Mapping[str, bytes] = field(default_factory=dict)
    """Style sheets that set the tokens of pages, by a municipality's code."""
    parties: Mapping[str, Party] = field(default_factory=dict)
    """The identity providers that people log in with, by name."""
    mail: smtp.Settings | None = None
    """The mail server that one-time codes go to; None: they are told by telephone."""
    desks_at_once: int = DESKS_AT_ONCE
    _turns: WeakKeyDictionary[AbstractEventLoop, Semaphore] = field(
        default_factory=WeakKeyDictionary, repr=False
    )
    seen: dict[bytes, ActingAs] = field(default_factory=dict, repr=False)
    """Whom the digests of keys proved when they were seen last; what that is worth, the ledger is asked."""

    @property
    def turns(self) -> Semaphore:
        """Who may have a desk; each event loop has threads of its own, and so turns of its own."""
        return self._turns.setdefault(get_running_loop(), Semaphore(self.desks_at_once))

    def remember(self, key_digest: bytes, acting: ActingAs) -> None:
        """Note whom a key proved just now."""
        if len(self.seen) >= SEEN_MAX:
            self.seen.clear()
        self.seen[key_digest] = acting

    def parties_of(self, municipality_id: str | None = None) -> dict[str, Party]:
        """The identity providers of one municipality, or of all."""
        return {
            name: each
            for name, each in self.parties.items()
            if municipality_id in {None, each.settings.municipality_id}
        }

    @contextmanager
    def writing(self, acting: ActingAs) -> Iterator["Desk"]:
        """A unit of work that is committed on leaving. Nothing is locked until its first statement."""
        with db.transaction(self.engine) as session:
            yield Desk(house=self, acting=acting, work=self._work(session, acting))

    @contextmanager
    def reading(self, acting: ActingAs) -> Iterator["Desk"]:
        """A unit of work that sees one state and keeps nothing."""
        with db.reading(self.engine) as session:
            yield Desk(house=self, acting=acting, work=self._work(session, acting))

    def keys_of(self, acting: ActingAs) -> MunicipalityKeys:
        """The secrets of the municipality that is acted for."""
        return keys.of(self.keyring, acting.municipality_id)

    def _work(self, session: Any, acting: ActingAs) -> Work:
        return Work(
            session=session,
            municipality_id=acting.municipality_id,
            actor_id=acting.actor_id,
            now=self.now(),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One request: who asks, in which unit of work, and what of it is theirs."""

    house: House
    acting: ActingAs
    work: Work

    @property
    def keys(self) -> MunicipalityKeys:
        """The secrets of the municipality."""
        return self.house.keys_of(self.acting)

    def is_new(self, row: "Recorded") -> bool:
        """Whether it was recorded in this very unit of work: else a PUT was a replay or an edit."""
        return row.recorded_at == self.work.now

    def find(self, table: type[T], id: UUID, otherwise: LedgerError) -> T:
        """The row with this id. Raises otherwise where there is none."""
        row = db.rows(self.work, table, {id}).get(id)
        if row is None:
            raise otherwise
        return row

    def own_provider(self, asked: UUID | None) -> UUID | None:
        """The provider that is asked for; for a provider its own, and never another. Raises NotYours."""
        if self.acting.provider_id is None:
            return asked
        if asked not in (None, self.acting.provider_id):
            raise NotYours()
        return self.acting.provider_id

    def own_people(self) -> frozenset[UUID] | None:
        """A resident and whom they represent today; None for who is not a resident: it sees all."""
        if self.acting.person_id is None:
            return None
        today = clock.dutch_day(self.work.now)
        return people.represented(self.work, self.acting.person_id, today) | {self.acting.person_id}

    def own_rights(self) -> frozenset[UUID] | None:
        """The entitlements of own_people(); None where all may be seen."""
        holders = self.own_people()
        if holders is None:
            return None
        rows = lists.page(self.work, Entitlement, after=None, limit=_RIGHTS_MAX, holder_id=holders)
        return frozenset(row.id for row in rows)

    def require_person(self, person_id: UUID, otherwise: LedgerError) -> None:
        """Raises otherwise where a resident asks for what is of a stranger."""
        self.acting.require_person(person_id, represented=self.own_people() or (), otherwise=otherwise)


_RIGHTS_MAX: Final = 10_000


def house_of(request: Request) -> House:
    """What this application works with."""
    house = request.app.state.house
    assert isinstance(house, House)
    return house


TheHouse: TypeAlias = Annotated[House, Depends(house_of)]


def may(action: Action) -> Any:
    """Who asks, when they may do this; nothing is opened."""
    return Depends(auth.Door(action))


async def _turn(house: TheHouse) -> AsyncIterator[None]:
    """Waits for a free desk, and holds no thread meanwhile."""
    async with house.turns:
        yield


Turn: TypeAlias = Annotated[None, Depends(_turn, scope="function")]
"""Taken after the door, before the desk."""


def writing(action: Action) -> Any:
    """A desk whose work is committed before the answer leaves, for who may do this."""

    def opened(acting: Annotated[ActingAs, may(action)], house: TheHouse, turn: Turn) -> Iterator[Desk]:
        with house.writing(acting) as desk:
            yield desk

    return Depends(opened, scope="function")


def reading(action: Action) -> Any:
    """A desk that can keep nothing, for who may do this."""

    def opened(acting: Annotated[ActingAs, may(action)], house: TheHouse, turn: Turn) -> Iterator[Desk]:
        with house.reading(acting) as desk:
            yield desk

    return Depends(opened, scope="function")


async def raw_body(request: Request) -> bytes:
    """The body as it came; the envelope has bounded it."""
    return await request.body()


RawBody: TypeAlias = Annotated[bytes, Depends(raw_body)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The piece of a list that is asked for."""

    request: Request
    after: UUID | None
    limit: int

    @property
    def take(self) -> int:
        """How many rows to fetch: one more than is shown tells whether there is a next piece."""
        return self.limit + 1

    def page(
        self,
        rows: Sequence[Any],
        shown: Callable[[Any], Any] | None = None,
        by: Callable[[Any], UUID] = attrgetter("id"),
    ) -> dict[str, Any]:
        """The body of a piece of a list, from at most take rows; by is what they are ordered by."""
        items = list(rows[: self.limit])
        url = self.request.url
        if len(rows) > self.limit:
            query = url.include_query_params(after=by(items[-1]), limit=self.limit).query
        following = f"{url.path}?{query}" if len(rows) > self.limit else None
        return {"items": [shown(each) for each in items] if shown else items, "next": following}


def window(
    request: Request,
    after: Annotated[Id7 | None, Query(description="Het id waarna dit deel begint.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Hoeveel er hoogstens in dit deel staan.")] = 50,
) -> Window:
    """The piece of a list that is asked for."""
    return Window(request=request, after=after, limit=limit)


AWindow: TypeAlias = Annotated[Window, Depends(window)]


def everything(rows: Sequence[Any]) -> dict[str, Any]:
    """A list that is never long, as a page."""
    return {"items": rows, "next": None}


def accepted(outcome: T | LedgerError) -> T:
    """What was done. Raises the refusal, so that the transaction keeps nothing."""
    if isinstance(outcome, LedgerError):
        raise outcome
    return outcome


def told(response: Response, *, is_new: bool) -> None:
    """201 the first time, 200 when it was there already."""
    response.status_code = 201 if is_new else 200


def waits(waiting: Waiting) -> JSONResponse:
    """202: it is kept, and somebody else decides; the work is committed before this leaves."""
    content = schemas_rights.Waiting.model_validate(waiting).model_dump(mode="json", by_alias=True)
    return JSONResponse(content, status_code=202)


def joined(model: type[M], body: BaseModel, **more: object) -> M:
    """A body with what stands in the path. What is wrong with it is told as a fault of the body."""
    try:
        return model.model_validate({**dict(body), **more})
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in faults]
        ) from None


def expected(if_match: str | None, id: UUID, version: int) -> Mapping[UUID, int]:
    """The version an edit starts from, as catalogue.put and providers.put take it.

    version is the one in force, 0 where there is none. Raises ChangedMeanwhile for * on what does
    not exist.
    """
    if if_match is None:
        return {}
    if if_match.strip() == "*":
        if not version:
            raise ChangedMeanwhile(id=id, version=0)
        return {}
    found = re.fullmatch(r'\s*"(\d{1,9})"\s*', if_match)
    return {id: int(found[1]) if found else -1}


def seen(if_match: str | None, id: UUID, *, is_there: bool = True) -> Mapping[UUID, str]:
    """What somebody looked at, as publishing takes it: the ETag that a draft was answered with.

    Raises VersionUnseen for * on what does not exist.
    """
    if if_match is not None and if_match.strip() == "*" and not is_there:
        raise VersionUnseen(id=id)
    mark = mark_of(if_match)
    return {} if mark is None else {id: mark}


def mark_of(if_match: str | None) -> str | None:
    """The mark that an ETag holds; None where nothing is asked, and for *: what is there will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    return if_match.strip().removeprefix('"').removesuffix('"')


def tagged(response: Response, version: int) -> None:
    """The ETag of reference data is its version."""
    response.headers["ETag"] = f'"{version}"'
