# SPDX-License-Identifier: EUPL-1.2
"""Batching cannot be noticed: a batch answers and books what the same scans do one by one, in that order."""

from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from ledger import books, db, redemptions
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, Item, OnlyItems, UsesMax
from ledger.scans import Outcome, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.tables import Account, Entry
from ledger.units import Unit
from tests.property.scenery import Scenery
from tests.world import AIDS, DAY_CARE, HOUSEHOLD, RIDES, World

Told = tuple[object, ...]


def rights(world: World, ids: list[UUID]) -> None:
    """One of every kind of limit, under these ids."""
    named = world.named()
    plan = OnlyItems(items=(Item(service=RIDES, providers=frozenset({World.AGB})),))
    grants: list[dict[str, Any]] = [
        {"amount_cents": 60_00},
        {"amount_cents": None, "quantity": 240, "quantity_unit": Unit.MINUTE},
        {"amount_cents": 90_00, "quantity": 90, "quantity_unit": Unit.MINUTE},
        {"restrictions": (named, Cap(per=Per.WEEK, unit=Unit.EUROCENT, most=40_00, carry_over=True))},
        {"restrictions": (named, Cap(per=Per.DAY, unit=Unit.MINUTE, most=60))},
        {"restrictions": (named, UsesMax(most=3))},
        {"kind": EntitlementKind.ARRANGEMENT, "restrictions": (plan,)},
        {"amount_cents": 70_00, "programme_id": world.hard_programme_id},
        {"amount_cents": None, "restrictions": (named, Cap(per=Per.TOTAL, unit=Unit.MINUTE, most=300))},
    ]
    for id_, grant in zip(ids, grants, strict=True):
        world.grant(id=id_, **grant)


def twins(engine: Engine) -> tuple[World, World, list[UUID]]:
    """Two municipalities that are equal but for their code, with the same rights."""
    scenery, ids = Scenery.build(engine), [uuid7() for _ in range(9)]
    scenery.world.fund(cents=1, programme_id=scenery.world.programme_id)
    one, other = scenery.fresh(), scenery.fresh()
    for world in (one, other):
        rights(world, ids)
    return one, other, ids


def some_scans(world: World, right_ids: list[UUID], draw: Random) -> list[Scan]:
    """About 140: new, resent, resent with other content, of unknown rights and providers, good and bad."""
    scans: list[Scan] = []
    for _ in range(140):
        if scans and draw.random() < 0.2:
            earlier = draw.choice(scans)
            changed = earlier.terms.model_copy(update={"reserve": not earlier.terms.reserve})
            scans.append(Scan(id=earlier.id, terms=earlier.terms if draw.random() < 0.5 else changed))
            continue
        services = draw.choices([HOUSEHOLD, HOUSEHOLD, RIDES, AIDS, DAY_CARE], k=draw.choice([1, 1, 1, 2, 3]))
        terms = ScanTerms(
            entitlement_id=draw.choice([*right_ids, *right_ids, uuid7()]),
            provider_id=draw.choice([*[world.provider_id] * 8, world.other_provider_id, uuid7()]),
            lines=tuple(ScanLine(service=each, quantity=_quantity(each, draw)) for each in services),
            at=world.now.replace(day=draw.randint(1, 11)),
            reserve=draw.random() < 0.2,
        )
        scans.append(Scan(id=uuid7(), terms=terms))
    return scans


def _quantity(service: str, draw: Random) -> int:
    return {HOUSEHOLD: draw.randint(1, 40), AIDS: draw.randint(1, 9_00)}.get(service, 1)


def told(outcome: Outcome) -> Told:
    """An outcome as it is told: all that an answer or a refusal says."""
    if isinstance(outcome, RedemptionRefused):
        return ("refused", *(str(reason) for reason in outcome.reasons))
    return (type(outcome).__name__, str(outcome))


