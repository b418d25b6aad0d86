# SPDX-License-Identifier: EUPL-1.2
"""The matrix of who may do what: every route, asked by everybody about what is of everybody.

What must come out of a cell is derived here from ledger/roles.py (may this role?) and from the written
table in tests/api/calls.py (whose is it?), never from what came out before. Beside the status each cell
is held against four laws: what is refused changes nothing; nothing of another municipality is ever
changed; no answer holds an id that is not for who asked; what is not yours looks like what never was.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import Connection, Engine, select, text

from api.app import door_of
from api.pages.paths import is_page
from ledger import actors
from ledger.keys import MunicipalityKeys
from ledger.roles import BOUND, MAY, Action
from ledger.tables import Role, metadata
from tests.api.calls import CALLS, Asked, Call, Form, Whose
from tests.api.served import ELSEWHERE, Served
from tests.api.two_towns import HERE, TOWNS, Furnisher, Party, There, nobody
from tests.api.watched import Database
from tests.world import World

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TABLES = [table for table in metadata.sorted_tables if "municipality_id" in table.columns]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as far as the expectation goes."""

    name: str
    secret: str | None
    town: str
    opens: bool = True
    """Whether the key is known, not revoked, and its account not disabled."""
    role: Role | None = None
    provider: str = ""
    people: frozenset[str] = frozenset()
    """Who they are and whom they represent today."""
    account: str = ""

    @property
    def is_bound(self) -> bool:
        return self.role in BOUND

    def may(self, action: Action) -> bool:
        """What the table of roles says."""
        return self.role is not None and action in MAY[self.role]

    def reaches(self, party: Party, whose: Whose) -> bool:
        """What the table of ownership says."""
        if self.town != party.town:
            return False
        if whose is Whose.EVERYBODYS or not self.is_bound:
            return True
        is_provider = self.provider == party.provider
        is_sender = self.account == party.holder_account
        return {
            Whose.STAFFS: False,
            Whose.PROVIDERS: is_provider,
            Whose.RESIDENTS: party.person in self.people,
            Whose.BOTH: is_provider or party.person in self.people,
            Whose.OWNERS: is_sender,
            Whose.SENDERS: is_provider or is_sender,
        }[whose]


OFTEN = next(call for call in CALLS if call.variant == "for a provider, by name")
"""Redeeming, which may go a shorter way for who was seen before."""
SEEN = next(call for call in CALLS if call.path == "/v1/municipality")
"""What every role may see."""


