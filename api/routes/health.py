# SPDX-License-Identifier: EUPL-1.2
"""Health: whether the ledger can be reached. Needs no key and tells nobody's things."""

from typing import Any

from fastapi import APIRouter, Request

from api import schemas
from api.deps import TheHouse
from ledger import migrations

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    summary="Toon of de dienst werkt",
    description="503 als de database niet bereikbaar is. Nodig: geen sleutel.",
    response_model=schemas.Health,
)
def get_health(house: TheHouse, request: Request) -> Any:
    engine = house.engine.execution_options(sqlite_begin="DEFERRED")
    is_ready = migrations.version(engine) == migrations.newest()
    return schemas.Health(
        status="ok" if is_ready else "migration_needed",
        api_version=request.app.version,
        demo=house.demo,
    )
