# SPDX-License-Identifier: EUPL-1.2
"""Confirmations: what a resident must still confirm, or disputes, is not paid; nothing else waits for it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine, false, select
from sqlmodel import col

from ledger import (
    actors,
    confirmations,
    gates,
    overviews,
    programmes,
    releases,
    reviews,
    runs,
    separation,
    statements,
)
from ledger.actors import ActorInput
from ledger.checks.findings import FindingKind
from ledger.clock import dutch_day
from ledger.confirmations import (
    LineDisputed,
    LineNotDisputed,
    NothingToSpeakOf,
    Said,
    SpeakerIsPaid,
    SpeakerRedeemed,
    ToldByMissing,
    WordExists,
    WordOrder,
)
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.overviews import Signal
from ledger.programmes import ProgrammeInput
from ledger.releases import ReleaseRefused
from ledger.reviews import DrafterLooks, Mark, Marks, NothingToLetGo
from ledger.rules import confirmations as rules
from ledger.rules.confirmations import AnyConfirmation, Consent, NotAsked, Objection, Reason, Use, WordKind
from ledger.rules.facts import Law
from ledger.runs import DraftOrder
from ledger.separation import ReleaserSpoke
from ledger.standing import LineNotFound, Part
from ledger.statements import Form
from ledger.tables import (
    BudgetMode,
    FollowUpKind,
    LeftOut,
    LeftOutReason,
    MarkKind,
    MarkReason,
    Person,
    ResidentWord,
    Role,
)
from ledger.texts import Language
from tests import settling
from tests.banking import TODAY, BankTown
from tests.settling import CHECKER
from tests.town import BORNE, NOW, pay_day
from tests.world import by_another

CONFIRMED, DISPUTED, WITHDRAWN = WordKind.CONFIRMED, WordKind.DISPUTED, WordKind.WITHDRAWN

# ------------------------------------------------------------------------------------------- the rule

NEVER, WEEK, AT_ONCE = Consent(), Consent(silence_days=7), Consent(silence_days=0)
MARCH_1, MARCH_31 = date(2026, 3, 1), date(2026, 3, 31)


def judged(asked: AnyConfirmation, today: date, **use: Any) -> tuple[Reason, date | None]:
    known = {"service_day": MARCH_1, "booked_on": MARCH_1} | use
    verdict = rules.judge(asked, Use(**known), today)
    assert verdict.may_be_paid == (verdict.reason not in {Reason.UNCONFIRMED, Reason.DISPUTED})
    return verdict.reason, verdict.silence_from


@pytest.mark.parametrize("asked", [NotAsked(), Objection(), NEVER, WEEK, AT_ONCE], ids=repr)
def test_a_word_is_worth_the_same_whatever_is_asked(asked: AnyConfirmation) -> None:
    assert judged(asked, MARCH_1, word=CONFIRMED) == (Reason.CONFIRMED, None)
    assert judged(asked, MARCH_1, word=WITHDRAWN) == (Reason.CONFIRMED, None)
    late = date(2029, 1, 1)
    assert judged(asked, late, word=DISPUTED) == (Reason.DISPUTED, None)
    assert judged(asked, MARCH_1, word=DISPUTED, let_go=True) == (Reason.LET_GO, None)


@pytest.mark.parametrize(
    ("asked", "use", "today", "wanted"),
    [
        (NotAsked(), {}, MARCH_1, (Reason.NOT_ASKED, None)),
        (Objection(), {}, MARCH_1, (Reason.NOT_ASKED, None)),
        (NEVER, {}, MARCH_1, (Reason.UNCONFIRMED, None)),
        (NEVER, {}, date(2099, 12, 31), (Reason.UNCONFIRMED, None)),
        (WEEK, {}, MARCH_1, (Reason.UNCONFIRMED, date(2026, 3, 9))),
        (WEEK, {}, date(2026, 3, 8), (Reason.UNCONFIRMED, date(2026, 3, 9))),
        (WEEK, {}, date(2026, 3, 9), (Reason.SILENCE, None)),
        # Claimed on the last day of the month: nobody could have spoken before.
        (WEEK, {"booked_on": MARCH_31}, date(2026, 4, 7), (Reason.UNCONFIRMED, date(2026, 4, 8))),
        (WEEK, {"booked_on": MARCH_31}, date(2026, 4, 8), (Reason.SILENCE, None)),
        # Clocks go forward on 29 March and back on 25 October 2026: days are days.
        (WEEK, {"service_day": date(2026, 3, 28)}, date(2026, 4, 4), (Reason.UNCONFIRMED, date(2026, 4, 5))),
        (WEEK, {"service_day": date(2026, 3, 28)}, date(2026, 4, 5), (Reason.SILENCE, None)),
        (WEEK, {"service_day": date(2026, 10, 24)}, date(2026, 11, 1), (Reason.SILENCE, None)),
        # A year's end, and 29 February.
        (WEEK, {"service_day": date(2027, 12, 31)}, date(2028, 1, 8), (Reason.SILENCE, None)),
        (WEEK, {"service_day": date(2028, 2, 25)}, date(2028, 3, 3), (Reason.UNCONFIRMED, date(2028, 3, 4))),
        (AT_ONCE, {}, MARCH_1, (Reason.UNCONFIRMED, date(2026, 3, 2))),
        (AT_ONCE, {}, date(2026, 3, 2), (Reason.SILENCE, None)),
        # The calendar ends, and nothing passes it.
        (WEEK, {"service_day": date.max}, date(2026, 3, 9), (Reason.UNCONFIRMED, date.max)),
    ],
)
def test_what_silence_is_worth_on_a_day(
    asked: AnyConfirmation, use: Any, today: date, wanted: tuple[Reason, date | None]
) -> None:
    assert judged(asked, today, **use) == wanted


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"kind": "maybe"},
        {"kind": "none", "silenceDays": 3},
        *({"kind": "consent", "silenceDays": days} for days in (-1, 367, 1.5)),
    ],
)
def test_what_is_no_setting_is_refused(told: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[AnyConfirmation](AnyConfirmation).validate_python(told)


# ------------------------------------------------------------------------------------------- the scene

STAFF = uuid7()
"""Writes down what residents say; nobody else's face."""


