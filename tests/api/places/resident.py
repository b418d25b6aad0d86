# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/resident."""

from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    return {}
