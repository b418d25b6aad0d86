# SPDX-License-Identifier: EUPL-1.2
"""Visits: somebody who is logged in looks at a page, or sends a form from one.

A page has one door, as a route of the API has. What a form asks is done in one transaction; then the browser
is sent to a page that can be loaded again without doing anything.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Self, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api import words
from api.auth import refuse_unknown_keys
from api.deps import Desk, House, TheHouse, Turn
from api.jobs import Jobs, Standing
from api.pages import cookies
from api.pages.faults import Told, told
from api.pages.kept import FIELDS_MAX
from api.pages.paths import Audience, audience_of
from api.pages.templates import Uses, rendered
from api.pages.words import Teller
from api.problems import language_of_request
from ledger import db, jobs, municipalities, sessions
from ledger.errors import LedgerError
from ledger.jobs import File, JobNotFound, JobOrder
from ledger.roles import ActingAs, Action, NotYours
from ledger.sessions import Proven, SessionUnknown
from ledger.tables import Actor, Job, JobKind, Proof
from ledger.texts import Language

T = TypeVar("T")

PAGE: Final = 50
"""How many rows a page shows of a list."""

FILES_MAX: Final = 1000
"""How many files one form may bring; together no more bytes than the envelope lets through."""

Done: TypeAlias = Annotated[str | None, Query(max_length=20)]
"""What was done just now: a name in the catalogue, after done."""


class PageDoor:
    """Lets through who is logged in, for whom the page is made, and who may do one action."""

    def __init__(self, action: Action, audience: Audience = Audience.STAFF) -> None:
        self.action = action
        self.audience = audience

    def __call__(self, request: Request) -> ActingAs:
        """Who asks. Raises SessionUnknown, NotAllowed, NotYours, ProofTooOld, and
        RequestValidationError."""
        found = proven(request)
        acting = found.acting
        request.state.acting, request.state.proof = acting, found.proof
        request.state.session_id = found.id
        acting.require(self.action)
        if audience_of(acting) != self.audience:
            raise NotYours()
        acting.require_party(provider_id=acting.provider_id, person_id=acting.person_id)
        refuse_unknown_keys(request)
        if request.method == "POST":
            found.require_fresh(self.action, now=request.app.state.house.now())
        return acting


def proven(request: Request) -> Proven:
    """Whose session the browser brings; its use is noted. Raises SessionUnknown."""
    house: House = request.app.state.house
    secret, now = cookies.secret(request), house.now()
    if not secret:
        raise SessionUnknown()
    with db.reading(house.engine) as session:
        found = sessions.prove(session, secret, now=now)
    if found.proof is Proof.DEMO and not house.demo:
        raise SessionUnknown()
    if found.is_due:
        with db.transaction(house.engine) as session:
            sessions.note_use(session, secret, now=now)
    return found


def may(action: Action, audience: Audience = Audience.STAFF) -> Any:
    """Who is logged in, when they may do this; nothing is opened."""
    return Depends(PageDoor(action, audience))


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request for a page: who asks, and in which language they read."""

    house: House
    acting: ActingAs
    language: Language
    here: str
    """The page of the navigation it belongs to."""
    jobs: Jobs = field(repr=False)
    """Who does what takes long."""
    device: str = field(default="", repr=False)
    """The secret of the device, where it was enrolled in this browser."""

    def may(self, action: Action) -> bool:
        """Whether a button may be shown; whoever presses it all the same meets the door."""
        return self.acting.may(action)

    def shown(
        self,
        template: str,
        content: Callable[[Desk], Mapping[str, Any]],
        *,
        refusal: Told | None = None,
        done: str | None = None,
        uses: Uses | Callable[[Mapping[str, Any]], Uses] = Uses.NOTHING,
    ) -> Response:
        """A page with what a reading desk finds; above it why something was refused, or what was done."""
        with self.house.reading(self.acting) as desk:
            found = {**content(desk), "town": municipalities.get(desk.work).name}
        teller = Teller(self.language)
        around = {
            "may": lambda action: self.may(Action(action)),
            "here": self.here,
            "refusal": refusal,
            "done": teller.say(f"done.{done}") if done and teller.knows(f"done.{done}") else "",
        }
        return rendered(
            template,
            self.language,
            {**around, **found},
            acting=self.acting,
            demo=self.house.demo,
            status=refusal.status if refusal else 200,
            uses=uses if isinstance(uses, Uses) else uses(found),
        )

    def tried(self, act: Callable[[Desk], T]) -> T:
        """What act answers, with nothing kept of what it did: a look before the leap."""
        try:
            with self.house.writing(self.acting) as desk:
                raise _NotKept(act(desk))
        except _NotKept as done:
            answer: T = done.answer
            return answer

    def acted(
        self, act: Callable[[Desk], str], *, done: str, otherwise: Callable[[Told], Response]
    ) -> Response:
        """Do what a form asks and go to the page that act names; the form again, with why, when refused."""
        try:
            with self.house.writing(self.acting) as desk:
                to = act(desk)
        except LedgerError as error:
            return otherwise(told(error, self.language))
        except ValidationError as error:
            return otherwise(of_form(error, self.language))
        joint = "&" if "?" in to else "?"
        return RedirectResponse(f"{to}{joint}done={done}", status_code=303)

    def queued(self, order: JobOrder, files: Sequence[File] = ()) -> Standing:
        """Ask for what may take long and wait a moment: it is done, refused, or being done.

        Raises JobExists.
        """
        try:
            return self._asked(order, files)
        except JobNotFound:  # the same form, sent twice: the other was told of the refusal, and forgot it
            return self._asked(order, files)

    def _asked(self, order: JobOrder, files: Sequence[File]) -> Standing:
        with self.house.writing(self.acting) as desk:
            jobs.ask(desk.work, desk.keys, order, files)
        return self.waited(order.id, order.kind)

    def waited(self, job_id: UUID, kind: JobKind) -> Standing:
        """How far a job of theirs is after a moment. Raises JobNotFound."""
        self.jobs.do(self.acting.municipality_id)
        with self.house.reading(self.acting) as desk:
            return self.standing(jobs.mine(desk.work, job_id, kind))

    def forget(self, job_id: UUID, kind: JobKind) -> None:
        """They were told on this very answer that it is refused."""
        with self.house.writing(self.acting) as desk:
            jobs.forget(desk.work, job_id, kind)

    def standing(self, job: Job) -> Standing:
        """How far it is, in their language."""
        return self.jobs.standing(job, self.language)


