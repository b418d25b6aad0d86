# SPDX-License-Identifier: EUPL-1.2
"""A demand at a terminal: made, shown, charged, and given up by somebody else."""

from datetime import date, timedelta

from ledger import ids
from tests.cli.terminal import USE, Terminal, granted


def test_what_was_paid_for_too_much_is_demanded_and_given_up_by_another(shop: Terminal) -> None:
    done = shop.answer("redeem", granted(shop), *USE)
    today = date.fromisoformat(done["service_day"])
    run = shop.answer("run", "draft", "--until", today)["run_id"]
    shop.run("run", "submit", run)
    finance = ("--key", shop.answer("actors", "add", "Finance", "--role", "finance")["api_key"])
    lines = shop.answer("run", "lines", run, "--unseen")["lines"]
    shop.run("run", "seen", run, "-", *finance, typed=" ".join(each["entry_id"] for each in lines))
    shop.run("run", "release", run, *finance)
    shop.run("reverse", done["id"], "--reason", "nobody came")

    make = ("demand", "make", "--provider", "01234567", "--reason", "nobody came", "--id", ids.uuid7())
    told = shop.answer(*make, "--amount", "30.00", *finance)
    assert told == shop.answer(*make, "--amount", "30.00", *finance)
    assert (told["left_cents"], told["state"]) == (30_00, "standing")
    assert date.fromisoformat(told["due_on"]) - date.fromisoformat(told["sent_on"]) == timedelta(weeks=6)
    too_much = shop.answer(*make[:-2], "--amount", "8.41", *finance, status=1)
    assert (too_much["code"], "€8.40" in str(too_much)) == ("demand_exceeds_debt", True)

    demand = told["demand_id"]
    entered = ("--known-until", "2026-12-31", "--source", "test", *finance)
    shop.run("demand", "rates", "--rate", "2024-01-01=7.00", "--rate", "2025-01-01", *entered, status=2)
    shop.run("demand", "rates", "--rate", "2024-01-01=7.00", "--rate", "2025-01-01=6.25", *entered)
    assert shop.answer("demand", "charge", demand, "--until", today, *finance)["interest_cents"] == 0
    assert told["reference"] in shop.run("demand", "show", demand)
    (only,) = shop.answer("demand", "list", "--provider", "01234567")["demands"]
    assert (only["demand_id"], demand in shop.run("demand", "list")) == (demand, True)
    nowhere = ("demand", "assign", demand, "--statement", ids.uuid7(), "--line", 1, *finance)
    assert shop.answer(*nowhere, status=4)["code"] == "bank_line_not_found"

    given_up = ("demand", "withdraw", demand, "--reason", "agreed")
    assert shop.answer(*given_up, *finance, status=1)["code"] == "demander_withdraws"
    other = shop.answer("actors", "add", "Other", "--role", "finance")["api_key"]
    assert shop.answer(*given_up, "--key", other)["state"] == "withdrawn"
    assert shop.answer("check")["books_balance"] is True
