# SPDX-License-Identifier: EUPL-1.2
"""Python's collector of garbage in cycles, for programs that handle rows by the thousand."""

import gc


def rarely() -> None:
    """Let it look rarely, and never again at what is there now.

    Every row is a handful of objects and none of them makes a cycle; at its usual pace it takes a tenth of
    the time of a batch, and a request now and then waits tenths of a second for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
