# SPDX-License-Identifier: EUPL-1.2
"""Allocations: message 301 of iWmo and iJw becomes entitlements, or changes them.

A message is imported whole or not at all. The latest Toewijzingsdatum and -tijd wins (IV013), and
importing a message twice changes nothing.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select, tuple_
from sqlmodel import col

from ledger import approvals, entitlement_changes, entitlements, people
from ledger.allocation_sizes import Size, last_day
from ledger.approvals import Asked
from ledger.db import Work
from ledger.entitlement_changes import Amendment, Ending, Suspension
from ledger.entitlements import Grant
from ledger.errors import LedgerError, MalformedFile, Refused
from ledger.formats.iwmo301 import Allocation, Client, Message301
from ledger.four_eyes import NotApproved, Waiting
from ledger.ids import derived, uuid7
from ledger.keys import MunicipalityKeys
from ledger.people import PersonInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import AnyRestriction, OnlyCategories, OnlyProviders, OnlyServices
from ledger.tables import Entitlement, Programme, Provider, Service
from ledger.vault import Identity

REMOVED = "13"
"""RedenWijziging: the allocation should not have been made."""


@dataclass(kw_only=True, eq=False)
class NoProgramme(Refused):
    """No published programme takes allocations under this law and product group."""

    code: ClassVar[str] = "no_programme"
    law: str
    product_group: str | None


@dataclass(kw_only=True, eq=False)
class OtherMunicipality(Refused):
    """The message is from another municipality."""

    code: ClassVar[str] = "other_municipality"
    municipality: str


@dataclass(kw_only=True, eq=False)
class OnlyEndBudgetOrVolume(Refused):
    """A change may touch only the end, the budget, or the total volume; else a new number (OP257)."""

    code: ClassVar[str] = "only_end_budget_or_volume"
    number: int


@dataclass(kw_only=True, eq=False)
class SameMomentOtherContent(Refused):
    """Two versions of one allocation bear the same date and time."""

    code: ClassVar[str] = "same_moment_other_content"
    number: int


@dataclass(kw_only=True, eq=False)
class AllocationWaits(Refused):
    """An earlier version waits for somebody's approval; once that is decided, this one can be imported."""

    code: ClassVar[str] = "allocation_waits"
    number: int
    id: UUID
    """Of the approval."""


@dataclass(kw_only=True, eq=False)
class AllocationRefused(Refused):
    """One allocation of a message was refused, and so the whole message."""

    code: ClassVar[str] = "allocation_refused"
    number: int
    line: int
    reason: LedgerError


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What one message did."""

    identification: str
    holder_id: UUID
    granted: tuple[UUID, ...] = ()
    changed: tuple[UUID, ...] = ()
    waiting: tuple[UUID, ...] = ()
    """Approvals: what is above the limit of the municipality was not granted or changed yet."""
    unchanged: int = 0
    """Allocations that were known already, or older than what we have."""
    signals: tuple[str, ...] = ()
    """Codes of what needs attention: provider_unknown, service_unknown."""


Outcome: TypeAlias = Imported | LedgerError
"""What the message did, or why it was refused whole."""


def import_messages(work: Work, keys: MunicipalityKeys, messages: Sequence[Message301]) -> list[Outcome]:
    """Import messages in the order given; outcomes[i] answers messages[i].

    All are tried together; when that fails each is tried by itself, so that a refused one leaves
    no trace on the others.
    """
    numbers = [(m.law, a.number) for m in messages for a in m.allocations]
    if len(numbers) == len(set(numbers)):
        try:
            with work.session.begin_nested():
                return list(_import(work, keys, messages))
        except (LedgerError, ValidationError) as fault:
            if len(messages) == 1:
                return [_refusal(fault)]
    return [_alone(work, keys, message) for message in messages]


def _alone(work: Work, keys: MunicipalityKeys, message: Message301) -> Outcome:
    try:
        with work.session.begin_nested():
            return _import(work, keys, [message])[0]
    except (LedgerError, ValidationError) as fault:
        return _refusal(fault)


def _refusal(fault: LedgerError | ValidationError) -> LedgerError:
    """Values that no entitlement or person can have are a fault of the message; none is repeated."""
    if isinstance(fault, LedgerError):
        return fault
    faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors()]
    return MalformedFile(place="message", fault="; ".join(faults))


def _import(work: Work, keys: MunicipalityKeys, messages: Sequence[Message301]) -> list[Imported]:
    """All messages, each numbering an allocation once; raises at the first that is refused.

    What waits is told apart from what was granted or changed.
    """
    desk = _load(work, keys, messages)
    plans = [desk.plan(message) for message in messages]
    grants = [grant for plan in plans for grant in plan.grants]
    orders = [order for plan in plans for order in plan.orders]
    outcomes = [*entitlements.grant(work, grants), *entitlement_changes.change(work, orders)]
    places = [place for plan in plans for place in plan.granted_places]
    places += [place for plan in plans for place in plan.ordered_places]
    for allocation, outcome in zip(places, outcomes, strict=True):
        if isinstance(outcome, LedgerError):
            raise AllocationRefused(number=allocation.number, line=allocation.line, reason=outcome)
    waiting = {outcome.id for outcome in outcomes if isinstance(outcome, Waiting)}
    return [plan.told(waiting) for plan in plans]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What one message asks of the ledger."""

    grants: tuple[Grant, ...]
    granted_places: tuple[Allocation, ...]
    orders: tuple[entitlement_changes.Order, ...]
    ordered_places: tuple[Allocation, ...]
    imported: Imported

    def told(self, waiting: Set[UUID]) -> Imported:
        """What became of it, when these of its grants and orders wait."""
        done = [order.entitlement_id for order in self.orders if order.id not in waiting]
        asked = (*self.imported.granted, *(order.id for order in self.orders))
        return replace(
            self.imported,
            granted=tuple(each for each in self.imported.granted if each not in waiting),
            changed=tuple(dict.fromkeys(done)),
            waiting=tuple(each for each in asked if each in waiting),
        )


