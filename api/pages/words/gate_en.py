# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: deciding and granting."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./worklist": "Worklist",
    "nav./residents": "Residents",
    "nav./entitlements": "Entitlements",
    "nav./batches": "Batches",
}
