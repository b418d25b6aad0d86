# SPDX-License-Identifier: EUPL-1.2
"""The audit: books kept by the ledger agree; each thing spoiled by hand is found, and nothing else."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, Executable, Update, insert, select, update
from sqlmodel import col

from ledger import audit, budgets, db, entitlement_changes
from ledger.budgets import Funding
from ledger.checks.findings import Finding, FindingKind
from ledger.db import Work
from ledger.entitlement_changes import Amendment, Ending
from ledger.ids import NOBODY, uuid7
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import PaymentState
from ledger.standing import Part
from ledger.tables import (
    APPEND_ONLY,
    Account,
    Bound,
    Budget,
    Code,
    Entitlement,
    EntitlementChange,
    Entry,
    FollowUp,
    FollowUpKind,
    Payment,
    PaymentEvent,
    Redemption,
    RedemptionLine,
    Settlement,
    SettlementLine,
    SettlementRun,
    TakenBack,
)
from ledger.units import Unit
from tests.conftest import administer, close_whole, postgresql_copy, sqlite_copy
from tests.settling import Settled
from tests.town import BORNE, MARCH, NOW, Town

K = FindingKind
Found: TypeAlias = set[FindingKind]
ELSEWHERE = uuid7()
"""An id of nothing."""


@dataclass(kw_only=True)
class Story:
    """A town in which everything happened once that the ledger can book."""

    town: Town
    provider: UUID = field(init=False)
    other: UUID = field(init=False)
    right: UUID = field(init=False)
    counted: UUID = field(init=False)
    closed: UUID = field(init=False)
    both: UUID = field(init=False)
    """A redemption of an amount and of minutes."""
    captured: UUID = field(init=False)
    capture: UUID = field(init=False)
    reversal: UUID = field(init=False)
    """Of a part of what was not settled yet."""
    late_reversal: UUID = field(init=False)
    """Of what was settled already."""
    code: UUID = field(default_factory=uuid7)
    first: Settled = field(init=False)
    second: Settled = field(init=False)

    def __post_init__(self) -> None:
        town = self.town
        self.provider, self.other = town.contracted(), town.contracted()
        self.right = town.right(self.provider, self.other)
        self.counted = town.right(self.provider, self.other, minutes=600)
        self.closed = town.right(self.provider)
        self._fund_and_change()
        self._redeem()
        self.first = town.settle()
        self.late_reversal = town.reverse(self.both)
        for provider in (self.provider, self.other):
            town.redeem(self.right, provider, cents=70_00)
        self.second = town.settle()
        self._issue()

    def _fund_and_change(self) -> None:
        right, closed = (
            entitlement_changes.Order(id=uuid7(), entitlement_id=each, change=change)
            for each, change in (
                (self.right, Amendment(reason="meer", at=NOW, amount_cents=12_000_00)),
                (self.closed, Ending(reason="verhuisd", at=NOW, last_day=date(2026, 2, 28))),
            )
        )
        funding = Funding(
            id=uuid7(), programme_id=self.town.programmes[Law.WMO], year=2026, cents=50_000_00, at=NOW
        )
        with self.town.work() as work:
            budgets.fund(work, [funding])
            changed = entitlement_changes.change(work, [right, closed])
            assert all(isinstance(each, Entitlement) for each in changed), changed
        with self.town.work() as work:
            assert entitlement_changes.expire(work, today=date(2026, 4, 15), claim_days=14) == [self.closed]

    def _redeem(self) -> None:
        town = self.town
        self.both = town.redeem(self.right, self.provider, cents=30_00, minutes=45)
        town.redeem(self.right, self.other, cents=70_00)
        town.redeem(self.counted, self.provider, minutes=10)
        self.captured = town.redeem(self.counted, self.other, minutes=20, reserve=True)
        self.capture = town.follow(FollowUpKind.CAPTURE, self.captured, Part(line=1, quantity=15))
        released = town.redeem(self.right, self.other, minutes=33, reserve=True)
        town.follow(FollowUpKind.RELEASE, released)
        town.redeem(self.right, self.provider, cents=8_00, reserve=True)
        reversed_in_part = town.redeem(self.right, self.provider, cents=50_00, minutes=12)
        self.reversal = town.reverse(reversed_in_part, Part(line=1, quantity=20_00), Part(line=2, quantity=2))

    def _issue(self) -> None:
        row = Code(
            municipality_id=BORNE,
            id=self.code,
            entitlement_id=self.right,
            token_id=b"0" * 16,
            manual_digest=b"0",
            sealed_manual=b"0",
            key_id=b"0000",
            issued_at=NOW,
            expires_at=NOW + timedelta(days=180),
            recorded_at=NOW,
        )
        self.town.add(row)

    # ------------------------------------------------------------------------------------- looking

    def one(self, table: Any, *where: Any) -> Any:
        """The only row that is so."""
        with db.reading(self.town.engine) as session:
            row = session.scalars(select(table).where(*where)).one()
            session.expunge_all()
            return row

    def all(self, table: Any, *where: Any) -> list[Any]:
        """The rows that are so, in the order of their ids."""
        with db.reading(self.town.engine) as session:
            rows = list(session.scalars(select(table).where(*where).order_by(col(table.id))))
            session.expunge_all()
            return rows

    def account(self, kind: AccountKind, owner: UUID, unit: Unit = Unit.EUROCENT) -> UUID:
        account = self.one(
            Account, col(Account.kind) == kind, col(Account.owner_id) == owner, col(Account.unit) == unit
        )
        assert isinstance(account.id, UUID)
        return account.id

    def entry(self, kind: EntryKind, cause: UUID, unit: Unit = Unit.EUROCENT, line: int = 0) -> Entry:
        """The only one of a kind and cause; of one line where it has lines."""
        of_line = [col(Entry.line) == line] if line else []
        of_cause = [col(Entry.kind) == kind, col(Entry.cause_id) == cause, col(Entry.unit) == unit]
        entry = self.one(Entry, *of_cause, *of_line)
        assert isinstance(entry, Entry)
        return entry

    @property
    def treasury(self) -> UUID:
        return self.account(AccountKind.TREASURY, NOBODY)

    @property
    def released(self) -> Entry:
        """What the closed entitlement gave back."""
        entry = self.one(Entry, col(Entry.kind) == EntryKind.RELEASE_COMMITMENT)
        assert isinstance(entry, Entry)
        return entry


@pytest.fixture(scope="module")
def sqlite_story(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Told once in a file that every test gets a copy of."""
    path = tmp_path_factory.mktemp("story") / "ledger.db"
    shutil.copy(sqlite_template, path)
    told = Story(town=Town(engine=db.connect(f"sqlite:///{path}")))
    close_whole(told.town.engine)
    return told


