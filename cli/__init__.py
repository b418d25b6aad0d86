# SPDX-License-Identifier: EUPL-1.2
"""The terminal: one thin file per command."""
