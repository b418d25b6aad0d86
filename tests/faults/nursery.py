# SPDX-License-Identifier: EUPL-1.2
"""Starts served products: it imports the product once and forks each server, as importing takes seconds.

python -m tests.faults.nursery

What runs in a fork is what `uvicorn --factory api.app:create_app` runs, with its settings in the environment.
Orders come as lines of JSON. When nobody orders any more (also because whoever did so died), all that
still run are killed.
"""

import json
import os
import signal
import sys
from typing import Any

import uvicorn

import api.app as _imported_once  # noqa: F401  what every fork needs


def _serve(order: dict[str, Any]) -> None:
    """In the fork: become the server, with its words in the log."""
    log = os.open(order["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for descriptor, instead in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(instead, descriptor)
    os.environ.update(order["environment"])
    uvicorn.run(
        order["factory"],
        factory=True,
        host="127.0.0.1",
        port=order["port"],
        log_level="warning",
        server_header=False,
    )


def _forked(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _serve(order)
    finally:
        os._exit(1)


def _reaped(pid: int) -> int:
    """By which signal it ended; 0 or less where it ended by itself."""
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)


def main() -> None:
    """See the module."""
    running: set[int] = set()
    print(json.dumps("ready"), flush=True)  # noqa: T201  the answer to whoever ordered
    try:
        for line in sys.stdin:
            order = json.loads(line)
            if order["what"] == "serve":
                answer = _forked(order)
                running.add(answer)
            else:
                answer = _reaped(order["pid"])
                running.remove(order["pid"])
            print(json.dumps(answer), flush=True)  # noqa: T201
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
