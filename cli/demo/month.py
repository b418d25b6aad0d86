# SPDX-License-Identifier: EUPL-1.2
"""The days of the demo: what is scanned, refused, reserved, captured, taken back, suspended and changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from cli.demo.beginning import give_codes
from cli.demo.days import at
from cli.demo.mistakes import MISTAKES, Chance
from cli.demo.plans import Use
from cli.demo.town import Right, Town, Try, done
from ledger import entitlement_changes, follow_ups, ids, redemptions
from ledger.entitlement_changes import Amendment, AnyChange, Ending, Resumption, Suspension
from ledger.errors import LedgerError
from ledger.scans import Redeemed, Scan
from ledger.standing import Order, Part
from ledger.tables import FollowUpKind, Role

SUSPENDED_AGO, REPLACED_AGO, RAISED_AGO, ENDED_AGO, RESUMED_AGO = 18, 20, 12, 10, 7
"""How many days ago these things happened, in every municipality."""

OF_EACH: Final = 2
"""How many entitlements are suspended, replaced and ended."""

SUNDAY: Final = 6
"""As date.weekday counts."""

REVERSES_EVERY: Final = 3
"""Something is taken back on every third day of the month."""

USUAL_A_MISTAKE: Final = 12
"""So many good scans for each bad one."""


@dataclass
class Month:
    """What one municipality's days leave behind for later days."""

    town: Town
    neighbour: Town
    due: dict[date, list[UUID]] = field(default_factory=dict)
    """Reservations by the day on which the care is given."""
    reversible: list[UUID] = field(default_factory=list)
    suspended: list[Right] = field(default_factory=list)
    sent: Scan | None = None
    """The scan that will be sent once more."""

    def live(self, day: date) -> None:
        """One day: scans, then what follows on earlier ones, then what the municipality decides.

        On Sundays nobody scans.
        """
        if day.weekday() != SUNDAY:
            self._scan(day)
        self._follow(day)
        self._decide(day)

    # ----------------------------------------------------------------------------------- scanning

    def _scan(self, day: date) -> None:
        town = self.town
        scans = self._usual(day)
        scans += self._mistakes(day, 1 + len(scans) // USUAL_A_MISTAKE)
        if self.sent is not None:
            scans.append(self.sent)
        with town.work(at(day, 17)) as work:
            outcomes = redemptions.redeem(work, scans)
        for scan, outcome in zip(scans, outcomes, strict=True):
            is_new = scan.id not in town.tally.redeemed
            town.tally.note(outcome)
            if is_new and isinstance(outcome, Redeemed):
                self._remember(scan, outcome)
        self.sent = scans[0]

    def _remember(self, scan: Scan, outcome: Redeemed) -> None:
        if outcome.reserved:
            self.due.setdefault(scan.service_day, []).append(outcome.id)
        else:
            self.reversible.append(outcome.id)

    def _usual(self, day: date) -> list[Scan]:
        """What residents get on a day: each way of using an entitlement, so many days a week."""
        random = self.town.random
        found: list[Scan] = []
        for right in self.town.rights:
            for use in right.plan.uses:
                if random.randrange(6) < use.days_a_week:
                    found.append(self.town.scan(right, self._try(right, use, day)))
        if self.town.unapproved and day.weekday() == 0:
            right = self.town.unapproved[0]
            found.append(self.town.scan(right, self._try(right, right.plan.uses[0], day)))
        return found

    def _try(self, right: Right, use: Use, day: date) -> Try:
        random = self.town.random
        reserves = right.plan.reserves and not right.ended and random.randrange(5) == 0
        given = day + timedelta(days=random.randrange(2, 6)) if reserves else day
        return Try(
            provider=right.helper or use.provider,
            service=use.service,
            quantity=random.choice(use.quantities),
            at=at(given, random.randrange(8, 16), random.randrange(0, 60, 5)),
            reserve=reserves,
        )

    def _mistakes(self, day: date, number: int) -> list[Scan]:
        """So many mistakes, of kinds that are drawn; a kind that fits nobody is left out."""
        found: list[Scan] = []
        for mistake in self.town.random.choices(MISTAKES, k=number):
            for chance in self._chances(day):
                if tried := mistake(chance):
                    found.append(self.town.scan(chance.right, tried))
                    break
        return found

    def _chances(self, day: date) -> Iterator[Chance]:
        """Rights in a random order, each with one of its uses."""
        town = self.town
        usable = [right for right in town.rights if right.plan.uses]
        for right in town.random.sample(usable, k=len(usable)):
            use = town.random.choice(right.plan.uses)
            yield Chance(town=town, neighbour=self.neighbour, right=right, use=use, day=day)

    # ---------------------------------------------------------------------------------- following

    def _follow(self, day: date) -> None:
        """Reservations whose day has come, and now and then something that is taken back."""
        orders = [self._resolution(each, day) for each in self.due.pop(day, [])]
        if day.day % REVERSES_EVERY == 0 and self.reversible:
            orders += [self._reversal(day) for _ in range(self.town.random.randrange(1, 4))]
        if not orders:
            return
        with self.town.work(at(day, 18)) as work:
            outcomes = follow_ups.follow_up(work, orders)
        tally = self.town.tally
        for outcome in outcomes:
            if isinstance(outcome, LedgerError):
                done(outcome)
                continue
            tally.follow_ups[outcome.kind] += 1
            tally.taken_back[outcome.redemption_id] += outcome.taken_back_cents
            tally.open_reservations.discard(outcome.redemption_id)

    def _resolution(self, redemption_id: UUID, day: date) -> Order:
        """Mostly all of it was used, sometimes a part, sometimes nothing."""
        line = self.town.tally.redeemed[redemption_id].lines[0]
        luck = self.town.random.randrange(10)
        part = (Part(line=1, quantity=1),) if luck < 2 and line.quantity > 1 else ()
        return Order(
            id=ids.uuid7(),
            kind=FollowUpKind.RELEASE if luck > 7 else FollowUpKind.CAPTURE,
            redemption_id=redemption_id,
            parts=part,
            reason="de inwoner was ziek" if luck > 7 else "de zorg is gegeven",
            at=at(day, 17, 30),
        )

    def _reversal(self, day: date) -> Order:
        random = self.town.random
        redemption_id = self.reversible.pop(random.randrange(len(self.reversible)))
        line = self.town.tally.redeemed[redemption_id].lines[0]
        is_part = line.quantity > 1 and random.randrange(3) == 0
        return Order(
            id=ids.uuid7(),
            kind=FollowUpKind.REVERSAL,
            redemption_id=redemption_id,
            parts=(Part(line=1, quantity=line.quantity // 2),) if is_part else (),
            reason="te veel gescand" if is_part else "per ongeluk gescand",
            at=at(day, 17, 45),
        )

    # ----------------------------------------------------------------------------------- deciding

    def _decide(self, day: date) -> None:
        ago = (self.town.days.today - day).days
        if ago == REPLACED_AGO:
            give_codes(self.town, self._some("menu"), days_ago=ago, replaced=True)
        elif ago == SUSPENDED_AGO:
            self.suspended = self._some("hours, capped per week")
            from_day = day + timedelta(days=1)
            self._change(
                day, self.suspended, Suspension(from_day=from_day, **_why("opgenomen in het ziekenhuis", day))
            )
        elif ago == RESUMED_AGO:
            first_day = day + timedelta(days=1)
            self._change(day, self.suspended, Resumption(first_day=first_day, **_why("weer thuis", day)))
        elif ago == RAISED_AGO:
            raised = Amendment(quantity=2200, **_why("er is meer hulp nodig", day))
            self._change(day, self._some("euros and hours"), raised)
        elif ago == ENDED_AGO:
            ended = self._some("open voucher")
            self._change(day, ended, Ending(last_day=day, **_why("verhuisd naar een andere gemeente", day)))
            for right in ended:
                right.ended = True

    def _some(self, plan: str) -> list[Right]:
        return [right for right in self.town.rights if right.plan.name == plan][:OF_EACH]

    def _change(self, day: date, rights: list[Right], change: AnyChange) -> None:
        orders = [
            entitlement_changes.Order(id=ids.uuid7(), entitlement_id=right.id, change=change)
            for right in rights
        ]
        with self.town.work(at(day, 18, 30), Role.GATEKEEPER) as work:
            for outcome in entitlement_changes.change(work, orders):
                done(outcome)


class _Why(TypedDict):
    reason: str
    at: datetime


def _why(reason: str, day: date) -> _Why:
    """What every change says, on the evening of the day."""
    return {"reason": reason, "at": at(day, 18, 30)}
