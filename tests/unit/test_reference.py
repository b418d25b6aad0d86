# SPDX-License-Identifier: EUPL-1.2
"""Remembered reference data: asked once, and never believed past a change of it, whoever made it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select, text
from sqlmodel import col

from ledger import contract_versions, contracts, db, reference
from ledger.contracts import ContractInput
from ledger.rules.facts import Law
from ledger.scans import Redeemed
from ledger.tables import REFERENCE, Edition
from tests.world import HOUSEHOLD, World, by_another


@pytest.fixture
def elsewhere(world: World) -> Iterator[World]:
    """The same municipality through connections of another process: nothing is shared but the database."""
    engine = db.connect(world.engine.url.render_as_string(hide_password=False))
    yield World(**{**vars(world), "engine": engine})
    engine.dispose()


def edition(world: World) -> UUID | None:
    with world.work() as work:
        return work.session.scalar(select(col(Edition.edition)))


def asked(engine: Engine, world: World, right: UUID) -> list[str]:
    """The statements of one redemption."""
    said: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert isinstance(world.redeem(world.scan(right))[0], Redeemed)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return said


def raise_the_rate(world: World, rate_cents: int) -> None:
    """A new version of the contract, published."""
    with world.work() as work:
        (state,) = [each for each in contract_versions.newest(work) if each.content.id == world.contract_id]
        content = state.content.model_dump()
        for line in content["lines"]:
            if line["service"] == HOUSEHOLD:
                line["tariff"]["rate_cents"] = rate_cents
        contracts.draft(work, [ContractInput.model_validate(content)])
        contracts.publish(by_another(work), [world.contract_id])


def test_reference_data_is_asked_once(world: World) -> None:
    right = world.grant(amount_cents=1_000_00).id
    first, second = asked(world.engine, world, right), asked(world.engine, world, right)
    for table in ("contract_line", "programme_version", "service", "provider"):
        read = re.compile(rf"(FROM|JOIN) {table}\b")
        assert any(read.search(each) for each in first)
        assert not any(read.search(each) for each in second)


def test_a_contract_that_changed_elsewhere_is_judged_by_at_once(world: World, elsewhere: World) -> None:
    right = world.grant(amount_cents=1_000_00).id
    before = world.redeemed(right, quantity=60)
    raise_the_rate(elsewhere, 40_00)
    after = world.redeemed(right, quantity=60)
    assert (before.price_cents, after.price_cents) == (31_15, 40_00)


def test_without_the_triggers_yesterdays_contract_would_judge(world: World, elsewhere: World) -> None:
    """The negative control: an edition that does not change is believed."""
    right = world.grant(amount_cents=1_000_00).id
    world.redeemed(right, quantity=60)
    named = edition(world)
    raise_the_rate(elsewhere, 40_00)
    with world.work() as work:
        work.session.execute(text("UPDATE edition SET edition = :edition"), {"edition": _raw(world, named)})
    assert world.redeemed(right, quantity=60).price_cents == 31_15


def test_a_change_that_is_rolled_back_is_not_remembered(world: World) -> None:
    right = world.grant(amount_cents=1_000_00).id

    def withdraw_and_fail() -> None:
        with world.work() as work:
            (state,) = [
                each for each in contract_versions.newest(work) if each.content.id == world.contract_id
            ]
            content = state.content.model_dump()
            content["lines"] = [line for line in content["lines"] if line["service"] != HOUSEHOLD]
            contracts.draft(work, [ContractInput.model_validate(content)])
            contracts.publish(by_another(work), [world.contract_id])
            known = reference.of(work)
            known.complete(work, providers={world.provider_id}, programmes=set(), services=set())
            assert HOUSEHOLD not in known.contracts[world.provider_id][Law.WMO][0].lines
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        withdraw_and_fail()
    assert isinstance(world.redeem(world.scan(right))[0], Redeemed)


def test_every_table_that_is_remembered_makes_an_edition(world: World) -> None:
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger",
    }
    with world.work() as work:
        there = set(work.session.scalars(text(names[world.engine.dialect.name])))
    verbs = ("insert", "update", "delete")
    assert {f"{table}_edition_{verb}" for table in REFERENCE for verb in verbs} <= there


def test_a_provider_without_a_contract_is_told_so_also_when_remembered(world: World) -> None:
    right = world.grant(amount_cents=1_000_00).id
    for _ in range(2):
        assert "provider_not_contracted" in world.reasons(right, provider_id=world.helper_id)


def _raw(world: World, value: UUID | None) -> object:
    assert value is not None
    return value.bytes if world.engine.dialect.name == "sqlite" else value
