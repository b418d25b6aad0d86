# SPDX-License-Identifier: EUPL-1.2
"""Redemptions: use entitlements, or set something of them aside; many at once, all on one path.

Load, judge, write: loading is in shelves, judging in books, and only entries.post moves money.
What happens to a redemption later (capture, release, reverse) is in follow_ups.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from ledger import entries, shelves
from ledger.books import Place, Priced, Taken
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import LedgerError
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind, Draft
from ledger.scans import Outcome, Redeemed, Scan
from ledger.tables import Redemption, RedemptionLine

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


def _write(work: Work, taken: Sequence[Taken]) -> None:
    """Redemptions and lines in bulk, then one posting."""
    if not taken:
        return
    connection = work.session.connection()
    connection.execute(insert(Redemption), [_row(work, each) for each in taken])
    lines = [_line(work, each.scan.id, priced) for each in taken for priced in each.priced]
    connection.execute(insert(RedemptionLine), lines)
    wanted = {place for each in taken for place in _places(each)}
    entries.open_accounts(work, {place for place in wanted if place[0] in _MADE_ON_USE})
    accounts = entries.by_place(entries.locked(work, {owner for _, owner, _ in wanted}))
    entries.post(work, [posting for each in taken for posting in _postings(each, accounts)])


_MADE_ON_USE = {AccountKind.RESERVED, AccountKind.DELIVERED, AccountKind.PAYABLE}
"""Accounts that come into being when they are first needed."""


def _postings(taken: Taken, accounts: entries.Places) -> Iterable[Posting]:
    for priced in taken.priced:
        for draft in priced.drafts:
            debit, credit = _ends(taken, priced, draft)
            yield Posting(
                kind=draft.kind,
                debit_account_id=accounts[debit].id,
                credit_account_id=accounts[credit].id,
                unit=draft.unit,
                amount=draft.amount,
                cause_id=taken.scan.id,
                line=priced.line.line,
                at=taken.scan.terms.at,
            )


def _places(taken: Taken) -> Iterable[Place]:
    for priced in taken.priced:
        for draft in priced.drafts:
            yield from _ends(taken, priced, draft)


def _ends(taken: Taken, priced: Priced, draft: Draft) -> tuple[Place, Place]:
    """The debit and the credit account of a draft, by their places."""
    owners = owners_of(
        entitlement_id=taken.entitlement.id,
        budget_id=taken.entitlement.budget_id,
        agreement_id=priced.chosen.agreement_id,
        provider_id=taken.redeemed.provider_id,
    )
    return (
        (draft.debit, owners[draft.debit], draft.unit),
        (draft.credit, owners[draft.credit], draft.unit),
    )


def owners_of(
    *, entitlement_id: UUID, budget_id: UUID, agreement_id: UUID | None, provider_id: UUID
) -> dict[AccountKind, UUID]:
    """Who owns the account of each kind, for one redemption."""
    assert agreement_id is not None, "accepted under a contract or care agreement"
    return {
        AccountKind.TREASURY: NOBODY,
        AccountKind.BUDGET: budget_id,
        AccountKind.ENTITLEMENT: entitlement_id,
        AccountKind.RESERVED: entitlement_id,
        AccountKind.PAYABLE: agreement_id,
        AccountKind.DELIVERED: provider_id,
    }


def _row(work: Work, taken: Taken) -> dict[str, Any]:
    done, scan = taken.redeemed, taken.scan
    return {
        "municipality_id": work.municipality_id,
        "id": done.id,
        "entitlement_id": done.entitlement_id,
        "entitlement_version": taken.entitlement.version,
        "programme_version": taken.programme_version,
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
        "actor_id": work.actor_id,
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
