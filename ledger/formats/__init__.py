# SPDX-License-Identifier: EUPL-1.2
"""Formats: bytes to values and back. No database, no clock."""
