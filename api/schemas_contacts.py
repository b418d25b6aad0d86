# SPDX-License-Identifier: EUPL-1.2
"""What is answered about contacts of providers, and about what they are written."""

from uuid import UUID

from api.schemas import Answer, Instant
from ledger.tables import ContactPurpose, DeliveryOutcome, NoticeAbout
from ledger.texts import Language


class Contact(Answer):
    """Whom at a provider the municipality writes to."""

    id: UUID
    provider_id: UUID
    name: str
    email: str
    purposes: tuple[ContactPurpose, ...]
    language: Language
    version: int
    ended_at: Instant | None
    actor_id: UUID
    recorded_at: Instant


class Delivery(Answer):
    """One try to send a notice."""

    number: int
    outcome: DeliveryOutcome
    detail: str
    recorded_at: Instant


class Notice(Answer):
    """What one contact was or will be told, with every try to send it."""

    id: UUID
    provider_id: UUID
    contact_id: UUID
    name: str
    email: str
    about: NoticeAbout
    cause_id: UUID
    language: Language
    subject: str
    body: str
    recorded_at: Instant
    deliveries: tuple[Delivery, ...]