@pytest.fixture(scope="module")
def postgresql_story(postgresql_template: str) -> Iterator[Story]:
    """Told once in a database that every test gets a copy of."""
    administer(postgresql_template, "CREATE DATABASE template_story TEMPLATE template_ledger")
    url = postgresql_template.replace("/postgres?", "/template_story?")
    told = Story(town=Town(engine=db.connect(url)))
    told.town.engine.dispose()
    yield told
    # a worker that comes back to this module tells it anew
    administer(postgresql_template, "DROP DATABASE template_story WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    told: Story = request.getfixturevalue(f"{request.param}_story")
    if request.param == "sqlite":
        engines = sqlite_copy(Path(str(told.town.engine.url.database)), tmp_path)
    else:
        engines = postgresql_copy(request.getfixturevalue("postgresql_template"), "template_story")
    for engine in engines:
        mine = copy(told)
        mine.town = copy(told.town)
        mine.town.engine = engine
        yield mine


def test_books_kept_by_the_ledger_agree(story: Story) -> None:
    report = story.town.report()
    assert report.findings == ()
    assert report.agrees
    assert report.looked_at == {
        "account": 23,
        "entry": 39,
        "redemption": 9,
        "redemption_line": 11,
        "follow_up": 4,
        "taken_back": 6,
        "entitlement": 3,
        "entitlement_change": 6,
        "code": 1,
        "settlement_run": 2,
        "settlement": 4,
        "settlement_line": 11,
        "open_item": 0,
        "run_release": 2,
        "payment_file": 2,
        "payment": 3,
        "payment_event": 0,
        "resident_word": 0,
        "account_decision": 0,
        "approval": 0,
        "approval_decision": 0,
        "term_amount": 0,
        "term_line": 0,
        "demand": 0,
        "demand_debt": 0,
        "demand_step": 0,
        "demand_interest": 0,
    }


def test_an_empty_ledger_agrees(engine: Engine) -> None:
    assert Town(engine=engine).report().findings == ()


# --------------------------------------------------------------------------------------- one thing alone


def changed(table: Any, ident: UUID, **values: Any) -> Update:
    return update(table).where(col(table.id) == ident).values(**values)


@dataclass(frozen=True, kw_only=True)
class Spoil:
    """Something changed by hand, and all that must be found: kind, place, expected, found."""

    writes: tuple[Executable, ...]
    findings: frozenset[Finding]


def spoil(*writes: Executable, found: Iterable[tuple[FindingKind, str, object, object]]) -> Spoil:
    return Spoil(
        writes=writes,
        findings=frozenset(
            Finding(
                kind=kind,
                place=place,
                expected=expected if isinstance(expected, int) else str(expected),
                found=number if isinstance(number, int) else str(number),
            )
            for kind, place, expected, number in found
        ),
    )


def counters(story: Story) -> Spoil:
    """Five cents more went out of one account and came into another; the sum is as before."""
    budget = story.one(
        Account,
        col(Account.kind) == AccountKind.BUDGET,
        col(Account.debits) > 0,
    )
    treasury = story.one(Account, col(Account.id) == story.treasury)
    return spoil(
        changed(Account, treasury.id, debits=treasury.debits + 5),
        changed(Account, budget.id, credits=budget.credits + 5),
        found=[
            (K.ACCOUNT_COUNTER, f"account {treasury.id}, debits", treasury.debits, treasury.debits + 5),
            (K.ACCOUNT_COUNTER, f"account {budget.id}, credits", budget.credits, budget.credits + 5),
        ],
    )


def one_counter(story: Story) -> Spoil:
    treasury = story.one(Account, col(Account.id) == story.treasury)
    return spoil(
        changed(Account, treasury.id, credits=7),
        found=[
            (K.ACCOUNT_COUNTER, f"account {treasury.id}, credits", 0, 7),
            (K.UNIT_SUM, "unit eurocent", 0, 7),
        ],
    )


def below_zero(story: Story) -> Spoil:
    """The receivable above zero, and a budget as much below."""
    receivable = story.one(
        Account, col(Account.kind) == AccountKind.RECEIVABLE, col(Account.owner_id) == story.other
    )
    return spoil(
        changed(Account, receivable.id, credits=1),
        found=[
            (K.ACCOUNT_COUNTER, f"account {receivable.id}, credits", 0, 1),
            (K.UNIT_SUM, "unit eurocent", 0, 1),
            (K.ACCOUNT_BOUND, f"account {receivable.id}", 0, 1),
        ],
    )


def bound(story: Story) -> Spoil:
    account = story.account(AccountKind.ENTITLEMENT, story.right)
    return spoil(
        changed(Account, account, bound=Bound.FREE),
        found=[(K.BOUND_OF_KIND, f"account {account}", "at_least_zero", "free")],
    )


def bound_of_budget(story: Story) -> Spoil:
    budget = story.one(Budget)
    account = story.account(AccountKind.BUDGET, budget.id)
    return spoil(
        changed(Account, account, bound=Bound.AT_LEAST_ZERO),
        found=[(K.BOUND_OF_KIND, f"account {account}", "free", "at_least_zero")],
    )


def unit(story: Story) -> Spoil:
    fund = story.one(Entry, col(Entry.kind) == EntryKind.FUND)
    return spoil(
        changed(Entry, fund.id, unit=Unit.DAY), found=[(K.ENTRY_UNIT, f"entry {fund.id}", "day", "eurocent")]
    )


def chart(story: Story) -> Spoil:
    entry = story.released
    return spoil(
        changed(Entry, entry.id, kind=EntryKind.FUND),
        found=[(K.ENTRY_CHART, f"entry {entry.id}", "fund", "entitlement to budget")],
    )


def cause(story: Story) -> Spoil:
    entry = story.released
    return spoil(
        changed(Entry, entry.id, cause_id=ELSEWHERE),
        found=[(K.ENTRY_CAUSE, f"entry {entry.id}, cause {ELSEWHERE}", 1, 0)],
    )


def reversal_unknown(story: Story) -> Spoil:
    entry = story.entry(EntryKind.REVERSE, story.reversal, line=1)
    return spoil(
        changed(Entry, entry.id, reverses_id=ELSEWHERE),
        found=[(K.REVERSAL_UNKNOWN, f"entry {entry.id} reverses {ELSEWHERE}", 1, 0)],
    )


def reversal_amount(story: Story) -> Spoil:
    """It names a smaller entry than it takes back."""
    entry = story.entry(EntryKind.REVERSE, story.reversal, line=1)
    smaller = story.one(Entry, col(Entry.kind) == EntryKind.RESERVE, col(Entry.amount) == 8_00)
    return spoil(
        changed(Entry, entry.id, reverses_id=smaller.id),
        found=[(K.REVERSAL_AMOUNT, f"entry {entry.id} reverses {smaller.id}", 8_00, 20_00)],
    )


def reversal_unit(story: Story) -> Spoil:
    """It names an entry of minutes and takes back money."""
    entry = story.entry(EntryKind.REVERSE, story.reversal, line=1)
    minutes = story.one(Entry, col(Entry.unit) == Unit.MINUTE, col(Entry.amount) == 600)
    return spoil(
        changed(Entry, entry.id, reverses_id=minutes.id),
        changed(Entry, minutes.id, at=MARCH),
        found=[(K.REVERSAL_AMOUNT, f"entry {entry.id} reverses {minutes.id}", 0, 20_00)],
    )


def reversal_at(story: Story) -> Spoil:
    entry = story.entry(EntryKind.REVERSE, story.late_reversal, Unit.MINUTE)
    return spoil(
        changed(Entry, entry.id, at=NOW),
        found=[
            (
                K.REVERSAL_AT,
                f"entry {entry.id} reverses {entry.reverses_id}",
                MARCH.isoformat(),
                NOW.isoformat(),
            )
        ],
    )


def price(story: Story) -> Spoil:
    return spoil(
        changed(Redemption, story.both, price_cents=75_01),
        found=[(K.REDEMPTION_PRICE, f"redemption {story.both}", 75_00, 75_01)],
    )


def line_quantity(story: Story) -> Spoil:
    line = (col(RedemptionLine.redemption_id) == story.both, col(RedemptionLine.line) == 2)
    return spoil(
        update(RedemptionLine).where(*line).values(quantity=46),
        found=[(K.REDEMPTION_ENTRIES, f"redemption {story.both}, line 2, redeem in minute", 46, 45)],
    )


def captured_quantity(story: Story) -> Spoil:
    """The reservation and the capture of 15 of 20 both follow from the line."""
    line = (col(RedemptionLine.redemption_id) == story.captured, col(RedemptionLine.line) == 1)
    where = f"redemption {story.captured}, line 1"
    return spoil(
        update(RedemptionLine).where(*line).values(quantity=21),
        found=[
            (K.REDEMPTION_ENTRIES, f"{where}, reserve in minute", 21, 20),
            (K.REDEMPTION_ENTRIES, f"{where}, capture in minute", 16, 15),
            (K.ENTITLEMENT_USAGE, f"entitlement {story.counted}, minute", 26, 25),
        ],
    )


def taken_back_quantity(story: Story) -> Spoil:
    """A reversal row says one minute more than was booked."""
    follow_up = story.one(FollowUp, col(FollowUp.id) == story.reversal)
    off = (col(TakenBack.follow_up_id) == story.reversal, col(TakenBack.line) == 2)
    where = f"redemption {follow_up.redemption_id}, line 2"
    return spoil(
        update(TakenBack).where(*off).values(quantity=3),
        found=[(K.REDEMPTION_ENTRIES, f"{where}, reverse in minute", 3, 2)],
    )


def taken_back_over(story: Story) -> Spoil:
    """A reversal row says more minutes than the line holds."""
    follow_up = story.one(FollowUp, col(FollowUp.id) == story.reversal)
    off = (col(TakenBack.follow_up_id) == story.reversal, col(TakenBack.line) == 2)
    where = f"redemption {follow_up.redemption_id}, line 2"
    return spoil(
        update(TakenBack).where(*off).values(quantity=13),
        found=[
            (K.REDEMPTION_ENTRIES, f"{where}, reverse in minute", 13, 2),
            (K.TAKEN_BACK, where, 12, 13),
        ],
    )


def followed(story: Story) -> Spoil:
    return spoil(
        changed(FollowUp, story.reversal, taken_back_cents=22_01),
        found=[(K.TAKEN_BACK, f"follow-up {story.reversal}", 22_00, 22_01)],
    )


def account_of_redemption(story: Story) -> Spoil:
    """A line names another agreement than the one whose account it came into."""
    (entry,) = story.all(
        Entry,
        col(Entry.cause_id) == story.both,
        col(Entry.line) == 1,
        col(Entry.kind) == EntryKind.REDEEM,
    )
    line = (col(RedemptionLine.redemption_id) == story.both, col(RedemptionLine.line) == 1)
    mine = story.one(RedemptionLine, *line).agreement_id
    return spoil(
        update(RedemptionLine).where(*line).values(agreement_id=ELSEWHERE),
        found=[(K.REDEMPTION_ACCOUNT, f"entry {entry.id}, credit", ELSEWHERE, mine)],
    )


def parties(story: Story) -> Spoil:
    """A redemption of nothing by nobody, and a line of nothing: no foreign key refuses them."""
    row = {
        "municipality_id": BORNE,
        "id": uuid7(),
        "entitlement_id": ELSEWHERE,
        "entitlement_version": 1,
        "programme_version": 1,
        "provider_id": ELSEWHERE,
        "service_day": NOW.date(),
        "price_cents": 0,
        "fingerprint": b"",
        "actor_id": story.town.actor_id,
        "at": NOW,
        "recorded_at": NOW,
    }
    line = {
        "municipality_id": BORNE,
        "redemption_id": ELSEWHERE,
        "line": 1,
        "service": "01A04",
        "unit": Unit.MINUTE,
        "quantity": 1,
        "price_cents": 0,
        "agreement_id": ELSEWHERE,
        "agreement_version": 1,
    }
    return spoil(
        insert(Redemption).values(row),
        insert(RedemptionLine).values(line),
        found=[
            (K.REDEMPTION_PARTY, f"redemption {row['id']}, entitlement", 1, 0),
            (K.REDEMPTION_PARTY, f"redemption {row['id']}, provider", 1, 0),
            (K.REDEMPTION_PARTY, f"redemption {ELSEWHERE}, redemption", 1, 0),
        ],
    )


def version(story: Story) -> Spoil:
    return spoil(
        changed(Entitlement, story.right, version=9),
        found=[(K.ENTITLEMENT_VERSION, f"entitlement {story.right}", 9, 2)],
    )


def version_missing(story: Story) -> Spoil:
    """The history has as many changes as the row says, but they are 1 and 3."""
    change = (col(EntitlementChange.entitlement_id) == story.closed, col(EntitlementChange.version) == 2)
    return spoil(
        update(EntitlementChange).where(*change).values(version=7),
        found=[(K.ENTITLEMENT_VERSION, f"entitlement {story.closed}", 3, 7)],
    )


def content(story: Story) -> Spoil:
    where = f"entitlement {story.right}, version 2"
    return spoil(
        changed(Entitlement, story.right, area="7600", amount_cents=1),
        found=[
            (K.ENTITLEMENT_CONTENT, f"{where}, area", "as the change says", "something else"),
            (K.ENTITLEMENT_CONTENT, f"{where}, amount_cents", 12_000_00, 1),
        ],
    )


def content_unreadable(story: Story) -> Spoil:
    change = (col(EntitlementChange.entitlement_id) == story.right, col(EntitlementChange.version) == 2)
    return spoil(
        update(EntitlementChange).where(*change).values(content={"kind": "gift"}),
        found=[(K.ENTITLEMENT_CONTENT, f"entitlement {story.right}, version 2", "its content", "unreadable")],
    )


def commitment(story: Story) -> Spoil:
    return spoil(
        changed(Entitlement, story.right, committed_cents=12_000_01),
        found=[
            (K.ENTITLEMENT_COMMITMENT, f"entitlement {story.right}, eurocent", 12_000_01, 12_000_00),
            (
                K.ENTITLEMENT_CONTENT,
                f"entitlement {story.right}, version 2, committed_cents",
                12_000_00,
                12_000_01,
            ),
        ],
    )


def usage(story: Story) -> Spoil:
    """Both lines are of another entitlement than what went out of accounts."""
    used = 12_000_00 - story.town.balance(AccountKind.ENTITLEMENT, story.right)
    extra = insert(RedemptionLine).values(
        municipality_id=BORNE,
        redemption_id=story.both,
        line=3,
        service="02E01",
        unit=Unit.EUROCENT,
        quantity=4,
        price_cents=4,
        agreement_id=ELSEWHERE,
        agreement_version=1,
    )
    return spoil(
        extra,
        changed(Redemption, story.both, price_cents=75_04),
        found=[
            (K.REDEMPTION_ENTRIES, f"redemption {story.both}, line 3, redeem in eurocent", 4, 0),
            (K.ENTITLEMENT_USAGE, f"entitlement {story.right}, eurocent", used + 4, used),
        ],
    )


def closed(story: Story) -> Spoil:
    left = story.town.balance(AccountKind.ENTITLEMENT, story.counted)
    minutes = story.town.balance(AccountKind.ENTITLEMENT, story.counted, Unit.MINUTE)
    where = f"entitlement {story.counted}"
    return spoil(
        changed(Entitlement, story.counted, closed_at=NOW),
        found=[
            (K.ENTITLEMENT_CLOSED, f"{where}, eurocent", 0, left),
            (K.ENTITLEMENT_CLOSED, f"{where}, minute", 0, minutes),
            (
                K.ENTITLEMENT_CONTENT,
                f"{where}, version 1, closed_at",
                "as the change says",
                "something else",
            ),
        ],
    )


def code(story: Story) -> Spoil:
    return spoil(
        changed(Code, story.code, entitlement_id=ELSEWHERE),
        found=[(K.CODE_ENTITLEMENT, f"code {story.code}, entitlement {ELSEWHERE}", 1, 0)],
    )


def settlement_of(story: Story, run: Settled, provider: UUID) -> Settlement:
    row = story.one(Settlement, col(Settlement.run_id) == run.id, col(Settlement.provider_id) == provider)
    assert isinstance(row, Settlement)
    return row


def settlement_lines(story: Story) -> Spoil:
    """A cent more on one line and a cent less on another."""
    settlement = settlement_of(story, story.first, story.provider)
    with db.reading(story.town.engine) as session:
        lines = session.execute(
            select(col(SettlementLine.entry_id), col(SettlementLine.cents))
            .where(col(SettlementLine.settlement_id) == settlement.id)
            .order_by(col(SettlementLine.entry_id))
            .limit(2)
        ).all()
    (one, more), (two, less) = lines
    own = f"settlement {settlement.id}, entry"
    return spoil(
        update(SettlementLine).where(col(SettlementLine.entry_id) == one).values(cents=more + 1),
        update(SettlementLine).where(col(SettlementLine.entry_id) == two).values(cents=less - 1),
        found=[
            (K.SETTLEMENT_LINE, f"{own} {one}", more, more + 1),
            (K.SETTLEMENT_LINE, f"{own} {two}", less, less - 1),
        ],
    )


def settlement_line_of_another(story: Story) -> Spoil:
    """A line is in the settlement of another provider of the run."""
    mine = settlement_of(story, story.second, story.provider)
    other = settlement_of(story, story.second, story.other)
    line = story.one(SettlementLine, col(SettlementLine.settlement_id) == mine.id)
    return spoil(
        update(SettlementLine)
        .where(col(SettlementLine.entry_id) == line.entry_id)
        .values(settlement_id=other.id),
        found=[
            (K.SETTLEMENT_LINE, f"settlement {other.id}, entry {line.entry_id}", 0, 70_00),
            (K.SETTLEMENT_GROSS, f"settlement {mine.id}", 0, 70_00),
            (K.SETTLEMENT_GROSS, f"settlement {other.id}", 140_00, 70_00),
        ],
    )


def gross_and_net(story: Story) -> Spoil:
    settlement = settlement_of(story, story.first, story.provider)
    gross = settlement.gross_cents
    return spoil(
        changed(Settlement, settlement.id, gross_cents=gross + 1),
        found=[
            (K.SETTLEMENT_GROSS, f"settlement {settlement.id}", gross, gross + 1),
            (K.SETTLEMENT_NET, f"settlement {settlement.id}", gross + 1, gross),
        ],
    )


def set_off(story: Story) -> Spoil:
    settlement = settlement_of(story, story.second, story.provider)
    assert settlement.set_off_cents == 70_00
    return spoil(
        changed(Settlement, settlement.id, set_off_cents=69_00),
        found=[
            (K.SETTLEMENT_NET, f"settlement {settlement.id}", 1_00, 0),
            (K.SETTLEMENT_ENTRIES, f"settlement {settlement.id}, set_off", 69_00, 70_00),
        ],
    )


def cause_of_settlement(story: Story) -> Spoil:
    """What was paid to one provider is booked as if for the other."""
    mine = settlement_of(story, story.first, story.other)
    other = settlement_of(story, story.second, story.other)
    entry = story.entry(EntryKind.SETTLE, mine.id)
    (paid,) = (each.id for each in story.first.payments if each.settlement_id == mine.id)
    (payment,) = (each.id for each in story.second.payments if each.settlement_id == other.id)
    return spoil(
        changed(Entry, entry.id, cause_id=other.id),
        found=[
            (K.SETTLEMENT_ENTRIES, f"settlement {mine.id}, settle", entry.amount, 0),
            (K.SETTLEMENT_ENTRIES, f"settlement {other.id}, settle", 70_00, 70_00 + entry.amount),
            (K.SETTLEMENT_ACCOUNT, f"entry {entry.id}, credit", payment, paid),
        ],
    )


def settled_from_another(story: Story) -> Spoil:
    """The settlement, but not the account it was paid from, is of another provider."""
    settlement = settlement_of(story, story.second, story.provider)
    third = story.town.provider()
    line = story.one(SettlementLine, col(SettlementLine.settlement_id) == settlement.id)
    entry = story.entry(EntryKind.SET_OFF, settlement.id)
    return spoil(
        changed(Settlement, settlement.id, provider_id=third),
        found=[
            (K.SETTLEMENT_LINE, f"settlement {settlement.id}, entry {line.entry_id}", 0, 70_00),
            (K.SETTLEMENT_ACCOUNT, f"entry {entry.id}, debit", third, story.provider),
            (K.SETTLEMENT_ACCOUNT, f"entry {entry.id}, credit", third, story.provider),
        ],
    )


def until(story: Story) -> Spoil:
    """Settled up to the ninth of March, with lines of the tenth."""
    return spoil(
        changed(SettlementRun, story.second.id, until=date(2026, 3, 9)),
        found=[
            (
                K.SETTLEMENT_UNTIL,
                f"run {story.second.id}",
                f"before {datetime(2026, 3, 9, 23, tzinfo=UTC).isoformat()}",
                MARCH.isoformat(),
            )
        ],
    )


def payment_run(story: Story) -> Spoil:
    """Moved to a run that had no payment but one; both files are others then."""
    payment = story.second.payments[0]
    first, second = story.first, story.second
    found = [
        (K.PAYMENT_RUN, f"payment {payment.id}", second.id, first.id),
        (
            K.RUN_FILE,
            f"run {first.id}, file 1",
            first.file_sha256.hex(),
            "no file: transfer 3 comes after the 2 announced",
        ),
        (
            K.RUN_FILE,
            f"run {second.id}, file 1",
            second.file_sha256.hex(),
            "no file: NbOfTxs 1 transfers announced, 0 given",
        ),
    ]
    for of_file in ("", ", file 1"):
        found += [
            (K.RUN_COUNT, f"run {first.id}{of_file}", 2, 3),
            (K.RUN_COUNT, f"run {second.id}{of_file}", 1, 0),
            (K.RUN_TOTAL, f"run {first.id}{of_file}", first.total_cents, first.total_cents + 70_00),
            (K.RUN_TOTAL, f"run {second.id}{of_file}", 70_00, 0),
        ]
    return spoil(changed(Payment, payment.id, run_id=first.id), found=found)


def payment_amount(story: Story) -> Spoil:
    payment, run = story.second.payments[0], story.second
    return spoil(
        changed(Payment, payment.id, amount_cents=70_01),
        found=[
            (K.PAYMENT_AMOUNT, f"settlement {payment.settlement_id}", 70_00, 70_01),
            (K.PAYMENT_ACCOUNT, f"payment {payment.id}", 70_01, 70_00),
            (K.RUN_TOTAL, f"run {run.id}", 70_00, 70_01),
            (K.RUN_TOTAL, f"run {run.id}, file 1", 70_00, 70_01),
            (
                K.RUN_FILE,
                f"run {run.id}, file 1",
                run.file_sha256.hex(),
                "no file: CtrlSum 70.00 announced, 70.01 given",
            ),
        ],
    )


def payment_state(story: Story) -> Spoil:
    """The bank's word was written without the entry that follows from it."""
    payment = story.second.payments[0]
    booked = insert(PaymentEvent).values(
        municipality_id=payment.municipality_id,
        payment_id=payment.id,
        number=1,
        id=ELSEWHERE,
        state=PaymentState.BOOKED,
        code="",
        statement_id=ELSEWHERE,
        line=1,
        at=NOW,
        recorded_at=NOW,
    )
    return spoil(booked, found=[(K.PAYMENT_STATE, f"payment {payment.id}", 70_00, 0)])


def payment_account(story: Story) -> Spoil:
    payment = story.second.payments[0]
    account = story.account(AccountKind.IN_PAYMENT, payment.id)
    entry = story.entry(EntryKind.SETTLE, payment.settlement_id)
    return spoil(
        changed(Account, account, owner_id=ELSEWHERE),
        found=[
            (K.PAYMENT_ACCOUNT, f"payment {payment.id}", 70_00, 0),
            (K.PAYMENT_ACCOUNT, f"payment {ELSEWHERE}", 0, 70_00),
            (K.SETTLEMENT_ACCOUNT, f"entry {entry.id}, credit", payment.id, ELSEWHERE),
        ],
    )


def payment_iban(story: Story) -> Spoil:
    """Only the file shows that somebody else is paid; what it became is found apart."""
    return spoil(
        changed(Payment, story.second.payments[0].id, creditor_iban="NL39RABO0300065264"),
        found=[(K.RUN_FILE, f"run {story.second.id}, file 1", story.second.file_sha256.hex(), "")],
    )


SPOILS: list[Callable[[Story], Spoil]] = [
    counters,
    one_counter,
    below_zero,
    bound,
    bound_of_budget,
    unit,
    chart,
    parties,
    cause,
    reversal_unknown,
    reversal_amount,
    reversal_unit,
    reversal_at,
    price,
    line_quantity,
    captured_quantity,
    taken_back_quantity,
    taken_back_over,
    followed,
    account_of_redemption,
    version,
    version_missing,
    content,
    content_unreadable,
    commitment,
    usage,
    closed,
    code,
    settlement_lines,
    settlement_line_of_another,
    gross_and_net,
    set_off,
    cause_of_settlement,
    settled_from_another,
    until,
    payment_run,
    payment_amount,
    payment_state,
    payment_account,
    payment_iban,
]


@pytest.mark.parametrize("spoiled", SPOILS, ids=lambda each: str(each.__name__))
def test_what_is_spoiled_is_found_and_nothing_else(story: Story, spoiled: Callable[[Story], Spoil]) -> None:
    planned = spoiled(story)
    spoil_all(story.town.engine, planned.writes)

    report = story.town.report()

    assert not report.agrees
    assert set(blurred(report.findings, planned.findings)) == planned.findings
    assert len(report.findings) == len(planned.findings)


def blurred(found: Iterable[Finding], planned: Iterable[Finding]) -> Iterable[Finding]:
    """The findings, without the new hash of a file where the plan names none."""
    unnamed = {(each.kind, each.place) for each in planned if each.found == ""}
    for each in found:
        if (each.kind, each.place) in unnamed:
            assert len(str(each.found)) == 64
            assert each.found != each.expected
            yield Finding(kind=each.kind, place=each.place, expected=each.expected, found="")
        else:
            yield each


def test_everything_is_found_at_once(story: Story) -> None:
    """No check stops at the first finding, and none hides another."""
    planned = [each(story) for each in (bound, price, code, chart, reversal_at, until, payment_iban)]
    spoil_all(story.town.engine, [write for each in planned for write in each.writes])
    kinds = {finding.kind for finding in story.town.report().findings}
    assert kinds == {finding.kind for each in planned for finding in each.findings}


def test_an_entry_reversed_twice_is_found(postgresql_engine: Engine) -> None:
    """On PostgreSQL only: SQLite cannot forget that it may be named once."""
    story = Story(town=Town(engine=postgresql_engine))
    entry = story.entry(EntryKind.REVERSE, story.reversal, line=1)
    smaller = story.one(
        Entry,
        col(Entry.kind) == EntryKind.RELEASE,
        col(Entry.cause_id) == story.capture,
        col(Entry.unit) == Unit.EUROCENT,
    )
    forget = "DROP INDEX uq_entry_reverses"
    with postgresql_engine.begin() as connection:
        connection.exec_driver_sql(forget)
    spoil_all(postgresql_engine, [changed(Entry, smaller.id, reverses_id=entry.reverses_id)])

    (finding,) = story.town.report().findings

    assert (finding.kind, finding.place) == (K.REVERSED_TWICE, f"entry {entry.reverses_id}")
    assert (finding.expected, finding.found) == (1, 2)


def test_a_municipality_is_checked_by_itself(story: Story) -> None:
    spoil_all(story.town.engine, [*price(story).writes, *payment_iban(story).writes])
    with db.reading(story.town.engine) as session:
        report = audit.check(
            Work(session=session, municipality_id="0141", actor_id=story.town.actor_id, now=NOW)
        )
    assert report.agrees
    assert set(report.looked_at.values()) == {0}


ELSEWHERE_SHOWN = {
    K.REVERSED_TWICE,  # above
    *(K.OPEN_ITEM, K.OPEN_ITEMS),  # test_open_items
    K.ACCOUNT_UNTOLD,  # test_announcements
    K.APPROVAL,  # test_approvals
    *(K.TERM_FORMULA, K.TERM_LINES, K.TERM_ENTRIES, K.TERM_ACCOUNT),  # test_contract_terms
    *(K.SETTLEMENT_DISPUTED, K.SETTLEMENT_UNCONFIRMED),  # test_confirmations
    *(K.DEMAND_DEBTS, K.DEMAND_OWED, K.DEMAND_ENTRIES, K.DEMAND_ACCOUNT),  # test_recoveries
    *(K.DEMAND_FORMULA, K.DEMAND_INTEREST, K.DEMAND_LINE),  # test_recoveries
}
"""Kinds whose negative control needs another story."""


def test_every_kind_of_finding_has_a_negative_control(sqlite_engine: Engine) -> None:
    story = Story(town=Town(engine=sqlite_engine))
    shown = {finding.kind for each in SPOILS for finding in each(story).findings}
    assert shown | ELSEWHERE_SHOWN == set(FindingKind)


# ------------------------------------------------------------------------------------------- by hand


def spoil_all(engine: Engine, writes: Iterable[Executable]) -> None:
    """What only somebody with the whole database in hand can do: the guards go off first."""
    with engine.connect() as connection:
        _off_guard(connection)
        for write in writes:
            connection.execute(write)
        connection.commit()
    engine.dispose()


def _off_guard(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for constraint in ("not_below_zero", "not_above_zero"):
            connection.exec_driver_sql(f"ALTER TABLE account DROP CONSTRAINT ck_account_{constraint}")
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    for table in APPEND_ONLY:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
