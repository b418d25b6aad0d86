# SPDX-License-Identifier: EUPL-1.2
"""The group-commit queue: it cannot be noticed but for its speed. Neighbours, leavers, crowds, failures."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from api import batching, schemas
from api.quick import written
from ledger import actors, db, redemptions
from ledger.db import Work
from ledger.ids import uuid7
from ledger.scans import Outcome, Redeemed, RedeemedLine, Scan
from ledger.tables import Redemption
from ledger.units import Unit
from tests.api.served import Served


def app_of(served: Served) -> FastAPI:
    app = served.client.app
    assert isinstance(app, FastAPI)
    return app


def asked(served: Served, doing: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    """What comes of calls that run side by side in one event loop, as in a server."""

    async def run() -> Any:
        transport = httpx.ASGITransport(app_of(served), raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {served.secrets['provider']}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as client:
            await client.get("/v1/redemptions?limit=1")  # from now on the key is known
            return await doing(client)

    return asyncio.run(run())


def sent_together(served: Served, bodies: Sequence[tuple[UUID, dict[str, Any]]]) -> list[httpx.Response]:
    """The answers to all, sent at the same moment."""

    async def all_of(client: httpx.AsyncClient) -> list[httpx.Response]:
        return list(await asyncio.gather(*(client.put(f"/v1/redemptions/{i}", json=b) for i, b in bodies)))

    answers: list[httpx.Response] = asked(served, all_of)
    return answers


class Watched:
    """How many scans each call of redeem was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, breaks_on: UUID | None = None) -> None:
        self.sizes: list[int] = []
        self.breaks_on = breaks_on
        self._redeem = redemptions.redeem
        monkeypatch.setattr(redemptions, "redeem", self)

    def __call__(self, work: Work, scans: Sequence[Scan]) -> list[Outcome]:
        self.sizes.append(len(scans))
        outcomes = self._redeem(work, scans)
        if any(scan.id == self.breaks_on for scan in scans):
            raise AssertionError("a bug that this scan meets")
        return outcomes


def booked(served: Served) -> set[UUID]:
    with db.reading(served.world.engine) as session:
        return set(session.scalars(select(col(Redemption.id))))


def bodies_of(served: Served, *, count: int, **changes: Any) -> list[tuple[UUID, dict[str, Any]]]:
    code = served.code_for(served.granted(**changes))
    line = {"service": "01A04", "quantity": 1}
    return [(uuid7(), served.scan(code, lines=[line])) for _ in range(count)]


