# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): the books, for auditors."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./books": "Boeken",
    "nav./checks": "Controle",
}
