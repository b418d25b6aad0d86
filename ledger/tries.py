# SPDX-License-Identifier: EUPL-1.2
"""How long who guesses must wait: some wrong tries in a row are free, each further one doubles the time.

Callers keep the count in the database, so that it holds on every server. Source: OWASP ASVS 5.0, 6.3.1.
"""

from datetime import datetime, timedelta
from typing import Final

FREE: Final = 5
"""How many tries in a row may be wrong before one waits."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def wait(nth: int) -> timedelta:
    """How long the nth wait in a row is, from 1: twice the one before, and never more than an hour."""
    doubled: int = 2 ** min(nth - 1, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def blocked_until(failures: int, now: datetime) -> datetime | None:
    """Until when, exclusive, every try is refused after so many wrong ones; None: the next is free."""
    return now + wait(failures - FREE + 1) if failures >= FREE else None
