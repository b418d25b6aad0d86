# SPDX-License-Identifier: EUPL-1.2
"""The demo: a made-up month in eight real municipalities, the same for the same seed and day."""

from cli.demo.command import DATABASE, KEYS, demo

__all__ = ["DATABASE", "KEYS", "demo"]
