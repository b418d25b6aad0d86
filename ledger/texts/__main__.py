# SPDX-License-Identifier: EUPL-1.2
"""Prints docs/errors.md: `python -m ledger.texts > docs/errors.md`."""

import sys

from ledger.texts import table

if __name__ == "__main__":
    sys.stdout.write(table.page())
