# SPDX-License-Identifier: EUPL-1.2
"""The proof of the books of one municipality: everything written twice agrees, to the cent.

Money stands in counters, in entries, in redemptions, in settlements, in payments and in the file
for the bank; each is computed again from the one before it. The checks themselves are in checks/.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Column, func, inspect, select

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
from ledger.checks.findings import Finding
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
    for each in chain(
        books.checks(work.municipality_id),
        redemptions.checks(work.municipality_id),
        rights.checks(work.municipality_id),
        terms.checks(work.municipality_id),
        settlements.checks(work.municipality_id),
        recoveries.checks(work.municipality_id),
        announcements.checks(work.municipality_id),
    ):
        yield from each.findings(work)
    yield from rights.contents(work)
    yield from terms.formulas(work)
    yield from settlements.untils(work)
    yield from settlements.lacking_items(work)
    yield from recoveries.owed(work)
    yield from recoveries.interest(work)
    yield from confirmations.disputed(work)
    yield from confirmations.unconfirmed(work)
    yield from settlements.files(work)


def _looked_at(work: Work) -> dict[str, int]:
    counts = {}
    for table in LOOKED_AT:
        mapped = inspect(table)
        municipality: Column[str] = mapped.columns["municipality_id"]
        statement = select(func.count()).where(municipality == work.municipality_id)
        counts[str(mapped.local_table.description)] = work.session.scalars(statement).one()
    return counts
