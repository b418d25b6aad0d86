# SPDX-License-Identifier: EUPL-1.2
"""What clients were told against what is in the books: every way in which they may disagree, by name.

The books are read from the database, not through the API. On shared rights the answers must form one order:
what was left after each redemption follows from the one before it, nobody who was answered comes after who
asked later, and every refusal for want of money was true at some moment while it was asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from ledger import audit, db
from ledger.db import Work
from ledger.tables import FollowUp, Redemption, RedemptionLine
from tests.faults.journal import Attempt, Story, Verdict
from tests.faults.wishes import Right
from tests.world import World


class Kind(StrEnum):
    """How the books and what clients were told disagree."""

    LOST = "lost"
    """Acknowledged, and not in the books."""
    CHANGED = "changed"
    """In the books with other content than was acknowledged, or acknowledged twice differently."""
    UNRESOLVED = "unresolved"
    """Still unknown when everything was sent again."""
    REFUSED_YET_BOOKED = "refused_yet_booked"
    """Refused for good, and in the books."""
    UNASKED = "unasked"
    """In the books, and nobody asked it."""
    DOUBLED = "doubled"
    """Wanted once, and in the books more than once."""
    NO_ORDER = "no_order"
    """No order of the redemptions of a right explains what each was told is left."""
    LEFT = "left"
    """The right holds something else than what follows from what was acknowledged."""
    REAL_TIME = "real_time"
    """A redemption was answered before another was asked, and comes after it."""
    FALSE_REFUSAL = "false_refusal"
    """Refused for want of money that was there all the time."""
    UNEXPECTED = "unexpected"
    """Not what the only client of a right knows must be answered."""
    STATUS = "status"
    """An answer that the product must never give here."""
    BOOKS = "books"
    """The audit of the ledger finds something."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One disagreement."""

    kind: Kind
    what: str


def lost(world: World, stories: Sequence[Story]) -> list[Finding]:
    """What was acknowledged and is not in the books, or not so. Asks for nothing to be sent again."""
    books = booked(world, {each.errand.right_id for each in stories})
    return [finding for each in stories for finding in _lost(each, books)]


def reckon(world: World, shared: Sequence[Right], stories: Sequence[Story]) -> list[Finding]:
    """Everything, when all was sent again until it was answered; but for the audit."""
    books = booked(world, {each.errand.right_id for each in stories})
    findings = [finding for each in stories for finding in (*_lost(each, books), *_told(each, books))]
    findings += _strange(stories, books)
    for right in shared:
        mine = [each for each in stories if each.errand.right_id == right.id]
        findings += _order(world, right, mine)
    return findings


def audited(world: World) -> list[Finding]:
    """What the audit finds; in a reading session, as the product is serving."""
    with db.reading(world.engine) as session:
        report = audit.check(_work(world, session))
    return [Finding(kind=Kind.BOOKS, what=str(each)) for each in report.findings]


# -------------------------------------------------------------------------------------- one story


def _lost(story: Story, books: dict[UUID, dict[str, Any]]) -> Iterator[Finding]:
    row = books.get(story.errand.id)
    for told in story.acknowledged:
        if row is None:
            yield Finding(kind=Kind.LOST, what=f"{told}")
        elif told.body is None or not _holds(told.body, row):
            yield Finding(kind=Kind.CHANGED, what=f"told {told.body}, booked {row}")


def _told(story: Story, books: dict[UUID, dict[str, Any]]) -> Iterator[Finding]:
    """What one client may say of one errand."""
    errand, verdict = story.errand, story.verdict
    if verdict is Verdict.UNKNOWN:
        yield Finding(kind=Kind.UNRESOLVED, what=f"{story}")
    if verdict is Verdict.REFUSED and errand.id in books:
        yield Finding(kind=Kind.REFUSED_YET_BOOKED, what=f"{story}")
    for told in story.attempts:
        if told.status not in (0, 200, 201, 409, 502, 503, 504):
            yield Finding(kind=Kind.STATUS, what=f"{told}")
    bodies = [told.body for told in story.acknowledged]
    if any(body != bodies[0] for body in bodies):
        yield Finding(kind=Kind.CHANGED, what=f"{bodies}")
    if [told.status for told in story.acknowledged].count(201) > 1:
        yield Finding(kind=Kind.DOUBLED, what=f"twice for the first time: {story}")
    sure = [told for told in story.attempts if told.verdict is not Verdict.UNKNOWN]
    if errand.expected and not all(_holds(told.body, errand.expected) for told in sure):
        yield Finding(kind=Kind.UNEXPECTED, what=f"{story}")


def _holds(body: Any, wanted: dict[str, Any]) -> bool:
    """Whether a body says all this; instants are compared as instants."""
    return isinstance(body, dict) and all(_same(body.get(name), value) for name, value in wanted.items())


def _same(said: Any, value: Any) -> bool:
    if isinstance(value, datetime):
        return isinstance(said, str) and datetime.fromisoformat(said) == value
    return bool(said == value)


def _strange(stories: Sequence[Story], books: dict[UUID, dict[str, Any]]) -> Iterator[Finding]:
    asked = {each.errand.id for each in stories}
    for id_ in books.keys() - asked:
        yield Finding(kind=Kind.UNASKED, what=str(id_))
    intents = Counter(each.errand.intent for each in stories if each.errand.id in books)
    for intent, times in intents.items():
        if times > 1:
            yield Finding(kind=Kind.DOUBLED, what=f"{intent}: {times} times in the books")


