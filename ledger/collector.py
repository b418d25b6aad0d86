# SPDX-License-Identifier: EUPL-1.2
"""Python's collector of garbage in cycles, for programs that handle rows by the thousand."""

import gc


def rarely() -> None:
    """Let it look rarely, and never again at what is there now.

    Every row is a handful of objects and none of them makes a cycle; at its usual pace it takes 4 to 6 % of
    the processor time of a batch of 500 (measured in turns), and now and then a request waits for a walk
    over everything.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
