# SPDX-License-Identifier: EUPL-1.2
"""The checks of the audit, by what they look at: each a statement that finds only what disagrees."""