# --------------------------------------------------------------------------------- one shared right


def _order(world: World, right: Right, stories: Sequence[Story]) -> Iterator[Finding]:
    """Nothing is given back on it, so what is left only falls: that is the order."""
    done = sorted((each for each in stories if each.acknowledged), key=_left_after, reverse=True)
    cents = list(accumulate((-_price(each) for each in done), initial=right.cents))
    if [_left_after(each) for each in done] != cents[1:] or min(cents) < 0:
        yield Finding(kind=Kind.NO_ORDER, what=f"{right}: {[_body(each) for each in done]}")
        return
    if right.minutes is not None:
        minutes = list(accumulate((-_minutes(each) for each in done), initial=right.minutes))
        if [_body(each)["remainingQuantity"] for each in done] != minutes[1:] or min(minutes) < 0:
            yield Finding(kind=Kind.NO_ORDER, what=f"{right}, minutes: {minutes}")
    if world.left(right.id) != cents[-1]:
        yield Finding(kind=Kind.LEFT, what=f"{right}: {world.left(right.id)} and not {cents[-1]}")
    yield from _real_time(done)
    yield from _false_refusals(stories, done, cents)


def _real_time(done: Sequence[Story]) -> Iterator[Finding]:
    latest = 0.0
    for each in done:
        if each.first_acknowledged < latest:
            yield Finding(kind=Kind.REAL_TIME, what=f"{each}")
        latest = max(latest, each.started)


def _false_refusals(
    stories: Sequence[Story], done: Sequence[Story], cents: Sequence[int]
) -> Iterator[Finding]:
    """cents[n] was left from the moment done[n - 1] could be booked until the one done[n] surely was."""
    begins = [0.0, *(each.started for each in done)]
    ends = [*(each.first_acknowledged for each in done), float("inf")]
    for story in stories:
        for told in story.attempts:
            left = _left_in(story, told)
            moments = [at for at, value in enumerate(cents) if value == left]
            is_true = any(begins[at] <= told.ended and told.started <= ends[at] for at in moments)
            if left is not None and not is_true:
                yield Finding(kind=Kind.FALSE_REFUSAL, what=f"{told} where {cents} were left")


def _left_in(story: Story, told: Attempt) -> int | None:
    """What a refusal says is left of the money; None where it says nothing of that.

    Of one line only: for a second line it is what the first would leave, and the first is not told.
    """
    is_one_line = len(story.errand.body["lines"]) == 1
    if told.verdict is not Verdict.REFUSED or not is_one_line or not isinstance(told.body, dict):
        return None
    facts = (each["facts"] for each in told.body["reasons"] if each["code"] == "balance_too_low")
    return next((int(each["left"]) for each in facts if each["unit"] == "eurocent"), None)


def _body(story: Story) -> dict[str, Any]:
    body = story.acknowledged[0].body
    return body if isinstance(body, dict) else {}


def _left_after(story: Story) -> int:
    return int(_body(story).get("remainingCents", -1))


def _price(story: Story) -> int:
    return int(_body(story).get("priceCents", 0))


def _minutes(story: Story) -> int:
    return sum(int(each["quantity"]) for each in _body(story)["lines"])


# ------------------------------------------------------------------------------------- the books


def booked(world: World, right_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is in the books of these rights, by id, in the words of the API."""
    with db.reading(world.engine) as session:
        rows = list(session.scalars(select(Redemption).where(col(Redemption.entitlement_id).in_(right_ids))))
        ids = [each.id for each in rows]
        lines: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for line in session.scalars(
            select(RedemptionLine)
            .where(col(RedemptionLine.redemption_id).in_(ids))
            .order_by(col(RedemptionLine.line))
        ):
            lines[line.redemption_id].append(_line(line))
        later = session.scalars(select(FollowUp).where(col(FollowUp.redemption_id).in_(ids)))
        return {each.id: _redemption(each, lines[each.id]) for each in rows} | {
            each.id: _follow_up(each) for each in later
        }


def _redemption(row: Redemption, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "entitlementId": str(row.entitlement_id),
        "providerId": str(row.provider_id),
        "reserved": row.reserved,
        "serviceDay": row.service_day.isoformat(),
        "lines": lines,
        "priceCents": row.price_cents,
        "remainingCents": row.remaining_cents,
        "remainingQuantity": row.remaining_quantity,
        "recordedAt": row.recorded_at,
    }


def _line(row: RedemptionLine) -> dict[str, Any]:
    return {
        "line": row.line,
        "service": row.service,
        "unit": str(row.unit),
        "quantity": row.quantity,
        "priceCents": row.price_cents,
    }


def _follow_up(row: FollowUp) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "redemptionId": str(row.redemption_id),
        "kind": str(row.kind),
        "takenBackCents": row.taken_back_cents,
        "standingCents": row.standing_cents,
    }


def _work(world: World, session: Session) -> Work:
    return Work(
        session=session, municipality_id=world.municipality_id, actor_id=world.actor_id, now=world.now
    )
