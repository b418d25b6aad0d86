# SPDX-License-Identifier: EUPL-1.2
"""The certificate is tested itself: what is right passes, and each flaw in a made-up history is seen."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from tests.faults.certificate import Flaw, check
from tests.faults.history import (
    Amend,
    Answer,
    Books,
    Call,
    Fact,
    Follow,
    History,
    Kind,
    Leg,
    Look,
    Redeem,
    Start,
)
from tests.faults.made_up import PROVIDER, STEP, Scribe, altered, made_up, rewritten
from tests.faults.reference import AIDS

A, B = UUID(int=100), UUID(int=101)


def flaws(history: History) -> set[Flaw]:
    """What is wrong with it."""
    return {each.flaw for each in check(history)}


def scribe() -> Scribe:
    """Two rights of 100 euros, and calls that hardly overlap."""
    return Scribe(starts={A: Start(100_00), B: Start(100_00)}, overlap=1)


def redeem(writer: Scribe, right: UUID, cents: int) -> Redeem:
    """By amount."""
    return Redeem(writer.id(), right, PROVIDER, ((AIDS, cents),))


@pytest.mark.parametrize("rights", [1, 2, 5])
def test_a_history_without_a_fault_passes(rights: int) -> None:
    made = [made_up(seed, calls=80, rights=rights) for seed in range(40)]
    assert [check(history) for history in made] == [[]] * 40
    words = {answer.word for history in made for call in history.calls for answer in call.answers}
    assert len(words) >= 10, words


# -------------------------------------------------------------------------------- one flaw at a time


def test_a_lost_acknowledgement_is_seen() -> None:
    writer = scribe()
    gone = redeem(writer, A, 5_00)
    writer.call(Kind.REDEEM, gone)
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    history = rewritten(writer.history(), lambda books: without(books, gone.id))
    assert Flaw.LOST in flaws(history)


def test_the_loss_of_the_very_last_acknowledgement_is_seen_though_all_numbers_agree() -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    early = writer.history()
    last = writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    assert flaws(replace(early, calls=(*early.calls, last))) == {Flaw.LOST}


def test_a_redemption_booked_twice_is_seen() -> None:
    writer = scribe()
    twice = redeem(writer, A, 5_00)
    writer.call(Kind.REDEEM, twice)
    history = writer.history()
    legs = rewritten(history, lambda books: replace(books, legs=(*books.legs, again(books))))
    rows = rewritten(history, lambda books: replace(books, rows=books.rows * 2))
    assert (flaws(legs), flaws(rows)) == ({Flaw.MOVED}, {Flaw.TWICE})


def test_a_redemption_that_nobody_asked_for_is_seen() -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    ghost = writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    history = writer.history()
    assert Flaw.UNASKED in flaws(replace(history, calls=history.calls[:-1]))
    assert Flaw.UNASKED in flaws(altered(history, ghost, orders=(redeem(writer, A, 7_00),)))


def test_a_resend_that_is_done_again_is_seen() -> None:
    """The books hold it once, but the second answer is a new one."""
    writer = scribe()
    once = redeem(writer, A, 5_00)
    first = writer.call(Kind.REDEEM, once)
    resent = writer.call(Kind.REDEEM, once)
    assert resent.answers == first.answers
    (told,) = told_anew(resent, left=90_00)
    assert flaws(altered(writer.history(), resent, answers=(told,))) == {Flaw.LOST, Flaw.READ}


def test_an_id_with_other_content_that_gets_the_first_answer_is_seen() -> None:
    writer = scribe()
    once = redeem(writer, A, 5_00)
    first = writer.call(Kind.REDEEM, once)
    other = writer.call(Kind.REDEEM, replace(once, lines=((AIDS, 6_00),)))
    assert flaws(writer.history()) == set()
    assert flaws(altered(writer.history(), other, answers=first.answers)) == {Flaw.READ}


def test_an_id_of_another_right_that_gets_no_conflict_is_seen() -> None:
    writer = scribe()
    once = redeem(writer, A, 5_00)
    writer.call(Kind.REDEEM, once)
    for _ in range(3):
        writer.call(Kind.LOOK, Look(A))
    refused = Answer("redemption_refused", (), (Answer("balance_too_low", ("eurocent", 100_01, 100_00)),))
    conflict = Answer("redemption_exists_with_other_content", (once.id,))
    elsewhere = writer.call(Kind.REDEEM, replace(once, right=B, lines=((AIDS, 100_01),)))
    history = writer.history()
    assert flaws(altered(history, elsewhere, answers=(conflict,))) == set()
    assert flaws(altered(history, elsewhere, answers=(refused,))) == {Flaw.READ}


@pytest.mark.parametrize("moment", ["too early", "too late"])
def test_a_stale_read_and_a_read_ahead_of_time_are_seen(moment: str) -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    look = writer.call(Kind.LOOK, Look(A))
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    shift = -100 * STEP if moment == "too early" else 100 * STEP
    moved = altered(writer.history(), look, invoked=look.invoked + shift, answered=look.answered + shift)
    assert flaws(moved) == {Flaw.READ}


def test_a_refusal_with_numbers_of_before_is_seen() -> None:
    writer = scribe()
    refused = writer.call(Kind.REDEEM, redeem(writer, A, 101_00))
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    late = altered(writer.history(), refused, invoked=100 * STEP, answered=101 * STEP)
    assert flaws(late) == {Flaw.READ}


def test_a_read_beside_a_write_may_see_it_or_not() -> None:
    writer = scribe()
    before = writer.call(Kind.LOOK, Look(A))
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    after = writer.call(Kind.LOOK, Look(A))
    history = writer.history()
    for look in (before, after):
        assert flaws(altered(history, look, invoked=0, answered=10 * STEP)) == set()


def test_an_order_against_real_time_is_seen() -> None:
    writer = scribe()
    first = writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))
    late = altered(writer.history(), first, invoked=10 * STEP, answered=11 * STEP)
    assert flaws(late) == {Flaw.REAL_TIME}


def test_an_order_against_real_time_over_several_rights_is_seen() -> None:
    """On each right alone all is well: x, both, y; but y was answered before x was asked."""
    writer = scribe()
    x = writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    both = writer.call(Kind.REDEEM, redeem(writer, A, 1_00), redeem(writer, B, 1_00))
    y = writer.call(Kind.REDEEM, redeem(writer, B, 7_00))
    history = altered(writer.history(), both, invoked=0, answered=20 * STEP)
    history = altered(history, y, invoked=1 * STEP, answered=2 * STEP)
    history = altered(history, x, invoked=10 * STEP, answered=11 * STEP)
    assert flaws(history) == {Flaw.REAL_TIME}


def test_two_that_both_spend_the_same_money_are_seen() -> None:
    """Both judged on 100 euros: each answer alone is right."""
    writer, other = scribe(), scribe()
    other.ids = iter(range(5_000, 6_000))
    writer.call(Kind.REDEEM, redeem(writer, A, 60_00))
    spent = other.call(Kind.REDEEM, redeem(other, A, 70_00))
    history, beside = writer.history(), other.history().books
    books = Books(
        rows=(*history.books.rows, *(replace(row, stamp=2) for row in beside.rows)),
        legs=(*history.books.legs, *(replace(leg, stamp=2) for leg in beside.legs)),
        held=holding(history.books, {(A, "entitlement", "eurocent"): -70_00, NOBODYS: 70_00}).held,
    )
    both = replace(history, calls=(*history.calls, replace(spent, stamp=2)), books=books)
    assert flaws(both) == {Flaw.ANSWER, Flaw.BELOW_ZERO}


NOBODYS = (UUID(int=0), "treasury", "eurocent")


def test_a_batch_seen_on_one_right_and_missed_on_another_is_seen() -> None:
    writer = scribe()
    before = writer.call(Kind.LOOK, Look(A), Look(B))
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00), redeem(writer, B, 5_00))
    after = writer.call(Kind.LOOK, Look(A), Look(B))
    wide = altered(writer.history(), before, invoked=0, answered=10 * STEP)
    assert flaws(wide) == set()
    for halves in ((0, 1), (1, 0)):
        answers = tuple((before, after)[half].answers[n] for n, half in enumerate(halves))
        assert flaws(altered(wide, before, answers=answers)) == {Flaw.TORN}


def test_calls_whose_entries_lie_among_one_another_are_seen() -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00), redeem(writer, A, 6_00))
    writer.call(Kind.REDEEM, redeem(writer, A, 7_00))

    def among(books: Books) -> Books:
        one, two, three = books.legs
        return replace(books, legs=(one, replace(two, entry=three.entry), replace(three, entry=two.entry)))

    assert Flaw.INTERLEAVED in flaws(rewritten(writer.history(), among))


def test_rights_that_tell_two_orders_are_seen() -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00), redeem(writer, B, 5_00))
    writer.call(Kind.REDEEM, redeem(writer, B, 7_00), redeem(writer, A, 7_00))
    history = writer.history()
    turned = {leg.entry: leg for leg in history.books.legs if leg.right == B}
    low, high = sorted(turned)
    swapped = tuple(
        replace(leg, entry={low: high, high: low}.get(leg.entry, leg.entry)) for leg in history.books.legs
    )
    found = flaws(rewritten(history, lambda books: replace(books, legs=swapped)))
    assert Flaw.INTERLEAVED in found


def test_a_reversal_that_gives_back_less_is_seen() -> None:
    writer = scribe()
    used = redeem(writer, A, 5_00)
    writer.call(Kind.REDEEM, used)
    writer.call(Kind.FOLLOW_UP, Follow(writer.id(), A, used.id, "reversal"))

    def less(books: Books) -> Books:
        return replace(books, legs=(books.legs[0], replace(books.legs[1], amount=4_99)))

    assert Flaw.MOVED in flaws(rewritten(writer.history(), less))


def test_an_amendment_that_is_forgotten_is_seen() -> None:
    writer = scribe()
    raised = Amend(writer.id(), A, 150_00)
    writer.call(Kind.AMEND, raised)
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    assert {Flaw.LOST, Flaw.ANSWER} <= flaws(rewritten(writer.history(), lambda b: without(b, raised.id)))


def test_money_that_comes_from_nowhere_or_lies_elsewhere_is_seen() -> None:
    writer = scribe()
    writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    history = writer.history()
    assert flaws(rewritten(history, lambda books: holding(books, {NOBODYS: 1}))) == {Flaw.SUM}
    moved = {NOBODYS: -1, (A, "entitlement", "eurocent"): 1}
    assert flaws(rewritten(history, lambda books: holding(books, moved))) == {Flaw.ENDS}


def test_a_call_without_an_answer_is_seen() -> None:
    writer = scribe()
    call = writer.call(Kind.REDEEM, redeem(writer, A, 5_00))
    assert Flaw.NO_ANSWER in flaws(altered(writer.history(), call, answers=(), fault="OperationalError"))


# ------------------------------------------------------------------------- every number, every line


def test_every_single_number_that_is_off_by_one_is_seen() -> None:
    """Each number of each answer, row, entry and account of a history of every kind of call."""
    history = made_up(7, calls=40)
    missed = [what for what, wrong in off_by_one(history) if not check(wrong)]
    assert missed == []


def test_every_single_line_that_is_gone_is_seen() -> None:
    history = made_up(8, calls=40)
    books = history.books
    wrong = [
        *(replace(books, rows=tuple(each for each in books.rows if each != gone)) for gone in books.rows),
        *(replace(books, legs=tuple(each for each in books.legs if each != gone)) for gone in books.legs),
    ]
    assert len(wrong) > 60
    assert [n for n, each in enumerate(wrong) if not check(replace(history, books=each))] == []


def off_by_one(history: History) -> Iterator[tuple[str, History]]:
    """The history once for each of its numbers, with that number one higher."""
    for call in history.calls:
        for place, answer in enumerate(call.answers):
            for wrong in raised(answer):
                answers = (*call.answers[:place], wrong, *call.answers[place + 1 :])
                yield f"call {call.stamp}: {wrong}", altered(history, call, answers=answers)
    books = history.books
    for n, row in enumerate(books.rows):
        for says in raised(row.says):
            rows = (*books.rows[:n], replace(row, says=says), *books.rows[n + 1 :])
            yield f"{says}", replace(history, books=replace(books, rows=rows))
    for n, leg in enumerate(books.legs):
        legs = (*books.legs[:n], replace(leg, amount=leg.amount + 1), *books.legs[n + 1 :])
        yield f"{leg}", replace(history, books=replace(books, legs=legs))
    for n, held in enumerate(books.held):
        more = (*books.held[:n], replace(held, balance=held.balance + 1), *books.held[n + 1 :])
        yield f"{held}", replace(history, books=replace(books, held=more))


def raised(answer: Answer) -> Iterator[Answer]:
    """The answer once for each number in it, one higher."""
    for n, fact in enumerate(answer.facts):
        if isinstance(fact, int):
            facts: tuple[Fact, ...] = (*answer.facts[:n], fact + 1, *answer.facts[n + 1 :])
            yield replace(answer, facts=facts)
    for n, reason in enumerate(answer.reasons):
        for wrong in raised(reason):
            yield replace(answer, reasons=(*answer.reasons[:n], wrong, *answer.reasons[n + 1 :]))


def told_anew(call: Call, *, left: int) -> Iterator[Answer]:
    """Its answers as a second execution would give them."""
    for answer in call.answers:
        yield replace(answer, facts=(*answer.facts[:5], left, answer.facts[6], call.stamp, *answer.facts[8:]))


def without(books: Books, id_: UUID) -> Books:
    """The books as if this had not happened; what accounts hold is what is left of the entries."""
    legs = tuple(leg for leg in books.legs if leg.cause != id_)
    return replace(books, rows=tuple(row for row in books.rows if row.id != id_), legs=legs)


def holding(books: Books, more: dict[tuple[UUID, str, str], int]) -> Books:
    """The books with something added to what accounts hold, by owner, kind and unit."""
    held = [
        replace(each, balance=each.balance + more.get((each.owner, each.kind, each.unit), 0))
        for each in books.held
    ]
    return replace(books, held=tuple(held))


def again(books: Books) -> Leg:
    """The last entry once more, as an entry of its own."""
    return replace(books.legs[-1], entry=books.legs[-1].entry + 1)
