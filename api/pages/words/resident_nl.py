# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): what a resident has."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./my": "Mijn tegoed",
}
