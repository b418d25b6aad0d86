# SPDX-License-Identifier: EUPL-1.2
"""What is entered for contract terms, and runs that are drafted by plan, at a terminal."""

from ledger import clock, db, ids, settings
from ledger.db import Work
from ledger.rules.run_plan import Monthly
from ledger.settings import Settings
from tests.cli.terminal import Terminal

MONTH = ("--first", "2026-01-01", "--last", "2026-01-31")


def test_figures_are_entered_once_by_somebody_who_may(shop: Terminal) -> None:
    keys = {
        role: shop.answer("actors", "add", role, "--role", role)["api_key"]
        for role in ("contract_manager", "finance")
    }
    by_manager = ("--key", keys["contract_manager"])
    words = ("term", "evidence", "--contract", "HO-1", "--number", 1, *MONTH, "--id", ids.uuid7())
    made = shop.answer(*words, "--available", 3100, *by_manager)
    assert made == shop.answer(*words, "--available", 3100, *by_manager)
    assert "another" in shop.run(*words, "--available", 3000, *by_manager, status=1)
    refused = shop.answer(*words, "--available", 3100, "--key", keys["finance"], status=1)
    assert refused["code"] == "not_allowed"
    people = ("term", "population", "--group", "youths", "--year", 2026, "--persons", 100)
    assert "youths in 2026: 100" in shop.run(*people, *by_manager)
    assert "€1,000.50" in shop.run(
        "term", "cost", "--contract", "HO-1", "--year", 2025, "--amount", "1000.50", *by_manager
    )
    assert "no such group" in shop.run(
        "term", "population", "--group", "cats", "--year", 2026, "--persons", 1, status=2
    )
    shop.run("term", "amounts", "HO-9", status=4)
    assert shop.answer("term", "amounts", "HO-1")["amounts"] == []
    assert shop.answer("term", "notices", "--contract", "HO-1")["notices"] == []
    assert "Notices of terms" in shop.run("term", "notices")


def test_a_timer_drafts_what_is_due_once_and_does_not_submit_it(shop: Terminal) -> None:
    assert "no run is planned" in shop.run("run", "plan")
    plan = Monthly(day=1, pays_after=2)
    engine = db.connect(shop.database)
    with db.transaction(engine) as session:
        work = Work(session=session, municipality_id="0384", actor_id=ids.uuid7(), now=clock.now())
        asked = Settings(
            sample_bps=1500,
            account_wait_days=5,
            payments_per_file=100,
            payment_file_version="pain.001.001.09",
            grant_alone_cents=None,
            run_plan=plan,
        )
        settings.put(work, asked)
    engine.dispose()

    first = shop.answer("run", "plan", "--all-municipalities")["municipalities"]["0384"]
    again = shop.answer("run", "plan")["municipalities"]["0384"]

    run = first["drafted"]
    assert (run["state"], run["is_planned"], again["drafted"]) == ("drafted", True, None)
    assert first["following"] == again["following"]
    assert f"next on {first['following']['planned_on']}" in shop.run("run", "plan")
    assert shop.answer("run", "submit", run["run_id"], status=1)["code"] == "submitter_planned"
    finance = shop.answer("actors", "add", "Finance", "--role", "finance")["api_key"]
    assert shop.answer("run", "submit", run["run_id"], "--key", finance)["state"] == "under_review"
    assert shop.answer("run", "show", run["run_id"])["ceilings"] == []