@dataclass
class Stage:
    """Two furnished municipalities behind one application, and everybody who may ask."""

    database: Database
    app: FastAPI
    served: Served
    parties: dict[str, Party]
    """By place: here a, here b, elsewhere a, elsewhere b, nobody."""
    callers: list[Caller] = field(default_factory=list)
    _forbidden: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        transport = ASGITransport(app=self.app, raise_app_exceptions=False)
        self._client = AsyncClient(transport=transport, base_url="http://testserver")

    def close(self) -> None:
        """Nothing is left open."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.database.engine.dispose()

    @classmethod
    def over(cls, database: Database) -> "Stage":
        """Furnished, with an account of every kind in both municipalities."""
        served = Served.over(World.build(database.engine))
        there = There.build(database.engine)
        app = cast(FastAPI, served.client.app)
        keyring = cast(dict[str, MunicipalityKeys], app.state.house.keyring)
        keyring[there.municipality_id] = there.keys  # in place: parts of the application hold the house
        stage = cls(database=database, app=app, served=served, parties={"nobody": nobody()})
        for world, first in ((served.world, 0), (there, 2)):
            furnisher = Furnisher(served=served, world=world, first=first)
            for letter in "ab":
                stage.parties[f"{world.municipality_id} {letter}"] = furnisher.party(letter)
            stage.callers += stage._of_town(world)
        assert all(stage.ids.values()), "rows that cannot be seen cannot be told apart"
        database.keep()
        return stage

    def _of_town(self, world: World) -> Iterator[Caller]:
        """Everybody of one municipality who may ask; of the parties only those of party a."""
        town, party = world.municipality_id, self.parties[f"{world.municipality_id} a"]
        yield Caller(name="no key", secret=None, town=town, opens=False)
        yield Caller(name="unknown key", secret=f"tgd_{town}_{'x' * 43}", town=town, opens=False)
        for role in Role:
            for fate in ("revoked", "disabled"):
                secret = self._fallen(world, f"{town} {fate} {role}", role, party)
                yield Caller(name=f"{fate} {role}", secret=secret, town=town, opens=False, role=role)
        yield Caller(name="roles taken", secret=self._stripped(world), town=town)
        for role in set(Role) - BOUND:
            name = f"{town} {role}"
            self.served.account(name, role, municipality_id=town)
            yield Caller(name=role, secret=self.served.secrets[name], town=town, role=role)
        people = {
            "provider": frozenset[str](),
            "holder": frozenset({party.person}),
            "representative": frozenset({party.friend, party.person}),
            "former representative": frozenset({party.former_friend}),
        }
        for kind, own in people.items():
            name = f"{town} {kind} a"
            yield Caller(
                name=kind,
                secret=self.served.secrets[name],
                town=town,
                role=Role.PROVIDER if kind == "provider" else Role.HOLDER,
                provider=party.provider if kind == "provider" else "",
                people=own,
                account=str(self.served.actor_ids[name]),
            )

    def _fallen(self, world: World, name: str, role: Role, party: Party) -> str:
        """The key of an account that is no longer let in, but was: it may be remembered somewhere."""
        account = self.served.account(
            name,
            role,
            municipality_id=world.municipality_id,
            provider_id=UUID(party.provider),
            person_id=UUID(party.person),
        )
        self._used(name, role, party)
        with world.work() as work:
            if "disabled" in name:
                actors.disable(work, account)
            else:
                actors.revoke_key(work, actors.keys_of(work, account)[0].id)
        return self.served.secrets[name]

    def _stripped(self, world: World) -> str:
        """The key of a gatekeeper whose roles were taken away."""
        name = f"{world.municipality_id} roles taken"
        account = self.served.account(name, Role.GATEKEEPER, municipality_id=world.municipality_id)
        self._used(name, Role.GATEKEEPER, self.parties[f"{world.municipality_id} a"])
        with world.work() as work:
            actors.put(work, [actors.ActorInput(id=account, name=name, roles=frozenset())])
        return self.served.secrets[name]

    def _used(self, name: str, role: Role, party: Party) -> None:
        """The key has opened something, of a provider twice what a provider does most."""
        caller = Caller(name=name, secret=self.served.secrets[name], town=party.town)
        for call in [OFTEN, OFTEN] if role is Role.PROVIDER else [SEEN]:
            answer = self.ask(caller, call, call.of(party))
            assert answer.is_success, answer.text

    def ask(self, caller: Caller, call: Call, asked: Asked) -> Response:
        """What is answered."""
        headers = {"Authorization": f"Bearer {caller.secret}"} if caller.secret else {}
        asking = self._client.request(
            call.method,
            asked.path,
            headers=headers,
            params=dict(asked.query),
            json=asked.body,
            content=asked.content,
        )
        return self._loop.run_until_complete(asking)

    @cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """By municipality, every id that is in a row of it and in none of another."""
        found = {town: set(UUID_TEXT.findall(" ".join(_rows(self.database.engine, town)))) for town in TOWNS}
        return {
            town: frozenset(found[town] - found[other])
            for town, other in zip(TOWNS, TOWNS[::-1], strict=True)
        }

    @cached_property
    def doors(self) -> dict[tuple[str, str], Action | None]:
        """By method and path, the action that is asked for; see routes()."""
        return {(method, path): action for method, path, action in routes(self.app)}

    @cached_property
    def kept(self) -> dict[str, str]:
        """The digests of what was kept, with which every cell begins."""
        self.database.reset()
        return self.digests()

    def digests(self) -> dict[str, str]:
        """By municipality, of every row of it as it is now."""
        return {town: digest(self.database.engine, town) for town in TOWNS}

    def forbidden(self, caller: Caller) -> tuple[frozenset[str], frozenset[str]]:
        """The ids and the names that no answer to this caller may hold."""
        if (caller.town, caller.name) not in self._forbidden:
            self._forbidden[caller.town, caller.name] = self._hidden_from(caller)
        return self._forbidden[caller.town, caller.name]

    def _hidden_from(self, caller: Caller) -> tuple[frozenset[str], frozenset[str]]:
        if not caller.opens or caller.role is None:
            return self.ids[HERE] | self.ids[ELSEWHERE], _names(self.parties.values())
        other = next(town for town in TOWNS if town != caller.town)
        strangers = [each for each in self.parties.values() if each.town == other]
        hidden = self.ids[other]
        if caller.is_bound:
            stranger = self.parties[f"{caller.town} b"]
            hidden |= stranger.ids
            strangers.append(stranger)
        return hidden, _names(strangers)


def _names(parties: Iterable[Party]) -> frozenset[str]:
    return frozenset(text for each in parties for text in (each.surname, each.bsn))


# ------------------------------------------------------------------------------------- what must come out


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a cell must be answered."""

    status: int
    """200 stands for every success."""
    shown: bool | None = None
    """In a list: whether the thing is in it."""


