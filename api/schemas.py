# SPDX-License-Identifier: EUPL-1.2
"""What is answered: camelCase shapes read from the ledger's rows and outcomes. Instants are UTC.

What is asked is mostly the ledger's own inputs; the few bodies that only HTTP needs are in the
routes that take them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ledger.catalogue import ServiceContent
from ledger.checks.findings import FindingKind
from ledger.contracts import ContractInput
from ledger.entitlement_changes import Amendment
from ledger.entitlements import GrantTerms
from ledger.programmes import ProgrammeInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import EntryKind
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import (
    ApprovalKind,
    Approver,
    BudgetMode,
    ChangeKind,
    FollowUpKind,
    MandateKind,
    ProviderKind,
    RateClass,
    Role,
)
from ledger.units import Unit


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _hex(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


Instant: TypeAlias = Annotated[datetime, AfterValidator(_in_utc)]
"""Answered as 2026-06-10T10:00:00Z, whatever offset it was sent with."""
Hex: TypeAlias = Annotated[str, BeforeValidator(_hex), Field(pattern=r"^[0-9a-f]*$")]
"""Bytes, two digits each."""
Fact: TypeAlias = str | int | bool | list[str | int] | None


class Answer(BaseModel):
    """The base of every answer."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        from_attributes=True,
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


A = TypeVar("A")


class Page(Answer, Generic[A]):
    """A piece of a list, and where the next piece is; None where this is the last."""

    items: Sequence[A]
    next: str | None


# ------------------------------------------------------------------------------------------- problems


class Reason(Answer):
    """One reason for a refusal."""

    code: str
    title: str
    detail: str
    facts: dict[str, Fact]


class LineProblem(Reason):
    """What is wrong with one line of a claim."""

    line: int
    reasons: tuple[Reason, ...] = ()


class InputFault(Answer):
    """What is wrong with one value. pointer is a JSON pointer inside the place."""

    place: str
    pointer: str
    code: str
    detail: str


class Problem(Answer):
    """RFC 9457. code never changes its meaning; title and detail are for people."""

    type: str
    status: int
    title: str
    detail: str
    code: str
    facts: dict[str, Fact] = Field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    lines: tuple[LineProblem, ...] = ()
    errors: tuple[InputFault, ...] = ()


# ------------------------------------------------------------------------------------- reference data


class Health(Answer):
    """Whether the ledger can be reached."""

    status: str
    api_version: str
    demo: bool


class Municipality(Answer):
    """A municipality and the account it pays from."""

    municipality_id: str
    name: str
    debtor_name: str | None
    debtor_iban: str | None


