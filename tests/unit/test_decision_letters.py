# SPDX-License-Identifier: EUPL-1.2
"""Letters that tell a decision, read back from the page; and refusals, kept once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger import access_log, decision_letters, people, refusals, settings
from ledger.change_orders import Amendment, Ending
from ledger.decision_letters import NotEnded
from ledger.entitlements import EntitlementNotFound
from ledger.formats import decision_letter
from ledger.formats.decision_letter import DecisionKind, DecisionLetter
from ledger.formats.letter_frame import LetterUnprintable
from ledger.ids import uuid7
from ledger.letters import HolderErased
from ledger.people import PersonNotFound
from ledger.refusals import DecidedLater, RefusalExists, RefusalInput, RefusalNotFound
from ledger.rules.facts import Law
from ledger.settings import Settings
from ledger.texts import Language
from tests.world import World

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types

REFUSAL = DecisionLetter(
    kind=DecisionKind.REFUSAL,
    language="nl",
    municipality_name="Gemeente Voorbeeldstad",
    sender_lines=("Raadhuisplein 1",),
    recipient_name="mevrouw A.M. de Vries-Jansen",
    recipient_lines=("Kerkstraat 12-2", "1234 CD Voorbeeldstad"),
    date=date(2026, 11, 23),
    reference="T-2026-004711",
    what=("Een traplift", "Een tweede sleutel"),
    day=date(2026, 11, 20),
    reason="U kunt op de begane grond wonen.\nDat staat in artikel 5 van de verordening.",
    web_address="www.voorbeeldstad.nl",
    phone="14 0363",
)
END = replace(REFUSAL, kind=DecisionKind.END, day=date(2026, 12, 31))


def text_of(made: DecisionLetter) -> str:
    pages = pypdfium2.PdfDocument(decision_letter.pdf(made))
    found = [page.get_textpage().get_text_range() for page in pages]
    return " ".join(" ".join(found).replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        (
            REFUSAL,
            [
                "Op 20 november 2026 besloten wij over uw aanvraag voor:",
                "Een tweede sleutel",
                "Wij kennen dit niet toe.",
                "Dat staat in artikel 5 van de verordening.",
                "binnen zes weken na de datum van deze brief",
                "ons kenmerk: T-2026-004711",
                "cliëntondersteuner",
                "Bel 14 0363",
            ],
        ),
        (END, ["Uw tegoed stopt", "De laatste dag is 31 december 2026.", "betalen wij nog", "zes weken"]),
        (replace(REFUSAL, language="en"), ["We do not grant this.", "Within six weeks", "our reference"]),
        (replace(END, language="en"), ["The last day is 31 December 2026.", "we still pay"]),
    ],
)
def test_the_letter_says_what_was_decided_why_and_how_to_object(
    made: DecisionLetter, sentences: list[str]
) -> None:
    text = text_of(made)
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert "{" not in text


def test_it_is_tagged_has_a_title_and_comes_out_the_same() -> None:
    made = decision_letter.pdf(REFUSAL)
    assert made == decision_letter.pdf(REFUSAL)
    document = pypdfium2.PdfDocument(made)
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"] == "Besluit op uw aanvraag"
    assert len(document) == 1
    assert b"pdfuaid" in made


@pytest.mark.parametrize(
    "name",
    [
        "Ñandú Ångström-Čapek Łukasiewicz Őrsi Ștefan Ğül Þór",
        "W" * 120,
        "#set page(fill: red) $x$ \\ @label *not bold*",
        "<script>alert(1)</script>",
    ],
)
def test_names_say_anything(name: str) -> None:
    text = text_of(replace(REFUSAL, recipient_name=name, reason=name, what=(name,) * 3))
    assert text.replace(" ", "").count(name.replace(" ", "")) >= 5


def test_a_name_from_right_to_left_is_printed_and_one_without_a_typeface_refused() -> None:
    assert len(text_of(replace(REFUSAL, recipient_name="\u05e9\u05dc\u05d5\u05dd"))) > 500
    with pytest.raises(LetterUnprintable):
        decision_letter.pdf(replace(REFUSAL, reason="\u5f20\u4f1f"))


def refusal(world: World, **changes: object) -> RefusalInput:
    given = {
        "id": uuid7(),
        "holder_id": world.holder_id,
        "law": Law.WMO,
        "reference": "B-1",
        "asked": "Een traplift\r\n\r\nEen tweede sleutel\n",
        "reason": "U kunt op de begane grond wonen.",
        "decided_on": world.now.date(),
    }
    return RefusalInput.model_validate(given | changes)


def test_a_refusal_is_kept_once_and_told_by_letter(world: World) -> None:
    asked = refusal(world)
    with world.work() as work:
        refusals.refuse(work, [asked, asked])
    world.later(minutes=1)
    with world.work() as work:
        (row,) = refusals.refuse(work, [asked])
        assert row.recorded_at < world.now
        assert list(refusals.of_holder(work, world.holder_id, limit=5)) == [row]
        made = decision_letters.of_refusal(work, world.keys, asked.id, Language.EN)
        look = access_log.of_person(work, world.holder_id)[0]
    assert (made.kind, made.what) == ("refusal", ("Een traplift", "Een tweede sleutel"))
    assert (made.day, made.reference, made.language) == (asked.decided_on, "B-1", "en")
    assert (look.action, look.purpose) == ("letter", "letter_with_decision")


def test_what_cannot_be_a_refusal_is_refused(world: World) -> None:
    asked = refusal(world)
    with world.work() as work:
        refusals.refuse(work, [asked])
    with world.work() as work, pytest.raises(RefusalExists):
        refusals.refuse(work, [asked.model_copy(update={"reason": "anders"})])
    with world.work() as work, pytest.raises(PersonNotFound):
        refusals.refuse(work, [refusal(world, holder_id=uuid7())])
    with world.work() as work, pytest.raises(DecidedLater):
        refusals.refuse(work, [refusal(world, decided_on=world.now.date() + timedelta(days=1))])
    with world.work() as work, pytest.raises(RefusalNotFound):
        decision_letters.of_refusal(work, world.keys, uuid7())
    with world.work() as work:
        people.erase(work, world.holder_id)
    with world.work() as work, pytest.raises(HolderErased):
        decision_letters.of_refusal(work, world.keys, asked.id)


def test_an_end_is_told_as_it_was_decided_last(world: World) -> None:
    right = world.grant(reference="B-7")
    with world.work() as work, pytest.raises(NotEnded):
        decision_letters.of_end(work, world.keys, right.id)
    with world.work() as work, pytest.raises(EntitlementNotFound):
        decision_letters.of_end(work, world.keys, uuid7())
    last = world.now.date() + timedelta(days=10)
    world.change(right.id, Ending(last_day=last, reason="U bent verhuisd.", at=world.now))
    with world.work() as work:
        made = decision_letters.of_end(work, world.keys, right.id)
    assert (made.day, made.reason, made.reference) == (last, "U bent verhuisd.", "B-7")
    world.later(minutes=1)
    world.change(right.id, Amendment(valid_until=date(2026, 12, 31), reason="Toch niet.", at=world.now))
    with world.work() as work, pytest.raises(NotEnded):
        decision_letters.of_end(work, world.keys, right.id)


def test_an_end_that_is_changed_but_not_undone_is_still_told(world: World) -> None:
    right = world.grant()
    last = world.now.date() + timedelta(days=10)
    world.change(right.id, Ending(last_day=last, reason="U bent verhuisd.", at=world.now))
    for changed in ({"amount_cents": 400_00}, {"valid_until": last - timedelta(days=2)}):
        world.later(minutes=1)
        world.change(right.id, Amendment(reason="Minder nodig.", at=world.now, **changed))
    with world.work() as work:
        made = decision_letters.of_end(work, world.keys, right.id)
    assert (made.day, made.reason) == (last - timedelta(days=2), "U bent verhuisd.")


@pytest.mark.parametrize(
    ("made", "sentence", "gone"),
    [
        (END, "De laatste dag was 31 oktober", "kunt u uw code gebruiken"),
        (replace(END, language="en"), "The last day was 31 October", "you can use your code"),
    ],
)
def test_an_end_that_lies_behind_is_told_as_what_was(made: DecisionLetter, sentence: str, gone: str) -> None:
    assert gone in text_of(made)
    text = text_of(replace(made, day=date(2026, 10, 31)))
    assert sentence in text
    assert gone not in text


def test_the_sender_is_that_of_the_settings(world: World) -> None:
    with world.work() as work:
        known = {name: getattr(settings.get(work), name) for name in Settings.model_fields}
        changed = known | {
            "letter_address": ("Raadhuisplein 1",),
            "letter_phone": "14 0384",
            "tax_number": None,
        }
        settings.put(work, Settings.model_validate(changed | {"tax_number": None}))
        refusals.refuse(work, [asked := refusal(world)])
        made = decision_letters.of_refusal(work, world.keys, asked.id)
    assert (made.sender_lines, made.phone) == (("Raadhuisplein 1",), "14 0384")
