# SPDX-License-Identifier: EUPL-1.2
"""Jobs: long work that is asked for once, done piece by piece, and found again after a reload or a crash.

A piece is done in one transaction with the note that it is done, so nothing is done twice and nothing is told
that is not booked. Who does a piece holds the row of the job: another process passes it by, and takes it up
when the first has died. What a job does is none of this file's business: who runs it brings that.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, delete, exists, insert, select
from sqlmodel import col

from ledger import vault
from ledger.db import Work
from ledger.errors import Conflict, NotFound
from ledger.inputs import Id7, Input, fingerprint
from ledger.keys import MunicipalityKeys
from ledger.tables import Job, JobFile, JobKind
from ledger.tables.base import linked
from ledger.vault import Place

TRIES_MAX: Final = 3
"""How often one piece is begun; a job that breaks off each time is given up."""

KEPT_FOR: Final = timedelta(days=1)
"""How long the files of a trial wait to be kept."""

LEFT_AFTER: Final = timedelta(seconds=20)
"""How long after it was asked a job that nobody works at is one that somebody left."""

TOLD_FOR: Final = timedelta(days=60)
"""How long what came of a job is told; what it booked is in the books for ever."""

_AT_ONCE: Final = 1000
"""How many old jobs are taken away at once."""

_OF_RUNS: Final = (JobKind.DRAFT, JobKind.RELEASE, JobKind.EXPORT)


@dataclass(kw_only=True, eq=False)
class JobNotFound(NotFound):
    """There is no such job here, or somebody else asked for it."""

    code: ClassVar[str] = "job_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class JobExists(Conflict):
    """This id was used for another job."""

    code: ClassVar[str] = "job_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class JobFilesGone(Conflict):
    """The files of this trial were taken away: they wait for a day only."""

    code: ClassVar[str] = "job_files_gone"
    id: UUID


class JobOrder(Input):
    """What is asked; the files travel beside it."""

    id: Id7
    kind: JobKind
    subject_id: UUID
    asked: dict[str, Any] = Field(default_factory=dict)
    is_trial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file as it was sent."""

    name: str
    """As whoever sent it calls it."""
    content: bytes

    def __repr__(self) -> str:
        return "File()"


def ask(work: Work, keys: MunicipalityKeys, order: JobOrder, files: Sequence[File] = ()) -> Job:
    """Keep what is asked; the same again gives the job as it is now, and keeps what was only tried so far.

    Raises JobExists.
    """
    known = work.session.get(Job, (work.municipality_id, order.id))
    mark = _fingerprint(order, files)
    if known is not None:
        if known.fingerprint != mark or known.actor_id != work.actor_id:
            raise JobExists(id=order.id)
        return known if order.is_trial else keep(work, order.id, order.kind)
    job = Job(
        municipality_id=work.municipality_id,
        fingerprint=mark,
        actor_id=work.actor_id,
        recorded_at=work.now,
        total_count=max(len(files), 1),
        **order.model_dump(),
    )
    work.session.add(job)
    work.session.flush()
    if files:
        rows = [_sealed(work, keys, order.id, number, file) for number, file in enumerate(files)]
        work.session.connection().execute(insert(JobFile), rows)
    return job


def is_due(work: Work, *, but: Collection[UUID] = ()) -> bool:
    """Whether a job but those was left by who worked at it, or something waited long enough to be taken away.

    A job that another server works at is due too: who begins passes it by.
    """
    left = col(Job.finished_at).is_(None) & (col(Job.recorded_at) < work.now - LEFT_AFTER)
    mine = (_here(work), left, col(Job.id).not_in(but))
    found = work.session.scalars(select(col(Job.id)).where(*mine).limit(1)).first()
    return found is not None or bool(_over(work, KEPT_FOR, limit=1, with_files=True))


def begin(work: Work, *, but: Collection[UUID] = ()) -> Job | None:
    """The oldest open job that nobody works at, noted as begun; None: there is none but those.

    What was begun too often without getting on is given up first, and what waited long enough is taken away.
    """
    forget_old(work)
    free = _free(work, col(Job.id).not_in(but)).order_by(col(Job.id)).limit(1)
    while job := work.session.scalars(free).first():
        if job.tries < TRIES_MAX:
            job.tries += 1
            job.started_at = job.started_at or work.now
            work.session.flush()
            return job
        finish(work, job, job.outcome, refusal={})
    return None


