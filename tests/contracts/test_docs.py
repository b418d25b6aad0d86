# SPDX-License-Identifier: EUPL-1.2
"""The documents hold together: decisions have one form, links lead somewhere, nothing is unlisted."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]

FORM = ["Status", "Context", "Decision", "Consequences"]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"^[a-z]+:")


def test_there_is_something_to_check() -> None:
    assert ROOT / "README.md" in DOCUMENTS
    assert len(DECISIONS) >= 8


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_the_four_headings(path: Path) -> None:
    assert missing_headings(path.read_text(encoding="utf-8")) == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name.split("-")[0]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    assert broken_links(path) == []


def test_the_index_lists_every_document() -> None:
    listed = {
        (DOCS / target.split("#")[0]).resolve() for target in links((DOCS / "index.md").read_text("utf-8"))
    }
    assert {path.resolve() for path in DOCS.rglob("*.md")} - listed == {DOCS.resolve() / "index.md"}


def test_a_decision_without_its_form_is_seen() -> None:
    good = "# 1. Name\n## Status\n## Context\n## Decision\n## Consequences\n"
    assert missing_headings(good) == []
    assert missing_headings(good.replace("## Context\n", "")) == ["Context"]
    assert missing_headings("```\n## Status\n```\n") == FORM


def test_links_that_lead_nowhere_are_seen(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Two words, `code`\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](other.md) [b](other.md#two-words-code) [c](#here) [d](https://example.org)\n"
        "[e](none.md) [f](other.md#three) [g](#there)\n```\n[h](not-a-link.md)\n```\n",
        encoding="utf-8",
    )
    assert broken_links(page) == ["none.md", "other.md#three", "#there"]


def missing_headings(text: str) -> list[str]:
    """What of the form of a decision is absent."""
    headings = HEADING.findall(FENCE.sub("", text))
    return [heading for heading in FORM if heading not in headings]


def links(text: str) -> list[str]:
    """The targets of relative links, outside code blocks, in order."""
    return [target for target in LINK.findall(FENCE.sub("", text)) if not ELSEWHERE.match(target)]


def broken_links(path: Path) -> list[str]:
    """The relative links of a document whose file or heading does not exist."""
    return [target for target in links(path.read_text(encoding="utf-8")) if not _exists(path, target)]


def _exists(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    path = page.parent / name if name else page
    if not anchor or path.suffix != ".md":
        return path.exists()
    return path.exists() and anchor in _anchors(path.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """The anchors that headings get where Markdown is shown: lower case, dashes, no punctuation."""
    headings = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
