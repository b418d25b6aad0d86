# SPDX-License-Identifier: EUPL-1.2
"""Contracts: what one provider may deliver under one law, in versions that freeze when published."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlmodel import col

from ledger import actors, contract_versions, db, entries
from ledger.contract_versions import ContractDraft as ContractDraft
from ledger.contract_versions import ContractHead as ContractHead
from ledger.contract_versions import ContractInput as ContractInput
from ledger.contract_versions import ContractTerms as ContractTerms
from ledger.contract_versions import ContractUnknown as ContractUnknown
from ledger.contract_versions import LineInput as LineInput
from ledger.db import Work
from ledger.errors import Conflict, Refused, VersionUnseen
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.tables import Contract, ContractLine, ContractVersion, Programme, Provider, Service
from ledger.units import Measure, Unit


@dataclass(kw_only=True, eq=False)
class ContractIsAnother(Conflict):
    """A contract keeps its provider and law, and its number once it was published."""

    code = "contract_is_another"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ContractNumberTaken(Conflict):
    """Another contract has this number already."""

    code = "contract_number_taken"
    id: UUID
    """Of the contract that has it."""
    number: str


@dataclass(kw_only=True, eq=False)
class ContractPartyUnknown(Refused):
    """The provider of the contract is not in the register."""

    code = "contract_party_unknown"
    id: UUID
    """Of the contract."""
    provider_id: UUID


@dataclass(kw_only=True, eq=False)
class ContractServicesUnknown(Refused):
    """Services of the contract are not in the catalogue under its law."""

    code = "contract_services_unknown"
    id: UUID
    """Of the contract."""
    services: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class ContractTariffsUnfit(Refused):
    """A service sold by amount has a maximum amount, every other a rate or a fixed price."""

    code = "contract_tariffs_unfit"
    id: UUID
    """Of the contract."""
    services: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class ContractProgrammeUnknown(Refused):
    """A term of the contract is paid by a programme that there is not under its law."""

    code = "contract_programme_unknown"
    id: UUID
    """Of the contract."""
    programme_id: UUID


@dataclass(kw_only=True, eq=False)
class ContractPublisherDrafted(Refused):
    """Who drafts a contract does not publish it; accounts of one person are one."""

    code = "contract_publisher_drafted"
    numbers: tuple[str, ...]
    """Of all such contracts that were asked for."""


@dataclass(kw_only=True, eq=False)
class ContractWithoutDraft(Conflict):
    """No draft waits: it was withdrawn, or what there is was published."""

    code = "contract_without_draft"
    numbers: tuple[str, ...]
    """Of all such contracts that were asked for."""


def draft(
    work: Work, contracts: Sequence[ContractInput], *, seen: Mapping[UUID, str] | None = None
) -> list[ContractDraft]:
    """Make contracts or new versions of them, not yet in force; drafts[i] answers contracts[i].

    A draft that waits is replaced, and is then of who replaced it; the content of the newest version again
    changes nothing. One that was withdrawn stays as it was, and what comes after it is a new version. seen
    are the marks of what somebody started from, empty of what was not there: nothing is drafted over what
    came since. Raises VersionUnseen, ContractIsAnother, ContractNumberTaken, ContractPartyUnknown,
    ContractServicesUnknown, ContractTariffsUnfit, ContractProgrammeUnknown; then nothing of the batch may
    be kept.
    """
    desk = _load(work, contracts)
    for contract_id, mark in (seen or {}).items():
        known = desk.newest.get(contract_id)
        if mark != (known.mark if known else ""):
            raise VersionUnseen(id=contract_id)
    drafts = [desk.judge(contract) for contract in contracts]
    # After this point only writes.
    _write(work, desk)
    return drafts


def publish(
    work: Work, contract_ids: Sequence[UUID], *, seen: Mapping[UUID, str] | None = None
) -> list[Contract]:
    """Freeze the newest version of each and put it in force; opens the accounts it needs.

    That is the contract's payable account, and one account of the provider for every quantity its
    services are booked in. Somebody else drafted it. What is published already stays as it is, whoever
    asks. seen are the marks of what somebody looked at: only that is put in force. Raises ContractUnknown,
    ContractPublisherDrafted, ContractWithoutDraft, VersionUnseen; then nothing may be kept.
    """
    contracts = _locked(work, contract_ids)
    known = contract_versions.newest_rows(work, contracts).values()
    fresh = [row for row in known if contract_versions.still_waits(row)]
    if own := _own(work, fresh):
        raise ContractPublisherDrafted(numbers=_numbers(contracts, own))
    if gone := [row for row in known if row.withdrawn_at is not None]:
        raise ContractWithoutDraft(numbers=_numbers(contracts, gone))
    wanted = seen or {}
    for each in contract_versions.newest(work, wanted) if wanted else ():
        if each.mark != wanted[each.content.id]:
            raise VersionUnseen(id=each.content.id)
    # After this point only writes.
    for version in fresh:
        version.published_at, version.published_by = work.now, work.actor_id
        contracts[version.contract_id].published_version = version.version
    work.session.flush()
    entries.open_accounts(work, _accounts(work, contracts, fresh))
    return [contracts[contract_id] for contract_id in contract_ids]


def withdraw(
    work: Work, contract_ids: Sequence[UUID], *, seen: Mapping[UUID, str] | None = None
) -> list[ContractDraft]:
    """Give up the draft of each, whoever wrote it: it stays to be looked at, and is never published.

    What is in force goes on; where nothing ever was, the number is free for another contract. Withdrawn again
    changes nothing. seen are the marks of what somebody looked at:
    only that is withdrawn. The answer is what is newest then. Raises ContractUnknown, ContractWithoutDraft,
    VersionUnseen; then nothing may be kept.
    """
    contracts = _locked(work, contract_ids)
    last = {
        contract_id: found[-1] for contract_id, found in contract_versions.all_of(work, contracts).items()
    }
    if frozen := [row for row in last.values() if row.published_at is not None]:
        raise ContractWithoutDraft(numbers=_numbers(contracts, frozen))
    marks = {
        contract_id: each.mark for contract_id, each in contract_versions.told(work, contracts, last).items()
    }
    for contract_id, mark in (seen or {}).items():
        if mark != marks.get(contract_id):
            raise VersionUnseen(id=contract_id)
    # After this point only writes.
    for row in last.values():
        if contract_versions.still_waits(row):
            row.withdrawn_at, row.withdrawn_by = work.now, work.actor_id
            contract = contracts[row.contract_id]
            contract.withdrawn_at = work.now if contract.published_version is None else None
    work.session.flush()
    found = contract_versions.drafts(work, contracts)
    return [found[contract_id] for contract_id in contract_ids]


def own_drafts(work: Work, contract_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Of these those whose draft this actor wrote, with whichever account: a colleague publishes it."""
    return frozenset(
        row.contract_id for row in _own(work, contract_versions.newest_rows(work, contract_ids).values())
    )