class Service(ServiceContent):
    """A service of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int


class Provider(Answer):
    """A provider."""

    id: UUID
    kind: ProviderKind
    agb: str | None
    kvk: str | None
    trade_name: str
    account_holder_name: str
    iban: str
    version: int


class Contract(Answer):
    """The newest version of a contract."""

    version: int
    published: bool
    withdrawn: bool
    drafted_by: UUID
    content: ContractInput


class Programme(Answer):
    """The newest version of a programme."""

    version: int
    published: bool
    drafted_by: UUID
    content: ProgrammeInput


class Budget(Answer):
    """A budget and where its money is."""

    id: UUID
    programme_id: UUID
    programme: str
    law: Law
    mode: BudgetMode
    year: int
    funded_cents: int
    committed_cents: int
    left_cents: int


class Funding(Answer):
    """Money made available, or taken back."""

    id: UUID
    programme_id: UUID
    year: int
    cents: int
    at: Instant
    entry_id: UUID


# ---------------------------------------------------------------------------------- people and access


class Person(Answer):
    """A person, by pseudonym only."""

    id: UUID


class Mandate(Answer):
    """Somebody may act for a resident."""

    id: UUID
    holder_id: UUID
    representative_id: UUID
    kind: MandateKind
    valid_from: date
    valid_until: date | None
    recorded_at: Instant


class CodeRequest(Answer):
    """A resident asked for a new code."""

    id: UUID
    entitlement_id: UUID
    recorded_at: Instant


class LinkCode(Answer):
    """A code by which a resident names who acts for them; shown now and never again."""

    code: str
    expires_at: Instant


class Look(Answer):
    """One look at who a person is."""

    id: UUID
    actor_id: UUID
    action: str
    person_id: UUID | None
    purpose: str
    at: Instant


class Actor(Answer):
    """An account."""

    id: UUID
    name: str
    roles: tuple[Role, ...]
    provider_id: UUID | None
    person_id: UUID | None
    identity: str | None
    disabled_at: Instant | None


class ApiKey(Answer):
    """A key, without its secret."""

    id: UUID
    actor_id: UUID
    recorded_at: Instant
    revoked_at: Instant | None


class Identity(Answer):
    """An organisation that vouches for an account; not how it knows them."""

    actor_id: UUID
    issuer: str
    recorded_at: Instant


class NewKey(Answer):
    """A new key with its secret, shown this once."""

    id: UUID
    actor_id: UUID
    secret: str


# ------------------------------------------------------------------------------------------- the rights


class Period(Answer):
    """A run of days, the last one included; None is open."""

    start: date
    until: date | None


class Entitlement(Answer):
    """What a resident may use."""

    id: UUID
    kind: EntitlementKind
    law: Law
    programme_id: UUID
    budget_id: UUID
    holder_id: UUID
    valid_from: date
    valid_until: date | None
    amount_cents: int | None
    committed_cents: int
    quantity: int | None
    quantity_unit: Unit | None
    expected_quantity: int | None
    restrictions: tuple[AnyRestriction, ...]
    area: str | None
    suspensions: tuple[Period, ...]
    reference: str | None
    note: str | None
    allocation_number: int | None
    decided_at: Instant | None
    closed_at: Instant | None
    version: int
    recorded_at: Instant


class EntitlementChange(Answer):
    """One change, with what the entitlement was after it."""

    id: UUID
    entitlement_id: UUID
    version: int
    kind: ChangeKind
    reason: str
    actor_id: UUID
    at: Instant
    recorded_at: Instant
    content: Entitlement


class Waiting(Answer):
    """What was asked passed every rule and waits for somebody else; nothing is granted or changed yet."""

    id: UUID
    cents: int
    limit_cents: int


class ApprovalDecision(Answer):
    """What somebody else decided."""

    approved: bool
    reason: str
    actor_id: UUID
    recorded_at: Instant


class Approval(Answer):
    """What was asked above what one person grants alone, and what was decided on it."""

    id: UUID
    kind: ApprovalKind
    entitlement_id: UUID
    cents: int
    limit_cents: int
    grant: GrantTerms | None
    change: Amendment | None
    actor_id: UUID
    recorded_at: Instant
    decision: ApprovalDecision | None


class Pot(Answer):
    """What is left in one unit. left is None where that unit sets no limit."""

    unit: Unit
    limit: int | None
    left: int | None
    reserved: int


class Balance(Answer):
    """What an entitlement still holds."""

    entitlement_id: UUID
    pots: tuple[Pot, ...]


class CareAgreement(Answer):
    """A care agreement under a drawing right."""

    id: UUID
    entitlement_id: UUID
    provider_id: UUID
    service: str
    rate_class: RateClass
    rate_cents: int
    ceiling_cents: int
    valid_from: date
    valid_until: date | None
    actor_id: UUID
    at: Instant
    recorded_at: Instant


class CareApproval(Answer):
    """One of the two approvals."""

    approver: Approver
    actor_id: UUID
    recorded_at: Instant


class CareDecline(Answer):
    """An approver said no."""

    approver: Approver
    reason: str | None
    """Null for a provider: it is for the resident."""
    actor_id: UUID
    recorded_at: Instant


class CareAgreementState(CareAgreement):
    """A care agreement with the approvals given so far, or who said no to it."""

    approvals: tuple[CareApproval, ...]
    decline: CareDecline | None


class Code(Answer):
    """A code, without anything that opens it."""

    id: UUID
    entitlement_id: UUID
    issued_at: Instant
    expires_at: Instant
    revoked_at: Instant | None


class IssuedCode(Answer):
    """A code as it is printed."""

    id: UUID
    entitlement_id: UUID
    token: str
    manual: str
    issued_at: Instant
    expires_at: Instant


class CodeKey(Answer):
    """The public half of a key that signs codes: a P-256 point in base64."""

    key_id: Hex
    public_key: str
    signs: bool


# --------------------------------------------------------------------------------------- the daily work


class RedeemedLine(Answer):
    """One service at its price."""

    line: int
    service: str
    unit: Unit
    quantity: int
    price_cents: int


class Redeemed(Answer):
    """An accepted redemption, word for word as it was answered the first time."""

    id: UUID
    entitlement_id: UUID
    provider_id: UUID
    reserved: bool
    service_day: date
    lines: tuple[RedeemedLine, ...]
    price_cents: int
    remaining_cents: int | None
    remaining_quantity: int | None
    quantity_unit: Unit | None
    recorded_at: Instant


class BatchOutcome(Answer):
    """What became of one scan of a batch."""

    id: UUID
    status: int
    redemption: Redeemed | None = None
    problem: Problem | None = None


class BatchOutcomes(Answer):
    """outcomes[i] answers scans[i]."""

    outcomes: tuple[BatchOutcome, ...]


class Redemption(Answer):
    """A redemption in a list."""

    id: UUID
    entitlement_id: UUID
    provider_id: UUID
    claim_id: UUID | None
    reserved: bool
    service_day: date
    price_cents: int
    at: Instant
    recorded_at: Instant


class FollowUp(Answer):
    """A capture, release or reversal."""

    id: UUID
    redemption_id: UUID
    kind: FollowUpKind
    taken_back_cents: int
    standing_cents: int


class FollowUpState(FollowUp):
    """A follow-up as it is on record."""

    reason: str
    at: Instant
    recorded_at: Instant


class RedemptionState(Redemption):
    """A redemption with its lines and all that happened to it."""

    lines: tuple[RedeemedLine, ...]
    follow_ups: tuple[FollowUpState, ...]
    standing_cents: int


class Claim(Answer):
    """A claim that was booked."""

    id: UUID
    provider_id: UUID
    sha256: Hex
    lines: int
    price_cents: int
    actor_id: UUID
    recorded_at: Instant


class UnitSum(Answer):
    """How much of one unit."""

    unit: Unit
    quantity: int


class ClaimTrial(Answer):
    """What a claim would give: its bad lines, none where it would be booked; and the sums of the others."""

    accepted: bool
    lines: tuple[LineProblem, ...]
    good_lines: int
    price_cents: int
    quantities: tuple[UnitSum, ...]


class Imported(Answer):
    """What a message of allocations did."""

    identification: str
    holder_id: UUID
    granted: tuple[UUID, ...]
    changed: tuple[UUID, ...]
    waiting: tuple[UUID, ...]
    unchanged: int
    signals: tuple[str, ...]


# ------------------------------------------------------------------------------------ money and checks


class Entry(Answer):
    """One booking."""

    id: UUID
    kind: EntryKind
    debit_account_id: UUID
    credit_account_id: UUID
    unit: Unit
    amount: int
    cause_id: UUID
    line: int
    reverses_id: UUID | None
    at: Instant
    recorded_at: Instant
    actor_id: UUID


class Finding(Answer):
    """One disagreement in the books."""

    kind: FindingKind
    place: str
    expected: int | str
    found: int | str


class Report(Answer):
    """Whether the books agree with themselves."""

    agrees: bool
    findings: tuple[Finding, ...]
    looked_at: dict[str, int]
