# SPDX-License-Identifier: EUPL-1.2
"""What only the featured municipality has: a resident who is asked for consent, has a helper under a drawing
right, is represented, and was refused something; a provider with devices. No chance is drawn for it: the rest
of the story stays as it is.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from cli.demo.beginning import give_codes
from cli.demo.days import at
from cli.demo.ending import write
from cli.demo.plans import GUIDANCE, HELPERS, HOUSEHOLD, LINDE, Plan
from cli.demo.town import Right, Town, Try, done
from ledger import (
    actors,
    care,
    claims,
    codes,
    confirmations,
    decision_letters,
    devices,
    entitlements,
    ids,
    redemptions,
    refusals,
    settings,
)
from ledger.actors import ActorInput
from ledger.care import Agreement
from ledger.claims import ClaimLine, ClaimTerms
from ledger.confirmations import WordOrder
from ledger.devices import DeviceInput
from ledger.entitlements import Grant
from ledger.errors import LedgerError
from ledger.formats import decision_letter
from ledger.people import PersonInput
from ledger.refusals import RefusalInput
from ledger.rules.confirmations import WordKind
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import OnlyServices
from ledger.tables import Approver, RateClass, Role
from ledger.units import Unit

ALONE_CENTS: Final = 2_500_00
"""What a gatekeeper of Diemen grants alone, from the last evening on."""

USED_AGO, CONFIRMED_AGO, HELPED_AGO, WAITING_AGO = 9, 8, 5, 2
"""How many days ago the resident was helped, said that it was right, had the helper of their own, and was
helped once more.
"""

CONSENT: Final = Plan(
    name="help after hospital",
    programme="Hulp na ziekenhuisopname",
    quantity=1200,
    unit=Unit.MINUTE,
    weight=1,
    uses=(),
    rules=(OnlyServices(services=frozenset({HOUSEHOLD})),),
)
"""Its programme asks the resident's consent before anything is paid."""

OWN_HELPER: Final = Plan(
    name="a helper of their own",
    programme="Begeleiding en dagbesteding",
    kind=EntitlementKind.DRAWING_RIGHT,
    euros=(1800, 1800),
    weight=1,
    uses=(),
    rules=(OnlyServices(services=frozenset({GUIDANCE})),),
)
"""The resident chose who helps, and sends in what it cost."""


@dataclass
class Featured:
    """The resident of the letter, and what happens to them through the month."""

    town: Town
    right: Right
    own: Right
    """The drawing right, with the agreement that is approved by both."""
    agreement: Agreement
    uses: list[UUID] = field(default_factory=list)

    @classmethod
    def begin(cls, town: Town, folder: Path) -> "Featured":
        """Until the first day of use; the letter with the refusal goes to the folder."""
        holder, representative = (right.holder for right in town.rights[:2])
        right = _granted(town, holder, CONSENT, number="Z0001")
        give_codes(town, [right], days_ago=31)
        own = _granted(town, holder, OWN_HELPER, number="Z0003")
        agreement = _agreed(town, own)
        _enrol_devices(town, _let_in(town, representative))
        _refuse(town, holder, folder)
        return cls(town=town, right=right, own=own, agreement=agreement)

    def live(self, day: date) -> None:
        """One day of the month, before its settlement."""
        ago = (self.town.days.today - day).days
        if ago in (USED_AGO, WAITING_AGO):
            self._use(day)
        elif ago == CONFIRMED_AGO:
            self._confirm(day)
        elif ago == HELPED_AGO:
            self._claim(day)

    def leave(self) -> None:
        """What waits for the gatekeeper on the last evening: a large grant, a lost letter, another helper."""
        evening = at(self.town.days.back(1), 20)
        with self.town.work(evening, Role.ADMINISTRATOR) as work:
            settings.put(work, settings.known(work).model_copy(update={"grant_alone_cents": ALONE_CENTS}))
        with self.town.work(evening) as work:  # so that the gatekeeper of the demo may decide on it
            (granted,) = entitlements.grant(work, [_large(self.town, self.right.holder, evening)])
            done(granted)
        with self.town.work(evening, Role.GATEKEEPER) as work:
            codes.block(work, next(right for right in reversed(self.town.rights) if right.code).id)
            (agreed,) = care.agree(work, [_another(self.town, evening)])
            done(agreed)

    def _use(self, day: date) -> None:
        tried = Try(provider=LINDE, service=HOUSEHOLD, quantity=120, at=at(day, 10))
        with self.town.work(at(day, 12)) as work:
            (outcome,) = redemptions.redeem(work, [self.town.scan(self.right, tried)])
        if isinstance(outcome, LedgerError):
            raise AssertionError(f"the demo was refused: {outcome}")
        self.town.tally.note(outcome)
        self.town.tally.unconfirmed.add(outcome.id)
        self.uses.append(outcome.id)

    def _confirm(self, day: date) -> None:
        word = WordOrder(id=ids.uuid7(), redemption_id=self.uses[0], kind=WordKind.CONFIRMED, at=at(day, 19))
        with self.town.work(at(day, 19), Role.HOLDER) as work:
            confirmations.say(work, word)
        self.town.tally.unconfirmed.discard(self.uses[0])

    def _claim(self, day: date) -> None:
        """What the helper did, sent in by the resident."""
        line = ClaimLine(
            reference="demo-1",
            entitlement_id=self.own.id,
            service=self.agreement.service,
            quantity=90,
            service_date=day,
        )
        terms = ClaimTerms(provider_id=self.agreement.provider_id, lines=(line,))
        with self.town.work(at(day, 20), Role.HOLDER) as work:
            booked = claims.claim(work, claims.of_terms(ids.uuid7(), terms))
        self.town.tally.claimed_lines += booked.lines
        self.town.tally.claimed_cents += booked.price_cents


