# SPDX-License-Identifier: EUPL-1.2
"""Unit tests are about what an account holds, not in how many rows it comes: here each is one row.

test_stripes is about the rows; the other folders run with stripes, as in production.
"""

import pytest

from ledger import entries


@pytest.fixture(autouse=True)
def one_stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place of the chart is one account."""
    monkeypatch.setattr(entries, "STRIPES", 1)
