# SPDX-License-Identifier: EUPL-1.2
"""What is answered about requests that were refused."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Instant
from ledger.rules.facts import Law


class Refusal(Answer):
    """A request that was not granted, and why."""

    id: UUID
    holder_id: UUID
    law: Law
    reference: str | None
    asked: str
    reason: str
    decided_on: date
    actor_id: UUID
    recorded_at: Instant
