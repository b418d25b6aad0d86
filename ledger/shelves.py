# SPDX-License-Identifier: EUPL-1.2
"""Shelves: loads into Books all that one batch of scans may touch, one question per table.

Locking law: entitlements first, by id, then the hard budgets that may be drawn. Who holds an
entitlement holds its accounts. Known ids and codes are read after the lock, so that what was
committed meanwhile is seen.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, bindparam, cast, exists, func, select
from sqlmodel import col

from ledger import entries, reference
from ledger.books import Books, Known, Paper, Right, UseKey
from ledger.bulk import Among, Asked, Query, mine
from ledger.columns import Day, Parsed
from ledger.db import Work
from ledger.offers import Care
from ledger.reference import Reference
from ledger.rules.facts import EntitlementKind, Law, Period
from ledger.rules.funding import AccountKind
from ledger.rules.periods import period_of
from ledger.rules.restrictions import AnyRestriction, Cap, UsesMax
from ledger.scans import Redeemed, RedeemedLine, Scan
from ledger.shown import manual_digests, token_ids
from ledger.tables import (
    Account,
    Approver,
    CareAgreement,
    CareApproval,
    CareDecline,
    Code,
    Entitlement,
    Mandate,
    Person,
    Redemption,
    RedemptionLine,
    TakenBack,
)
from ledger.tables.base import linked
from ledger.units import Unit
from ledger.wire import Plain, together


def load(work: Work, scans: Sequence[Scan], *, today: date, lock: bool) -> Books:
    """Books for these scans. With lock, entitlements and hard budgets are locked until the commit."""
    rows = _entitlements(work, _named(work, scans), lock=lock)
    with together(work):
        edition = reference.ask(work)
        held = _HELD.ask(work, owners=[row.id for row in rows])
        shown = _ask_papers(work, scans)
        booked = _BOOKED.ask(work, ids={scan.id for scan in scans})
    known = reference.remembered(work, edition.rows)
    known.complete(
        work,
        providers={scan.terms.provider_id for scan in scans},
        programmes={row.programme_id for row in rows},
        services={line.service for scan in scans for line in scan.terms.lines},
    )
    rights = {row.id: row.right(known) for row in rows}
    _fill(rights, held.rows)
    _remember_uses(work, rights.values(), min((scan.service_day for scan in scans), default=today))
    codes = _papers([row for asked in shown for row in asked.rows])
    return Books(
        now=work.now,
        today=today,
        reference=known,
        known=_answers(work, {row[0] for row in booked.rows}),
        codes_by_token={token_id: paper for token_id, _, paper in codes},
        codes_by_manual={digest: paper for _, digest, paper in codes},
        rights=rights,
        by_number={
            (row.law, row.allocation_number): row.id for row in rows if row.allocation_number is not None
        },
        budgets=_budgets(work, rights.values(), lock=lock),
        care=_care(work, [each.id for each in rights.values() if each.kind is EntitlementKind.DRAWING_RIGHT]),
        mandates=_mandates(work, scans, rights.values()),
    )


# ------------------------------------------------------------------------------------- entitlements

_OPENED_BY_TOKEN = Query(
    select(col(Code.entitlement_id)).where(mine(Code), Among(col(Code.token_id), "tokens"))
)
_OPENED_BY_MANUAL = Query(
    select(col(Code.entitlement_id)).where(mine(Code), Among(col(Code.manual_digest), "digests"))
)
_BY_NUMBER = Query(
    select(col(Entitlement.id), col(Entitlement.law), col(Entitlement.allocation_number)).where(
        mine(Entitlement), Among(col(Entitlement.allocation_number), "numbers")
    )
)


def _named(work: Work, scans: Sequence[Scan]) -> set[UUID]:
    """The entitlements that are named: by id, by allocation number, or by the code that was shown."""
    ids = {scan.terms.entitlement_id for scan in scans if scan.terms.entitlement_id}
    shown = [scan.shown for scan in scans if scan.shown]
    if tokens := token_ids(shown):
        ids |= {row[0] for row in _OPENED_BY_TOKEN.rows(work, tokens=tokens)}
    if digests := manual_digests(shown):
        ids |= {row[0] for row in _OPENED_BY_MANUAL.rows(work, digests=digests)}
    numbers = {(each.law, each.number) for each in (scan.terms.allocation for scan in scans) if each}
    if numbers:
        found = _BY_NUMBER.rows(work, numbers={number for _, number in numbers})
        ids |= {id_ for id_, law, number in found if (law, number) in numbers}
    return ids


_SUSPENSIONS: Parsed[tuple[Period, ...]] = Parsed(tuple[Period, ...])
_RESTRICTIONS: Parsed[tuple[AnyRestriction, ...]] = Parsed(tuple[AnyRestriction, ...])


@dataclass(frozen=True, slots=True)
class _Row:
    """An entitlement as it is read; the fields are the columns of _RIGHTS, in their order."""

    id: UUID
    version: int
    kind: EntitlementKind
    law: Law
    allocation_number: int | None
    holder_id: UUID
    programme_id: UUID
    budget_id: UUID
    valid_from: date
    valid_until: date | None
    suspensions: str
    closed_at: object
    amount_cents: int | None
    quantity_unit: Unit | None
    restrictions: str
    own_area: str | None
    area: str | None
    neighbourhood: str | None

    def right(self, known: Reference) -> Right:
        """With its rules, and nothing in it yet."""
        programme = known.programmes[self.programme_id]
        own = _RESTRICTIONS.read(self.restrictions)
        return Right(
            id=self.id,
            version=self.version,
            kind=self.kind,
            law=self.law,
            holder_id=self.holder_id,
            budget_id=self.budget_id,
            programme=programme,
            validity=Period(start=self.valid_from, until=self.valid_until),
            suspensions=_SUSPENSIONS.read(self.suspensions),
            closed=self.closed_at is not None,
            is_limited=self.amount_cents is not None,
            quantity_unit=self.quantity_unit,
            area=self.own_area or self.area,
            neighbourhood=None if self.own_area else self.neighbourhood,
            restrictions=own,
            is_capped=any(isinstance(rule, Cap) for rule in (*programme.restrictions, *own)),
        )


def _of_holder(column: Any) -> Any:
    """A column of the holder; a subquery, so that the holder is not locked with the entitlement."""
    return (
        select(column)
        .where(
            col(Person.municipality_id) == col(Entitlement.municipality_id),
            col(Person.id) == col(Entitlement.holder_id),
        )
        .scalar_subquery()
    )


_ENTITLEMENTS = (
    select(
        col(Entitlement.id),
        col(Entitlement.version),
        col(Entitlement.kind),
        col(Entitlement.law),
        col(Entitlement.allocation_number),
        col(Entitlement.holder_id),
        col(Entitlement.programme_id),
        col(Entitlement.budget_id),
        col(Entitlement.valid_from),
        col(Entitlement.valid_until),
        cast(col(Entitlement.suspensions), Text),
        col(Entitlement.closed_at),
        col(Entitlement.amount_cents),
        col(Entitlement.quantity_unit),
        cast(col(Entitlement.restrictions), Text),
        col(Entitlement.area),
        _of_holder(col(Person.area)),
        _of_holder(col(Person.neighbourhood)),
    )
    .where(mine(Entitlement), Among(col(Entitlement.id), "ids"))
    .order_by(col(Entitlement.id))
)
_RIGHTS, _LOCKED_RIGHTS = Query(_ENTITLEMENTS), Query(_ENTITLEMENTS.with_for_update())


def _entitlements(work: Work, ids: Collection[UUID], *, lock: bool) -> list[_Row]:
    """In the order of their ids, and locked in that order."""
    if not ids:
        return []
    return [_Row(*row) for row in (_LOCKED_RIGHTS if lock else _RIGHTS).rows(work, ids=ids)]


# -------------------------------------------------------------------------------- what they hold

_HELD = Query(
    select(
        col(Account.owner_id), col(Account.unit), col(Account.id), col(Account.credits) - col(Account.debits)
    ).where(
        mine(Account),
        Among(col(Account.owner_id), "owners"),
        col(Account.kind) == AccountKind.ENTITLEMENT,
    )
)


def _fill(rights: dict[UUID, Right], held: Iterable[Plain]) -> None:
    """Set what each right holds."""
    for owner, unit, account_id, left in held:
        right = rights[owner]
        right.accounts[unit] = account_id
        if unit is Unit.EUROCENT:
            right.money = left
        elif unit is right.quantity_unit:
            right.counted = left


def _budgets(work: Work, rights: Iterable[Right], *, lock: bool) -> dict[UUID, int]:
    """What the hard budgets hold that may be drawn: only money that nothing limits draws them."""
    wanted = {each.budget_id for each in rights if each.programme.is_hard and not each.is_limited}
    if not wanted:
        return {}
    accounts = entries.locked(work, wanted) if lock else entries.seen(work, wanted)
    return {owner: left for (_, owner, _), left in entries.held(accounts).items()}


# ------------------------------------------------------------------------------------ earlier uses

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
_OF_RIGHTS = (mine(Redemption), Among(col(Redemption.entitlement_id), "rights"))
_SINCE = col(Redemption.service_day) >= bindparam("since", type_=Day())
_USED = Query(
    select(*_USE_KEY, func.sum(col(RedemptionLine.quantity)), func.sum(col(RedemptionLine.price_cents)))
    .join(RedemptionLine, _LINES_OF_REDEMPTION)
    .where(*_OF_RIGHTS, _SINCE)
    .group_by(*_USE_KEY)
)
_TAKEN_BACK = Query(
    select(*_USE_KEY, func.sum(-col(TakenBack.quantity)), func.sum(-col(TakenBack.price_cents)))
    .join(RedemptionLine, _LINES_OF_REDEMPTION)
    .join(TakenBack, _TAKEN_OFF_LINE)
    .where(*_OF_RIGHTS, _SINCE)
    .group_by(*_USE_KEY)
)
_STANDING = Query(
    select(col(Redemption.entitlement_id), col(Redemption.id))
    .join(RedemptionLine, _LINES_OF_REDEMPTION)
    .outerjoin(TakenBack, _TAKEN_OFF_LINE)
    .where(*_OF_RIGHTS)
    .group_by(col(Redemption.entitlement_id), col(Redemption.id), col(RedemptionLine.line))
    .having(func.coalesce(func.sum(col(TakenBack.quantity)), 0) < func.max(col(RedemptionLine.quantity)))
)


def _remember_uses(work: Work, rights: Iterable[Right], first_day: date) -> None:
    """Set what was used of each right, as far back as one of its rules looks from first_day on."""
    capped: dict[bool, dict[UUID, tuple[Right, date]]] = {True: {}, False: {}}
    few = {}
    for right in rights:
        if right.is_capped:
            since = min(_since(rule, right, first_day) for rule in right.rules if isinstance(rule, Cap))
            capped[since <= right.validity.start][right.id] = (right, since)
        if any(isinstance(rule, UsesMax) for rule in right.rules):
            few[right.id] = right
    for found in capped.values():  # whole histories apart: they must not make the others look back as far
        if found:
            for owner, used in _usage(work, found.keys(), min(since for _, since in found.values())).items():
                found[owner][0].usage = used
    if few:
        for owner, standing in _standing(work, few.keys()).items():
            few[owner].uses = len(standing)


def _since(cap: Cap, right: Right, day: date) -> date:
    """The first day whose uses matter to a cap on this day or a later one."""
    return right.validity.start if cap.carry_over else period_of(day, cap.per, right.validity).start


def _usage(work: Work, rights: Set[UUID], since: date) -> dict[UUID, dict[UseKey, list[int]]]:
    """What was used from a day on, less what was taken back, by service day, service and unit."""
    usage: defaultdict[UUID, dict[UseKey, list[int]]] = defaultdict(dict)
    for query in (_USED, _TAKEN_BACK):
        for owner, day, service, unit, quantity, cents in query.rows(work, rights=rights, since=since):
            total = usage[owner].setdefault((day, service, unit), [0, 0])
            total[0] += int(quantity)
            total[1] += int(cents)
    return usage


def _standing(work: Work, rights: Set[UUID]) -> dict[UUID, set[UUID]]:
    """The redemptions of each that were not wholly taken back."""
    standing: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for owner, redemption in _STANDING.rows(work, rights=rights):
        standing[owner].add(redemption)
    return standing


# ----------------------------------------------------------------------- codes, care, mandates

_PAPERS = select(
    col(Code.token_id),
    col(Code.manual_digest),
    col(Code.id),
    col(Code.entitlement_id),
    col(Code.issued_at),
    col(Code.expires_at),
    col(Code.revoked_at),
)
_PAPERS_BY_TOKEN = Query(_PAPERS.where(mine(Code), Among(col(Code.token_id), "tokens")))
_PAPERS_BY_MANUAL = Query(_PAPERS.where(mine(Code), Among(col(Code.manual_digest), "digests")))


def _ask_papers(work: Work, scans: Sequence[Scan]) -> list[Asked]:
    """The codes that were shown, as they are now."""
    shown = [scan.shown for scan in scans if scan.shown]
    asked = []
    if tokens := token_ids(shown):
        asked.append(_PAPERS_BY_TOKEN.ask(work, tokens=tokens))
    if digests := manual_digests(shown):
        asked.append(_PAPERS_BY_MANUAL.ask(work, digests=digests))
    return asked


def _papers(rows: Iterable[Plain]) -> list[tuple[bytes, bytes, Paper]]:
    """Token id, digest of the manual code, and the code."""
    return [
        (
            token_id,
            digest,
            Paper(
                id=id_,
                entitlement_id=owner,
                issued_at=issued_at,
                expires_at=expires_at,
                revoked_at=revoked_at,
            ),
        )
        for token_id, digest, id_, owner, issued_at, expires_at, revoked_at in rows
    ]


_CARE = Query(
    select(
        col(CareAgreement.id),
        col(CareAgreement.entitlement_id),
        col(CareAgreement.provider_id),
        col(CareAgreement.service),
        col(CareAgreement.valid_from),
        col(CareAgreement.valid_until),
        col(CareAgreement.rate_cents),
        col(CareApproval.approver),
    )
    .outerjoin(
        CareApproval,
        and_(
            col(CareApproval.municipality_id) == col(CareAgreement.municipality_id),
            col(CareApproval.agreement_id) == col(CareAgreement.id),
        ),
    )
    .where(
        mine(CareAgreement),
        Among(col(CareAgreement.entitlement_id), "rights"),
        ~exists().where(
            linked(CareDecline, CareAgreement, col(CareDecline.agreement_id) == col(CareAgreement.id))
        ),
    )
    .order_by(col(CareAgreement.id))
)


def _care(work: Work, rights: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[Care, ...]]:
    """Care agreements that nobody declined, with the approvals they miss, by entitlement and provider."""
    if not rights:
        return {}
    missing: dict[UUID, set[Approver]] = {}
    found: dict[UUID, Plain] = {}
    for *agreement, approver in _CARE.rows(work, rights=rights):
        found[agreement[0]] = tuple(agreement)
        missing.setdefault(agreement[0], set(Approver)).discard(approver)
    care: defaultdict[tuple[UUID, UUID], tuple[Care, ...]] = defaultdict(tuple)
    for id_, owner, provider_id, service, start, until, rate_cents in found.values():
        care[owner, provider_id] += (
            Care(
                id=id_,
                service=service,
                period=Period(start=start, until=until),
                rate_cents=rate_cents,
                missing=tuple(sorted(missing[id_])),
            ),
        )
    return care


def _mandates(work: Work, scans: Sequence[Scan], rights: Iterable[Right]) -> dict[UUID, tuple[Mandate, ...]]:
    """By holder; only asked for when somebody acts for one."""
    if not any(scan.terms.acting_person_id for scan in scans):
        return {}
    statement = select(Mandate).where(
        col(Mandate.municipality_id) == work.municipality_id,
        col(Mandate.holder_id).in_({each.holder_id for each in rights}),
    )
    found: defaultdict[UUID, tuple[Mandate, ...]] = defaultdict(tuple)
    for mandate in work.session.scalars(statement):
        found[mandate.holder_id] += (mandate,)
    return found


# ---------------------------------------------------------------------------------- known answers

_BOOKED = Query(select(col(Redemption.id)).where(mine(Redemption), Among(col(Redemption.id), "ids")))


def _answers(work: Work, ids: set[UUID]) -> dict[UUID, Known]:
    """Redemptions that are booked already, with the answer they got; mostly there are none."""
    if not ids:
        return {}
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
