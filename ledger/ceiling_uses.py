# SPDX-License-Identifier: EUPL-1.2
"""Ceilings in the overview of a run: how much of each is used with it, by contract and calendar year."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlmodel import col

from ledger import runs, term_desk
from ledger.db import Work
from ledger.rules.terms_lines import WHOLE, CeilingUse, Refusal
from ledger.tables import Account, Contract, Entry, FollowUp, OpenItem, Redemption, TermKind
from ledger.tables.base import linked
from ledger.term_desk import Said
from ledger.term_years import Years


@dataclass(frozen=True, kw_only=True)
class Used:
    """One ceiling in one calendar year of which a run has care. Amounts in eurocents."""

    contract_id: UUID
    contract_number: str
    provider_id: UUID
    number: int
    """Which term of the contract; 0 is the ceiling of the contract itself."""
    year: int
    counted_cents: int
    """What counts towards it up to and including the last day of the run, also in earlier runs."""
    ceiling_cents: int
    share_bps: int | None
    """How much of it is used, in ten thousandths; None of a ceiling of nothing, or one that is not told."""
    passed_bps: tuple[int, ...]
    """The shares that were to be told when reached, and are."""
    kept_back_cents: int
    """What is not paid of what lies beyond it, so far in the year."""
    refusal: Refusal | None
    """Why it cannot be told; then its care is held."""
    missing: tuple[str, ...]


def of_run(work: Work, run_id: UUID) -> list[Used]:
    """The ceilings of all contracts of an open run, by contract, year and number. Raises RunNotFound."""
    run = runs.row(work, run_id)
    years = _years(work, run_id)
    if not years:
        return []
    desk = term_desk.load(work, run.until, years)
    told = [each for said in desk.judge() if said.kind is TermKind.CEILING for each in _told(said)]
    return sorted(told, key=lambda each: (each.contract_id, each.year, each.number))


def _told(said: Said) -> Iterator[Used]:
    for use in said.statement.uses:
        passed = (each.at_basis_points for each in said.statement.signals if each.year == use.year)
        yield _used(said, use, tuple(passed))
    for refused in said.statement.refusals:
        nothing = CeilingUse(year=refused.first.year, counted_cents=0, ceiling_cents=0, kept_back_cents=0)
        yield _used(said, nothing, (), refused.reason, refused.missing)


def _used(
    said: Said,
    use: CeilingUse,
    passed: tuple[int, ...],
    refusal: Refusal | None = None,
    missing: tuple[str, ...] = (),
) -> Used:
    contract: Contract = said.contract
    return Used(
        contract_id=contract.id,
        contract_number=contract.number,
        provider_id=contract.provider_id,
        number=said.number,
        year=use.year,
        counted_cents=use.counted_cents,
        ceiling_cents=use.ceiling_cents,
        share_bps=use.counted_cents * WHOLE // use.ceiling_cents if use.ceiling_cents else None,
        passed_bps=passed,
        kept_back_cents=use.kept_back_cents,
        refusal=refusal,
        missing=missing,
    )


def _years(work: Work, run_id: UUID) -> Years:
    """The calendar years of the care in a run, by contract that holds a ceiling."""
    year = extract("year", col(Redemption.service_day))
    redemption_id = func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id))
    statement = (
        select(col(Account.owner_id), year)
        .distinct()
        .select_from(OpenItem)
        .join(Account, linked(Account, OpenItem, col(Account.id) == col(OpenItem.account_id)))
        .join(Entry, linked(Entry, OpenItem, col(Entry.id) == col(OpenItem.entry_id)))
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(Redemption, linked(Redemption, Entry, col(Redemption.id) == redemption_id))
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id) == run_id,
            col(Account.owner_id).in_(term_desk.capped(work)),
        )
    )
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    for contract_id, of_year in work.session.execute(statement):
        found[contract_id].add(int(of_year))
    return {id_: frozenset(years) for id_, years in found.items()}
