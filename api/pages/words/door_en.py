# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: redeeming at the door."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./scan": "Scan",
    "nav./today": "Today",
}
