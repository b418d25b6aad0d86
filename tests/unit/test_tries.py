# SPDX-License-Identifier: EUPL-1.2
"""How long who guesses must wait."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger import tries

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, None), (4, None), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (10**9, 60)]
)
def test_five_tries_are_free_and_each_further_one_doubles_the_wait(
    failures: int, minutes: int | None
) -> None:
    until = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert tries.blocked_until(failures, NOW) == until
