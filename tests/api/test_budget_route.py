# SPDX-License-Identifier: EUPL-1.2
"""Budgets over the API: what was made available is taken back, once, and never what is committed."""

from ledger.ids import uuid7
from tests.api.served import Served


def test_a_budget_is_lowered_once_and_by_no_more_than_is_free(sqlite_served: Served) -> None:
    served, world = sqlite_served, sqlite_served.world
    world.fund(cents=100_00)
    where = f"/v1/programmes/{world.hard_programme_id}/budgets/2026/lowerings/{uuid7()}"
    asked = {"cents": 60_00, "at": world.now.isoformat()}
    first, again = served.put("finance", where, asked), served.put("finance", where, asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert served.put("finance", where, asked | {"cents": 1}).json()["code"] == "funding_is_another"
    refused = served.put("finance", f"{where[:-36]}{uuid7()}", asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_lowered_too_far")
    assert refused.json()["facts"]["mostCents"] == 40_00
    gone = served.put("finance", where.replace("2026", "2031"), asked)
    assert (gone.status_code, gone.json()["code"]) == (404, "budget_unknown")
    assert served.put("contract_manager", where, asked).status_code == 403