@dataclass(kw_only=True)
class _Desk:
    """All that a batch of drafts may touch, as it is after what was judged before."""

    contracts: dict[UUID, Contract]
    numbers: dict[str, UUID]
    providers: Mapping[UUID, Provider]
    services: Mapping[tuple[Law, str], Measure]
    programmes: Mapping[UUID, Programme]
    newest: dict[UUID, ContractDraft]
    last: dict[UUID, int]
    """The highest number there is of each, also of a version that was withdrawn."""
    changed: dict[UUID, ContractDraft]
    drafter: UUID

    def judge(self, contract: ContractInput) -> ContractDraft:
        """Order: the same content, identity, provider, services, tariffs, programmes."""
        known = self.newest.get(contract.id)
        if known and known.content == contract and not known.withdrawn:
            return known
        self._judge_identity(contract)
        if contract.provider_id not in self.providers:
            raise ContractPartyUnknown(id=contract.id, provider_id=contract.provider_id)
        unknown = {
            line.service for line in contract.lines if (contract.law, line.service) not in self.services
        }
        if unknown:
            raise ContractServicesUnknown(id=contract.id, services=tuple(sorted(unknown)))
        if unfit := {line.service for line in contract.lines if not self._fits(contract.law, line)}:
            raise ContractTariffsUnfit(id=contract.id, services=tuple(sorted(unfit)))
        for term in contract.terms:
            programme = self.programmes.get(term.programme_id)
            if programme is None or programme.law is not contract.law:
                raise ContractProgrammeUnknown(id=contract.id, programme_id=term.programme_id)
        # what waits is replaced; what was published or withdrawn stays, and the next number is taken
        version = known.version if known and known.waits else self.last.get(contract.id, 0) + 1
        drafted = ContractDraft(version=version, published=False, drafted_by=self.drafter, content=contract)
        self.newest[contract.id] = self.changed[contract.id] = drafted
        self.last[contract.id] = version
        return drafted

    def _fits(self, law: Law, line: LineInput) -> bool:
        """A rate per euro would be a price without a maximum, and at cost needs an amount to pay."""
        by_amount = self.services[law, line.service] is Measure.EURO
        return not isinstance(line.tariff, PerMeasure if by_amount else AtCost)

    def _judge_identity(self, contract: ContractInput) -> None:
        known, row = self.newest.get(contract.id), self.contracts.get(contract.id)
        if known and (known.content.provider_id, known.content.law) != (contract.provider_id, contract.law):
            raise ContractIsAnother(id=contract.id)
        if row and row.published_version is not None and row.number != contract.number:
            raise ContractIsAnother(id=contract.id)
        taken = self.numbers.setdefault(contract.number, contract.id)
        if taken != contract.id:
            raise ContractNumberTaken(id=taken, number=contract.number)