def expected(caller: Caller, call: Call, action: Action | None, party: Party) -> Expected:
    """Derived from the table of roles and the table of ownership, and from nothing else."""
    if action is None:
        return Expected(status=200)
    if not caller.opens:
        return Expected(status=401)
    if not caller.may(action):
        return Expected(status=403)
    reached = caller.reaches(party, call.whose)
    match call.form:
        case Form.ONE:
            return Expected(status=200 if reached else call.elsewhere)
        case Form.MADE:
            return Expected(status=200)
        case Form.OUTCOMES:
            return Expected(status=200, shown=reached)
        case Form.LIST:
            hidden = caller.is_bound and call.whose is Whose.STAFFS
        case Form.LIST_OF_PERSON:
            hidden = caller.is_bound and not reached
        case Form.LIST_OF_PROVIDER:
            hidden = caller.role is Role.PROVIDER and not reached
    return Expected(status=404) if hidden else Expected(status=200, shown=reached)


# -------------------------------------------------------------------------------------------- the judge


@dataclass
class Judge:
    """Asks cell after cell, each from the same database, and keeps what is wrong."""

    stage: Stage
    every: bool = False
    """All the cells that the short tier leaves out: see _places and _is_telling."""
    only: tuple[str, ...] = ()
    """Who asks, by name; nobody named is everybody."""
    cells: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._doors = self.stage.doors
        self._before = self.stage.kept
        self._mark = self.stage.database.mark()

    def call(self, call: Call, town: str) -> None:
        """Every cell of one route, as asked by everybody of one municipality."""
        action = self._doors[call.method, call.path]
        asking = [each for each in self.stage.callers if not self.only or each.name in self.only]
        for caller in asking:
            if caller.town == town and (caller.opens or self._is_telling(caller, action)):
                for place in self._places(caller, action):
                    self._cell(caller, call, action, place)

    def _places(self, caller: Caller, action: Action | None) -> list[str]:
        """What is public is about nobody; what never was is asked for by who may ask.

        To who is not let in it makes no difference whose it is: of a party b only in the long tier.
        """
        if action is None:
            return ["nobody"]
        if caller.opens and caller.may(action):
            return list(self.stage.parties)
        return [each for each in self.stage.parties if each.endswith((" a", " b") if self.every else " a")]

    def _is_telling(self, caller: Caller, action: Action | None) -> bool:
        """Of those who are let in no longer: whose role might have done it; one of them in the short tier."""
        may = [role for role in Role if action is None or action in MAY[role]]
        return caller.role is None or caller.role in (may if self.every else may[:1])

    def _never(self, caller: Caller, call: Call) -> str:
        """What is answered about what never was."""
        never = _plain(self.stage.ask(caller, call, call.of(self.stage.parties["nobody"])))
        self._back()
        return never

    def _cell(self, caller: Caller, call: Call, action: Action | None, place: str) -> None:
        self.cells += 1
        party = self.stage.parties[place]
        asked, wanted = call.of(party), expected(caller, call, action, party)
        answer = self.stage.ask(caller, call, asked)
        faults = [
            *_misanswered(answer, call, party, wanted),
            *self._told(answer, caller, f"{asked.text} {getattr(party, call.tells, '')}"),
            *self._changed(answer, caller, call),
        ]
        if answer.status_code == 404 and place != "nobody" and _plain(answer) != self._never(caller, call):
            faults.append(f"is told apart from what never was: {answer.text}")
        self.wrong += [f"{call} | {caller.name} of {caller.town} | of {place} | {each}" for each in faults]

    def _told(self, answer: Response, caller: Caller, asked: str) -> Iterator[str]:
        """What is not for who asks, and was not in what they asked either."""
        hidden_ids, hidden_names = self.stage.forbidden(caller)
        told = hidden_ids & set(UUID_TEXT.findall(answer.text))
        told |= {each for each in hidden_names if each in answer.text}
        if any(each not in asked for each in told):
            yield f"was told {told}"

    def _changed(self, answer: Response, caller: Caller, call: Call) -> Iterator[str]:
        """What was written though nothing may be, or in another municipality than that of who asks."""
        if self.stage.database.mark() == self._mark:
            return
        other = next(town for town in TOWNS if town != caller.town)
        is_counted = call.counts_tries and answer.status_code == 409
        is_refused = answer.status_code >= 400 and not is_counted
        is_still = is_refused or (call.method == "GET" and not call.notes_looks)
        if is_still and self.stage.digests() != self._before:
            yield f"changed something with {answer.status_code}"
        elif digest(self.stage.database.engine, other) != self._before[other]:
            yield "changed another municipality"
        self._back()

    def _back(self) -> None:
        """To the database every cell begins with."""
        if self.stage.database.mark() != self._mark:
            self.stage.database.reset()
            self._mark = self.stage.database.mark()


