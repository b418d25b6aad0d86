# SPDX-License-Identifier: EUPL-1.2
"""Books: all that one batch of scans may touch, in memory, and the judging of each scan against it.

Judging moves only these numbers. It has no session: nothing can be read or written here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ledger.clock import dutch_day
from ledger.errors import LedgerError
from ledger.offers import NOTHING, Care, Chosen, best
from ledger.reference import Party, Reference, Ruled
from ledger.rules.facts import CodeState, EntitlementKind, Facts, Law, Offer, Period, Use
from ledger.rules.funding import AccountKind, Draft
from ledger.rules.refusals import BalanceTooLow, BudgetTooLow, CodeUnknown, Reason
from ledger.rules.restrictions import AnyRestriction, named_providers, reasons
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
from ledger.tables import Mandate
from ledger.units import AMOUNT_MAX, Unit

CLOCK_SLACK = timedelta(minutes=5)
"""How far ahead of ours a device's clock may run before its scan lies in the future."""

UseKey: TypeAlias = tuple[date, str, Unit]
"""What uses are summed by: service day, product code, unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A redemption that is booked already."""

    fingerprint: bytes
    redeemed: Redeemed


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A code that was shown, as it is now."""

    id: UUID
    entitlement_id: UUID
    issued_at: datetime
    expires_at: datetime
    """Exclusive."""
    revoked_at: datetime | None

    def state(self, now: datetime) -> CodeState:
        """What it is worth now. A device's own clock is not asked; a revocation that is seen is in
        force, also for a server whose clock is behind.
        """
        if self.revoked_at is not None:
            return CodeState.REVOKED
        if now < self.issued_at:
            return CodeState.NOT_YET_VALID
        return CodeState.EXPIRED if now >= self.expires_at else CodeState.VALID


@dataclass(kw_only=True, slots=True, eq=False)
class Right:
    """An entitlement with its rules, and what it still holds: these numbers run as scans are taken."""

    id: UUID
    version: int
    kind: EntitlementKind
    law: Law
    holder_id: UUID
    budget_id: UUID
    programme: Ruled
    validity: Period
    suspensions: tuple[Period, ...]
    closed: bool
    is_limited: bool
    """Whether an amount of money limits it; else the budget pays on use what lacks."""
    quantity_unit: Unit | None
    area: str | None
    """Where the care is given: the right's own area, else the holder's."""
    neighbourhood: str | None
    restrictions: tuple[AnyRestriction, ...]
    """Its own."""
    is_capped: bool
    """Whether some rule, its own or the programme's, looks at what was used earlier."""
    accounts: dict[Unit, UUID] = field(default_factory=dict)
    """Its entitlement accounts."""
    money: int = 0
    """Eurocents left."""
    counted: int = 0
    """Left of its quantity."""
    uses: int = 0
    """Redemptions that were not wholly taken back."""
    usage: dict[UseKey, list[int]] = field(default_factory=dict)
    """[quantity, cents] used, as far back as a rule looks; empty where none does."""

    @property
    def rules(self) -> tuple[AnyRestriction, ...]:
        """The programme's rules, then its own."""
        return (*self.programme.restrictions, *self.restrictions)


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """An accepted line with the drafts that follow from it."""

    line: RedeemedLine
    chosen: Chosen
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An accepted scan, to be written."""

    scan: Scan
    right: Right
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
    reference: Reference
    known: dict[UUID, Known]
    codes_by_token: Mapping[bytes, Paper]
    codes_by_manual: Mapping[bytes, Paper]
    rights: Mapping[UUID, Right]
    by_number: Mapping[tuple[Law, int], UUID]
    """Entitlements by allocation number."""
    budgets: dict[UUID, int]
    """What hard budgets still hold, running."""
    care: Mapping[tuple[UUID, UUID], tuple[Care, ...]]
    """By entitlement and provider."""
    mandates: Mapping[UUID, tuple[Mandate, ...]]
    """By holder."""
    taken: list[Taken] = field(default_factory=list)

    def judge(self, scan: Scan) -> Outcome:
        """Order: known id, unreadable code, what is missing, then every rule and balance together."""
        if earlier := self.known.get(scan.id):
            same = earlier.fingerprint == scan.fingerprint
            return earlier.redeemed if same else RedemptionExists(id=scan.id)
        trial = self._weighed(scan)
        return trial if isinstance(trial, LedgerError) else self._take(trial)

    def ask(self, scan: Scan) -> Taken | LedgerError:
        """What judge would take of a scan that is new; nothing is kept, so the next finds what this found."""
        trial = self._weighed(scan)
        return trial if isinstance(trial, LedgerError) else trial.taken()

    def _weighed(self, scan: Scan) -> "_Trial | LedgerError":
        provider = self.reference.providers.get(scan.terms.provider_id)
        if provider is None:
            return NoSuchProvider(id=scan.terms.provider_id)
        if scan.shown is None:
            right, code = self._named(scan), None
            if right is None:
                return NoSuchRight()
        else:
            code = self._shown(scan)
            right = self.rights.get(code.entitlement_id) if code else None
            if right is None:  # also a code that was issued while we were looking
                return RedemptionRefused(reasons=[scan.shown.refusal or CodeUnknown()])
        return self._weigh(scan, right, provider, code)

    def _named(self, scan: Scan) -> Right | None:
        """The right that is named without a code."""
        if allocation := scan.terms.allocation:
            found = self.by_number.get((allocation.law, allocation.number))
            return self.rights.get(found) if found else None
        assert scan.terms.entitlement_id is not None, "the terms name one right"
        return self.rights.get(scan.terms.entitlement_id)

    def _shown(self, scan: Scan) -> Paper | None:
        assert scan.shown is not None, "only called with a code"
        if scan.shown.token_id:
            return self.codes_by_token.get(scan.shown.token_id)
        if scan.shown.manual_digest:
            return self.codes_by_manual.get(scan.shown.manual_digest)
        return None

    def _weigh(
        self, scan: Scan, right: Right, provider: Party, code: Paper | None
    ) -> "_Trial | RedemptionRefused":
        """Judge line after line, each seeing what the earlier ones took; all pass or none."""
        trial = _Trial(books=self, scan=scan, right=right, provider=provider, code=code)
        for line in scan.terms.lines:
            trial.judge(line)
        return RedemptionRefused(reasons=_distinct(trial.reasons)) if trial.reasons else trial

    def _take(self, trial: "_Trial") -> Redeemed:
        """Make the trial's numbers ours."""
        right = trial.right
        right.money, right.counted, right.usage = trial.money, trial.counted, trial.usage
        right.uses += 1
        if right.budget_id in self.budgets:
            self.budgets[right.budget_id] = trial.budget
        taken = trial.taken()
        self.taken.append(taken)
        self.known[trial.scan.id] = Known(fingerprint=trial.scan.fingerprint, redeemed=taken.redeemed)
        return taken.redeemed


