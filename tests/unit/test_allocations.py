# SPDX-License-Identifier: EUPL-1.2
"""Allocations: message 301 makes or changes entitlements, twice is once, a bad message leaves no trace."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from ledger import (
    allocations,
    approvals,
    catalogue,
    entitlement_changes,
    municipalities,
    programmes,
    providers,
)
from ledger.allocations import (
    AllocationRefused,
    AllocationWaits,
    Imported,
    NoProgramme,
    OnlyEndBudgetOrVolume,
    OtherMunicipality,
    SameMomentOtherContent,
)
from ledger.entitlement_changes import Ending
from ledger.errors import MalformedFile
from ledger.formats.iwmo301 import Allocation, Client, Message301, read
from ledger.four_eyes import NotApproved
from ledger.ids import uuid7
from ledger.rules.facts import Law
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, OnlyCategories, OnlyProviders, OnlyServices
from ledger.tables import BudgetMode, ChangeKind, Entitlement, EntitlementChange, Person, ProviderKind
from ledger.units import Measure, Unit
from tests.world import World, by_another

SAMPLES = Path(__file__).parents[3] / "shared" / "iwmo" / "samples"
"""Publications of the Zorginstituut, never part of the project."""

AGB, OTHER_AGB = "42420001", "42420002"
DECIDED = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
CLIENT = Client(
    bsn="999900006", birth_date=date(1967, 8, 13), surname="Wit", name_use="1", gender="1", postcode="1112AB"
)
OTHER_CLIENT = replace(CLIENT, bsn="999900018", surname="Bos")
HOURS = Allocation(
    number=101,
    category="02",
    product="02A03",
    decided_at=DECIDED,
    valid_from=date(2026, 6, 1),
    valid_until=date(2026, 12, 31),
    volume=3,
    unit="04",
    frequency="2",
)
TOTAL = replace(HOURS, number=102, volume=40, frequency="6")
BUDGET = replace(
    HOURS,
    number=103,
    category=None,
    product=None,
    volume=None,
    unit=None,
    frequency=None,
    budget_cents=500_00,
)
LATER = timedelta(days=10)


@dataclass
class Office:
    """A municipality that has nothing but two general, soft programmes."""

    world: World

    def take(self, *messages: Message301) -> list[allocations.Outcome]:
        with self.world.work() as work:
            return allocations.import_messages(work, self.world.keys, messages)

    def taken(self, *held: Allocation, **changes: Any) -> Imported:
        (outcome,) = self.take(message(*held, **changes))
        assert isinstance(outcome, Imported), outcome
        return outcome

    def right(self, number: int, law: Law = Law.WMO) -> Entitlement:
        with self.world.work() as work:
            statement = select(Entitlement).where(
                col(Entitlement.allocation_number) == number, col(Entitlement.law) == law
            )
            return work.session.scalars(statement).one()

    def decided(self, id_: UUID, *, approved: bool) -> None:
        """A colleague decides on what waits."""
        with self.world.work() as work:
            asked = approvals.DecisionInput(approved=approved, reason="seen")
            approvals.decide(by_another(work), id_, asked)

    def everything(self) -> tuple[Any, ...]:
        """All that an import may change."""
        with self.world.work() as work:
            rights = work.session.scalars(select(Entitlement).order_by(col(Entitlement.id))).all()
            changes = work.session.scalars(select(EntitlementChange)).all()
            people = work.session.scalars(select(Person)).all()
            return ([row.model_dump() for row in rights], len(changes), len(people), self.world.entries())


@pytest.fixture
def office(engine: Engine) -> Office:
    world = World(engine=engine)
    soft = [(Law.WMO, "Wmo"), (Law.JW, "Jeugdwet")]
    inputs = [
        programmes.ProgrammeInput(id=uuid7(), law=law, name=name, mode=BudgetMode.SOFT) for law, name in soft
    ]
    with world.work() as work:
        municipalities.put(work, municipalities.MunicipalityInput(name="Diemen"))
        programmes.draft(work, inputs)
        programmes.publish(by_another(work), [each.id for each in inputs])
    return Office(world)


def message(*held: Allocation, **changes: Any) -> Message301:
    content: dict[str, Any] = {
        "law": "wmo",
        "municipality": "0384",
        "provider_agb": AGB,
        "identification": "ID-1",
        "dated_on": date(2026, 5, 20),
        "client": CLIENT,
        "allocations": held,
    }
    return Message301(**content | changes)


# ------------------------------------------------------------------------------- the official samples


@pytest.mark.parametrize("name", ["wmo301.xml", "jw301.xml"])
def test_the_official_samples_import_as_they_are(office: Office, name: str) -> None:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"official file ../shared/iwmo/samples/{name} is not there")
    sample = read(path.read_bytes())
    (first,) = office.take(sample)
    assert isinstance(first, Imported), first
    assert len(first.granted) == len(sample.allocations) > 0
    assert first.signals == ("provider_unknown", "service_unknown")
    before = office.everything()
    (second,) = office.take(sample)
    assert isinstance(second, Imported)
    assert (second.granted, second.changed, second.unchanged) == ((), (), len(sample.allocations))
    assert second.holder_id == first.holder_id
    assert office.everything() == before
    office.world.assert_books_agree()


# ---------------------------------------------------------------------------------- what it becomes

PROVIDER = OnlyProviders(providers=frozenset({AGB}))
PRODUCT = OnlyServices(services=frozenset({"02A03"}))
SIZES: list[tuple[Allocation, dict[str, Any]]] = [
    (HOURS, {
        "restrictions": (PROVIDER, PRODUCT, Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180)),
        "expected_quantity": 31 * 180, "quantity": None, "amount_cents": None,
    }),
    (replace(HOURS, unit="16", frequency="4"), {
        "restrictions": (PROVIDER, PRODUCT, Cap(per=Per.MONTH, unit=Unit.DAY_PART, most=3)),
        "expected_quantity": 7 * 3,
    }),
    (TOTAL, {"restrictions": (PROVIDER, PRODUCT), "quantity": 2400, "quantity_unit": Unit.MINUTE}),
    (replace(TOTAL, unit="01"), {"quantity": 40, "quantity_unit": Unit.MINUTE}),
    (replace(TOTAL, unit="14"), {"quantity": 40, "quantity_unit": Unit.DAY}),
    (replace(TOTAL, unit="82"), {"quantity": 40, "quantity_unit": Unit.PIECE}),
    (replace(TOTAL, unit="83", volume=40_00), {"quantity": None, "amount_cents": 40_00}),
    (replace(HOURS, unit="83", volume=40_00, frequency="4"), {
        "restrictions": (PROVIDER, PRODUCT, Cap(per=Per.MONTH, unit=Unit.EUROCENT, most=40_00)),
        "amount_cents": None, "expected_quantity": None,
    }),
    (BUDGET, {"restrictions": (PROVIDER,), "amount_cents": 500_00, "committed_cents": 500_00}),
    (replace(HOURS, product=None, volume=None, unit=None, frequency=None), {
        "restrictions": (PROVIDER, OnlyCategories(categories=frozenset({"02"}))), "amount_cents": None,
    }),
    (replace(TOTAL, valid_until=None), {"valid_until": None, "quantity": 2400}),
]  # fmt: skip


def test_every_size_becomes_what_limits_it(office: Office) -> None:
    for number, (given, expected) in enumerate(SIZES, start=1):
        office.taken(replace(given, number=number))
        row = office.right(number)
        assert {name: getattr(row, name) for name in expected} == expected, given
        assert (row.decided_at, row.reference, row.valid_from) == (DECIDED, f"301 {number}", HOURS.valid_from)
    office.world.assert_books_agree()


@pytest.mark.parametrize("nothing", [{"budget_cents": 0}, {"volume": 0}, {"volume": 0, "frequency": "6"}])
def test_a_size_of_nothing_is_no_right_without_a_limit(office: Office, nothing: dict[str, Any]) -> None:
    held = replace(BUDGET if "budget_cents" in nothing else HOURS, **nothing)
    before = office.everything()
    (outcome,) = office.take(message(held))
    assert isinstance(outcome, MalformedFile)
    assert office.everything() == before


def test_it_can_be_redeemed_by_the_number_at_the_provider_of_the_message(office: Office) -> None:
    """The provider may claim without a code: it is named."""
    office.taken(TOTAL)
    row = office.right(102)
    assert row.restrictions[0] == PROVIDER


def test_one_person_has_one_pseudonym_in_every_message(office: Office) -> None:
    one, two, other = office.take(
        message(HOURS), message(TOTAL, identification="ID-2"), message(BUDGET, client=OTHER_CLIENT)
    )
    assert isinstance(one, Imported)
    assert isinstance(two, Imported)
    assert isinstance(other, Imported)
    assert one.holder_id == two.holder_id != other.holder_id
    assert office.taken(replace(HOURS, number=104)).holder_id == one.holder_id
    office.world.assert_books_agree()


def test_what_needs_attention_is_signalled_and_what_is_known_is_not(office: Office) -> None:
    assert office.taken(HOURS).signals == ("provider_unknown", "service_unknown")
    provider = providers.ProviderInput(
        id=uuid7(),
        kind=ProviderKind.ORGANISATION,
        agb=AGB,
        kvk="12345678",
        trade_name="Thuis Goed",
        account_holder_name="Stichting Thuis Goed",
        iban="NL02ABNA0123456789",
    )
    service = catalogue.ServiceInput(
        id=uuid7(), law=Law.WMO, code="02A03", name="Begeleiding", measure=Measure.HOUR
    )
    with office.world.work() as work:
        providers.put(work, [provider])
        catalogue.put(work, [service])
    assert office.taken(TOTAL).signals == ()


# ------------------------------------------------------------------------------------ later versions


def test_the_same_message_twice_changes_nothing(office: Office) -> None:
    office.taken(HOURS, TOTAL, BUDGET)
    before = office.everything()
    again = office.taken(HOURS, TOTAL, BUDGET)
    assert (again.granted, again.changed, again.unchanged) == ((), (), 3)
    assert office.everything() == before
    both = office.take(message(HOURS), message(HOURS))
    assert [getattr(each, "unchanged", None) for each in both] == [1, 1]
    assert office.everything() == before


def test_the_latest_decision_wins_in_whichever_order_they_come(office: Office) -> None:
    later = replace(TOTAL, decided_at=DECIDED + LATER, volume=50, valid_until=date(2027, 3, 31))
    office.taken(TOTAL)
    assert office.taken(later).changed == (office.right(102).id,)
    row = office.right(102)
    assert (row.quantity, row.valid_until, row.decided_at) == (3000, date(2027, 3, 31), DECIDED + LATER)
    before = office.everything()
    assert office.taken(TOTAL).unchanged == 1
    assert office.taken(later).unchanged == 1
    assert office.everything() == before
    between = replace(TOTAL, decided_at=DECIDED + LATER / 2, volume=99)
    assert office.taken(between).unchanged == 1
    assert office.everything() == before
    office.world.assert_books_agree()


def test_both_versions_in_one_go_are_taken_in_order(office: Office) -> None:
    later = replace(TOTAL, decided_at=DECIDED + LATER, volume=50)
    first, second = office.take(message(TOTAL), message(later, identification="ID-2"))
    assert isinstance(first, Imported)
    assert isinstance(second, Imported)
    assert (len(first.granted), second.changed) == (1, first.granted)
    assert office.right(102).quantity == 3000


CHANGED: list[tuple[Allocation, dict[str, Any], dict[str, Any]]] = [
    (HOURS, {"valid_until": date(2026, 9, 30)}, {"valid_until": date(2026, 9, 30)}),
    (TOTAL, {"valid_until": None}, {"valid_until": None}),
    (TOTAL, {"volume": 20}, {"quantity": 1200}),
    (BUDGET, {"budget_cents": 700_00}, {"amount_cents": 700_00, "committed_cents": 700_00}),
    (BUDGET, {"budget_cents": 300_00}, {"amount_cents": 300_00, "committed_cents": 300_00}),
]


def test_the_end_the_budget_and_the_volume_can_change(office: Office) -> None:
    for number, (given, changes, expected) in enumerate(CHANGED, start=1):
        first = replace(given, number=number)
        office.taken(first)
        office.taken(replace(first, decided_at=DECIDED + LATER, **changes))
        row = office.right(number)
        assert {name: getattr(row, name) for name in expected} == expected
        assert (row.version, row.decided_at) == (2, DECIDED + LATER)
    office.world.assert_books_agree()


FIXED: list[tuple[Allocation, dict[str, Any]]] = [
    (TOTAL, {"product": "02A05"}),
    (TOTAL, {"valid_from": date(2026, 6, 2)}),
    (TOTAL, {"unit": "82"}),
    (HOURS, {"volume": 4}),
    (HOURS, {"frequency": "4"}),
    (TOTAL, {"frequency": "2"}),
    (BUDGET, {"budget_cents": None, "category": "02"}),
    (replace(BUDGET, category="02"), {"budget_cents": None}),
    (replace(BUDGET, budget_cents=None, category="02"), {"budget_cents": 1, "category": None}),
]


def test_anything_else_needs_a_new_number(office: Office) -> None:
    """OP257: the product, the start, the unit, and how much per week."""
    for number, (given, changes) in enumerate(FIXED, start=1):
        first = replace(given, number=number)
        office.taken(first)
        before = office.everything()
        (outcome,) = office.take(message(replace(first, decided_at=DECIDED + LATER, **changes)))
        assert isinstance(outcome, OnlyEndBudgetOrVolume), changes
        assert outcome.number == number
        assert office.everything() == before
    (outcome,) = office.take(message(replace(first, decided_at=DECIDED + LATER), provider_agb=OTHER_AGB))
    assert isinstance(outcome, OnlyEndBudgetOrVolume)
    office.world.assert_books_agree()


def test_a_number_stays_with_its_person(office: Office) -> None:
    office.taken(TOTAL)
    for moment, refusal in ((DECIDED, SameMomentOtherContent), (DECIDED + LATER, OnlyEndBudgetOrVolume)):
        removed = replace(TOTAL, change_reason="13", valid_until=TOTAL.valid_from)
        for held in (replace(each, decided_at=moment) for each in (TOTAL, removed)):
            (outcome,) = office.take(message(held, client=OTHER_CLIENT))
            assert isinstance(outcome, refusal)
    assert office.right(102).version == 1


def test_two_versions_of_one_moment_are_refused(office: Office) -> None:
    office.taken(TOTAL)
    before = office.everything()
    (outcome,) = office.take(message(replace(TOTAL, volume=41)))
    assert isinstance(outcome, SameMomentOtherContent)
    assert office.everything() == before


def test_what_was_used_cannot_be_taken_away(world: World) -> None:
    """The whole message is refused, with the number and the reason."""
    office = Office(world)
    held = replace(TOTAL, valid_from=date(2026, 1, 1))
    office.taken(held)
    world.redeemed(office.right(102).id, service="02A03", quantity=120)
    before = office.everything()
    less = replace(held, decided_at=DECIDED + LATER, volume=1)
    (outcome,) = office.take(message(replace(HOURS, number=105), less))
    assert isinstance(outcome, AllocationRefused)
    assert (outcome.number, outcome.reason.code) == (102, "below_used")
    assert office.everything() == before
    world.assert_books_agree()


def test_removed_means_nothing_can_be_used_and_twice_is_once(office: Office) -> None:
    """Reason 13; the first message, sent once more, does not bring it back."""
    gone = replace(TOTAL, decided_at=DECIDED + LATER, change_reason="13", valid_until=TOTAL.valid_from)
    office.taken(TOTAL)
    assert office.taken(gone).changed == (office.right(102).id,)
    row = office.right(102)
    assert row.valid_until == row.valid_from
    assert row.suspensions[0].holds(row.valid_from)
    before = office.everything()
    for again in (gone, TOTAL):
        assert office.taken(again).unchanged == 1
        assert office.everything() == before
    office.world.assert_books_agree()


def test_what_was_never_there_is_not_removed(office: Office) -> None:
    gone = replace(TOTAL, change_reason="13", valid_until=TOTAL.valid_from)
    assert office.taken(gone).unchanged == 1
    assert office.everything()[0] == []


def test_what_was_ended_by_hand_is_not_undone_by_the_same_message(office: Office) -> None:
    office.taken(TOTAL)
    order = entitlement_changes.Order(
        id=uuid7(),
        entitlement_id=office.right(102).id,
        change=Ending(last_day=date(2026, 6, 30), reason="verhuisd", at=DECIDED + LATER),
    )
    with office.world.work() as work:
        (ended,) = entitlement_changes.change(work, [order])
    assert isinstance(ended, Entitlement)
    before = office.everything()
    assert office.taken(TOTAL).unchanged == 1
    assert office.everything() == before


# --------------------------------------------------------------------------------- refused messages


def test_another_municipality_is_refused(office: Office) -> None:
    before = office.everything()
    (outcome,) = office.take(message(HOURS, municipality="0363"))
    assert isinstance(outcome, OtherMunicipality)
    assert outcome.municipality == "0363"
    assert office.everything() == before


def test_without_a_programme_nothing_is_granted(office: Office) -> None:
    world = World(engine=office.world.engine, municipality_id="0363")
    with world.work() as work:
        municipalities.put(work, municipalities.MunicipalityInput(name="Amsterdam"))
    (outcome,) = Office(world).take(message(HOURS, municipality="0363"))
    assert isinstance(outcome, NoProgramme)


def test_the_programme_of_the_product_group_goes_before_the_general_one(office: Office) -> None:
    own = programmes.ProgrammeInput(
        id=uuid7(), law=Law.WMO, name="Begeleiding", product_group="begeleiding", mode=BudgetMode.SOFT
    )
    service = catalogue.ServiceInput(
        id=uuid7(),
        law=Law.WMO,
        code="02A03",
        name="Begeleiding",
        measure=Measure.HOUR,
        product_group="begeleiding",
    )
    with office.world.work() as work:
        catalogue.put(work, [service])
        programmes.draft(work, [own])
        programmes.publish(by_another(work), [own.id])
    office.taken(HOURS, replace(TOTAL, product="02A05"))
    assert office.right(101).programme_id == own.id
    assert office.right(102).programme_id != own.id


def test_of_several_messages_only_the_bad_one_is_refused(office: Office) -> None:
    office.taken(TOTAL)
    outcomes = office.take(
        message(HOURS),
        message(BUDGET, replace(TOTAL, volume=41), client=OTHER_CLIENT),
        message(replace(HOURS, number=104), municipality="0363"),
        message(replace(HOURS, number=105), client=OTHER_CLIENT),
    )
    assert [type(each) for each in outcomes] == [
        Imported,
        SameMomentOtherContent,
        OtherMunicipality,
        Imported,
    ]
    rows = office.everything()[0]
    assert {row["allocation_number"] for row in rows} == {101, 102, 105}
    assert office.right(102).quantity == 2400
    office.world.assert_books_agree()


def test_the_history_tells_what_each_message_did(office: Office) -> None:
    office.taken(TOTAL)
    office.taken(replace(TOTAL, decided_at=DECIDED + LATER, volume=50))
    owner: UUID = office.right(102).id
    with office.world.work() as work:
        statement = select(EntitlementChange).where(col(EntitlementChange.entitlement_id) == owner)
        rows = work.session.scalars(statement.order_by(col(EntitlementChange.version))).all()
        told = [(row.kind, row.reason, row.at) for row in rows]
    assert told == [
        (ChangeKind.GRANTED, "301 102", DECIDED),
        (ChangeKind.AMENDED, "301 102", DECIDED + LATER),
    ]


# --------------------------------------------------------------------------------- above the limit


def test_what_is_above_the_limit_waits_and_its_next_version_waits_for_that(office: Office) -> None:
    """Of one message the small allocation is granted; the large one is when a colleague approved it."""
    with office.world.work() as work:
        municipalities.get(work).grant_alone_cents = 400_00
    small, later = replace(BUDGET, number=104, budget_cents=300_00), BUDGET.decided_at + LATER
    imported = office.taken(BUDGET, small)
    (asked,) = imported.waiting
    assert (len(imported.granted), imported.unchanged) == (1, 0)
    again = office.taken(BUDGET, small)
    assert (again.granted, again.waiting, again.unchanged) == ((), (), 2)
    (other,) = office.take(message(replace(BUDGET, budget_cents=600_00)))
    assert isinstance(other, SameMomentOtherContent)
    (newer,) = office.take(message(replace(BUDGET, decided_at=later, budget_cents=200_00)))
    assert isinstance(newer, AllocationWaits)
    assert (newer.number, newer.id) == (BUDGET.number, asked)

    office.decided(asked, approved=True)
    assert office.right(BUDGET.number).id == asked
    assert office.taken(BUDGET, small).unchanged == 2
    raised = office.taken(replace(BUDGET, decided_at=later, budget_cents=900_00))
    assert (raised.changed, len(raised.waiting)) == ((), 1)
    assert office.taken(replace(BUDGET, decided_at=later, budget_cents=900_00)).waiting == raised.waiting
    assert office.right(BUDGET.number).amount_cents == BUDGET.budget_cents
    office.decided(raised.waiting[0], approved=True)
    assert office.right(BUDGET.number).amount_cents == 900_00

    large = replace(BUDGET, number=105)
    (refused,) = office.taken(large).waiting
    office.decided(refused, approved=False)
    (told,) = office.take(message(large, small))
    assert isinstance(told, AllocationRefused)
    assert isinstance(told.reason, NotApproved)
    assert len(office.taken(replace(large, decided_at=later)).waiting) == 1, (
        "another decision is another wish"
    )
