# SPDX-License-Identifier: EUPL-1.2
"""A door before a PostgreSQL socket, as a process of its own: shut it, and both sides are cut off.

python tests/faults/door.py LISTEN TARGET
"""

import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

SOCKET = ".s.PGSQL.5432"


@dataclass(eq=False)
class Door:
    """What comes to a socket in one folder is passed on to the socket in another, while the door is open."""

    folder: Path
    target: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def open(self) -> None:
        """Passing on; returns when it listens."""
        self.shut()
        self.folder.mkdir(exist_ok=True)
        here = self.folder / SOCKET
        here.unlink(missing_ok=True)
        given = (__file__, str(here), str(self.target / SOCKET))
        self.process = subprocess.Popen([sys.executable, "-I", "-S", *given])
        deadline = time.monotonic() + 30
        while not here.exists() and time.monotonic() < deadline:
            time.sleep(0.005)

    def shut(self) -> None:
        """Every connection breaks at once, and nobody comes in."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def main(listen: str, target: str) -> None:
    """Two threads per connection, so that one that stands still holds up no other."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{listen}.new")
    Path(f"{listen}.new").chmod(0o777)  # the standby may run as another user
    listener.listen(64)
    Path(f"{listen}.new").rename(listen)
    while True:
        near, far = listener.accept()[0], socket.socket(socket.AF_UNIX)
        try:
            far.connect(target)
        except OSError:
            near.close()
            continue
        for here, there in ((near, far), (far, near)):
            Thread(target=_pass_on, args=(here, there)).start()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    """Until either side closes; then the other is closed too."""
    try:
        while piece := here.recv(65536):
            there.sendall(piece)
    except OSError:
        pass  # broken is closed
    for side in (here, there):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(*sys.argv[1:])
