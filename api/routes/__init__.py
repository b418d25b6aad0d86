# SPDX-License-Identifier: EUPL-1.2
"""One file per resource; an endpoint translates and calls one ledger function."""
