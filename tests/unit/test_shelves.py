# SPDX-License-Identifier: EUPL-1.2
"""Shelves: what is loaded for a batch is enough, and its cost does not grow with what is stored."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import reference, shelves
from ledger.bulk import Query
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, OnlyProviders, Restriction, UsesMax
from ledger.units import Unit
from tests.world import World

SMALL = frozenset({"json_each", "edition"})
"""What may be read whole: the keys that were given, and one row."""

QUERIES = {
    f"{module.__name__}.{name}": value
    for module in (shelves, reference)
    for name, value in vars(module).items()
    if isinstance(value, Query)
}


def plan(work: Work, query: Query) -> list[str]:
    """How SQLite would answer it."""
    connection = work.session.connection()
    ready = query._prepare(connection.dialect)
    given = tuple("[]" for _ in ready.names or ())
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ready.text}", given)
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("name", QUERIES)
def test_no_question_reads_a_whole_table(sqlite_world: World, name: str) -> None:
    """A condition that SQLite cannot use an index for cost 86 ms at 200,000 redemptions, once."""
    with sqlite_world.work() as work:
        steps = plan(work, QUERIES[name])
    scanned = {step.split()[1] for step in steps if step.startswith("SCAN ")}
    assert scanned <= SMALL, steps


def test_a_condition_without_an_index_is_seen(sqlite_world: World) -> None:
    """The negative control of the test above."""
    with sqlite_world.work() as work:
        connection = work.session.connection()
        text = "EXPLAIN QUERY PLAN SELECT id FROM redemption WHERE (id IN (SELECT unhex('00'))) = 1"
        steps = [str(row[3]) for row in connection.exec_driver_sql(text)]
    assert any(step.startswith("SCAN redemption") for step in steps)


def named(world: World) -> OnlyProviders:
    """Named, so that it may redeem without a code."""
    return OnlyProviders(providers=frozenset({world.AGB}))


RULES: list[tuple[Restriction, int]] = [
    (Cap(per=Per.DAY, unit=Unit.MINUTE, most=600), 1),
    (Cap(per=Per.WEEK, unit=Unit.MINUTE, most=6000), 2),
    (Cap(per=Per.MONTH, unit=Unit.MINUTE, most=6000), 3),
    (Cap(per=Per.TOTAL, unit=Unit.MINUTE, most=6000), 5),
    (Cap(per=Per.WEEK, unit=Unit.MINUTE, most=6000, carry_over=True), 5),
    (UsesMax(most=100), 0),
]
"""A rule, and how many days with uses it looks at of those below."""
DAYS_AGO = (0, 1, 8, 40, 90)


@pytest.mark.parametrize(
    ("rule", "days"), RULES, ids=[f"{n}-{rule!r:.40}" for n, (rule, _) in enumerate(RULES)]
)
def test_uses_are_loaded_as_far_back_as_the_rule_looks(world: World, rule: Restriction, days: int) -> None:
    right = world.grant(amount_cents=1_000_00, restrictions=(named(world), rule))
    for ago in DAYS_AGO:
        world.redeemed(right.id, quantity=1, at=world.now - timedelta(days=ago))
    with world.work() as work:
        scan = world.scan(right.id)
        loaded = shelves.load(work, [scan], today=dutch_day(world.now), lock=False).rights[right.id]
    assert len(loaded.usage) == days
    assert loaded.uses == (len(DAYS_AGO) if isinstance(rule, UsesMax) else 0)


def test_a_line_of_last_month_makes_the_batch_look_further_back(world: World) -> None:
    cap: Any = Cap(per=Per.MONTH, unit=Unit.MINUTE, most=60)
    right = world.grant(amount_cents=1_000_00, restrictions=(named(world), cap))
    last_month = world.now - timedelta(days=35)
    world.redeemed(right.id, quantity=60, at=last_month)
    outcomes = world.redeem(world.scan(right.id, quantity=1), world.scan(right.id, quantity=1, at=last_month))
    assert [type(each).__name__ for each in outcomes] == ["Redeemed", "RedemptionRefused"]