def _load(work: Work, contracts: Sequence[ContractInput]) -> _Desk:
    """One query per table."""
    numbers = {contract.number for contract in contracts}
    codes = {line.service for contract in contracts for line in contract.lines}
    same_numbers = work.session.scalars(
        select(Contract).where(
            col(Contract.municipality_id) == work.municipality_id,
            col(Contract.number).in_(numbers),
            col(Contract.withdrawn_at).is_(None),
        )
    )
    rows = db.rows(work, Contract, {contract.id for contract in contracts}, lock=True)
    versions = contract_versions.all_of(work, rows)
    return _Desk(
        contracts=rows,
        numbers={row.number: row.id for row in same_numbers},
        providers=db.rows(work, Provider, {contract.provider_id for contract in contracts}),
        services={(row.law, row.code): row.measure for row in _services(work, codes)},
        programmes=db.rows(
            work, Programme, {term.programme_id for contract in contracts for term in contract.terms}
        ),
        newest=contract_versions.told(
            work, rows, {id_: contract_versions.newest_of(found) for id_, found in versions.items()}
        ),
        last={id_: found[-1].version for id_, found in versions.items()},
        changed={},
        drafter=work.actor_id,
    )


def _services(work: Work, codes: Iterable[str]) -> Iterable[Service]:
    return work.session.scalars(
        select(Service).where(
            col(Service.municipality_id) == work.municipality_id, col(Service.code).in_(set(codes))
        )
    )


def _locked(work: Work, contract_ids: Iterable[UUID]) -> dict[UUID, Contract]:
    """Raises ContractUnknown."""
    contracts = db.rows(work, Contract, contract_ids, lock=True)
    for contract_id in contract_ids:
        if contract_id not in contracts:
            raise ContractUnknown(id=contract_id)
    return contracts


def _own(work: Work, versions: Iterable[ContractVersion]) -> list[ContractVersion]:
    """Those that wait, and that this actor wrote, by whichever of their accounts."""
    mine = actors.faces(work, [work.actor_id])
    return [row for row in versions if contract_versions.still_waits(row) and row.drafted_by in mine]


def _numbers(contracts: Mapping[UUID, Contract], versions: Iterable[ContractVersion]) -> tuple[str, ...]:
    return tuple(sorted(contracts[row.contract_id].number for row in versions))


def _write(work: Work, desk: _Desk) -> None:
    """Contracts, then their versions, then the lines of these; a replaced draft loses its lines first."""
    if not desk.changed:
        return
    for contract_id, drafted in desk.changed.items():
        row = desk.contracts.get(contract_id)
        if row is None:
            work.session.add(_contract(work, drafted.content))
            continue
        row.withdrawn_at = None
        if row.number != drafted.content.number:
            row.number = drafted.content.number
    work.session.flush()
    keys = [(contract_id, drafted.version) for contract_id, drafted in desk.changed.items()]
    for table in (ContractLine, ContractVersion):
        work.session.execute(
            delete(table).where(
                col(table.municipality_id) == work.municipality_id,
                tuple_(col(table.contract_id), col(table.version)).in_(keys),
            )
        )
    work.session.add_all(_version(work, drafted) for drafted in desk.changed.values())
    work.session.flush()
    work.session.add_all(line for drafted in desk.changed.values() for line in _line_rows(work, drafted))
    work.session.flush()


def _contract(work: Work, content: ContractInput) -> Contract:
    return Contract(
        municipality_id=work.municipality_id,
        id=content.id,
        provider_id=content.provider_id,
        law=content.law,
        number=content.number,
        recorded_at=work.now,
    )


def _version(work: Work, drafted: ContractDraft) -> ContractVersion:
    content = drafted.content
    return ContractVersion(
        municipality_id=work.municipality_id,
        contract_id=content.id,
        version=drafted.version,
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        areas=content.areas,
        acceptance_duty=content.acceptance_duty,
        ceiling_cents=content.ceiling_cents,
        terms=content.terms,
        drafted_by=drafted.drafted_by,
        recorded_at=work.now,
    )


def _line_rows(work: Work, drafted: ContractDraft) -> Iterator[ContractLine]:
    for number, line in enumerate(drafted.content.lines, start=1):
        yield ContractLine(
            municipality_id=work.municipality_id,
            contract_id=drafted.content.id,
            version=drafted.version,
            line=number,
            service=line.service,
            tariff=line.tariff,
            valid_from=line.valid_from,
            valid_until=line.valid_until,
        )


def _accounts(
    work: Work, contracts: Mapping[UUID, Contract], versions: Sequence[ContractVersion]
) -> Iterator[tuple[AccountKind, UUID, Unit]]:
    """Services sold by amount have no quantity to count."""
    lines = contract_versions.lines(work, versions)
    codes = {line.service for of_contract in lines.values() for line in of_contract}
    units = {
        (row.law, row.code): row.measure.unit
        for row in _services(work, codes)
        if row.measure is not Measure.EURO
    }
    for contract_id, of_contract in lines.items():
        contract = contracts[contract_id]
        yield AccountKind.PAYABLE, contract_id, Unit.EUROCENT
        for line in of_contract:
            if unit := units.get((contract.law, line.service)):
                yield AccountKind.DELIVERED, contract.provider_id, unit
