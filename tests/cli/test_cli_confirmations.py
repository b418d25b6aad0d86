# SPDX-License-Identifier: EUPL-1.2
"""What a resident tells staff is written down at a terminal, and keeps its line from being paid."""

from ledger import ids
from tests.cli.terminal import REGION, USE, Terminal, granted


def test_what_a_resident_tells_staff_keeps_its_line_until_it_is_let_go(shop: Terminal) -> None:
    keys = {
        role: shop.answer("actors", "add", role, "--role", role)["api_key"]
        for role in ("gatekeeper", "finance", "contract_manager")
    }
    by_clerk, by_finance = ("--key", keys["gatekeeper"]), ("--key", keys["finance"])
    asked = "        mode: hard\n        confirmation: {kind: consent, silence_days: 14}\n"
    shop.run("load", shop.write("asks.yml", REGION.replace("        mode: hard\n", asked)))
    shop.run("publish", "--key", keys["contract_manager"])
    right = granted(shop)
    done = shop.answer("redeem", right, *USE)
    redemption, words = done["id"], ("--told-by", "mevrouw, aan de balie")

    (line,) = shop.answer("confirmation", "waiting", "--entitlement", right)["lines"]
    assert (line["asked"], line["may_be_paid"], line["cents"]) == ("consent", False, 38_40)
    assert "waits until" in shop.run("confirmation", "waiting", "--limit", 1)
    assert shop.answer("confirmation", "waiting", "--after", line["id"])["lines"] == []
    confirm = ("confirmation", "confirm", redemption, *words)
    assert shop.answer(*confirm, status=1)["code"] == "speaker_redeemed"
    assert shop.answer(*confirm, *by_finance, status=1)["code"] == "not_allowed"
    dispute = ("confirmation", "dispute", redemption, *words, "--note", "er kwam niemand", *by_clerk)
    id_ = ids.uuid7()
    said = shop.answer(*dispute, "--id", id_, "--at", done["service_day"])
    assert said == shop.answer(*dispute, "--id", id_, "--at", done["service_day"])
    assert shop.answer(*confirm, *by_clerk, "--line", 1, status=1)["code"] == "line_disputed"
    assert "er kwam niemand" in shop.run("confirmation", "show", redemption)
    assert shop.answer("confirmation", "show", redemption)["words"] == [said]
    shop.run("confirmation", "show", ids.uuid7(), status=4)

    run = shop.answer("run", "draft", "--until", done["service_day"])
    assert (run["totals"]["disputed_lines"], run["totals"]["disputed_cents"]) == (1, 38_40)
    assert run["shares"][0]["disputed_cents"] == 38_40
    assert "disputed: er kwam niemand" in shop.run("run", "lines", run["run_id"])
    assert "waits for residents" in shop.run("run", "show", run["run_id"])
    shop.run("run", "submit", run["run_id"])
    let_go = ("run", "let-go", run["run_id"], line["id"], "--note", "de aftekenlijst klopt")
    assert shop.answer(*let_go, status=1)["code"] == "drafter_looks"
    assert shop.answer(*let_go, *by_finance)["marked"] == [line["id"]]
    assert shop.answer("run", "release", run["run_id"], *by_finance)["total_cents"] == 38_40
    late = shop.run("confirmation", "withdraw", redemption, *words, *by_clerk)
    assert "what was settled before is not taken back by this" in late
    shop.run("check")
