# SPDX-License-Identifier: EUPL-1.2
"""Reviews: what is held stays held, what is rejected is taken back, and samples are the same for all."""

from hashlib import sha256
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, func, select
from sqlmodel import col

from ledger import actors, audit, follow_ups, overviews, releases, reviews, runs
from ledger.actors import ActorInput
from ledger.checks.findings import FindingKind
from ledger.ids import uuid7
from ledger.releases import ReleaseRefused, SampleUnseen
from ledger.reviews import DrafterLooks, LineNotRejectable, Mark, Marks, RunLineNotFound
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import RunState
from ledger.runs import DraftOrder
from ledger.standing import LineAlreadyReversed, Order, Part
from ledger.tables import Entry, FollowUpKind, LineMark, MarkKind, MarkReason, OpenItem, Role
from tests import settling
from tests.banking import TODAY, BankTown, iban
from tests.settling import CHECKER
from tests.town import NOW, PAY_DAY, Town

HELD, FREED, SEEN, REJECTED = MarkKind.HELD, MarkKind.FREED, MarkKind.SEEN, MarkKind.REJECTED


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def draft(town: Town, actor_id: UUID | None = None) -> UUID:
    order = DraftOrder(id=uuid7(), until=TODAY, requested_on=PAY_DAY)
    with town.work(actor_id=actor_id) as work:
        return runs.draft(work, order).id


def mark(town: Town, run_id: UUID, kind: MarkKind, *ids: UUID, by: UUID = CHECKER) -> list[LineMark]:
    why = (MarkReason.DISPUTED, "gebeld") if kind in {HELD, REJECTED} else (None, None)
    asked = tuple(Mark(entry_id=id_, kind=kind, reason=why[0], note=why[1]) for id_ in ids)
    with town.work(actor_id=by) as work:
        return reviews.mark(work, run_id, Marks(marks=asked))


def lines(town: Town, run_id: UUID) -> dict[int, UUID]:
    """The lines of an open run: their entries by their cents."""
    with town.work() as work:
        return {each.cents: each.entry_id for each in reviews.lines(work, run_id)}


def release(town: Town, run_id: UUID) -> runs.Run:
    with town.work() as work:
        return settling.release(work, run_id)


def history(town: Town, entry_id: UUID) -> list[MarkKind]:
    with town.work() as work:
        return [each.kind for each in reviews.history(work, entry_id)]


def check(town: Town) -> audit.Report:
    report = town.report()
    assert report.findings == ()
    return report


# -------------------------------------------------------------------------------------- hold and free


def test_a_held_line_rolls_over_runs_until_it_is_freed_and_keeps_its_history(town: BankTown) -> None:
    (payee,) = town.owed(10_00)
    town.redeem(town.right(payee), payee, cents=7_00)
    first = draft(town)
    line = lines(town, first)[10_00]
    assert [each.number for each in mark(town, first, HELD, line)] == [1]
    assert mark(town, first, HELD, line) == []
    assert release(town, first).total_cents == 7_00

    second = draft(town)
    with town.work() as work:
        (seen,) = reviews.lines(work, second)
    assert seen.held is not None
    assert (seen.held.run_id, seen.seen) == (first, False)
    assert release(town, second).total_cents == 0

    third = draft(town)
    mark(town, third, FREED, line)
    assert mark(town, third, FREED, line) == []
    assert release(town, third).total_cents == 10_00
    assert history(town, line)[:2] == [HELD, SEEN]
    assert [kind for kind in history(town, line) if kind is not SEEN] == [HELD, FREED]
    check(town)


