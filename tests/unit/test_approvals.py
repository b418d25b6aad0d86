# SPDX-License-Identifier: EUPL-1.2
"""Four eyes: above the limit nobody grants or raises alone, under whatever account; and drafts of others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, false, select, update
from sqlmodel import col

from ledger import (
    actors,
    approvals,
    audit,
    contract_versions,
    contracts,
    db,
    entitlement_changes,
    entitlements,
    municipalities,
    programmes,
    separation,
)
from ledger.actors import ActorInput
from ledger.approvals import Asked, DecisionInput
from ledger.checks.findings import FindingKind
from ledger.db import Work
from ledger.entitlement_changes import Amendment, Order
from ledger.four_eyes import NotApproved, Threshold, Waiting
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.periods import Per
from ledger.rules.refusals import BudgetTooLow
from ledger.rules.restrictions import AnyRestriction, Cap, OnlyProviders
from ledger.separation import ReleaserGranted
from ledger.tables import (
    Approval,
    ApprovalDecision,
    ChangeKind,
    Entitlement,
    EntitlementChange,
    Municipality,
    Role,
)
from ledger.units import Unit
from tests.banking import BankTown
from tests.unit.test_audit import spoil_all
from tests.unit.test_separation import refused, released, reviewed
from tests.world import NOON, World

LIMIT = 1_000_00
ASKER, ALIAS, COLLEAGUE = uuid7(), uuid7(), uuid7()
"""The first two are accounts of one person."""


@pytest.fixture
def office(world: World) -> World:
    """One person asks under two accounts; above a thousand euros a colleague decides."""
    gatekeeper = frozenset({Role.GATEKEEPER})
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = LIMIT
        actors.put(
            work,
            [
                ActorInput(id=ASKER, name="A. Asker", roles=gatekeeper, identity="P-1"),
                ActorInput(id=ALIAS, name="A. Asker again", roles=gatekeeper, identity="P-1"),
                ActorInput(id=COLLEAGUE, name="C. Colleague", roles=gatekeeper, identity="P-2"),
            ],
        )
    world.actor_id = ASKER
    return world


def decide(world: World, actor_id: UUID, id_: UUID, *, approved: bool = True, reason: str = "seen") -> Asked:
    with world.work(actor_id=actor_id) as work:
        return approvals.decide(work, id_, DecisionInput(approved=approved, reason=reason))


def waiting(world: World) -> list[UUID]:
    with world.work() as work:
        return [each.approval.id for each in approvals.listed(work, waiting=True, limit=100)]


def history(world: World, right_id: UUID) -> list[tuple[ChangeKind, UUID]]:
    """What happened to an entitlement, and by whom."""
    with db.reading(world.engine) as session:
        rows = session.scalars(
            select(EntitlementChange).where(col(EntitlementChange.entitlement_id) == right_id)
        )
        found = [(row.version, row.kind, row.actor_id) for row in rows]
    return [(kind, actor_id) for _, kind, actor_id in sorted(found)]


def test_above_the_limit_somebody_else_approves_and_the_asker_has_granted(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.grant(amount_cents=LIMIT).committed_cents == LIMIT
    entries, id_ = office.entries(), uuid7()
    held = Waiting(id=id_, cents=LIMIT + 1, limit_cents=LIMIT)
    assert office.try_grant(id=id_, amount_cents=LIMIT + 1) == held
    assert office.try_grant(id=id_, amount_cents=LIMIT + 1) == held
    assert _code(office.try_grant(id=id_, amount_cents=LIMIT + 2)) == "approval_exists_with_other_content"
    assert (waiting(office), office.entries(), history(office, id_)) == ([id_], entries, [])

    for own in (ASKER, ALIAS):
        for approved in (True, False):
            with pytest.raises(approvals.ApproverAsked):
                decide(office, own, id_, approved=approved)
    assert decide(office, COLLEAGUE, id_).approval.id == id_
    decide(office, COLLEAGUE, id_)
    with pytest.raises(approvals.ApprovalDecided):
        decide(office, COLLEAGUE, id_, reason="another")
    granted = office.try_grant(id=id_, amount_cents=LIMIT + 1)
    assert isinstance(granted, Entitlement)
    assert (granted.committed_cents, history(office, id_)) == (LIMIT + 1, [(ChangeKind.GRANTED, ASKER)])
    assert (waiting(office), office.left(id_)) == ([], LIMIT + 1)

    with pytest.raises(approvals.ApprovalNotFound):
        decide(office, COLLEAGUE, uuid7())
    lone = uuid7()
    assert isinstance(office.try_grant(id=lone, amount_cents=LIMIT + 1), Waiting)
    with monkeypatch.context() as patched:  # the negative control: accounts are not looked through
        patched.setattr(actors, "faces", lambda work, ids: frozenset(ids))
        decide(office, ALIAS, lone)
    assert history(office, lone) == [(ChangeKind.GRANTED, ASKER)]
    office.assert_books_agree()
    _assert_an_approval_that_was_not_carried_out_is_found(office, id_, lone)


def _assert_an_approval_that_was_not_carried_out_is_found(office: World, first: UUID, second: UUID) -> None:
    still = uuid7()
    assert isinstance(office.try_grant(id=still, amount_cents=LIMIT + 1), Waiting)
    undone = update(ApprovalDecision).where(col(ApprovalDecision.approval_id) == first).values(approved=False)
    other = update(Approval).where(col(Approval.id) == second).values(fingerprint=b"other")
    spoil_all(office.engine, [undone, other])
    with office.work() as work:
        found = audit.check(work).findings
    told = {(each.kind, each.place, each.expected, each.found) for each in found}
    kind = FindingKind.APPROVAL
    assert told == {(kind, f"approval {first}", 0, 1), (kind, f"approval {second}", 1, 2)}


def test_what_was_refused_stays_refused_and_what_no_longer_fits_is_not_carried_out(office: World) -> None:
    id_ = uuid7()
    assert isinstance(office.try_grant(id=id_, amount_cents=LIMIT + 1), Waiting)
    decide(office, COLLEAGUE, id_, approved=False)
    answer = office.try_grant(id=id_, amount_cents=LIMIT + 1)
    assert isinstance(answer, NotApproved)
    with pytest.raises(approvals.ApprovalDecided):
        decide(office, COLLEAGUE, id_)
    assert (waiting(office), history(office, id_)) == ([], [])

    hard: dict[str, Any] = {"programme_id": office.hard_programme_id}
    office.fund(cents=LIMIT + 500_00)
    assert _code(office.try_grant(amount_cents=LIMIT * 2, **hard)) == "budget_too_low", "no wish for nothing"
    late = uuid7()
    assert isinstance(office.try_grant(id=late, amount_cents=LIMIT + 1, **hard), Waiting)
    office.grant(amount_cents=LIMIT, **hard)
    with pytest.raises(BudgetTooLow):
        decide(office, COLLEAGUE, late)
    assert (waiting(office), history(office, late)) == ([late], [])
    office.fund(cents=LIMIT)
    decide(office, COLLEAGUE, late)
    assert history(office, late) == [(ChangeKind.GRANTED, ASKER)]

    with office.work() as work:
        municipalities.get(work).grant_alone_cents = None
    assert office.grant(amount_cents=LIMIT * 9).committed_cents == LIMIT * 9
    office.assert_books_agree()


def test_what_nobody_can_estimate_waits_too(office: World) -> None:
    """A right without a size, and every change by which an unlimited right may cost more."""
    loose: dict[str, Any] = {"amount_cents": None, "restrictions": (office.named(),)}
    id_ = uuid7()
    assert office.try_grant(id=id_, **loose) == Waiting(id=id_, cents=0, limit_cents=LIMIT)
    decide(office, COLLEAGUE, id_)
    wide = _amend(office, id_, restrictions=(office.named(),))
    assert isinstance(wide, Waiting)
    assert isinstance(_amend(office, id_, valid_until=date(2027, 12, 31)), Waiting)
    assert isinstance(_amend(office, id_, valid_until=date(2026, 11, 30)), Entitlement)


def test_a_raise_above_the_limit_waits_and_a_newer_decision_overtakes_it(office: World) -> None:
    right = office.grant(amount_cents=500_00).id
    assert isinstance(_amend(office, right, amount_cents=LIMIT), Entitlement)
    raised = _amend(office, right, amount_cents=LIMIT + 1)
    assert isinstance(raised, Waiting)
    assert (raised.cents, office.left(right)) == (LIMIT + 1, LIMIT)
    with pytest.raises(approvals.ApproverAsked):
        decide(office, ALIAS, raised.id)
    decide(office, COLLEAGUE, raised.id)
    assert history(office, right)[-1] == (ChangeKind.AMENDED, ASKER)
    assert office.left(right) == LIMIT + 1
    later = {"at": NOON + timedelta(days=1)}
    assert isinstance(
        _amend(office, right, amount_cents=LIMIT + 1, valid_until=date(2027, 1, 31)), Entitlement
    )
    old = _amend(office, right, amount_cents=LIMIT * 3)
    assert isinstance(old, Waiting)
    assert isinstance(_amend(office, right, amount_cents=LIMIT - 1, **later), Entitlement), (
        "lowering is alone"
    )
    with pytest.raises(approvals.ApprovalOvertaken):
        decide(office, COLLEAGUE, old.id)
    decide(office, COLLEAGUE, old.id, approved=False)
    assert (office.left(right), waiting(office)) == (LIMIT - 1, [])
    office.assert_books_agree()


def test_nobody_publishes_what_they_drafted_under_any_account(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drafted(work: Work) -> None:
        (contract,) = contract_versions.newest(work, [office.contract_id])
        contracts.draft(work, [contract.content.model_copy(update={"acceptance_duty": True})])
        (programme,) = programmes.newest(work, [office.programme_id])
        programmes.draft(work, [programme.content.model_copy(update={"rate_ceilings": ()})])

    def published(actor_id: UUID) -> list[int | None]:
        with office.work(actor_id=actor_id) as work:
            (agreed,) = contracts.publish(work, [office.contract_id])
            (rules,) = programmes.publish(work, [office.programme_id])
        return [agreed.published_version, rules.published_version]

    assert published(ASKER) == [1, 1], "what is in force is answered to everybody"
    with office.work() as work:
        drafted(work)
        assert [each.drafted_by for each in contract_versions.waiting(work)] == [ASKER]
        assert [each.drafted_by for each in programmes.waiting(work)] == [ASKER]
    with office.work(actor_id=COLLEAGUE) as work:
        drafted(work)  # the same content keeps its drafter
    for own in (ASKER, ALIAS):
        with office.work(actor_id=own) as work:
            with pytest.raises(contracts.ContractPublisherDrafted) as one:
                contracts.publish(work, [office.other_contract_id, office.contract_id])
            with pytest.raises(programmes.ProgrammePublisherDrafted) as other:
                programmes.publish(work, [office.programme_id])
            assert contracts.own_drafts(work, [office.contract_id]) == {office.contract_id}
            assert programmes.own_drafts(work, [office.programme_id]) == {office.programme_id}
        assert (one.value.numbers, other.value.names) == (("C-1",), ("Wmo",))
    with office.work(actor_id=COLLEAGUE) as work:
        assert contracts.own_drafts(work, [office.contract_id]) == frozenset()
        assert programmes.own_drafts(work, [office.programme_id]) == frozenset()
    assert published(COLLEAGUE) == [2, 2]

    with office.work() as work:
        (known,) = contract_versions.newest(work, [office.contract_id])
        contracts.draft(work, [known.content.model_copy(update={"acceptance_duty": False})])
        after = replace(work, actor_id=COLLEAGUE)
        contracts.draft(after, [known.content.model_copy(update={"ceiling_cents": 1_00})])
        with pytest.raises(contracts.ContractPublisherDrafted):
            contracts.publish(after, [office.contract_id])
    monkeypatch.setattr(actors, "faces", lambda work, ids: frozenset())  # the negative control
    with office.work(actor_id=COLLEAGUE) as work:
        assert contracts.publish(work, [office.contract_id])[0].published_version == 3


def test_who_approved_a_grant_does_not_release_what_it_pays(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = BankTown(engine=engine)
    payee, approver = town.payee(0), uuid7()
    with town.work() as work:
        row = work.session.get(Municipality, work.municipality_id)
        assert row is not None
        row.grant_alone_cents = LIMIT
    grant = entitlements.Grant(
        id=uuid7(),
        kind=EntitlementKind.VOUCHER,
        law=Law.WMO,
        programme_id=town.programmes[Law.WMO],
        holder_id=town.holder_id,
        amount_cents=LIMIT + 1,
        restrictions=(OnlyProviders(providers=frozenset({town.agbs[payee]})),),
        valid_from=date(2026, 1, 1),
        at=NOON,
    )
    with town.work() as work:
        (outcome,) = entitlements.grant(work, [grant])
    assert isinstance(outcome, Waiting)
    with town.work(actor_id=approver) as work:
        approvals.decide(work, grant.id, DecisionInput(approved=True, reason="seen"))
    with _acting(town, uuid7()):
        town.redeem(grant.id, payee, cents=10_00)
    run = reviewed(town)
    granted = [(ReleaserGranted, {"entitlements": 1})]
    assert refused(town, run, approver) == granted
    assert granted[0] in refused(town, run, town.actor_id)  # who set up the town as well
    monkeypatch.setattr(separation, "_approved_by", lambda mine: false())  # the negative control
    assert released(town, run, approver).total_cents == 10_00


@contextmanager
def _acting(town: BankTown, actor_id: UUID) -> Iterator[None]:
    before, town.actor_id = town.actor_id, actor_id
    yield
    town.actor_id = before


# ------------------------------------------------------------------------------------ without a database


@pytest.mark.parametrize(
    ("limit", "cents", "decided", "stops"),
    [
        (None, 10**9, None, False),
        (None, None, None, False),
        (LIMIT, LIMIT, None, False),
        (LIMIT, LIMIT + 1, None, True),
        (LIMIT, None, None, True),
        (0, 1, None, True),
        (LIMIT, LIMIT + 1, True, False),
        (LIMIT, None, True, False),
        (LIMIT, LIMIT + 1, False, True),
    ],
)
def test_what_the_threshold_stops(
    limit: int | None, cents: int | None, decided: bool | None, stops: bool
) -> None:
    id_ = uuid7()
    known = {} if decided is None else {id_: decided}
    work: Any = None
    threshold = Threshold(work=work, limit_cents=limit, asked={}, decided=known)
    assert threshold.stops(id_, cents) is stops


WEEKLY: tuple[AnyRestriction, ...] = (Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180),)
BY_AMOUNT = {"amount_cents": 500_00, "committed_cents": 500_00}
BY_HOURS = {"quantity": 600, "quantity_unit": Unit.MINUTE, "committed_cents": 300_00}
BY_WEEK = {"expected_quantity": 600, "committed_cents": 300_00}


@pytest.mark.parametrize(
    ("right", "change", "after", "added"),
    [
        (BY_AMOUNT, {"amount_cents": 600_00}, 600_00, 600_00),
        (BY_AMOUNT, {"amount_cents": 400_00}, 400_00, 0),
        (BY_AMOUNT, {"restrictions": WEEKLY, "open_ended": True}, 500_00, 0),
        (BY_HOURS, {"quantity": 900}, 450_00, 450_00),
        (BY_HOURS, {"quantity": 300}, 150_00, 0),
        (BY_HOURS, {"open_ended": True}, 300_00, 0),
        (BY_HOURS, {"restrictions": WEEKLY}, 300_00, None),
        (BY_HOURS | {"committed_cents": 0}, {"quantity": 900}, 0, None),
        (BY_HOURS | {"committed_cents": 0}, {"quantity": 300}, 0, 0),
        (BY_WEEK, {"expected_quantity": 900}, 450_00, 450_00),
        (BY_WEEK, {"valid_until": date(2027, 12, 31)}, 300_00, None),
        (BY_WEEK, {"valid_until": date(2027, 12, 31), "expected_quantity": 900}, 450_00, 450_00),
        (BY_WEEK, {"valid_until": date(2026, 6, 30)}, 300_00, 0),
        (BY_WEEK, {"open_ended": True}, 300_00, None),
    ],
)
def test_how_much_a_change_adds(
    right: dict[str, Any], change: dict[str, Any], after: int, added: int | None
) -> None:
    """0 where it adds nothing, None where nobody can say."""
    row = Entitlement(valid_until=date(2026, 12, 31), **right)
    amendment = Amendment(reason="test", at=NOON, **change)
    assert entitlement_changes._added(row, amendment, after) == added


def _amend(world: World, right_id: UUID, **changes: Any) -> entitlement_changes.Outcome:
    """Change it now, or learn that it waits."""
    amendment = Amendment(**{"reason": "test", "at": world.now} | changes)
    order = Order(id=uuid7(), entitlement_id=right_id, change=amendment)
    with world.work() as work:
        return entitlement_changes.change(work, [order])[0]


def _code(outcome: Any) -> str:
    return str(outcome.code)