def held(work: Work, job_id: UUID) -> Job | None:
    """The job, held until the transaction ends; None: it is done, or somebody else holds it."""
    return work.session.scalars(_free(work, col(Job.id) == job_id)).first()


def files(work: Work, keys: MunicipalityKeys, job: Job, most: int) -> list[File]:
    """The next files that were not read yet, in their order. Raises VaultSealBroken."""
    statement = select(JobFile).where(
        _of(work, job.id), col(JobFile.number) >= job.done_count, col(JobFile.number) < job.done_count + most
    )
    return [_opened(keys, row) for row in work.session.scalars(statement.order_by(col(JobFile.number)))]


def sealed_name(work: Work, keys: MunicipalityKeys, job_id: UUID, name: str) -> str:
    """The name of a file, to stand in an outcome: who named it may have named somebody in it."""
    place = _name_place(work.municipality_id, job_id)
    return vault.encrypt(keys.wrapping_key, name.encode("utf-8", "replace"), place).hex()


def name_of(work: Work, keys: MunicipalityKeys, job_id: UUID, sealed: str) -> str:
    """The name that was sealed. Raises VaultSealBroken."""
    place = _name_place(work.municipality_id, job_id)
    return vault.decrypt(keys.wrapping_key, bytes.fromhex(sealed), place).decode("utf-8", "replace")


def get_on(work: Work, job: Job, parts: int, outcome: Mapping[str, Any]) -> None:
    """So many parts more are done, and this is what came of all of them; the last part finishes the job."""
    assert parts > 0, "a piece of nothing would be done for ever"
    job.done_count += parts
    job.tries = 0
    if job.done_count >= job.total_count:
        finish(work, job, outcome)
        return
    job.outcome = dict(outcome)
    work.session.flush()


def finish(
    work: Work, job: Job, outcome: Mapping[str, Any], *, refusal: Mapping[str, Any] | None = None
) -> None:
    """It is over, and refused where a refusal says why.

    The files of a trial that was not refused wait to be kept for a while; others are taken away.
    """
    job.finished_at, job.outcome = work.now, dict(outcome)
    job.refusal = None if refusal is None else dict(refusal)
    work.session.flush()
    if refusal is not None or not job.is_trial:
        work.session.connection().execute(delete(JobFile).where(_of(work, job.id)))


def keep(work: Work, job_id: UUID, kind: JobKind) -> Job:
    """Do for good what a trial showed; a job that is no trial stays as it is.

    Raises JobNotFound, JobFilesGone.
    """
    known = mine(work, job_id, kind)
    if not known.is_trial or known.finished_at is None:
        return known
    job = work.session.scalars(_waiting(work, job_id)).one_or_none()
    if job is None or not job.is_trial:
        return known  # kept just now by the same button: waiting for its lock would be waiting for the work
    wait_is_over = known.finished_at < work.now - KEPT_FOR
    files = select(col(JobFile.number)).where(_of(work, job_id)).limit(1)
    if wait_is_over or work.session.scalars(files).first() is None:
        raise JobFilesGone(id=job_id)
    job.is_trial, job.refusal, job.outcome = False, None, {}
    job.finished_at, job.started_at, job.done_count, job.tries = None, None, 0, 0
    work.session.flush()
    return job


def mine(work: Work, job_id: UUID, kind: JobKind) -> Job:
    """A job of who asks, of this kind. Raises JobNotFound."""
    mine = (col(Job.actor_id) == work.actor_id, col(Job.kind) == kind)
    job = work.session.scalars(_jobs(work, col(Job.id) == job_id, *mine)).one_or_none()
    if job is None:
        raise JobNotFound(id=job_id)
    return job


def newest_of(work: Work, subject_id: UUID) -> Job | None:
    """What is being done with this settlement run, by whomever, or else was asked last; None: nothing was."""
    statement = _jobs(work, col(Job.subject_id) == subject_id, col(Job.kind).in_(_OF_RUNS))
    is_open = col(Job.finished_at).is_(None)
    return work.session.scalars(statement.order_by(is_open.desc(), col(Job.id).desc()).limit(1)).first()


