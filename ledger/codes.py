# SPDX-License-Identifier: EUPL-1.2
"""Codes: issue what is printed, replace and revoke it, without ever touching the balance."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import col

from ledger import db, manual_code, token, vault
from ledger.clock import day_after, day_before, day_start, dutch_day
from ledger.db import Work
from ledger.entitlements import EntitlementNotFound
from ledger.errors import Conflict, LedgerError, NotFound, Refused
from ledger.inputs import Id7, Input
from ledger.keys import MunicipalityKeys
from ledger.rules.facts import EntitlementKind
from ledger.rules.refusals import AfterEnd, Closed
from ledger.shown import Reader
from ledger.tables import Code, CodeKey, CodeRequest, Entitlement
from ledger.token import CodeKind, Flag, SigningKey, Token

PAPER_DAYS_MAX = 180
"""A token on paper lives at most so long; then a new letter is sent (security design, 1.2)."""


@dataclass(kw_only=True, eq=False)
class CodeNotFound(NotFound):
    """There is no such code here."""

    code: ClassVar[str] = "code_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class CodeExists(Conflict):
    """This id was used for a code of another entitlement."""

    code: ClassVar[str] = "code_exists"
    id: UUID


@dataclass(kw_only=True, eq=False)
class CodeRequestExists(Conflict):
    """This id was used for a request for another entitlement."""

    code: ClassVar[str] = "code_request_exists"
    id: UUID


@dataclass(kw_only=True, eq=False)
class CodeStillWorks(Refused):
    """There is a code that opens the entitlement: block it before asking for another."""

    code: ClassVar[str] = "code_still_works"
    until: datetime


class RequestTerms(Input):
    """For which entitlement a new code is asked."""

    entitlement_id: UUID


class RequestOrder(RequestTerms):
    """Terms with the id of the request."""

    id: Id7


class IssueTerms(Input):
    """A new code for an entitlement; with replace, its earlier codes are revoked."""

    entitlement_id: UUID
    replace: Annotated[bool, Field(strict=True)] = False


class IssueOrder(IssueTerms):
    """Terms with the id of the code."""

    id: Id7


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A code as it is printed. Shown to who issues it, kept nowhere in the clear."""

    id: UUID
    entitlement_id: UUID
    token: str
    """The text of the QR code."""
    manual: str
    """XXXX-XXXXX-XXXXX, for who has no camera."""
    issued_at: datetime
    expires_at: datetime
    """Exclusive."""

    def __repr__(self) -> str:
        return f"Issued(id={self.id})"


Outcome: TypeAlias = Issued | LedgerError
"""The code, or why there is none."""


def issue(work: Work, keys: MunicipalityKeys, orders: Sequence[IssueOrder]) -> list[Outcome]:
    """Issue codes; outcomes[i] answers orders[i]. The same id gets the same code again."""
    desk = _Desk(
        work=work,
        keys=keys,
        rights=db.rows(work, Entitlement, {order.entitlement_id for order in orders}, lock=True),
        known=db.rows(work, Code, {order.id for order in orders}),
    )
    outcomes = [desk.judge(order) for order in orders]
    # After this point only writes.
    replaced = {order.entitlement_id for order in orders if order.replace and order.id in desk.fresh}
    if replaced:
        _revoke(work, col(Code.entitlement_id).in_(replaced))
    if desk.fresh:
        work.session.connection().execute(insert(Code), list(desk.fresh.values()))
    return outcomes


@dataclass(kw_only=True)
class _Desk:
    """What a batch of orders needs, and the rows it makes."""

    work: Work
    keys: MunicipalityKeys
    rights: Mapping[UUID, Entitlement]
    known: dict[UUID, Code]
    fresh: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def judge(self, order: IssueOrder) -> Outcome:
        """Order: entitlement, known id, closed, ended."""
        right = self.rights.get(order.entitlement_id)
        if right is None:
            return EntitlementNotFound(id=order.entitlement_id)
        if row := self.known.get(order.id):
            same = row.entitlement_id == order.entitlement_id
            return printed(row, right, self.keys) if same else CodeExists(id=order.id)
        if refusal := over(right, dutch_day(self.work.now)):
            return refusal
        if order.replace:
            self._revoke_fresh(right.id)
        row = self._row(order.id, right)
        self.known[order.id], self.fresh[order.id] = row, row.model_dump()
        return printed(row, right, self.keys)

    def _revoke_fresh(self, entitlement_id: UUID) -> None:
        """What this batch issued before is replaced too."""
        for row in self.fresh.values():
            if row["entitlement_id"] == entitlement_id:
                row["revoked_at"] = self.work.now

    def _row(self, code_id: UUID, right: Entitlement) -> Code:
        manual, municipality = manual_code.new(), self.work.municipality_id
        return Code(
            municipality_id=municipality,
            id=code_id,
            entitlement_id=right.id,
            token_id=secrets.token_bytes(16),
            manual_digest=manual_code.digest(manual, self.keys.manual_code_key, municipality),
            sealed_manual=vault.encrypt(
                self.keys.sealing_key, manual.encode(), _place(municipality, code_id)
            ),
            key_id=self.keys.signing.public.key_id,
            issued_at=self.work.now.replace(microsecond=0),
            expires_at=_expiry(self.work.now, right),
            recorded_at=self.work.now,
        )


