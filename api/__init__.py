# SPDX-License-Identifier: EUPL-1.2
"""HTTP: translates, decides nothing."""
