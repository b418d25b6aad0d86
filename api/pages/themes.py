# SPDX-License-Identifier: EUPL-1.2
"""Themes: a municipality's own colours, letters and sizes, over the tokens that look/tokens.css names.

A theme is a style sheet that sets tokens and does nothing else: it can load nothing, hide nothing and move
nothing. The names are those of the NL Design System: brand, component, state, property.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from api.deps import TheHouse
from api.pages.look import FILES

router = APIRouter(include_in_schema=False)

THEME_MAX: Final = 64 * 1024
"""Bytes of the largest theme."""

DEFAULT: Final = "default"
"""The name of the theme of who is not logged in, and of a municipality without one."""

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK: Final = re.compile(
    r"\s*(?:@media\s*\(prefers-color-scheme:\s*dark\)\s*\{\s*:root\s*\{(?P<dark>[^{}]*)\}\s*\}"
    r"|:root\s*\{(?P<light>[^{}]*)\})"
)
_VALUE: Final = re.compile(r"[-#%.,()'\"\w\s/]{1,300}")
_LOADS: Final = re.compile(r"url|image|src|expression|attr", re.IGNORECASE)
_KNOWN: Final = frozenset(re.findall(r"(--tegoed-[a-z-]+)\s*:", FILES["tokens.css"].decode()))


@dataclass(eq=False)
class ThemeUnusable(ValueError):
    """The file does more than set tokens that there are, or cannot be read."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"theme {self.name}: {self.why}"


def read(folder: Path) -> Mapping[str, bytes]:
    """Every theme in a folder, by the name of its file: a municipality's code, or default.

    Raises ThemeUnusable, and OSError where the folder cannot be read.
    """
    return {path.stem: _checked(path) for path in sorted(folder.glob("*.css"))}


def _checked(path: Path) -> bytes:
    content = path.read_bytes()
    if len(content) > THEME_MAX:
        raise ThemeUnusable(path.name, f"larger than {THEME_MAX} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ThemeUnusable(path.name, "not UTF-8") from None
    for fault in faults(text):
        raise ThemeUnusable(path.name, fault)
    return content


def faults(text: str) -> list[str]:
    """What is wrong with a theme; nothing: it sets known tokens, for light and for dark."""
    found: list[str] = []
    bare, at = _COMMENT.sub("", text).rstrip(), 0
    while at < len(bare):
        block = _BLOCK.match(bare, at)
        if block is None:
            return [
                *found,
                f"only :root and the dark colour scheme may be styled, not {bare[at : at + 40]!r}",
            ]
        at = block.end()
        for line in (block["dark"] or block["light"] or "").split(";"):
            if line.strip():
                found += _of_line(line.strip())
    return found


def _of_line(line: str) -> list[str]:
    name, _, value = (part.strip() for part in line.partition(":"))
    if name == "color-scheme":
        return []
    if name not in _KNOWN:
        return [f"there is no token {name[:60]!r}"]
    if not _VALUE.fullmatch(value) or _LOADS.search(value):
        return [f"{name} cannot be {value[:60]!r}"]
    return []


@router.get("/static/themes/{name}.css")
def get_theme(name: Annotated[str, InPath(pattern=r"^[a-z0-9]{1,20}$")], house: TheHouse) -> Response:
    """The theme of a municipality; an empty one where it has none. Public: it is the same for everybody."""
    content = house.themes.get(name) or house.themes.get(DEFAULT) or b""
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "same-origin"}
    return Response(content, media_type="text/css; charset=utf-8", headers=headers)
