# SPDX-License-Identifier: EUPL-1.2
"""Letters: what is said of an entitlement, to whom, in both languages; and that each is a noted look."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from ledger import access_log, care, letters, manual_code, people, token
from ledger.codes import CodeNotFound
from ledger.formats import letter as page
from ledger.ids import uuid7
from ledger.letterheads import Sender
from ledger.letters import HolderErased
from ledger.rules.facts import EntitlementKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import (
    AnyRestriction,
    Cap,
    Item,
    OnlyCategories,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
    UsesMax,
)
from ledger.tables import Approver, RateClass
from ledger.texts import Language
from ledger.texts.given import Given, lines
from ledger.units import Unit
from ledger.vault import Identity
from tests.world import GUIDANCE, HOUSEHOLD, RIDES, World


def given(*rules: AnyRestriction, **changes: Any) -> Given:
    content: dict[str, Any] = {
        "kind": EntitlementKind.VOUCHER,
        "amount_cents": None,
        "quantity": None,
        "quantity_unit": None,
        "restrictions": rules,
        "services": {HOUSEHOLD: "Hulp bij het huishouden", RIDES: "Vervoer"},
        "providers": {World.AGB: "Thuis Goed", World.OTHER_AGB: "De Brug"},
    }
    return Given(**content | changes)


def only(*services: str) -> OnlyServices:
    return OnlyServices(services=frozenset(services))


NAMED = OnlyProviders(providers=frozenset({World.AGB, World.OTHER_AGB}))
WEEKLY = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180)

SAID = [
    (
        given(amount_cents=1250_00),
        ("Elke dienst waarvoor uw gemeente een contract heeft", "In totaal € 1.250,00"),
        ("Every service for which your municipality has a contract", "In total €1,250.00"),
    ),
    (
        given(only(HOUSEHOLD), WEEKLY, quantity=2400, quantity_unit=Unit.MINUTE),
        ("Hulp bij het huishouden", "In totaal 40 uur", "Ten hoogste 3 uur per week"),
        ("Hulp bij het huishouden", "In total 40 hours", "At most 3 hours per week"),
    ),
    (
        given(only(HOUSEHOLD, RIDES), quantity=90, quantity_unit=Unit.MINUTE, amount_cents=500_00),
        (
            "Een dienst naar keuze: Hulp bij het huishouden of Vervoer",
            "In totaal 1 uur en 30 minuten, voor ten hoogste € 500,00",
        ),
        (
            "A service of your choice: Hulp bij het huishouden or Vervoer",
            "In total 1 hour and 30 minutes, for at most €500.00",
        ),
    ),
    (
        given(
            OnlyCategories(categories=frozenset({"01"})),
            Cap(per=Per.MONTH, unit=Unit.EUROCENT, most=50_00, services=frozenset({RIDES}), carry_over=True),
        ),
        (
            "Diensten waarvan de code begint met 01",
            "Vervoer: ten hoogste € 50,00 per maand (wat u overhoudt, mag u later gebruiken)",
        ),
        (
            "Services whose code begins with 01",
            "Vervoer: at most €50.00 per month (what you have left over, you may use later)",
        ),
    ),
    (
        given(only(RIDES), UsesMax(most=10)),
        ("Vervoer", "Te gebruiken: ten hoogste 10 keer"),
        ("Vervoer", "To be used: at most 10 times"),
    ),
    (
        given(only(RIDES), UsesMax(most=1)),
        ("Vervoer", "Te gebruiken: 1 keer"),
        ("Vervoer", "To be used: once"),
    ),
]
ANYWHERE = (
    "Bij elke aanbieder die een contract heeft met uw gemeente",
    "At every provider that has a contract with your municipality",
)


@pytest.mark.parametrize(("right", "dutch", "english"), SAID)
def test_what_was_given_is_said_in_both_languages(
    right: Given, dutch: tuple[str, ...], english: tuple[str, ...]
) -> None:
    assert lines(right, Language.NL) == (*dutch, ANYWHERE[0])
    assert lines(right, Language.EN) == (*english, ANYWHERE[1])


def test_providers_are_told_by_name_and_unknown_ones_by_number() -> None:
    assert lines(given(NAMED), Language.NL)[-1] == "Bij De Brug of Thuis Goed"
    other = OnlyProviders(providers=frozenset({"99999999"}))
    assert lines(given(other), Language.EN)[-1] == "At AGB 99999999"


def test_a_plan_names_each_item_with_its_providers() -> None:
    items = (Item(service=HOUSEHOLD, providers=frozenset({World.AGB})), Item(service=RIDES))
    right = given(OnlyItems(items=items), kind=EntitlementKind.ARRANGEMENT, amount_cents=100)
    assert lines(right, Language.NL) == (
        "Hulp bij het huishouden, bij Thuis Goed",
        "Vervoer, bij elke aanbieder met een contract",
        "In totaal € 1,00",
    )


def test_a_drawing_right_names_whom_the_agreements_are_with() -> None:
    right = given(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=100)
    assert lines(right, Language.NL)[-1] == "Bij wie u een goedgekeurde zorgovereenkomst heeft"
    agreed = given(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=100, helpers=("A. Jansen", "De Brug"))
    assert lines(agreed, Language.EN)[-1].endswith("care agreement: A. Jansen and De Brug")


# ------------------------------------------------------------------------------------- with a database


def composed(world: World, code_id: UUID, **more: Any) -> page.Letter:
    with world.work() as work:
        return letters.compose(work, world.keys, code_id, **more)


def resident(world: World, **changes: Any) -> UUID:
    content = {
        "surname": "Vries",
        "prefix": "de",
        "initials": "A.M.",
        "gender": "2",
        "birth_date": date(1944, 3, 9),
        "street": "Kerkstraat",
        "house_number": 12,
        "house_letter": "A",
        "house_addition": "2",
        "postcode": "1112AB",
        "city": "Diemen",
    }
    person = people.PersonInput(id=uuid7(), identity=Identity.model_validate(content | changes))
    with world.work() as work:
        people.register(work, world.keys, [person])
    return person.id


def test_a_letter_brings_the_code_to_its_holder(world: World) -> None:
    right = world.grant(holder_id=resident(world), reference="B-17", restrictions=(only(HOUSEHOLD), NAMED))
    code = world.code(right.id)
    letter = composed(world, code.id)
    assert letter.municipality_name == "Gemeente Diemen"
    assert letter.recipient_name == "mevrouw A.M. de Vries"
    assert letter.recipient_lines == ("Kerkstraat 12A-2", "1112 AB  Diemen")
    assert (letter.reference, letter.date) == ("B-17", date(2026, 6, 10))
    assert letter.what == ("Hulp bij het huishouden", "In totaal € 100,00", "Bij De Brug of Thuis Goed")
    assert (letter.valid_from, letter.valid_until) == (date(2026, 6, 10), date(2026, 12, 6))
    assert letter.manual_code == code.manual
    (same,) = {token.read(text, world.keys.public_keys).token_id for text in (letter.token_text, code.token)}
    assert same
    assert page.pdf(letter).startswith(b"%PDF")


def test_the_code_on_the_letter_redeems(world: World) -> None:
    letter = composed(world, world.code(world.grant().id).id)
    assert world.redeemed(code=letter.token_text).price_cents == 31_15
    assert world.redeemed(code=manual_code.normal(letter.manual_code)).price_cents == 31_15


def test_the_last_day_is_one_on_which_the_code_works_all_day(world: World) -> None:
    right = world.grant(valid_until=date(2026, 6, 30))
    letter = composed(world, world.code(right.id).id)
    assert letter.valid_until == date(2026, 6, 30)
    assert composed(world, world.code(world.grant(valid_from=date(2026, 7, 1)).id).id).valid_from == date(
        2026, 7, 1
    )


def test_english_letters_speak_english(world: World) -> None:
    right = world.grant(holder_id=resident(world, gender="1", prefix=None))
    letter = composed(world, world.code(right.id).id, language=Language.EN)
    assert letter.municipality_name == "Municipality of Diemen"
    assert letter.recipient_name == "Mr A.M. Vries"
    assert letter.web_address == "the website of your municipality"


def test_who_is_not_known_as_man_or_woman_gets_no_word_for_it(world: World) -> None:
    right = world.grant(holder_id=resident(world, gender="0", initials=None, country="BE", postcode="B-1000"))
    letter = composed(world, world.code(right.id).id)
    assert letter.recipient_name == "de Vries"
    assert letter.recipient_lines[1:] == ("B-1000  Diemen", "BE")


def test_the_sender_says_how_to_be_reached(world: World) -> None:
    sender = Sender(address=("D.J. den Hartoglaan 1",), web="www.diemen.nl", phone="020 314 4888")
    letter = composed(world, world.code(world.grant().id).id, sender=sender)
    assert letter.sender_lines == ("D.J. den Hartoglaan 1",)
    assert (letter.web_address, letter.phone) == ("www.diemen.nl", "020 314 4888")


def test_a_drawing_right_names_only_helpers_whom_both_approved_and_not_those_of_before(world: World) -> None:
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, restrictions=())
    agreement = care.Agreement(
        id=uuid7(),
        entitlement_id=right.id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 10, 31),
        at=world.now,
    )
    code = world.code(right.id)
    with world.work() as work:
        care.agree(work, [agreement])
        care.approve(work, agreement.id, Approver.GATEKEEPER)
    assert "A. Jansen" not in composed(world, code.id).what[-1]
    with world.work(actor_id=uuid7()) as work:
        care.approve(work, agreement.id, Approver.PAYING_AGENT)
    assert composed(world, code.id).what[-1].endswith("zorgovereenkomst heeft: A. Jansen")
    world.now = world.now.replace(month=11)
    assert "A. Jansen" not in composed(world, code.id).what[-1], "their agreement is over"


def test_every_letter_is_a_noted_look(world: World) -> None:
    holder = resident(world)
    composed(world, world.code(world.grant(holder_id=holder).id).id)
    with world.work() as work:
        (look,) = access_log.of_person(work, holder)
    assert (look.action, look.purpose) == ("letter", "letter_with_code")


def test_many_letters_take_as_many_statements_as_one(world: World) -> None:
    codes = [world.code(world.grant(holder_id=resident(world)).id).id for _ in range(12)]

    def statements(code_ids: list[UUID]) -> int:
        seen: list[str] = []

        def count(*args: Any) -> None:
            seen.append(args[2])

        event.listen(world.engine, "before_cursor_execute", count)
        with world.work() as work:
            made = letters.compose_all(work, world.keys, code_ids)
        event.remove(world.engine, "before_cursor_execute", count)
        assert [each.recipient_name for each in made] == ["mevrouw A.M. de Vries"] * len(code_ids)
        return len(seen)

    assert statements(codes) == statements(codes[:1])


def test_letters_answer_in_the_order_asked(world: World) -> None:
    codes = [world.code(world.grant(reference=f"B-{n}").id).id for n in range(3)]
    with world.work() as work:
        made = letters.compose_all(work, world.keys, [codes[2], codes[0], codes[2]])
    assert [each.reference for each in made] == ["B-2", "B-0", "B-2"]


def test_without_a_code_or_a_name_there_is_no_letter(world: World) -> None:
    with world.work() as work, pytest.raises(CodeNotFound):
        letters.compose(work, world.keys, uuid7())
    holder = resident(world)
    code = world.code(world.grant(holder_id=holder).id)
    with world.work() as work:
        people.erase(work, holder)
    with world.work() as work, pytest.raises(HolderErased):
        letters.compose(work, world.keys, code.id)


def test_a_letter_without_a_decision_number_bears_its_code(world: World) -> None:
    code = world.code(world.grant().id)
    assert composed(world, code.id).reference == code.id.hex[-12:].upper()
    world.later(days=1)
    assert composed(world, code.id).date == date(2026, 6, 10) + timedelta(days=1)
