# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL as a municipality that cannot lose a server runs it: a primary and its streaming standbys.

Real clusters in a temporary folder, over Unix sockets, started from one prepared copy. A node can be killed,
frozen, thawed, cut off and promoted; nothing here knows about the ledger.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests import postgres
from tests.faults.door import Door

PATIENCE_S = 60
"""Whoever waits longer has met something that will not happen any more."""

SETTINGS = (
    "fsync = off",  # a kill does not lose what the operating system holds; power loss is another proof
    "listen_addresses = ''",
    "max_connections = 60",
    "shared_buffers = 16MB",
    "max_wal_senders = 6",
    "wal_keep_size = 256MB",
    "wal_log_hints = on",  # else pg_rewind cannot bring a lost primary back
    "min_wal_size = 4MB",
    "wal_receiver_status_interval = 1s",
    "wal_retrieve_retry_interval = 100ms",
    "synchronous_commit = on",
    "autovacuum = off",
)


@dataclass(eq=False)
class Node:
    """One PostgreSQL: its data, its socket, and a door to the socket that can be shut."""

    name: str
    folder: Path
    user: str | None
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self.folder / "door", self.folder)

    @property
    def data(self) -> Path:
        """Where it keeps everything."""
        return self.folder / "data"

    def url(self, *, database: str = "ledger", by_door: bool = False) -> str:
        """How it is reached: at its socket, or through its door."""
        return f"postgresql://tegoed@/{database}?host={self.door.folder if by_door else self.folder}"

    def run(self, program: str, *given: str) -> None:
        """One of PostgreSQL's programs, as the user that owns the data."""
        command = (f"{postgres.binaries()}/{program}", *given)
        with (self.folder / "programs.log").open("ab") as log:
            subprocess.run(command, check=True, user=self.user, cwd=self.folder, stdout=log, stderr=log)

    def set(self, *lines: str) -> None:
        """Settings that override what was set before; read at the next start or reload."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def start(self) -> None:
        """Running, and answering."""
        log = self.folder / "log"
        try:
            self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(log), "-o", f"-k {self.folder}", "start")
        except subprocess.CalledProcessError as error:
            raise AssertionError(f"{self.name} does not start: {log.read_text()[-3000:]}") from error

    def follow(self, primary: "Node") -> None:
        """From its next start or reload it streams what the primary writes, through the primary's door."""
        (self.data / "standby.signal").touch()
        shutil.chown(self.data / "standby.signal", user=self.user or os.geteuid())
        self.set(
            f"primary_conninfo = 'host={primary.door.folder} user=tegoed application_name={self.name} "
            "connect_timeout=2'"
        )

    def reload(self) -> None:
        """Takes over the settings that need no restart."""
        self.run("pg_ctl", "-D", str(self.data), "reload")

    def promote(self) -> None:
        """A standby becomes a primary, and is one when this returns."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-t", str(PATIENCE_S), "promote")

    def let_go(self) -> None:
        """A standby takes nothing more from anybody: what it has received stands."""
        self.set("primary_conninfo = ''")
        self.reload()
        until(lambda: not self.ask("SELECT 1 FROM pg_stat_wal_receiver"), f"{self.name} has let go")

    def received(self) -> int:
        """How far a standby has the primary's log, in bytes."""
        ((reached,),) = self.ask(
            "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn"
        )
        return int(str(reached))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """The rows of one query, straight at its socket."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    # ------------------------------------------------------------------------------ what befalls it

    def freeze(self) -> None:
        """It stands still, as a machine does that is starved or paused; its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it was, and knows nothing of the time between."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """All its processes at one instant: none can still answer after another has gone."""
        self.freeze()
        processes = self._processes()
        self._signal(signal.SIGKILL)
        until(lambda: not any(map(_lives, processes)), "the killed processes are gone")
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # its number may not have been given back yet

    def _processes(self) -> list[int]:
        """The postmaster first, so that it starts no other; then its children."""
        file = self.data / "postmaster.pid"
        if not file.exists():
            return []
        postmaster = int(file.read_text().split()[0])
        if not _lives(postmaster):
            return []
        return [postmaster, *_children(postmaster)]

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue


def _lives(pid: int) -> bool:
    """Whether a process is there and is more than its exit status."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def until(is_so: Callable[[], bool], what: str) -> None:
    """Waits for it, or fails and says for what."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"in vain waited until {what}"
        time.sleep(0.01)


# ------------------------------------------------------------------------------------ several together


@dataclass(eq=False)
class Servers:
    """A primary and its standbys; who is what changes when one is promoted."""

    nodes: Sequence[Node]
    primary: Node

    @property
    def standbys(self) -> list[Node]:
        """All but the primary."""
        return [node for node in self.nodes if node is not self.primary]

    def url(self, *, by_door: bool = False) -> str:
        """For clients: all of them, and the driver takes the one that may be written to."""
        hosts = [node.door.folder if by_door else node.folder for node in self.nodes]
        query = "&".join(f"host={host}" for host in hosts)
        return f"postgresql://tegoed@/ledger?{query}&target_session_attrs=read-write&connect_timeout=2"

    def attached(self) -> int:
        """How many standbys stream."""
        rows = self.primary.ask("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")
        return len(rows)

    def promote(self) -> Node:
        """As the book says: first the standbys let go of the old primary, then the furthest takes over.

        Returns the old primary. One acknowledgement of ANY 1 may be known to one standby only, so all of
        them must be asked.
        """
        old, standbys = self.primary, self.standbys
        for node in standbys:
            node.let_go()
        self.primary = max(standbys, key=Node.received)
        self.primary.promote()
        for node in standbys:
            if node is not self.primary:
                node.follow(self.primary)
                node.reload()
        return old

    def go_on_alone(self) -> None:
        """The primary waits for no standby any more; what it acknowledges from here may be lost with it."""
        self.primary.set("synchronous_standby_names = ''")
        self.primary.reload()

    def rejoin(self, node: Node, *, rewind: bool) -> None:
        """One that was lost comes back as a standby: rewound to where the two parted, or as a fresh copy."""
        source, data = str(self.primary.folder), str(node.data)
        if rewind:
            self.primary.ask("CHECKPOINT")  # until then the new primary still names the old timeline
            server = f"host={source} user=tegoed dbname=postgres"
            node.run("pg_rewind", "-D", data, f"--source-server={server}", "--no-sync")
        else:
            shutil.rmtree(node.data)
            given = ("-h", source, "-U", "tegoed", "-D", data, "-c", "fast", "-X", "stream", "--no-sync")
            node.run("pg_basebackup", *given)
        for left_behind in (node.folder / ".s.PGSQL.5432.lock", node.data / "postmaster.pid"):
            left_behind.unlink(missing_ok=True)  # of a process that was killed, and perhaps not yet reaped
        node.follow(self.primary)
        node.door.open()
        node.start()


@contextmanager
def prepared(prepare: Callable[[str], None]) -> Iterator[Path]:
    """A stopped cluster whose database ledger is filled already; servers() starts from copies of it."""
    user, folder = postgres.runs_as(), Path(mkdtemp(prefix="tegoed-ha-"))
    if user:
        shutil.chown(folder, user=user)
    node = Node("origin", folder, user)
    try:
        given = ("-U", "tegoed", "-A", "trust", "-E", "UTF8", "--no-sync", "--wal-segsize=1")
        node.run("initdb", "-D", str(node.data), *given)
        node.set(*SETTINGS)
        node.start()
        node.ask("CREATE DATABASE ledger")
        prepare(node.url())
        node.run("pg_ctl", "-D", str(node.data), "-w", "stop")
        yield folder
    finally:
        node.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def servers(origin: Path, *, standbys: int, names: str | None = None) -> Iterator[Servers]:
    """A running primary with its standbys attached.

    names is synchronous_standby_names on every node; without it any one of the others must have each commit.
    """
    user, folder = postgres.runs_as(), Path(mkdtemp(prefix="tegoed-ha-"))
    if user:
        shutil.chown(folder, user=user)
    nodes = [Node(f"node{number}", folder / str(number), user) for number in range(standbys + 1)]
    wanted = f"ANY 1 ({', '.join(node.name for node in nodes)})" if names is None else names
    try:
        for node in nodes:
            subprocess.run(["mkdir", str(node.folder)], check=True, user=user)
            subprocess.run(["cp", "-a", str(origin / "data"), str(node.folder)], check=True, user=user)
            node.set(f"synchronous_standby_names = '{wanted}'")
            if node is not nodes[0]:
                node.follow(nodes[0])
            node.door.open()
            node.start()
        together = Servers(nodes, nodes[0])
        until(lambda: together.attached() == standbys, "the standbys stream")
        yield together
    finally:
        for node in nodes:
            node.kill()
            node.door.shut()
        shutil.rmtree(folder, ignore_errors=True)
