# SPDX-License-Identifier: EUPL-1.2
"""Whoever steals an account first takes the contact: those who were contacts before are told all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, update
from sqlmodel import col

from ledger import announcements, contacts, notices, payees
from ledger.announcements import LATELY, ContactNotFound, NobodyToTell
from ledger.contacts import ContactContent, ContactEnded, ContactInput, ContactOfAnother
from ledger.errors import ChangedMeanwhile
from ledger.ids import uuid7
from ledger.notices import NoticeNotFound, Told
from ledger.payees import ChangeInput, DecisionInput
from ledger.providers import ProviderUnknown
from ledger.runs import DraftOrder
from ledger.tables import AccountDecision, Contact, ContactPurpose, DeliveryOutcome, NoticeAbout
from ledger.texts import Language
from ledger.texts import notices as texts
from tests import settling
from tests.town import END_OF_MARCH, NOW, Town, pay_day
from tests.unit.test_audit import spoil_all

NEW_IBAN, OLD_IBAN = "NL39RABO0300065264", "NL20INGB0001234567"
MAKER, CHECKER = (UUID(f"0195a3c8-0000-7000-8000-0000000000a{each}") for each in "12")
YES = DecisionInput(approved=True, reason="gebeld met de directeur")
FINANCE, CONTRACT, NEWCOMER = (UUID(f"0195a3c8-0000-7000-8000-00000000000{each}") for each in "123")
LONG_AGO, LATELY_SINCE = NOW - 2 * LATELY, NOW - LATELY

# ------------------------------------------------------------------------------------------- who is told


def version(id_: UUID, number: int, at: datetime, email: str, *, ended: bool = False) -> Contact:
    return Contact(
        municipality_id="0147",
        id=id_,
        version=number,
        provider_id=FINANCE,
        name="Administratie",
        email=email,
        purposes=(ContactPurpose.FINANCE,),
        language="nl",
        ended_at=at if ended else None,
        actor_id=MAKER,
        recorded_at=at,
    )


OLD = version(FINANCE, 1, LONG_AGO, "fin@a.nl")
OTHER = version(CONTRACT, 1, LONG_AGO, "con@a.nl")
YESTERDAY, EARLIER = NOW - timedelta(days=1), LATELY_SINCE - timedelta(seconds=1)
SHIFTED = version(FINANCE, 2, YESTERDAY, "thief@b.nl")


@pytest.mark.parametrize(
    ("versions", "asker", "told"),
    [
        ([OLD, OTHER], None, {"fin@a.nl": True, "con@a.nl": True}),
        ([OLD, OTHER], FINANCE, {"con@a.nl": True}),
        ([OLD], FINANCE, {}),
        # the address was changed first: the old one is told, and is no other contact than who asks
        ([OLD, SHIFTED], FINANCE, {"fin@a.nl": False}),
        ([OLD, SHIFTED, OTHER], FINANCE, {"fin@a.nl": False, "con@a.nl": True}),
        ([OLD, SHIFTED], None, {"fin@a.nl": True, "thief@b.nl": False}),
        # ended: told until LATELY has passed
        ([OLD, OTHER, version(CONTRACT, 2, YESTERDAY, "con@a.nl", ended=True)], FINANCE, {"con@a.nl": True}),
        ([OLD, OTHER, version(CONTRACT, 2, EARLIER, "con@a.nl", ended=True)], FINANCE, {}),
        # came lately: told, and does not count, also when it ended since; the mailbox of who asks is not told
        ([OLD, version(NEWCOMER, 1, YESTERDAY, "new@b.nl")], FINANCE, {"new@b.nl": False}),
        (
            [OLD, version(NEWCOMER, 1, YESTERDAY, "n@b.nl"), version(NEWCOMER, 2, NOW, "n@b.nl", ended=True)],
            FINANCE,
            {"n@b.nl": False},
        ),
        ([OLD, version(NEWCOMER, 1, LONG_AGO, "FIN@A.nl")], FINANCE, {}),
        # another name or purpose is no other address
        ([OLD, OTHER, version(CONTRACT, 2, YESTERDAY, "Con@a.nl")], FINANCE, {"Con@a.nl": True}),
        # two contacts with one mailbox are told once; that one of them came lately takes nothing away
        ([OLD, version(NEWCOMER, 1, YESTERDAY, "fin@a.nl")], None, {"fin@a.nl": True}),
        ([], None, {}),
    ],
)
def test_who_is_told_and_who_counts(
    versions: Sequence[Contact], asker: UUID | None, told: dict[str, bool]
) -> None:
    found = announcements.to_tell(versions, LATELY_SINCE, asker)
    assert {each.contact.email: each.counts for each in found} == told


def test_every_notice_is_written_in_both_languages_and_names_no_whole_account() -> None:
    facts = {
        "municipality": "Borne",
        "provider": "De Linde",
        "reference": FINANCE,
        "old_end": "4567",
        "new_end": "5264",
        "effective_on": NOW.date(),
        "purposes": tuple(ContactPurpose),
    }
    said = {
        (about, language): texts.written(about, facts, language)
        for about in NoticeAbout
        for language in Language
    }
    assert len({each.title for each in said.values()}) == len(said)
    for (about, _), each in said.items():
        assert "\n" not in each.title
        assert "De Linde" in each.title
        assert str(FINANCE) in each.detail
        assert "{" not in each.title + each.detail
        assert ("5264" in each.detail) == about.startswith("account")
        assert "http" not in each.detail
    approved = said[NoticeAbout.ACCOUNT_APPROVED, Language.NL]
    assert "vanaf 15 april 2026" in approved.detail
    assert "finance, contracts and general matters" in said[NoticeAbout.CONTACT_ADDED, Language.EN].detail


def test_a_contact_holds_no_personal_number_and_no_second_line() -> None:
    good = {"name": "Administratie", "email": "fin@a.nl", "purposes": ["finance"]}
    assert ContactContent.model_validate(good).language is Language.NL
    wrongs: tuple[dict[str, object], ...] = (
        {"name": "A. de Wit 999900006"},
        {"name": "A\nBcc: x@y.nl"},
        {"email": "999900006@a.nl"},
        {"email": "fin@a.nl\nBcc: x@y.nl"},
        {"purposes": []},
        {"language": "fr"},
    )
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            ContactContent.model_validate(good | wrong)


# ------------------------------------------------------------------------------------------------ scenes


@dataclass
class Scene:
    """A provider that is owed something, with its contacts."""

    town: Town
    provider_id: UUID

    def contact(
        self, id_: UUID, email: str, *, days_ago: int = 100, provider_id: UUID | None = None
    ) -> Contact:
        asked = ContactInput(
            id=id_,
            provider_id=provider_id or self.provider_id,
            name="Administratie",
            email=email,
            purposes=frozenset({ContactPurpose.FINANCE}),
        )
        with self.town.work(actor_id=MAKER, now=NOW - timedelta(days=days_ago)) as work:
            (row,) = contacts.put(work, [asked])
        return row

    def end(self, id_: UUID) -> Contact:
        with self.town.work(actor_id=MAKER) as work:
            return contacts.end(work, id_)

    def change(self, by: UUID | None = FINANCE) -> UUID:
        asked = ChangeInput(
            id=uuid7(),
            provider_id=self.provider_id,
            account_holder_name="Zorg & Zó B.V.",
            iban=NEW_IBAN,
            asked_by="mail van de administratie",
            asked_by_contact_id=by,
        )
        with self.town.work(actor_id=MAKER) as work:
            assert payees.change(work, asked) == payees.change(work, asked)
        return asked.id

    def decide(self, change_id: UUID, said: DecisionInput = YES) -> None:
        with self.town.work(actor_id=CHECKER) as work:
            assert payees.decide(work, change_id, said) == payees.decide(work, change_id, said)

    def told(self, about: NoticeAbout | None = None) -> list[str]:
        """Whom notices go to, of all kinds or one, in the order of the alphabet."""
        with self.town.work() as work:
            found = notices.listed(work, self.provider_id)
        return sorted(each.contact.email for each in found if about in (None, each.notice.about))

    def sent(self, days: int = 0) -> None:
        """All that waits is sent, so many days from now."""
        with self.town.work(now=NOW + timedelta(days=days)) as work:
            for each in notices.waiting(work):
                notices.note(work, each.notice.id, DeliveryOutcome.SENT, "250 OK")

    def paid_on(self, days: int) -> str:
        """On which account a use of today is paid, so many days from now."""
        self.town.redeem(self.town.right(self.provider_id), self.provider_id, cents=1_00)
        with self.town.work(now=NOW + timedelta(days=days)) as work:
            order = DraftOrder(id=uuid7(), until=END_OF_MARCH, requested_on=pay_day(work))
            (payment,) = settling.settle(work, order).payments
        return payment.creditor_iban


@pytest.fixture
def scene(engine: Engine) -> Scene:
    town = Town(engine=engine)
    return Scene(town=town, provider_id=town.contracted())


@pytest.fixture
def sqlite_scene(sqlite_engine: Engine) -> Scene:
    town = Town(engine=sqlite_engine)
    return Scene(town=town, provider_id=town.contracted())


def test_a_change_of_account_is_told_to_all_but_who_asked_and_waits_until_it_was(scene: Scene) -> None:
    scene.contact(FINANCE, "fin@a.nl")
    assert scene.told() == []  # nobody was there to be told of the first contact
    scene.contact(CONTRACT, "con@a.nl")
    assert scene.told(NoticeAbout.CONTACT_ADDED) == ["fin@a.nl"]

    change = scene.change()
    assert scene.told(NoticeAbout.ACCOUNT_ENTERED) == ["con@a.nl"]
    scene.decide(change)
    assert scene.told(NoticeAbout.ACCOUNT_APPROVED) == ["con@a.nl"]

    assert scene.paid_on(days=9) == OLD_IBAN  # nothing was sent
    with scene.town.work(now=NOW + timedelta(days=10)) as work:
        (first, *_) = waits = notices.waiting(work)
        assert len(waits) == 3
        notices.note(work, first.notice.id, DeliveryOutcome.FAILED, "451 later " * 99)
        with pytest.raises(NoticeNotFound):
            notices.note(work, uuid7(), DeliveryOutcome.SENT, "")
        assert [each.outcome for each in waits[1:]] == [None, None]
        assert first.notice.id not in {each.notice.id for each in notices.waiting(work)}
        assert first.notice.id in {each.notice.id for each in notices.waiting(work, [first.notice.id])}
        failed = notices.get(work, first.notice.id)
        # it is older than the days it is tried for
        assert failed.outcome is DeliveryOutcome.GIVEN_UP
        assert len(failed.deliveries[0].detail) == notices.DETAIL_MAX
    scene.sent(days=10)
    assert scene.paid_on(days=14) == OLD_IBAN  # the days are counted from when it was sent
    assert scene.paid_on(days=15) == NEW_IBAN
    assert scene.town.report().findings == ()


def test_a_notice_that_failed_is_tried_again_after_a_while(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.contact(FINANCE, "fin@a.nl")
    scene.change(by=None)
    with scene.town.work() as work:
        (told,) = notices.waiting(work)
        notices.note(work, told.notice.id, DeliveryOutcome.FAILED, "451 greylisted")
        assert notices.waiting(work) == []
        assert notices.get(work, told.notice.id).outcome is DeliveryOutcome.FAILED
    with scene.town.work(now=NOW + notices.AGAIN_AFTER) as work:
        (again,) = notices.waiting(work)
        assert again.notice.id == told.notice.id
        notices.note(work, told.notice.id, DeliveryOutcome.GIVEN_UP, "550 no such user")
        assert [each.number for each in notices.get(work, told.notice.id).deliveries] == [1, 2]
    with scene.town.work(now=NOW + timedelta(days=30)) as work:
        assert notices.waiting(work) == []
        assert [each.notice.id for each in notices.listed(work)] == [told.notice.id]


def test_what_cannot_be_told_to_another_is_not_approved_unless_it_was_told_otherwise(scene: Scene) -> None:
    scene.contact(FINANCE, "fin@a.nl")
    scene.contact(NEWCOMER, "new@b.nl", days_ago=59)
    change = scene.change()
    assert scene.told(NoticeAbout.ACCOUNT_ENTERED) == ["new@b.nl"]
    with pytest.raises(NobodyToTell):
        scene.decide(change)
    scene.decide(change, YES.model_copy(update={"told_otherwise": "brief aan het adres in het KvK-register"}))
    assert scene.told(NoticeAbout.ACCOUNT_APPROVED) == ["new@b.nl"]
    assert scene.paid_on(days=6) == NEW_IBAN  # nothing was sent, and nothing waits for it
    for asker in (uuid7(), CONTRACT):
        with pytest.raises(ContactNotFound):
            scene.change(by=asker)


def thief(scene: Scene) -> UUID:
    """Somebody with the mailbox of finance brings the other contact elsewhere, then asks for an account."""
    scene.contact(FINANCE, "fin@a.nl")
    scene.contact(CONTRACT, "con@a.nl")
    scene.contact(CONTRACT, "thief@b.nl", days_ago=2)
    assert scene.told(NoticeAbout.CONTACT_CHANGED) == ["con@a.nl", "fin@a.nl"]
    scene.contact(NEWCOMER, "new@b.nl", days_ago=1)
    scene.end(NEWCOMER)
    assert scene.told(NoticeAbout.CONTACT_ENDED) == ["con@a.nl", "fin@a.nl", "new@b.nl", "thief@b.nl"]
    return scene.change()


def test_who_was_the_contact_before_the_thief_is_told(scene: Scene) -> None:
    scene.decide(thief(scene))
    assert scene.told(NoticeAbout.ACCOUNT_APPROVED) == ["con@a.nl", "new@b.nl", "thief@b.nl"]
    # who was told is told still when the decision waits for long
    change = scene.change()
    with scene.town.work(actor_id=CHECKER, now=NOW + 2 * LATELY) as work:
        payees.decide(work, change, YES)
        late = [each for each in notices.listed(work, scene.provider_id) if each.notice.cause_id == change]
    assert [each.contact.email for each in late].count("con@a.nl") == 2


def test_without_the_rule_of_former_contacts_the_theft_succeeds(
    sqlite_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: only the present contacts are told, and the thief's own address counts."""
    monkeypatch.setattr(
        announcements,
        "to_tell",
        lambda versions, since, asker_id=None: [
            announcements.Reached(contact=each, counts=True)
            for each in {each.id: each for each in versions}.values()
            if each.id != asker_id and each.ended_at is None
        ],
    )
    scene = sqlite_scene
    scene.contact(FINANCE, "fin@a.nl")
    scene.contact(CONTRACT, "con@a.nl")
    scene.contact(CONTRACT, "thief@b.nl", days_ago=2)
    scene.decide(scene.change())
    assert scene.told(NoticeAbout.ACCOUNT_APPROVED) == ["thief@b.nl"]
    scene.sent()
    assert scene.paid_on(days=6) == NEW_IBAN


