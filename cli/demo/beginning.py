# SPDX-License-Identifier: EUPL-1.2
"""The first days of the demo: contracts and budgets, accounts, residents, entitlements, codes, messages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from cli.demo.days import at
from cli.demo.plans import ANKER, DAY_CARE, GUIDANCE, HELPERS, HOUSEHOLD, LINDE, PLANS, VAART, Plan
from cli.demo.residents import resident
from cli.demo.town import OPERATOR, Right, Town, done
from ledger import (
    actors,
    allocations,
    care,
    codes,
    contracts,
    entitlements,
    ids,
    operators,
    people,
    programmes,
    regions,
    settings,
)
from ledger.actors import ActorInput
from ledger.entitlements import Grant
from ledger.errors import LedgerError
from ledger.formats import iwmo301
from ledger.formats.iwmo301 import Allocation, Client, Message301
from ledger.operators import OperatorInput
from ledger.people import PersonInput
from ledger.region_file import BudgetTarget
from ledger.rules.facts import Law
from ledger.rules.restrictions import OnlyServices
from ledger.settings import Settings
from ledger.tables import Approver, MandateKind, RateClass, Role
from ledger.units import Unit

RESIDENTS: Final = {
    "0358": 30, "0362": 70, "0384": 40, "0394": 95, "0437": 20, "0451": 32, "0736": 38, "1942": 50,
}  # fmt: skip
"""How many residents get something, by municipality; a few more come with messages."""

MESSAGES: Final = 6
"""How many messages of allocations each municipality imports."""

SHOWCASE: Final = Plan(
    name="the letter",
    programme="Hulp bij het huishouden",
    quantity=2400,
    unit=Unit.MINUTE,
    weight=1,
    uses=(),
    rules=(OnlyServices(services=frozenset({HOUSEHOLD})),),
)
"""What the letter is for that a newcomer redeems: enough for many tries."""

STAFF: Final = {
    Role.ADMINISTRATOR: "Demo beheerder",
    Role.GATEKEEPER: "Demo toegangsmedewerker",
    Role.CONTRACT_MANAGER: "Demo contractmanager",
    Role.FINANCE: "Demo financiën",
    Role.PAYING_AGENT: "Demo betaalkantoor",
    Role.AUDITOR: "Demo controleur",
    Role.PROVIDER: "Demo scanner van Thuiszorg De Linde",
}
PAGES: Final = "http://127.0.0.1:8000"
"""Where make run serves the pages."""
SECOND: Final = {
    Role.FINANCE: "Demo financiën, tweede",
    Role.CONTRACT_MANAGER: "Demo contractmanager, tweede",
}
"""Who releases what the first drafted, and who puts in force what the first wrote."""
KEYS: Final = {Role.FINANCE: "finance (releases)", Role.CONTRACT_MANAGER: "contract_manager (puts in force)"}
"""What the keys of the second accounts are called."""


def begin(town: Town, bsns: Iterator[str], *, with_keys: bool, messages_to: Path | None) -> None:
    """Everything until the first day of use. with_keys makes an API key for every role."""
    _set_up(town, with_keys=with_keys)
    chosen = [SHOWCASE, *PLANS]
    weights = [each.weight for each in PLANS]
    chosen += town.random.choices(PLANS, weights, k=RESIDENTS[town.cbs] - len(chosen))
    _grant(town, chosen, _register(town, chosen, bsns))
    _agree_on_care(town)
    _issue_codes(town)
    _import_messages(town, bsns, messages_to)
    if with_keys:
        _let_a_resident_in(town)


def _set_up(town: Town, *, with_keys: bool) -> None:
    part = replace(town.part, budgets=_budgets(town))
    with town.work(at(town.days.set_up, 9)) as work:
        regions.load(work, part)
        operator_id = actors.operator(work.session, town.cbs, OPERATOR, now=work.now)
        operators.identify(replace(work, actor_id=operator_id), OperatorInput(identity=OPERATOR))
        codes.register_keys(work, town.keys)
        town.accounts = {role: ids.uuid7() for role in STAFF}
        second = {role: ids.uuid7() for role in SECOND}
        town.releaser_id = second[Role.FINANCE]
        linde = town.providers[LINDE]
        actors.put(
            work,
            [
                ActorInput(
                    id=town.accounts[role],
                    name=name,
                    roles=frozenset({role}),
                    provider_id=linde if role is Role.PROVIDER else None,
                )
                for role, name in STAFF.items()
            ]
            + [
                ActorInput(id=second[role], name=name, roles=frozenset({role}))
                for role, name in SECOND.items()
            ],
        )
        settings.put(work, _letterhead(town, settings.known(work)))
        if with_keys:
            town.secrets = {str(role): actors.new_key(work, town.accounts[role]) for role in STAFF}
            town.secrets |= {KEYS[role]: actors.new_key(work, second[role]) for role in SECOND}
    with town.work(at(town.days.set_up, 10), Role.CONTRACT_MANAGER) as work:
        programmes.publish(work, [each.id for each in part.programmes])
        contracts.publish(work, [each.id for each in part.contracts])


def _letterhead(town: Town, known: Settings) -> Settings:
    """How the municipality is reached, as its letters and statements say it."""
    said = {
        "letter_address": ("Raadhuisplein 1 (verzonnen)", town.name),
        "letter_web": f"www.{town.name.lower().replace(' ', '')}.example/tegoed",
        "letter_phone": "0800 0000 (demo)",
        "pages_address": PAGES,
    }
    return known.model_copy(update=said)


def _budgets(town: Town) -> tuple[BudgetTarget, ...]:
    """Those of the file, for the years the story plays in."""
    years = sorted({town.days.granted.year, town.days.today.year})
    return tuple(replace(target, year=year) for target in town.part.budgets for year in years)


def _register(town: Town, plans: Sequence[Plan], bsns: Iterator[str]) -> list[PersonInput]:
    made = [
        resident(town.random, town.cbs, next(bsns), town.days.today, child=plan.law is Law.JW)
        for plan in plans
    ]
    with town.work(at(town.days.back(34), 10), Role.GATEKEEPER) as work:
        people.register(work, town.keys, made)
        mandate = people.MandateInput(
            id=ids.uuid7(),
            holder_id=made[0].id,
            representative_id=made[1].id,
            kind=MandateKind.AUTHORISED,
            valid_from=town.days.granted,
        )
        people.give(work, [mandate])
    return made


def _grant(town: Town, plans: Sequence[Plan], holders: Sequence[PersonInput]) -> None:
    """A hard budget may refuse some of them: that is part of the story."""
    now = at(town.days.back(33), 11)
    grants = [
        Grant(
            id=ids.uuid7(),
            programme_id=town.programmes[plan.programme],
            holder_id=holder.id,
            valid_from=town.days.granted,
            valid_until=town.days.last,
            reference=f"B-{town.cbs}-{number:05d}",
            at=now,
            **plan.content(town.random),
        )
        for number, (plan, holder) in enumerate(zip(plans, holders, strict=True), start=1)
    ]
    with town.work(now, Role.GATEKEEPER) as work:
        outcomes = entitlements.grant(work, grants)
    for grant, outcome, plan, holder in zip(grants, outcomes, plans, holders, strict=True):
        if isinstance(outcome, LedgerError):
            town.tally.refused_grants += 1
        else:
            town.rights.append(Right(id=grant.id, plan=plan, holder=holder))


def _agree_on_care(town: Town) -> None:
    """Every drawing right gets an agreement; of the first only the municipality approves."""
    rights = [right for right in town.rights if not right.plan.needs_code]
    now = at(town.days.back(32), 10)
    agreements = []
    for number, right in enumerate(rights):
        right.helper = HELPERS[number % len(HELPERS)]
        is_formal = number % 2 == 0
        agreements.append(
            care.Agreement(
                id=ids.uuid7(),
                entitlement_id=right.id,
                provider_id=town.providers[right.helper],
                service=GUIDANCE,
                rate_class=RateClass.FORMAL if is_formal else RateClass.INFORMAL,
                rate_cents=town.random.randrange(4200, 5201, 50) if is_formal else 25_00,
                valid_from=town.days.granted,
                valid_until=town.days.last,
                at=now,
            )
        )
    with town.work(now, Role.GATEKEEPER) as work:
        for outcome in care.agree(work, agreements):
            done(outcome)
        for agreement in agreements:
            care.approve(work, agreement.id, Approver.GATEKEEPER)
    with town.work(at(town.days.back(32), 14), Role.PAYING_AGENT) as work:
        for agreement in agreements[1:]:
            care.approve(work, agreement.id, Approver.PAYING_AGENT)
    town.unapproved = rights[:1]
    town.rights = [right for right in town.rights if right not in town.unapproved]


def _issue_codes(town: Town) -> None:
    give_codes(town, [right for right in town.rights if right.plan.needs_code], days_ago=31)


def give_codes(town: Town, rights: Sequence[Right], *, days_ago: int, replaced: bool = False) -> None:
    """A code for each; replaced withdraws the earlier one, which its holder keeps on the old letter."""
    orders = [codes.IssueOrder(id=ids.uuid7(), entitlement_id=right.id, replace=replaced) for right in rights]
    with town.work(at(town.days.back(days_ago), 9), Role.GATEKEEPER) as work:
        outcomes = codes.issue(work, town.keys, orders)
    for right, outcome in zip(rights, outcomes, strict=True):
        if isinstance(outcome, LedgerError):
            done(outcome)
        else:
            right.old_code, right.code = right.code, outcome.token


_ALLOCATED: Final = (
    (LINDE, "01", HOUSEHOLD, 120, "01", "2", 120),
    (VAART, "02", GUIDANCE, 40, "04", "6", 60),
    (ANKER, "07", DAY_CARE, 12, "16", "4", 2),
)
"""Provider, category, product, volume, unit (WJ756), frequency (WMO757); quantity of one claim line."""


def _import_messages(town: Town, bsns: Iterator[str], folder: Path | None) -> None:
    """Messages are written as a municipality's own system would, and read back as any."""
    decided, sources = town.days.back(33), []
    for place in range(MESSAGES):
        agb, category, product, volume, unit, frequency, quantity = _ALLOCATED[place % len(_ALLOCATED)]
        person = resident(town.random, town.cbs, next(bsns), town.days.today, child=False)
        allocation = Allocation(
            number=100_000 + place,
            category=category,
            product=product,
            decided_at=at(decided, 9, place),
            valid_from=town.days.granted,
            valid_until=town.days.last,
            volume=volume,
            unit=unit,
            frequency=frequency,
        )
        message = _message(town, agb, place, decided, person, allocation)
        sources.append(iwmo301.write(message))
        town.imported.append((allocation.number, agb, product, quantity, 4))
    for place, source in enumerate(sources if folder else ()):
        assert folder is not None, "only then"
        (folder / f"wmo301-{town.cbs}-{place + 1:02d}.xml").write_bytes(source)
    with town.work(at(decided, 15), Role.GATEKEEPER) as work:
        read = [iwmo301.read(source) for source in sources]
        for outcome in allocations.import_messages(work, town.keys, read):
            done(outcome)