def test_what_takes_back_a_held_line_stays_with_it(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    redeemed = town.redeem(right, payee, cents=40_00)
    town.redeem(right, payee, cents=100_00)
    first = draft(town)
    line = lines(town, first)[40_00]
    mark(town, first, HELD, line)
    town.reverse(redeemed, Part(line=1, quantity=15_00))

    assert release(town, first).total_cents == 100_00
    check(town)
    second = draft(town)
    mark(town, second, FREED, line)
    assert release(town, second).total_cents == 25_00
    check(town)


def test_a_line_of_which_the_rest_is_held_leaves_nothing_to_pay(town: BankTown) -> None:
    town.owed(10_00, 20_00)
    run = draft(town)
    mark(town, run, HELD, *lines(town, run).values())
    released = release(town, run)
    assert (released.state, released.count) == (RunState.BOOKED, 0)
    check(town)


# --------------------------------------------------------------------------------------------- reject


def test_a_rejected_line_of_two_is_taken_back_alone(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    town.redeem(right, payee, cents=40_00, minutes=30)
    run = draft(town)
    line = lines(town, run)[30_00]

    assert [each.kind for each in mark(town, run, REJECTED, line)] == [REJECTED]
    assert mark(town, run, REJECTED, line) == []

    assert release(town, run).total_cents == 40_00
    assert town.settle(TODAY).count == 0
    check(town)


def test_of_a_reservation_what_was_captured_is_rejected(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    reserved = town.redeem(right, payee, cents=40_00, reserve=True)
    town.follow(FollowUpKind.CAPTURE, reserved, Part(line=1, quantity=25_00))
    run = draft(town)
    mark(town, run, REJECTED, lines(town, run)[25_00])
    assert release(town, run).total_cents == 0
    assert town.balance(AccountKind.ENTITLEMENT, right) == 10_000_00
    check(town)


def test_of_a_line_that_was_taken_back_in_part_the_rest_is_rejected(town: BankTown) -> None:
    """Once: what is whole back is refused, and a provider still reverses a line once only."""
    payee = town.payee(0)
    right = town.right(payee)
    use = town.redeem(right, payee, cents=40_00, minutes=30)
    town.reverse(use, Part(line=1, quantity=15_00))
    run = draft(town)
    line = lines(town, run)[40_00]
    other = Order(
        id=uuid7(), kind=FollowUpKind.REVERSAL, redemption_id=use, parts=(Part(line=1, quantity=1),),
        reason="nog eens", at=NOW,
    )  # fmt: skip
    with town.work() as work:
        (refused,) = follow_ups.follow_up(work, [other])
    assert isinstance(refused, LineAlreadyReversed)

    mark(town, run, REJECTED, line)

    assert town.balance(AccountKind.ENTITLEMENT, right) == 10_000_00 - 30_00
    assert release(town, run).total_cents == 30_00
    more = "UPDATE entry SET amount = 3000 WHERE kind = 'reverse' AND amount = 2500"
    assert FindingKind.REVERSAL_AMOUNT in town.spoilt(more)  # no part is more than the whole, but together
    whole = town.redeem(right, payee, cents=5_00)
    town.reverse(whole)
    later = draft(town)
    with pytest.raises(LineAlreadyReversed):
        mark(town, later, REJECTED, lines(town, later)[5_00])
    check(town)


def test_lines_tell_what_is_left_of_them_and_come_to_what_the_run_pays(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    town.redeem(right, payee, cents=10_00)
    town.reverse(town.redeem(right, payee, cents=20_00))
    town.reverse(town.redeem(right, payee, cents=40_00), Part(line=1, quantity=15_00))
    run = draft(town)
    with town.work() as work:
        found = {each.cents: each.left_cents for each in reviews.lines(work, run)}
    assert found == {10_00: 10_00, 20_00: 0, 40_00: 25_00}
    mark(town, run, SEEN, *lines(town, run).values())
    assert release(town, run).total_cents == sum(found.values())


def test_a_line_that_is_taken_back_after_it_was_drawn_is_looked_at_all_the_same(town: BankTown) -> None:
    """Else whoever is paid takes back what was drawn, and redeems it again in the next run."""
    payee = town.payee(0)
    redemption = town.redeem(town.right(payee), payee, cents=10_00)
    run = draft(town)
    town.reverse(redemption)
    draft(town)
    assert (len(sample(town, run)), unseen(town, run)) == (1, 1)
    mark(town, run, SEEN, lines(town, run)[10_00])
    assert release(town, run).total_cents == 0


def test_a_share_tells_what_will_be_set_off(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    first = town.redeem(right, payee, cents=10_00)
    release(town, draft(town))
    town.reverse(first)
    town.redeem(right, payee, cents=25_00)
    run = draft(town)
    with town.work() as work:
        (share,) = overviews.shares(work, run)
    assert (share.cents, share.owing_cents) == (25_00, 10_00)
    assert release(town, run).total_cents == 15_00


def test_a_line_that_was_held_and_is_then_rejected_is_held_no_more(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    town.redeem(right, payee, cents=40_00)
    town.redeem(right, payee, cents=3_00)
    run = draft(town)
    line = lines(town, run)[40_00]
    mark(town, run, HELD, line)
    mark(town, run, REJECTED, line)
    assert release(town, run).total_cents == 3_00
    with town.work() as work:
        assert work.session.scalars(select(OpenItem)).all() == []
    check(town)


def test_a_payment_that_came_back_is_held_but_not_rejected(town: BankTown) -> None:
    town.banks(return_after_days={iban(0): (0, "AC04")})
    run = town.paying(10_00)
    town.submit(run)
    town.days(2)
    again = draft(town)
    line = lines(town, again)[10_00]
    rows = town.rows()
    with pytest.raises(LineNotRejectable):
        mark(town, again, REJECTED, line)
    assert town.rows() == rows
    mark(town, again, HELD, line)
    assert release(town, again).total_cents == 0
    check(town)


# ------------------------------------------------------------------------------------------- the asked


def test_marks_of_lines_that_are_not_of_the_run_are_refused_all_together(town: BankTown) -> None:
    town.owed(10_00)
    run = draft(town)
    line = lines(town, run)[10_00]
    rows = town.rows()
    with pytest.raises(RunLineNotFound):
        mark(town, run, HELD, line, uuid7())
    assert town.rows() == rows


def test_a_reversal_is_no_line_of_its_own(town: BankTown) -> None:
    payee = town.payee(0)
    town.reverse(town.redeem(town.right(payee), payee, cents=40_00))
    run = draft(town)
    with town.work() as work:
        reversal = work.session.scalars(
            select(col(Entry.id)).where(col(Entry.kind) == EntryKind.REVERSE, col(Entry.amount) == 40_00)
        ).first()
    assert reversal is not None
    with pytest.raises(RunLineNotFound):
        mark(town, run, HELD, reversal)


@pytest.mark.parametrize(
    "faulty",
    [
        {"kind": HELD},
        {"kind": HELD, "reason": MarkReason.OTHER},
        {"kind": REJECTED, "note": "nee"},
        {"kind": SEEN, "reason": MarkReason.OTHER, "note": "x"},
        {"kind": FREED, "reason": MarkReason.OTHER},
    ],
)
def test_a_reason_and_a_note_go_with_holding_and_rejecting(faulty: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Mark.model_validate({"entry_id": uuid7(), **faulty})


def test_marks_are_at_least_one_at_most_so_many_and_name_a_line_once() -> None:
    one = Mark(entry_id=uuid7(), kind=SEEN)
    many = tuple(Mark(entry_id=uuid7(), kind=SEEN) for _ in range(reviews.MARKS_MAX + 1))
    for faulty in ((), many, (one, one)):
        with pytest.raises(ValidationError):
            Marks(marks=faulty)
    assert len(Marks(marks=many[1:]).marks) == reviews.MARKS_MAX


# ------------------------------------------------------------------------------------------- the sample


def sample(town: Town, run_id: UUID, by: UUID = CHECKER) -> list[UUID]:
    with town.work(actor_id=by) as work:
        return reviews.sample(work, run_id)


def test_the_sample_follows_from_the_published_seed_alone_and_stays_the_same(town: BankTown) -> None:
    """Of 8 lines 15 % is 1.2: 2 lines. A held and a rejected one stay among them."""
    payee = town.payee(0)
    right = town.right(payee)
    for cents in range(1, 9):
        town.redeem(right, payee, cents=cents * 100)
    run = draft(town)
    ids = lines(town, run)
    with town.work() as work:
        seed = runs.get(work, run).sample_seed
    drawn = sorted(ids.values(), key=lambda id_: sha256(f"{seed}{id_.hex}".encode()).digest())[:2]

    assert sample(town, run) == sample(town, run, uuid7()) == drawn
    mark(town, run, HELD, ids[1_00])
    mark(town, run, REJECTED, ids[2_00])
    release(town, run)
    assert sample(town, run) == drawn
    draft(town)
    assert sample(town, run) == drawn
    check(town)


@pytest.mark.parametrize(("many", "size"), [(0, 0), (1, 1), (6, 1), (7, 2)])
def test_the_sample_is_the_share_rounded_up(town: BankTown, many: int, size: int) -> None:
    if many:
        payee = town.payee(0)
        right = town.right(payee)
        for cents in range(1, many + 1):
            town.redeem(right, payee, cents=cents * 100)
    assert len(sample(town, draft(town))) == size


def test_two_runs_have_seeds_of_their_own(town: BankTown) -> None:
    ids = [draft(town) for _ in range(2)]
    with town.work() as work:
        seeds = {runs.get(work, each).sample_seed for each in ids}
    assert len(seeds) == 2
    assert all(len(seed) == 32 for seed in seeds)


# ----------------------------------------------------------------------------------------- other eyes


def refused(town: Town, run_id: UUID) -> list[object]:
    """Why another who looked at nothing may not release it."""
    with town.work(actor_id=uuid7()) as work, pytest.raises(ReleaseRefused) as refusal:
        releases.release(work, run_id)
    return [(type(each), each.facts) for each in refusal.value.reasons]


def unseen(town: Town, run_id: UUID) -> int:
    with town.work() as work:
        return len(reviews.unseen(work, run_id))


def two_faces(town: Town) -> tuple[UUID, UUID]:
    """Two accounts of one person."""
    ids = (uuid7(), uuid7())
    with town.work(actor_id=uuid7()) as work:
        actors.put(
            work,
            [
                ActorInput(id=id_, name=f"Account {n}", roles=frozenset({Role.FINANCE}), identity="pers-1")
                for n, id_ in enumerate(ids)
            ],
        )
    return ids


def test_without_looking_nothing_is_released(town: BankTown) -> None:
    town.owed(10_00)
    run = draft(town)
    with town.work() as work:
        runs.submit(work, run)
    assert refused(town, run) == [(SampleUnseen, {"left": 1, "most": 1})]
    mark(town, run, SEEN, lines(town, run)[10_00])
    assert unseen(town, run) == 0


def test_who_drafts_or_submits_does_not_look_nor_under_another_account(town: BankTown) -> None:
    town.owed(10_00)
    first, second = two_faces(town)
    run = draft(town, first)
    line = lines(town, run)[10_00]
    for actor in (first, second):
        with pytest.raises(DrafterLooks):
            mark(town, run, SEEN, line, by=actor)
    assert history(town, line) == []


def test_who_drafted_does_not_get_around_it_by_holding_and_freeing(town: BankTown) -> None:
    """A hold is a look; but a hold of the drafter's own is none by somebody else."""
    town.owed(10_00)
    first, second = two_faces(town)
    run = draft(town, first)
    line = lines(town, run)[10_00]
    for actor in (first, second):
        mark(town, run, HELD, line, by=actor)
        mark(town, run, FREED, line, by=actor)
    assert unseen(town, run) == 1
    with town.work(actor_id=first) as work:
        runs.submit(work, run)
    assert refused(town, run) == [(SampleUnseen, {"left": 1, "most": 1})]


def test_who_looked_first_and_submitted_after_has_not_looked_for_others(town: BankTown) -> None:
    town.owed(10_00)
    run = draft(town)
    looker = uuid7()
    mark(town, run, SEEN, lines(town, run)[10_00], by=looker)
    assert unseen(town, run) == 0
    with town.work(actor_id=looker) as work:
        runs.submit(work, run)
    assert unseen(town, run) == 1


def test_a_look_counts_in_its_own_run_only(town: BankTown) -> None:
    town.owed(10_00)
    first = draft(town)
    line = lines(town, first)[10_00]
    mark(town, first, SEEN, line)
    with town.work() as work:
        runs.withdraw(work, first, "opnieuw")
    second = draft(town)
    assert lines(town, second)[10_00] == line
    assert unseen(town, second) == 1
    with town.work() as work:
        assert work.session.scalar(select(func.count()).select_from(LineMark)) == 1
