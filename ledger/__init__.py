# SPDX-License-Identifier: EUPL-1.2
"""The ledger: entitlements, redemptions, entries, settlements, and nothing of HTTP or terminals.

Read in this order: units, clock, ids, errors (the ground); rules (what may be, what it costs, what
is booked); tables and db (what is stored, and the one commit); entries (the one writer of money);
then the daily work: entitlements, redemptions, claims, settlements, and audit, which proves it all.
"""
