# SPDX-License-Identifier: EUPL-1.2
"""Books: all that one batch of scans may touch, in memory, and the judging of each scan against it.

Judging moves only these numbers. It has no session: nothing can be read or written here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ledger.clock import dutch_day
from ledger.ids import NOBODY
from ledger.rules.facts import CodeState, EntitlementKind, Facts, Law, Offer, Period, Use
from ledger.rules.funding import AccountKind, Draft
from ledger.rules.refusals import BalanceTooLow, BudgetTooLow, CodeUnknown, Reason
from ledger.rules.restrictions import AnyRestriction, named_providers, reasons
from ledger.rules.tariffs import PerMeasure
from ledger.scans import (
    NoSuchProvider,
    NoSuchRight,
    Outcome,
    Redeemed,
    RedeemedLine,
    RedemptionExists,
    RedemptionRefused,
    Scan,
    ScanLine,
)
from ledger.tables import (
    BudgetMode,
    CareAgreement,
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
    Service,
)
from ledger.units import AMOUNT_MAX, Unit

CLOCK_SLACK = timedelta(minutes=5)
"""How far ahead of ours a device's clock may run before its scan lies in the future."""

Place: TypeAlias = tuple[AccountKind, UUID, Unit]
"""Where an account stands in the chart: kind, owner, unit."""

UseKey: TypeAlias = tuple[date, str, Unit]
"""What uses are summed by: service day, product code, unit."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A redemption that is booked already."""

    fingerprint: bytes
    redeemed: Redeemed


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A contract in force with its lines by service, or a care agreement."""

    id: UUID
    version: int
    period: Period
    areas: tuple[str, ...] = ()
    lines: Mapping[str, tuple[ContractLine, ...]] = field(default_factory=dict)

    def offer(self, service: str, day: date) -> Offer:
        """What it offers of a service; the line of the day, else the last one."""
        found = self.lines.get(service, ())
        lines = [(Period(start=line.valid_from, until=line.valid_until), line.tariff) for line in found]
        chosen = next((each for each in lines if each[0].holds(day)), lines[-1] if lines else None)
        if chosen is None:
            return Offer(period=self.period, line=None, areas=self.areas)
        return Offer(period=self.period, line=chosen[0], areas=self.areas, tariff=chosen[1])

    @classmethod
    def of_contract(
        cls, contract: Contract, version: ContractVersion, lines: Iterable[ContractLine]
    ) -> "Agreed":
        """A published version of a contract."""
        by_service: dict[str, tuple[ContractLine, ...]] = {}
        for line in lines:
            by_service[line.service] = (*by_service.get(line.service, ()), line)
        period = Period(start=version.valid_from, until=version.valid_until)
        return cls(
            id=contract.id, version=version.version, period=period, areas=version.areas, lines=by_service
        )


@dataclass(frozen=True, kw_only=True)
class Care:
    """A care agreement with the approvals it still needs."""

    agreement: CareAgreement
    missing: tuple[str, ...]

    @property
    def offer(self) -> Offer:
        """What it offers of its own service."""
        period = Period(start=self.agreement.valid_from, until=self.agreement.valid_until)
        tariff = PerMeasure(rate_cents=self.agreement.rate_cents)
        return Offer(period=period, line=period, tariff=tariff, approvals_missing=self.missing)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Under which contract or care agreement one line falls, and what that offers."""

    agreement_id: UUID | None = None
    version: int = 1
    offer: Offer | None = None