def _misanswered(answer: Response, call: Call, party: Party, wanted: Expected) -> Iterator[str]:
    status = 200 if answer.is_success else answer.status_code
    if status != wanted.status:
        yield f"{answer.status_code} in place of {wanted.status}: {answer.text[:300]}"
    elif status == 200 and wanted.shown is not None:
        shown = _passed(answer) if call.form is Form.OUTCOMES else getattr(party, call.shows) in answer.text
        if shown != wanted.shown:
            yield f"shown {shown} in place of {wanted.shown}: {answer.text[:300]}"
    elif status in PROBLEMS and answer.json()["code"] != PROBLEMS[status]:
        yield f"the problem is {answer.json()['code']}"


PROBLEMS = {401: "key_unknown", 403: "not_allowed"}


def _passed(answer: Response) -> bool:
    """Whether the one scan of a batch passed."""
    (outcome,) = answer.json()["outcomes"]
    return bool(outcome["status"] == 201)


def _plain(answer: Response) -> str:
    """An answer without the ids in it."""
    return f"{answer.status_code} {UUID_TEXT.sub('…', answer.text)}"


def routes(app: FastAPI) -> Iterator[tuple[str, str, Action | None]]:
    """Every method and path of the API with the action its door asks for; None is public.

    Pages have a matrix of their own: tests/api/test_page_access.py.
    """
    for route in iter_route_contexts(app.routes):
        if is_page(str(route.path)):
            continue
        door = door_of(route.original_route)
        for method in sorted(route.methods or ()):
            yield method, str(route.path), door.action if door else None


def digest(engine: Engine, town: str) -> str:
    """The SHA-256 of every row of one municipality, as the database holds them."""
    found = hashlib.sha256()
    with _seeing(engine) as connection:
        for name, statement in RAW.items():
            rows = connection.execute(statement, {"town": town})
            found.update(f"{name} {sorted(repr(tuple(row)) for row in rows)}".encode())
    return found.hexdigest()


RAW = {
    table.name: text(f"SELECT * FROM {table.name} WHERE municipality_id = :town")  # noqa: S608 - our names
    for table in TABLES
}


def _rows(engine: Engine, town: str) -> Iterator[str]:
    """Every row of one municipality, as the ledger writes it."""
    with _seeing(engine) as connection:
        for table in TABLES:
            found = connection.execute(select(table).where(table.c.municipality_id == town))
            yield from (" ".join(map(str, row)) for row in found)


def _seeing(engine: Engine) -> Connection:
    return engine.execution_options(sqlite_begin="DEFERRED").connect()
