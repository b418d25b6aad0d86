# SPDX-License-Identifier: EUPL-1.2
"""One piece of bulk work in a process of its own: `python -m tests.bench.job NAME ORDER` answers JSON.

A process of its own, so that its memory peak is that of the work and of nothing before it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from cli.messages import BATCH
from ledger import (
    allocations,
    bank_statements,
    claims,
    clock,
    codes,
    collector,
    db,
    keys,
    letters,
    payment_files,
    runs,
)
from ledger.allocations import Imported
from ledger.db import Work
from ledger.formats import iwmo301
from ledger.formats import letter as page
from ledger.ids import uuid7
from ledger.keys import MunicipalityKeys
from ledger.tables import Code, LineOutcome
from tests import settling
from tests.bench import banking
from tests.bench.scenery import MUNICIPALITY, pieces
from tests.bench.server import peak_mb

LETTERS_AT_ONCE: Final = 25


@dataclass(frozen=True, kw_only=True)
class Order:
    """What work, on which database."""

    url: str
    keys_path: str
    count: int
    given: dict[str, str] = field(default_factory=dict)
    """What this job needs beside: files, ids."""

    def run(self, name: str) -> "Done":
        """Do it in another process."""
        command = [sys.executable, "-m", "tests.bench.job", name, json.dumps(asdict(self))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
        return Done(**json.loads(done.stdout))


@dataclass(frozen=True, kw_only=True)
class Done:
    """What it took."""

    seconds: dict[str, float]
    """By step."""
    peak_mb: float


@dataclass(kw_only=True)
class _Desk:
    """An order at work."""

    order: Order
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = db.connect(self.order.url)
        self.keys: MunicipalityKeys = keys.read(Path(self.order.keys_path))[MUNICIPALITY]
        self.actor_id = uuid7()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A transaction."""
        with db.transaction(self.engine) as session:
            yield Work(session=session, municipality_id=MUNICIPALITY, actor_id=self.actor_id, now=clock.now())

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """What happens inside counts for this step."""
        began = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - began


def import_allocations(desk: _Desk) -> None:
    """Files of message 301, read and imported as the command line does it."""
    folder, imported = Path(desk.order.given["folder"]), 0
    with desk.timed("import"):
        for numbers in pieces(range(int(desk.order.given["messages"])), BATCH):
            messages = [iwmo301.read((folder / f"{number}.xml").read_bytes()) for number in numbers]
            with desk.work() as work:
                outcomes = allocations.import_messages(work, desk.keys, messages)
            imported += sum(len(each.granted) for each in outcomes if isinstance(each, Imported))
    assert imported == desk.order.count, f"{imported} of {desk.order.count} were granted"


def claim(desk: _Desk) -> None:
    """One claims file, read, judged and booked whole."""
    provider_id = UUID(desk.order.given["provider"])
    with desk.timed("claim"):
        claimed = claims.of_file(provider_id, Path(desk.order.given["file"]).read_bytes())
        with desk.work() as work:
            row = claims.claim(work, claimed)
    assert row.lines == desk.order.count, row.lines


def settle(desk: _Desk) -> None:
    """All that is owed, one payment per provider; then the file for the bank, twice."""
    today, out = clock.dutch_day(clock.now()), Path(desk.order.given["file"])
    order = runs.DraftOrder(id=uuid7(), until=today, requested_on=today)
    with desk.timed("settle"):
        with desk.work() as work:
            runs.draft(work, order)
        with desk.work() as work:
            count = settling.release(work, order.id).count
    with desk.work() as work:
        files = payment_files.export(work, order.id)
    with desk.timed("file"), db.reading(desk.engine) as session, out.open("wb") as file:
        work = Work(session=session, municipality_id=MUNICIPALITY, actor_id=desk.actor_id, now=clock.now())
        for each in files:
            for piece in payment_files.read(work, order.id, each.number):
                file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    assert count == desk.order.count, count
    _hear_the_bank(desk, order.id, out.with_suffix(".camt.xml"))


def _hear_the_bank(desk: _Desk, run_id: UUID, statement: Path) -> None:
    """A statement that books every payment for itself, read, matched and booked."""
    with desk.work() as work:
        banking.write_statement(work, run_id, statement)
    with desk.timed("statement"), desk.work() as work, statement.open("rb") as source:
        outcomes = bank_statements.read(work, source).outcomes
    assert outcomes == {LineOutcome.BOOKED: desk.order.count}, outcomes


def write_letters(desk: _Desk) -> None:
    """Letters as PDF on one core, each noted as a look at the resident."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ids = _code_ids(desk)
    with desk.work() as work:  # the first letter reads the typefaces
        page.pdf(letters.compose(work, desk.keys, ids.pop()))
    made = 0
    with desk.timed("letters"):
        for piece in pieces(ids[: desk.order.count], LETTERS_AT_ONCE):
            with desk.work() as work:
                composed = letters.compose_all(work, desk.keys, piece)
            made += sum(page.pdf(each).startswith(b"%PDF") for each in composed)
    assert made == desk.order.count, made


def issue_codes(desk: _Desk) -> None:
    """Codes made and stored, and the signatures of those codes verified."""
    rights = [UUID(each) for each in json.loads(Path(desk.order.given["rights"]).read_text("utf-8"))]
    issued: list[codes.Issued] = []
    with desk.timed("made"):
        for piece in pieces(rights[: desk.order.count], 500):
            orders = [codes.IssueOrder(id=uuid7(), entitlement_id=each) for each in piece]
            with desk.work() as work:
                outcomes = codes.issue(work, desk.keys, orders)
            issued += [each for each in outcomes if isinstance(each, codes.Issued)]
    reader = codes.reader(MUNICIPALITY, desk.keys)
    with desk.timed("verified"):
        read = sum(reader.read(each.token).token_id is not None for each in issued)
    assert read == desk.order.count, read


def _code_ids(desk: _Desk) -> list[UUID]:
    with db.reading(desk.engine) as session:
        return list(session.scalars(select(col(Code.id)).limit(desk.order.count + 1)))


JOBS: Final[dict[str, Callable[[_Desk], None]]] = {
    "allocations": import_allocations,
    "claim": claim,
    "settle": settle,
    "letters": write_letters,
    "codes": issue_codes,
}


def main(name: str, order: str) -> None:
    """See the module."""
    collector.rarely()  # as the command line and the server do
    content: dict[str, Any] = json.loads(order)
    desk = _Desk(order=Order(**content))
    JOBS[name](desk)
    done = Done(seconds=desk.seconds, peak_mb=peak_mb())
    sys.stdout.write(json.dumps(asdict(done)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
