# SPDX-License-Identifier: EUPL-1.2
"""Redemptions: use entitlements, or set something of them aside; many at once, all on one path.

Load, judge, write: loading is in shelves, judging in books, and only entries.post moves money.
What happens to a redemption later (capture, release, reverse) is in follow_ups.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ledger import bulk, entries, shelves
from ledger.books import Priced, Taken
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.entries import Posting, Pot
from ledger.errors import LedgerError
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind
from ledger.scans import Outcome, Redeemed, Scan
from ledger.tables import Bound, Redemption, RedemptionLine
from ledger.units import Unit
from ledger.wire import together

SCANS_MAX = 1000
"""The most scans of one batch; longer lists are cut into pieces by who calls."""


def redeem(work: Work, scans: Sequence[Scan]) -> list[Outcome]:
    """Judge scans in the order given and book the accepted ones together.

    outcomes[i] answers scans[i]: what was redeemed, or the LedgerError that says why not. A refused
    scan leaves no trace on the scans beside it; a known id gets its first answer again.
    """
    books = shelves.load(work, scans, today=dutch_day(work.now), lock=True)
    outcomes = [books.judge(scan) for scan in scans]
    # After this point only writes.
    _write(work, books.taken)
    return outcomes


def quote(work: Work, scans: Sequence[Scan], *, today: date | None = None) -> list[Outcome]:
    """What redeem would answer, without booking anything; today asks as if on another day."""
    books = shelves.load(work, scans, today=today or dutch_day(work.now), lock=False)
    return [books.judge(scan) for scan in scans]


def ask_each(work: Work, scans: Sequence[Scan]) -> list[Taken | LedgerError]:
    """What redeem would take of each of these new scans, were it the only one, or why it would refuse."""
    books = shelves.load(work, scans, today=dutch_day(work.now), lock=False)
    return [books.ask(scan) for scan in scans]


def _write(work: Work, taken: Sequence[Taken]) -> None:
    """Redemptions and lines in bulk, then one posting."""
    if not taken:
        return
    # By id: two batches with the same ids for other rights share no lock, and meet here in one order.
    by_id = sorted(taken, key=lambda each: each.scan.id.int)
    rows = [_row(work, each) for each in by_id]
    lines = [_line(work, each.scan.id, priced) for each in taken for priced in each.priced]
    with together(work):
        bulk.insert(work, Redemption, rows)
        bulk.insert(work, RedemptionLine, lines)
    pots = _Pots(work=work)
    postings = [posting for each in taken for posting in _postings(each, pots)]
    entries.post(work, postings, opening=pots.opening)


@dataclass(kw_only=True)
class _Pots:
    """The accounts that the redemptions of one batch are booked on, each found once."""

    work: Work
    found: dict[entries.Place, Pot] = field(default_factory=dict)

    def of(self, taken: Taken, priced: Priced, kind: AccountKind, unit: Unit) -> UUID:
        """The account of a kind and unit for one line of a redemption."""
        match kind:
            case AccountKind.ENTITLEMENT:
                return taken.right.accounts[unit]
            case AccountKind.PAYABLE:
                assert priced.chosen.agreement_id, "accepted under a contract or care agreement"
                owner = priced.chosen.agreement_id
            case AccountKind.DELIVERED:
                owner = taken.redeemed.provider_id
            case AccountKind.RESERVED:
                owner = taken.right.id
            case AccountKind.BUDGET:
                owner = taken.right.budget_id
            case _:
                owner = NOBODY
        return self._at((kind, owner, unit), soft=not taken.right.programme.is_hard)

    def _at(self, place: entries.Place, *, soft: bool) -> UUID:
        pot = self.found.get(place)
        if pot is None:
            pot = self.found[place] = entries.pot(self.work, place, soft=soft)
        return pot.id

    @property
    def opening(self) -> list[Pot]:
        """All but hard budgets, which exist and were judged: of the others nothing can be lacking."""
        return [
            pot
            for pot in self.found.values()
            if pot.kind is not AccountKind.BUDGET or pot.bound is Bound.FREE
        ]


def _postings(taken: Taken, pots: _Pots) -> Iterable[Posting]:
    for priced in taken.priced:
        for draft in priced.drafts:
            yield Posting(
                kind=draft.kind,
                debit_account_id=pots.of(taken, priced, draft.debit, draft.unit),
                credit_account_id=pots.of(taken, priced, draft.credit, draft.unit),
                unit=draft.unit,
                amount=draft.amount,
                cause_id=taken.scan.id,
                line=priced.line.line,
                at=taken.scan.terms.at,
                actor_id=taken.scan.actor_id,
            )


def _row(work: Work, taken: Taken) -> dict[str, Any]:
    done, scan = taken.redeemed, taken.scan
    return {
        "municipality_id": work.municipality_id,
        "id": done.id,
        "entitlement_id": done.entitlement_id,
        "entitlement_version": taken.right.version,
        "programme_version": taken.right.programme.version,
        "provider_id": done.provider_id,
        "code_id": taken.code_id,
        "claim_id": scan.claim_id,
        "claim_line": scan.claim_line,
        "reserved": done.reserved,
        "service_day": done.service_day,
        "price_cents": done.price_cents,
        "remaining_cents": done.remaining_cents,
        "remaining_quantity": done.remaining_quantity,
        "fingerprint": scan.fingerprint,
        "actor_id": scan.actor_id or work.actor_id,
        "at": scan.terms.at,
        "recorded_at": work.now,
    }


def _line(work: Work, redemption_id: UUID, priced: Priced) -> dict[str, Any]:
    line = priced.line
    return {
        "municipality_id": work.municipality_id,
        "redemption_id": redemption_id,
        "line": line.line,
        "service": line.service,
        "unit": line.unit,
        "quantity": line.quantity,
        "price_cents": line.price_cents,
        "agreement_id": priced.chosen.agreement_id,
        "agreement_version": priced.chosen.version,
    }


def accepted(outcomes: Iterable[Outcome]) -> list[Redeemed]:
    """Only those that passed."""
    return [each for each in outcomes if not isinstance(each, LedgerError)]
