# SPDX-License-Identifier: EUPL-1.2
"""Overviews of payees: which changes of account wait, and who is not paid now; for who decides on them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import db, payees
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.payees import Change
from ledger.tables import AccountChange, AccountDecision, PayeeCheck, PayeeOverride, Provider
from ledger.tables.base import linked


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A change of account that is not in force, with the provider as it is paid now."""

    provider: Provider
    found: Change


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A provider to whose account nothing is paid, by which check, and who said it may be all the same."""

    provider: Provider
    check: PayeeCheck
    overrides: tuple[PayeeOverride, ...]
    """Fewer than payees.OVERRIDES people."""


def pending(work: Work) -> list[Pending]:
    """Changes nobody has decided on, and approved ones that are not in force; the oldest first.

    What was approved comes into force when a run is released on or after its day; a later change of the same
    provider takes its place.
    """
    statement = (
        select(AccountChange, AccountDecision, Provider)
        .outerjoin(AccountDecision, _DECIDED)
        .join(Provider, linked(Provider, AccountChange, col(Provider.id) == col(AccountChange.provider_id)))
        .where(
            col(AccountChange.municipality_id) == work.municipality_id,
            or_(
                col(AccountDecision.change_id).is_(None),
                and_(
                    col(AccountDecision.effective_on) >= dutch_day(work.now) - payees.LOOKED_BACK,
                    or_(
                        col(Provider.iban) != col(AccountChange.iban),
                        col(Provider.account_holder_name) != col(AccountChange.account_holder_name),
                    ),
                    ~_later(),
                ),
            ),
        )
        .order_by(col(AccountChange.id))
    )
    return [
        Pending(provider=provider, found=Change(change=change, decision=decision))
        for change, decision, provider in work.session.execute(statement)
    ]


def blocked(work: Work) -> list[Blocked]:
    """Every provider that is not paid now, by trade name."""
    # in words that the index of these few rows is made for
    doubted = select(col(PayeeCheck.provider_id)).where(
        col(PayeeCheck.municipality_id) == work.municipality_id,
        col(PayeeCheck.outcome).in_([literal_column(f"'{each}'") for each in payees.BLOCKING]),
    )
    found = payees.blocked(work, doubted)
    providers = db.rows(work, Provider, found.keys())
    said = _said(work, {check.id for check in found.values()})
    rows = [
        Blocked(provider=providers[id_], check=check, overrides=tuple(said[check.id]))
        for id_, check in found.items()
    ]
    return sorted(rows, key=lambda each: (each.provider.trade_name, each.provider.id))


def _said(work: Work, check_ids: set[UUID]) -> Mapping[UUID, list[PayeeOverride]]:
    statement = (
        select(PayeeOverride)
        .where(
            col(PayeeOverride.municipality_id) == work.municipality_id,
            col(PayeeOverride.check_id).in_(check_ids),
        )
        .order_by(col(PayeeOverride.recorded_at), col(PayeeOverride.actor_id))
    )
    said: defaultdict[UUID, list[PayeeOverride]] = defaultdict(list)
    for each in work.session.scalars(statement):
        said[each.check_id].append(each)
    return said


_DECIDED: Final = linked(
    AccountDecision, AccountChange, col(AccountDecision.change_id) == col(AccountChange.id)
)


def _later() -> ColumnElement[bool]:
    """Whether a change of the same provider was approved for the same day or a later one, and comes after."""
    other, decision = aliased(AccountChange), aliased(AccountDecision)
    return (
        exists()
        .where(
            linked(other, AccountChange, col(other.provider_id) == col(AccountChange.provider_id)),
            linked(decision, other, col(decision.change_id) == col(other.id)),
            tuple_(col(decision.effective_on), col(other.id))
            > tuple_(col(AccountDecision.effective_on), col(AccountChange.id)),
        )
        .correlate(AccountChange, AccountDecision)
    )
