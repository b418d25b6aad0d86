# SPDX-License-Identifier: EUPL-1.2
"""A process that redeems one cent after another, and writes down what it was told: to be killed.

python -m tests.faults.redeemer URL JOURNAL MUNICIPALITY RIGHT PROVIDER [acks-first | at-most BYTES]
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from ledger import db, redemptions
from ledger.db import Work
from ledger.ids import uuid7
from ledger.scans import Redeemed, Scan, ScanLine, ScanTerms
from tests.world import AIDS, NOON


@dataclass(frozen=True, kw_only=True)
class Redeemer:
    """Redeems one cent of one right, time after time."""

    engine: Engine
    journal: int
    municipality_id: str
    right_id: UUID
    provider_id: UUID

    def scan(self, scan_id: UUID) -> Scan:
        """Always the same content, under another id."""
        line = ScanLine(service=AIDS, quantity=1)
        terms = ScanTerms(entitlement_id=self.right_id, provider_id=self.provider_id, lines=(line,), at=NOON)
        return Scan(id=scan_id, terms=terms)

    def run(self, *, acks_first: bool) -> None:
        """Until it is killed: note what is tried, redeem it, note what was acknowledged."""
        while True:
            scan_id = uuid7()
            self.note("try", scan_id)
            try:
                with self._transaction() as work:
                    (outcome,) = redemptions.redeem(work, [self.scan(scan_id)])
                    if acks_first:  # the mistake that the test must see
                        self.note("ack", scan_id)
                        time.sleep(0.1)
            except OperationalError:
                self.note("full", scan_id)
                return
            assert isinstance(outcome, Redeemed), outcome
            if not acks_first:
                self.note("ack", scan_id)

    @contextmanager
    def _transaction(self) -> Iterator[Work]:
        with db.transaction(self.engine) as session:
            yield Work(
                session=session, municipality_id=self.municipality_id, actor_id=self.provider_id, now=NOON
            )

    def note(self, what: str, scan_id: UUID) -> None:
        """A line on the disk before anything else happens."""
        os.write(self.journal, f"{what} {scan_id}\n".encode())
        os.fsync(self.journal)


def noted(journal: Path, what: str) -> list[UUID]:
    """The ids of all whole lines of this kind."""
    lines = journal.read_text().rpartition("\n")[0].splitlines() if journal.exists() else []
    return [UUID(line.split()[1]) for line in lines if line.startswith(f"{what} ")]


def main(url: str, journal: str, municipality_id: str, right_id: str, provider_id: str, *how: str) -> None:
    """See the module."""
    if how and how[0] == "at-most":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(how[1]), int(how[1])))
    Redeemer(
        engine=db.connect(url),
        journal=os.open(journal, os.O_CREAT | os.O_WRONLY | os.O_APPEND),
        municipality_id=municipality_id,
        right_id=UUID(right_id),
        provider_id=UUID(provider_id),
    ).run(acks_first=how[:1] == ("acks-first",))


if __name__ == "__main__":
    main(*sys.argv[1:])