def _message(
    town: Town, agb: str, place: int, dated_on: date, person: PersonInput, allocation: Allocation
) -> Message301:
    who = person.identity
    assert who.bsn is not None, "every made-up resident has a number"
    client = Client(
        bsn=who.bsn,
        birth_date=who.birth_date,
        surname=who.surname,
        surname_prefix=who.prefix,
        given_names=who.given_names,
        initials=(who.initials or "").rstrip("."),
        name_use="1",
        gender=who.gender or "0",
        postcode=who.postcode,
        street=who.street,
        house_number=who.house_number,
        city=who.city,
    )
    return Message301(
        law="wmo",
        municipality=town.cbs,
        provider_agb=agb,
        identification=f"DEMO{place:08d}",
        dated_on=dated_on,
        client=client,
        allocations=(allocation,),
    )


def _let_a_resident_in(town: Town) -> None:
    """An account for the holder of the letter."""
    account_id: UUID = ids.uuid7()
    holder = ActorInput(
        id=account_id,
        name="Demo inwoner",
        roles=frozenset({Role.HOLDER}),
        person_id=town.rights[0].holder.id,
    )
    with town.work(at(town.days.back(32), 16)) as work:
        actors.put(work, [holder])
        town.accounts[Role.HOLDER] = account_id
        town.secrets[Role.HOLDER] = actors.new_key(work, account_id)
