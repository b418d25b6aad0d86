# SPDX-License-Identifier: EUPL-1.2
"""A settlement run from draft to release in one go: drafted by one, looked at and released by another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import payment_files, releases, reviews, runs
from ledger.db import Work
from ledger.reviews import Mark, Marks
from ledger.rules.states import RunState
from ledger.runs import DraftOrder, Run
from ledger.tables import MarkKind, Payment, PaymentFile, Settlement

CHECKER = UUID("0195a3c8-0000-7000-8000-00000000c4ec")
"""Looks and releases; has had no hand in anything."""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A run with all that it settled, each in the order of their ids."""

    run: Run
    settlements: tuple[Settlement, ...]
    payments: tuple[Payment, ...]
    files: tuple[PaymentFile, ...]

    @property
    def id(self) -> UUID:
        """Of the run."""
        return self.run.id

    @property
    def count(self) -> int:
        """How many payments."""
        return self.run.count

    @property
    def total_cents(self) -> int:
        """Of all payments."""
        return self.run.total_cents

    @property
    def file_sha256(self) -> bytes:
        """Of the file of a small run; of nothing where there is nothing to pay."""
        return self.files[0].sha256 if self.files else sha256(b"").digest()


def settle(work: Work, order: DraftOrder, *, checker: UUID = CHECKER) -> Settled:
    """Drafted by the actor of the work, then submitted, looked at and released; a known run is only shown."""
    run = runs.draft(work, order)
    if run.state is RunState.DRAFTED:
        release(work, run.id, checker=checker)
    return settled(work, run.id)


def release(work: Work, run_id: UUID, *, checker: UUID = CHECKER) -> Run:
    """A draft submitted by the actor of the work, and looked at and released by the checker."""
    runs.submit(work, run_id)
    other = replace(work, actor_id=checker)
    look(other, run_id, reviews.sample(other, run_id))
    return releases.release(other, run_id)


def look(work: Work, run_id: UUID, entry_ids: Sequence[UUID]) -> None:
    """Look at these lines."""
    for start in range(0, len(entry_ids), reviews.MARKS_MAX):
        piece = entry_ids[start : start + reviews.MARKS_MAX]
        marks = tuple(Mark(entry_id=each, kind=MarkKind.SEEN) for each in piece)
        reviews.mark(work, run_id, Marks(marks=marks))


def settled(work: Work, run_id: UUID) -> Settled:
    """What a run settled."""
    rows = [
        work.session.scalars(
            select(table)
            .where(col(table.municipality_id) == work.municipality_id, col(table.run_id) == run_id)
            .order_by(col(table.id))
        ).all()
        for table in (Settlement, Payment)
    ]
    return Settled(
        run=runs.get(work, run_id),
        settlements=tuple(each for each in rows[0] if isinstance(each, Settlement)),
        payments=tuple(each for each in rows[1] if isinstance(each, Payment)),
        files=tuple(payment_files.listed(work, run_id)),
    )


def bank_files(work: Work, run_id: UUID) -> list[bytes]:
    """The files of a run, exported."""
    return [
        b"".join(payment_files.read(work, run_id, file.number)) for file in payment_files.export(work, run_id)
    ]
