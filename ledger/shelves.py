# SPDX-License-Identifier: EUPL-1.2
"""Shelves: loads into Books all that one batch of scans may touch, one query per table.

Locking law: entitlements first, then accounts, each set in the order of their ids; known ids and
codes are read after the lock, so that what was committed meanwhile is seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlmodel import col

from ledger import db, entries
from ledger.books import Agreed, Books, Care, Known, Place, UseKey
from ledger.db import Work
from ledger.ids import NOBODY
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import AnyRestriction, Cap, UsesMax
from ledger.scans import Redeemed, RedeemedLine, Scan
from ledger.shown import manual_digests, token_ids
from ledger.tables import (
    Approver,
    CareAgreement,
    CareApproval,
    Code,
    Contract,
    ContractLine,
    ContractVersion,
    Entitlement,
    Mandate,
    Person,
    Programme,
    ProgrammeVersion,
    Provider,
    Redemption,
    RedemptionLine,
    Service,
    TakenBack,
)
from ledger.units import Unit


def load(work: Work, scans: Sequence[Scan], *, today: date, lock: bool) -> Books:
    """Books for these scans. With lock, entitlements and accounts are locked until the commit."""
    entitlements = _entitlements(work, scans, lock=lock)
    programmes = db.rows(work, Programme, {each.programme_id for each in entitlements.values()})
    providers = db.rows(work, Provider, {scan.terms.provider_id for scan in scans})
    contracts = _contracts(work, set(providers))
    care = _care(work, [e.id for e in entitlements.values() if e.kind is EntitlementKind.DRAWING_RIGHT])
    rules = _rules(work, programmes.values())
    counted = {e.id for e in entitlements.values() if _counts(e, rules.get(e.programme_id))}
    codes = _codes(work, scans)
    return Books(
        now=work.now,
        today=today,
        left=_left(work, entitlements.values(), lock=lock),
        known=_known(work, {scan.id for scan in scans}),
        codes_by_token={code.token_id: code for code in codes},
        codes_by_manual={code.manual_digest: code for code in codes},
        entitlements=entitlements,
        by_number={
            (e.law, e.allocation_number): e.id
            for e in entitlements.values()
            if e.allocation_number is not None
        },
        programmes=programmes,
        rules=rules,
        providers=providers,
        contracts=contracts,
        care=care,
        services=_services(work, {line.service for scan in scans for line in scan.terms.lines}),
        people=db.rows(work, Person, {each.holder_id for each in entitlements.values()}),
        mandates=_mandates(work, scans, entitlements.values()),
        usage=_usage(work, counted),
        uses=_uses(work, counted),
    )


def _entitlements(work: Work, scans: Sequence[Scan], *, lock: bool) -> dict[UUID, Entitlement]:
    """By id, by allocation number, or by the code that was shown; locked in the order of their ids."""
    ids = {scan.terms.entitlement_id for scan in scans if scan.terms.entitlement_id}
    numbers = {(a.law, a.number) for a in (scan.terms.allocation for scan in scans) if a}
    named: list[ColumnElement[bool]] = []
    if ids:
        named.append(col(Entitlement.id).in_(ids))
    if numbers:
        named.append(tuple_(col(Entitlement.law), col(Entitlement.allocation_number)).in_(numbers))
    if any(scan.shown for scan in scans):
        opened = select(col(Code.entitlement_id)).where(_shown(work, scans))
        named.append(col(Entitlement.id).in_(opened))
    if not named:
        return {}
    statement = (
        select(Entitlement)
        .where(col(Entitlement.municipality_id) == work.municipality_id, or_(*named))
        .order_by(col(Entitlement.id))
        .execution_options(populate_existing=True)
    )
    found = work.session.scalars(statement.with_for_update() if lock else statement)
    return {each.id: each for each in found}


def _shown(work: Work, scans: Sequence[Scan]) -> ColumnElement[bool]:
    shown = [scan.shown for scan in scans]
    return and_(
        col(Code.municipality_id) == work.municipality_id,
        or_(col(Code.token_id).in_(token_ids(shown)), col(Code.manual_digest).in_(manual_digests(shown))),
    )


def _codes(work: Work, scans: Sequence[Scan]) -> Sequence[Code]:
    if not any(scan.shown for scan in scans):
        return []
    statement = select(Code).where(_shown(work, scans)).execution_options(populate_existing=True)
    return work.session.scalars(statement).all()


def _rules(work: Work, programmes: Iterable[Programme]) -> dict[UUID, ProgrammeVersion]:
    """The published version of each programme."""
    wanted = [(each.id, each.published_version) for each in programmes]
    statement = select(ProgrammeVersion).where(
        col(ProgrammeVersion.municipality_id) == work.municipality_id,
        tuple_(col(ProgrammeVersion.programme_id), col(ProgrammeVersion.version)).in_(wanted),
    )
    return {each.programme_id: each for each in work.session.scalars(statement)}


def _contracts(work: Work, provider_ids: set[UUID]) -> dict[tuple[UUID, Law], tuple[Agreed, ...]]:
    """The published contracts of these providers with their lines, by provider and law."""
    statement = (
        select(Contract, ContractVersion, ContractLine)
        .join(
            ContractVersion,
            and_(
                col(ContractVersion.municipality_id) == col(Contract.municipality_id),
                col(ContractVersion.contract_id) == col(Contract.id),
                col(ContractVersion.version) == col(Contract.published_version),
            ),
        )
        .join(
            ContractLine,
            and_(
                col(ContractLine.municipality_id) == col(Contract.municipality_id),
                col(ContractLine.contract_id) == col(Contract.id),
                col(ContractLine.version) == col(Contract.published_version),
            ),
        )
        .where(
            col(Contract.municipality_id) == work.municipality_id,
            col(Contract.provider_id).in_(provider_ids),
        )
        .order_by(col(Contract.id), col(ContractLine.line))
    )
    lines: defaultdict[UUID, list[ContractLine]] = defaultdict(list)
    heads: dict[UUID, tuple[Contract, ContractVersion]] = {}
    for contract, version, line in work.session.execute(statement):
        heads[contract.id] = (contract, version)
        lines[contract.id].append(line)
    agreed: defaultdict[tuple[UUID, Law], tuple[Agreed, ...]] = defaultdict(tuple)
    for contract, version in heads.values():
        agreed[contract.provider_id, contract.law] += (
            Agreed.of_contract(contract, version, lines[contract.id]),
        )
    return agreed


def _care(work: Work, entitlement_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[Care, ...]]:
    """Care agreements with the approvals they miss, by entitlement and provider."""
    if not entitlement_ids:
        return {}
    statement = (
        select(CareAgreement, col(CareApproval.approver))
        .outerjoin(
            CareApproval,
            and_(
                col(CareApproval.municipality_id) == col(CareAgreement.municipality_id),
                col(CareApproval.agreement_id) == col(CareAgreement.id),
            ),
        )
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id,
            col(CareAgreement.entitlement_id).in_(entitlement_ids),
        )
        .order_by(col(CareAgreement.id))
    )
    missing: dict[UUID, set[Approver]] = {}
    found: dict[UUID, CareAgreement] = {}
    for agreement, approver in work.session.execute(statement):
        found[agreement.id] = agreement
        missing.setdefault(agreement.id, set(Approver)).discard(approver)
    care: defaultdict[tuple[UUID, UUID], tuple[Care, ...]] = defaultdict(tuple)
    for agreement in found.values():
        waits = tuple(sorted(missing[agreement.id]))
        care[agreement.entitlement_id, agreement.provider_id] += (Care(agreement=agreement, missing=waits),)
    return care


def _services(work: Work, codes: set[str]) -> dict[tuple[Law, str], Service]:
    statement = select(Service).where(
        col(Service.municipality_id) == work.municipality_id, col(Service.code).in_(codes)
    )
    return {(each.law, each.code): each for each in work.session.scalars(statement)}


def _mandates(
    work: Work, scans: Sequence[Scan], entitlements: Iterable[Entitlement]
) -> dict[UUID, tuple[Mandate, ...]]:
    """By holder; only asked for when somebody acts for one."""
    if not any(scan.terms.acting_person_id for scan in scans):
        return {}
    statement = select(Mandate).where(
        col(Mandate.municipality_id) == work.municipality_id,
        col(Mandate.holder_id).in_({each.holder_id for each in entitlements}),
    )
    found: defaultdict[UUID, tuple[Mandate, ...]] = defaultdict(tuple)
    for mandate in work.session.scalars(statement):
        found[mandate.holder_id] += (mandate,)
    return found


def _left(work: Work, entitlements: Iterable[Entitlement], *, lock: bool) -> dict[Place, int]:
    """The balances a redemption may debit."""
    owners = {NOBODY}
    for each in entitlements:
        owners |= {each.id, each.budget_id}
    accounts = entries.locked(work, owners) if lock else entries.seen(work, owners)
    return {(each.kind, each.owner_id, each.unit): each.balance for each in accounts}


def _counts(entitlement: Entitlement, rules: ProgrammeVersion | None) -> bool:
    """Whether some rule looks at earlier uses."""
    own: tuple[AnyRestriction, ...] = entitlement.restrictions
    return any(isinstance(rule, Cap | UsesMax) for rule in (*own, *(rules.restrictions if rules else ())))


_LINES_OF_REDEMPTION = and_(
    col(RedemptionLine.municipality_id) == col(Redemption.municipality_id),
    col(RedemptionLine.redemption_id) == col(Redemption.id),
)
_TAKEN_OFF_LINE = and_(
    col(TakenBack.municipality_id) == col(RedemptionLine.municipality_id),
    col(TakenBack.redemption_id) == col(RedemptionLine.redemption_id),
    col(TakenBack.line) == col(RedemptionLine.line),
)
_USE_KEY = (
    col(Redemption.entitlement_id),
    col(Redemption.service_day),
    col(RedemptionLine.service),
    col(RedemptionLine.unit),
)


def _usage(work: Work, entitlement_ids: set[UUID]) -> dict[UUID, dict[UseKey, list[int]]]:
    """What was used less what was taken back, by service day, service and unit."""
    usage: defaultdict[UUID, dict[UseKey, list[int]]] = defaultdict(dict)
    if not entitlement_ids:
        return usage
    used = select(
        *_USE_KEY, func.sum(col(RedemptionLine.quantity)), func.sum(col(RedemptionLine.price_cents))
    ).join(RedemptionLine, _LINES_OF_REDEMPTION)
    back = (
        select(*_USE_KEY, func.sum(-col(TakenBack.quantity)), func.sum(-col(TakenBack.price_cents)))
        .join(RedemptionLine, _LINES_OF_REDEMPTION)
        .join(TakenBack, _TAKEN_OFF_LINE)
    )
    for statement in (used, back):
        summed = statement.where(*_used_of(work, entitlement_ids)).group_by(*_USE_KEY)
        for owner, day, service, unit, quantity, cents in work.session.execute(summed):
            total = usage[owner].setdefault((day, service, unit), [0, 0])
            total[0] += int(quantity)
            total[1] += int(cents)
    return usage


def _used_of(work: Work, entitlement_ids: set[UUID]) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.entitlement_id).in_(entitlement_ids),
    )


def _uses(work: Work, entitlement_ids: set[UUID]) -> Counter[UUID]:
    """How many redemptions of each were not wholly taken back."""
    uses: Counter[UUID] = Counter()
    if not entitlement_ids:
        return uses
    taken_back = func.coalesce(func.sum(col(TakenBack.quantity)), 0)
    statement = (
        select(col(Redemption.entitlement_id), col(Redemption.id))
        .join(RedemptionLine, _LINES_OF_REDEMPTION)
        .outerjoin(TakenBack, _TAKEN_OFF_LINE)
        .where(*_used_of(work, entitlement_ids))
        .group_by(col(Redemption.entitlement_id), col(Redemption.id), col(RedemptionLine.line))
        .having(taken_back < func.max(col(RedemptionLine.quantity)))
    )
    standing = {(owner, redemption) for owner, redemption in work.session.execute(statement)}
    uses.update(owner for owner, _ in standing)
    return uses


def _known(work: Work, ids: set[UUID]) -> dict[UUID, Known]:
    """Redemptions that are booked already, with the answer they got."""
    statement = (
        select(Redemption, RedemptionLine, col(Entitlement.quantity_unit))
        .join(RedemptionLine, _LINES_OF_REDEMPTION)
        .join(
            Entitlement,
            and_(
                col(Entitlement.municipality_id) == col(Redemption.municipality_id),
                col(Entitlement.id) == col(Redemption.entitlement_id),
            ),
        )
        .where(col(Redemption.municipality_id) == work.municipality_id, col(Redemption.id).in_(ids))
        .order_by(col(Redemption.id), col(RedemptionLine.line))
    )
    lines: defaultdict[UUID, list[RedemptionLine]] = defaultdict(list)
    heads: dict[UUID, tuple[Redemption, Unit | None]] = {}
    for redemption, line, unit in work.session.execute(statement):
        heads[redemption.id] = (redemption, unit)
        lines[redemption.id].append(line)
    return {
        id_: Known(fingerprint=row.fingerprint, redeemed=answer(row, lines[id_], unit))
        for id_, (row, unit) in heads.items()
    }


def answer(row: Redemption, lines: Iterable[RedemptionLine], unit: Unit | None) -> Redeemed:
    """The answer a redemption got, from its rows; unit is that of the entitlement's quantity."""
    return Redeemed(
        id=row.id,
        entitlement_id=row.entitlement_id,
        provider_id=row.provider_id,
        reserved=row.reserved,
        service_day=row.service_day,
        lines=tuple(
            RedeemedLine(
                line=line.line,
                service=line.service,
                unit=line.unit,
                quantity=line.quantity,
                price_cents=line.price_cents,
            )
            for line in lines
        ),
        price_cents=row.price_cents,
        remaining_cents=row.remaining_cents,
        remaining_quantity=row.remaining_quantity,
        quantity_unit=unit,
        recorded_at=row.recorded_at,
    )
