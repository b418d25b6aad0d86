# SPDX-License-Identifier: EUPL-1.2
"""Jobs: long work that somebody asked for, kept until it is done, so that no reload and no crash loses it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Flag, Id, Instant, Parsed
from ledger.tables.base import STRICT, Row, in_municipality, refers

_OPEN = text("finished_at IS NULL")


class JobKind(StrEnum):
    """What is to be done."""

    ALLOCATIONS = "allocations"
    """Messages 301 are read."""
    CLAIM = "claim"
    """A claims file is judged, or booked."""
    DRAFT = "draft"
    """A settlement run is drafted."""
    RELEASE = "release"
    """A settlement run is released."""
    EXPORT = "export"
    """The payment files of a settlement run are made ready."""


class Job(Row, table=True):
    """Long work, from the asking until what came of it. What it books is in the books, never here."""

    __table_args__ = (
        in_municipality(),
        Index("ix_job_open", "municipality_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_job_subject", "municipality_id", "subject_id", "id"),
        Index("ix_job_actor", "municipality_id", "actor_id", "kind", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose work it is."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, of who asked."""
    kind: JobKind = Field(sa_column=Column(Choice(JobKind), nullable=False))
    """What is to be done."""
    subject_id: UUID = Field(sa_type=Id)
    """With what: the settlement run; the job itself where there is nothing else yet."""
    asked: dict[str, Any] = Field(sa_column=Column(Parsed(dict[str, Any]), nullable=False))
    """What more was asked; no personal data."""
    is_trial: bool = Field(sa_type=Flag)
    """Nothing of it is kept but what it would have done."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was asked, with the files: sent again it has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who asked, and in whose name it is done."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was asked."""
    tries: int = Field(sa_type=Count, default=0)
    """How often it was begun since it last got on."""
    started_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was begun first."""
    done_count: int = Field(sa_type=Count, default=0)
    """How many of its parts are done; what they booked is committed with this number."""
    total_count: int = Field(sa_type=Count)
    """How many parts it has: files, or one."""
    finished_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was done, or refused; None: not yet."""
    refusal: dict[str, Any] | None = Field(
        sa_column=Column(Parsed(dict[str, Any] | None), nullable=True), default=None
    )
    """Why no more was done than the outcome says, in each language; empty: it broke off too often."""
    outcome: dict[str, Any] = Field(
        sa_column=Column(Parsed(dict[str, Any]), nullable=False), default_factory=dict
    )
    """What came of it so far, as pages show it; no personal data."""


class JobFile(Row, table=True):
    """A file that a job reads; taken away when it is read, or after a day."""

    __table_args__ = (refers("job_id", "job"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose it is."""
    job_id: UUID = Field(sa_type=Id, primary_key=True)
    """For which job."""
    number: int = Field(sa_type=Count, primary_key=True)
    """Its place among the files of the job, from 0."""
    sealed: bytes = Field(sa_type=LargeBinary)
    """Its name and content under the municipality's key: a message holds personal numbers."""
