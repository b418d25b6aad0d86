# SPDX-License-Identifier: EUPL-1.2
"""Separation: who had a hand in what a run pays does not release it, under whatever account."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, select, update
from sqlmodel import col

from ledger import actors, care, operators, releases, reviews, runs, separation
from ledger.actors import ActorBound, ActorInput, ActorNotFound, PersonIncompatible
from ledger.db import Work
from ledger.ids import uuid7
from ledger.operators import OperatorInput
from ledger.releases import DebtorMissing, ReleaseRefused, SampleUnseen
from ledger.rules.facts import EntitlementKind
from ledger.rules.states import RunState
from ledger.runs import DraftOrder
from ledger.separation import (
    OperatorUnidentified,
    ReleaserApprovedCare,
    ReleaserChangedAccount,
    ReleaserContracted,
    ReleaserDrafted,
    ReleaserEnteredCare,
    ReleaserGranted,
    ReleaserRedeemed,
)
from ledger.standing import Part
from ledger.tables import ContractVersion, FollowUpKind, MarkKind, MarkReason, Municipality, Role
from tests import settling
from tests.banking import NOW, TODAY, BankTown, iban
from tests.settling import CHECKER
from tests.town import BORNE, PAY_DAY

Facts = dict[str, Any]


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


@contextmanager
def acting(town: BankTown, actor_id: UUID) -> Iterator[None]:
    """Inside, what the town does is done by somebody else."""
    before, town.actor_id = town.actor_id, actor_id
    yield
    town.actor_id = before


def faces(town: BankTown, *roles: Role) -> list[UUID]:
    """Accounts of one person, a role each."""
    ids = [uuid7() for _ in roles]
    with town.work(actor_id=uuid7()) as work:
        actors.put(
            work,
            [
                ActorInput(id=id_, name=f"Account {n}", roles=frozenset({role}), identity="pers-1")
                for n, (id_, role) in enumerate(zip(ids, roles, strict=True))
            ],
        )
    return ids


def reviewed(town: BankTown, *, drafter: UUID | None = None, submitter: UUID | None = None) -> UUID:
    """A run that somebody without any other hand in it drafted, submitted and looked at."""
    order = DraftOrder(id=uuid7(), until=TODAY, requested_on=PAY_DAY)
    with town.work(actor_id=drafter or uuid7()) as work:
        runs.draft(work, order)
    with town.work(actor_id=submitter or uuid7()) as work:
        runs.submit(work, order.id)
    with town.work(actor_id=uuid7()) as work:
        settling.look(work, order.id, reviews.sample(work, order.id))
    return order.id


def refused(town: BankTown, run_id: UUID, actor_id: UUID) -> list[tuple[type, Facts]]:
    """Why this actor may not release the run; then nothing of it has changed."""
    rows = town.rows()
    with town.work(actor_id=actor_id) as work, pytest.raises(ReleaseRefused) as refusal:
        releases.release(work, run_id)
    assert town.rows() == rows
    return [(type(each), each.facts) for each in refusal.value.reasons]


def released(town: BankTown, run_id: UUID, actor_id: UUID = CHECKER) -> runs.Run:
    with town.work(actor_id=actor_id) as work:
        run = releases.release(work, run_id)
    assert town.report().findings == ()
    return run


@pytest.mark.parametrize("part", ["drafter", "submitter"])
def test_who_drafts_or_submits_does_not_release_under_any_account(town: BankTown, part: str) -> None:
    town.owed(10_00)
    one, other = faces(town, Role.FINANCE, Role.FINANCE)
    run = reviewed(
        town, drafter=one if part == "drafter" else None, submitter=one if part == "submitter" else None
    )
    assert refused(town, run, one) == [(ReleaserDrafted, {})]
    assert refused(town, run, other) == [(ReleaserDrafted, {})]
    told = []
    for actor_id in (one, other, CHECKER):  # what a page says before anybody tries
        with town.work(actor_id=actor_id) as work:
            told.append(separation.own_run(work, runs.get(work, run)) is not None)
    assert told == [True, True, False]
    assert released(town, run).state is RunState.RELEASED


def test_an_operator_who_drafts_does_not_release(town: BankTown) -> None:
    town.owed(10_00)
    with town.work() as work:
        operator = actors.operator(work.session, BORNE, "beheer", now=NOW)
    run = reviewed(town, drafter=operator)
    assert refused(town, run, operator) == [(ReleaserDrafted, {})]


def test_who_granted_one_of_the_rights_does_not_release(town: BankTown) -> None:
    """One person was gatekeeper and is in finance now: the account of then has no role any more."""
    gatekeeper = uuid7()
    payee = town.payee(0)
    with acting(town, gatekeeper):
        rights = [town.right(payee) for _ in range(2)]
    rights.append(town.right(payee))
    for right in rights:
        town.redeem(right, payee, cents=10_00)
        town.redeem(right, payee, cents=5_00)
    run = reviewed(town)
    assert refused(town, run, gatekeeper) == [(ReleaserGranted, {"entitlements": 2})]


def test_who_redeemed_does_not_release_nor_under_another_account(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    one, other = faces(town, Role.FINANCE, Role.FINANCE)
    with acting(town, one):
        town.redeem(right, payee, cents=10_00)
        town.redeem(right, payee, cents=5_00)
    town.redeem(right, payee, cents=1_00)
    run = reviewed(town)
    for actor in (one, other):
        assert refused(town, run, actor) == [(ReleaserRedeemed, {"redemptions": 2})]
    assert released(town, run).total_cents == 16_00


def test_who_redeemed_a_reservation_that_another_captured_does_not_release(town: BankTown) -> None:
    payee, redeemer = town.payee(0), uuid7()
    right = town.right(payee)
    with acting(town, redeemer):
        reserved = town.redeem(right, payee, cents=10_00, reserve=True)
    town.follow(FollowUpKind.CAPTURE, reserved)
    assert refused(town, reviewed(town), redeemer) == [(ReleaserRedeemed, {"redemptions": 1})]


def test_who_captured_a_reservation_of_another_does_not_release(town: BankTown) -> None:
    payee, capturer = town.payee(0), uuid7()
    reserved = town.redeem(town.right(payee), payee, cents=10_00, reserve=True)
    with acting(town, capturer):
        town.follow(FollowUpKind.CAPTURE, reserved, Part(line=1, quantity=8_00))
    assert refused(town, reviewed(town), capturer) == [(ReleaserRedeemed, {"redemptions": 1})]


def test_who_approved_the_care_does_not_release(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee, kind=EntitlementKind.DRAWING_RIGHT)
    agreement = town.care(right, payee)
    town.redeem(right, payee, minutes=7)
    with town.work() as work:
        approvers = {each.actor_id for each in care.approvals(work, agreement)}
    run = reviewed(town)
    assert len(approvers) == 2
    for approver in approvers:
        assert refused(town, run, approver) == [(ReleaserApprovedCare, {"agreements": 1})]


def test_who_entered_the_care_does_not_release(town: BankTown) -> None:
    payee, enterer = town.payee(0), uuid7()
    right = town.right(payee, kind=EntitlementKind.DRAWING_RIGHT)
    with acting(town, enterer):
        town.care(right, payee)
    town.redeem(right, payee, minutes=7)
    assert refused(town, reviewed(town), enterer) == [(ReleaserEnteredCare, {"agreements": 1})]


def test_all_reasons_are_told_at_once(town: BankTown) -> None:
    one = uuid7()
    payee = town.payee(0)
    with acting(town, one):
        town.redeem(town.right(payee), payee, cents=10_00)
    order = DraftOrder(id=uuid7(), until=TODAY, requested_on=PAY_DAY)
    with town.work(actor_id=one) as work:
        runs.draft(work, order)
        runs.submit(work, order.id)
        work.session.execute(update(Municipality).values(debtor_name=""))

    assert [kind for kind, _ in refused(town, order.id, one)] == [
        DebtorMissing,
        SampleUnseen,
        ReleaserDrafted,
        ReleaserGranted,
        ReleaserRedeemed,
    ]


def test_who_had_a_hand_only_in_what_another_run_pays_may_release(town: BankTown) -> None:
    payee, redeemer = town.payee(0), uuid7()
    right = town.right(payee)
    with acting(town, redeemer):
        town.redeem(right, payee, cents=10_00)
    first = reviewed(town)
    town.redeem(right, payee, cents=5_00)
    second = reviewed(town)
    assert refused(town, first, redeemer) == [(ReleaserRedeemed, {"redemptions": 1})]
    assert released(town, second, redeemer).total_cents == 5_00


def test_a_reviewer_who_held_a_line_may_release_the_rest(town: BankTown) -> None:
    town.owed(10_00, 20_00)
    run = reviewed(town)
    with town.work(actor_id=CHECKER) as work:
        line = reviews.lines(work, run)[0].entry_id
        why = {"reason": MarkReason.OTHER, "note": "uitzoeken"}
        reviews.mark(
            work,
            run,
            reviews.Marks(marks=(reviews.Mark(entry_id=line, kind=MarkKind.HELD, **why),)),
        )
    assert released(town, run).count == 1


def test_who_redeemed_does_not_release_the_second_payment_either(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC04"})
    redeemer = uuid7()
    payee = town.payee(0)
    right = town.right(payee)
    with acting(town, redeemer):
        town.redeem(right, payee, cents=10_00)
    run = town.settle(TODAY)
    town.submit(run)
    again = reviewed(town)
    assert refused(town, again, redeemer) == [(ReleaserRedeemed, {"redemptions": 1})]


# ----------------------------------------------------------------------------------------- of accounts


def test_two_accounts_of_one_person_may_not_decide_and_pay(town: BankTown) -> None:
    with pytest.raises(PersonIncompatible) as refusal:
        faces(town, Role.GATEKEEPER, Role.FINANCE)
    assert {refusal.value.facts["role"], refusal.value.facts["other_role"]} == {Role.GATEKEEPER, Role.FINANCE}
    assert town.rows()["actor"] == 0


def test_the_account_somebody_has_as_a_resident_goes_with_their_work(town: BankTown) -> None:
    staff, resident = uuid7(), uuid7()
    inputs = [
        ActorInput(id=staff, name="Werk", roles=frozenset({Role.FINANCE}), identity="pers-1"),
        ActorInput(
            id=resident,
            name="Thuis",
            roles=frozenset({Role.HOLDER}),
            person_id=town.holder_id,
            identity="pers-1",
        ),
    ]
    with town.work(actor_id=uuid7()) as work:
        assert len(actors.put(work, inputs)) == 2
    with town.work() as work:
        assert actors.faces(work, [resident]) == {staff, resident}


def test_who_entered_the_provider_or_made_its_contract_does_not_release(town: BankTown) -> None:
    buyer = uuid7()
    with acting(town, buyer):
        payee = town.payee(7)
    right = town.right(payee)
    with acting(town, uuid7()):
        town.redeem(right, payee, cents=10_00)
    with town.work() as work:
        drafted = select(ContractVersion).where(col(ContractVersion.drafted_by) == buyer)
        publisher = work.session.scalars(drafted).one().published_by
    run = reviewed(town)
    both: list[tuple[type, Facts]] = [
        (ReleaserChangedAccount, {"providers": 1}),
        (ReleaserContracted, {"contracts": 1}),
    ]
    assert refused(town, run, buyer) == both
    assert publisher is not None
    assert refused(town, run, publisher) == both[1:]
    assert released(town, run).total_cents == 10_00


def test_nothing_is_released_while_an_operator_with_a_hand_in_it_is_nobody(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    with town.work() as work:
        operator_id = actors.operator(work.session, BORNE, "jan", now=NOW)
        actors.operator(work.session, BORNE, "eva", now=NOW)  # who had none, and is named with him
    with acting(town, operator_id):
        town.redeem(right, payee, cents=10_00)
    run = reviewed(town)
    assert refused(town, run, CHECKER) == [(OperatorUnidentified, {"operators": ("eva", "jan")})]
    one, other = faces(town, Role.FINANCE, Role.FINANCE)
    with town.work(actor_id=operator_id) as work:
        operators.identify(work, OperatorInput(identity="pers-1"))
        operators.identify(work, OperatorInput(identity="pers-1"))
    assert refused(town, run, one) == refused(town, run, other) == [(ReleaserRedeemed, {"redemptions": 1})]
    with town.work(actor_id=operator_id) as work, pytest.raises(ActorBound):
        operators.identify(work, OperatorInput(identity="pers-2"))
    with town.work(actor_id=one) as work, pytest.raises(ActorNotFound):
        operators.identify(work, OperatorInput(identity="pers-1"))
    with pytest.raises(ValidationError, match="citizen service number"):
        OperatorInput(identity="999900006")
    assert released(town, run).total_cents == 10_00


def test_whose_an_account_is_cannot_be_undone(town: BankTown) -> None:
    one, other = faces(town, Role.FINANCE, Role.FINANCE)
    with town.work(actor_id=uuid7()) as work:
        actors.put(work, [ActorInput(id=one, name="Anders", roles=frozenset({Role.FINANCE}))])
        assert actors.faces(work, [one]) == {one, other}
    with town.work(actor_id=uuid7()) as work:
        actors.put(work, [ActorInput(id=one, name="Anders", roles=frozenset())])
    with town.work(actor_id=uuid7()) as work, pytest.raises(PersonIncompatible):
        actors.put(work, [ActorInput(id=one, name="Anders", roles=frozenset({Role.GATEKEEPER}))])
    with town.work(actor_id=uuid7()) as work, pytest.raises(ActorBound):
        actors.put(work, [ActorInput(id=one, name="Anders", roles=frozenset(), identity="pers-2")])


def test_what_a_resident_claimed_counts_for_their_account_at_work(town: BankTown) -> None:
    staff, resident = faces(town, Role.FINANCE, Role.FINANCE)
    payee = town.payee(0)
    with acting(town, resident):
        right = town.right(payee)
    town.redeem(right, payee, cents=10_00)
    assert refused(town, reviewed(town), staff) == [(ReleaserGranted, {"entitlements": 1})]


def no_faces(_: Work, ids: list[UUID]) -> frozenset[UUID]:
    return frozenset(ids)


def no_reasons(*_: object) -> tuple[()]:
    return ()


@pytest.mark.parametrize(
    ("where", "name", "instead"), [(actors, "faces", no_faces), (separation, "reasons", no_reasons)]
)
def test_without_its_guard_the_wrong_person_releases(
    town: BankTown, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, instead: Callable[..., Any]
) -> None:
    """Negative control: the tests above fail without what they test."""
    town.owed(10_00)
    one, other = faces(town, Role.FINANCE, Role.FINANCE)
    run = reviewed(town, drafter=one)
    assert refused(town, run, other) == [(ReleaserDrafted, {})]
    monkeypatch.setattr(where, name, instead)
    assert released(town, run, other).state is RunState.RELEASED
