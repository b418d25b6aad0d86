# SPDX-License-Identifier: EUPL-1.2
"""Overviews: what a run that is open comes to, against earlier ones, and what stands out in it.

What stands out is a reason to look, never to refuse: the figures stand beside it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from ledger import reviews, runs
from ledger.db import Work
from ledger.tables import OpenItem, Payment, Provider, Settlement
from ledger.tables.base import linked

EARLIER: Final = 3
"""How many earlier settlements of a provider the present one is held against."""

MUCH_MORE_BPS: Final = 15_000
"""From how many ten thousandths of the earlier average it stands out."""

MUCH_MORE_CENTS: Final = 1_000_00
"""And from how much more in eurocents."""

_BPS: Final = 10_000
_IS_LINE: Final = col(OpenItem.entry_id) == col(OpenItem.origin_id)
"""What takes a line back is counted with it."""


class Signal(StrEnum):
    """What stands out at one provider."""

    FIRST_TIME = "first_time"
    """It was never settled with before."""
    ACCOUNT_CHANGED = "account_changed"
    """It would be paid on another account than the last time."""
    MUCH_MORE = "much_more"
    """Half as much again as on average before, and a thousand euros more."""
    BELOW_ZERO = "below_zero"
    """More was taken back than is owed: nothing will be paid now."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a run comes to for one provider. Amounts in eurocents."""

    provider_id: UUID
    trade_name: str
    lines: int
    cents: int
    """Of all lines, the held ones too, less what was taken back of them."""
    held_cents: int
    earlier_cents: tuple[int, ...]
    """Gross of the last settlements, the newest first; at most EARLIER."""
    signals: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What a run comes to."""

    providers: int
    lines: int
    cents: int
    held_lines: int
    held_cents: int
    sample: int
    """How many lines must be looked at."""
    unseen: int
    """How many of these nobody has looked at."""


def totals(work: Work, run_id: UUID) -> Totals:
    """What an open run comes to. Raises RunNotFound."""
    runs.row(work, run_id)
    is_held = reviews.is_held()
    statement = select(
        func.count(func.distinct(col(OpenItem.provider_id))),
        func.coalesce(func.sum(case((_IS_LINE, 1), else_=0)), 0),
        func.coalesce(func.sum(col(OpenItem.cents)), 0),
        func.coalesce(func.sum(case((and_(_IS_LINE, is_held), 1), else_=0)), 0),
        func.coalesce(func.sum(case((is_held, col(OpenItem.cents)), else_=0)), 0),
    ).where(*_of(work, run_id))
    drawn = reviews.sample(work, run_id)
    providers, lines, cents, held_lines, held_cents = work.session.execute(statement).one()
    return Totals(
        providers=providers,
        lines=int(lines),
        cents=int(cents),
        held_lines=int(held_lines),
        held_cents=int(held_cents),
        sample=len(drawn),
        unseen=len(reviews.unseen(work, run_id, drawn)),
    )


def shares(work: Work, run_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[Share]:
    """What an open run comes to by provider, in the order of their ids; after is the one seen last.

    Raises RunNotFound.
    """
    runs.row(work, run_id)
    is_held = reviews.is_held()
    statement = (
        select(
            col(OpenItem.provider_id),
            func.sum(case((_IS_LINE, 1), else_=0)),
            func.sum(col(OpenItem.cents)),
            func.sum(case((is_held, col(OpenItem.cents)), else_=0)),
        )
        .where(*_of(work, run_id))
        .group_by(col(OpenItem.provider_id))
    )
    if after is not None:
        statement = statement.where(col(OpenItem.provider_id) > after)
    rows = work.session.execute(statement.order_by(col(OpenItem.provider_id)).limit(limit)).all()
    ids = [row[0] for row in rows]
    providers = _providers(work, ids)
    earlier, accounts = _earlier(work, ids), _accounts(work, ids)
    return [
        _share(providers[id_], int(lines), int(cents), int(held), earlier[id_], accounts.get(id_))
        for id_, lines, cents, held in rows
    ]


def _of(work: Work, run_id: UUID) -> tuple[Any, ...]:
    return (col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id)


def _share(
    provider: Provider, lines: int, cents: int, held: int, earlier: Sequence[int], account: str | None
) -> Share:
    signals = {
        Signal.FIRST_TIME: not earlier,
        Signal.ACCOUNT_CHANGED: account is not None and account != provider.iban,
        Signal.MUCH_MORE: bool(earlier) and _is_much_more(cents, earlier),
        Signal.BELOW_ZERO: cents < 0,
    }
    return Share(
        provider_id=provider.id,
        trade_name=provider.trade_name,
        lines=lines,
        cents=cents,
        held_cents=held,
        earlier_cents=tuple(earlier),
        signals=tuple(signal for signal, stands_out in signals.items() if stands_out),
    )


def _is_much_more(cents: int, earlier: Sequence[int]) -> bool:
    """Against the average, without rounding it."""
    together, many = sum(earlier), len(earlier)
    is_share = cents * many * _BPS >= together * MUCH_MORE_BPS
    return is_share and cents * many - together >= MUCH_MORE_CENTS * many


def _providers(work: Work, ids: Collection[UUID]) -> dict[UUID, Provider]:
    statement = select(Provider).where(
        col(Provider.municipality_id) == work.municipality_id, col(Provider.id).in_(ids)
    )
    return {row.id: row for row in work.session.scalars(statement)}


def _earlier(work: Work, ids: Collection[UUID]) -> Mapping[UUID, list[int]]:
    """Gross of the last settlements of each, the newest first."""
    place = func.row_number().over(
        partition_by=col(Settlement.provider_id), order_by=col(Settlement.id).desc()
    )
    ranked = (
        select(col(Settlement.provider_id), col(Settlement.gross_cents), place.label("place"))
        .where(col(Settlement.municipality_id) == work.municipality_id, col(Settlement.provider_id).in_(ids))
        .subquery()
    )
    found: defaultdict[UUID, list[int]] = defaultdict(list)
    for provider_id, gross, _ in work.session.execute(
        select(ranked).where(ranked.c.place <= EARLIER).order_by(ranked.c.provider_id, ranked.c.place)
    ):
        found[provider_id].append(gross)
    return found


def _accounts(work: Work, ids: Collection[UUID]) -> dict[UUID, str]:
    """On which account each was paid the last time."""
    place = func.row_number().over(
        partition_by=col(Settlement.provider_id), order_by=col(Settlement.id).desc()
    )
    ranked = (
        select(col(Settlement.provider_id), col(Payment.creditor_iban), place.label("place"))
        .join(Payment, linked(Payment, Settlement, col(Payment.settlement_id) == col(Settlement.id)))
        .where(col(Settlement.municipality_id) == work.municipality_id, col(Settlement.provider_id).in_(ids))
        .subquery()
    )
    return {
        provider_id: iban
        for provider_id, iban, _ in work.session.execute(select(ranked).where(ranked.c.place == 1))
    }
