# SPDX-License-Identifier: EUPL-1.2
"""Open items: gathered without reading all that ever was, and proven before money goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select, update
from sqlmodel import col

from ledger import ids, open_items, releases, reviews, runs
from ledger.checks.findings import FindingKind
from ledger.db import Work
from ledger.ids import uuid7
from ledger.runs import DraftOrder
from ledger.tables import Gathered, OpenItem
from tests import settling
from tests.banking import TODAY, BankTown
from tests.settling import CHECKER
from tests.town import PAY_DAY, Town


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


@contextmanager
def minted(at: datetime, seed: int = 1) -> Iterator[None]:
    """Inside, ids are those of another time, as on a machine whose clock is wrong."""
    with ids.seeded(seed, at):
        yield


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def draft(town: Town) -> UUID:
    order = DraftOrder(id=uuid7(), until=TODAY, requested_on=PAY_DAY)
    with town.work() as work:
        return runs.draft(work, order).id


def release(town: Town, run_id: UUID) -> runs.Run:
    with town.work() as work:
        return settling.release(work, run_id)


def items(town: Town) -> list[int]:
    with town.work() as work:
        return sorted(work.session.scalars(select(col(OpenItem.cents))))


def gather(town: Town) -> None:
    with town.work() as work:
        open_items.gather(work)


def gathered(town: Town) -> tuple[list[str], list[int]]:
    """The statements of one gathering, and how many entries each of its pieces read."""
    statements: list[str] = []
    read: list[int] = []
    rows = open_items._ENTRIES.rows

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    with pytest.MonkeyPatch.context() as patch:

        class Noted:
            def rows(self, work: Work, **values: object) -> list[tuple[object, ...]]:
                found = rows(work, **values)
                read.append(len(found))
                return found

        patch.setattr(open_items, "_ENTRIES", Noted())
        event.listen(town.engine, "before_cursor_execute", note)
        try:
            gather(town)
        finally:
            event.remove(town.engine, "before_cursor_execute", note)
    return statements, read


# ------------------------------------------------------------------------------------- the incremental


def test_gathering_reads_what_is_new_whatever_the_history(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    gather(town)
    few = len(gathered(town)[0])
    for number in range(12):
        with minted(days_ago(10), seed=number):
            town.redeem(right, payee, cents=100 + number)
    gather(town)
    town.redeem(right, payee, cents=1)
    gather(town)

    statements, read = gathered(town)

    recent = 2  # the entries of today: one grant and one redemption
    assert sum(read) == recent
    assert len(statements) <= few + 1
    assert items(town)[0] == 1


def test_gathering_again_changes_nothing(town: BankTown) -> None:
    town.owed(10_00, 20_00)
    gather(town)
    rows = town.rows()
    gather(town)
    assert (town.rows(), items(town)) == (rows, [10_00, 20_00])
    assert town.report().findings == ()


def test_without_slack_and_with_a_reversal_all_of_it_is_found(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_items, "SLACK", timedelta(0))
    payees = town.owed(10_00, 20_00)
    gather(town)
    town.reverse(town.redeem(town.right(payees[0]), payees[0], cents=5_00))
    gather(town)
    assert items(town) == [-5_00, 5_00, 10_00, 20_00]
    assert town.report().findings == ()


# ------------------------------------------------------------------------------------ late and out of order


def late_reversal(town: BankTown) -> UUID:
    """A run of 40 and 50, of which the 40 is taken back by a transaction that took longer than the slack."""
    payee = town.payee(0)
    right = town.right(payee)
    redeemed = town.redeem(right, payee, cents=40_00)
    run = draft(town)
    town.redeem(right, payee, cents=50_00)  # what the account holds after the reversal
    with minted(days_ago(3)):
        town.reverse(redeemed)
    return run


def test_what_was_committed_late_under_an_old_id_is_found_before_money_goes(town: BankTown) -> None:
    run = late_reversal(town)
    assert release(town, run).total_cents == 0
    assert town.report().findings == ()
    assert town.settle(TODAY).total_cents == 50_00
    assert town.report().findings == ()


def test_without_the_proof_it_would_have_been_paid_wrongly(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    run = late_reversal(town)
    monkeypatch.setattr(open_items, "prove", lambda *_: None)
    assert release(town, run).total_cents == 40_00


def test_what_was_redeemed_late_is_found_and_goes_with_the_next_run(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    town.redeem(right, payee, cents=10_00)
    run = draft(town)
    with minted(days_ago(3)):
        town.redeem(right, payee, cents=7_00)
    assert release(town, run).total_cents == 10_00
    assert town.report().findings == ()
    assert town.settle(TODAY).total_cents == 7_00


def test_books_that_cannot_be_proven_are_not_paid(town: BankTown) -> None:
    """An item that no account holds: a bug, or a hand in the database."""
    town.owed(10_00)
    run = draft(town)
    with town.work() as work:
        runs.submit(work, run)
        work.session.execute(update(OpenItem).values(cents=11_00))
    with town.work(actor_id=CHECKER) as work:
        settling.look(work, run, reviews.sample(work, run))
    rows = town.rows()
    with pytest.raises(AssertionError), town.work(actor_id=CHECKER) as work:
        releases.release(work, run)
    assert town.rows() == rows


def test_a_clock_that_jumped_back_a_little_hides_nothing(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    town.redeem(right, payee, cents=10_00)
    gather(town)
    with minted(datetime.now(UTC) - timedelta(hours=23)):
        town.redeem(right, payee, cents=7_00)
    gather(town)
    assert items(town) == [7_00, 10_00]


def test_a_clock_that_was_days_ahead_does_not_keep_others_from_being_paid(town: BankTown) -> None:
    first, second = town.payee(0), town.payee(1)
    right = town.right(first, second)
    with minted(datetime.now(UTC) + timedelta(days=5)):
        town.redeem(right, first, cents=10_00)
    assert town.settle(TODAY).total_cents == 10_00
    town.redeem(right, second, cents=7_00)
    assert town.settle(TODAY).total_cents == 7_00


def test_what_a_clock_that_was_days_ahead_hides_is_told_by_the_audit(town: BankTown) -> None:
    first, second = town.payee(0), town.payee(1)
    right = town.right(first, second)
    with minted(datetime.now(UTC) + timedelta(days=5)):
        town.redeem(right, first, cents=10_00)
    town.settle(TODAY)
    town.redeem(right, second, cents=7_00)
    assert [each.kind for each in town.report().findings] == [FindingKind.OPEN_ITEM]
    town.settle(TODAY)
    assert town.report().findings == ()


# ------------------------------------------------------------------------------------------- the audit


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("cents", 9_99, {FindingKind.OPEN_ITEM, FindingKind.OPEN_ITEMS}),
        ("account_id", uuid7(), {FindingKind.OPEN_ITEM}),
        ("origin_id", uuid7(), {FindingKind.OPEN_ITEM}),
        ("provider_id", uuid7(), {FindingKind.OPEN_ITEM}),
        ("at", datetime(2026, 3, 11, tzinfo=UTC), {FindingKind.OPEN_ITEM}),
        ("run_id", uuid7(), {FindingKind.OPEN_ITEM}),
    ],
)
def test_a_spoiled_item_is_found(
    town: BankTown, column: str, value: object, expected: set[FindingKind]
) -> None:
    town.owed(10_00)
    gather(town)
    assert town.report().findings == ()
    with town.work() as work:
        work.session.execute(update(OpenItem).values({column: value}))
    assert {each.kind for each in town.report().findings} & expected


def test_an_item_that_was_removed_or_is_of_no_entry_is_found(town: BankTown) -> None:
    town.owed(10_00)
    gather(town)
    with town.work() as work:
        kept = work.session.scalars(select(OpenItem)).one()
        values = kept.model_dump()
        work.session.delete(kept)
    with town.work() as work:
        work.session.add(OpenItem(**values | {"entry_id": uuid7()}))
    found = {each.kind for each in town.report().findings}
    assert FindingKind.OPEN_ITEM in found


def test_what_was_gathered_through_is_the_newest_entry(town: BankTown) -> None:
    town.owed(10_00)
    gather(town)
    with town.work() as work:
        first = work.session.scalars(select(Gathered)).one().through
    with minted(datetime.now(UTC) - timedelta(hours=2)):
        town.owed(20_00)
    gather(town)
    with town.work() as work:
        assert work.session.scalars(select(Gathered)).one().through == first
