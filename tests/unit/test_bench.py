# SPDX-License-Identifier: EUPL-1.2
"""The benchmark itself: percentiles, goals, reports, and that seeded redemptions are real. No timing."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ledger import audit, identifiers, redemptions
from ledger.scans import Redeemed
from tests.bench import report, seeds
from tests.bench.load import UNANSWERED, Level, Order, Tally
from tests.bench.rows import Goal, Row, median, number, percentile
from tests.bench.scenery import Scenery, bsns, iban, pieces
from tests.bench.server import serving
from tests.bench.sizes import FULL, QUICK
from tests.bench.svg import Bar, chart

ROW = Row(
    part="http",
    name="single redemptions over HTTP, 32 clients",
    database="postgresql",
    value=4000.0,
    unit="per s",
    baseline=10_000.0,
    against="bare FastAPI endpoint",
    goal=Goal.least(0.4, "ratio", "a"),
    plot="Single redemptions over HTTP, per second",
)


# ------------------------------------------------------------------------------------------ figures


@pytest.mark.parametrize(
    ("percent", "found"), [(1, 1), (50, 5), (51, 6), (90, 9), (99, 10), (100, 10), (0, 1)]
)
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(percent: float, found: float) -> None:
    assert percentile(range(1, 11), percent) == found


def test_a_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


def test_the_median_is_one_that_was_measured() -> None:
    assert median([9, 1, 5]) == 5
    assert median([4, 1]) == 1


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (0.1234, "0.123"), (31.0, "31"), (99.96, "100"), (12345.6, "12,346")]
)
def test_a_number_is_shown_short(value: float | None, shown: str) -> None:
    assert number(value) == shown


# -------------------------------------------------------------------------------------------- goals


@pytest.mark.parametrize(
    ("goal", "value", "baseline", "met"),
    [
        (Goal.least(0.4, "ratio", "a"), 40, 100, True),
        (Goal.least(0.4, "ratio", "a"), 39, 100, False),
        (Goal.most(1.2, "ratio", "c"), 1.2, 1.0, True),
        (Goal.most(1.2, "ratio", "c"), 1.21, 1.0, False),
        (Goal.most(0.5, "value", "f"), 0.5, None, True),
        (Goal.most(0.5, "value", "f"), 0.51, 9.9, False),
        (Goal.least(50, "value", "e"), 49.9, None, False),
        (Goal.least(0.4, "ratio", "a"), 40, None, False),
        (Goal.least(0.4, "ratio", "a"), 40, 0, False),
        (Goal.most(0.5, "value", "f"), None, None, False),
        (None, 1, 1, None),
    ],
)
def test_a_goal_is_judged_by_its_own_side_and_what_was_not_measured_is_not_met(
    goal: Goal | None, value: float | None, baseline: float | None, met: bool | None
) -> None:
    assert replace(ROW, goal=goal, value=value, baseline=baseline).met is met


def test_a_goal_says_what_it_asks() -> None:
    assert Goal.least(0.4, "ratio", "a").text("per s") == "(a) >= 0.4 x baseline"
    assert Goal.most(60, "value", "e").text("s") == "(e) <= 60 s"


# --------------------------------------------------------------------------------------------- load


def test_a_level_counts_only_what_was_accepted_and_shows_the_rest() -> None:
    good = Tally(seconds=2, statuses={"201": 4}, latencies_us=[1000, 2000, 3000, 4000])
    bad = Tally(seconds=2, statuses={"201": 2, "500": 7}, latencies_us=[1000, 1000], other="{}")
    level = Level.of([good, bad, good])
    assert (level.rate, level.p50_ms, level.p99_ms) == (2.0, 2.0, 4.0)
    assert level.refused == {"500": 7}
    assert level.remark == "other answers: 500: 7; such as {}"


def test_a_request_that_is_never_answered_counts_in_the_percentiles() -> None:
    stuck = Tally(
        seconds=1,
        statuses={"201": 1, UNANSWERED.decode(): 2},
        latencies_us=[1000],
        waiting_us=[6_000_000] * 2,
    )
    level = Level.of([stuck])
    assert (level.rate, level.p50_ms) == (1.0, 6000.0)
    assert "unanswered: 2" in (level.remark or "")


def test_a_load_of_which_nothing_is_accepted_has_no_good_latency() -> None:
    level = Level.of([Tally(seconds=1, statuses={"500": 3})])
    assert (level.rate, level.p50_ms, level.p99_ms) == (0, None, None)


def test_the_generator_counts_what_a_real_server_answers(tmp_path: Path) -> None:
    line = {"service": "01A04", "quantity": 60}
    good = json.dumps({"code": "TR1:A", "lines": [line], "at": "2026-06-10T10:00:00Z"})
    bad = json.dumps({"code": "TR1:A", "lines": [], "at": "2026-06-10T10:00:00Z"})
    requests = tmp_path / "requests.json"
    with serving("bare", log=tmp_path / "log") as served:
        order = Order(port=served.port, requests=str(requests), clients=2, seconds=0.3, warm_s=0.1, seed=1)
        requests.write_text(json.dumps([["secret", good]]), encoding="utf-8")
        accepted = order.run(tmp_path)
        requests.write_text(json.dumps([["secret", bad]]), encoding="utf-8")
        refused = order.run(tmp_path)
        assert served.peak_mb > 10
    assert accepted.rate > 0
    assert (accepted.refused, len(accepted.latencies_us)) == ({}, accepted.statuses["201"])
    assert (refused.rate, list(refused.refused)) == (0, ["422"])
    assert "too_short" in refused.other


# ------------------------------------------------------------------------------------------- report


def test_a_line_of_json_has_what_was_promised_first() -> None:
    content = json.loads(ROW.json())
    names = ["name", "database", "value", "unit", "baseline", "ratio", "goal", "met"]
    assert list(content)[: len(names)] == names
    assert (content["ratio"], content["goal"], content["met"]) == (0.4, "(a) >= 0.4 x baseline", True)


def test_a_report_holds_every_row_every_goal_and_every_plot(tmp_path: Path) -> None:
    missed = replace(ROW, name="missed", value=1.0, remark="why | so")
    absent = replace(ROW, name="absent", value=None)
    report.write(
        [ROW, missed, absent], [("processor", "two cores")], tmp_path, seconds=90, note="A quick run"
    )
    page = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert len((tmp_path / "benchmarks.jsonl").read_text("utf-8").splitlines()) == 3
    assert "no: 1 of 3 |" in page
    assert page.count("not measured |") == 1 + len(report.GOALS) - 1
    assert "| why / so |" in page
    assert "A quick run" in page
    plot = "benchmarks/single-redemptions-over-http-per-second.svg"
    assert f"({plot})" in page
    assert (tmp_path / plot).read_text("utf-8").count('class="baseline" x="350"') == 2


def test_every_part_has_a_heading_and_a_budget_that_fits_in_the_run() -> None:
    from tests.bench.__main__ import PARTS

    for sizes in (FULL, QUICK):
        assert set(PARTS) == set(report.PARTS) == set(sizes.budget_s)
        assert sum(sizes.budget_s.values()) <= sizes.limit_s


def test_a_chart_escapes_what_it_shows_and_survives_nothing() -> None:
    drawn = chart("a < b", [Bar(label="<script>", database="sqlite", value=0.0)])
    assert "<script>" not in drawn
    assert "a &lt; b" in drawn


# ------------------------------------------------------------------------------------------- seeds


def _scenery(engine: Engine, folder: Path) -> tuple[Scenery, seeds.Models]:
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    scenery = Scenery.build(url, folder=folder, parties=2, rights=6)
    at = scenery.now - timedelta(hours=1)
    scans = [scenery.scan(scenery.rights[i], scenery.parties[i], at) for i in range(2)]
    with scenery.work() as work:
        outcomes = redemptions.redeem(work, scans)
    ids = tuple(each.id for each in outcomes if isinstance(each, Redeemed))
    return scenery, seeds.Models(redemption_ids=ids, rights=6)


def _report(scenery: Scenery) -> audit.Report:
    with scenery.work() as work:
        return audit.check(work)


def test_seeded_redemptions_are_as_real_as_the_ones_they_copy(engine: Engine, tmp_path: Path) -> None:
    scenery, models = _scenery(engine, tmp_path)
    seeds.store(scenery, models, 16)
    found = _report(scenery)
    assert found.agrees, found.findings
    assert found.looked_at["redemption"] == 18
    scan = scenery.scan(scenery.rights[5], scenery.parties[0], scenery.now)
    with scenery.work() as work:
        (outcome,) = redemptions.redeem(work, [scan])
    assert isinstance(outcome, Redeemed)
    scenery.engine.dispose()


def test_without_moved_counters_the_audit_sees_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenery, models = _scenery(engine, tmp_path)
    monkeypatch.setattr(seeds, "_count", lambda *given: None)
    seeds.store(scenery, models, 16)
    assert not _report(scenery).agrees
    scenery.engine.dispose()


def test_seeding_leaves_the_tables_and_indexes_as_they_were(sqlite_engine: Engine, tmp_path: Path) -> None:
    names = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    told = text("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx, rowid")
    with sqlite_engine.connect() as connection:
        before = connection.execute(names).all(), connection.execute(told).all()
    sqlite_engine.dispose()
    seeds.store(*_scenery(sqlite_engine, tmp_path), 16)
    with sqlite_engine.connect() as connection:
        assert (connection.execute(names).all(), connection.execute(told).all()) == before


# ----------------------------------------------------------------------------------- made-up numbers


def test_made_up_numbers_are_valid_and_all_different() -> None:
    ibans = [identifiers.iban(iban(each)) for each in range(300)]
    numbers = [identifiers.bsn(each) for _, each in zip(range(300), bsns(), strict=False)]
    assert len(set(ibans)) == len(set(numbers)) == 300


def test_pieces_lose_nothing() -> None:
    assert list(pieces(range(5), 2)) == [[0, 1], [2, 3], [4]]
