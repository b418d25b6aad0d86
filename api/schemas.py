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
from ledger.programmes import ProgrammeInput
from ledger.rules.facts import Law
from ledger.rules.funding import EntryKind
from ledger.tables import (
    BudgetMode,
    FollowUpKind,
    MandateKind,
    ProviderKind,
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
