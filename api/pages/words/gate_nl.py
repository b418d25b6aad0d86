# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): deciding and granting."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./worklist": "Werklijst",
    "nav./residents": "Inwoners",
    "nav./entitlements": "Tegoeden",
    "nav./batches": "Stapels",
}
