# SPDX-License-Identifier: EUPL-1.2
"""What clients tried and what they were told, on disk before anything else happens; read back to reckon."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID


class Verdict(StrEnum):
    """What a client may believe after one try."""

    DONE = "done"
    """Acknowledged: 201 or 200 with a whole body."""
    REFUSED = "refused"
    """A definite no: the ledger holds nothing of it."""
    UNKNOWN = "unknown"
    """Neither; only trying the same again tells."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One request under one id."""

    id: UUID
    """Minted by the client; the last part of the path."""
    intent: str
    """What somebody wants once; a client that minted a new id for the same would want it twice."""
    right_id: UUID
    """Of which right."""
    path: str
    """Where it is PUT."""
    body: dict[str, Any]
    """What is sent."""
    expected: dict[str, Any] | None = None
    """What the answer must hold, where the client can know it: it alone uses the right."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One errand sent once."""

    id: UUID
    verdict: Verdict
    status: int
    """Of the answer; 0 where none came."""
    body: Any
    """Of the answer; the kind of error where none came."""
    started: float
    """On the clock of the clients."""
    ended: float
    """The same."""


@dataclass
class Story:
    """An errand with all its attempts."""

    errand: Errand
    attempts: list[Attempt] = field(default_factory=list)
    started: float = 0.0
    """When it was first sent, answered or not."""

    @property
    def acknowledged(self) -> list[Attempt]:
        """The attempts that were told it is done."""
        return [each for each in self.attempts if each.verdict is Verdict.DONE]

    @property
    def verdict(self) -> Verdict:
        """What the client may believe now: the last word, but done stays done."""
        if self.acknowledged:
            return Verdict.DONE
        return self.attempts[-1].verdict if self.attempts else Verdict.UNKNOWN

    @property
    def first_acknowledged(self) -> float:
        """When it was known to be done."""
        return min(each.ended for each in self.acknowledged)


class Journal:
    """Lines on disk, and the stories they tell."""

    def __init__(self, path: Path, *, is_synced: bool = True) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._is_synced = is_synced
        self._lock = Lock()
        self.path = path
        self.acknowledged = 0
        """How many acknowledgements were noted."""

    def trying(self, errand: Errand, started: float) -> None:
        """Before it is sent."""
        self._note({"errand": asdict(errand), "started": started})

    def told(self, attempt: Attempt) -> None:
        """Before anybody acts on it."""
        self._note({"attempt": asdict(attempt)})
        with self._lock:
            self.acknowledged += attempt.verdict is Verdict.DONE

    def close(self) -> None:
        """No more lines."""
        os.close(self._file)

    def _note(self, line: dict[str, Any]) -> None:
        os.write(self._file, (json.dumps(line, default=str) + "\n").encode())
        if self._is_synced:
            os.fsync(self._file)


def stories(path: Path) -> list[Story]:
    """Every errand of a journal with its attempts, in the order in which they were first tried."""
    found: dict[UUID, Story] = {}
    told: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    for line in map(json.loads, path.read_text().splitlines()):
        if "errand" in line:
            errand = _errand(line["errand"])
            found.setdefault(errand.id, Story(errand=errand, started=line["started"]))
        else:
            attempt = _attempt(line["attempt"])
            told[attempt.id].append(attempt)
    for id_, story in found.items():
        story.attempts = told[id_]
    return list(found.values())


def unknown(every: Iterable[Story]) -> list[Errand]:
    """What must be sent again before its end is known."""
    return [each.errand for each in every if not each.acknowledged and _is_open(each)]


def _is_open(story: Story) -> bool:
    """Where more than one client sends it, a refusal of one says nothing of what another was not told."""
    if story.errand.expected is not None:
        return story.verdict is Verdict.UNKNOWN
    return not story.attempts or any(each.verdict is Verdict.UNKNOWN for each in story.attempts)


def _errand(line: dict[str, Any]) -> Errand:
    return Errand(**{**line, "id": UUID(line["id"]), "right_id": UUID(line["right_id"])})


def _attempt(line: dict[str, Any]) -> Attempt:
    return Attempt(**{**line, "id": UUID(line["id"]), "verdict": Verdict(line["verdict"])})
