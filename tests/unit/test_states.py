# SPDX-License-Identifier: EUPL-1.2
"""States: whatever is not written here is refused. The tables are told again, as words, by somebody else."""

from itertools import product

import pytest

from ledger.rules.states import (
    OPEN,
    PAYMENTS,
    RUNS,
    SENT,
    News,
    PaymentState,
    RunCommand,
    RunState,
    run_after,
)

RUN_BECOMES = """
                 submit        mark          withdraw   release   export
drafted          under_review  drafted       withdrawn  -         -
under_review     -             under_review  withdrawn  released  -
withdrawn        -             -             -          -         -
released         -             -             -          -         exported
exported         -             -             -          -         exported
accepted         -             -             -          -         accepted
partly_accepted  -             -             -          -         partly_accepted
rejected         -             -             -          -         rejected
booked           -             -             -          -         booked
"""
PAYMENT_BECOMES = """
           accept    reject    book    return
released   -         -         -       -
exported   accepted  rejected  booked  -
accepted   accepted  rejected  booked  -
rejected   -         rejected  -       -
booked     booked    -         -       returned
returned   returned  -         -       -
"""
MONEY_MOVED = {PaymentState.BOOKED, PaymentState.REJECTED, PaymentState.RETURNED}


def cells(table: str) -> dict[tuple[str, str], str]:
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return {(row[0], word): cell for row in rows for word, cell in zip(head, row[1:], strict=True)}


@pytest.mark.parametrize(("state", "command"), list(product(RunState, RunCommand)), ids=str)
def test_a_run_becomes_by_each_command_what_is_written_or_refuses(
    state: RunState, command: RunCommand
) -> None:
    expected = cells(RUN_BECOMES)[state, command]
    found = RUNS.get((state, command))
    assert (found.value if found else "-") == expected


@pytest.mark.parametrize(("state", "news"), list(product(PaymentState, News)), ids=str)
def test_a_payment_becomes_by_each_word_what_is_written_or_contradicts(
    state: PaymentState, news: News
) -> None:
    expected = cells(PAYMENT_BECOMES)[state, news]
    found = PAYMENTS.get((state, news))
    assert (found.value if found else "-") == expected


def test_the_tables_here_have_no_other_rows_than_there() -> None:
    assert len(cells(RUN_BECOMES)) == len(RunState) * len(RunCommand)
    assert len(cells(PAYMENT_BECOMES)) == len(PaymentState) * len(News)
    assert all(cells(RUN_BECOMES)[key] != "-" for key in RUNS)


def test_money_that_moved_moves_no_second_time_but_back_once() -> None:
    """From a state in which money moved only a return moves it; and after a return nothing does."""
    moving = {
        (before, after)
        for (before, _), after in PAYMENTS.items()
        if before is not after and before in MONEY_MOVED
    }
    assert moving == {(PaymentState.BOOKED, PaymentState.RETURNED)}


def test_nothing_of_a_run_changes_by_people_once_it_was_released() -> None:
    gone = set(RunState) - OPEN
    changing = {RunCommand.SUBMIT, RunCommand.MARK, RunCommand.WITHDRAW, RunCommand.RELEASE}
    assert not [(state, command) for state, command in RUNS if state in gone and command in changing]
    assert gone - {RunState.WITHDRAWN, RunState.RELEASED} == SENT


def expected_after(counted: dict[PaymentState, int]) -> RunState:
    """By the words of the states, not by the order of the code."""
    present = {state for state, many in counted.items() if many}
    unanswered = present & {PaymentState.RELEASED, PaymentState.EXPORTED}
    if present == {PaymentState.REJECTED}:
        return RunState.REJECTED
    if present <= MONEY_MOVED:
        return RunState.BOOKED
    if PaymentState.REJECTED in present:
        return RunState.PARTLY_ACCEPTED
    return RunState.EXPORTED if unanswered else RunState.ACCEPTED


def test_a_run_is_what_its_payments_are() -> None:
    for many in product((0, 1, 3), repeat=len(PaymentState)):
        counted = dict(zip(PaymentState, many, strict=True))
        assert run_after(counted) is expected_after(counted), counted
        assert run_after({state: count for state, count in counted.items() if count}) is run_after(counted)
