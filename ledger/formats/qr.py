# SPDX-License-Identifier: EUPL-1.2
"""QR pictures of codes: error correction Q, alphanumeric mode, quiet zone of four modules."""

from io import BytesIO
from itertools import groupby
from typing import Final, Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.image.pil import PilImage
from qrcode.main import QRCode
from qrcode.util import QRData

QUIET_MODULES: Final = 4

_ALPHANUMERIC: Final[Literal[2]] = 2
"""The library's MODE_ALPHA_NUM: eleven bits for two characters instead of sixteen."""

_MASK: Final[Literal[2]] = 2
"""Fixed: trying all eight masks costs most of the time, and signed bytes look random under each."""


def png(text: str, *, module_px: int) -> bytes:
    """A black-and-white PNG with squares of module_px pixels.

    Raises ValueError when the text has a character outside QR's alphanumeric mode
    (0-9, A-Z, space, $%*+-./:) or does not fit.
    """
    picture = BytesIO()
    _code(text, module_px=module_px).make_image().save(picture, "PNG")
    return picture.getvalue()


def svg(text: str) -> str:
    """An SVG without size, one unit per module, for a web page or a letter. Raises as `png` does."""
    return _drawn(_code(text, module_px=1).get_matrix())


def link_svg(text: str) -> str:
    """The same of any text, as an address with small letters: in bytes, so twice as large."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES, image_factory=PilImage)
    code.add_data(text.encode(), optimize=0)
    code.make()
    return _drawn(code.get_matrix())


def _drawn(rows: list[list[bool]]) -> str:
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>'
    )


def _code(text: str, *, module_px: int) -> QRCode[PilImage]:
    code = QRCode(
        error_correction=ERROR_CORRECT_Q,
        box_size=module_px,
        border=QUIET_MODULES,
        image_factory=PilImage,
        mask_pattern=_MASK,
    )
    code.add_data(QRData(text.encode(), mode=_ALPHANUMERIC), optimize=0)
    code.make()
    return code


def _runs(row: list[bool], y: int) -> str:
    """The dark runs of one row, each a rectangle of height one."""
    drawn, x = [], 0
    for dark, modules in groupby(row):
        width = len(list(modules))
        if dark:
            drawn.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(drawn)
