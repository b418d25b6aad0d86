# SPDX-License-Identifier: EUPL-1.2
"""Two municipalities in one database, alike in everything: in each two parties, a provider with a resident.

All that a route can name exists four times: of party a and party b, here and elsewhere. Somebody of party
a here meets what is their own, a stranger's, and both of another municipality.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import (
    access_log,
    actors,
    bank_answers,
    bank_statements,
    care,
    catalogue,
    claims,
    contacts,
    contract_versions,
    contracts,
    demands,
    devices,
    lists,
    municipalities,
    own_mandates,
    payees,
    payment_files,
    people,
    programmes,
    providers,
    refusals,
    reviews,
    runs,
    term_figures,
)
from ledger.change_orders import Ending
from ledger.devices import DeviceInput
from ledger.four_eyes import Waiting
from ledger.ids import uuid7
from ledger.refusals import RefusalInput
from ledger.rules.confirmations import Objection
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.terms_facts import PopulationGroup
from ledger.scans import Redeemed
from ledger.tables import (
    Approver,
    CareAgreement,
    ContactPurpose,
    Entry,
    FollowUpKind,
    MandateKind,
    PayeeOutcome,
    Payment,
    RateClass,
    Role,
    Settlement,
)
from ledger.term_figures import CostInput, EvidenceInput, PopulationInput
from ledger.units import Measure
from tests import settling
from tests.answers import of_a_stranger
from tests.api.served import ELSEWHERE, Served
from tests.bank import Bank
from tests.bank.script import Credit
from tests.banking import OURS
from tests.world import DIEMEN, GUIDANCE, NOON, World, by_another

HERE = DIEMEN
"""The municipality of tests/world.py; the other one is ELSEWHERE."""

TOWNS = (HERE, ELSEWHERE)
BIRTH_DAY = date(1944, 3, 9)


@dataclass
class There(World):
    """The same world in the other municipality, with provider codes and programme names of its own."""

    municipality_id: str = ELSEWHERE

    AGB = "42420003"
    OTHER_AGB = "42420004"

    def _programmes(self) -> list[programmes.ProgrammeInput]:
        made = super()._programmes()
        return [each.model_copy(update={"name": f"{each.name} elders"}) for each in made]


@dataclass(frozen=True, kw_only=True)
class Party:
    """One provider and one resident, and whatever of theirs a route can name; all ids as text."""

    town: str
    agb: str
    bsn: str
    surname: str
    service_code: str
    """Of a service that nobody redeems."""
    programme_name: str
    number: str
    """Of the contract."""
    token: str
    """The text of the QR code of the voucher."""
    key_id: str
    """Of the key that signs the town's codes; hexadecimal."""
    service: str
    programme: str
    provider: str
    contract: str
    drafted_contract: str
    """Of the provider; nobody published it."""
    person: str
    friend: str
    """Has a mandate of the resident."""
    former_friend: str
    """Had one; it has ended."""
    mandate: str
    link_code: str
    """Shown by somebody of the town who has no account of the tests."""
    look: str
    """A line of the access log about the resident."""
    right: str
    """A voucher in which the providers of both parties are named."""
    drawing_right: str
    agreement: str
    """A care agreement with both approvals."""
    open_agreement: str
    """One without any."""
    approval: str
    """A grant above the limit, which waits for somebody else."""
    device: str
    """Of the provider; nobody approved it."""
    refusal: str
    ended_right: str
    """An entitlement that was ended."""
    code: str
    redemption: str
    reservation: str
    claim: str
    """Sent by the provider."""
    own_claim: str
    """Sent by the resident, with this provider's name in it."""
    holder_name: str
    iban: str
    """On which account the provider is paid."""
    run: str
    """Released, and at the bank."""
    file: str
    """How the bank calls the file of it."""
    account_change: str
    """Of the provider's account; nobody decided on it yet."""
    contact: str
    """Of the provider."""
    payee_check: str
    """Of the new account: it is somebody else's."""
    demand: str
    """On the provider: it was paid for what was taken back."""
    credit: str
    """A statement of the bank by which somebody paid something, and nobody knows what for."""
    open_run: str
    open_line: str
    reviewed_run: str
    """Under review, with nothing that stands in the way of its release."""
    payment: str
    bank_message: str
    bank_statement: str
    """Has a line that nobody could match."""
    settlement: str
    evidence: str
    """Of what was available under the contract."""
    population: str
    """A number of people."""
    cost: str
    """Of a year under the contract."""
    entry: str
    clerk: str
    """An account of the municipality."""
    key: str
    """Of that account."""
    provider_account: str
    holder_account: str
    until: str
    """The last day of the run."""

    @property
    def ids(self) -> frozenset[str]:
        """Every id of the party that is not the whole municipality's."""
        shared = {"service", "programme", "run", "look"}
        named = {each.name for each in fields(self)} - shared
        return frozenset(text for name in named if len(text := str(getattr(self, name))) == 36)


