# SPDX-License-Identifier: EUPL-1.2
"""Central settlement: runs with their steps, what is open, what was settled, and what the bank is told."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Id, Instant
from ledger.rules.states import RunState
from ledger.tables.base import GROWS, STRICT, Row, in_municipality, refers


class MarkKind(StrEnum):
    """What a reviewer did with a line."""

    HELD = "held"
    """It is not paid until it is freed; it stays in every run."""
    FREED = "freed"
    """It may be paid again."""
    REJECTED = "rejected"
    """It was taken back."""
    SEEN = "seen"
    """It was looked at, and is right as far as one can see."""
    LET_GO = "let_go"
    """It may be paid in spite of what the resident said of it last."""


class MarkReason(StrEnum):
    """Why a line is held or rejected."""

    PROOF_MISSING = "proof_missing"
    """It is not shown that the care was given."""
    DISPUTED = "disputed"
    """The resident, or somebody for them, says it is not right."""
    QUANTITY_DOUBTFUL = "quantity_doubtful"
    """More than can be, or always the most that may be."""
    PRICE_DOUBTFUL = "price_doubtful"
    """Not the tariff that was agreed."""
    CONTRACT_DOUBTFUL = "contract_doubtful"
    """The contract, or what it asks of the provider, is in question."""
    DOUBLE = "double"
    """The same care seems to be claimed twice."""
    FRAUD_SIGNAL = "fraud_signal"
    """There is a signal that is being looked into."""
    OTHER = "other"
    """As the note says."""


class LeftOutReason(StrEnum):
    """Why a line of a run was not settled by it."""

    HELD = "held"
    """A reviewer held it."""
    DISPUTED = "disputed"
    """The resident says that it is not right."""
    UNCONFIRMED = "unconfirmed"
    """The resident must still confirm it."""
    PAYEE_BLOCKED = "payee_blocked"
    """Nothing is paid to the account of its provider: see payee_check."""
    CARRIED_OVER = "carried_over"
    """All lines of its provider together are not above zero."""


class SettlementRun(Row, table=True):
    """One settling of all that is owed up to a day. Append-only; what happens to it are its steps."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    until: date = Field(sa_type=Day)
    """Last Dutch day of what is settled, inclusive."""
    requested_on: date = Field(sa_type=Day)
    """The day on which the bank is asked to pay."""
    sample_bps: int = Field(sa_type=Count)
    """How many lines in ten thousand must be looked at before release."""
    sample_seed: str = Field(sa_type=Text)
    """Published: from it and the lines anybody can draw the same sample."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was asked: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who drafted it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class RunStep(Row, table=True):
    """One step in the life of a run. Append-only; the one with the highest number says what it is now."""

    __table_args__ = (refers("run_id", "settlement_run"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    run_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which run."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …: two people who act at once cannot both be next."""
    state: RunState = Field(sa_column=Column(Choice(RunState), nullable=False))
    """What the run became."""
    reason: str = Field(sa_type=Text, default="")
    """Why, in words; of a withdrawal."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it, or read in the bank's word."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class OpenItem(Row, table=True):
    """An entry on a payable account that no run has settled. Follows from the entries, and goes when settled.

    Kept so that a run need not read all that was ever booked; audit proves it against the entries.
    """

    __table_args__ = (
        Index("ix_open_item_run", "municipality_id", "run_id", "provider_id"),
        Index("ix_open_item_provider", "municipality_id", "provider_id"),
        Index("ix_open_item_origin", "municipality_id", "origin_id"),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who owes it."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which entry."""
    origin_id: UUID = Field(sa_type=Id)
    """The entry it takes back, or itself: they are held and freed together."""
    provider_id: UUID = Field(sa_type=Id)
    """To whom."""
    account_id: UUID = Field(sa_type=Id)
    """On which payable account."""
    cents: int = Field(sa_type=Count)
    """More than zero when owed, less than zero when taken back."""
    at: datetime = Field(sa_type=Instant)
    """Of the entry: says in which run it falls."""
    run_id: UUID | None = Field(sa_type=Id, default=None)
    """The open run that has set it apart; None: none."""


class Gathered(Row, table=True):
    """Up to which entry the open items were gathered."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose."""
    through: UUID = Field(sa_type=Id)
    """The newest entry that was there."""


