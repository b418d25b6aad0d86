# SPDX-License-Identifier: EUPL-1.2
"""What is answered about devices."""

from uuid import UUID

from api.schemas import Answer, Instant


class Device(Answer):
    """With what a provider redeems at doors; its secret is in its browser alone."""

    id: UUID
    provider_id: UUID
    name: str
    recorded_by: UUID
    recorded_at: Instant
    approved_by: UUID | None
    approved_at: Instant | None
    revoked_by: UUID | None
    revoked_at: Instant | None
    used_at: Instant | None
