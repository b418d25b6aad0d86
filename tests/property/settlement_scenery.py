# SPDX-License-Identifier: EUPL-1.2
"""Where histories of settling are played: a town that is copied, and its bank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event

from ledger import (
    contracts,
    providers,
)
from ledger.checks import settlements as settlement_checks
from ledger.contracts import ContractInput, LineInput
from ledger.ids import NOBODY, uuid7
from ledger.providers import ProviderInput
from ledger.rules.facts import Law
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.tables import (
    Payment,
    ProviderKind,
)
from tests.bank import Bank, Script
from tests.bank.script import Details
from tests.banking import iban
from tests.property.scenery import Scenery
from tests.world import AIDS, RATES, RIDES, World, by_another

PROVIDERS = 4
DETAILS: tuple[Details, ...] = ("statement", "statement", "notification", "none")
OPENING = 1_000_000_00


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where histories are played: copies of a town with a few providers."""

    scenery: Scenery
    agbs: frozenset[str]
    payees: dict[UUID, str]
    """Providers with their accounts; the first has two contracts."""
    party: dict[UUID, UUID]
    """Contracts with their provider."""
    proofs: tuple["Proof", ...]
    """The audit's checks of settlements, of the town that is copied."""

    @classmethod
    def build(cls, engine: Engine) -> "Stage":
        """In a migrated, empty database."""
        scenery = Scenery.build(engine)
        world = scenery.world
        ids = [uuid7() for _ in range(PROVIDERS)]
        made = [_contract(id_, AIDS, n) for n, id_ in enumerate(ids)] + [_contract(ids[0], RIDES, PROVIDERS)]
        agbs = {id_: f"5555000{number}" for number, id_ in enumerate(ids)}
        with world.work() as work:
            providers.put(work, [_provider(id_, agb, iban(n)) for n, (id_, agb) in enumerate(agbs.items())])
            contracts.draft(work, made)
            contracts.publish(by_another(work), [each.id for each in made])
        return cls(
            scenery=scenery,
            agbs=frozenset(agbs.values()),
            payees={id_: iban(number) for number, id_ in enumerate(ids)},
            party={each.id: each.provider_id for each in made},
            proofs=tuple(_proofs(world)),
        )

    def proofs_of(self, municipality_id: str) -> list["Proof"]:
        """The same of one of its copies."""
        own = self.scenery.world.municipality_id
        return [each.instead(own, municipality_id) for each in self.proofs]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A check of the audit as it is sent to the database."""

    kind: str
    text: str
    given: Any

    def instead(self, old: str, new: str) -> "Proof":
        """The same of another municipality."""
        if isinstance(self.given, dict):
            given: Any = {name: new if value == old else value for name, value in self.given.items()}
        else:
            given = tuple(new if value == old else value for value in self.given)
        return replace(self, given=given)


def _proofs(world: World) -> Iterator[Proof]:
    """Overheard once: to put these statements together would take most of the time of every step."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, text: str, given: Any, *_: Any) -> None:
        heard.append((text, given))

    with world.work() as work:
        event.listen(world.engine, "before_cursor_execute", hear)
        for check in settlement_checks.checks(world.municipality_id):
            assert list(check.findings(work)) == []
            text, given = heard.pop()
            yield Proof(kind=check.kind, text=text, given=given)
        event.remove(world.engine, "before_cursor_execute", hear)


def _provider(id_: UUID, agb: str, account: str) -> ProviderInput:
    return ProviderInput(
        id=id_,
        kind=ProviderKind.ORGANISATION,
        agb=agb,
        kvk="12345678",
        trade_name=f"Zorg {agb}",
        account_holder_name=f"Zorg {agb} B.V.",
        iban=account,
    )


def _contract(provider_id: UUID, service: str, number: int) -> ContractInput:
    first = date(2026, 1, 1)
    tariff = AtCost(up_to_cents=500_00) if service == AIDS else PerMeasure(rate_cents=RATES[service])
    return ContractInput(
        id=uuid7(),
        provider_id=provider_id,
        law=Law.WMO,
        number=f"S-{number}",
        valid_from=first,
        lines=(LineInput(service=service, tariff=tariff, valid_from=first),),
    )


Words = list[tuple[UUID, str, str]]
"""What a message says: payment; accept, reject, book or return; the bank's reason."""


@dataclass
class Branch:
    """The branch of the bank: what was brought there, and what it said that nobody read yet."""

    bank: Bank
    habits: Script
    unread: list[tuple[bytes, Words]] = field(default_factory=list)
    read: list[bytes] = field(default_factory=list)
    payment_of: dict[str, UUID] = field(default_factory=dict)
    """By the bank's own reference."""

    def bring(self, draw: Random, file: bytes, theirs: Sequence[Payment]) -> None:
        """A file goes in, with a fate for some of its payments; sometimes it is brought twice."""
        fates = {pay.creditor_iban: draw.choice(["", "", "reject", "return", "return"]) for pay in theirs}
        codes = {each: draw.choice(["MS03", "AC04"]) for each in fates}
        self.bank.script = replace(
            self.habits,
            reject={each: codes[each] for each, fate in fates.items() if fate == "reject"},
            return_after_days={
                each: (draw.randint(0, 1), codes[each]) for each, fate in fates.items() if fate == "return"
            },
        )
        answer = self.bank.submit(file)
        refused = [pay for pay in theirs if fates[pay.creditor_iban] == "reject"]
        words: Words = [(pay.id, "reject", codes[pay.creditor_iban]) for pay in refused]
        if not refused or self.habits.list_accepted or self.habits.omit_end_to_end:
            words += [(pay.id, "accept", "") for pay in theirs if pay not in refused]
        self.unread.append((answer, words))
        if draw.random() < 0.2:
            self.unread.append((self.bank.submit(file), []))
        by_iban = {pay.creditor_iban: pay.id for pay in theirs}
        for detail in (one for day in self.bank._agenda.values() for each in day for one in each.details):
            assert detail.bank_reference is not None
            self.payment_of.setdefault(detail.bank_reference, by_iban.get(detail.iban, NOBODY))

    def next_day(self) -> None:
        """The day ends: a notice of each batch where the bank gives these, then the statement."""
        bookings = list(self.bank._agenda[self.bank.day])
        *notices, statement = self.bank.advance()
        batches = [each for each in bookings if each.batch] if notices else []
        self.unread += [(notice, self._words([each])) for notice, each in zip(notices, batches, strict=True)]
        self.unread.append((statement, self._words([each for each in bookings if each not in batches])))

    def _words(self, bookings: Sequence[Any]) -> Words:
        return [
            (
                self.payment_of[each.bank_reference],
                "return" if each.credit else "book",
                each.return_code or "",
            )
            for booking in bookings
            for each in booking.details
        ]