def test_what_is_sent_together_is_booked_together(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = bodies_of(served, count=40)
    watched = Watched(monkeypatch)
    answers = sent_together(served, bodies)
    assert [each.status_code for each in answers] == [201] * 40
    assert len(watched.sizes) < 10
    assert sum(watched.sizes) == 40
    left = sorted(each.json()["remainingCents"] for each in answers)
    assert left == [100_00 - 52 * taken for taken in range(40, 0, -1)], "each saw what the others took"
    served.world.assert_books_agree()


def test_of_what_does_not_fit_each_is_refused_alone(served: Served) -> None:
    bodies = bodies_of(served, count=30, amountCents=10 * 52)
    answers = sent_together(served, bodies)
    assert sorted(each.status_code for each in answers) == [201] * 10 + [409] * 20
    reasons = {each.json()["reasons"][0]["code"] for each in answers if each.status_code == 409}
    assert reasons == {"balance_too_low"}
    served.world.assert_books_agree()


def test_one_scan_sent_many_times_at_once_is_one_redemption(served: Served) -> None:
    ((id_, body),) = bodies_of(served, count=1)
    answers = sent_together(served, [(id_, body)] * 20)
    assert sorted(each.status_code for each in answers) == [200] * 19 + [201]
    assert len({each.content for each in answers}) == 1
    assert booked(served) == {id_}


def test_a_scan_that_breaks_breaks_alone(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = bodies_of(served, count=16)
    broken = bodies[5][0]
    Watched(monkeypatch, breaks_on=broken)
    answers = sent_together(served, bodies)
    statuses = {id_: each.status_code for (id_, _), each in zip(bodies, answers, strict=True)}
    assert statuses.pop(broken) == 500
    assert set(statuses.values()) == {201}
    assert booked(served) == set(statuses)
    served.world.assert_books_agree()


def test_without_halving_its_neighbours_break_with_it(
    sqlite_served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    bodies = bodies_of(sqlite_served, count=16)
    monkeypatch.setattr(batching, "_is_away", lambda error: True)
    Watched(monkeypatch, breaks_on=bodies[5][0])
    answers = sent_together(sqlite_served, bodies)
    assert [each.status_code for each in answers].count(500) > 1


def test_who_gives_up_loses_nothing_and_doubles_nothing(served: Served) -> None:
    bodies = bodies_of(served, count=8)

    async def give_up(client: httpx.AsyncClient) -> list[httpx.Response]:
        sending = [asyncio.create_task(client.put(f"/v1/redemptions/{i}", json=b)) for i, b in bodies]
        await asyncio.sleep(0.002)
        for task in sending[::2]:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        return [await client.put(f"/v1/redemptions/{i}", json=b) for i, b in bodies]

    answers = asked(served, give_up)
    assert {each.status_code for each in answers} <= {200, 201}
    assert booked(served) == {id_ for id_, _ in bodies}
    served.world.assert_books_agree()


def test_past_its_bound_the_queue_says_try_again(sqlite_served: Served) -> None:
    bodies = bodies_of(sqlite_served, count=12)
    app_of(sqlite_served).state.batcher.waiting_max = 4
    answers = sent_together(sqlite_served, bodies)
    turned_away = [each for each in answers if each.status_code == 503]
    assert turned_away
    assert {each.headers["retry-after"] for each in turned_away} == {"1"}
    assert turned_away[0].json()["code"] == "too_busy"
    assert len(booked(sqlite_served)) == 12 - len(turned_away)
    again = sent_together(sqlite_served, bodies[:4])
    assert {each.status_code for each in again} <= {200, 201}


def test_who_comes_when_the_server_closes_is_told_to_try_again_and_does_not_hang(served: Served) -> None:
    code, id_ = served.code_for(served.granted()), uuid7()
    batcher = app_of(served).state.batcher

    async def late(client: httpx.AsyncClient) -> httpx.Response:
        batcher.close()
        return await asyncio.wait_for(client.put(f"/v1/redemptions/{id_}", json=served.scan(code)), 20)

    async def waiting(client: httpx.AsyncClient) -> httpx.Response:
        asking = asyncio.create_task(client.put(f"/v1/redemptions/{id_}", json=served.scan(code)))
        while not any(queue.waiting for queue in batcher._queues.values()):
            await asyncio.sleep(0)
        batcher.close()
        return await asyncio.wait_for(asking, 20)

    for way in (late, waiting):
        refused = asked(served, way)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        batcher.open()
    assert [each.status_code for each in sent_together(served, [(id_, served.scan(code))])] == [201]
    served.world.assert_books_agree()


def test_a_key_that_was_revoked_opens_nothing_any_more(served: Served) -> None:
    bodies = bodies_of(served, count=2)

    async def revoke_between(client: httpx.AsyncClient) -> list[httpx.Response]:
        first = await client.put(f"/v1/redemptions/{bodies[0][0]}", json=bodies[0][1])
        with served.world.work() as work:
            for key in actors.keys_of(work, served.actor_ids["provider"]):
                actors.revoke_key(work, key.id)
        return [first, await client.put(f"/v1/redemptions/{bodies[1][0]}", json=bodies[1][1])]

    first, second = asked(served, revoke_between)
    assert (first.status_code, second.status_code) == (201, 401)
    assert booked(served) == {bodies[0][0]}


def test_an_account_that_was_disabled_opens_nothing_any_more(served: Served) -> None:
    bodies = bodies_of(served, count=2)

    async def disable_between(client: httpx.AsyncClient) -> list[httpx.Response]:
        first = await client.put(f"/v1/redemptions/{bodies[0][0]}", json=bodies[0][1])
        with served.world.work() as work:
            actors.disable(work, served.actor_ids["provider"])
        return [first, await client.put(f"/v1/redemptions/{bodies[1][0]}", json=bodies[1][1])]

    first, second = asked(served, disable_between)
    assert (first.status_code, second.status_code) == (201, 401)


def test_a_commit_that_fails_is_never_told_as_done(sqlite_served: Served) -> None:
    bodies = bodies_of(sqlite_served, count=6)
    engine = sqlite_served.world.engine

    def fail(_: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("no"))

    event.listen(engine, "commit", fail)
    try:
        answers = sent_together(sqlite_served, bodies)
    finally:
        event.remove(engine, "commit", fail)
    assert {each.status_code for each in answers} == {503}
    assert booked(sqlite_served) == set()


ODD: list[tuple[str, dict[str, Any]]] = [
    ("as it should be", {}),
    ("of an unknown code", {"code": "TR1:AAAA"}),
    ("too much", {"lines": [{"service": "01A04", "quantity": 100_000}]}),
    ("without lines", {"lines": []}),
    ("with a fraction", {"lines": [{"service": "01A04", "quantity": 1.5}]}),
    ("with a strange key", {"colour": "red"}),
    ("naming two rights", {"entitlementId": str(uuid7())}),
    ("of another provider", {"providerId": str(uuid7())}),
]


@pytest.mark.parametrize("changes", [each for _, each in ODD], ids=[name for name, _ in ODD])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_short_way_and_the_ordinary_way_answer_alike(
    sqlite_served: Served, changes: dict[str, Any], language: str
) -> None:
    ((_, body),) = bodies_of(sqlite_served, count=1)
    app = app_of(sqlite_served)
    ids = [uuid7(), uuid7()]

    async def both(client: httpx.AsyncClient) -> list[list[httpx.Response]]:
        found = []
        for id_ in ids:
            app.state.house.seen.clear() if id_ is ids[1] else None
            headers = {"Accept-Language": language}
            address = f"/v1/redemptions/{id_}"
            first = await client.put(address, json=body | changes, headers=headers)
            app.state.house.seen.clear() if id_ is ids[1] else None
            found.append([first, await client.put(address, json=body | changes, headers=headers)])
        return found

    for quick, ordinary in zip(*asked(sqlite_served, both), strict=True):
        assert quick.status_code == ordinary.status_code
        assert quick.headers.keys() == ordinary.headers.keys()
        assert _plain(quick, ids) == _plain(ordinary, ids)


LINE = RedeemedLine(line=1, service="01A04", unit=Unit.MINUTE, quantity=60, price_cents=31_15)
ACCEPTED = Redeemed(
    id=uuid7(),
    entitlement_id=uuid7(),
    provider_id=uuid7(),
    reserved=False,
    service_day=date(2026, 6, 10),
    lines=(LINE, replace(LINE, line=2, unit=Unit.EUROCENT, price_cents=0)),
    price_cents=31_15,
    remaining_cents=68_85,
    remaining_quantity=None,
    quantity_unit=None,
    recorded_at=datetime(2026, 6, 10, 12, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reserved": True, "remaining_cents": None, "remaining_quantity": 0, "quantity_unit": Unit.MINUTE},
        {"recorded_at": datetime(2026, 6, 10, 12, 0, 0, 70, tzinfo=UTC)},
        {"recorded_at": datetime(2026, 6, 10, 12, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))},
    ],
    ids=["plain", "reserved", "microseconds", "another zone"],
)
def test_what_the_short_way_writes_is_what_the_schema_says(changes: dict[str, Any]) -> None:
    redeemed = replace(ACCEPTED, **changes)
    shown = schemas.Redeemed.model_validate(redeemed)
    assert written(redeemed) == TypeAdapter(schemas.Redeemed).dump_json(shown, by_alias=True)


def _plain(response: httpx.Response, ids: Sequence[UUID]) -> dict[str, Any]:
    """The content but for what differs from one redemption to the next."""
    content: dict[str, Any] = response.json()
    return {
        name: value
        for name, value in content.items()
        if name not in {"id", "recordedAt", "remainingCents", "remainingQuantity"}
    }
