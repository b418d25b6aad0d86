# SPDX-License-Identifier: EUPL-1.2
"""What is answered about rights: entitlements with their balance, approvals, care agreements and codes."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Hex, Instant
from ledger.entitlement_changes import Amendment
from ledger.entitlements import GrantTerms
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import ApprovalKind, Approver, ChangeKind, RateClass
from ledger.units import Unit


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
