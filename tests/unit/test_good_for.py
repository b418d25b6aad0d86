# SPDX-License-Identifier: EUPL-1.2
"""What a code is good for at a provider: the price that would be booked, and nothing of anybody else."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from ledger import care, catalogue, codes, contracts, good_for
from ledger.care import Agreement
from ledger.catalogue import ServiceInput
from ledger.contracts import ContractInput, LineInput
from ledger.errors import LedgerError
from ledger.good_for import GoodFor
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.tariffs import PerMeasure
from ledger.scans import RedemptionRefused
from ledger.tables import Approver, Entitlement, RateClass
from ledger.units import Measure
from tests.world import GUIDANCE, HOUSEHOLD, World, by_another


def offers(world: World, code: str, provider_id: UUID | None = None) -> dict[str, GoodFor]:
    """What is offered at the first provider, by service."""
    with world.work() as work:
        found = good_for.of_code(work, provider_id or world.provider_id, code, world.read(code))
    assert len({each.service for each in found}) == len(found)
    return {each.service: each for each in found}


def drawing_right(world: World, rate_cents: int, *, provider_id: UUID | None = None) -> Entitlement:
    """A drawing right with an agreement that both approved."""
    right = world.grant(
        kind=EntitlementKind.DRAWING_RIGHT,
        amount_cents=500_00,
        restrictions=(),
        holder_id=world.person(surname=f"Houder {rate_cents}"),
    )
    (agreed,) = agree(world, right, rate_cents, provider_id=provider_id)
    for approver in Approver:
        with world.work(actor_id=uuid7()) as work:
            care.approve(work, agreed.id, approver)
    return right


def agree(
    world: World, right: Entitlement, *rates_cents: int, provider_id: UUID | None = None
) -> list[Agreement]:
    """Agreements at these rates, which nobody approved yet."""
    made = [
        Agreement(
            id=uuid7(),
            entitlement_id=right.id,
            provider_id=provider_id or world.helper_id,
            service=GUIDANCE,
            rate_class=RateClass.INFORMAL,
            rate_cents=rate_cents,
            valid_from=right.valid_from,
            valid_until=right.valid_until,
            at=world.now,
        )
        for rate_cents in rates_cents
    ]
    with world.work() as work:
        assert not any(isinstance(each, LedgerError) for each in care.agree(work, made))
    return made


def test_a_drawing_right_shows_its_own_rate_and_never_that_of_another_resident(world: World) -> None:
    mine = drawing_right(world, 18_00)
    drawing_right(world, 25_00)
    found = offers(world, world.code(mine.id).token, world.helper_id)
    assert found[GUIDANCE].price_cents == 18_00


def test_a_drawing_right_shows_its_agreed_rate_at_who_has_a_contract_too(world: World) -> None:
    mine = drawing_right(world, 24_00, provider_id=world.provider_id)
    found = offers(world, world.code(mine.id).token)
    assert {each.service: each.price_cents for each in found.values()} == {GUIDANCE: 24_00}


def test_an_agreement_is_found_however_many_others_the_provider_has(sqlite_world: World) -> None:
    """An early client was once looked for among the newest two hundred agreements of all."""
    world = sqlite_world
    mine = drawing_right(world, 18_00)
    agree(world, drawing_right(world, 20_00), *range(1, 202))
    assert offers(world, world.code(mine.id).token, world.helper_id)[GUIDANCE].price_cents == 18_00


def test_the_price_is_that_of_the_contract_that_serves_where_the_resident_lives(world: World) -> None:
    """Of two contracts for one service the price of the one that was made first was shown."""
    content = ContractInput(
        id=uuid7(),
        provider_id=world.other_provider_id,
        law=Law.WMO,
        number="C-3",
        valid_from=date(2026, 1, 1),
        areas=("1113",),
        lines=(line(HOUSEHOLD, 40_00, date(2026, 1, 1)),),
    )
    with world.work() as work:
        contracts.draft(work, [content])
        contracts.publish(by_another(work), [content.id])
    for area, cents in (("1112", 31_15), ("1113", 40_00)):
        code = world.code(world.grant(restrictions=(), area=area).id).token
        found = offers(world, code, world.other_provider_id)[HOUSEHOLD]
        assert found.price_cents == cents
        assert world.redeemed(code=code, provider_id=world.other_provider_id).price_cents == cents


def test_a_service_with_the_same_code_under_another_law_is_offered_once(world: World) -> None:
    with world.work() as work:
        twin = ServiceInput(
            id=uuid7(), law=Law.JW, code=HOUSEHOLD, name="Heel iets anders", measure=Measure.HOUR
        )
        catalogue.put(work, [twin])
        content = ContractInput(
            id=uuid7(),
            provider_id=world.provider_id,
            law=Law.JW,
            number="J-1",
            valid_from=date(2026, 1, 1),
            lines=(line(HOUSEHOLD, 99_00, date(2026, 1, 1)),),
        )
        contracts.draft(work, [content])
        contracts.publish(by_another(work), [content.id])
    found = offers(world, world.code(world.grant(restrictions=()).id).token)
    assert (found[HOUSEHOLD].name, found[HOUSEHOLD].price_cents) == ("Hulp bij het huishouden", 31_15)


def test_a_code_that_is_none_is_told_as_such_whoever_asks(world: World) -> None:
    for provider_id in (world.provider_id, world.helper_id):
        for text in ("ABCD-EFGHJ-KMNPQ", "x"):
            with pytest.raises(RedemptionRefused) as refused:
                offers(world, text, provider_id)
            assert [each.code for each in refused.value.reasons] == ["code_unknown"]


def test_who_has_no_contract_is_told_so(world: World) -> None:
    code = world.code(world.grant(restrictions=()).id).token
    with pytest.raises(RedemptionRefused) as refused:
        offers(world, code, world.helper_id)
    assert [each.code for each in refused.value.reasons] == ["provider_not_contracted"]


def test_it_takes_the_same_few_questions_however_many_services(sqlite_world: World) -> None:
    world = sqlite_world
    asked: list[Any] = []
    code = world.code(world.grant(restrictions=()).id).token
    shown = codes.reader(world.municipality_id, world.keys).read(code)
    event.listen(world.engine, "before_cursor_execute", lambda *more: asked.append(more[2]))
    with world.work() as work:
        assert len(good_for.of_code(work, world.provider_id, code, shown)) == 5
    assert len(asked) <= 20


def line(service: str, rate_cents: int, first: date) -> LineInput:
    return LineInput(service=service, tariff=PerMeasure(rate_cents=rate_cents), valid_from=first)
