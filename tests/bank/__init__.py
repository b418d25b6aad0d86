# SPDX-License-Identifier: EUPL-1.2
"""A bank to test against: it takes our payment files and answers as a Dutch bank does.

The other side of the table: written from the standard and blind to `ledger.formats`, so that what our
writers and readers understand is tested by somebody else. It is no bank for anything but tests: every day
is a business day, money never runs out, and nothing is signed.
"""

from tests.bank.bank import Bank
from tests.bank.script import Credit, Script, Vop

__all__ = ["Bank", "Credit", "Script", "Vop"]