class LineMark(Row, table=True):
    """What a reviewer did with a line. Append-only; a hold lasts over runs until the line is freed."""

    __table_args__ = (
        refers("run_id", "settlement_run"),
        Index("ix_line_mark_run", "municipality_id", "run_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """The entry by which the line came to be owed."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 … of this line, over all runs."""
    run_id: UUID = Field(sa_type=Id)
    """In the review of which run."""
    kind: MarkKind = Field(sa_column=Column(Choice(MarkKind), nullable=False))
    """What was done."""
    reason: MarkReason | None = Field(sa_column=Column(Choice(MarkReason), nullable=True), default=None)
    """Why; of holding and rejecting."""
    note: str = Field(sa_type=Text, default="")
    """In words."""
    word: int | None = Field(sa_type=Count, default=None)
    """The number of the resident's word in spite of which it was let go; of that only."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class LeftOut(Row, table=True):
    """A line of a run that was not settled at its release, and why. Append-only."""

    __table_args__ = (
        refers("run_id", "settlement_run"),
        Index("ix_left_out_provider", "municipality_id", "provider_id", "run_id"),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    run_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which run."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which line."""
    provider_id: UUID = Field(sa_type=Id)
    """Whose."""
    cents: int = Field(sa_type=Count)
    """As of the line."""
    reason: LeftOutReason = Field(sa_column=Column(Choice(LeftOutReason), nullable=False))
    """Why."""


class Unsettled(Row, table=True):
    """A provider with lines in a run that the run settled nothing with. Append-only; left_out says why."""

    __table_args__ = (
        refers("run_id", "settlement_run"),
        refers("provider_id", "provider"),
        Index("ix_unsettled_provider", "municipality_id", "provider_id", "run_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    run_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which run."""
    provider_id: UUID = Field(sa_type=Id, primary_key=True)
    """Whose lines they are."""
    lines: int = Field(sa_type=Count)
    """How many stay open."""
    cents: int = Field(sa_type=Count)
    """All of them together; may be below zero."""
    owed_cents: int = Field(sa_type=Count)
    """What the provider had to give back at the release."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When the run was released."""


class RunRelease(Row, table=True):
    """What was let go with one run, and by whom. Append-only."""

    __table_args__ = (refers("run_id", "settlement_run"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    run_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which run."""
    debtor_name: str = Field(sa_type=Text)
    """Who pays, as it was then."""
    debtor_iban: str = Field(sa_type=Text)
    """From which account, as it was then."""
    count: int = Field(sa_type=Count)
    """How many payments."""
    total_cents: int = Field(sa_type=Count)
    """Of all payments together."""
    files: int = Field(sa_type=Count)
    """In how many files the bank is told; 0 where there is nothing to pay."""
    file_version: str = Field(sa_type=Text)
    """Of which version the files are, such as pain.001.001.09."""
    actor_id: UUID = Field(sa_type=Id)
    """Who released it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When; also the creation time in the files."""


class Settlement(Row, table=True):
    """What is owed to one provider in one run. Append-only."""

    __table_args__ = (
        refers("run_id", "settlement_run"),
        refers("provider_id", "provider"),
        UniqueConstraint("municipality_id", "run_id", "provider_id"),
        Index("ix_settlement_provider", "municipality_id", "provider_id", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    run_id: UUID = Field(sa_type=Id)
    """In which run."""
    provider_id: UUID = Field(sa_type=Id)
    """To whom."""
    owed_before_cents: int = Field(sa_type=Count)
    """What the provider had to give back before this run."""
    gross_cents: int = Field(sa_type=Count)
    """All its lines together."""
    set_off_cents: int = Field(sa_type=Count)
    """Kept back for what the provider had to give back."""
    net_cents: int = Field(sa_type=Count)
    """gross less set-off: what is paid; 0 means no payment."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class SettlementLine(Row, table=True):
    """One entry on a payable account, settled once. Append-only."""

    __table_args__ = (
        refers("settlement_id", "settlement"),
        refers("entry_id", "entry"),
        Index("ix_settlement_line_settlement", "municipality_id", "settlement_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which entry; no entry is settled twice."""
    settlement_id: UUID = Field(sa_type=Id)
    """In which settlement."""
    cents: int = Field(sa_type=Count)
    """More than zero when owed, less than zero when taken back."""


class PaymentFile(Row, table=True):
    """One file for the bank: the same bytes whenever it is taken out. Append-only."""

    __table_args__ = (
        refers("run_id", "settlement_run"),
        UniqueConstraint("municipality_id", "message_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    run_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which run."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 … of the run."""
    message_id: str = Field(sa_type=Text)
    """MsgId and PmtInfId: how the bank names the file in its answers."""
    count: int = Field(sa_type=Count)
    """How many payments."""
    total_cents: int = Field(sa_type=Count)
    """Of all its payments together."""
    sha256: bytes = Field(sa_type=LargeBinary)
    """Of its bytes; every export must give the same."""


class Payment(Row, table=True):
    """What the bank is told for one settlement. Append-only; what the bank says of it are its events."""

    __table_args__ = (
        refers("settlement_id", "settlement"),
        UniqueConstraint("municipality_id", "settlement_id"),
        UniqueConstraint("municipality_id", "end_to_end_id"),
        Index("ix_payment_run", "municipality_id", "run_id", "file", "id"),
        Index("ix_payment_reference", "municipality_id", "reference"),
        Index("ix_payment_iban", "municipality_id", "creditor_iban", "amount_cents"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7; owns the in_payment account."""
    run_id: UUID = Field(sa_type=Id)
    """In which run."""
    file: int = Field(sa_type=Count)
    """In which file of the run."""
    settlement_id: UUID = Field(sa_type=Id)
    """For which settlement."""
    end_to_end_id: str = Field(sa_type=Text)
    """The settlement's id without hyphens: finds it on every bank message."""
    reference: str = Field(sa_type=Text)
    """RF creditor reference (ISO 11649) the provider finds it by."""
    creditor_name: str = Field(sa_type=Text)
    """Account-holder name as it was at the release."""
    creditor_iban: str = Field(sa_type=Text)
    """IBAN as it was at the release."""
    amount_cents: int = Field(sa_type=Count)
    """More than zero."""
