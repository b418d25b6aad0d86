# SPDX-License-Identifier: EUPL-1.2
"""Killed in every step of a run: before the commit nothing of the step is there, after it all, once.

Each step is killed at its boundaries one after another, on the very database that was killed before, and then
done; asked for again it changes nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from ledger import db, reviews
from ledger.db import Work
from ledger.ids import uuid7
from ledger.rules.states import PaymentState, RunState
from ledger.runs import RunNotReady
from ledger.tables import metadata
from tests import figures, settling
from tests.banking import TODAY, BankTown, iban
from tests.faults.settler import STEPS, Settler
from tests.settling import CHECKER
from tests.town import BORNE, NOW, PAY_DAY

SEED = 11


@dataclass
class Killing:
    """A town whose every step is killed before it is done."""

    town: BankTown
    settler: Settler
    folder: Path
    all_of_them: bool
    """Every boundary, or three: one by chance, before the commit, and after it."""
    draw: Random = field(default_factory=lambda: Random(SEED))
    kills: int = 0

    @property
    def is_postgresql(self) -> bool:
        return self.town.engine.dialect.name == "postgresql"

    def step(self, step: str, given: Any, actor: UUID) -> None:
        """Killed at boundaries before its commit, then after it; then asked for once more."""
        before, last = self.digest(), self.settler.boundaries(step, given, actor)
        for at in self._chosen(last):
            self._killed(
                step, given, actor, at=at, terminated=self.is_postgresql and self.draw.random() < 0.5
            )
            assert self.digest() == before, f"{step} was killed at {at} of {last}, and left something"
        self._killed(step, given, actor, at=last)
        after = self.digest()
        assert after != before, f"{step} was done, and is not there"
        self._again(step, given, actor)
        assert self.digest() == after, f"{step} was done twice"

    def _chosen(self, last: int) -> list[int]:
        """The last two boundaries are before the commit and after it."""
        if self.all_of_them:
            return list(range(1, last))
        return [self.draw.randrange(2, last - 1), last - 1]

    def _killed(self, step: str, given: Any, actor: UUID, **more: Any) -> None:
        self.town.engine.dispose()
        self.settler.killed(step, given, actor, **more)
        self.kills += 1

    def _again(self, step: str, given: Any, actor: UUID) -> None:
        """The same answer, or that the run is there already."""
        once = {"submit": RunState.UNDER_REVIEW, "withdraw": RunState.WITHDRAWN, "release": RunState.RELEASED}
        with self.town.work(actor_id=actor) as work:
            if step not in once:
                STEPS[step](work, given)
                return
            with pytest.raises(RunNotReady) as refusal:
                STEPS[step](work, given)
        assert refusal.value.facts["state"] is once[step]

    def digest(self) -> str:
        """Of every row of every table."""
        found = sha256()
        with db.reading(self.town.engine) as session:
            work = Work(session=session, municipality_id=BORNE, actor_id=self.town.actor_id, now=NOW)
            for table in metadata.sorted_tables:
                rows = work.session.execute(select(table)).all()
                found.update(repr(sorted(map(repr, rows))).encode())
        return found.hexdigest()

    def file(self, content: bytes) -> str:
        """A message of the bank, as a file."""
        path = self.folder / f"{uuid7()}.xml"
        path.write_bytes(content)
        return str(path)


@contextmanager
def killing(engine: Engine, folder: Path, *, all_of_them: bool) -> Iterator[Killing]:
    """A town with three payees at a bank that will refuse one payment and send back another."""
    town = BankTown(engine=engine)
    town.banks(reject={iban(0): "AC04"}, return_after_days={iban(1): (1, "MS03")})
    url = engine.url.render_as_string(hide_password=False)
    settler = Settler(url=url, municipality=BORNE, now=NOW)
    try:
        yield Killing(town=town, settler=settler, folder=folder, all_of_them=all_of_them)
    finally:
        settler.close()


def live_through(killing: Killing) -> None:
    """A run that is withdrawn, and one from its draft to the return of one of its payments."""
    town, maker = killing.town, killing.town.actor_id
    town.owed(10_00, 20_00, 30_00, 40_00)
    given_up, run = uuid7(), uuid7()
    for step in ("draft", "withdraw"):
        killing.step(step, drafting(given_up) if step == "draft" else str(given_up), maker)
    killing.step("draft", drafting(run), maker)
    killing.step("submit", str(run), maker)
    killing.step("mark", {"run": str(run), "marks": marks(town, run)}, CHECKER)
    killing.step("release", str(run), CHECKER)
    killing.step("export", str(run), CHECKER)

    with town.work() as work:
        (file,) = settling.bank_files(work, run)
        settled = settling.settled(work, run)
    assert [each.amount_cents for each in settled.payments] == [10_00, 20_00, 30_00]
    killing.step("read", killing.file(town.bank.submit(file)), maker)
    for message in town.bank.advance(2):
        killing.step("read", killing.file(message), maker)
    assert town.states(settled) == [PaymentState.REJECTED, PaymentState.RETURNED, PaymentState.BOOKED]
    assert town.state(settled) is RunState.BOOKED
    town.let_pass()
    assert [each.amount_cents for each in town.settle(TODAY).payments] == [10_00, 20_00]
    assert town.is_sound()


def drafting(run_id: UUID) -> dict[str, str]:
    return {"id": str(run_id), "until": TODAY.isoformat(), "requested_on": PAY_DAY.isoformat()}


def marks(town: BankTown, run_id: UUID) -> list[dict[str, str]]:
    """The line of 40 euros is rejected, which reverses it at once; the others were looked at."""
    why = {"reason": "double", "note": "stond er al"}
    with town.work() as work:
        return [
            {"entry_id": str(each.entry_id), "kind": "seen"}
            if each.cents < 40_00
            else {"entry_id": str(each.entry_id), "kind": "rejected", **why}
            for each in reviews.lines(work, run_id)
        ]


def test_a_run_whose_every_step_is_killed_is_paid_once(engine: Engine, tmp_path: Path) -> None:
    with killing(engine, tmp_path, all_of_them=False) as every:
        live_through(every)
    assert every.kills == 3 * 10


@pytest.mark.prove
def test_a_run_that_is_killed_at_every_boundary_is_paid_once(engine: Engine, tmp_path: Path) -> None:
    began = time.monotonic()
    with killing(engine, tmp_path, all_of_them=True) as every:
        live_through(every)
    figures.note(
        "T4 kill -9 in every step of a run",
        database=engine.dialect.name,
        trials=every.kills,
        failures=0,
        of="kills",
        seconds=time.monotonic() - began,
    )


def test_a_release_that_committed_in_two_parts_would_be_seen(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Negative control: killed between two commits it leaves a part, and the digest tells."""
    with killing(sqlite_engine, tmp_path, all_of_them=False) as every:
        town = every.town
        town.owed(10_00)
        run = str(uuid7())
        every.step("draft", drafting(UUID(run)), town.actor_id)
        every.step("submit", run, town.actor_id)
        with town.work(actor_id=CHECKER) as work:
            settling.look(work, UUID(run), reviews.sample(work, UUID(run)))
        before = every.digest()
        every._killed("release", run, CHECKER, at=1_000_000, early="INSERT INTO payment ")
        assert every.digest() != before