@dataclass(kw_only=True)
class Scene(BankTown):
    """A town with a programme for each setting; MARCH is long ago, and what is redeemed is booked today."""

    payee_id: UUID = field(init=False)
    holder: UUID = field(default_factory=uuid7)
    """The account of the resident."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.payee_id = self.payee(0)
        asked = {"objection": Objection(), "consent": NEVER, "silence": WEEK}
        inputs = [
            ProgrammeInput(
                id=uuid7(), law=Law.WMO, name=name, mode=BudgetMode.SOFT, confirmation=confirmation
            )
            for name, confirmation in asked.items()
        ]
        with self.work() as work:
            programmes.draft(work, inputs)
            programmes.publish(by_another(work), [each.id for each in inputs])
        self.account(self.holder, Role.HOLDER, person_id=self.holder_id)
        none, self.rights = self.programmes[Law.WMO], {"none": self.right(self.payee_id)}
        for each in inputs:
            self.programmes[Law.WMO] = each.id
            self.rights[each.name] = self.right(self.payee_id)
        self.programmes[Law.WMO] = none

    def account(self, id_: UUID, role: Role, identity: str | None = None, **bound: UUID) -> UUID:
        asked = ActorInput(id=id_, name=f"{role} {id_}", roles=frozenset({role}), identity=identity, **bound)
        with self.work(actor_id=uuid7()) as work:
            actors.put(work, [asked])
        return id_

    def used(self, name: str, cents: int, **more: Any) -> UUID:
        return self.redeem(self.rights[name], self.payee_id, cents=cents, **more)

    def say(
        self,
        redemption_id: UUID,
        kind: WordKind,
        *lines: int,
        by: UUID = STAFF,
        id_: UUID | None = None,
        told_by: str | None = "de inwoner, aan de telefoon",
        note: str | None = "er kwam niemand",
        now: datetime = NOW,
    ) -> Said:
        order = WordOrder(
            id=id_ or uuid7(),
            redemption_id=redemption_id,
            kind=kind,
            lines=lines,
            note=note if kind is DISPUTED else None,
            told_by=told_by,
            at=NOW,
        )
        with self.work(actor_id=by, now=now) as work:
            return confirmations.say(work, order)

    def refusal(self, *asked: Any, **more: Any) -> type[LedgerError]:
        """Why it cannot be said; then nothing was written."""
        rows = self.rows()
        with pytest.raises(LedgerError) as refused:
            self.say(*asked, **more)
        assert self.rows() == rows
        return type(refused.value)

    def draft(self, now: datetime = NOW) -> UUID:
        with self.work(now=now) as work:
            return runs.draft(work, DraftOrder(id=uuid7(), until=TODAY, requested_on=pay_day(work))).id

    def release(self, run_id: UUID, now: datetime = NOW) -> int:
        with self.work(now=now) as work:
            return settling.release(work, run_id).total_cents

    def entry(self, run_id: UUID, redemption_id: UUID, line: int = 1) -> UUID:
        with self.work() as work:
            (found,) = [
                each.entry_id
                for each in reviews.lines(work, run_id, limit=100)
                if each.use and (each.use.redemption_id, each.use.line) == (redemption_id, line)
            ]
        return found

    def mark(self, run_id: UUID, entry_id: UUID, kind: MarkKind, *, by: UUID = CHECKER) -> int:
        reason = MarkReason.DISPUTED if kind in {MarkKind.HELD, MarkKind.REJECTED} else None
        mark = Mark(entry_id=entry_id, kind=kind, reason=reason, note="nagevraagd")
        with self.work(actor_id=by) as work:
            return len(reviews.mark(work, run_id, Marks(marks=(mark,))))

    def left_out(self, run_id: UUID) -> dict[LeftOutReason, int]:
        """Why how many cents were left out of a released run."""
        statement = select(LeftOut).where(col(LeftOut.run_id) == run_id)
        found: dict[LeftOutReason, int] = {}
        with self.work() as work:
            for row in work.session.scalars(statement):
                found[row.reason] = found.get(row.reason, 0) + row.cents
        return found

    def agrees(self) -> None:
        assert self.report().findings == ()


@pytest.fixture
def scene(engine: Engine) -> Scene:
    return Scene(engine=engine)


def test_only_the_line_that_is_disputed_or_unconfirmed_stays_until_it_is_spoken_of(scene: Scene) -> None:
    """Every setting, from draft to statement over three runs; the figures are told apart everywhere."""
    plain = scene.used("none", 1_00)
    scene.used("objection", 2_00)
    wrong = scene.used("none", 4_00, minutes=10)  # two lines: 4.00 and 10.00
    unsaid = scene.used("consent", 100_00, minutes=2)
    said = scene.used("consent", 200_00)
    silent = scene.used("silence", 1_000_00)
    with scene.work() as work:
        waits = confirmations.waiting(work, rights=scene.rights.values())
        assert [(each.asked, each.cents, each.may_be_paid) for each in waits] == [
            ("objection", 2_00, True),
            ("consent", 100_00, False),
            ("consent", 2_00, False),
            ("consent", 200_00, False),
            ("consent", 1_000_00, False),
        ]
        assert [each.silence_from for each in waits][-2:] == [None, date(2026, 4, 23)]
        assert confirmations.waiting(work, rights=[], limit=1) == []
        assert confirmations.waiting(work, after=waits[1].id, limit=1) == [waits[2]]

    run = scene.draft()
    word = scene.say(said, CONFIRMED, by=scene.holder, told_by=None)
    assert (word.person_id, word.actor_id) == (scene.holder_id, scene.holder)
    scene.say(wrong, DISPUTED, 1)
    agrees_with_the_rule(scene, run, {plain: NotAsked(), wrong: NotAsked(), said: NEVER, silent: WEEK})
    with scene.work() as work:
        totals, (share,) = overviews.totals(work, run), overviews.shares(work, run)
        assert (totals.lines, totals.cents) == (8, 1_319_00)
        assert (totals.held_lines, totals.held_cents) == (0, 0)
        assert (totals.disputed_lines, totals.disputed_cents) == (1, 4_00)
        assert (totals.unconfirmed_lines, totals.unconfirmed_cents) == (3, 1_102_00)
        assert (share.disputed_cents, share.unconfirmed_cents, share.disputed_late) == (4_00, 1_102_00, 0)
        lines = {each.entry_id: each for each in reviews.lines(work, run, limit=100)}
    disputed = lines[scene.entry(run, wrong)]
    assert disputed.waits is LeftOutReason.DISPUTED
    assert disputed.dispute is not None
    assert disputed.dispute.note == "er kwam niemand"
    assert lines[scene.entry(run, unsaid, 2)].waits is LeftOutReason.UNCONFIRMED
    assert (lines[scene.entry(run, wrong, 2)].waits, lines[scene.entry(run, plain)].dispute) == (None, None)

    assert scene.release(run) == 1_00 + 2_00 + 10_00 + 200_00
    assert scene.left_out(run) == {LeftOutReason.DISPUTED: 4_00, LeftOutReason.UNCONFIRMED: 1_102_00}
    assert told(scene, run, Language.NL) == {
        ("disputed", "De inwoner zegt dat dit niet klopt.", 4_00),
        ("unconfirmed", "De inwoner moet dit nog bevestigen.", 100_00),
        ("unconfirmed", "De inwoner moet dit nog bevestigen.", 2_00),
        ("unconfirmed", "De inwoner moet dit nog bevestigen.", 1_000_00),
    }
    assert {each[1] for each in told(scene, run, Language.EN)} == {
        "The resident says that this is not right.",
        "The resident must still confirm this.",
    }
    scene.agrees()

    scene.say(wrong, WITHDRAWN)
    scene.say(unsaid, CONFIRMED, 2)
    assert scene.release(scene.draft()) == 4_00 + 2_00
    week_later = NOW + timedelta(days=8)  # the first day on which silence counts
    assert dutch_day(week_later) == date(2026, 4, 23)
    early = scene.draft(week_later - timedelta(days=1))
    assert scene.release(early, week_later - timedelta(days=1)) == 0
    assert scene.release(scene.draft(week_later), week_later) == 1_000_00
    assert scene.left_out(early) == {LeftOutReason.UNCONFIRMED: 1_100_00}
    scene.agrees()


def told(scene: Scene, run: UUID, language: Language) -> set[tuple[str, str, int]]:
    """What the statement says of what was left out; in every form."""
    with scene.work() as work:
        (composed,) = statements.of_run(work, run, language)
        for form in Form:
            statements.write(composed, form, BytesIO())
        assert {each.since for each in composed.statement.held} == {TODAY}
        return {(each.reason_code, each.reason, each.line.price_cents) for each in composed.statement.held}


def agrees_with_the_rule(scene: Scene, run: UUID, asked: dict[UUID, AnyConfirmation]) -> None:
    """The gate in SQL and the rule in memory say the same of lines, on days around every border."""
    for days in range(12):
        now = datetime(2026, 4, 15, 23, 30, tzinfo=UTC) + timedelta(days=days)  # after the Dutch midnight
        with scene.work(now=now) as work:
            for line in reviews.lines(work, run, limit=100):
                if line.use is None or line.use.redemption_id not in asked or line.dispute:
                    continue
                spoken = any(
                    line.use.line in {each.line for each in word.lines}
                    for word in confirmations.words(work, line.use.redemption_id)
                )
                use = Use(
                    service_day=line.use.service_day,
                    booked_on=TODAY,
                    word=CONFIRMED if spoken else None,
                )
                verdict = rules.judge(asked[line.use.redemption_id], use, dutch_day(now))
                assert (line.waits is None) == verdict.may_be_paid, (days, line)


def test_a_dispute_ends_by_the_resident_or_by_who_looks_at_it_and_comes_too_late_for_what_is_settled(
    scene: Scene,
) -> None:
    let_go, rejected, again, part, late = (
        scene.used("none", cents) for cents in (1_00, 2_00, 4_00, 8_00, 16_00)
    )
    asked = scene.used("consent", 32_00)
    for each in (let_go, rejected, again, part, asked):
        scene.say(each, DISPUTED)
    first = scene.draft()
    entries = {each: scene.entry(first, each) for each in (let_go, rejected, again, part, late, asked)}
    with pytest.raises(DrafterLooks):
        scene.mark(first, entries[let_go], MarkKind.LET_GO, by=scene.actor_id)
    with pytest.raises(NothingToLetGo):
        scene.mark(first, entries[late], MarkKind.LET_GO)
    with pytest.raises(ValidationError, match="letting go need a note"):
        Mark(entry_id=entries[let_go], kind=MarkKind.LET_GO)
    for each in (let_go, again, asked):
        assert scene.mark(first, entries[each], MarkKind.LET_GO) == 1
        assert scene.mark(first, entries[each], MarkKind.LET_GO) == 0
    scene.mark(first, entries[rejected], MarkKind.REJECTED)
    scene.mark(first, entries[part], MarkKind.HELD)
    scene.mark(first, entries[part], MarkKind.FREED)  # of the hold, not of the dispute
    scene.reverse(part, Part(line=1, quantity=3_00))
    scene.say(again, WITHDRAWN)
    scene.say(again, DISPUTED)  # it was let go in spite of the first only

    assert scene.release(first) == 1_00 + 16_00 + 32_00
    assert scene.left_out(first) == {LeftOutReason.DISPUTED: 4_00 + 5_00}
    scene.agrees()

    word = scene.say(late, DISPUTED)
    assert [each.was_settled for each in word.lines] == [True]
    second = scene.draft()
    with scene.work() as work:
        (share,) = overviews.shares(work, second)
    assert Signal.DISPUTED_LATE in share.signals
    assert (share.disputed_late, share.disputed_cents) == (1, 9_00)
    assert scene.release(second) == 0
    scene.reverse(late)
    with scene.work() as work:
        assert gates.late(work, [scene.payee_id]) == {}
    scene.agrees()


def test_who_may_speak_and_of_what(scene: Scene) -> None:
    sent = scene.used("consent", 1_00, minutes=1)
    reserved = scene.used("consent", 2_00, minutes=2, reserve=True)
    id_ = uuid7()
    first = scene.say(sent, DISPUTED, 1, id_=id_)
    assert scene.say(sent, DISPUTED, 1, id_=id_) == first
    assert scene.refusal(sent, DISPUTED, 2, id_=id_) is WordExists
    assert scene.refusal(reserved, DISPUTED, 1, id_=id_) is WordExists

    assert scene.refusal(sent, CONFIRMED, told_by=None) is ToldByMissing
    assert scene.refusal(sent, CONFIRMED, by=scene.actor_id) is SpeakerRedeemed
    one = scene.account(uuid7(), Role.PROVIDER, "pers-1", provider_id=scene.payee_id)
    other = scene.account(uuid7(), Role.HOLDER, "pers-1", person_id=scene.holder_id)
    assert scene.refusal(sent, CONFIRMED, by=one) is SpeakerIsPaid
    assert scene.refusal(sent, CONFIRMED, by=other, told_by=None) is SpeakerIsPaid

    assert scene.refusal(uuid7(), CONFIRMED).code == "redemption_not_found"
    assert scene.refusal(sent, CONFIRMED, 3) is LineNotFound
    assert scene.refusal(sent, CONFIRMED, 1, 2) is LineDisputed
    assert scene.refusal(sent, WITHDRAWN, 2) is LineNotDisputed
    assert scene.refusal(reserved, CONFIRMED) is NothingToSpeakOf
    with pytest.raises(ValidationError, match="a dispute needs a note"):
        scene.say(sent, DISPUTED, note=None)
    with pytest.raises(ValidationError, match="named once"):
        scene.say(sent, CONFIRMED, 2, 2)
    assert [each.line for each in scene.say(sent, CONFIRMED).lines] == [2]
    assert [(each.line, each.number) for each in scene.say(sent, WITHDRAWN).lines] == [(1, 2)]
    with scene.work() as work:
        assert [each.kind for each in confirmations.words(work, sent)] == [DISPUTED, CONFIRMED, WITHDRAWN]

    scene.follow(FollowUpKind.CAPTURE, reserved, Part(line=1, quantity=1_00))
    assert scene.refusal(reserved, CONFIRMED, by=scene.actor_id) is SpeakerRedeemed
    assert scene.refusal(reserved, CONFIRMED, 2) is NothingToSpeakOf
    assert [each.line for each in scene.say(reserved, CONFIRMED).lines] == [1]


def test_who_claims_for_a_resident_does_not_say_for_them_that_it_is_right(scene: Scene) -> None:
    """They may dispute it; the resident themselves may say both."""
    somebody = Person(municipality_id=BORNE, id=uuid7(), area="7621", recorded_at=NOW)
    person_id = somebody.id
    scene.add(somebody)
    acts = scene.account(uuid7(), Role.HOLDER, person_id=person_id)
    resident = scene.account(uuid7(), Role.HOLDER, person_id=scene.holder_id)
    scene.actor_id = acts
    claimed = scene.used("consent", 1_00, minutes=1)
    assert scene.refusal(claimed, CONFIRMED, by=acts, told_by=None) is SpeakerRedeemed
    scene.say(claimed, DISPUTED, 1, by=acts, told_by=None)
    assert scene.refusal(claimed, WITHDRAWN, by=acts, told_by=None) is SpeakerRedeemed
    scene.say(claimed, WITHDRAWN, by=resident, told_by=None)
    scene.actor_id = resident
    own = scene.used("consent", 1_00, minutes=2)
    assert scene.say(own, CONFIRMED, by=resident, told_by=None).lines, "the control: they say it twice"
    assert scene.say(scene.used("consent", 1_00, minutes=3), CONFIRMED, by=acts, told_by=None).lines


def test_who_wrote_a_word_down_does_not_release_what_it_brings(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed = scene.used("consent", 5_00)
    clerk = scene.account(uuid7(), Role.GATEKEEPER, "pers-2")
    scene.say(confirmed, CONFIRMED, by=clerk)
    run = scene.draft()
    with scene.work() as work:
        runs.submit(work, run)
    with scene.work(actor_id=CHECKER) as work:
        settling.look(work, run, reviews.sample(work, run))
    with scene.work(actor_id=clerk) as work, pytest.raises(ReleaseRefused) as refused:
        releases.release(work, run)
    (reason,) = refused.value.reasons
    assert isinstance(reason, ReleaserSpoke)
    assert reason.redemptions == 1

    count = separation._count  # without that look, nothing stands in the way
    monkeypatch.setattr(separation, "_count", lambda *asked: 0 if asked[2] is ResidentWord else count(*asked))
    with scene.work(actor_id=clerk) as work:
        assert releases.release(work, run).total_cents == 5_00


def test_without_the_gate_they_are_paid_and_the_audit_finds_each(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the gate and of both checks."""
    wrong, unsaid, silent = (
        scene.used(name, cents) for name, cents in (("none", 1_00), ("consent", 2_00), ("silence", 4_00))
    )
    scene.say(wrong, DISPUTED)
    run = scene.draft()
    entries = {scene.entry(run, each): each for each in (wrong, unsaid, silent)}
    with monkeypatch.context() as patched:
        patched.setattr(gates, "is_disputed", lambda work, run_id: false())
        patched.setattr(gates, "is_unconfirmed", lambda work, run_id: false())
        assert scene.release(run) == 7_00

    found = {(each.kind, each.place) for each in scene.report().findings}
    by_redemption = {redemption: entry for entry, redemption in entries.items()}
    assert found == {
        (FindingKind.SETTLEMENT_DISPUTED, f"entry {by_redemption[wrong]}, word 1"),
        (FindingKind.SETTLEMENT_UNCONFIRMED, f"entry {by_redemption[unsaid]}"),
        (FindingKind.SETTLEMENT_UNCONFIRMED, f"entry {by_redemption[silent]}"),
    }
    scene.say(wrong, WITHDRAWN)  # too late: that it was disputed when it was paid remains found
    scene.say(unsaid, CONFIRMED)
    assert {(each.kind, each.place) for each in scene.report().findings} == found


def test_a_word_waits_for_a_release_and_knows_that_it_came_too_late(postgresql_engine: Engine) -> None:
    scene = Scene(engine=postgresql_engine)
    used = scene.used("none", 3_00)
    run = scene.draft()
    said: list[Said] = []
    speaking = Thread(target=lambda: said.append(scene.say(used, DISPUTED, now=NOW - timedelta(minutes=1))))
    with scene.work() as work:
        settling.release(work, run)
        speaking.start()
        speaking.join(timeout=1)
        assert speaking.is_alive(), "it waits"
    speaking.join(timeout=30)
    assert [each.was_settled for each in said[0].lines] == [True]
    scene.agrees()
