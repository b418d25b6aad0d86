# SPDX-License-Identifier: EUPL-1.2
"""One municipality of the demo: its books, its people, its entitlements, and the count of what happened."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from cli.demo.days import Days
from cli.demo.plans import Plan
from ledger import actors, codes, db, ids
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.keys import MunicipalityKeys
from ledger.people import PersonInput
from ledger.regions import RegionPart
from ledger.scans import Outcome, Redeemed, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.shown import Reader
from ledger.tables import PaymentFile, Role

OPERATOR: Final = "tegoed demo"
"""Who does what no account does; its presence marks a database as one of the demo."""


@dataclass
class Right:
    """An entitlement of the demo, with what its holder carries."""

    id: UUID
    plan: Plan
    holder: PersonInput
    code: str | None = None
    """The text of the QR on the newest letter."""
    old_code: str | None = None
    """Of a letter that was replaced."""
    helper: str | None = None
    """Under a drawing right: with whom the agreement is."""
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Try:
    """What somebody at the door asks."""

    provider: str
    """AGB code, or the name of a helper."""
    service: str
    quantity: int
    at: datetime
    code: str | None = None
    """Another code than that of the right."""
    price_cents: int | None = None
    acting: UUID | None = None
    reserve: bool = False


@dataclass(frozen=True, kw_only=True)
class Paid:
    """A run that was released."""

    until: date
    providers: int
    set_off_cents: int
    total_cents: int
    files: tuple[PaymentFile, ...]


@dataclass
class Tally:
    """What happened, counted."""

    redeemed: dict[UUID, Redeemed] = field(default_factory=dict)
    refused: int = 0
    refused_grants: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    taken_back: Counter[UUID] = field(default_factory=Counter)
    """Eurocents that went back, by redemption."""
    open_reservations: set[UUID] = field(default_factory=set)
    unconfirmed: set[UUID] = field(default_factory=set)
    """Redemptions that are not paid before their resident says that they are right."""
    follow_ups: Counter[str] = field(default_factory=Counter)
    claimed_lines: int = 0
    bad_lines: int = 0
    claimed_cents: int = 0

    def note(self, outcome: Outcome) -> None:
        """One answer to one scan."""
        if isinstance(outcome, LedgerError):
            self.refused += 1
            reasons = outcome.reasons if isinstance(outcome, RedemptionRefused) else [outcome]
            self.reasons.update(each.code for each in reasons)
        elif outcome.id in self.redeemed:
            self.resent += 1
        else:
            self.redeemed[outcome.id] = outcome
            if outcome.reserved:
                self.open_reservations.add(outcome.id)

    @property
    def net_cents(self) -> int:
        """What is owed for all of it: open reservations, what went back and what is unconfirmed are off."""
        off = self.open_reservations | self.unconfirmed
        kept = [each for each in self.redeemed.values() if each.id not in off]
        return self.claimed_cents + sum(each.price_cents - self.taken_back[each.id] for each in kept)


@dataclass
class Town:
    """One municipality."""

    engine: Engine
    part: RegionPart
    keys: MunicipalityKeys
    days: Days
    random: Random
    accounts: dict[Role, UUID] = field(default_factory=dict)
    releaser_id: UUID = ids.NOBODY
    """The second account of finance: who drafts a run does not release it."""
    secrets: dict[str, str] = field(default_factory=dict)
    """API keys by role, where they are made."""
    rights: list[Right] = field(default_factory=list)
    unapproved: list[Right] = field(default_factory=list)
    """Drawing rights whose agreement lacks an approval."""
    imported: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    """Allocation number, AGB code, service, quantity of a claim line, and how often, of messages."""
    runs: list[Paid] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def cbs(self) -> str:
        """CBS code."""
        return self.part.cbs

    @property
    def name(self) -> str:
        """Official name."""
        return self.part.municipality.name

    @cached_property
    def providers(self) -> dict[str, UUID]:
        """Providers by AGB code; helpers by name."""
        return {each.agb or each.trade_name: each.id for each in self.part.providers}

    @cached_property
    def programmes(self) -> dict[str, UUID]:
        """Programmes by name."""
        return {each.name: each.id for each in self.part.programmes}

    @cached_property
    def reader(self) -> Reader:
        """The scanner at the door."""
        return codes.reader(self.cbs, self.keys)

    @contextmanager
    def work(self, now: datetime, role: Role | None = None) -> Iterator[Work]:
        """One transaction at an instant of the story, as who has this role; None is the demo itself."""
        actor_id = self.accounts[role] if role else actors.operator_id(OPERATOR)
        with db.transaction(self.engine) as session:
            yield Work(session=session, municipality_id=self.cbs, actor_id=actor_id, now=now)

    def scan(self, right: Right, tried: Try) -> Scan:
        """What a device sends: the code on the letter, else the entitlement itself."""
        text = tried.code or right.code
        line = ScanLine(service=tried.service, quantity=tried.quantity, price_cents=tried.price_cents)
        terms = ScanTerms(
            code=text,
            entitlement_id=None if text else right.id,
            provider_id=self.providers[tried.provider],
            lines=(line,),
            at=tried.at,
            acting_person_id=tried.acting,
            reserve=tried.reserve,
        )
        return Scan(id=ids.uuid7(), terms=terms, shown=self.reader.read(text) if text else None)


def done(outcome: object) -> None:
    """What the story counts on happened; else the demo itself is wrong."""
    if isinstance(outcome, LedgerError):
        raise AssertionError(f"the demo was refused: {outcome}")