@dataclass(kw_only=True)
class _Desk:
    """What a batch of messages needs to be judged."""

    work: Work
    holders: Mapping[str, UUID]
    present: Mapping[tuple[str, int], Entitlement]
    asked: Mapping[tuple[str, int], Asked]
    """The newest grant that was asked for under each number and needs somebody's approval."""
    programmes: Sequence[Programme]
    services: Mapping[tuple[str, str], Service]
    providers: frozenset[str]

    def plan(self, message: Message301) -> _Plan:
        """What is new, what changes, and what is known already. Raises what refuses the message."""
        holder = self.holders[message.client.bsn]
        grants, granted, orders, ordered, unchanged = [], [], [], [], 0
        for allocation in message.allocations:
            present = self.present.get((message.law, allocation.number))
            if present is None and self._is_asked(message, allocation):
                unchanged += 1
                continue
            if present is None and allocation.change_reason != REMOVED:
                grants.append(self._grant(message, allocation, holder))
                granted.append(allocation)
                continue
            changes = self._changes(message, allocation, present) if present else []
            orders += changes
            ordered += [allocation] * len(changes)
            unchanged += not changes
        imported = Imported(
            identification=message.identification,
            holder_id=holder,
            granted=tuple(grant.id for grant in grants),
            changed=tuple({order.entitlement_id: None for order in orders}),
            unchanged=unchanged,
            signals=self._signals(message),
        )
        return _Plan(
            grants=tuple(grants),
            granted_places=tuple(granted),
            orders=tuple(orders),
            ordered_places=tuple(ordered),
            imported=imported,
        )

    def _is_asked(self, message: Message301, allocation: Allocation) -> bool:
        """Whether it waits for somebody's approval already. Raises what refuses the message."""
        asked = self.asked.get((message.law, allocation.number))
        if asked is None or asked.grant is None:
            return False
        is_newer = allocation.decided_at > asked.grant.at
        if asked.decision is not None:
            if is_newer:
                return False
            reason = NotApproved(id=asked.approval.id)
            raise AllocationRefused(number=allocation.number, line=allocation.line, reason=reason)
        if is_newer:
            raise AllocationWaits(number=allocation.number, id=asked.approval.id)
        if allocation.decided_at == asked.grant.at:
            wanted = self._grant(message, allocation, self.holders[message.client.bsn])
            same = asked.grant.holder_id == wanted.holder_id and not _differs(asked.grant, wanted)
            if allocation.change_reason == REMOVED or not same:
                raise SameMomentOtherContent(number=allocation.number)
        return True

    def _grant(self, message: Message301, allocation: Allocation, holder: UUID) -> Grant:
        size = Size.of(allocation, self.work.now)
        return Grant(
            id=uuid7(),
            kind=EntitlementKind.VOUCHER,
            law=Law(message.law),
            programme_id=self._programme(message.law, allocation).id,
            holder_id=holder,
            valid_from=allocation.valid_from,
            valid_until=last_day(allocation),
            amount_cents=size.amount_cents,
            quantity=size.quantity,
            quantity_unit=None if size.quantity is None else size.unit,
            expected_quantity=size.expected,
            restrictions=_restrictions(message, allocation, size),
            reference=f"301 {allocation.number}",
            allocation_number=allocation.number,
            at=allocation.decided_at,
        )

    def _programme(self, law: str, allocation: Allocation) -> Programme:
        """The programme of the product's group, else the one without a group."""
        service = self.services.get((law, allocation.product or ""))
        group = service.product_group if service else None
        fitting = [p for p in self.programmes if p.law == law and p.product_group in (group, None)]
        if not fitting:
            raise NoProgramme(law=law, product_group=group)
        return max(fitting, key=lambda each: each.product_group is not None)

    def _changes(
        self, message: Message301, allocation: Allocation, present: Entitlement
    ) -> list[entitlement_changes.Order]:
        """Nothing for an older version; else what differs, where the standard allows it."""
        if present.decided_at is not None and allocation.decided_at < present.decided_at:
            return []
        is_removed = allocation.change_reason == REMOVED
        same_person = present.holder_id == self.holders[message.client.bsn]
        wanted = self._grant(message, allocation, present.holder_id)
        if allocation.decided_at == present.decided_at:
            same = _was_removed(present) if is_removed else not _differs(present, wanted)
            if not (same and same_person):
                raise SameMomentOtherContent(number=allocation.number)
            return []
        if not (same_person and (is_removed or _may_change(present, wanted))):
            raise OnlyEndBudgetOrVolume(number=allocation.number)
        if is_removed:
            return _removal(present, allocation)
        return [_order(present, allocation, _amendment(present, wanted))]

    def _signals(self, message: Message301) -> tuple[str, ...]:
        found = set() if message.provider_agb in self.providers else {"provider_unknown"}
        known = all(
            (message.law, each.product) in self.services for each in message.allocations if each.product
        )
        return tuple(sorted(found if known else found | {"service_unknown"}))


