# SPDX-License-Identifier: EUPL-1.2
"""Scenery: a municipality with many providers, rights and signed codes, made by the product's own functions.

Everything is valid on the day it is run. Rights hold so much that no load uses them up.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Engine

from ledger import (
    actors,
    catalogue,
    clock,
    codes,
    contracts,
    db,
    entitlements,
    keys,
    municipalities,
    people,
    programmes,
    providers,
    redemptions,
)
from ledger.actors import ActorInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.keys import MunicipalityKeys
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.periods import Per
from ledger.rules.restrictions import AnyRestriction, Cap, OnlyProviders, OnlyServices
from ledger.rules.tariffs import PerMeasure
from ledger.scans import Scan, ScanLine, ScanTerms
from ledger.shown import Reader
from ledger.tables import BudgetMode, Entitlement, ProviderKind, Role
from ledger.units import Measure, Unit
from ledger.vault import Identity
from tests.world import by_another

MUNICIPALITY: Final = "0384"
HOUSEHOLD: Final = "01A04"
RATE_CENTS: Final = 31_15
PLENTY_CENTS: Final = 50_000_000_00
CAPPED_EACH: Final = 5
"""One right in so many has a cap, so that earlier uses are looked up for it."""
PIECE: Final = 500

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A provider with its contract and the key of its account."""

    provider_id: UUID
    agb: str
    contract_id: UUID
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """A right with its signed code."""

    id: UUID
    token: str


@dataclass(kw_only=True)
class Scenery:
    """A municipality in one database."""

    engine: Engine
    url: str
    keys_path: Path
    now: datetime = field(default_factory=clock.now)
    keys: MunicipalityKeys = field(default_factory=keys.new_municipality_keys)
    actor_id: UUID = field(default_factory=uuid7)
    programme_id: UUID = field(default_factory=uuid7)
    parties: list[Party] = field(default_factory=list)
    rights: list[Right] = field(default_factory=list)

    @classmethod
    def build(cls, url: str, *, folder: Path, parties: int, rights: int) -> "Scenery":
        """A municipality with so many providers and rights in a migrated, empty database."""
        keys_path = folder / f"keys-{uuid7().hex}.json"
        scenery = cls(engine=db.connect(url), url=url, keys_path=keys_path)
        keys.write(keys_path, {MUNICIPALITY: scenery.keys})
        with scenery.work() as work:
            _set_up(work)
        scenery.programme_id = scenery.programme("Wmo")
        scenery.parties = [_party(scenery, number) for number in range(parties)]
        scenery.rights = scenery.grant(rights, scenery.programme_id)
        return scenery

    @property
    def first(self) -> date:
        """First day of everything: a year ago at most."""
        return date(clock.dutch_day(self.now).year, 1, 1)

    @property
    def last(self) -> date:
        """Last day of everything: more than a year ahead."""
        return date(self.first.year + 1, 12, 31)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A transaction at this very instant."""
        with db.transaction(self.engine) as session:
            yield Work(session=session, municipality_id=MUNICIPALITY, actor_id=self.actor_id, now=clock.now())

    def programme(self, name: str) -> UUID:
        """A programme in force with a soft budget."""
        terms = programmes.ProgrammeInput(id=uuid7(), law=Law.WMO, name=name, mode=BudgetMode.SOFT)
        with self.work() as work:
            programmes.draft(work, [terms])
            programmes.publish(by_another(work), [terms.id])
        return terms.id

    def grant(self, count: int, programme_id: UUID, *, amount: bool = True) -> list[Right]:
        """So many rights with codes under a programme. Without an amount each use draws on the budget."""
        return [
            right
            for numbers in pieces(range(count), PIECE)
            for right in self._piece(programme_id, numbers, amount=amount)
        ]

    def use(self, count: int) -> None:
        """So many redemptions, going round the rights and the providers."""
        at = self.now - timedelta(hours=1)
        for numbers in pieces(range(count), PIECE):
            pairs = [
                (self.rights[n % len(self.rights)], self.parties[n % len(self.parties)]) for n in numbers
            ]
            scans = [self.scan(right, party, at) for right, party in pairs]
            with self.work() as work:
                done = redemptions.accepted(redemptions.redeem(work, scans))
            assert len(done) == len(scans)

    def scan(self, right: Right, party: Party, at: datetime) -> Scan:
        """An hour of household help; building it checks the terms and the signature of the code."""
        terms = ScanTerms(
            code=right.token,
            provider_id=party.provider_id,
            lines=(ScanLine(service=HOUSEHOLD, quantity=60),),
            at=at,
        )
        return Scan(id=uuid7(), terms=terms, shown=self.reader.read(right.token))

    @property
    def reader(self) -> Reader:
        """Reads codes as a scanner does."""
        return codes.reader(MUNICIPALITY, self.keys)

    def requests(self, rights: Sequence[Right], parties: Sequence[Party]) -> list[tuple[str, str]]:
        """(secret, body) of one redemption of each right, the providers by turns."""
        at = (self.now - timedelta(hours=1)).isoformat()
        lines = [{"service": HOUSEHOLD, "quantity": 60}]
        return [
            (parties[i % len(parties)].secret, json.dumps({"code": right.token, "lines": lines, "at": at}))
            for i, right in enumerate(rights)
        ]

    def _piece(self, programme_id: UUID, numbers: Sequence[int], *, amount: bool) -> list[Right]:
        holder_ids = {number: uuid7() for number in numbers}
        grants = [self._grant(programme_id, n, holder_ids[n], amount=amount) for n in numbers]
        with self.work() as work:
            people.register(work, self.keys, [person(id_) for id_ in holder_ids.values()])
        with self.work() as work:
            granted = entitlements.grant(work, grants)
        orders = [codes.IssueOrder(id=uuid7(), entitlement_id=grant.id) for grant in grants]
        with self.work() as work:
            issued = codes.issue(work, self.keys, orders)
        assert all(isinstance(each, Entitlement) for each in granted), granted[:1]
        printed = [each for each in issued if isinstance(each, codes.Issued)]
        assert len(printed) == len(orders), issued[:1]
        return [Right(id=each.entitlement_id, token=each.token) for each in printed]

    def _grant(self, programme_id: UUID, n: int, holder_id: UUID, *, amount: bool) -> entitlements.Grant:
        rules: list[AnyRestriction] = [OnlyServices(services=frozenset({HOUSEHOLD}))]
        if not amount:
            rules.append(OnlyProviders(providers=frozenset(party.agb for party in self.parties)))
        elif n % CAPPED_EACH == 0:
            rules.append(Cap(per=Per.MONTH, unit=Unit.MINUTE, most=100_000_000))
        return entitlements.Grant(
            id=uuid7(),
            kind=EntitlementKind.VOUCHER,
            law=Law.WMO,
            programme_id=programme_id,
            holder_id=holder_id,
            valid_from=self.first,
            valid_until=self.last,
            amount_cents=PLENTY_CENTS if amount else None,
            restrictions=tuple(rules),
            at=self.now,
        )


def person(person_id: UUID, bsn: str | None = None) -> people.PersonInput:
    """A resident with an address to write to."""
    identity = Identity(
        bsn=bsn,
        surname="de Wit",
        initials="A.M.",
        birth_date=date(1944, 3, 9),
        gender="2",
        street="Straatweg",
        house_number=100,
        postcode="1112AB",
        city="Diemen",
    )
    return people.PersonInput(id=person_id, identity=identity)


def iban(number: int) -> str:
    """A valid Dutch account number, another for every number."""
    account = f"INGB{number:010d}"
    digits = "".join(str(int(character, 36)) for character in account + "NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


def bsns() -> Iterator[str]:
    """Numbers that pass the eleven test, each once, all in the range that is given to nobody."""
    for body in range(99_900_001, 100_000_000):
        rest = sum(int(digit) * (9 - place) for place, digit in enumerate(str(body))) % 11
        if rest < 10:
            yield f"{body}{rest}"
    for body in range(10_000_000, 99_000_000):
        rest = sum(int(digit) * (9 - place) for place, digit in enumerate(str(body))) % 11
        if rest < 10:
            yield f"{body}{rest}"


def mark_of(code: bytes) -> bytes:
    """What the hand-written tables know a code by: they check no signature."""
    return hashlib.sha256(code).digest()[:16]


def pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most so many."""
    source = iter(values)
    while piece := list(islice(source, size)):
        yield piece


