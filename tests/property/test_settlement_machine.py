# SPDX-License-Identifier: EUPL-1.2
"""Random histories of settling are as the model says, on SQLite and on PostgreSQL; with a mistake not."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from ledger import bank_messages, bank_statements, matching, releases
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.formats.camt import Booked
from ledger.matching import Found
from ledger.netting import Netted, Payable, net
from ledger.tables import BankMessageKind, LeftOutReason, Payment
from tests import figures
from tests.property.settlement_machine import machine_on
from tests.property.settlement_scenery import Stage

REACHED = (
    "reversed open", "reversed settled", "drafted", "withdrawn", "held", "freed", "rejected", "seen",
    "release refused", "released", "several files", "paid", "set off", "accept", "reject", "book", "return",
    "read again", "broken off", "again refused",
)  # fmt: skip
"""What must have passed at least once, or nothing was shown."""


def run(stage: Stage, *, histories: int, steps: int, derandomize: bool = False) -> Counter[str]:
    """So many histories of so many steps; what happened in them."""
    machine = machine_on(stage)
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        derandomize=derandomize,
        phases=(Phase.generate,),  # a failing history is printed step by step; see test_ledger_machine
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    start: Callable[..., None] = run_state_machine_as_test
    start(machine, settings=chosen)
    return machine.tally


def test_histories_on_sqlite_are_as_the_model_says(sqlite_engine: Engine) -> None:
    did = run(Stage.build(sqlite_engine), histories=6, steps=40, derandomize=True)
    assert [what for what in REACHED if not did[what]] == [], did


def test_histories_on_postgresql_are_as_the_model_says(postgresql_engine: Engine) -> None:
    did = run(Stage.build(postgresql_engine), histories=2, steps=30, derandomize=True)
    assert did["released"]
    assert did["broken off"]


@pytest.mark.prove
def test_a_thousand_histories_on_sqlite_are_as_the_model_says(sqlite_engine: Engine) -> None:
    run_on(Stage.build(sqlite_engine), histories=1_000)


@pytest.mark.prove
def test_two_hundred_histories_on_postgresql_are_as_the_model_says(postgresql_engine: Engine) -> None:
    run_on(Stage.build(postgresql_engine), histories=200)


def run_on(stage: Stage, *, histories: int) -> None:
    """Fifty at a time, until there were so many; and a note of it."""
    did: Counter[str] = Counter()
    began = time.monotonic()
    while did["runs"] < histories * figures.scale():
        did += run(stage, histories=50, steps=60)
    figures.note(
        "T1 settlement machine",
        database=stage.scenery.world.engine.dialect.name,
        trials=did["runs"],
        failures=0,
        of="histories",
        seconds=time.monotonic() - began,
        **{str(what): count for what, count in did.items() if what != "runs"},
        seed="drawn anew at every run",
    )


# ------------------------------------------------------------- negative controls: with a mistake it is found


def a_return_reopens_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    match = matching.match

    def match_all(work: Work, kind: BankMessageKind, lines: Sequence[Booked]) -> list[Found]:
        found = match(work, kind, lines)
        return [
            replace(each, payments=tuple(_of_file(work, each.payments[0])))
            if line.is_credit and len(each.payments) == 1
            else each
            for line, each in zip(lines, found, strict=True)
        ]

    monkeypatch.setattr(matching, "match", match_all)


def _of_file(work: Work, payment: Payment) -> Sequence[Payment]:
    own = (col(Payment.run_id) == payment.run_id, col(Payment.file) == payment.file)
    return work.session.scalars(
        select(Payment).where(col(Payment.municipality_id) == work.municipality_id, *own)
    ).all()


def a_hold_is_forgotten_at_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out = releases._leave_out

    def forget(work: Work, run_id: Any, reason: LeftOutReason, condition: Any) -> None:
        if reason is not LeftOutReason.HELD:
            leave_out(work, run_id, reason, condition)

    monkeypatch.setattr(releases, "_leave_out", forget)


def a_statement_read_twice_books_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_messages, "seen", lambda work, source: (os.urandom(32), None))
    monkeypatch.setattr(bank_statements._Judge, "_same", lambda judge, one, rows: None)


def a_debt_is_forgotten_at_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(payables: Sequence[Payable], *, owes_cents: int) -> Netted | None:
        return net(payables, owes_cents=0)

    monkeypatch.setattr(releases, "net", forget)


@pytest.mark.parametrize(
    "mistake",
    [
        a_return_reopens_the_whole_file,
        a_hold_is_forgotten_at_the_release,
        a_statement_read_twice_books_twice,
        a_debt_is_forgotten_at_the_release,
    ],
)
def test_a_mistake_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """In at most twenty histories, of which the first are those above, in which nothing else is wrong: the
    machine sees it, or the ledger's own pledge, or the database's.
    """
    stage = Stage.build(sqlite_engine)
    mistake(monkeypatch)
    with pytest.raises((AssertionError, LedgerError, DBAPIError)):
        run(stage, histories=20, steps=40, derandomize=True)
