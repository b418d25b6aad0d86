# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): a provider at its desk."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./claims": "Declaraties",
    "nav./payable": "Te betalen",
    "nav./agreements": "Contracten",
    "nav./staff": "Medewerkers",
}