@dataclass(kw_only=True, slots=True)
class _Trial:
    """One scan being judged on copies of the running numbers."""

    books: Books
    scan: Scan
    right: Right
    provider: Party
    code: Paper | None
    reasons: list[Reason] = field(default_factory=list)
    priced: list[Priced] = field(default_factory=list)
    money: int = 0
    counted: int = 0
    budget: int = 0
    """What a hard budget holds; not asked of a soft one."""
    usage: dict[UseKey, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.money, self.counted = self.right.money, self.right.counted
        self.budget = self.books.budgets.get(self.right.budget_id, 0)
        self.usage = {key: list(sums) for key, sums in self.right.usage.items()}

    def judge(self, line: ScanLine) -> None:
        """Every reason against this line; without one its drafts are taken."""
        chosen = self._chosen(line.service)
        facts = self._facts(line, chosen.offer)
        found = reasons(facts, self.right.rules)
        drafts = self._drafts(facts)
        found += self._shortages(drafts)
        self.reasons += found
        if not found:
            self._accept(line, facts, chosen, drafts)

    def _chosen(self, service: str) -> Chosen:
        """The contract or care agreement that fits best: in force with the service, else the nearest."""
        right, day = self.right, self.scan.service_day
        if right.kind is EntitlementKind.DRAWING_RIGHT:
            agreed = self.books.care.get((right.id, self.provider.id), ())
            offers = tuple(each.chosen for each in agreed if each.service == service)
        else:
            offers = self.books.reference.offers(self.provider.id, right.law, service, day)
        if len(offers) <= 1:
            return offers[0] if offers else NOTHING
        return best(offers, day, area=right.area, neighbourhood=right.neighbourhood)

    def _facts(self, line: ScanLine, offer: Offer | None) -> Facts:
        books, right, day = self.books, self.right, self.scan.service_day
        return Facts(
            today=books.today,
            service_day=day,
            ahead=day > books.today or self._is_ahead(),
            reserving=self.scan.terms.reserve,
            kind=right.kind,
            validity=right.validity,
            suspensions=right.suspensions,
            closed=right.closed,
            code=self.code.state(books.now) if self.code else CodeState.NONE,
            service=line.service,
            measure=books.reference.measures.get((right.law, line.service)),
            quantity=line.quantity,
            quantity_unit=right.quantity_unit,
            asked_cents=line.price_cents,
            provider_agb=self.provider.agb,
            named_providers=named_providers(right.restrictions, line.service),
            offer=offer,
            area=right.area,
            neighbourhood=right.neighbourhood,
            mandated=self._mandated(day),
            uses=right.uses,
            usage=[
                Use(day=used_on, service=code, unit=unit, quantity=sums[0], cents=sums[1])
                for (used_on, code, unit), sums in self.usage.items()
            ],
        )

    def _is_ahead(self) -> bool:
        """Whether the instant lies in the future; a quote for another day judges days only."""
        if self.scan.terms.at <= self.books.now + CLOCK_SLACK:
            return False
        return self.books.today == dutch_day(self.books.now)

    def _mandated(self, day: date) -> bool | None:
        acting = self.scan.terms.acting_person_id
        if acting is None or acting == self.right.holder_id:
            return None
        return any(
            each.representative_id == acting
            and Period(start=each.valid_from, until=each.valid_until).holds(day)
            for each in self.books.mandates.get(self.right.holder_id, ())
        )

    def _drafts(self, facts: Facts) -> tuple[Draft, ...]:
        """The entries that would follow; none where the service is unknown."""
        if facts.measure is None:
            return ()
        left_cents = None if self.right.is_limited else self.money
        return self.right.programme.funding.drafts(facts, left_cents=left_cents)

    def _shortages(self, drafts: Iterable[Draft]) -> list[Reason]:
        """What the entitlement, or a hard budget, lacks; a commitment is the first of the drafts."""
        found: list[Reason] = []
        committed, is_hard = 0, self.right.programme.is_hard
        for draft in drafts:
            if draft.debit is AccountKind.BUDGET:
                committed += draft.amount
                if is_hard and draft.amount > self.budget:
                    found.append(BudgetTooLow(asked_cents=draft.amount, left_cents=self.budget))
            elif draft.debit is AccountKind.ENTITLEMENT:
                left = self.money + committed if draft.unit is Unit.EUROCENT else self.counted
                left = min(left, AMOUNT_MAX)  # also where money sets no limit
                if draft.amount > left:
                    found.append(BalanceTooLow(unit=draft.unit, asked=draft.amount, left=left))
        return found

    def _accept(self, line: ScanLine, facts: Facts, chosen: Chosen, drafts: tuple[Draft, ...]) -> None:
        unit, cents = facts.unit, facts.price_cents
        assert unit is not None, "a line without a unit was refused"
        assert cents is not None, "a line without a price was refused"
        for draft in drafts:
            self._draw(draft)
        if self.right.is_capped:
            sums = self.usage.setdefault((self.scan.service_day, line.service, unit), [0, 0])
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

    def _draw(self, draft: Draft) -> None:
        """Move the running numbers as the draft will move the accounts."""
        if draft.debit is AccountKind.BUDGET:
            self.budget -= draft.amount
        elif draft.debit is AccountKind.ENTITLEMENT and draft.unit is Unit.EUROCENT:
            self.money -= draft.amount
        elif draft.debit is AccountKind.ENTITLEMENT:
            self.counted -= draft.amount
        if draft.credit is AccountKind.ENTITLEMENT:
            self.money += draft.amount

    def taken(self) -> Taken:
        """The accepted scan with its answer."""
        right, lines = self.right, tuple(each.line for each in self.priced)
        redeemed = Redeemed(
            id=self.scan.id,
            entitlement_id=right.id,
            provider_id=self.provider.id,
            reserved=self.scan.terms.reserve,
            service_day=self.scan.service_day,
            lines=lines,
            price_cents=sum(line.price_cents for line in lines),
            remaining_cents=self.money if right.is_limited else None,
            remaining_quantity=self.counted if right.quantity_unit else None,
            quantity_unit=right.quantity_unit,
            recorded_at=self.books.now,
        )
        return Taken(
            scan=self.scan,
            right=right,
            code_id=self.code.id if self.code else None,
            priced=tuple(self.priced),
            redeemed=redeemed,
        )


def _distinct(found: Iterable[Reason]) -> list[Reason]:
    """Each reason once, in the order found: lines of one scan often fail alike."""
    return list({str(reason): reason for reason in found}.values())