def _expiry(now: datetime, right: Entitlement) -> datetime:
    """The end of the validity, or 180 days, whichever comes first; whole seconds."""
    latest = now.replace(microsecond=0) + timedelta(days=PAPER_DAYS_MAX)
    return min(latest, day_start(day_after(right.valid_until))) if right.valid_until else latest


def last_day(row: Code, right: Entitlement) -> date:
    """The last day on which a code works from morning to night; not after the last day of its entitlement."""
    own = day_before(dutch_day(row.expires_at))
    return own if right.valid_until is None else min(own, right.valid_until)


def works(row: Code, right: Entitlement, now: datetime) -> bool:
    """Whether it opens the entitlement now, as far as the code goes: a use is judged by more."""
    return row.revoked_at is None and row.expires_at > now and over(right, dutch_day(now)) is None


def over(right: Entitlement, today: date) -> Refused | None:
    """Why nothing can be used of it any more: what was left went back, or its last day is behind."""
    if right.closed_at is not None:
        return Closed()
    if right.valid_until is not None and right.valid_until < today:
        return AfterEnd(last_day=right.valid_until)
    return None


def printed(row: Code, right: Entitlement, keys: MunicipalityKeys) -> Issued:
    """The code as it is printed, from its row. Each printing signs anew; what it opens is the same."""
    place = _place(row.municipality_id, row.id)
    return Issued(
        id=row.id,
        entitlement_id=right.id,
        token=token.sign(_token(row, right, keys), _signing_key(row, keys)),
        manual=vault.decrypt(keys.sealing_key, row.sealed_manual, place).decode(),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _token(row: Code, right: Entitlement, keys: MunicipalityKeys) -> Token:
    is_drawing_right = right.kind is EntitlementKind.DRAWING_RIGHT
    return Token(
        municipality=row.municipality_id,
        issued_at=int(row.issued_at.timestamp()),
        expires_at=int(row.expires_at.timestamp()),
        token_id=row.token_id,
        kind=CodeKind.DRAWING_RIGHT if is_drawing_right else CodeKind.VOUCHER,
        product_group=0,
        offline_floor_cents=0,
        offline_uses_max=0,
        flags=Flag.SPECIMEN if keys.specimen else Flag(0),
        status_index=0,
    )


def _signing_key(row: Code, keys: MunicipalityKeys) -> SigningKey:
    """The key that signed it first, also when it signs nothing new any more."""
    found = [key for key in (keys.signing, *keys.retired) if key.public.key_id == row.key_id]
    return found[0] if found else keys.signing


def _place(municipality_id: str, code_id: UUID) -> vault.Place:
    return vault.Place(municipality_id=municipality_id, table="code", column="sealed_manual", row_id=code_id)


def of_entitlement(work: Work, entitlement_id: UUID) -> Sequence[Code]:
    """All codes of one entitlement, oldest first."""
    statement = select(Code).where(
        col(Code.municipality_id) == work.municipality_id, col(Code.entitlement_id) == entitlement_id
    )
    return work.session.scalars(statement.order_by(col(Code.id))).all()


def replacing(work: Work, rows: Collection[Code]) -> frozenset[UUID]:
    """Which of these codes took the place of earlier ones: none of those worked once they were issued."""
    statement = select(Code).where(
        col(Code.municipality_id) == work.municipality_id,
        col(Code.entitlement_id).in_({row.entitlement_id for row in rows}),
    )
    earlier: defaultdict[UUID, list[Code]] = defaultdict(list)
    for each in work.session.scalars(statement):
        earlier[each.entitlement_id].append(each)
    return frozenset(row.id for row in rows if _replaces(row, earlier[row.entitlement_id]))


def _replaces(row: Code, codes: Sequence[Code]) -> bool:
    before = [each for each in codes if each.id != row.id and each.recorded_at <= row.recorded_at]
    return bool(before) and not any(_worked(each, row.recorded_at) for each in before)


def _worked(row: Code, at: datetime) -> bool:
    return (row.revoked_at is None or row.revoked_at > at) and row.expires_at > at


def get(work: Work, code_id: UUID) -> Code:
    """One code. Raises CodeNotFound."""
    found = db.rows(work, Code, {code_id}).get(code_id)
    if found is None:
        raise CodeNotFound(id=code_id)
    return found


def revoke(work: Work, code_ids: Sequence[UUID]) -> list[Code]:
    """From now on these open nothing; once revoked stays revoked. Raises CodeNotFound."""
    rows = db.rows(work, Code, code_ids)
    for code_id in code_ids:
        if code_id not in rows:
            raise CodeNotFound(id=code_id)
    db.rows(work, Entitlement, {row.entitlement_id for row in rows.values()}, lock=True)
    _revoke(work, col(Code.id).in_(set(code_ids)))
    return [get(work, code_id) for code_id in code_ids]


def block(work: Work, entitlement_id: UUID) -> None:
    """From now on no code opens this entitlement, until a new one is issued. Raises EntitlementNotFound."""
    if entitlement_id not in db.rows(work, Entitlement, {entitlement_id}, lock=True):
        raise EntitlementNotFound(id=entitlement_id)
    _revoke(work, col(Code.entitlement_id) == entitlement_id)


def ask(work: Work, order: RequestOrder) -> CodeRequest:
    """A new code is asked of the gatekeepers; the same request again changes nothing.

    Raises EntitlementNotFound, CodeRequestExists, Closed, AfterEnd, CodeStillWorks.
    """
    right = db.rows(work, Entitlement, {order.entitlement_id}, lock=True).get(order.entitlement_id)
    if right is None:
        raise EntitlementNotFound(id=order.entitlement_id)
    if known := db.rows(work, CodeRequest, {order.id}).get(order.id):
        if known.entitlement_id != right.id:
            raise CodeRequestExists(id=order.id)
        return known
    if refusal := over(right, dutch_day(work.now)):
        raise refusal
    working = [row for row in of_entitlement(work, right.id) if works(row, right, work.now)]
    if until := max((row.expires_at for row in working), default=None):
        raise CodeStillWorks(until=until)
    row = CodeRequest(
        municipality_id=work.municipality_id,
        id=order.id,
        entitlement_id=right.id,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def asked_at(work: Work, entitlement_id: UUID) -> datetime | None:
    """When a code was asked for that was not made yet; None: none is waited for."""
    statement = select(func.max(col(CodeRequest.recorded_at))).where(
        col(CodeRequest.municipality_id) == work.municipality_id,
        col(CodeRequest.entitlement_id) == entitlement_id,
    )
    newest = work.session.scalar(statement)
    made = max((row.recorded_at for row in of_entitlement(work, entitlement_id)), default=None)
    return newest if newest is not None and (made is None or made < newest) else None


def _revoke(work: Work, which: ColumnElement[bool]) -> None:
    work.session.execute(
        update(Code)
        .where(col(Code.municipality_id) == work.municipality_id, which, col(Code.revoked_at).is_(None))
        .values(revoked_at=work.now),
        execution_options={"synchronize_session": False},
    )
    work.session.expire_all()


def reader(municipality_id: str, keys: MunicipalityKeys) -> Reader:
    """Reads codes of this municipality, those of retired keys included."""
    return Reader(
        municipality_id=municipality_id,
        public_keys=keys.public_keys,
        manual_code_key=keys.manual_code_key,
    )


def register_keys(work: Work, keys: MunicipalityKeys) -> list[CodeKey]:
    """Note the public halves, so that they can be published; what no longer signs is retired."""
    statement = select(CodeKey).where(col(CodeKey.municipality_id) == work.municipality_id)
    known = {row.key_id: row for row in work.session.scalars(statement)}
    for public in keys.public_keys:
        row = known.setdefault(
            public.key_id,
            CodeKey(
                municipality_id=work.municipality_id,
                key_id=public.key_id,
                public_key=public.point,
                recorded_at=work.now,
            ),
        )
        if public.key_id != keys.signing.public.key_id and row.retired_at is None:
            row.retired_at = work.now
        work.session.add(row)
    work.session.flush()
    return list(known.values())
