# SPDX-License-Identifier: EUPL-1.2
"""Samples for who audits: drawn from a seed that is told, so that anybody draws the same again.

Each item gets the SHA-256 of the seed and its id; those with the smallest are drawn: a simple random sample
without replacement. Who does not know the seed cannot say beforehand which are drawn;
who knows it can check each.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from heapq import nsmallest
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import db
from ledger.clock import day_after, day_start
from ledger.db import Work
from ledger.rules.funding import EntryKind
from ledger.tables import Entry

SIZE_MAX: Final = 500
"""The most items of one sample."""


def drawn(ids: Iterable[UUID], *, seed: str, size: int) -> list[UUID]:
    """At most size of these, the same for the same seed whatever their order; in the order of being drawn."""
    return nsmallest(size, ids, key=lambda id_: (mark(seed, id_), id_))


def mark(seed: str, id: UUID) -> bytes:
    """What decides whether an item is drawn."""
    return sha256(seed.encode() + b"\x00" + id.bytes).digest()


def entries(
    work: Work, kind: EntryKind, first_day: date, last_day: date, *, seed: str, size: int
) -> Sequence[Entry]:
    """A sample of the entries of a kind that were booked on these days, both inclusive."""
    statement = select(col(Entry.id)).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.kind) == kind,
        col(Entry.recorded_at) >= day_start(first_day),
        col(Entry.recorded_at) < day_start(day_after(last_day)),
    )
    ids = drawn(work.session.scalars(statement).yield_per(1000), seed=seed, size=size)
    rows = db.rows(work, Entry, ids)
    return [rows[id_] for id_ in ids]
