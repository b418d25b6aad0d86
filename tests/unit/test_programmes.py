# SPDX-License-Identifier: EUPL-1.2
"""Programmes: rules freeze when published, and budgets hold exactly what was funded."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, func, select
from sqlmodel import col

from ledger import budgets, db, entries, ids, municipalities, programmes
from ledger.budgets import Funding, Lowering
from ledger.programmes import CeilingInput, ProgrammeInput
from ledger.rules.funding import AccountKind, EntryKind, Production
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, OnlyServices
from ledger.tables import Account, Bound, Entry, ProgrammeVersion
from ledger.units import Unit
from tests.world import World, by_another

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = (
    OnlyServices(services=frozenset({"01A05", "01A06"})),
    Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180),
)


@pytest.fixture
def work(engine: Engine) -> Iterator[db.Work]:
    with db.transaction(engine) as session:
        work = db.Work(session=session, municipality_id="0363", actor_id=ids.uuid7(), now=NOW)
        municipalities.put(work, municipalities.MunicipalityInput(name="Amsterdam"))
        yield work


def programme(**changes: object) -> ProgrammeInput:
    plain = {
        "id": ids.uuid7(),
        "law": "wmo",
        "name": "Huishoudelijke ondersteuning",
        "product_group": "huishouden",
        "mode": "hard",
        "restrictions": RULES,
        "rate_ceilings": (CeilingInput.model_validate(CEILING),),
    }
    return ProgrammeInput.model_validate(plain | changes)


CEILING = {"service": "01A05", "rate_class": "informal", "ceiling_cents": 2185}


def changed(given: ProgrammeInput, **changes: object) -> ProgrammeInput:
    return ProgrammeInput.model_validate(dict(given) | changes)


def funding(given: ProgrammeInput, **changes: object) -> Funding:
    plain = {"id": ids.uuid7(), "programme_id": given.id, "year": 2026, "cents": 1_000_00, "at": NOW}
    return Funding.model_validate(plain | changes)


def test_same_programme_twice_is_one_programme(work: db.Work) -> None:
    given = programme()
    (first,) = programmes.draft(work, [given])
    work.session.expire_all()
    assert (first.version, first.published, first.content.funding) == (1, False, Production())
    assert programmes.draft(work, [given, given]) == [first, first]
    assert programmes.newest(work, [given.id]) == [first]


def test_a_draft_is_replaced_whole(work: db.Work) -> None:
    given = programme()
    programmes.draft(work, [given])
    second = changed(given, name="Hulp thuis", mode="soft", restrictions=(), rate_ceilings=())
    (drafted,) = programmes.draft(work, [second])
    work.session.expire_all()
    assert (drafted.version, drafted.content) == (1, second)
    assert [each.content for each in programmes.newest(work)] == [second]


def test_a_published_version_is_frozen(work: db.Work) -> None:
    given = programme()
    programmes.draft(work, [given])
    (row,) = programmes.publish(by_another(work), [given.id])
    assert row.published_version == 1
    (drafted,) = programmes.draft(work, [changed(given, restrictions=())])
    assert (drafted.version, drafted.published) == (2, False)
    work.session.expire_all()
    order = col(ProgrammeVersion.version)
    first, second = work.session.scalars(select(ProgrammeVersion).order_by(order))
    assert (first.restrictions, first.published_at) == (RULES, NOW)
    assert (second.restrictions, second.published_at) == ((), None)
    assert [each.published_version for each in programmes.publish(by_another(work), [given.id])] == [2]


def test_publishing_what_is_not_there_is_refused(work: db.Work) -> None:
    with pytest.raises(programmes.ProgrammeUnknown):
        programmes.publish(by_another(work), [ids.uuid7()])


def test_a_programme_keeps_its_law_always_and_its_mode_once_it_has_a_budget(work: db.Work) -> None:
    given = programme()
    programmes.draft(work, [given])
    with pytest.raises(programmes.ProgrammeIsAnother):
        programmes.draft(work, [changed(given, law="jw")])
    budgets.opened(work, [(given.id, 2026)])
    with pytest.raises(programmes.ProgrammeIsAnother):
        programmes.draft(work, [changed(given, mode="soft")])


@pytest.mark.parametrize("change", [{"name": "Hulp"}, {"product_group": None}, {"mode": "soft"}])
def test_what_has_no_versions_is_fixed_once_published(work: db.Work, change: dict[str, object]) -> None:
    given = programme()
    programmes.draft(work, [given])
    programmes.publish(by_another(work), [given.id])
    with pytest.raises(programmes.ProgrammeIsAnother):
        programmes.draft(work, [changed(given, **change)])


def test_a_name_is_given_once(work: db.Work) -> None:
    given = programme()
    programmes.draft(work, [given])
    with pytest.raises(programmes.ProgrammeNameTaken) as taken:
        programmes.draft(work, [programme()])
    assert taken.value.id == given.id


def test_two_ceilings_for_one_service_and_class_are_refused() -> None:
    with pytest.raises(ValidationError, match="two rate ceilings"):
        programme(rate_ceilings=(CEILING, CEILING))


def test_a_budget_is_opened_once_and_is_bound_as_its_programme_says(work: db.Work) -> None:
    hard, soft = programme(), programme(name="Vervoer", mode="soft")
    programmes.draft(work, [hard, soft])
    wanted = [(hard.id, 2026), (hard.id, 2027), (soft.id, 2026)]
    opened = budgets.opened(work, wanted)
    assert opened.keys() == set(wanted)
    again = budgets.opened(work, [*wanted, *wanted])
    assert {key: budget.id for key, budget in again.items()} == {
        key: budget.id for key, budget in opened.items()
    }
    accounts = {each.owner_id: each for each in entries.seen(work, {budget.id for budget in opened.values()})}
    assert {key: accounts[budget.id].bound for key, budget in opened.items()} == {
        (hard.id, 2026): Bound.AT_LEAST_ZERO,
        (hard.id, 2027): Bound.AT_LEAST_ZERO,
        (soft.id, 2026): Bound.FREE,
    }
    with pytest.raises(programmes.ProgrammeUnknown):
        budgets.opened(work, [(ids.uuid7(), 2026)])


def test_the_treasury_has_one_account_for_every_unit(work: db.Work) -> None:
    budgets.open_treasury(work)
    budgets.open_treasury(work)
    accounts = entries.seen(work, [ids.NOBODY])
    assert sorted(each.unit for each in accounts) == sorted(Unit)
    assert {(each.kind, each.bound) for each in accounts} == {(AccountKind.TREASURY, Bound.FREE)}


def test_money_goes_from_the_treasury_to_the_budget(work: db.Work) -> None:
    given = programme()
    programmes.draft(work, [given])
    first, second = funding(given), funding(given, cents=250_00, year=2027)
    made = budgets.fund(work, [first, second, first])
    assert made[0] == made[2] != made[1]
    assert budgets.fund(work, [second, first]) == [made[1], made[0]]
    states = budgets.listed(work)
    assert [(each.year, each.funded_cents, each.left_cents, each.committed_cents) for each in states] == [
        (2026, 1_000_00, 1_000_00, 0),
        (2027, 250_00, 250_00, 0),
    ]
    assert states[0].programme == given.name
    booked = {row.cause_id: row for row in work.session.scalars(select(Entry))}
    assert booked.keys() == {first.id, second.id}
    assert booked[first.id].kind is EntryKind.FUND
    work.session.expire_all()
    total = func.sum(col(Account.credits) - col(Account.debits))
    assert work.session.scalar(select(total)) == 0


def test_a_hard_budget_is_lowered_by_no_more_than_is_free(world: World) -> None:
    world.fund(cents=1_000_00)
    world.grant(programme_id=world.hard_programme_id, amount_cents=700_00)
    asked = {"id": ids.uuid7(), "programme_id": world.hard_programme_id, "year": 2026, "at": world.now}
    first = Lowering.model_validate(asked | {"cents": 200_00})
    with world.work() as work:
        with pytest.raises(budgets.LoweredTooFar) as refused:
            budgets.lower(
                work, [first, Lowering.model_validate(asked | {"id": ids.uuid7(), "cents": 100_01})]
            )
        assert refused.value.facts == {
            "programme": "Wmo vast",
            "year": 2026,
            "asked_cents": 100_01,
            "most_cents": 100_00,
            "funded_cents": 800_00,
            "committed_cents": 700_00,
        }
    for _ in range(2):  # sent twice it is once
        with world.work() as work:
            (entry_id,) = budgets.lower(work, [first, first])[:1]
    with world.work() as work:
        (state,) = [each for each in budgets.listed(work) if each.programme_id == world.hard_programme_id]
        entry = work.session.get(Entry, (world.municipality_id, entry_id))
        assert entry is not None
        assert (entry.kind, entry.amount, entry.cause_id) == (EntryKind.FUND_BACK, 200_00, first.id)
        for other in ({"cents": 1}, {"year": 2027}):
            with pytest.raises((budgets.FundingIsAnother, budgets.BudgetUnknown)):
                budgets.lower(work, [Lowering.model_validate(dict(first) | other)])
        with pytest.raises(budgets.FundingIsAnother):
            budgets.fund(work, [Funding.model_validate(dict(first))])
    assert (state.funded_cents, state.committed_cents, state.left_cents) == (800_00, 700_00, 100_00)
    assert state.most_lower_cents == 100_00
    world.assert_books_agree()


def test_a_soft_budget_is_lowered_below_what_was_promised_but_never_below_nothing(world: World) -> None:
    world.fund(cents=1_000_00, programme_id=world.programme_id)
    world.grant(amount_cents=700_00)
    asked = {"programme_id": world.programme_id, "year": 2026, "at": world.now}
    with world.work() as work:
        budgets.lower(work, [Lowering.model_validate(asked | {"id": ids.uuid7(), "cents": 600_00})])
    with world.work() as work:
        (state,) = [each for each in budgets.listed(work) if each.programme_id == world.programme_id]
        assert (state.funded_cents, state.left_cents, state.most_lower_cents) == (400_00, -300_00, 400_00)
        with pytest.raises(budgets.LoweredTooFar):
            budgets.lower(work, [Lowering.model_validate(asked | {"id": ids.uuid7(), "cents": 400_01})])
        with pytest.raises(budgets.BudgetUnknown):
            budgets.lower(
                work, [Lowering.model_validate(asked | {"id": ids.uuid7(), "year": 2031, "cents": 1})]
            )
    world.assert_books_agree()


@pytest.mark.parametrize("change", [{"cents": 1}, {"year": 2027}, {"at": datetime(2026, 3, 2, tzinfo=UTC)}])
def test_a_funding_with_other_content_is_refused(work: db.Work, change: dict[str, object]) -> None:
    given = programme()
    programmes.draft(work, [given])
    first = funding(given)
    budgets.fund(work, [first])
    for batch in ([funding(given, id=first.id, **change)], [first, funding(given, id=first.id, **change)]):
        with pytest.raises(budgets.FundingIsAnother):
            budgets.fund(work, batch)


def test_what_is_committed_is_what_was_funded_and_is_not_left(work: db.Work) -> None:
    given = programme(mode="soft")
    programmes.draft(work, [given])
    budgets.fund(work, [funding(given)])
    (budget,) = budgets.opened(work, [(given.id, 2026)]).values()
    entries.open_accounts(work, [(AccountKind.ENTITLEMENT, given.id, Unit.EUROCENT)])
    accounts = entries.by_place(entries.locked(work, [budget.id, given.id]))
    grant = entries.Posting(
        kind=EntryKind.GRANT,
        debit_account_id=accounts[AccountKind.BUDGET, budget.id, Unit.EUROCENT].id,
        credit_account_id=accounts[AccountKind.ENTITLEMENT, given.id, Unit.EUROCENT].id,
        unit=Unit.EUROCENT,
        amount=1_200_00,
        cause_id=given.id,
        at=NOW,
    )
    entries.post(work, [grant])
    work.session.expire_all()
    (state,) = budgets.listed(work)
    assert (state.funded_cents, state.committed_cents, state.left_cents) == (1_000_00, 1_200_00, -200_00)


@pytest.mark.parametrize(
    "change", [{"cents": 0}, {"cents": 1.5}, {"year": 26}, {"at": NOW.replace(tzinfo=None)}]
)
def test_a_malformed_funding_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        funding(programme(), **change)