@dataclass(frozen=True, kw_only=True)
class Priced:
    """An accepted line with the drafts that follow from it and the places they name."""

    line: RedeemedLine
    chosen: Chosen
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An accepted scan, to be written."""

    scan: Scan
    entitlement: Entitlement
    programme_version: int
    code_id: UUID | None
    priced: tuple[Priced, ...]
    redeemed: Redeemed


@dataclass(kw_only=True)
class Books:
    """All that one batch may touch, locked and in memory."""

    now: datetime
    """The instant it is recorded at."""
    today: date
    """The Dutch day it is judged on; a quote may name another."""
    known: dict[UUID, Known]
    codes_by_token: Mapping[bytes, Code]
    codes_by_manual: Mapping[bytes, Code]
    entitlements: Mapping[UUID, Entitlement]
    by_number: Mapping[tuple[Law, int], UUID]
    programmes: Mapping[UUID, Programme]
    rules: Mapping[UUID, ProgrammeVersion]
    """The published version, by programme."""
    providers: Mapping[UUID, Provider]
    contracts: Mapping[tuple[UUID, Law], tuple[Agreed, ...]]
    care: Mapping[tuple[UUID, UUID], tuple[Care, ...]]
    """By entitlement and provider."""
    services: Mapping[tuple[Law, str], Service]
    people: Mapping[UUID, Person]
    mandates: Mapping[UUID, tuple[Mandate, ...]]
    """By holder."""
    left: dict[Place, int]
    """Running balances."""
    usage: dict[UUID, dict[UseKey, list[int]]]
    """Running [quantity, cents] by entitlement."""
    uses: Counter[UUID]
    """Running number of redemptions by entitlement."""
    taken: list[Taken] = field(default_factory=list)

    def judge(self, scan: Scan) -> Outcome:
        """Order: known id, unreadable code, what is missing, then every rule and balance together."""
        if earlier := self.known.get(scan.id):
            same = earlier.fingerprint == scan.fingerprint
            return earlier.redeemed if same else RedemptionExists(id=scan.id)
        provider = self.providers.get(scan.terms.provider_id)
        if provider is None:
            return NoSuchProvider(id=scan.terms.provider_id)
        if scan.shown is None:
            entitlement, code = self._named(scan), None
            if entitlement is None:
                return NoSuchRight()
        else:
            code = self._shown(scan)
            if code is None:
                return RedemptionRefused(reasons=[scan.shown.refusal or CodeUnknown()])
            entitlement = self.entitlements[code.entitlement_id]
        return self._weigh(scan, entitlement, provider, code)

    def _named(self, scan: Scan) -> Entitlement | None:
        """The right that is named without a code."""
        if allocation := scan.terms.allocation:
            found = self.by_number.get((allocation.law, allocation.number))
            return self.entitlements.get(found) if found else None
        assert scan.terms.entitlement_id is not None, "the terms name one right"
        return self.entitlements.get(scan.terms.entitlement_id)

    def _shown(self, scan: Scan) -> Code | None:
        assert scan.shown is not None, "only called with a code"
        if scan.shown.token_id:
            return self.codes_by_token.get(scan.shown.token_id)
        if scan.shown.manual_digest:
            return self.codes_by_manual.get(scan.shown.manual_digest)
        return None

    def _weigh(self, scan: Scan, entitlement: Entitlement, provider: Provider, code: Code | None) -> Outcome:
        """Judge line after line, each seeing what the earlier ones took; all pass or none."""
        trial = _Trial(books=self, scan=scan, entitlement=entitlement, provider=provider, code=code)
        for line in scan.terms.lines:
            trial.judge(line)
        if trial.reasons:
            return RedemptionRefused(reasons=_distinct(trial.reasons))
        return self._take(trial)

    def _take(self, trial: "_Trial") -> Redeemed:
        """Make the trial's numbers ours."""
        self.left.update(trial.left)
        self.usage[trial.entitlement.id] = trial.usage
        self.uses[trial.entitlement.id] += 1
        taken = trial.taken()
        self.taken.append(taken)
        self.known[trial.scan.id] = Known(fingerprint=trial.scan.fingerprint, redeemed=taken.redeemed)
        return taken.redeemed


