# SPDX-License-Identifier: EUPL-1.2
"""Care agreements: a drawing right pays only what two people approved, at an allowed rate."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from ledger import care, worklist
from ledger.care import (
    Agreement,
    AgreementApproved,
    AgreementDeclined,
    AgreementExists,
    AgreementNotFound,
    NotADrawingRight,
    OutsideEntitlement,
    RateAboveCeiling,
    RateWithoutCeiling,
    SameApprover,
)
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap
from ledger.scans import NoSuchProvider, NoSuchRight
from ledger.tables import Approver, CareAgreement, RateClass
from ledger.units import Unit
from tests.world import GUIDANCE, HOUSEHOLD, NOON, World

RATE = 20_00


def pgb(world: World, **changes: Any) -> UUID:
    """A drawing right of 100 euros; nobody is named."""
    return world.grant(**{"kind": EntitlementKind.DRAWING_RIGHT, "restrictions": ()} | changes).id


def terms(world: World, right: UUID, **changes: Any) -> Agreement:
    content: dict[str, Any] = {
        "id": uuid7(),
        "entitlement_id": right,
        "provider_id": world.helper_id,
        "service": GUIDANCE,
        "rate_class": RateClass.INFORMAL,
        "rate_cents": RATE,
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "at": NOON,
    }
    return Agreement(**content | changes)


def agree(world: World, *agreements: Agreement) -> list[care.Outcome]:
    with world.work() as work:
        return care.agree(work, agreements)


def approve(world: World, agreement: UUID, *approvers: Approver) -> None:
    """Each by somebody else."""
    for approver in approvers:
        with world.work(actor_id=uuid7()) as work:
            care.approve(work, agreement, approver)


def agreed(world: World, right: UUID, **changes: Any) -> UUID:
    """An agreement that was approved twice."""
    wanted = terms(world, right, **changes)
    (outcome,) = agree(world, wanted)
    assert isinstance(outcome, CareAgreement), outcome
    approve(world, wanted.id, *Approver)
    return wanted.id


def reasons(world: World, right: UUID, **changes: Any) -> list[str]:
    content = {"provider_id": world.helper_id, "service": GUIDANCE} | changes
    return world.reasons(right, **content)


def test_it_pays_after_two_approvals_and_not_before(world: World) -> None:
    right = pgb(world)
    assert reasons(world, right) == ["care_agreement_missing"]
    wanted = terms(world, right)
    agree(world, wanted)
    waits = world.refused(right, provider_id=world.helper_id, service=GUIDANCE).reasons[0]
    assert waits.facts == {"waits_for": ("gatekeeper", "paying_agent")}
    approve(world, wanted.id, Approver.PAYING_AGENT)
    waits = world.refused(right, provider_id=world.helper_id, service=GUIDANCE).reasons[0]
    assert waits.facts == {"waits_for": ("gatekeeper",)}
    assert (world.left(right), world.entries()) == (100_00, 1)
    approve(world, wanted.id, Approver.GATEKEEPER)
    done = world.redeemed(right, provider_id=world.helper_id, service=GUIDANCE, quantity=90)
    assert (done.price_cents, done.remaining_cents) == (30_00, 70_00)
    assert world.balance(AccountKind.PAYABLE, wanted.id) == 30_00
    world.assert_books_agree()


def test_nobody_gives_both_approvals(world: World) -> None:
    wanted = terms(world, pgb(world))
    agree(world, wanted)
    with world.work() as work:
        care.approve(work, wanted.id, Approver.GATEKEEPER)
        care.approve(work, wanted.id, Approver.GATEKEEPER)
    with pytest.raises(SameApprover), world.work() as work:
        care.approve(work, wanted.id, Approver.PAYING_AGENT)
    with world.work() as work:
        assert [each.approver for each in care.approvals(work, wanted.id)] == [Approver.GATEKEEPER]
    assert reasons(world, wanted.entitlement_id) == ["care_agreement_not_approved"]


def test_who_is_told_no_is_told_why_and_it_is_for_good(world: World) -> None:
    wanted = terms(world, pgb(world))
    agree(world, wanted)
    approve(world, wanted.id, Approver.GATEKEEPER)
    waiting = partial(worklist.unapproved_care, approver=Approver.PAYING_AGENT, limit=5)
    who = uuid7()
    with world.work(actor_id=who) as work:
        assert [each.id for each in waiting(work)] == [wanted.id]
        care.decline(work, wanted.id, Approver.PAYING_AGENT, "Dit is geen zorg.")
    with world.work(actor_id=who) as work:
        care.decline(work, wanted.id, Approver.PAYING_AGENT, "Dit is geen zorg.")
        assert care.declined(work, [wanted.id])[wanted.id].reason == "Dit is geen zorg."
        assert waiting(work) == []
    assert reasons(world, wanted.entitlement_id) == ["care_agreement_missing"], "no approval will come"
    with world.work(actor_id=uuid7()) as work, pytest.raises(AgreementDeclined):
        care.approve(work, wanted.id, Approver.PAYING_AGENT)
    for approver, reason in (
        (Approver.PAYING_AGENT, "Om iets anders."),
        (Approver.GATEKEEPER, "Dit is geen zorg."),
    ):
        with world.work(actor_id=uuid7()) as work, pytest.raises(AgreementDeclined):
            care.decline(work, wanted.id, approver, reason)
    with world.work() as work, pytest.raises(AgreementNotFound):
        care.decline(work, uuid7(), Approver.GATEKEEPER, "x")


def test_what_both_approved_is_not_declined(world: World) -> None:
    agreement = agreed(world, pgb(world))
    with world.work(actor_id=uuid7()) as work, pytest.raises(AgreementApproved):
        care.decline(work, agreement, Approver.GATEKEEPER, "Toch niet.")


def test_an_approval_of_nothing_is_not_found(world: World) -> None:
    with pytest.raises(AgreementNotFound), world.work() as work:
        care.approve(work, uuid7(), Approver.GATEKEEPER)


def test_it_is_for_its_own_helper_service_and_rate(world: World) -> None:
    right = pgb(world)
    agreed(world, right)
    assert reasons(world, right, provider_id=world.provider_id) == ["care_agreement_missing"]
    assert reasons(world, right, service=HOUSEHOLD) == ["care_agreement_missing"]
    assert reasons(world, right, price_cents=RATE + 1) == ["price_above_tariff"]
    assert reasons(world, pgb(world)) == ["care_agreement_missing"]


def test_it_pays_only_for_days_on_which_it_holds(world: World) -> None:
    right = pgb(world)
    agreed(world, right, valid_from=date(2026, 6, 1), valid_until=date(2026, 6, 9))
    helper = {"provider_id": world.helper_id, "service": GUIDANCE}
    assert reasons(world, right) == ["contract_not_in_force"]
    assert reasons(world, right, at=datetime(2026, 5, 31, 12, tzinfo=UTC)) == ["contract_not_in_force"]
    last_minute = datetime(2026, 6, 9, 21, 59, tzinfo=UTC)
    assert world.redeemed(right, at=last_minute, **helper).price_cents == RATE
    world.assert_books_agree()


def test_of_two_agreements_the_one_of_the_day_is_paid(world: World) -> None:
    """A new rate from June on; the old one has no second approval to take over from."""
    right = pgb(world)
    old = agreed(world, right, valid_until=date(2026, 5, 31), rate_cents=18_00)
    new = agreed(world, right, valid_from=date(2026, 6, 1))
    helper = {"provider_id": world.helper_id, "service": GUIDANCE}
    world.redeemed(right, **helper)
    world.redeemed(right, at=datetime(2026, 5, 31, 12, tzinfo=UTC), **helper)
    assert [world.balance(AccountKind.PAYABLE, each) for each in (old, new)] == [18_00, RATE]
    world.assert_books_agree()


def test_an_agreement_that_waits_does_not_stand_in_the_way_of_an_approved_one(world: World) -> None:
    right = pgb(world)
    agree(world, terms(world, right, rate_cents=25_00))
    approved = agreed(world, right)
    assert world.redeemed(right, provider_id=world.helper_id, service=GUIDANCE).price_cents == RATE
    assert world.balance(AccountKind.PAYABLE, approved) == RATE


def test_a_budget_per_month_is_kept(world: World) -> None:
    cap = Cap(per=Per.MONTH, unit=Unit.EUROCENT, most=50_00)
    right = pgb(world, restrictions=(cap,))
    agreed(world, right)
    helper = {"provider_id": world.helper_id, "service": GUIDANCE}
    world.redeemed(right, quantity=120, **helper)
    refusal = world.refused(right, quantity=31, **helper)
    assert [(each.code, each.facts["left"], each.facts["first_day"]) for each in refusal.reasons] == [
        ("cap_reached", 10_00, date(2026, 7, 1))
    ]
    assert world.redeemed(right, quantity=30, **helper).remaining_cents == 50_00
    assert world.redeemed(right, at=datetime(2026, 5, 31, 12, tzinfo=UTC), **helper).remaining_cents == 30_00
    world.assert_books_agree()


def test_the_last_cent_of_a_drawing_right(world: World) -> None:
    right = pgb(world, amount_cents=RATE)
    agreed(world, right)
    assert reasons(world, right, quantity=62) == ["balance_too_low"]
    helper = {"provider_id": world.helper_id, "service": GUIDANCE}
    assert world.redeemed(right, **helper).remaining_cents == 0
    world.assert_books_agree()


REFUSED: list[tuple[type[Exception], dict[str, Any]]] = [
    (RateAboveCeiling, {"rate_cents": 25_01}),
    (RateAboveCeiling, {"rate_cents": 50_01, "rate_class": RateClass.FORMAL}),
    (RateWithoutCeiling, {"service": HOUSEHOLD}),
    (OutsideEntitlement, {"valid_from": date(2025, 12, 31)}),
    (OutsideEntitlement, {"valid_until": date(2027, 1, 1)}),
    (OutsideEntitlement, {"valid_until": None}),
    (NoSuchProvider, {"provider_id": uuid7()}),
    (NoSuchRight, {"entitlement_id": uuid7()}),
]


def test_what_is_not_allowed_is_refused_and_the_rest_of_the_batch_stands(world: World) -> None:
    right = pgb(world)
    good = terms(world, right, rate_cents=25_00)
    formal = terms(world, right, rate_cents=50_00, rate_class=RateClass.FORMAL)
    voucher = terms(world, world.grant().id)
    bad = [terms(world, right, **changes) for _, changes in REFUSED]
    outcomes = agree(world, good, *bad, voucher, formal)
    expected = [CareAgreement, *(kind for kind, _ in REFUSED), NotADrawingRight, CareAgreement]
    assert [type(each) for each in outcomes] == expected
    with world.work() as work:
        assert {each.id for each in care.of_entitlement(work, right)} == {good.id, formal.id}


def test_the_same_agreement_twice_is_one(world: World) -> None:
    wanted = terms(world, pgb(world))
    first, second = agree(world, wanted, wanted)
    assert first is second
    (again,) = agree(world, wanted)
    assert isinstance(again, CareAgreement)
    assert again.id == wanted.id


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    wanted = terms(world, pgb(world))
    other = wanted.model_copy(update={"rate_cents": RATE - 1})
    assert [type(each) for each in agree(world, wanted, other)] == [CareAgreement, AgreementExists]
    assert isinstance(agree(world, other)[0], AgreementExists)


@pytest.mark.parametrize(
    "wrong", [{"rate_cents": 0}, {"rate_cents": -1}, {"rate_cents": 1.5}, {"valid_until": date(2025, 1, 1)}]
)
def test_an_agreement_that_is_not_clear_is_refused(wrong: dict[str, Any]) -> None:
    content: dict[str, Any] = {
        "id": uuid7(),
        "entitlement_id": uuid7(),
        "provider_id": uuid7(),
        "service": GUIDANCE,
        "rate_class": "informal",
        "rate_cents": 1,
        "valid_from": date(2026, 1, 1),
        "at": NOON,
    }
    Agreement.model_validate(content)
    with pytest.raises(ValidationError):
        Agreement.model_validate(content | wrong)
