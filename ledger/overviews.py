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

from sqlalchemy import Subquery, case, func, select
from sqlmodel import col

from ledger import entries, gates, reviews, runs
from ledger.db import Work
from ledger.entries import Place
from ledger.rules.funding import AccountKind
from ledger.tables import LeftOutReason, OpenItem, Payment, Provider, Settlement
from ledger.tables.base import linked
from ledger.units import Unit

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
    DISPUTED_LATE = "disputed_late"
    """A resident disputes what was settled before, and that still stands."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a run comes to for one provider. Amounts in eurocents."""

    provider_id: UUID
    trade_name: str
    lines: int
    cents: int
    """Of all lines, the held ones too, less what was taken back of them."""
    held_cents: int
    disputed_cents: int
    """Not held, and disputed by their residents."""
    unconfirmed_cents: int
    """Neither, and still to be confirmed by their residents."""
    owing_cents: int
    """What the provider has to give back: set off against what is settled, as far as that reaches."""
    disputed_late: int
    """How many lines were disputed after they were settled, and still stand."""
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
    disputed_lines: int
    """Not held, and disputed by their residents."""
    disputed_cents: int
    unconfirmed_lines: int
    """Neither, and still to be confirmed by their residents."""
    unconfirmed_cents: int
    sample: int
    """How many lines must be looked at."""
    unseen: int
    """How many of these nobody has looked at."""


def totals(work: Work, run_id: UUID) -> Totals:
    """What an open run comes to. Raises RunNotFound."""
    runs.row(work, run_id)
    sums = _sums(work, run_id)
    figures = {
        "lines": func.sum(sums.c.lines),
        "cents": func.sum(sums.c.cents),
        **{f"{why}_lines": _kept_back(sums, sums.c.lines, why) for why in _KEPT_BACK},
        **{f"{why}_cents": _kept_back(sums, sums.c.cents, why) for why in _KEPT_BACK},
    }
    statement = select(
        func.count(func.distinct(sums.c.provider_id)).label("providers"),
        *(func.coalesce(figure, 0).label(name) for name, figure in figures.items()),
    )
    drawn = reviews.sample(work, run_id)
    found = work.session.execute(statement).one()
    return Totals(
        **{name: int(figure) for name, figure in found._mapping.items()},
        sample=len(drawn),
        unseen=len(reviews.unseen(work, run_id, drawn)),
    )


def shares(work: Work, run_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[Share]:
    """What an open run comes to by provider, in the order of their ids; after is the one seen last.

    Raises RunNotFound.
    """
    runs.row(work, run_id)
    sums = _sums(work, run_id, after)
    statement = (
        select(
            sums.c.provider_id,
            func.sum(sums.c.lines),
            func.sum(sums.c.cents),
            *(_kept_back(sums, sums.c.cents, why) for why in _KEPT_BACK),
        )
        .group_by(sums.c.provider_id)
        .order_by(sums.c.provider_id)
        .limit(limit)
    )
    rows = {id_: [int(each) for each in told] for id_, *told in work.session.execute(statement)}
    desk = _Desk(
        providers=_providers(work, rows),
        earlier=_earlier(work, rows),
        accounts=_accounts(work, rows),
        late=gates.late(work, rows),
        held=entries.held(entries.seen(work, set(rows))),
    )
    return [desk.share(id_, *told) for id_, told in rows.items()]


_KEPT_BACK: Final = (LeftOutReason.HELD, LeftOutReason.DISPUTED, LeftOutReason.UNCONFIRMED)
"""Why lines will not be paid by this run; the first that is so counts, as at the release."""


def _sums(work: Work, run_id: UUID, after: UUID | None = None) -> Subquery:
    """Lines and cents of a run by provider_id and by why they are kept back; that is asked of a line once."""
    why = case(
        (reviews.is_held(), LeftOutReason.HELD.value),
        (gates.is_disputed(work, run_id), LeftOutReason.DISPUTED.value),
        (gates.is_unconfirmed(work, run_id), LeftOutReason.UNCONFIRMED.value),
        else_="",
    )
    items = (
        select(
            col(OpenItem.provider_id),
            why.label("why"),
            case((_IS_LINE, 1), else_=0).label("line"),
            col(OpenItem.cents),
        )
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id) == run_id,
            *([] if after is None else [col(OpenItem.provider_id) > after]),
        )
        .subquery()
    )
    return (
        select(
            items.c.provider_id,
            items.c.why,
            func.sum(items.c.line).label("lines"),
            func.sum(items.c.cents).label("cents"),
        )
        .group_by(items.c.provider_id, items.c.why)
        .subquery()
    )


def _kept_back(sums: Subquery, figure: Any, why: LeftOutReason) -> Any:
    return func.sum(case((sums.c.why == why.value, figure), else_=0))


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What is told of some providers beside the sums of the run."""

    providers: Mapping[UUID, Provider]
    earlier: Mapping[UUID, Sequence[int]]
    accounts: Mapping[UUID, str]
    late: Mapping[UUID, int]
    held: Mapping[Place, int]
    """What accounts of these providers hold."""

    def share(self, provider_id: UUID, lines: int, cents: int, *kept_back: int) -> Share:
        """The share of one provider; kept_back in the order of _KEPT_BACK."""
        provider, earlier = self.providers[provider_id], self.earlier[provider_id]
        account, late = self.accounts.get(provider_id), self.late.get(provider_id, 0)
        held, disputed, unconfirmed = kept_back
        signals = {
            Signal.FIRST_TIME: not earlier,
            Signal.ACCOUNT_CHANGED: account is not None and account != provider.iban,
            Signal.MUCH_MORE: bool(earlier) and _is_much_more(cents, earlier),
            Signal.BELOW_ZERO: cents < 0,
            Signal.DISPUTED_LATE: late > 0,
        }
        return Share(
            provider_id=provider.id,
            trade_name=provider.trade_name,
            lines=lines,
            cents=cents,
            held_cents=held,
            disputed_cents=disputed,
            unconfirmed_cents=unconfirmed,
            owing_cents=-self.held.get((AccountKind.RECEIVABLE, provider_id, Unit.EUROCENT), 0),
            disputed_late=late,
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