@dataclass(kw_only=True)
class _Trial:
    """One scan being judged on copies of the running numbers."""

    books: Books
    scan: Scan
    entitlement: Entitlement
    provider: Provider
    code: Code | None
    reasons: list[Reason] = field(default_factory=list)
    priced: list[Priced] = field(default_factory=list)
    left: dict[Place, int] = field(default_factory=dict)
    usage: dict[UseKey, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        running = self.books.usage.get(self.entitlement.id, {})
        self.usage = {key: list(sums) for key, sums in running.items()}

    @property
    def rules(self) -> tuple[AnyRestriction, ...]:
        """The programme's rules, then the entitlement's own."""
        return (*self.books.rules[self.entitlement.programme_id].restrictions, *self.entitlement.restrictions)

    def judge(self, line: ScanLine) -> None:
        """Every reason against this line; without one its drafts are taken."""
        chosen = self._chosen(line.service)
        facts = self._facts(line, chosen.offer)
        found = reasons(facts, self.rules)
        drafts = self._drafts(facts)
        found += self._shortages(drafts)
        self.reasons += found
        if not found:
            self._accept(line, facts, chosen, drafts)

    def _chosen(self, service: str) -> Chosen:
        """The contract or care agreement that fits best: in force with the service, else the nearest."""
        day = self.scan.service_day
        if self.entitlement.kind is EntitlementKind.DRAWING_RIGHT:
            return self._chosen_care(service)
        agreed = self.books.contracts.get((self.provider.id, self.entitlement.law), ())
        offers = [Chosen(agreement_id=a.id, version=a.version, offer=a.offer(service, day)) for a in agreed]
        return self._best(offers)

    def _chosen_care(self, service: str) -> Chosen:
        agreed = self.books.care.get((self.entitlement.id, self.provider.id), ())
        offers = [
            Chosen(agreement_id=each.agreement.id, offer=each.offer)
            for each in agreed
            if each.agreement.service == service
        ]
        return self._best(offers)

    def _best(self, offers: Iterable[Chosen]) -> Chosen:
        """The first of those that fit best."""
        day, place = self.scan.service_day, self._place()
        return max(offers, key=lambda each: _fit(each.offer, day, *place), default=Chosen())

    def _place(self) -> tuple[str | None, str | None]:
        """Where the care is given, as area and neighbourhood: the right's own area, else the holder's."""
        person = self.books.people[self.entitlement.holder_id]
        own = self.entitlement.area
        return (own, None) if own else (person.area, person.neighbourhood)

    def _facts(self, line: ScanLine, offer: Offer | None) -> Facts:
        books, right, terms = self.books, self.entitlement, self.scan.terms
        service = books.services.get((right.law, line.service))
        day = self.scan.service_day
        area, neighbourhood = self._place()
        return Facts(
            today=books.today,
            service_day=day,
            ahead=day > books.today or self._is_ahead(),
            reserving=terms.reserve,
            kind=right.kind,
            validity=Period(start=right.valid_from, until=right.valid_until),
            suspensions=right.suspensions,
            closed=right.closed_at is not None,
            code=_state(self.code, books.now),
            service=line.service,
            measure=service.measure if service else None,
            quantity=line.quantity,
            quantity_unit=right.quantity_unit,
            asked_cents=line.price_cents,
            provider_agb=self.provider.agb,
            named_providers=named_providers(right.restrictions, line.service),
            offer=offer,
            area=area,
            neighbourhood=neighbourhood,
            mandated=self._mandated(day),
            uses=books.uses[right.id],
            usage=[
                Use(day=used_on, service=code, unit=unit, quantity=sums[0], cents=sums[1])
                for (used_on, code, unit), sums in self.usage.items()
            ],
        )

    def _is_ahead(self) -> bool:
        """Whether the instant lies in the future; a quote for another day judges days only."""
        if self.books.today != dutch_day(self.books.now):
            return False
        return self.scan.terms.at > self.books.now + CLOCK_SLACK

    def _mandated(self, day: date) -> bool | None:
        acting = self.scan.terms.acting_person_id
        if acting is None or acting == self.entitlement.holder_id:
            return None
        return any(
            each.representative_id == acting
            and Period(start=each.valid_from, until=each.valid_until).holds(day)
            for each in self.books.mandates.get(self.entitlement.holder_id, ())
        )

    def _drafts(self, facts: Facts) -> tuple[Draft, ...]:
        """The entries that would follow; none where the service is unknown."""
        if facts.measure is None:
            return ()
        unlimited = self.entitlement.amount_cents is None
        left = self._left((AccountKind.ENTITLEMENT, self.entitlement.id, Unit.EUROCENT))
        funding = self.books.rules[self.entitlement.programme_id].funding
        return funding.drafts(facts, left_cents=left if unlimited else None)

    def _shortages(self, drafts: Iterable[Draft]) -> list[Reason]:
        """What the entitlement, or a hard budget, lacks."""
        found: list[Reason] = []
        committed = sum(d.amount for d in drafts if d.debit is AccountKind.BUDGET)
        for draft in drafts:
            left = self._left((draft.debit, self._owner(draft.debit), draft.unit))
            if draft.debit is AccountKind.ENTITLEMENT:
                left += committed if draft.unit is Unit.EUROCENT else 0
                left = min(left, AMOUNT_MAX)  # also where money sets no limit
                if draft.amount > left:
                    found.append(BalanceTooLow(unit=draft.unit, asked=draft.amount, left=left))
            elif draft.debit is AccountKind.BUDGET and self._is_hard() and draft.amount > left:
                found.append(BudgetTooLow(asked_cents=draft.amount, left_cents=left))
        return found

    def _is_hard(self) -> bool:
        return self.books.programmes[self.entitlement.programme_id].mode is BudgetMode.HARD

    def _left(self, place: Place) -> int:
        return self.left.get(place, self.books.left.get(place, 0))

    def _owner(self, kind: AccountKind) -> UUID:
        """Who owns the accounts that are debited by a redemption."""
        if kind is AccountKind.BUDGET:
            return self.entitlement.budget_id
        return NOBODY if kind is AccountKind.TREASURY else self.entitlement.id

    def _accept(self, line: ScanLine, facts: Facts, chosen: Chosen, drafts: tuple[Draft, ...]) -> None:
        unit, cents = facts.unit, facts.price_cents
        assert unit is not None, "a line without a unit was refused"
        assert cents is not None, "a line without a price was refused"
        for draft in drafts:
            place = (draft.debit, self._owner(draft.debit), draft.unit)
            self.left[place] = self._left(place) - draft.amount
            if draft.credit is AccountKind.ENTITLEMENT:
                target = (draft.credit, self.entitlement.id, draft.unit)
                self.left[target] = self._left(target) + draft.amount
        sums = self.usage.setdefault((facts.service_day, line.service, unit), [0, 0])
        sums[0] += line.quantity
        sums[1] += cents
        done = RedeemedLine(
            line=len(self.priced) + 1,
            service=line.service,
            unit=unit,
            quantity=line.quantity,
            price_cents=cents,
        )
        self.priced.append(Priced(line=done, chosen=chosen, drafts=drafts))

    def taken(self) -> Taken:
        """The accepted scan with its answer."""
        right, lines = self.entitlement, tuple(each.line for each in self.priced)
        limited = right.amount_cents is not None
        money = self._left((AccountKind.ENTITLEMENT, right.id, Unit.EUROCENT))
        unit = right.quantity_unit
        redeemed = Redeemed(
            id=self.scan.id,
            entitlement_id=right.id,
            provider_id=self.provider.id,
            reserved=self.scan.terms.reserve,
            service_day=self.scan.service_day,
            lines=lines,
            price_cents=sum(line.price_cents for line in lines),
            remaining_cents=money if limited else None,
            remaining_quantity=self._left((AccountKind.ENTITLEMENT, right.id, unit)) if unit else None,
            quantity_unit=unit,
            recorded_at=self.books.now,
        )
        return Taken(
            scan=self.scan,
            entitlement=right,
            programme_version=self.books.rules[right.programme_id].version,
            code_id=self.code.id if self.code else None,
            priced=tuple(self.priced),
            redeemed=redeemed,
        )


def _fit(offer: Offer | None, day: date, area: str | None, neighbourhood: str | None) -> tuple[bool, ...]:
    """How well an offer fits: in force with the service, approved and where the care is given, is best."""
    if offer is None:
        return (False, False, False, False, False)
    in_force = offer.period.holds(day)
    has_line = offer.line is not None
    on_the_day = offer.line is not None and offer.line.holds(day)
    approved = in_force and on_the_day and not offer.approvals_missing
    return (
        approved and offer.serves(area, neighbourhood),
        approved,
        in_force and on_the_day,
        has_line,
        in_force,
    )


def _state(code: Code | None, now: datetime) -> CodeState:
    """What the code is worth now. A device's own clock is not asked; a revocation that is seen is in
    force, also for a server whose clock is behind.
    """
    if code is None:
        return CodeState.NONE
    if code.revoked_at is not None:
        return CodeState.REVOKED
    if now < code.issued_at:
        return CodeState.NOT_YET_VALID
    return CodeState.EXPIRED if now >= code.expires_at else CodeState.VALID


def _distinct(found: Iterable[Reason]) -> list[Reason]:
    """Each reason once, in the order found: lines of one scan often fail alike."""
    return list({str(reason): reason for reason in found}.values())