def _restrictions(message: Message301, allocation: Allocation, size: Size) -> tuple[AnyRestriction, ...]:
    rules: list[AnyRestriction] = [OnlyProviders(providers=frozenset({message.provider_agb}))]
    if allocation.product is not None:
        rules.append(OnlyServices(services=frozenset({allocation.product})))
    elif allocation.category is not None:
        rules.append(OnlyCategories(categories=frozenset({allocation.category})))
    return tuple([*rules, size.cap] if size.cap else rules)


_FREE_TO_CHANGE = ("valid_until", "amount_cents", "quantity")
_FIXED = ("law", "valid_from", "quantity_unit", "restrictions")


def _differs(present: Entitlement | Grant, wanted: Grant) -> bool:
    return any(getattr(present, name) != getattr(wanted, name) for name in (*_FREE_TO_CHANGE, *_FIXED))


def _may_change(present: Entitlement, wanted: Grant) -> bool:
    """Only the end, the budget and the total volume may change; a budget does not come or go."""
    same = all(getattr(present, name) == getattr(wanted, name) for name in _FIXED)
    return same and (present.amount_cents is None) is (wanted.amount_cents is None)


def _was_removed(present: Entitlement) -> bool:
    """What _removal leaves behind: it ends on its first day."""
    return present.valid_until == present.valid_from


def _amendment(present: Entitlement, wanted: Grant) -> Amendment:
    return Amendment(
        amount_cents=wanted.amount_cents,
        quantity=wanted.quantity,
        expected_quantity=wanted.expected_quantity,
        valid_until=wanted.valid_until,
        open_ended=wanted.valid_until is None,
        reason=wanted.reference or "301",
        at=wanted.at,
    )


