# SPDX-License-Identifier: EUPL-1.2
"""How messages 301 are read as a job: some at a time, each whole or not at all, and what came of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from api.deps import Desk
from api.jobs import Doer, Piece, Tell, told_in_all
from ledger import allocations, jobs
from ledger.allocations import Imported
from ledger.errors import LedgerError
from ledger.formats import iwmo301
from ledger.jobs import File, JobFilesGone
from ledger.roles import Action
from ledger.tables import Job

AT_ONCE: Final = 100
"""How many messages are read in one transaction."""

TOLD_MAX: Final = 200
"""Of how many entitlements, and of how many refused messages, a page tells one by one."""


@dataclass(kw_only=True)
class Tally:
    """What came of the messages so far, in terms of JSON."""

    messages: int = 0
    """How many were read."""
    granted: int = 0
    changed: int = 0
    waiting: int = 0
    """Grants and changes that somebody else must approve."""
    unchanged: int = 0
    signals: dict[str, int] = field(default_factory=dict)
    """How many messages have each signal."""
    entitlements: list[str] = field(default_factory=list)
    """The first that were granted."""
    refused: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)
    """The first messages that were refused: the sealed name of the file, and why in each language."""

    def add(self, outcome: Imported) -> None:
        """One message was read."""
        self.messages += 1
        self.granted += len(outcome.granted)
        self.changed += len(outcome.changed)
        self.waiting += len(outcome.waiting)
        self.unchanged += outcome.unchanged
        self.signals = dict(Counter(self.signals) + Counter(outcome.signals))
        room = TOLD_MAX - len(self.entitlements)
        self.entitlements += [str(each) for each in outcome.granted[:room]]

    def refuse(self, sealed_name: str, error: LedgerError) -> None:
        """One message was refused."""
        self.refused += 1
        if len(self.refusals) < TOLD_MAX:
            self.refusals.append({"file": sealed_name, "told": told_in_all(error)})


def _read(desk: Desk, job: Job, tell: Tell) -> Piece:
    """A trial reads all in one transaction, for each message is judged with what the others took."""
    tally = Tally(**job.outcome)
    files = jobs.files(desk.work, desk.keys, job, job.total_count if job.is_trial else AT_ONCE)
    if not files:
        raise JobFilesGone(id=job.id)
    for start in range(0, len(files), AT_ONCE):
        _count(tally, files[start : start + AT_ONCE], desk, job)
        tell(min(job.done_count + start + AT_ONCE, job.total_count), job.total_count)
    return Piece(outcome=asdict(tally), parts=len(files))


def _count(tally: Tally, files: Sequence[File], desk: Desk, job: Job) -> None:
    """Raises why the only message of a job is refused: then nothing else is to be told."""
    parsed = [_parsed(file) for file in files]
    readable = [each for each in parsed if not isinstance(each, LedgerError)]
    outcomes = iter(allocations.import_messages(desk.work, desk.keys, readable))
    for file, each in zip(files, parsed, strict=True):
        outcome = each if isinstance(each, LedgerError) else next(outcomes)
        if not isinstance(outcome, LedgerError):
            tally.add(outcome)
        elif len(files) == 1 and not tally.messages and not tally.refused:
            raise outcome
        else:
            tally.refuse(jobs.sealed_name(desk.work, desk.keys, job.id, file.name), outcome)


def _parsed(file: File) -> iwmo301.Message301 | LedgerError:
    try:
        return iwmo301.read(file.content)
    except LedgerError as error:
        return error


READING: Final = Doer(action=Action.GRANT, do=_read)
"""How the job is done."""
