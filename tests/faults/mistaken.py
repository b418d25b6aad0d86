# SPDX-License-Identifier: EUPL-1.2
"""Products with a mistake built in, for negative controls only: whoever besieges them must see it.

Each is served like the real one, by its name as a factory of uvicorn.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, event

from api.app import create_app
from api.jobs import Jobs
from api.pages.gate import messages
from ledger import allocations, db, jobs
from ledger.db import Work
from ledger.formats import iwmo301
from ledger.tables import Job

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LATER_S: Final = 0.1
"""How much later the mistaken product does what it should have done before."""


def acknowledging_first() -> App:
    """Answers a redemption with what a quote says, and books it afterwards."""
    app: App = create_app()
    afterwards: set[asyncio.Task[Any]] = set()

    async def hasty(scope: Message, receive: Receive, send: Send) -> None:
        redemption_id = _redemption_id(scope)
        if redemption_id is None:
            await app(scope, receive, send)
            return
        body = await _body(receive)
        quote = {**scope, "method": "POST", "path": "/v1/redemptions/_quote"}
        status, text = await _asked(app, quote, body)
        if status == 200:
            status, text = 201, json.dumps({**json.loads(text), "id": redemption_id}).encode()
            task = asyncio.create_task(_booked_later(app, scope, body))
            afterwards.add(task)
            task.add_done_callback(afterwards.discard)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    return hasty


def in_two_transactions() -> App:
    """Commits a redemption, and books its entries in a transaction of their own."""
    app = create_app()
    event.listen(app.state.house.engine, "before_cursor_execute", _commit_before_entries)
    return app


def without_turns() -> App:
    """Lets everybody to a desk at once, as the product did before."""
    app = create_app()
    app.state.house = replace(app.state.house, desks_at_once=1_000_000)
    return app


def noting_first() -> App:
    """Notes that a piece of a job is done, and does it a moment later in a transaction of its own."""
    app = create_app()
    own = app.state.jobs
    own._do_piece = partial(_noted_first, own)
    return app


def _noted_first(own: Jobs, begun: Job) -> bool:
    theirs = own.house.keyring[begun.municipality_id]
    with db.transaction(own.house.engine) as session:
        work = Work(
            session=session,
            municipality_id=begun.municipality_id,
            actor_id=begun.actor_id,
            now=own.house.now(),
        )
        job = jobs.held(work, begun.id)
        if job is None:
            return False
        files = jobs.files(work, theirs, job, messages.AT_ONCE)
        read = job.done_count + len(files)
        jobs.get_on(work, job, len(files), asdict(messages.Tally(messages=read)))
    time.sleep(LATER_S)
    with db.transaction(own.house.engine) as session:
        work = replace(work, session=session)
        allocations.import_messages(work, theirs, [iwmo301.read(file.content) for file in files])
    return job.finished_at is None


def _commit_before_entries(
    connection: Connection, cursor: Any, statement: str, given: Any, context: Any, many: bool
) -> None:
    if not statement.startswith("INSERT INTO entry"):
        return
    cursor.execute("COMMIT")
    time.sleep(LATER_S)
    cursor.execute("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")


def _redemption_id(scope: Message) -> str | None:
    """The id, when it is a redemption that is PUT."""
    steps = str(scope.get("path", "")).split("/")
    is_redemption = scope.get("method") == "PUT" and steps[:3] == ["", "v1", "redemptions"]
    return steps[3] if is_redemption and len(steps) == 4 else None


async def _booked_later(app: App, scope: Message, body: bytes) -> None:
    await asyncio.sleep(LATER_S)
    await _asked(app, scope, body)


async def _body(receive: Receive) -> bytes:
    pieces, is_last = [], False
    while not is_last:
        message = await receive()
        pieces.append(message.get("body", b""))
        is_last = not message.get("more_body", False)
    return b"".join(pieces)


async def _asked(app: App, scope: Message, body: bytes) -> tuple[int, bytes]:
    """What the application answers to this, by itself."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await app(dict(scope), receive, send)
    return int(told[0]["status"]), b"".join(each.get("body", b"") for each in told[1:])
