# SPDX-License-Identifier: EUPL-1.2
"""Random work on the ledger equals the model, on SQLite and on PostgreSQL; without a guard not."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, event

from ledger import books, entries, standing
from tests import figures
from tests.property.ledger_machine import machine_on
from tests.property.scenery import Scenery

REACHED = (
    "grant", "amended", "suspended", "resumed", "ended", "expired", "redeem", "reserve", "capture", "release",
    "reversal", "settle", "resent scan",
)  # fmt: skip
"""What must have passed at least once, or nothing was shown."""


def run(scenery: Scenery, *, runs: int, steps: int, derandomize: bool = False) -> Counter[str]:
    """The machine so many times, so many steps each; what it did."""
    machine = machine_on(scenery)
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        derandomize=derandomize,
        phases=(Phase.generate,),  # a failing run is printed step by step; shrinking it takes many minutes
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    start: Callable[..., None] = run_state_machine_as_test
    start(machine, settings=chosen)
    return machine.tally


def test_twenty_five_runs_of_fifty_steps_on_sqlite_are_as_the_model_says(sqlite_engine: Engine) -> None:
    did = run(Scenery.build(sqlite_engine), runs=25, steps=50, derandomize=True)
    assert [what for what in REACHED if not did[f"{what} passed"]] == []
    assert did["set off"]


def test_eight_runs_of_thirty_steps_on_postgresql_are_as_the_model_says(postgresql_engine: Engine) -> None:
    did = run(Scenery.build(postgresql_engine), runs=8, steps=30, derandomize=True)
    assert did["redeem passed"]


@pytest.mark.prove
def test_two_thousand_runs_on_sqlite_are_as_the_model_says(sqlite_engine: Engine) -> None:
    run_on(Scenery.build(sqlite_engine), runs=2_000, steps=100_000)


@pytest.mark.prove
def test_two_hundred_runs_on_postgresql_are_as_the_model_says(postgresql_engine: Engine) -> None:
    run_on(Scenery.build(postgresql_engine), runs=200, steps=10_000)


def run_on(scenery: Scenery, *, runs: int, steps: int) -> None:
    """A hundred runs of up to fifty steps at a time, until there were so many of both; and a note of it."""
    did: Counter[str] = Counter()
    began, scale = time.monotonic(), figures.scale()
    while did["runs"] < runs * scale or did["steps"] < steps * scale:
        did += run(scenery, runs=100, steps=50)
    figures.note(
        "T1 state machine",
        database=scenery.world.engine.dialect.name,
        trials=did["runs"],
        failures=0,
        of="runs",
        seconds=time.monotonic() - began,
        **{what: count for what, count in did.items() if what != "runs"},
        seed="drawn anew at every run",
    )


# ------------------------------------------------------- negative controls: without a guard it is found


def fails(engine: Engine) -> bool:
    """Whether the machine finds something, on SQLite in at most twenty runs."""
    scenery = Scenery.build(engine)
    try:
        run(scenery, runs=20, steps=50, derandomize=True)
    except Exception:  # an assertion of the machine, a broken pledge of the ledger, or of the database
        return True
    return False


def test_without_any_guard_of_balances_an_overspend_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judgement, the guarded UPDATE and the CHECK are all away: only the machine is left to see it."""
    event.listen(sqlite_engine, "connect", _ignores_checks)
    sqlite_engine.dispose()
    monkeypatch.setattr(books._Trial, "_shortages", lambda trial, drafts: [])
    monkeypatch.setattr(entries, "_GUARDED", _UNGUARDED)
    assert fails(sqlite_engine)


def test_without_the_running_balance_of_a_batch_an_overspend_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = books.Books._take

    def take_nothing(self: books.Books, trial: Any) -> Any:
        right, budgets = trial.right, dict(self.budgets)
        money, counted, usage, uses = right.money, right.counted, dict(right.usage), right.uses
        done = take(self, trial)
        right.money, right.counted, right.usage, right.uses = money, counted, usage, uses
        self.budgets.update(budgets)
        return done

    monkeypatch.setattr(books.Books, "_take", take_nothing)
    assert fails(sqlite_engine)


def test_without_the_rule_of_one_reversal_per_line_a_second_reversal_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing.Line, "reversals", property(lambda line: 0, lambda line, value: None))
    assert fails(sqlite_engine)


def test_without_the_look_for_a_known_id_a_second_effect_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = books.Books.judge

    def judge_anew(self: books.Books, scan: Any) -> Any:
        self.known.clear()
        return judge(self, scan)

    monkeypatch.setattr(books.Books, "judge", judge_anew)
    assert fails(sqlite_engine)


_UNGUARDED = replace(entries._GUARDED, text=entries._GUARDED.text.split(" AND (account.bound")[0])


def _ignores_checks(connection: Any, record: object) -> None:
    connection.execute("PRAGMA ignore_check_constraints=ON")
