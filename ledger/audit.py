# SPDX-License-Identifier: EUPL-1.2
"""The proof of the books of one municipality: everything written twice agrees, to the cent.

Money stands in counters, in entries, in redemptions, in settlements, in payments and in the file
for the bank; each is computed again from the one before it. The checks themselves are in checks/.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from sqlalchemy import FromClause, Label, Select, func, inspect, select

from ledger.checks import (
    announcements,
    books,
    confirmations,
    recoveries,
    redemptions,
    rights,
    settlements,
    terms,
)
from ledger.checks.findings import Check, Finding
from ledger.db import Work
from ledger.tables import (
    Account,
    AccountDecision,
    Approval,
    ApprovalDecision,
    Code,
    Demand,
    DemandDebt,
    DemandInterest,
    DemandStep,
    Entitlement,
    EntitlementChange,
    Entry,
    FollowUp,
    OpenItem,
    Payment,
    PaymentEvent,
    PaymentFile,
    Redemption,
    RedemptionLine,
    ResidentWord,
    RunRelease,
    Settlement,
    SettlementLine,
    SettlementRun,
    TakenBack,
    TermAmount,
    TermLine,
)

LOOKED_AT = (
    Account,
    Entry,
    Redemption,
    RedemptionLine,
    FollowUp,
    TakenBack,
    Entitlement,
    EntitlementChange,
    Code,
    Approval,
    ApprovalDecision,
    SettlementRun,
    Settlement,
    SettlementLine,
    OpenItem,
    RunRelease,
    PaymentFile,
    Payment,
    PaymentEvent,
    ResidentWord,
    AccountDecision,
    TermAmount,
    TermLine,
    Demand,
    DemandDebt,
    DemandStep,
    DemandInterest,
)
"""The tables that the checks read from end to end."""

_REMEMBERED = 8
"""Municipalities whose statements are kept; one takes about a megabyte."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    looked_at: Mapping[str, int]
    """How many rows, by the name of their table."""

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check(work: Work) -> Report:
    """Check everything, whatever is found on the way; changes nothing.

    In a reading session all checks see one state, so that it may run while others book. Memory
    grows with what disagrees, not with the books.
    """
    return Report(findings=tuple(_findings(work)), looked_at=_looked_at(work))


def _findings(work: Work) -> Iterator[Finding]:
    """In the order of the chain: books, redemptions, entitlements, terms, settlements and what follows."""
    for each in _checks(work.municipality_id):
        yield from each.findings(work)
    yield from rights.contents(work)
    yield from terms.formulas(work)
    yield from settlements.untils(work)
    yield from settlements.lacking_items(work)
    yield from recoveries.owed(work)
    yield from recoveries.interest(work)
    yield from confirmations.unconfirmed(work)
    yield from settlements.files(work)


@lru_cache(maxsize=_REMEMBERED)
def _checks(municipality_id: str) -> tuple[Check, ...]:
    """All that are one statement, made once: making them takes longer than asking small books."""
    families = (books, redemptions, rights, terms, settlements, recoveries, announcements, confirmations)
    return tuple(chain.from_iterable(each.checks(municipality_id) for each in families))


def _looked_at(work: Work) -> dict[str, int]:
    counted = work.session.execute(_counts(work.municipality_id)).one()
    return {str(name): int(count) for name, count in counted._mapping.items()}


@lru_cache(maxsize=_REMEMBERED)
def _counts(municipality_id: str) -> Select[*tuple[int, ...]]:
    """How many rows each table has, in one statement: a column for each, by its name."""
    return select(*(_count(inspect(table).local_table, municipality_id) for table in LOOKED_AT))


def _count(table: FromClause, municipality_id: str) -> Label[int]:
    counted = select(func.count()).where(table.columns["municipality_id"] == municipality_id)
    return counted.scalar_subquery().label(str(table.description))