def _set_up(work: Work) -> None:
    municipalities.put(
        work,
        municipalities.MunicipalityInput(
            name="Diemen", debtor_name="Gemeente Diemen", debtor_iban="NL91ABNA0417164300"
        ),
    )
    service = catalogue.ServiceInput(
        id=uuid7(), law=Law.WMO, code=HOUSEHOLD, name="Hulp bij het huishouden", measure=Measure.HOUR
    )
    catalogue.put(work, [service])


def _party(scenery: Scenery, number: int) -> Party:
    """A provider with a published contract and an account that may redeem."""
    provider_id, contract_id, agb = uuid7(), uuid7(), f"{42_420_000 + number}"
    provider = providers.ProviderInput(
        id=provider_id,
        kind=ProviderKind.ORGANISATION,
        agb=agb,
        kvk=f"{12_000_000 + number}",
        trade_name=f"Thuis Goed {number}",
        account_holder_name=f"Stichting Thuis Goed {number}",
        iban=iban(number),
    )
    line = contracts.LineInput(
        service=HOUSEHOLD, tariff=PerMeasure(rate_cents=RATE_CENTS), valid_from=scenery.first
    )
    contract = contracts.ContractInput(
        id=contract_id,
        provider_id=provider_id,
        law=Law.WMO,
        number=f"C-{number}",
        valid_from=scenery.first,
        lines=(line,),
    )
    account = ActorInput(
        id=uuid7(), name=f"scanner {number}", roles=frozenset({Role.PROVIDER}), provider_id=provider_id
    )
    with scenery.work() as work:
        providers.put(work, [provider])
        contracts.draft(work, [contract])
        contracts.publish(by_another(work), [contract_id])
        actors.put(work, [account])
        secret = actors.new_key(work, account.id)
    return Party(provider_id=provider_id, agb=agb, contract_id=contract_id, secret=secret)
