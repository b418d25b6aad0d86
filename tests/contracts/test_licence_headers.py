# SPDX-License-Identifier: EUPL-1.2
"""Every Python file says under which licence it may be used, in its first line."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADER = "# SPDX-License-Identifier: EUPL-1.2\n"


def test_every_python_file_starts_with_its_licence() -> None:
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for top in ("ledger", "api", "cli", "tests")
        for path in (ROOT / top).rglob("*.py")
    }
    assert "tests/contracts/test_licence_headers.py" in sources
    assert without_header(sources) == []


def test_a_missing_late_or_different_header_is_seen() -> None:
    assert without_header(
        {
            "right.py": HEADER,
            "missing.py": "",
            "late.py": f"\n{HEADER}",
            "different.py": "# SPDX-License-Identifier: MIT\n",
        }
    ) == ["missing.py", "late.py", "different.py"]


def test_the_licence_is_here_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    articles = [line.split(".")[0] for line in text.splitlines() if line[:1].isdigit()]
    assert articles == [str(number) for number in range(1, 16)]
    assert "Appendix" in text


def without_header(sources: Mapping[str, str]) -> list[str]:
    """The paths whose text does not start with the licence line."""
    return [path for path, text in sources.items() if not text.startswith(HEADER)]
