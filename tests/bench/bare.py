# SPDX-License-Identifier: EUPL-1.2
"""The baselines over HTTP: FastAPI endpoints with the body and the answer of ours.

The bare one judges and keeps nothing. The hand-written one does one hand-written redemption in the
database, without our rules, and answers when that is durable.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Response

from api.routes.redemptions import ScanBody
from api.schemas import Redeemed, RedeemedLine
from ledger.units import Unit
from tests.bench import hand, plain

Redeem = Callable[[UUID, bytes], Awaitable[int]]
"""From an id and the text of a code to what is left."""


def build(redeem: Redeem | None = None) -> FastAPI:
    """One endpoint, as FastAPI's own manual would write it."""
    app = FastAPI(openapi_url=None)

    @app.put("/v1/redemptions/{id}", status_code=201, response_model=Redeemed)
    async def put_redemption(id: UUID, body: ScanBody, response: Response) -> Any:
        left = 100_00 if redeem is None else await redeem(id, (body.code or "").encode())
        return answer(id, body, left)

    return app


def answer(id: UUID, body: ScanBody, left: int) -> Redeemed:
    """As ours looks."""
    line = body.lines[0]
    lines = (
        RedeemedLine(
            line=1, service=line.service, unit=Unit.MINUTE, quantity=line.quantity, price_cents=31_15
        ),
    )
    return Redeemed(
        id=id,
        entitlement_id=id,
        provider_id=id,
        reserved=False,
        service_day=body.at.date(),
        lines=lines,
        price_cents=31_15,
        remaining_cents=left,
        remaining_quantity=None,
        quantity_unit=None,
        recorded_at=datetime.now(UTC),
    )


def by_hand(url: str) -> Redeem:
    """One hand-written redemption in this database."""
    return hand.redeemer(url) if url.startswith("postgresql") else plain.redeemer(url)
