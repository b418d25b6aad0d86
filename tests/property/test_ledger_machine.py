# SPDX-License-Identifier: EUPL-1.2
"""Random work on the ledger equals the model, on SQLite and on PostgreSQL."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from tests.property.ledger_machine import machine_on
from tests.property.scenery import Scenery


def run(engine: Engine, *, runs: int, steps: int, **more: Any) -> None:
    """The machine so many times, so many steps each."""
    machine = machine_on(Scenery.build(engine))
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            **more,
        ),
    )
    print(dict(machine.steps))


def test_sixty_runs_on_sqlite(sqlite_engine: Engine) -> None:
    run(sqlite_engine, runs=60, steps=50, derandomize=True, phases=(Phase.generate,))


def test_ten_runs_on_postgresql(postgresql_engine: Engine) -> None:
    run(postgresql_engine, runs=10, steps=30, derandomize=True, phases=(Phase.generate,))
