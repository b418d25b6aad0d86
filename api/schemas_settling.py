# SPDX-License-Identifier: EUPL-1.2
"""What is answered about settlement runs, payments and the bank's word."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Hex, Instant
from ledger.overviews import Signal
from ledger.rules.run_plan import AnyRunPlan
from ledger.rules.states import PaymentState, RunState
from ledger.rules.terms_lines import Refusal
from ledger.tables import (
    BankMessageKind,
    LeftOutReason,
    LineOutcome,
    MarkKind,
    MarkReason,
    PayeeOutcome,
)
from ledger.units import Unit


class Step(Answer):
    """One step in the life of a run."""

    state: RunState
    reason: str
    actor_id: UUID
    recorded_at: Instant


class Release(Answer):
    """What was let go with a run."""

    debtor_name: str
    debtor_iban: str
    count: int
    total_cents: int
    files: int
    file_version: str
    actor_id: UUID
    recorded_at: Instant


class SettlementRun(Answer):
    """One settling of all that is owed up to a day, with all that happened to it."""

    id: UUID
    until: date
    requested_on: date
    state: RunState
    sample_bps: int
    sample_seed: str
    count: int
    total_cents: int
    steps: tuple[Step, ...]
    release: Release | None
    actor_id: UUID
    recorded_at: Instant
    is_planned: bool


class PlannedRun(Answer):
    """One run of a plan."""

    planned_on: date
    until: date
    requested_on: date


class RunPlan(Answer):
    """What the plan of a municipality says today."""

    plan: AnyRunPlan
    due: PlannedRun | None
    following: PlannedRun | None


class RunTotals(Answer):
    """What an open run comes to."""

    providers: int
    lines: int
    cents: int
    held_lines: int
    held_cents: int
    disputed_lines: int
    disputed_cents: int
    unconfirmed_lines: int
    unconfirmed_cents: int
    sample: int
    unseen: int


class RunShare(Answer):
    """What an open run comes to for one provider, against earlier ones."""

    provider_id: UUID
    trade_name: str
    lines: int
    cents: int
    held_cents: int
    disputed_cents: int
    unconfirmed_cents: int
    owing_cents: int
    disputed_late: int
    earlier_cents: tuple[int, ...]
    signals: tuple[Signal, ...]


class RunCeiling(Answer):
    """How much of a ceiling of a contract is used with an open run, in one calendar year."""

    contract_id: UUID
    contract_number: str
    provider_id: UUID
    number: int
    year: int
    counted_cents: int
    ceiling_cents: int
    share_bps: int | None
    passed_bps: tuple[int, ...]
    kept_back_cents: int
    refusal: Refusal | None
    missing: tuple[str, ...]


class Mark(Answer):
    """What a reviewer did with a line."""

    entry_id: UUID
    number: int
    run_id: UUID
    kind: MarkKind
    reason: MarkReason | None
    note: str
    word: int | None
    actor_id: UUID
    recorded_at: Instant


class Dispute(Answer):
    """What the resident says last of a line, where it is a dispute."""

    number: int
    note: str
    told_by: str
    recorded_at: Instant


class LineUse(Answer):
    """What of a redemption a line is for."""

    redemption_id: UUID
    line: int
    service: str
    unit: Unit
    quantity: int
    service_day: date


class RunLine(Answer):
    """One line of an open run."""

    entry_id: UUID
    provider_id: UUID
    cents: int
    left_cents: int
    at: Instant
    use: LineUse | None
    held: Mark | None
    waits: LeftOutReason | None
    dispute: Dispute | None
    seen: bool


class Marked(Answer):
    """The marks that were new."""

    marks: tuple[Mark, ...]


class PaymentFile(Answer):
    """One file for the bank."""

    number: int
    message_id: str
    count: int
    total_cents: int
    sha256: Hex


class Payment(Answer):
    """What the bank is told."""

    id: UUID
    run_id: UUID
    file: int
    settlement_id: UUID
    end_to_end_id: str
    reference: str
    creditor_name: str
    creditor_iban: str
    amount_cents: int
    state: PaymentState


class PaymentEvent(Answer):
    """What the bank said of a payment."""

    number: int
    state: PaymentState
    code: str
    statement_id: UUID
    line: int
    servicer_reference: str | None
    at: Instant
    recorded_at: Instant


class PaymentStory(Payment):
    """A payment with all the bank said of it."""

    events: tuple[PaymentEvent, ...]


class Settlement(Answer):
    """What was settled with one provider in one run; no payment where all was set off."""

    id: UUID
    run_id: UUID
    provider_id: UUID
    owed_before_cents: int
    gross_cents: int
    set_off_cents: int
    net_cents: int
    recorded_at: Instant
    payment: Payment | None = None


class Unsettled(Answer):
    """What a run left of a provider that it settled nothing with."""

    run_id: UUID
    provider_id: UUID
    until: date
    lines: int
    cents: int
    owed_cents: int
    reasons: tuple[LeftOutReason, ...]
    recorded_at: Instant


class BankStatement(Answer):
    """One statement, notice or answer in a message of the bank."""

    id: UUID
    statement_id: str
    opening_cents: int | None
    closing_cents: int | None
    closed_on: date | None
    lines: int
    gap_accepted: bool


class BankMessage(Answer):
    """A file from the bank that was read."""

    id: UUID
    kind: BankMessageKind
    message_id: str
    sha256: Hex
    actor_id: UUID
    recorded_at: Instant


class BankReading(BankMessage):
    """A file from the bank, with what became of its lines."""

    statements: tuple[BankStatement, ...]
    outcomes: dict[LineOutcome, int]


class BankLine(Answer):
    """A line of the bank's word that somebody has to look at."""

    statement_id: UUID
    number: int
    outcome: LineOutcome
    payment_id: UUID | None
    file: str | None
    cents: int
    booked_on: date | None
    code: str
    end_to_end_id: str | None
    servicer_reference: str | None
    counterparty_iban: str | None
    counterparty_name: str | None
    remittance: str | None


class Settings(Answer):
    """How runs are reviewed and files for the bank are made."""

    sample_bps: int
    account_wait_days: int
    payments_per_file: int
    payment_file_version: str
    run_plan: AnyRunPlan
    tax_number: str
    letter_address: tuple[str, ...]
    letter_web: str
    letter_phone: str
    pages_address: str
    grant_alone_cents: int | None


class AccountDecision(Answer):
    """What was decided on a change of account."""

    approved: bool
    effective_on: date | None
    reason: str
    told_otherwise: str | None
    actor_id: UUID
    recorded_at: Instant


class AccountChange(Answer):
    """A change of the account a provider is paid on."""

    id: UUID
    provider_id: UUID
    account_holder_name: str
    iban: str
    asked_by: str
    asked_by_contact_id: UUID | None
    actor_id: UUID
    recorded_at: Instant
    decision: AccountDecision | None


class PayeeCheck(Answer):
    """What a bank said of an account and a name."""

    id: UUID
    provider_id: UUID
    account_holder_name: str
    iban: str
    outcome: PayeeOutcome
    name_at_bank: str | None
    source: str
    actor_id: UUID
    recorded_at: Instant


class PayeeOverride(Answer):
    """Somebody says that a provider may be paid all the same."""

    actor_id: UUID
    reason: str
    recorded_at: Instant
