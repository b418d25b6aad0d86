# SPDX-License-Identifier: EUPL-1.2
"""QR pictures, read back by an independent reader."""

import random
import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from ledger.formats import qr
from tests.qr_reader import QR_ONLY

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MODULES_OF_VERSION_10 = 57


def example(seed: int, length: int = 220) -> str:
    return "TR1:" + "".join(random.Random(seed).choices(ALPHABET, k=length - 4))


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("L")


def read_back(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture, QR_ONLY)]


def drawn(svg: str, module_px: int) -> Image.Image:
    """The SVG's rectangles, painted by other means than the PNG."""
    side = int(svg.split('viewBox="0 0 ')[1].split()[0]) * module_px
    canvas = Image.new("L", (side, side), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        left, top = int(x) * module_px, int(y) * module_px
        right, bottom = left + int(width) * module_px - 1, top + module_px - 1
        ImageDraw.Draw(canvas).rectangle((left, top, right, bottom), fill=0)
    return canvas


@pytest.mark.parametrize("seed", range(25))
def test_the_fixed_mask_is_read_back(seed: int) -> None:
    text = example(seed)
    assert read_back(opened(qr.png(text, module_px=3))) == [text]


@pytest.mark.parametrize("text", ["TR1:" + "A" * 216, "TR1:" + ":" * 216, "TR1:" + "A5 " * 72])
def test_texts_with_a_pattern_are_read_back_under_the_fixed_mask(text: str) -> None:
    assert read_back(opened(qr.png(text, module_px=3))) == [text]


def test_the_svg_is_the_same_picture_as_the_png() -> None:
    text = example(1)
    assert drawn(qr.svg(text), 3).tobytes() == opened(qr.png(text, module_px=3)).tobytes()
    assert read_back(drawn(qr.svg(text), 3)) == [text]


def test_a_token_is_version_10_at_level_q_with_a_quiet_zone_of_four() -> None:
    picture = opened(qr.png(example(2), module_px=2))
    assert picture.size == ((MODULES_OF_VERSION_10 + 8) * 2,) * 2
    assert set(picture.crop((0, 0, picture.width, 8)).tobytes()) == {255}
    assert set(picture.tobytes()) == {0, 255}
    (found,) = zxingcpp.read_barcodes(picture, QR_ONLY)
    assert found.ec_level == "Q"


def test_a_smudged_and_blurred_picture_is_still_read() -> None:
    text = example(3)
    picture = opened(qr.png(text, module_px=8))
    ImageDraw.Draw(picture).ellipse((240, 240, 320, 320), fill=255)
    picture = picture.rotate(7, fillcolor=255, expand=True).filter(ImageFilter.GaussianBlur(2))
    assert read_back(picture) == [text]


def test_the_same_text_gives_the_same_bytes() -> None:
    assert qr.png(example(4), module_px=4) == qr.png(example(4), module_px=4)
    assert qr.svg(example(4)) == qr.svg(example(4))


@pytest.mark.parametrize("text", ["tr1:abc", "TR1:é", "TR1:<script>", "TR1:\n", "A" * 2421])
def test_what_is_not_alphanumeric_or_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"mode|version"):
        qr.svg(text)
    with pytest.raises(ValueError, match=r"mode|version"):
        qr.png(text, module_px=1)
