# SPDX-License-Identifier: EUPL-1.2
"""What the proofs did, as lines of JSON: docs/reliability.md is made from them, never from memory.

Only `make prove` sets TEGOED_FIGURES, the file to add to; elsewhere a note goes nowhere.
"""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

FILE: Final = "TEGOED_FIGURES"
"""The environment variable that names the file."""


def note(
    proof: str, *, database: str, trials: int, failures: int, of: str, seconds: float, **more: int | str
) -> None:
    """One run of one proof.

    proof is its number in the plan and a name ("T4 kill -9"); trials counts what `of` says ("kills");
    failures is 0 where it held (a proof that does not hold also fails its test); seconds is wall time;
    more are further counts and the seed.
    """
    path = os.environ.get(FILE)
    if path is None:
        return
    line: dict[str, Any] = {
        "proof": proof,
        "database": database,
        "trials": trials,
        "of": of,
        "failures": failures,
        "seconds": round(seconds, 1),
        **more,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "test": os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0],
    }
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def scale() -> float:
    """How large the long tier is: 1 by default; PROVE_SCALE=10 runs ten times as much."""
    return float(os.environ.get("PROVE_SCALE", "1"))
