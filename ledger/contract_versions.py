# SPDX-License-Identifier: EUPL-1.2
"""Versions of contracts: what each says, and which of them is newest, waits, or is in force.

How they come to be is in contracts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select, tuple_
from sqlmodel import col

from ledger import db
from ledger.db import Work
from ledger.errors import NotFound
from ledger.inputs import Amount, Area, Id7, ProductCode, ShortText, Validity, fingerprint
from ledger.rules.facts import Law
from ledger.rules.tariffs import AnyTariff
from ledger.rules.terms import ContractTerm
from ledger.tables import Contract, ContractLine, ContractVersion


@dataclass(kw_only=True, eq=False)
class ContractUnknown(NotFound):
    """There is no contract with this id."""

    code = "contract_unknown"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ContractVersionUnknown(NotFound):
    """The contract has no version with this number."""

    code = "contract_version_unknown"
    id: UUID
    """Of the contract."""
    version: int


class LineInput(Validity):
    """One service at one tariff, from a first day up to and including a last."""

    service: ProductCode
    tariff: AnyTariff


class ContractHead(Validity):
    """What was agreed but for the lines, whoever the provider is."""

    law: Law
    number: ShortText
    areas: tuple[Area, ...] = ()
    """Postcodes (four digits), districts or neighbourhoods; empty is the whole municipality."""
    acceptance_duty: bool = False
    ceiling_cents: Amount | None = None
    """The most that is paid in a calendar year."""


class ContractTerms(ContractHead):
    """What was agreed, whoever the provider is."""

    lines: tuple[LineInput, ...] = Field(min_length=1)
    terms: tuple[ContractTerm, ...] = Field(default=(), max_length=20)
    """What is paid, or kept back, by period besides the price of each use."""

    @model_validator(mode="after")
    def _terms_apart(self) -> Self:
        if len({each.number for each in self.terms}) < len(self.terms):
            raise ValueError("two terms have one number")
        return self

    @model_validator(mode="after")
    def _lines_inside(self) -> Self:
        for place, line in enumerate(self.lines):
            if line.valid_from < self.valid_from or _last(line) > _last(self):
                raise ValueError(f"lines[{place}] ({line.service}) reaches outside the contract's validity")
        return self

    @model_validator(mode="after")
    def _lines_apart(self) -> Self:
        of_service: defaultdict[str, list[LineInput]] = defaultdict(list)
        for line in sorted(self.lines, key=lambda line: line.valid_from):
            of_service[line.service].append(line)
        for service, lines in of_service.items():
            if any(_last(earlier) >= later.valid_from for earlier, later in pairwise(lines)):
                raise ValueError(f"two lines of service {service} hold on one day")
        return self


class ContractInput(ContractTerms):
    """A contract with its id and provider."""

    id: Id7
    provider_id: Id7


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractDraft:
    """A version of a contract: a draft that waits, one that was withdrawn, or published."""

    version: int
    published: bool
    withdrawn: bool = False
    """Whether it was given up before anybody published it."""
    drafted_by: UUID
    """The account that wrote this content."""
    content: ContractInput

    @property
    def waits(self) -> bool:
        """Whether somebody may still publish it."""
        return not (self.published or self.withdrawn)

    @property
    def mark(self) -> str:
        """Says which content this is: a draft that is written anew keeps its number, and not its mark."""
        return fingerprint(self.content).hex()


def newest(work: Work, contract_ids: Iterable[UUID] | None = None) -> list[ContractDraft]:
    """The newest version of these contracts, or of all, draft or published; by id of the contract.

    One that was withdrawn is it only where nothing else was ever written.
    """
    statement = select(Contract).where(col(Contract.municipality_id) == work.municipality_id)
    if contract_ids is not None:
        statement = statement.where(col(Contract.id).in_(set(contract_ids)))
    rows = work.session.scalars(statement.order_by(col(Contract.id)))
    return list(drafts(work, {row.id: row for row in rows}).values())


def in_force(work: Work, contract_ids: Collection[UUID]) -> list[ContractDraft]:
    """The published version of these contracts, by id; a contract that is still a draft is absent."""
    rows = db.rows(work, Contract, contract_ids)
    wanted = [(row.id, row.published_version) for row in rows.values() if row.published_version is not None]
    statement = select(ContractVersion).where(
        col(ContractVersion.municipality_id) == work.municipality_id,
        tuple_(col(ContractVersion.contract_id), col(ContractVersion.version)).in_(wanted),
    )
    found = {row.contract_id: row for row in work.session.scalars(statement)}
    return [each for _, each in sorted(told(work, rows, found).items())]


def version(work: Work, contract_id: UUID, number: int) -> ContractDraft:
    """One version of a contract, whatever became of it. Raises ContractUnknown, ContractVersionUnknown."""
    contracts = db.rows(work, Contract, [contract_id])
    if contract_id not in contracts:
        raise ContractUnknown(id=contract_id)
    row = work.session.get(ContractVersion, (work.municipality_id, contract_id, number))
    if row is None:
        raise ContractVersionUnknown(id=contract_id, version=number)
    return told(work, contracts, {contract_id: row})[contract_id]


def versions(work: Work, contract_id: UUID, *, limit: int) -> Sequence[ContractVersion]:
    """The versions of a contract, the newest first."""
    statement = select(ContractVersion).where(
        col(ContractVersion.municipality_id) == work.municipality_id,
        col(ContractVersion.contract_id) == contract_id,
    )
    return work.session.scalars(statement.order_by(col(ContractVersion.version).desc()).limit(limit)).all()


def waiting(work: Work) -> list[ContractDraft]:
    """All drafts that wait for somebody to publish them; by id of the contract."""
    return [each for each in newest(work) if each.waits]


def still_waits(row: ContractVersion) -> bool:
    """Whether somebody may still publish it."""
    return row.published_at is None and row.withdrawn_at is None


def all_of(work: Work, contract_ids: Iterable[UUID]) -> dict[UUID, list[ContractVersion]]:
    """All versions of each contract, the first one first."""
    statement = (
        select(ContractVersion)
        .where(
            col(ContractVersion.municipality_id) == work.municipality_id,
            col(ContractVersion.contract_id).in_(set(contract_ids)),
        )
        .order_by(col(ContractVersion.contract_id), col(ContractVersion.version))
    )
    found: defaultdict[UUID, list[ContractVersion]] = defaultdict(list)
    for row in work.session.scalars(statement):
        found[row.contract_id].append(row)
    return found


def newest_of(versions: Sequence[ContractVersion]) -> ContractVersion:
    """The last that was not withdrawn; where all were, the last."""
    return next((row for row in reversed(versions) if row.withdrawn_at is None), versions[-1])


def newest_rows(work: Work, contract_ids: Iterable[UUID]) -> dict[UUID, ContractVersion]:
    """The newest version of each contract."""
    return {id_: newest_of(found) for id_, found in all_of(work, contract_ids).items()}


def lines(work: Work, versions: Iterable[ContractVersion]) -> dict[UUID, list[ContractLine]]:
    """The lines of these versions by contract, in their order."""
    keys = [(version.contract_id, version.version) for version in versions]
    statement = (
        select(ContractLine)
        .where(
            col(ContractLine.municipality_id) == work.municipality_id,
            tuple_(col(ContractLine.contract_id), col(ContractLine.version)).in_(keys),
        )
        .order_by(col(ContractLine.contract_id), col(ContractLine.line))
    )
    found: defaultdict[UUID, list[ContractLine]] = defaultdict(list)
    for line in work.session.scalars(statement):
        found[line.contract_id].append(line)
    return found


def drafts(work: Work, contracts: Mapping[UUID, Contract]) -> dict[UUID, ContractDraft]:
    """The newest version of each of these contracts, by id."""
    return told(work, contracts, newest_rows(work, contracts))


def told(
    work: Work, contracts: Mapping[UUID, Contract], versions: Mapping[UUID, ContractVersion]
) -> dict[UUID, ContractDraft]:
    """These versions with their lines, one of each contract."""
    found = lines(work, versions.values())
    return {
        contract_id: ContractDraft(
            version=version.version,
            published=version.published_at is not None,
            withdrawn=version.withdrawn_at is not None,
            drafted_by=version.drafted_by,
            content=_content(contracts[contract_id], version, found[contract_id]),
        )
        for contract_id, version in versions.items()
    }


def _content(contract: Contract, version: ContractVersion, lines: Iterable[ContractLine]) -> ContractInput:
    """As it was given; not judged again, so that an old version always reads."""
    return ContractInput.model_construct(
        id=contract.id,
        provider_id=contract.provider_id,
        law=contract.law,
        number=contract.number,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        areas=version.areas,
        acceptance_duty=version.acceptance_duty,
        ceiling_cents=version.ceiling_cents,
        lines=tuple(
            LineInput.model_construct(**{name: getattr(line, name) for name in LineInput.model_fields})
            for line in lines
        ),
        terms=version.terms,
    )


def _last(validity: Validity) -> date:
    return validity.valid_until or date.max
