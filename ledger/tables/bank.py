# SPDX-License-Identifier: EUPL-1.2
"""The bank's word: the messages that were read, their lines, and what they say of our payments."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Flag, Id, Instant
from ledger.rules.states import PaymentState
from ledger.tables.base import GROWS, STRICT, Row, in_municipality, refers


class BankMessageKind(StrEnum):
    """What kind of message."""

    ANSWER = "pain.002"
    """What the bank says to a payment file."""
    STATEMENT = "camt.053"
    """What was booked on our account in a period, with its balances."""
    NOTICE = "camt.054"
    """The single payments behind what was booked together."""


class LineOutcome(StrEnum):
    """What became of one line of the bank's word."""

    BOOKED = "booked"
    """A payment of ours left our account."""
    RETURNED = "returned"
    """A payment of ours came back: it is owed again."""
    ACCEPTED = "accepted"
    """The bank took a payment."""
    REJECTED = "rejected"
    """The bank refused a payment: it is owed again."""
    KNOWN = "known"
    """It says nothing new."""
    NOTED = "noted"
    """It says nothing about money yet, such as a payment that waits, or is still being checked."""
    UNMATCHED = "unmatched"
    """It is no payment of ours: somebody has to look at it."""
    AMOUNT_DIFFERS = "amount_differs"
    """It names a payment of ours with another amount: somebody has to look at it."""
    CONTRADICTS = "contradicts"
    """It cannot follow on what is known, such as a second booking: somebody has to look at it."""
    AMBIGUOUS = "ambiguous"
    """More than one payment of ours fits, and nothing tells them apart: somebody has to look at it."""
    REPAID = "repaid"
    """A provider paid what was demanded from it, or a part of that."""
    OVERPAID = "overpaid"
    """A provider paid more than was left of a demand: somebody has to look at the rest."""


TO_LOOK_AT = (
    LineOutcome.UNMATCHED,
    LineOutcome.AMOUNT_DIFFERS,
    LineOutcome.CONTRADICTS,
    LineOutcome.AMBIGUOUS,
    LineOutcome.OVERPAID,
)
"""Outcomes that no program can settle."""


_LOOK_AT = text("outcome IN ('unmatched', 'amount_differs', 'contradicts', 'ambiguous', 'overpaid')")


class BankMessage(Row, table=True):
    """A file from the bank that was read. Append-only."""

    __table_args__ = (in_municipality(), UniqueConstraint("municipality_id", "sha256"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose bank."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    kind: BankMessageKind = Field(sa_column=Column(Choice(BankMessageKind), nullable=False))
    """What kind."""
    message_id: str = Field(sa_type=Text)
    """As the bank names it."""
    sha256: bytes = Field(sa_type=LargeBinary)
    """Of the file: the same file again is the same message."""
    actor_id: UUID = Field(sa_type=Id)
    """Who read it in."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class BankStatement(Row, table=True):
    """One statement, notice or answer in a message. Append-only; the same one never counts twice."""

    __table_args__ = (
        refers("message_id", "bank_message"),
        UniqueConstraint("municipality_id", "kind", "account_iban", "statement_id"),
        Index("ix_bank_statement_message", "municipality_id", "message_id"),
        Index("ix_bank_statement_closed", "municipality_id", "account_iban", "closed_on"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose bank."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    message_id: UUID = Field(sa_type=Id)
    """In which file."""
    kind: BankMessageKind = Field(sa_column=Column(Choice(BankMessageKind), nullable=False))
    """As the file's."""
    account_iban: str = Field(sa_type=Text)
    """Of which account; of an answer the account that pays."""
    statement_id: str = Field(sa_type=Text)
    """As the bank names it: with the account it is the same statement under any file name."""
    opening_cents: int | None = Field(sa_type=Count, default=None)
    """Balance at the beginning; only of statements."""
    closing_cents: int | None = Field(sa_type=Count, default=None)
    """Balance at the end; only of statements. The next statement opens with it."""
    closed_on: date | None = Field(sa_type=Day, default=None)
    """The day of the closing balance; only of statements."""
    lines: int = Field(sa_type=Count)
    """How many lines were read."""
    content_sha256: bytes = Field(sa_type=LargeBinary)
    """Of what it says: the same name with another content is refused."""
    gap_accepted: bool = Field(sa_type=Flag, default=False)
    """Somebody said that the statement before it will not come."""


class BankLine(Row, table=True):
    """One line of the bank's word, with what became of it. Append-only."""

    __table_args__ = (
        refers("statement_id", "bank_statement"),
        Index("ix_bank_line_payment", "municipality_id", "payment_id"),
        Index(
            "ix_bank_line_file",
            "municipality_id",
            "file",
            sqlite_where=text("file IS NOT NULL"),
            postgresql_where=text("file IS NOT NULL"),
        ),
        Index(
            "ix_bank_line_look_at",
            "municipality_id",
            "statement_id",
            "number",
            sqlite_where=_LOOK_AT,
            postgresql_where=_LOOK_AT,
            info={"few": True},
        ),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose bank."""
    statement_id: UUID = Field(sa_type=Id, primary_key=True)
    """In which statement, notice or answer."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 … in it."""
    outcome: LineOutcome = Field(sa_column=Column(Choice(LineOutcome), nullable=False))
    """What became of it."""
    payment_id: UUID | None = Field(sa_type=Id, default=None)
    """Which payment of ours it is about; None: none that we know, or all of a file."""
    file: str | None = Field(sa_type=Text, default=None)
    """The message id of the file that was booked as one."""
    cents: int = Field(sa_type=Count)
    """More than zero when it came in, less than zero when it went out; 0 in answers."""
    booked_on: date | None = Field(sa_type=Day, default=None)
    """The bank's booking day."""
    code: str = Field(sa_type=Text, default="")
    """The bank's own: a status, a reason of refusal or return, or the kind of booking."""
    end_to_end_id: str | None = Field(sa_type=Text, default=None)
    """As the line says."""
    servicer_reference: str | None = Field(sa_type=Text, default=None)
    """The bank's own reference (AcctSvcrRef)."""
    counterparty_iban: str | None = Field(sa_type=Text, default=None)
    """The other side; kept only of lines that somebody has to look at."""
    counterparty_name: str | None = Field(sa_type=Text, default=None)
    """The same."""
    remittance: str | None = Field(sa_type=Text, default=None)
    """What it says it is for; the same."""


class PaymentEvent(Row, table=True):
    """What the bank's word made of a payment. Append-only; the highest number says what it is now."""

    __table_args__ = (
        refers("payment_id", "payment"),
        Index(
            "ix_payment_event_servicer",
            "municipality_id",
            "servicer_reference",
            sqlite_where=text("servicer_reference IS NOT NULL"),
            postgresql_where=text("servicer_reference IS NOT NULL"),
        ),
        Index("ix_payment_event_cause", "municipality_id", "id"),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    payment_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which payment."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    id: UUID = Field(sa_type=Id)
    """UUIDv7; the cause of its entries."""
    state: PaymentState = Field(sa_column=Column(Choice(PaymentState), nullable=False))
    """What it became."""
    code: str = Field(sa_type=Text, default="")
    """The bank's reason, such as AC04; empty where it gave none."""
    statement_id: UUID = Field(sa_type=Id)
    """By which answer, statement or notice."""
    line: int = Field(sa_type=Count)
    """By which line of it."""
    servicer_reference: str | None = Field(sa_type=Text, default=None)
    """How the bank calls it: later lines may name nothing else."""
    at: datetime = Field(sa_type=Instant)
    """When it happened: the start of the bank's booking day, else when we learned it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""
