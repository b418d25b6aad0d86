# SPDX-License-Identifier: EUPL-1.2
"""What is drawn here without chance is the same whatever else was imported, and whoever edited what."""

from collections.abc import Iterator

import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants


@pytest.fixture(autouse=True, scope="package")
def _no_constants_of_ours() -> Iterator[None]:
    """Hypothesis also draws the numbers it reads in our source, so that any edit was another history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", Constants)
        providers.CONSTANTS_CACHE.cache.clear()
        yield
    providers.CONSTANTS_CACHE.cache.clear()
