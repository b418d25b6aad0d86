# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: a provider at its desk."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./claims": "Claims",
    "nav./payable": "Payable",
    "nav./agreements": "Contracts",
    "nav./staff": "Staff",
}