def test_an_approval_that_nobody_was_told_of_is_found(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    change = scene.change(by=None)
    scene.decide(change, YES.model_copy(update={"told_otherwise": "brief"}))
    assert scene.town.report().findings == ()
    untold = update(AccountDecision).where(col(AccountDecision.change_id) == change)
    spoil_all(scene.town.engine, [untold.values(told_otherwise=None)])
    (finding,) = scene.town.report().findings
    assert (finding.kind, finding.place) == ("account_untold", f"account change {change}")


def test_a_contact_has_versions_one_provider_and_an_end(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    first = scene.contact(FINANCE, "fin@a.nl")
    assert scene.contact(FINANCE, "fin@a.nl", days_ago=50) == first
    second = scene.contact(FINANCE, "geld@a.nl", days_ago=40)
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(ContactOfAnother):
        scene.contact(FINANCE, "fin@a.nl", provider_id=scene.town.provider())
    with pytest.raises(ProviderUnknown):
        scene.contact(CONTRACT, "fin@a.nl", provider_id=uuid7())
    stale = ContactInput(**contact_content(second) | {"email": "x@a.nl"})
    with scene.town.work() as work, pytest.raises(ChangedMeanwhile):
        contacts.put(work, [stale], {FINANCE: 1})
    ended = scene.end(FINANCE)
    assert (ended.version, ended.ended_at) == (3, NOW)
    assert scene.end(FINANCE) == ended
    assert scene.contact(FINANCE, "geld@a.nl", days_ago=0) == ended  # what a file still names stays ended
    with pytest.raises(ContactEnded):
        scene.contact(FINANCE, "fin@a.nl", days_ago=0)
    with pytest.raises(ContactNotFound):
        scene.end(uuid7())
    with scene.town.work() as work:
        assert contacts.listed(work, [scene.provider_id]) == [ended]
    told: list[Told]
    with scene.town.work() as work:
        told = notices.listed(work, scene.provider_id)
    assert [(each.notice.about, each.contact.email) for each in told] == [
        (NoticeAbout.CONTACT_CHANGED, "fin@a.nl"),
        (NoticeAbout.CONTACT_ENDED, "fin@a.nl"),
        (NoticeAbout.CONTACT_ENDED, "geld@a.nl"),
    ]


def contact_content(row: Contact) -> dict[str, object]:
    return {name: getattr(row, name) for name in ContactInput.model_fields}