def nobody() -> Party:
    """A party whose ids never were."""
    told = {each.name: str(uuid7()) for each in fields(Party)}
    known = {
        "town": "0599",
        "agb": "42429999",
        "bsn": BSNS[4],
        "surname": "Niemand",
        "service_code": "15A09",
        "programme_name": "Nergens",
        "number": "N-9",
        "token": "TR1:0",
        "key_id": "00000000",
        "until": "2026-06-07",
        "holder_name": "Niemand",
        "iban": "NL02ABNA0123456789",
        "file": uuid7().hex,
    }
    return Party(**told | known)


BSNS = ("999990019", "999990020", "999990032", "999990044", "999990056")
"""Numbers that pass the check and are nobody's."""


@dataclass
class Furnisher:
    """Fills one municipality, party by party, through the ledger's own functions."""

    served: Served
    world: World
    first: int
    """The first of its two numbers in the tables below."""
    made: list[Party] = field(default_factory=list)

    def party(self, letter: str) -> Party:
        """A party with everything; letter is a or b."""
        place = self.first + "ab".index(letter)
        provider_id, contract_id, programme_id = self._sides(letter)
        self._asks(programme_id)
        person = self.world.person(bsn=BSNS[place], surname=f"Bewoner{place}")
        friend, former = (self.world.person(surname=f"{kind}{place}") for kind in ("Vriend", "Was"))
        accounts = self._accounts(letter, provider_id, person, friend, former)
        self.world.fund(cents=1_000_00, programme_id=programme_id)
        right = self.world.grant(holder_id=person).id
        drawing = self.world.grant(holder_id=person, kind=EntitlementKind.DRAWING_RIGHT, restrictions=()).id
        agreement, unapproved = (self._agreement(drawing, provider_id, approved=yes) for yes in (True, False))
        issued_id = uuid7()
        issued = self.world.code(right, id=issued_id)
        early = self._redeemed(right, provider_id, days=2 - "ab".index(letter))
        run, until = self._settled(early.service_day)
        claim, own_claim = (
            self._claim(accounts[kind], drawing, provider_id) for kind in ("provider", "holder")
        )
        return Party(
            town=self.world.municipality_id,
            agb=self.world.AGB if letter == "a" else self.world.OTHER_AGB,
            bsn=BSNS[place],
            surname=f"Bewoner{place}",
            service_code=f"15A0{place + 1}",
            programme_name=self._name_of(programme_id),
            number="C-1" if letter == "a" else "C-2",
            token=issued.token,
            key_id=self.world.keys.signing.public.key_id.hex(),
            service=str(self._service(f"15A0{place + 1}")),
            programme=str(programme_id),
            provider=str(provider_id),
            contract=str(contract_id),
            drafted_contract=str(self._drafted(contract_id, f"D-{letter}")),
            person=str(person),
            friend=str(friend),
            former_friend=str(former),
            mandate=str(self._mandate(person, friend, None)),
            link_code=self._link_code(f"Helper{place}"),
            look=str(self._look(person, former)),
            right=str(right),
            drawing_right=str(drawing),
            agreement=str(agreement),
            open_agreement=str(unapproved),
            code=str(issued_id),
            redemption=str(self._redeemed(right, provider_id).id),
            reservation=str(self._redeemed(right, provider_id, reserve=True).id),
            claim=str(claim),
            own_claim=str(own_claim),
            run=str(run),
            **self._account(provider_id),
            **self._bank(run),
            approval=str(self._asked(person)),
            **self._decisions(person),
            device=str(self._device(provider_id)),
            **self._payee(provider_id),
            **self._recovery(early.id, provider_id, place),
            **self._open_runs(person, provider_id),
            settlement=str(self._settlement_of(run)),
            **self._figures(contract_id),
            entry=str(self._entry_of(right)),
            clerk=str(accounts["clerk"]),
            key=str(self._key_of(accounts["clerk"])),
            provider_account=str(accounts["provider"]),
            holder_account=str(accounts["holder"]),
            until=until.isoformat(),
        )

    def _drafted(self, contract_id: UUID, number: str) -> UUID:
        """Another contract as this one, that waits."""
        with self.world.work() as work:
            (known,) = contract_versions.newest(work, [contract_id])
            content = known.content.model_copy(update={"id": uuid7(), "number": number})
            contracts.draft(work, [content])
        return content.id

    def _device(self, provider_id: UUID) -> UUID:
        asked = DeviceInput(id=uuid7(), name="Telefoon")
        with self.world.work(actor_id=uuid7()) as work:
            devices.enrol(work, provider_id, asked)
        return asked.id

    def _decisions(self, person: UUID) -> dict[str, str]:
        """A refusal, and a right that was ended."""
        asked = RefusalInput(
            id=uuid7(),
            holder_id=person,
            law=Law.WMO,
            asked="Een traplift",
            reason="test",
            decided_on=self.world.now.date(),
        )
        ended = self.world.grant(holder_id=person, restrictions=()).id
        self.world.change(ended, Ending(last_day=self.world.now.date(), reason="test", at=self.world.now))
        with self.world.work() as work:
            refusals.refuse(work, [asked])
        return {"refusal": str(asked.id), "ended_right": str(ended)}

    def _sides(self, letter: str) -> tuple[UUID, UUID, UUID]:
        world = self.world
        if letter == "a":
            return world.provider_id, world.contract_id, world.programme_id
        return world.other_provider_id, world.other_contract_id, world.hard_programme_id

    def _accounts(
        self, letter: str, provider_id: UUID, person: UUID, friend: UUID, former: UUID
    ) -> dict[str, UUID]:
        town = self.world.municipality_id

        def account(kind: str, role: Role, person_id: UUID | None = None) -> UUID:
            return self.served.account(
                f"{town} {kind} {letter}",
                role,
                municipality_id=town,
                provider_id=provider_id,
                person_id=person_id,
            )

        account("representative", Role.HOLDER, friend)
        account("former representative", Role.HOLDER, former)
        return {
            "provider": account("provider", Role.PROVIDER),
            "holder": account("holder", Role.HOLDER, person),
            "clerk": account("clerk", Role.AUDITOR),
        }

    def _asks(self, programme_id: UUID) -> None:
        """Residents are shown what will be paid under this programme."""
        with self.world.work() as work:
            (known,) = programmes.newest(work, [programme_id])
            programmes.draft(work, [known.content.model_copy(update={"confirmation": Objection()})])
            programmes.publish(by_another(work), [programme_id])

    def _name_of(self, programme_id: UUID) -> str:
        with self.world.work() as work:
            return programmes.newest(work, [programme_id])[0].content.name

    def _service(self, code: str) -> UUID:
        service = catalogue.ServiceInput(
            id=uuid7(), law=Law.WMO, code=code, name=f"Dienst {code}", measure=Measure.HOUR
        )
        with self.world.work() as work:
            catalogue.put(work, [service])
        return service.id

    def _mandate(self, holder: UUID, representative: UUID, last: date | None) -> UUID:
        mandate = people.MandateInput(
            id=uuid7(),
            holder_id=holder,
            representative_id=representative,
            kind=MandateKind.AUTHORISED,
            valid_from=date(2026, 1, 1),
            valid_until=last,
        )
        with self.world.work() as work:
            people.give(work, [mandate])
        return mandate.id

    def _link_code(self, surname: str) -> str:
        """Of somebody willing to act for whoever types it; made late, so that every test finds it open."""
        willing = self.world.person(surname=surname)
        with self.world.work(now=self.world.now + timedelta(days=1)) as work:
            return own_mandates.show_code(work, self.world.keys, willing).code

    def _look(self, person: UUID, former: UUID) -> UUID:
        """Somebody looked at the resident; and the mandate of the former representative has ended."""
        self._mandate(person, former, date(2026, 5, 31))
        with self.world.work() as work:
            people.read(work, self.world.keys, [person], "test")
        with self.world.work() as work:
            return access_log.of_person(work, person)[0].id

    def _agreement(self, right: UUID, provider_id: UUID, *, approved: bool) -> UUID:
        agreement = care.Agreement(
            id=uuid7(),
            entitlement_id=right,
            provider_id=provider_id,
            service=GUIDANCE,
            rate_class=RateClass.FORMAL,
            rate_cents=20_00,
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
            at=NOON,
        )
        with self.world.work() as work:
            (outcome,) = care.agree(work, [agreement])
        assert isinstance(outcome, CareAgreement), outcome
        for approver in Approver if approved else ():
            with self.world.work(actor_id=uuid7()) as work:
                care.approve(work, agreement.id, approver)
        return agreement.id

    def _redeemed(self, right: UUID, provider_id: UUID, *, days: int = 0, reserve: bool = False) -> Redeemed:
        at = NOON - timedelta(days=days)
        return self.world.redeemed(right, provider_id=provider_id, quantity=30, at=at, reserve=reserve)

    def _settled(self, until: date) -> tuple[UUID, date]:
        """A run that settles what was redeemed on that day."""
        order = runs.DraftOrder(id=uuid7(), until=until, requested_on=date(2026, 6, 11))
        with self.world.work() as work:
            assert settling.settle(work, order).count == 1
            payment_files.export(work, order.id)
        return order.id, until

    def _bank(self, run: UUID) -> dict[str, str]:
        """What the bank answered to the file of a run: something nobody can match."""
        with self.world.work() as work:
            (file,) = payment_files.listed(work, run)
            (payment,) = lists.page(work, Payment, after=None, limit=1, run_id=run)
            said = of_a_stranger(file.message_id, answer=uuid7().hex)
            found = bank_answers.read(work, BytesIO(said))
        return {
            "file": file.message_id,
            "payment": str(payment.id),
            "bank_message": str(found.message.id),
            "bank_statement": str(found.statements[0].id),
        }

    def _recovery(self, paid: UUID, provider_id: UUID, place: int) -> dict[str, str]:
        """What was paid is taken back in part and demanded; and somebody pays a euro without a reference."""
        self.world.follow_up(paid, FollowUpKind.REVERSAL, line_1=10)
        asked = demands.DemandInput(
            id=uuid7(), provider_id=provider_id, cents=1_00, sent_on=NOON.date(), reason="test"
        )
        name = "Gemeente Diemen"
        day = NOON.date() + timedelta(days=place)
        bank = Bank(iban=OURS, name=name, opening_cents=1_00 * place, first_day=day, seed=place)
        bank.receive(Credit(day=0, amount_cents=1_00, name="Iemand", iban="NL39RABO0300065264"))
        with self.world.work() as work:
            demands.make(work, asked)
            found = bank_statements.read(work, BytesIO(*bank.advance()))
        return {"demand": str(asked.id), "credit": str(found.statements[0].id)}

    def _account(self, provider_id: UUID) -> dict[str, str]:
        with self.world.work() as work:
            (row,) = providers.get(work, [provider_id])
            return {"holder_name": row.account_holder_name, "iban": row.iban}

    def _asked(self, person: UUID) -> UUID:
        """A grant above what one person grants alone; after it there is no limit any more."""
        id_ = uuid7()
        for limit in (0, None):
            with self.world.work() as work:
                municipalities.get(work).grant_alone_cents = limit
            if limit is not None:
                assert isinstance(self.world.try_grant(id=id_, holder_id=person), Waiting)
        return id_

    def _payee(self, provider_id: UUID) -> dict[str, str]:
        """A wish to be paid on another account, which is not the provider's."""
        account: Any = {
            "provider_id": provider_id,
            "account_holder_name": "Ander",
            "iban": "NL39RABO0300065264",
        }
        asked = payees.ChangeInput(id=uuid7(), asked_by="by letter", **account)
        contact = contacts.ContactInput(
            id=uuid7(),
            provider_id=provider_id,
            name="Administratie",
            email="a@example.org",
            purposes=frozenset(ContactPurpose),
        )
        outcome = PayeeOutcome.NO_MATCH
        checked = payees.CheckInput(id=uuid7(), outcome=outcome, source="test", **account)
        with self.world.work() as work:
            contacts.put(work, [contact])
            payees.change(work, asked)
            payees.check(work, checked)
        return {
            "account_change": str(asked.id),
            "contact": str(contact.id),
            "payee_check": str(checked.id),
        }

    def _open_runs(self, person: UUID, provider_id: UUID) -> dict[str, str]:
        """Two runs that each have lines: a draft, and one that was looked at."""
        right, ids = self.world.grant(holder_id=person).id, {}
        for name in ("reviewed_run", "open_run"):
            day = self._redeemed(right, provider_id).service_day
            order = runs.DraftOrder(id=uuid7(), until=day, requested_on=date(2026, 6, 11))
            with self.world.work() as work:
                runs.draft(work, order)
                line, *_ = reviews.lines(work, order.id)
                if name == "reviewed_run":
                    runs.submit(work, order.id)
                    other = replace(work, actor_id=settling.CHECKER)
                    settling.look(other, order.id, reviews.sample(other, order.id))
            ids[name] = str(order.id)
        return {**ids, "open_line": str(line.entry_id)}

    def _figures(self, contract_id: UUID) -> dict[str, str]:
        """One of every kind that contract terms may rest on."""
        month = {"first": date(2026, 1, 1), "last": date(2026, 1, 31)}
        shown = EvidenceInput(id=uuid7(), contract_id=contract_id, number=1, available=1, **month)
        people = PopulationInput(id=uuid7(), group=PopulationGroup.YOUTHS, year=2026, persons=1)
        spent = CostInput(id=uuid7(), contract_id=contract_id, year=2025, cents=1)
        with self.world.work() as work:
            term_figures.put_evidence(work, [shown])
            term_figures.put_population(work, [people])
            term_figures.put_historical_cost(work, [spent])
        return {"evidence": str(shown.id), "population": str(people.id), "cost": str(spent.id)}

    def _claim(self, actor_id: UUID, right: UUID, provider_id: UUID) -> UUID:
        line = claims.ClaimLine(
            reference=uuid7().hex[-20:],
            entitlement_id=right,
            service=GUIDANCE,
            quantity=30,
            service_date=date(2026, 6, 10),
        )
        terms = claims.ClaimTerms(provider_id=provider_id, lines=(line,))
        with self.world.work(actor_id=actor_id) as work:
            return claims.claim(work, claims.of_terms(uuid7(), terms)).id

    def _settlement_of(self, run: UUID) -> UUID:
        with self.world.work() as work:
            return work.session.scalars(select(col(Settlement.id)).where(col(Settlement.run_id) == run)).one()

    def _entry_of(self, cause: UUID) -> UUID:
        with self.world.work() as work:
            found = work.session.scalars(select(col(Entry.id)).where(col(Entry.cause_id) == cause)).first()
        assert found is not None, "a grant is an entry"
        return found

    def _key_of(self, actor_id: UUID) -> UUID:
        with self.world.work() as work:
            return actors.keys_of(work, actor_id)[0].id