def own(work: Work, kind: JobKind, *, limit: int) -> list[Job]:
    """What who asks had done of one kind, the newest first."""
    statement = _jobs(work, col(Job.kind) == kind, col(Job.actor_id) == work.actor_id)
    return list(work.session.scalars(statement.order_by(col(Job.id).desc()).limit(limit)))


def forget(work: Work, job_id: UUID, kind: JobKind) -> None:
    """Who asked was told that it is refused, and needs it no more.

    One that is not refused stays, and so does one of which something was done. One that is not there, or is
    not theirs, changes nothing: the same form sent twice is told twice.
    """
    refused = (col(Job.refusal).is_not(None), col(Job.done_count) == 0, col(Job.finished_at).is_not(None))
    mine = (_here(work), col(Job.id) == job_id, col(Job.kind) == kind, col(Job.actor_id) == work.actor_id)
    work.session.connection().execute(delete(Job).where(*mine, *refused))


def forget_old(work: Work) -> None:
    """Take away the files of trials that nobody kept, and jobs of which everything was told long ago."""
    for table, place, age in ((JobFile, col(JobFile.job_id), KEPT_FOR), (Job, col(Job.id), TOLD_FOR)):
        if ids := _over(work, age, limit=_AT_ONCE, with_files=table is JobFile):
            mine = (col(table.municipality_id) == work.municipality_id, place.in_(ids))
            work.session.connection().execute(delete(table).where(*mine))


def _jobs(work: Work, *conditions: ColumnElement[bool]) -> Select[Job]:
    return select(Job).where(col(Job.municipality_id) == work.municipality_id, *conditions)


def _here(work: Work) -> ColumnElement[bool]:
    return col(Job.municipality_id) == work.municipality_id


def _waiting(work: Work, job_id: UUID) -> Select[Job]:
    """One that is over and that nobody keeps at this moment."""
    statement = _jobs(work, col(Job.id) == job_id, col(Job.finished_at).is_not(None))
    return statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _free(work: Work, *conditions: ColumnElement[bool]) -> Select[Job]:
    """Open, and held by nobody."""
    statement = _jobs(work, col(Job.finished_at).is_(None), *conditions)
    return statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _of(work: Work, job_id: UUID) -> ColumnElement[bool]:
    return (col(JobFile.municipality_id) == work.municipality_id) & (col(JobFile.job_id) == job_id)


def _over(work: Work, age: timedelta, *, limit: int, with_files: bool) -> Sequence[UUID]:
    """Jobs that were done so long ago; only those of which files are left, if asked."""
    statement = select(col(Job.id)).where(_here(work), col(Job.finished_at) < work.now - age)
    if with_files:
        statement = statement.where(exists().where(linked(JobFile, Job, col(JobFile.job_id) == col(Job.id))))
    return work.session.scalars(statement.order_by(col(Job.id)).limit(limit)).all()


def _fingerprint(order: JobOrder, files: Sequence[File]) -> bytes:
    """Also after a trial was kept."""
    asked = fingerprint(order.model_copy(update={"is_trial": False}))
    contents = [hashlib.sha256(file.content).digest() for file in files]
    return hashlib.sha256(b"".join((asked, *contents))).digest()


def _sealed(work: Work, keys: MunicipalityKeys, job_id: UUID, number: int, file: File) -> dict[str, object]:
    plain = file.name.replace("\0", "").encode("utf-8", "replace") + b"\0" + file.content
    return {
        "municipality_id": work.municipality_id,
        "job_id": job_id,
        "number": number,
        "sealed": vault.encrypt(keys.wrapping_key, plain, _place(work.municipality_id, job_id, number)),
    }


def _opened(keys: MunicipalityKeys, row: JobFile) -> File:
    place = _place(row.municipality_id, row.job_id, row.number)
    name, _, content = vault.decrypt(keys.wrapping_key, row.sealed, place).partition(b"\0")
    return File(name=name.decode("utf-8", "replace"), content=content)


def _name_place(municipality_id: str, job_id: UUID) -> Place:
    return Place(municipality_id=municipality_id, table="job", column="name in outcome", row_id=job_id)


def _place(municipality_id: str, job_id: UUID, number: int) -> Place:
    return Place(municipality_id=municipality_id, table="job_file", column=f"sealed {number}", row_id=job_id)