def _removal(present: Entitlement, allocation: Allocation) -> list[entitlement_changes.Order]:
    """Removed (reason 13): it ends on its first day, and on that day nothing may be used either."""
    words = {"reason": "301: verwijderd (13)", "at": allocation.decided_at}
    suspension = Suspension(from_day=present.valid_from, **words)
    ending = Ending(last_day=present.valid_from, **words)
    return [_order(present, allocation, suspension), _order(present, allocation, ending)]


def _order(
    present: Entitlement, allocation: Allocation, change: Amendment | Suspension | Ending
) -> entitlement_changes.Order:
    name = f"301 {allocation.decided_at.isoformat()} {change.kind}"
    return entitlement_changes.Order(id=derived(present.id, name), entitlement_id=present.id, change=change)


def _load(work: Work, keys: MunicipalityKeys, messages: Sequence[Message301]) -> _Desk:
    """One query per table; residents who are new are registered."""
    for message in messages:
        if message.municipality != work.municipality_id:
            raise OtherMunicipality(municipality=message.municipality)
    return _Desk(
        work=work,
        holders=_holders(work, keys, messages),
        present=_present(work, messages),
        asked=_asked(work, messages),
        programmes=_programmes(work),
        services=_services(work, messages),
        providers=_providers(work, {message.provider_agb for message in messages}),
    )


def _holders(work: Work, keys: MunicipalityKeys, messages: Sequence[Message301]) -> dict[str, UUID]:
    """Who each citizen service number is; new ones are registered under a new pseudonym."""
    clients = {message.client.bsn: message.client for message in messages}
    holders = dict(people.by_bsn(work, keys, list(clients)))
    fresh = [
        PersonInput(id=uuid7(), identity=_identity(client))
        for bsn, client in clients.items()
        if bsn not in holders
    ]
    people.register(work, keys, fresh)
    return holders | {person.identity.bsn: person.id for person in fresh if person.identity.bsn}


def _identity(client: Client) -> Identity:
    return Identity(
        bsn=client.bsn,
        surname=client.surname,
        prefix=client.surname_prefix,
        given_names=client.given_names,
        initials=client.initials,
        birth_date=client.birth_date,
        gender=client.gender,
        street=client.street,
        house_number=client.house_number,
        house_letter=client.house_letter,
        house_addition=client.house_addition,
        postcode=client.postcode,
        city=client.city,
        country=client.country,
    )


def _present(work: Work, messages: Sequence[Message301]) -> dict[tuple[str, int], Entitlement]:
    """What we know already under these numbers, locked in the order of their ids."""
    numbers = {(Law(m.law), a.number) for m in messages for a in m.allocations}
    statement = (
        select(Entitlement)
        .where(
            col(Entitlement.municipality_id) == work.municipality_id,
            tuple_(col(Entitlement.law), col(Entitlement.allocation_number)).in_(numbers),
        )
        .order_by(col(Entitlement.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = work.session.scalars(statement)
    return {(row.law, row.allocation_number): row for row in found if row.allocation_number is not None}


def _asked(work: Work, messages: Sequence[Message301]) -> dict[tuple[str, int], Asked]:
    """What was asked for under these numbers; of several, the last."""
    found = approvals.of_allocations(work, {a.number for m in messages for a in m.allocations})
    return {(each.grant.law, each.grant.allocation_number or 0): each for each in found if each.grant}


def _programmes(work: Work) -> Sequence[Programme]:
    statement = select(Programme).where(
        col(Programme.municipality_id) == work.municipality_id,
        col(Programme.published_version).is_not(None),
    )
    return work.session.scalars(statement.order_by(col(Programme.id))).all()


def _services(work: Work, messages: Sequence[Message301]) -> dict[tuple[str, str], Service]:
    codes = {a.product for m in messages for a in m.allocations if a.product}
    statement = select(Service).where(
        col(Service.municipality_id) == work.municipality_id, col(Service.code).in_(codes)
    )
    return {(row.law, row.code): row for row in work.session.scalars(statement)}


def _providers(work: Work, agbs: set[str]) -> frozenset[str]:
    statement = select(col(Provider.agb)).where(
        col(Provider.municipality_id) == work.municipality_id, col(Provider.agb).in_(agbs)
    )
    return frozenset(agb for agb in work.session.scalars(statement) if agb)
