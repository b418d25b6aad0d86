# SPDX-License-Identifier: EUPL-1.2
"""Files that are made whole before they are sent: a fault is told as a problem, never as half a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.deps import Desk, House
from ledger.roles import ActingAs

IN_MEMORY_MAX: Final = 1 << 20
"""Bytes above which a file is kept on disk until it is sent."""

_PIECE: Final = 1 << 16


def sent(
    house: House, acting: ActingAs, made: Callable[[Desk, Any], None], *, media_type: str, name: str
) -> Response:
    """The file that is made on a reading desk; read after the transaction has ended, so that a slow client
    holds no connection. Raises what making it raises, before anything is sent.
    """
    with ExitStack() as stack:
        target: Any = stack.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY_MAX))
        with house.reading(acting) as desk:
            made(desk, target)
        target.seek(0)
        stack.pop_all()  # from here on who sends it closes it
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(target), media_type=media_type, headers=headers)


def _pieces(target: Any) -> Iterator[bytes]:
    with target:
        while piece := target.read(_PIECE):
            yield piece
