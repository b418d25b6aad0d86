# SPDX-License-Identifier: EUPL-1.2
"""Netting, for any accounts: what is paid is what is owed, and no account gives more than it holds."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.netting import Netted, Payable, net

CENTS = st.integers(min_value=0, max_value=1_000)
PAYABLES = st.lists(st.tuples(CENTS, st.integers(min_value=-1_000, max_value=1_000)), max_size=6)


def payables(pairs: list[tuple[int, int]]) -> list[Payable]:
    return [
        Payable(account_id=UUID(int=place), balance_cents=balance, lines_cents=lines)
        for place, (balance, lines) in enumerate(pairs)
    ]


def taken(netted: Netted) -> Counter[UUID]:
    """What is taken from each account, set off or paid."""
    total: Counter[UUID] = Counter()
    for take in (*netted.set_offs, *netted.pays):
        assert take.amount_cents > 0
        total[take.account_id] += take.amount_cents
    return total


@given(PAYABLES, CENTS)
def test_what_is_owed_is_set_off_first_and_the_rest_is_paid(
    pairs: list[tuple[int, int]], owes_cents: int
) -> None:
    held, gross = sum(balance for balance, _ in pairs), sum(lines for _, lines in pairs)
    netted = net(payables(pairs), owes_cents=owes_cents)
    if netted is None:
        assert gross <= 0 or gross > held
        return
    assert 0 < gross <= held
    assert netted.gross_cents == gross == netted.set_off_cents + netted.net_cents
    assert netted.set_off_cents == min(gross, owes_cents)


@given(PAYABLES, CENTS)
def test_no_account_gives_more_than_it_holds(pairs: list[tuple[int, int]], owes_cents: int) -> None:
    netted = net(payables(pairs), owes_cents=owes_cents)
    if netted is not None:
        given_by = taken(netted)
        assert sum(given_by.values()) == netted.gross_cents
        assert all(given_by[each.account_id] <= each.balance_cents for each in payables(pairs))


@given(st.lists(CENTS, min_size=1, max_size=6), CENTS)
def test_accounts_that_hold_their_own_lines_give_just_those(held: list[int], owes_cents: int) -> None:
    netted = net(payables([(cents, cents) for cents in held]), owes_cents=owes_cents)
    if netted is not None:
        given_by = taken(netted)
        assert [given_by[UUID(int=place)] for place in range(len(held))] == held
