# SPDX-License-Identifier: EUPL-1.2
"""For every page with an id in its address an address of a thing that is there, by family of pages."""

from typing import Final

from tests.api.places import audit, desk, door, finance, gate, login, resident

PLACES: Final = (audit, desk, door, finance, gate, login, resident)