def state(world: World) -> tuple[Counter[Told], dict[Told, tuple[int, int]]]:
    """Entries by all but their ids, and the counters of every place in the chart."""
    own = world.municipality_id
    with db.reading(world.engine) as session:
        accounts = list(session.scalars(select(Account).where(col(Account.municipality_id) == own)))
        name = {each.id: (each.kind, each.owner_id, each.unit) for each in accounts}
        booked = Counter[Told](
            (e.kind, name[e.debit_account_id], name[e.credit_account_id], e.amount, e.cause_id, e.line, e.at)
            for e in session.scalars(select(Entry).where(col(Entry.municipality_id) == own))
        )
    counters: dict[Told, tuple[int, int]] = {}
    for each in accounts:  # the stripes of a place are one account in several rows
        debits, credits = counters.get(name[each.id], (0, 0))
        counters[name[each.id]] = (debits + each.debits, credits + each.credits)
    return booked, counters


def differs(engine: Engine, seed: int) -> str:
    """What differs between one batch and one by one; nothing when all is equal."""
    together, alone, right_ids = twins(engine)
    scans = some_scans(together, right_ids, Random(seed))
    as_batch = [told(each) for each in together.redeem(*scans)]
    one_by_one = [told(alone.redeem(scan)[0]) for scan in scans]
    for number, (batch, single) in enumerate(zip(as_batch, one_by_one, strict=True)):
        if batch != single:
            return f"scan {number}: {batch} is not {single}"
    kinds = Counter(each[0] for each in as_batch)
    assert kinds["Redeemed"] >= 25, kinds
    assert {"refused", "RedemptionExists", "NoSuchRight", "NoSuchProvider"} <= kinds.keys(), kinds
    together.assert_books_agree()
    return "" if state(together) == state(alone) else "entries or counters"


@pytest.mark.parametrize("seed", range(2))
def test_a_batch_equals_its_scans_one_by_one(engine: Engine, seed: int) -> None:
    assert differs(engine, seed) == ""


def test_a_batch_cut_into_pieces_is_the_same_too(engine: Engine) -> None:
    whole, cut, right_ids = twins(engine)
    draw = Random(99)
    scans = some_scans(whole, right_ids, draw)
    expected = [told(each) for each in whole.redeem(*scans)]
    found: list[Told] = []
    while len(found) < len(scans):
        piece = scans[len(found) : len(found) + draw.randint(1, 30)]
        found += [told(each) for each in cut.redeem(*piece)]
    assert found == expected
    assert state(whole) == state(cut)


def test_a_refused_scan_leaves_no_trace_on_the_scans_beside_it(world: World) -> None:
    right = world.grant(amount_cents=40_00)
    fits, too_much, fits_too = (world.scan(right.id, quantity=n) for n in (30, 6_000, 40))
    outcomes = world.redeem(fits, too_much, fits_too)
    assert [type(each).__name__ for each in outcomes] == ["Redeemed", "RedemptionRefused", "Redeemed"]
    assert world.left(right.id) == 40_00 - 15_58 - 20_77
    world.assert_books_agree()


def test_two_thousand_scans_of_one_voucher_in_one_batch_take_to_the_last_cent_that_fits(world: World) -> None:
    right = world.grant(amount_cents=50_00)
    scans = [world.scan(right.id, service=AIDS, quantity=7) for _ in range(2_000)]
    outcomes = world.redeem(*scans)
    assert len(redemptions.accepted(outcomes)) == 50_00 // 7
    assert world.left(right.id) == 50_00 % 7
    last_cents = world.redeemed(right.id, service=AIDS, quantity=50_00 % 7)
    assert last_cents.remaining_cents == 0
    assert world.reasons(right.id, service=AIDS, quantity=1) == ["balance_too_low"]
    world.assert_books_agree()


def test_a_batch_judged_without_its_usage_is_seen(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: caps and uses of the scans before are forgotten inside a batch."""
    take = books.Books._take

    def forget(self: books.Books, trial: Any) -> Any:
        usage, uses = dict(trial.right.usage), trial.right.uses
        done = take(self, trial)
        trial.right.usage, trial.right.uses = usage, uses
        return done

    monkeypatch.setattr(books.Books, "_take", forget)
    assert differs(sqlite_engine, 0).startswith("scan ")
