# SPDX-License-Identifier: EUPL-1.2
"""The figures in docs/reliability.md are those that a run noted; nobody writes them by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import figures, reliability
from tests.reliability import PAGE, PLACE, RAW, WORDS, allowed, ended, figured, gathered, page, read

NOTE: dict[str, Any] = {
    "proof": "T9 failover",
    "database": "postgresql",
    "trials": 20,
    "of": "failovers",
    "failures": 0,
    "seconds": 12.4,
    "unknown": 7,
    "seed": 1,
    "at": "2026-06-10T10:00:00+00:00",
    "python": "3.11.7",
}
JUNIT = b"""<testsuites><testsuite>
<testcase classname="tests.faults.test_crash" name="test_a" time="1.5" />
<testcase classname="tests.faults.test_crash" name="test_b[sqlite]" time="2.5"><failure/></testcase>
<testcase classname="tests.faults.test_crash" name="test_c" time="0.1"><error message="x"/></testcase>
<testcase classname="tests.faults.test_crash" name="test_d" time="0"><skipped message="x"/></testcase>
</testsuite></testsuites>"""


def test_the_page_is_what_the_words_and_the_raw_figures_make() -> None:
    assert PAGE.read_text("utf-8") == page(WORDS.read_text("utf-8"), read(RAW))


def test_a_figure_changed_by_hand_is_seen() -> None:
    lines = [*read(RAW), NOTE]
    assert PAGE.read_text("utf-8") != page(WORDS.read_text("utf-8"), lines)


def test_notes_of_one_proof_are_one_row_with_their_sums_and_all_their_seeds() -> None:
    row = figured([NOTE, NOTE | {"trials": 10, "seed": 2}]).splitlines()[-1]
    assert row == (
        "| T9 failover | postgresql | 30 failovers | 0 | below 0.1 per failover (95 %) | 2 | 25 "
        "| 14 unknown; seed 1, 2 |"
    )


def test_proofs_are_in_the_order_of_their_numbers() -> None:
    rows = figured([NOTE | {"proof": "T10 network"}, NOTE, NOTE | {"database": "sqlite"}]).splitlines()[2:]
    assert [row.split(" | ")[:2] for row in rows] == [
        ["| T9 failover", "postgresql"],
        ["| T9 failover", "sqlite"],
        ["| T10 network", "postgresql"],
    ]


@pytest.mark.parametrize(
    ("trials", "failures", "exhaustive", "said"),
    [
        (10_000, 0, None, "below 0.0003 per kill (95 %)"),
        (3, 0, None, "too few to say"),
        (0, 0, None, "too few to say"),
        (1_152, 0, "every bit", "exhaustive over every bit"),
        (10_000, 1, None, "**it does not hold**"),
        (1_152, 1, "every bit", "**it does not hold**"),
    ],
)
def test_a_count_says_no_more_than_it_allows(
    trials: int, failures: int, exhaustive: str | None, said: str
) -> None:
    assert allowed(trials, failures, "kills", exhaustive) == said


def test_tests_that_failed_are_shown_by_name_also_when_they_noted_nothing() -> None:
    tests = ended(JUNIT)
    assert tests == {
        "passed": 1,
        "failed": ["tests/faults/test_crash.py::test_b[sqlite]", "tests/faults/test_crash.py::test_c"],
        "skipped": 1,
        "seconds": 4,
    }
    said = figured([{"tests": tests}])
    assert "1 tests passed, 2 failed, 1 were skipped" in said
    assert "**These did not hold:**\n\n* `tests/faults/test_crash.py::test_b[sqlite]`\n" in said


def test_a_proof_beside_a_test_that_failed_claims_nothing() -> None:
    tests, test = {"tests": ended(JUNIT)}, "tests/faults/test_crash.py::test_a"
    assert "| **a test beside it failed** |" in figured([tests, NOTE | {"test": test}])
    assert "| below 0.15 per failover (95 %) |" in figured([tests, NOTE | {"test": "tests/other.py::test_a"}])


def test_comments_in_the_words_are_left_out_and_the_figures_have_one_place() -> None:
    assert page(f"a\n\n<!-- b\n\nc -->\n\n{PLACE}\n", [{"tests": ended(JUNIT)}]).startswith("a\n\n1 tests")
    for words in ("none", PLACE * 2):
        with pytest.raises(AssertionError):
            page(words, [])


def test_what_a_run_noted_is_what_is_gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, results = tmp_path / "figures.jsonl", tmp_path / "junit.xml"
    results.write_bytes(JUNIT)
    monkeypatch.setenv(figures.FILE, str(noted))
    figures.note("T4 kill", database="sqlite", trials=5, failures=0, of="kills", seconds=1.0, seed=7)
    run, tests, note = gathered(noted, results)
    assert run["run"]["scale"] == figures.scale()
    assert tests["tests"]["passed"] == 1
    assert (note["trials"], note["seed"]) == (5, 7)
    assert note["test"] == "tests/contracts/test_reliability.py::test_what_a_run_noted_is_what_is_gathered"


def test_a_run_writes_the_raw_figures_and_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = tmp_path / "figures.jsonl"
    noted.write_text(json.dumps(NOTE) + "\n", encoding="utf-8")
    for name in ("RAW", "PAGE"):
        monkeypatch.setattr(reliability, name, tmp_path / name)
    reliability.main(str(noted))
    assert read(tmp_path / "RAW")[-1] == NOTE
    assert "| T9 failover | postgresql | 20 failovers |" in (tmp_path / "PAGE").read_text("utf-8")
