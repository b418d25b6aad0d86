# SPDX-License-Identifier: EUPL-1.2
"""The desk of contract terms: what every term of every published contract says, from all that is known.

Nothing is written here; see contract_terms for what becomes of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, Text, cast, or_, select
from sqlmodel import col

from ledger import db, term_facts, term_years
from ledger.db import Work
from ledger.rules import terms
from ledger.rules.facts import Period
from ledger.rules.terms import AnyTerm
from ledger.rules.terms_ceiling import Ceiling, YearAmount
from ledger.rules.terms_facts import Delivered, TermFacts
from ledger.rules.terms_lines import Formula, TermLine, TermStatement, cents, line
from ledger.rules.terms_versions import Span, spans
from ledger.tables import Contract, ContractVersion, TermKind
from ledger.term_facts import Earlier, Figures, Key
from ledger.term_years import Years

OWN_CEILING: Final = 0
"""The number of the ceiling that a contract names for every calendar year, without a term."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one term says of one span of a version."""

    contract: Contract
    version: int
    number: int
    kind: TermKind
    programme_id: UUID | None
    """None: the contract's own ceiling names none, and what is dropped is of the budget that bore it."""
    earlier: Mapping[date, Earlier]
    """What was computed before, by the first day of the period."""
    statement: TermStatement

    def found(self) -> Iterator["Found"]:
        """What was said, by period."""
        periods: defaultdict[tuple[date, date], list[TermLine]] = defaultdict(list)
        for each in self.statement.lines:
            periods[each.first, each.last].append(each)
        for (first, last), lines in sorted(periods.items()):
            yield Found(said=self, first=first, last=last, lines=tuple(lines))


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one term came to for one period."""

    said: Said
    first: date
    last: date
    """Inclusive."""
    lines: tuple[TermLine, ...]

    @property
    def cents(self) -> int:
        """All lines together."""
        return sum(each.result_cents for each in self.lines)

    @property
    def pinned(self) -> UUID | None:
        """The budget that bore the period before, where no programme is named."""
        known = self.said.earlier.get(self.first)
        return known.budget_id if known and self.said.programme_id is None else None


@dataclass(frozen=True, kw_only=True)
class _Agreed:
    """One term as a version of a contract holds it."""

    number: int
    programme_id: UUID | None
    term: AnyTerm

    @property
    def key(self) -> Key:
        """Which term of the contract it is."""
        return self.number, TermKind(self.term.kind)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All contracts with terms, and all that is known around them."""

    until: date
    through: date
    """As until, but not before a day up to which ceilings were computed: those do not go back in time."""
    contracts: Mapping[UUID, Contract]
    versions: Mapping[UUID, Mapping[int, ContractVersion]]
    """By contract, then number; published, the oldest first."""
    earlier: Mapping[UUID, Mapping[Key, Mapping[date, Earlier]]]
    figures: Figures
    delivered: Mapping[UUID, Sequence[Delivered]]
    """Of the years that are looked at."""
    years: Years
    """The calendar years whose ceilings are looked at; those of another year stay what they are."""

    def judge(self) -> Iterator[Said]:
        """What all terms of all contracts say, version by version."""
        for contract in self.contracts.values():
            versions = self.versions[contract.id]
            stated = [
                (number, Period(start=row.valid_from, until=row.valid_until))
                for number, row in versions.items()
            ]
            for span in spans(stated, until=self.until, through=self.through):
                agreed = _agreed(versions[span.version], span)
                yield from self._told(contract, span, agreed)
                yield from self._dropped(contract, span, agreed)

    def _told(self, contract: Contract, span: Span, agreed: Sequence[_Agreed]) -> Iterator[Said]:
        for kind, window in self._windows(contract, span):
            asked = [
                each for each in agreed if (each.key[1] is TermKind.CEILING) is (kind is TermKind.CEILING)
            ]
            facts = [self._facts(contract, each, span, window) for each in asked]
            for each, statement in zip(
                asked, terms.statements([one.term for one in asked], facts), strict=True
            ):
                yield self._said(contract, span, each.key, each.programme_id, statement)

    def _windows(self, contract: Contract, span: Span) -> Iterator[tuple[TermKind, Period]]:
        """What is looked at of a span: its days for lump sums, and each of the years for all ceilings."""
        if span.paid is not None:
            yield TermKind.AVAILABILITY, span.paid
        if span.capped is None or span.capped.until is None:
            return
        for year in sorted(self.years.get(contract.id, ())):
            first, last = max(span.capped.start, date(year, 1, 1)), min(span.capped.until, date(year, 12, 31))
            if first <= last:
                yield TermKind.CEILING, Period(start=first, until=last)

    def _dropped(self, contract: Contract, span: Span, agreed: Sequence[_Agreed]) -> Iterator[Said]:
        """What was computed for terms that the version does not hold any more: all of it is taken off."""
        held = {each.key for each in agreed}
        for key, periods in self.earlier.get(contract.id, {}).items():
            window = _window(key, span)
            if key in held or window is None:
                continue
            lines = [
                line(first, known.last, Formula.EARLIER, (cents("earlier_cents", known.cents),))
                for first, known in periods.items()
                if known.cents and window.holds(first)
            ]
            yield self._said(contract, span, key, None, TermStatement(lines=tuple(lines)))

    def _facts(self, contract: Contract, agreed: _Agreed, span: Span, window: Period) -> TermFacts:
        earlier = self.earlier.get(contract.id, {}).get(agreed.key, {})
        assert window.until is not None, "a window ends"
        return TermFacts(
            first=window.start,
            last=window.until,
            validity=span.validity,
            earlier={first: known.cents for first, known in earlier.items()},
            evidence=self.figures.evidence.get((contract.id, agreed.number), {}),
            delivered=self.delivered.get(contract.id),
            population=self.figures.population,
            historical_cost_cents=self.figures.costs.get(contract.id, {}),
        )

    def _said(
        self, contract: Contract, span: Span, key: Key, programme_id: UUID | None, statement: TermStatement
    ) -> Said:
        number, kind = key
        return Said(
            contract=contract,
            version=span.version,
            number=number,
            kind=kind,
            programme_id=programme_id,
            earlier=self.earlier.get(contract.id, {}).get(key, {}),
            statement=statement,
        )


