# SPDX-License-Identifier: EUPL-1.2
"""Jobs: long work that is asked for once, done piece by piece, and found again after a reload or a crash.

A piece is done in one transaction with the note that it is done, so nothing is done twice and nothing is told
that is not booked. Who does a piece holds the row of the job: another process passes it by, and takes it up
when the first has died. What a job does is none of this file's business: who runs it brings that.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, delete, insert, select
from sqlmodel import col

from ledger import vault
from ledger.db import Work
from ledger.errors import Conflict, NotFound
from ledger.inputs import Id7, Input, fingerprint
from ledger.keys import MunicipalityKeys
from ledger.tables import Job, JobFile, JobKind
from ledger.vault import Place

TRIES_MAX: Final = 3
"""How often one piece is begun; a job that breaks off each time is given up."""

KEPT_FOR: Final = timedelta(days=1)
"""How long the files of a trial wait to be kept."""


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
    """Keep what is asked; the same again gives the job as it is now. Raises JobExists."""
    known = work.session.get(Job, (work.municipality_id, order.id))
    mark = _fingerprint(order, files)
    if known is not None:
        if known.fingerprint != mark or known.actor_id != work.actor_id:
            raise JobExists(id=order.id)
        return known
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


def begin(work: Work) -> Job | None:
    """The oldest open job that nobody works at, noted as begun; None: there is none.

    What was begun too often without getting on is given up first, and files that waited long enough are
    taken away.
    """
    _forget_files(work)
    while job := work.session.scalars(_free(work).order_by(col(Job.id)).limit(1)).first():
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

    The files of a trial wait to be kept for a while; others are taken away.
    """
    job.finished_at, job.outcome = work.now, dict(outcome)
    job.refusal = None if refusal is None else dict(refusal)
    work.session.flush()
    if not job.is_trial:
        work.session.connection().execute(delete(JobFile).where(_of(work, job.id)))


def keep(work: Work, job_id: UUID, kind: JobKind) -> Job:
    """Do for good what a trial showed; a job that is no trial stays as it is.

    Raises JobNotFound, JobFilesGone.
    """
    job = mine(work, job_id, kind, lock=True)
    if not job.is_trial or job.finished_at is None:
        return job
    if work.session.scalars(select(col(JobFile.number)).where(_of(work, job_id)).limit(1)).first() is None:
        raise JobFilesGone(id=job_id)
    job.is_trial, job.refusal, job.outcome = False, None, {}
    job.finished_at, job.started_at, job.done_count, job.tries = None, None, 0, 0
    work.session.flush()
    return job


def mine(work: Work, job_id: UUID, kind: JobKind, *, lock: bool = False) -> Job:
    """A job of who asks, of this kind. Raises JobNotFound."""
    mine = (col(Job.actor_id) == work.actor_id, col(Job.kind) == kind)
    statement = _jobs(work, col(Job.id) == job_id, *mine)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    job = work.session.scalars(statement).one_or_none()
    if job is None:
        raise JobNotFound(id=job_id)
    return job


def newest_of(work: Work, subject_id: UUID) -> Job | None:
    """The last that was asked with this settlement run, by whomever; None: nothing was."""
    statement = _jobs(work, col(Job.subject_id) == subject_id)
    return work.session.scalars(statement.order_by(col(Job.id).desc()).limit(1)).first()


def own(work: Work, kind: JobKind, *, limit: int) -> list[Job]:
    """What who asks had done of one kind, the newest first."""
    statement = _jobs(work, col(Job.kind) == kind, col(Job.actor_id) == work.actor_id)
    return list(work.session.scalars(statement.order_by(col(Job.id).desc()).limit(limit)))


def forget(work: Work, job_id: UUID, kind: JobKind) -> None:
    """Who asked was told that it is refused, and needs it no more. One that is not refused stays."""
    job = mine(work, job_id, kind, lock=True)
    if job.refusal is not None:
        work.session.connection().execute(delete(JobFile).where(_of(work, job_id)))
        work.session.delete(job)
        work.session.flush()


def _jobs(work: Work, *conditions: ColumnElement[bool]) -> Select[Job]:
    return select(Job).where(col(Job.municipality_id) == work.municipality_id, *conditions)


def _free(work: Work, *conditions: ColumnElement[bool]) -> Select[Job]:
    """Open, and held by nobody."""
    statement = _jobs(work, col(Job.finished_at).is_(None), *conditions)
    return statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _of(work: Work, job_id: UUID) -> ColumnElement[bool]:
    return (col(JobFile.municipality_id) == work.municipality_id) & (col(JobFile.job_id) == job_id)


def _forget_files(work: Work) -> None:
    done = select(col(Job.id)).where(
        col(Job.municipality_id) == work.municipality_id, col(Job.finished_at) < work.now - KEPT_FOR
    )
    work.session.connection().execute(
        delete(JobFile).where(
            col(JobFile.municipality_id) == work.municipality_id, col(JobFile.job_id).in_(done)
        )
    )


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
