# SPDX-License-Identifier: EUPL-1.2
"""A municipality's own theme: it sets tokens, is served to its own people, and can do nothing else."""

from pathlib import Path

import pytest

from api.pages import look, themes
from api.pages.themes import ThemeUnusable
from tests.api.browsing import Visitor
from tests.api.served import Served

GOOD = """/* Gemeente Diemen */
:root { --tegoed-link-color: #7a0019; --tegoed-document-font-family: "Fira Sans", sans-serif; }
@media (prefers-color-scheme: dark) { :root { --tegoed-link-color: #ff9db0; } }
"""
BAD = {
    "body { display: none }": "only :root",
    "@import 'https://evil.test/x.css';": "only :root",
    ":root { --tegoed-link-colour: red }": "no token",
    ":root { color: red }": "no token",
    ":root { --tegoed-link-color: url(https://evil.test/x) }": "cannot be",
    ":root { --tegoed-link-color: red !important }": "cannot be",
    ":root { --tegoed-link-color: }": "cannot be",
    ":root { --tegoed-link-color: red } .refusal { display: none }": "only :root",
    "@media print { :root { --tegoed-link-color: red } }": "only :root",
}


def test_a_theme_sets_tokens_for_light_and_dark(tmp_path: Path) -> None:
    (tmp_path / "0384.css").write_text(GOOD, encoding="utf-8")
    assert themes.read(tmp_path) == {"0384": GOOD.encode()}
    assert themes.faults(look.FILES["tokens.css"].decode()) == []


@pytest.mark.parametrize(("text", "why"), BAD.items())
def test_a_theme_does_nothing_else(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "0384.css").write_text(text, encoding="utf-8")
    with pytest.raises(ThemeUnusable, match=why):
        themes.read(tmp_path)


def test_what_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    theme = tmp_path / "default.css"
    for content in (b"\xff\xfe", b"/*" + b" " * themes.THEME_MAX + b"*/"):
        theme.write_bytes(content)
        with pytest.raises(ThemeUnusable):
            themes.read(tmp_path)


def test_each_municipality_gets_its_own(sqlite_served: Served) -> None:
    house = sqlite_served.client.app.state.house  # type: ignore[attr-defined]
    object.__setattr__(house, "themes", {"0384": b":root{}", "default": b"/**/"})
    visitor = Visitor.of(sqlite_served, "finance")
    assert 'href="/static/themes/0384.css"' in visitor.page("/runs")
    assert visitor.see("/static/themes/0384.css").content == b":root{}"
    assert visitor.see("/static/themes/0344.css").content == b"/**/"
    assert visitor.see("/static/themes/0384.css").headers["content-type"] == "text/css; charset=utf-8"
    assert visitor.see("/static/themes/..%2Fx.css").status_code == 404
