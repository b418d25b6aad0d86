# SPDX-License-Identifier: EUPL-1.2
"""Files that a command writes: a half file never has the name."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO


def whole(out: Path, write: Callable[[BinaryIO], None]) -> int:
    """Write a file beside its place, sync it, and move it there; how many bytes it has."""
    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f".{out.name}.part")
    try:
        with half.open("wb") as file:
            write(file)
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, out)
        return size
    finally:
        half.unlink(missing_ok=True)


def pieces(out: Path, made: Iterable[bytes]) -> int:
    """The same, of pieces that come one by one."""
    return whole(out, lambda file: file.writelines(made))
