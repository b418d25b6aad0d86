# SPDX-License-Identifier: EUPL-1.2
"""A camera that sees our own printed letter: Chromium shows a film in place of it, made from the PDF."""

import io
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from PIL import Image

PDFIUM: Final[Any] = import_module("pypdfium2")
"""It has no type stubs, hence the import by name."""

SIZE: Final = (1280, 960)
"""Of the film, in pixels."""

FRAMES: Final = 8


def flags(film: Path) -> tuple[str, ...]:
    """What lets a browser take this film for its camera, and ask nobody."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def film(letter: bytes, to: Path) -> Path:
    """The middle of a letter, where its code is, as a hand holds it before a camera: a little askew."""
    page: Image.Image = PDFIUM.PdfDocument(letter)[0].render(scale=2.2).to_pil().convert("RGB")
    askew = page.rotate(3, expand=True, fillcolor=(90, 90, 90))
    top = round(askew.height * 0.42)
    seen = askew.crop((0, top, askew.width, top + round(askew.width * SIZE[1] / SIZE[0])))
    frame = seen.resize(SIZE)
    kept = io.BytesIO()
    frame.save(kept, "JPEG", quality=80)
    to.write_bytes(kept.getvalue() * FRAMES)
    return to