def _granted(town: Town, holder: PersonInput, plan: Plan, *, number: str) -> Right:
    now = at(town.days.back(33), 12)
    grant = Grant(
        id=ids.uuid7(),
        programme_id=town.programmes[plan.programme],
        holder_id=holder.id,
        valid_from=town.days.granted,
        valid_until=town.days.last,
        reference=f"B-{town.cbs}-{number}",
        at=now,
        **plan.content(Random(number)),
    )
    with town.work(now, Role.GATEKEEPER) as work:
        (outcome,) = entitlements.grant(work, [grant])
    done(outcome)
    right = Right(id=grant.id, plan=plan, holder=holder)
    town.rights.append(right)
    return right


def _agreed(town: Town, right: Right) -> Agreement:
    """Entered by the resident, and approved by the municipality and the paying agent."""
    now = at(town.days.back(32), 18)
    agreement = Agreement(
        id=ids.uuid7(),
        entitlement_id=right.id,
        provider_id=town.providers[HELPERS[0]],
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=24_00,
        valid_from=town.days.granted,
        valid_until=town.days.last,
        at=now,
    )
    with town.work(now, Role.HOLDER) as work:
        (entered,) = care.agree(work, [agreement])
        done(entered)
    with town.work(at(town.days.back(31), 9), Role.GATEKEEPER) as work:
        care.approve(work, agreement.id, Approver.GATEKEEPER)
    with town.work(at(town.days.back(31), 10), Role.PAYING_AGENT) as work:
        care.approve(work, agreement.id, Approver.PAYING_AGENT)
    return agreement


def _large(town: Town, holder: PersonInput, now: datetime) -> Grant:
    """More than one person grants alone."""
    return Grant(
        id=ids.uuid7(),
        programme_id=town.programmes["Wmo"],
        holder_id=holder.id,
        kind=EntitlementKind.VOUCHER,
        law=Law.WMO,
        valid_from=town.days.today,
        valid_until=town.days.last,
        amount_cents=2 * ALONE_CENTS,
        restrictions=(OnlyServices(services=frozenset({GUIDANCE})),),
        reference=f"B-{town.cbs}-Z0002",
        at=now,
    )


def _another(town: Town, now: datetime) -> Agreement:
    """Nobody approved it yet."""
    right = next(each for each in town.rights if each.helper)
    other = next(each for each in HELPERS if each != right.helper)
    return Agreement(
        id=ids.uuid7(),
        entitlement_id=right.id,
        provider_id=town.providers[other],
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=24_50,
        valid_from=town.days.today,
        valid_until=town.days.last,
        at=now,
    )


def _let_in(town: Town, representative: PersonInput) -> UUID:
    """Who represents the resident; and a second account of the provider, whose id is answered."""
    planner_id, acts_id = ids.uuid7(), ids.uuid7()
    linde = town.providers[LINDE]
    with town.work(at(town.days.back(32), 17)) as work:
        actors.put(
            work,
            [
                ActorInput(
                    id=planner_id,
                    name="Demo planner van Thuiszorg De Linde",
                    roles=frozenset({Role.PROVIDER}),
                    provider_id=linde,
                ),
                ActorInput(
                    id=acts_id,
                    name="Demo vertegenwoordiger",
                    roles=frozenset({Role.HOLDER}),
                    person_id=representative.id,
                ),
            ],
        )
    return planner_id


def _enrol_devices(town: Town, planner_id: UUID) -> None:
    """One that redeems at doors, and one that waits for a colleague of who enrolled it."""
    linde = town.providers[LINDE]
    used, waits = (
        DeviceInput(id=ids.uuid7(), name=name) for name in ("Telefoon wijkteam Noord", "Telefoon nachtdienst")
    )
    with town.work(at(town.days.back(30), 8), Role.PROVIDER) as work:
        devices.enrol(work, linde, used)
        devices.approve(replace(work, actor_id=planner_id), used.id)
    with town.work(at(town.days.back(1), 8), Role.PROVIDER) as work:
        devices.enrol(replace(work, actor_id=planner_id), linde, waits)


def _refuse(town: Town, holder: PersonInput, folder: Path) -> None:
    decided = town.days.back(31)
    asked = RefusalInput(
        id=ids.uuid7(),
        holder_id=holder.id,
        law=Law.WMO,
        asked="Een traplift",
        reason="Uw woning heeft geen trap. U kunt zonder traplift in al uw kamers komen.",
        decided_on=decided,
        reference=f"B-{town.cbs}-A0001",
    )
    with town.work(at(decided, 15), Role.GATEKEEPER) as work:
        refusals.refuse(work, [asked])
        letter = decision_letters.of_refusal(work, town.keys, asked.id)
    write(folder / f"refusal-{town.cbs}-{letter.language}.pdf", decision_letter.pdf(letter))