def load(work: Work, until: date, years: Years | None = None) -> Desk:
    """All that is known on the last day that is looked at; one query per table.

    With years only of these contracts, and of their ceilings only those years; without, all that may differ
    from what was computed.
    """
    versions: defaultdict[UUID, dict[int, ContractVersion]] = defaultdict(dict)
    for row in work.session.scalars(_versions(work)):
        if years is None or row.contract_id in years:
            versions[row.contract_id][row.version] = row
    contracts = db.rows(work, Contract, versions)
    earlier = term_facts.earlier(work, contracts)
    looked_at = [
        known.last
        for of_contract in earlier.values()
        for (_, kind), periods in of_contract.items()
        for known in periods.values()
        if kind is TermKind.CEILING
    ]
    through = max([until, *looked_at])
    capped = {id_: rows.values() for id_, rows in versions.items() if any(map(_caps, rows.values()))}
    looked = term_years.to_look_at(work, capped, through) if years is None else years
    return Desk(
        until=until,
        through=through,
        contracts=contracts,
        versions=versions,
        earlier=earlier,
        figures=term_facts.figures(work, contracts),
        delivered=term_facts.delivered(work, contracts, _by_year(looked, capped), through),
        years=looked,
    )


def capped(work: Work) -> set[UUID]:
    """The contracts of which a published version holds a ceiling."""
    return {row.contract_id for row in work.session.scalars(_versions(work)) if _caps(row)}


def _by_year(years: Years, contract_ids: Collection[UUID]) -> dict[int, set[UUID]]:
    found: defaultdict[int, set[UUID]] = defaultdict(set)
    for contract_id in contract_ids:
        for year in years.get(contract_id, ()):
            found[year].add(contract_id)
    return found


def _versions(work: Work) -> Select[ContractVersion]:
    """Every published version of the contracts of which some version has a term or a ceiling."""
    mine = col(ContractVersion.municipality_id) == work.municipality_id
    published = col(ContractVersion.published_at).is_not(None)
    has_terms = cast(col(ContractVersion.terms), Text) != "[]"
    chosen = select(col(ContractVersion.contract_id)).where(
        mine, published, or_(col(ContractVersion.ceiling_cents).is_not(None), has_terms)
    )
    return (
        select(ContractVersion)
        .where(mine, published, col(ContractVersion.contract_id).in_(chosen))
        .order_by(col(ContractVersion.contract_id), col(ContractVersion.version))
    )


def _caps(version: ContractVersion) -> bool:
    return version.ceiling_cents is not None or any(isinstance(each.term, Ceiling) for each in version.terms)


def _agreed(version: ContractVersion, span: Span) -> list[_Agreed]:
    found = [
        _Agreed(number=each.number, programme_id=each.programme_id, term=each.term) for each in version.terms
    ]
    if version.ceiling_cents is not None and span.capped and span.capped.until:
        years = range(span.capped.start.year, span.capped.until.year + 1)
        amounts = tuple(YearAmount(year=year, cents=version.ceiling_cents) for year in years)
        term = Ceiling(scope="contract", amounts=amounts)
        found.append(_Agreed(number=OWN_CEILING, programme_id=None, term=term))
    return found


def _window(key: Key, span: Span) -> Period | None:
    return span.capped if key[1] is TermKind.CEILING else span.paid
