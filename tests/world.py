# SPDX-License-Identifier: EUPL-1.2
"""A small world for tests: a municipality with a catalogue, providers, contracts and a programme.

Defaults everywhere, keywords only; a test says only what it is about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select
from sqlmodel import col

from ledger import (
    audit,
    budgets,
    catalogue,
    codes,
    contracts,
    db,
    entitlement_changes,
    entitlements,
    follow_ups,
    municipalities,
    people,
    programmes,
    providers,
    redemptions,
    standing,
)
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.keys import MunicipalityKeys, new_municipality_keys
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind
from ledger.rules.restrictions import AnyRestriction, OnlyProviders
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.scans import Outcome, Redeemed, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.shown import Shown
from ledger.tables import (
    Account,
    BudgetMode,
    Entitlement,
    Entry,
    FollowUpKind,
    ProviderKind,
    RateClass,
)
from ledger.units import Measure, Unit
from ledger.vault import Identity

DIEMEN = "0384"
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
"""A Wednesday in summer, noon in the Netherlands."""

HOUSEHOLD, GUIDANCE, DAY_CARE, RIDES, AIDS = "01A04", "02A03", "07A03", "08V01", "11X01"
RATES = {HOUSEHOLD: 31_15, GUIDANCE: 60_00, DAY_CARE: 45_50, RIDES: 7_25}
"""Eurocents per hour, hour, day-part and piece."""

PUBLISHER = UUID("0195a3c8-0000-7000-8000-0000000b0115")
"""Puts in force what somebody else drafted."""


def by_another(work: Work) -> Work:
    """The same unit of work, done by somebody else: nobody publishes what they drafted."""
    return replace(work, actor_id=PUBLISHER)


@dataclass
class World:
    """One municipality in one database."""

    engine: Engine
    now: datetime = NOON
    municipality_id: str = DIEMEN
    keys: MunicipalityKeys = field(default_factory=lambda: new_municipality_keys(specimen=True))
    actor_id: UUID = field(default_factory=uuid7)
    provider_id: UUID = field(default_factory=uuid7)
    other_provider_id: UUID = field(default_factory=uuid7)
    helper_id: UUID = field(default_factory=uuid7)
    contract_id: UUID = field(default_factory=uuid7)
    other_contract_id: UUID = field(default_factory=uuid7)
    programme_id: UUID = field(default_factory=uuid7)
    hard_programme_id: UUID = field(default_factory=uuid7)
    holder_id: UUID = field(default_factory=uuid7)

    AGB = "42420001"
    OTHER_AGB = "42420002"

    @classmethod
    def build(cls, engine: Engine) -> "World":
        """A world with everything published and one resident."""
        world = cls(engine=engine)
        with world.work() as work:
            municipalities.put(
                work,
                municipalities.MunicipalityInput(
                    name="Diemen",
                    debtor_name="Gemeente Diemen",
                    debtor_iban="NL91ABNA0417164300",
                    tax_number="123456782",
                ),
            )
            catalogue.put(work, _services())
        with world.work() as work:
            providers.put(work, world._providers())
        with world.work() as work:
            contracts.draft(work, world._contracts())
            contracts.publish(by_another(work), [world.contract_id, world.other_contract_id])
        with world.work() as work:
            programmes.draft(work, world._programmes())
            programmes.publish(by_another(work), [world.programme_id, world.hard_programme_id])
        world.person(id=world.holder_id)
        return world

    @contextmanager
    def work(self, **changes: Any) -> Iterator[Work]:
        """A transaction as the world's actor, at the world's instant."""
        with db.transaction(self.engine) as session:
            content: dict[str, Any] = {
                "session": session,
                "municipality_id": self.municipality_id,
                "actor_id": self.actor_id,
                "now": self.now,
            }
            yield Work(**content | changes)

    # ---------------------------------------------------------------- people and rights

    def person(
        self,
        *,
        id: UUID | None = None,
        bsn: str | None = None,
        surname: str = "de Wit",
        email: str | None = None,
    ) -> UUID:
        """A registered resident of 1112."""
        person_id = id or uuid7()
        identity = Identity(
            bsn=bsn,
            surname=surname,
            birth_date=date(1944, 3, 9),
            postcode="1112AB",
            city="Diemen",
            email=email,
        )
        with self.work() as work:
            people.register(work, self.keys, [people.PersonInput(id=person_id, identity=identity)])
        return person_id

    def fund(self, *, cents: int, year: int = 2026, programme_id: UUID | None = None) -> None:
        """Put money on a budget; the hard programme's by default."""
        funding = budgets.Funding(
            id=uuid7(),
            programme_id=programme_id or self.hard_programme_id,
            year=year,
            cents=cents,
            at=self.now,
        )
        with self.work() as work:
            budgets.fund(work, [funding])

    def grant_of(self, **changes: Any) -> entitlements.Grant:
        """A voucher of 100 euros for 2026 that any provider may redeem, but for what is changed."""
        content: dict[str, Any] = {
            "id": uuid7(),
            "kind": EntitlementKind.VOUCHER,
            "law": Law.WMO,
            "programme_id": self.programme_id,
            "holder_id": self.holder_id,
            "valid_from": date(2026, 1, 1),
            "valid_until": date(2026, 12, 31),
            "amount_cents": 100_00,
            "restrictions": (self.named(),),
            "at": self.now,
        }
        return entitlements.Grant(**content | changes)

    def grant(self, **changes: Any) -> Entitlement:
        """Grant it, and see it granted."""
        outcome = self.try_grant(**changes)
        assert isinstance(outcome, Entitlement), outcome
        return outcome

    def try_grant(self, **changes: Any) -> entitlements.Outcome:
        """Grant it, or learn why not."""
        with self.work() as work:
            return entitlements.grant(work, [self.grant_of(**changes)])[0]

    def named(self) -> AnyRestriction:
        """Both providers by name, so that they may claim without a code."""
        return OnlyProviders(providers=frozenset({self.AGB, self.OTHER_AGB}))

    def change(self, entitlement_id: UUID, change: entitlement_changes.AnyChange) -> Any:
        """Change an entitlement, or learn why not."""
        order = entitlement_changes.Order(id=uuid7(), entitlement_id=entitlement_id, change=change)
        with self.work() as work:
            return entitlement_changes.change(work, [order])[0]

    def code(self, entitlement_id: UUID, **changes: Any) -> codes.Issued:
        """A printed code for an entitlement."""
        order = codes.IssueOrder(**{"id": uuid7(), "entitlement_id": entitlement_id} | changes)
        with self.work() as work:
            outcome = codes.issue(work, self.keys, [order])[0]
        assert isinstance(outcome, codes.Issued), outcome
        return outcome

    # ----------------------------------------------------------------------- redeeming

    def scan(
        self,
        entitlement_id: UUID | None = None,
        *,
        id: UUID | None = None,
        code: str | None = None,
        service: str = HOUSEHOLD,
        quantity: int = 60,
        price_cents: int | None = None,
        lines: tuple[ScanLine, ...] | None = None,
        **changes: Any,
    ) -> Scan:
        """An hour of household help now, but for what is changed."""
        terms = ScanTerms(
            **{
                "entitlement_id": entitlement_id,
                "code": code,
                "provider_id": self.provider_id,
                "lines": lines or (ScanLine(service=service, quantity=quantity, price_cents=price_cents),),
                "at": self.now,
            }
            | changes
        )
        return Scan(id=id or uuid7(), terms=terms, shown=self.read(code) if code else None)

    def read(self, code: str) -> Shown:
        """A code as our scanner reads it."""
        return codes.reader(self.municipality_id, self.keys).read(code)

    def redeem(self, *scans: Scan) -> list[Outcome]:
        """Redeem them as one batch."""
        with self.work() as work:
            return redemptions.redeem(work, scans)

    def redeemed(self, entitlement_id: UUID | None = None, **changes: Any) -> Redeemed:
        """Redeem one, and see it accepted."""
        outcome = self.redeem(self.scan(entitlement_id, **changes))[0]
        assert isinstance(outcome, Redeemed), outcome
        return outcome

    def reasons(self, *args: Any, **changes: Any) -> list[str]:
        """The codes of the reasons why one is refused."""
        return [reason.code for reason in self.refused(*args, **changes).reasons]

    def refused(self, *args: Any, **changes: Any) -> RedemptionRefused:
        """Redeem one, and see it refused."""
        outcome = self.redeem(self.scan(*args, **changes))[0]
        assert isinstance(outcome, RedemptionRefused), outcome
        return outcome

    def follow_up(
        self, redemption_id: UUID, kind: FollowUpKind, *, id: UUID | None = None, **parts: int
    ) -> standing.Outcome:
        """Capture, release or reverse; parts as line_1=30 mean 30 of line 1."""
        order = standing.Order(
            id=id or uuid7(),
            kind=kind,
            redemption_id=redemption_id,
            parts=tuple(
                standing.Part(line=int(name.removeprefix("line_")), quantity=quantity)
                for name, quantity in parts.items()
            ),
            reason="test",
            at=self.now,
        )
        with self.work() as work:
            return follow_ups.follow_up(work, [order])[0]

    # ------------------------------------------------------------------------- looking

    def balance(self, kind: AccountKind, owner_id: UUID, unit: Unit = Unit.EUROCENT) -> int:
        """What an account holds, all its stripes together; 0 where it does not exist."""
        with db.reading(self.engine) as session:
            statement = select(Account).where(
                col(Account.municipality_id) == self.municipality_id,
                col(Account.kind) == kind,
                col(Account.owner_id) == owner_id,
                col(Account.unit) == unit,
            )
            return sum(account.balance for account in session.scalars(statement))

    def left(self, entitlement_id: UUID, unit: Unit = Unit.EUROCENT) -> int:
        """What an entitlement still holds."""
        return self.balance(AccountKind.ENTITLEMENT, entitlement_id, unit)

    def payable(self, contract_id: UUID | None = None) -> int:
        """What is owed under a contract."""
        return self.balance(AccountKind.PAYABLE, contract_id or self.contract_id)

    def entries(self) -> int:
        """How many entries there are."""
        with db.reading(self.engine) as session:
            return len(session.scalars(select(col(Entry.id))).all())

    def assert_books_agree(self) -> None:
        """The books are proven, or the findings are shown."""
        with self.work() as work:
            report = audit.check(work)
        assert report.agrees, report.findings

    def later(self, **delta: int) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    # -------------------------------------------------------------------------- set-up

    def _providers(self) -> list[providers.ProviderInput]:
        organisation = {"kind": ProviderKind.ORGANISATION, "kvk": "12345678"}
        return [
            providers.ProviderInput(
                id=self.provider_id,
                agb=self.AGB,
                trade_name="Thuis Goed",
                account_holder_name="Stichting Thuis Goed",
                iban="NL02ABNA0123456789",
                **organisation,
            ),
            providers.ProviderInput(
                id=self.other_provider_id,
                agb=self.OTHER_AGB,
                trade_name="De Brug",
                account_holder_name="De Brug B.V.",
                iban="NL20INGB0001234567",
                **organisation,
            ),
            providers.ProviderInput(
                id=self.helper_id,
                kind=ProviderKind.HELPER,
                trade_name="A. Jansen",
                account_holder_name="A. Jansen",
                iban="NL39RABO0300065264",
            ),
        ]

    def _contracts(self) -> list[contracts.ContractInput]:
        lines = tuple(_line(service, rate) for service, rate in RATES.items())
        aids = contracts.LineInput(
            service=AIDS, tariff=AtCost(up_to_cents=500_00), valid_from=date(2026, 1, 1)
        )
        return [
            contracts.ContractInput(
                id=self.contract_id,
                provider_id=self.provider_id,
                law=Law.WMO,
                number="C-1",
                valid_from=date(2026, 1, 1),
                lines=(*lines, aids),
            ),
            contracts.ContractInput(
                id=self.other_contract_id,
                provider_id=self.other_provider_id,
                law=Law.WMO,
                number="C-2",
                valid_from=date(2026, 1, 1),
                valid_until=date(2026, 6, 30),
                areas=("1112",),
                lines=tuple(_line(s, RATES[s], date(2026, 6, 30)) for s in (HOUSEHOLD, GUIDANCE)),
            ),
        ]

    def _programmes(self) -> list[programmes.ProgrammeInput]:
        ceilings = (
            programmes.CeilingInput(service=GUIDANCE, rate_class=RateClass.FORMAL, ceiling_cents=50_00),
            programmes.CeilingInput(service=GUIDANCE, rate_class=RateClass.INFORMAL, ceiling_cents=25_00),
        )
        return [
            programmes.ProgrammeInput(
                id=self.programme_id,
                law=Law.WMO,
                name="Wmo",
                mode=BudgetMode.SOFT,
                rate_ceilings=ceilings,
            ),
            programmes.ProgrammeInput(
                id=self.hard_programme_id, law=Law.WMO, name="Wmo vast", mode=BudgetMode.HARD
            ),
        ]


def _line(service: str, rate_cents: int, until: date | None = None) -> contracts.LineInput:
    tariff = PerMeasure(rate_cents=rate_cents)
    return contracts.LineInput(service=service, tariff=tariff, valid_from=date(2026, 1, 1), valid_until=until)


def _services() -> list[catalogue.ServiceInput]:
    measures = {
        HOUSEHOLD: ("Hulp bij het huishouden", Measure.HOUR),
        GUIDANCE: ("Begeleiding", Measure.HOUR),
        DAY_CARE: ("Dagbesteding", Measure.DAY_PART),
        RIDES: ("Vervoer", Measure.PIECE),
        AIDS: ("Hulpmiddel", Measure.EURO),
    }
    return [
        catalogue.ServiceInput(id=uuid7(), law=Law.WMO, code=code, name=name, measure=measure)
        for code, (name, measure) in measures.items()
    ]


def is_refusal(outcome: object) -> bool:
    """Whether an outcome says no."""
    return isinstance(outcome, LedgerError)
