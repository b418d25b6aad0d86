# SPDX-License-Identifier: EUPL-1.2
"""Where an entitlement can be used: where a redemption would be accepted, and nowhere else."""

from datetime import date
from typing import Any

import pytest

from ledger import catalogue, contracts, db, programmes, providers, standing_rights
from ledger.catalogue import ServiceInput
from ledger.contracts import ContractInput, LineInput
from ledger.ids import uuid7
from ledger.programmes import ProgrammeInput
from ledger.providers import ProviderInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import Item, OnlyCategories, OnlyItems, OnlyProviders, OnlyServices
from ledger.rules.tariffs import PerMeasure
from ledger.scans import Redeemed
from ledger.tables import Entitlement, ProviderKind
from ledger.units import Measure
from tests.world import DAY_CARE, GUIDANCE, HOUSEHOLD, RIDES, World, by_another

NAMES = {HOUSEHOLD: "Hulp bij het huishouden", GUIDANCE: "Begeleiding", DAY_CARE: "Dagbesteding"}
BOTH = frozenset({GUIDANCE, HOUSEHOLD})
ONE, OTHER = frozenset({World.AGB}), frozenset({World.OTHER_AGB})


def where(world: World, right: Entitlement) -> dict[str, tuple[str, ...]]:
    """The names of the services by the name of the provider."""
    with world.work() as work:
        row = db.rows(work, Entitlement, {right.id})[right.id]
        return {each.trade_name: each.services for each in standing_rights.where(work, row).places}


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (OnlyServices(services=BOTH),),
        (OnlyCategories(categories=frozenset({HOUSEHOLD[:2]})),),
        (OnlyProviders(providers=OTHER),),
        (
            OnlyServices(services=frozenset({GUIDANCE, HOUSEHOLD})),
            OnlyServices(services=frozenset({GUIDANCE})),
        ),
        (OnlyItems(items=(Item(service=HOUSEHOLD, providers=ONE), Item(service=GUIDANCE))),),
        (OnlyItems(items=(Item(service=HOUSEHOLD, providers=OTHER), Item(service=DAY_CARE, providers=ONE))),),
    ],
)
@pytest.mark.parametrize("of_programme", [False, True])
@pytest.mark.parametrize("area", ["1112", "1113"])
def test_it_names_exactly_where_a_redemption_is_accepted(
    sqlite_world: World, rules: tuple[Any, ...], of_programme: bool, area: str
) -> None:
    world = sqlite_world
    if of_programme and rules:
        restrict(world, rules)
    right = world.grant(restrictions=() if of_programme else rules, area=area, kind=EntitlementKind.VOUCHER)
    code = world.code(right.id).token
    accepted: dict[str, list[str]] = {}
    for provider_id, name in ((world.provider_id, "Thuis Goed"), (world.other_provider_id, "De Brug")):
        for service in (HOUSEHOLD, GUIDANCE, DAY_CARE, RIDES):
            scan = world.scan(code=code, provider_id=provider_id, service=service, quantity=1)
            if isinstance(world.redeem(scan)[0], Redeemed):
                accepted.setdefault(name, []).append(service)
    told = where(world, right)
    known = {name: {each for each in names if each in NAMES.values()} for name, names in told.items()}
    assert {name: names for name, names in known.items() if names} == {
        name: {NAMES[each] for each in services if each in NAMES} for name, services in accepted.items()
    }


def restrict(world: World, rules: tuple[Any, ...]) -> None:
    """From now on the programme has these rules."""
    with world.work() as work:
        (newest,) = programmes.newest(work, [world.programme_id])
        content = newest.content.model_copy(update={"restrictions": rules})
        programmes.draft(work, [ProgrammeInput.model_validate(dict(content))])
        programmes.publish(by_another(work), [world.programme_id])


def test_every_provider_is_named_however_many_services_each_has(sqlite_world: World) -> None:
    """Services were counted as if they were providers, and the last of the alphabet were cut off."""
    world, first = sqlite_world, date(2026, 1, 1)
    codes = [f"3{number:04d}" for number in range(30)]
    made = [_provider(number) for number in range(10)]
    with world.work() as work:
        catalogue.put(
            work,
            [
                ServiceInput(id=uuid7(), law=Law.WMO, code=code, name=code, measure=Measure.PIECE)
                for code in codes
            ],
        )
        providers.put(work, made)
    with world.work() as work:
        lines = tuple(
            LineInput(service=code, tariff=PerMeasure(rate_cents=100), valid_from=first) for code in codes
        )
        drafted = [
            ContractInput(
                id=uuid7(),
                provider_id=each.id,
                law=Law.WMO,
                number=f"C-{each.trade_name}",
                valid_from=first,
                lines=lines,
            )
            for each in made
        ]
        contracts.draft(work, drafted)
        contracts.publish(by_another(work), [each.id for each in drafted])
    found = where(world, world.grant(restrictions=()))
    assert found.keys() == {"Thuis Goed", "De Brug"} | {each.trade_name for each in made}
    assert found["Zorg 9"] == tuple(codes)


def _provider(number: int) -> ProviderInput:
    return ProviderInput(
        id=uuid7(),
        kind=ProviderKind.ORGANISATION,
        kvk="12345678",
        agb=f"5{number:07d}",
        trade_name=f"Zorg {number}",
        account_holder_name="Zorg",
        iban="NL02ABNA0123456789",
    )