@dataclass(eq=False)
class _NotKept(Exception):
    """Takes an answer out of a transaction that is rolled back."""

    answer: Any


def visit(action: Action, audience: Audience = Audience.STAFF) -> Any:
    """A visit of who may do this, to a page that is made for them."""

    def opened(
        request: Request, acting: Annotated[ActingAs, may(action, audience)], house: TheHouse, turn: Turn
    ) -> Visit:
        here = "/" + request.url.path.split("/")[1]
        return Visit(
            house=house,
            acting=acting,
            language=language_of_request(request),
            here=here,
            jobs=request.app.state.jobs,
            device=cookies.device(request),
        )

    return Depends(opened)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A form as it was sent."""

    fields: Mapping[str, tuple[str, ...]]
    files: tuple[File, ...] = ()

    @property
    def file(self) -> bytes:
        """The only file, or the first; empty where none was chosen."""
        return self.files[0].content if self.files else b""

    def one(self, name: str) -> str:
        """What was filled in; empty where nothing was."""
        return self.fields.get(name, ("",))[0].strip()

    def line(self, name: str) -> str:
        """The same as one line: in a field of several lines Enter is easily pressed."""
        return " ".join(self.one(name).split())

    def whole(self, name: str) -> str:
        """What was filled in as it is, with its spaces: a password may begin with one."""
        return self.fields.get(name, ("",))[0]

    def maybe(self, name: str) -> str | None:
        """The same; None where nothing was."""
        return self.one(name) or None

    def all(self, name: str) -> tuple[str, ...]:
        """Everything that was ticked under one name."""
        return self.fields.get(name, ())


async def _sent(request: Request) -> AsyncIterator[Sent]:
    """The envelope has bounded it. What is no form is refused as unreadable."""
    async with request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX) as form:
        fields: dict[str, list[str]] = {}
        files: list[File] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.append(File(name=value.filename or "", content=await value.read()))
            else:
                fields.setdefault(name, []).append(value)
        yield Sent(fields={name: tuple(values) for name, values in fields.items()}, files=tuple(files))


AForm: TypeAlias = Annotated[Sent, Depends(_sent)]
"""Named after the visit, so that the door comes first."""


def while_busy(content: Mapping[str, Any]) -> Uses:
    """What a page of long work uses: a script that looks again, only while it is being done."""
    standing: Standing | None = content["standing"]
    return Uses.SCRIPTS if standing is not None and standing.is_open else Uses.NOTHING


def typed(form: Sent | None, *names: str) -> dict[str, str]:
    """What was typed under these names, to be shown again; empty where nothing was sent."""
    return {name: form.one(name) if form else "" for name in names}


def written_in(form: Sent) -> Language:
    """In which language a letter is: that of who gets it, not of who prints it. Dutch unless asked."""
    return Language.EN if form.one("language") == Language.EN.value else Language.NL


def names(desk: Desk, actor_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What these accounts are called; no roles are told."""
    return {id_: row.name for id_, row in db.rows(desk.work, Actor, actor_ids).items()}


def piece(rows: Sequence[Any], by: Callable[[Any], UUID]) -> tuple[list[Any], UUID | None]:
    """What is shown of at most PAGE + 1 rows, and the row after which the next piece begins; None: none."""
    shown = list(rows[:PAGE])
    return shown, by(shown[-1]) if len(rows) > PAGE else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Some:
    """Rows of a list without pieces: as many as a page shows, and whether there are more. See parts.html."""

    rows: Sequence[Any]
    has_more: bool

    @classmethod
    def of(cls, rows: Sequence[Any], most: int) -> Self:
        """Of at most most + 1 rows, or of all there are."""
        return cls(rows=rows[:most], has_more=len(rows) > most)


def of_form(error: ValidationError, language: Language) -> Told:
    """Everything that is wrong with a form, by field."""
    teller = Teller(language)
    fields: dict[str, str] = {}
    general: list[str] = []
    for each in error.errors():
        steps = [str(step) for step in each["loc"] if teller.knows(f"field.{step}")]
        sentence = words.fault(each, language)
        if steps:
            fields.setdefault(steps[-1], sentence)
        elif sentence not in general:
            general.append(sentence)
    return Told(status=400, title=teller.say("fault.form"), items=tuple(general), fields=fields)
