# SPDX-License-Identifier: EUPL-1.2
"""What happens to a redemption later: capture or release a reservation, reverse lines.

A reservation is resolved once, and not captured before its day: a capture of less than all gives the
rest back. A line is reversed at most once, wholly or in part; what is left of it once more where a review
rejects it. Nothing is edited: each follow-up is a row and mirror entries.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import bulk, db, entries
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.ids import NOBODY
from ledger.inputs import fingerprint
from ledger.mirrors import Mirror, booked_lines, settled_entries
from ledger.standing import Case, Decision, Desk, Followed, Line, Order, Outcome, Share
from ledger.tables import Entitlement, FollowUp, FollowUpKind, Redemption, RedemptionLine, TakenBack


def follow_up(work: Work, orders: Sequence[Order], *, again: bool = False) -> list[Outcome]:
    """Judge the orders in the order given and book those that pass together.

    outcomes[i] answers orders[i]. The same id with the same content gets the same answer. again lets
    what is left of a line be reversed after a part of it was.
    """
    outcomes: dict[int, Outcome] = {}
    for turn in _turns(orders):
        cases = _cases(work, [orders[i] for i in turn])
        # Locked once: a second look would find stripes that were made meanwhile, and lock out of order.
        accounts = entries.locked(work, {owner for case in cases.values() for owner in _owners(case)})
        desk = _desk(work, [orders[i] for i in turn], cases, again=again)
        outcomes |= {i: desk.judge(orders[i]) for i in turn}
        # After this point only writes.
        _write(work, desk.decided, entries.by_place(accounts))
    return [outcomes[i] for i in range(len(orders))]


def _turns(orders: Sequence[Order]) -> Iterable[list[int]]:
    """Positions of orders, cut so that each turn has a redemption once: a later order builds on it."""
    seen: Counter[UUID] = Counter()
    turns: defaultdict[int, list[int]] = defaultdict(list)
    for position, order in enumerate(orders):
        turns[seen[order.redemption_id]].append(position)
        seen[order.redemption_id] += 1
    return turns.values()


def _cases(work: Work, orders: Sequence[Order]) -> dict[UUID, Case]:
    """The redemptions with their lines: they never change, so they are read before the locks."""
    redemptions = db.rows(work, Redemption, {order.redemption_id for order in orders})
    rights = db.rows(work, Entitlement, {each.entitlement_id for each in redemptions.values()}, lock=True)
    cases = {
        each.id: Case(redemption=each, entitlement=rights[each.entitlement_id], lines={})
        for each in redemptions.values()
    }
    for line in _lines(work, set(cases)):
        stands = Line(row=line, quantity=line.quantity, cents=line.price_cents)
        cases[line.redemption_id].lines[line.line] = stands
    return cases


def left(work: Work, lines: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], int]:
    """How much of these redemption lines stands, in the unit of each; 0 where all was taken back."""
    found = {(row.redemption_id, row.line): row.quantity for row in _lines(work, {each[0] for each in lines})}
    for off in _taken_back(work, {each[0] for each in lines}):
        found[off.redemption_id, off.line] -= off.quantity
    return {each: found[each] for each in lines}


def _desk(work: Work, orders: Sequence[Order], cases: dict[UUID, Case], *, again: bool) -> Desk:
    """What may have happened to them; read after the locks."""
    _apply_history(cases, _followed(work, set(cases)), _taken_back(work, set(cases)))
    known = _known(work, {order.id for order in orders})
    return Desk(known=known, cases=cases, today=dutch_day(work.now), again=again)


def _owners(case: Case) -> set[UUID]:
    """Whose accounts may move."""
    own = {case.redemption.entitlement_id, case.redemption.provider_id, case.entitlement.budget_id, NOBODY}
    return own | {line.row.agreement_id for line in case.lines.values()}


def _write(work: Work, decided: Sequence[Decision], accounts: entries.Places) -> None:
    """Follow-ups and what they take back in bulk, then one posting."""
    if not decided:
        return
    bulk.insert(work, FollowUp, [_row(work, each) for each in decided])
    bulk.insert(work, TakenBack, [_off_row(work, each, off) for each in decided for off in each.offs])
    booked = booked_lines(work, {each.case.redemption.id for each in decided})
    settled = settled_entries(work, {each.standing.id for each in booked.values()})
    mirror = Mirror(work=work, accounts=accounts, booked=booked, settled=settled)
    postings = [posting for each in decided for posting in mirror.postings(each)]
    entries.post(work, postings, opening=mirror.opening.values())


def _apply_history(
    cases: Mapping[UUID, Case], followed: Iterable[FollowUp], taken_back: Iterable[TakenBack]
) -> None:
    for each in followed:
        if each.kind is not FollowUpKind.REVERSAL:
            cases[each.redemption_id].resolved = each.kind
    for off in taken_back:
        line = cases[off.redemption_id].lines[off.line]
        line.quantity -= off.quantity
        line.cents -= off.price_cents
        line.reversals += off.kind is FollowUpKind.REVERSAL


def _lines(work: Work, redemption_ids: set[UUID]) -> Sequence[RedemptionLine]:
    statement = select(RedemptionLine).where(
        col(RedemptionLine.municipality_id) == work.municipality_id,
        col(RedemptionLine.redemption_id).in_(redemption_ids),
    )
    return work.session.scalars(statement.order_by(col(RedemptionLine.line))).all()


def _followed(work: Work, redemption_ids: set[UUID]) -> Sequence[FollowUp]:
    statement = select(FollowUp).where(
        col(FollowUp.municipality_id) == work.municipality_id,
        col(FollowUp.redemption_id).in_(redemption_ids),
    )
    return work.session.scalars(statement).all()


def _taken_back(work: Work, redemption_ids: set[UUID]) -> Sequence[TakenBack]:
    statement = select(TakenBack).where(
        col(TakenBack.municipality_id) == work.municipality_id,
        col(TakenBack.redemption_id).in_(redemption_ids),
    )
    return work.session.scalars(statement).all()


def _known(work: Work, ids: set[UUID]) -> dict[UUID, tuple[bytes, Followed]]:
    """Follow-ups that are booked already, with the answer they got."""
    return {
        row.id: (
            row.fingerprint,
            Followed(
                id=row.id,
                redemption_id=row.redemption_id,
                kind=row.kind,
                taken_back_cents=row.taken_back_cents,
                standing_cents=row.standing_cents,
            ),
        )
        for row in db.rows(work, FollowUp, ids).values()
    }


def _row(work: Work, decision: Decision) -> dict[str, Any]:
    order = decision.order
    return {
        "municipality_id": work.municipality_id,
        "id": order.id,
        "redemption_id": order.redemption_id,
        "kind": order.kind,
        "taken_back_cents": sum(off.cents for off in decision.offs),
        "standing_cents": decision.standing_cents,
        "reason": order.reason,
        "fingerprint": fingerprint(order),
        "actor_id": work.actor_id,
        "at": order.at,
        "recorded_at": work.now,
    }


def _off_row(work: Work, decision: Decision, off: Share) -> dict[str, Any]:
    return {
        "municipality_id": work.municipality_id,
        "follow_up_id": decision.order.id,
        "line": off.line.row.line,
        "redemption_id": decision.order.redemption_id,
        "kind": decision.order.kind,
        "turn": max(off.line.reversals, 1),
        "quantity": off.quantity,
        "price_cents": off.cents,
    }
