# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong at a terminal ends with a sentence and a status, never with a traceback."""

import sqlite3
from pathlib import Path

import pytest

from ledger import ids
from tests.cli.messages import message
from tests.cli.terminal import REGION, USE, Terminal, granted, publish


def test_init_shows_a_key_once_and_leaves_what_is_there(terminal: Terminal) -> None:
    first = terminal.answer("init", "0384")
    assert first["api_key"].startswith("tgd_0384_")
    again = terminal.answer("init", "0384")
    assert (again["existed"], again["api_key"]) == (True, None)
    assert "was set up already" in terminal.run("init", "0384")


def test_init_knows_only_real_municipalities(terminal: Terminal) -> None:
    assert "9999" in terminal.run("init", "9999", status=3)
    assert not (terminal.folder / "tegoed.db").exists()


def test_init_never_makes_new_keys_for_a_municipality_that_lost_its_own(terminal: Terminal) -> None:
    terminal.run("init", "0384")
    terminal.keys.write_text('{"version": 1, "municipalities": {}}')
    told = terminal.answer("init", "0384", status=5)
    assert told["code"] == "keys_not_found"
    terminal.run("keys", "new", status=5)


def test_a_region_loaded_before_init_gets_its_keys_by_init(terminal: Terminal) -> None:
    terminal.run("migrate")
    terminal.run("load", terminal.write("region.yml", REGION))
    assert terminal.answer("init", "0384")["existed"] is False
    publish(terminal)
    granted_by = terminal.write("holder.yml", "surname: Wit\nbirth_date: 1944-03-09\npostcode: 1112AB\n")
    terminal.run("grant", "--holder-file", granted_by, "--amount", "10", "--service", "01A05")


def test_without_a_database_every_command_says_how_to_make_one(terminal: Terminal) -> None:
    assert "tegoed migrate" in terminal.run("balance", status=5)
    assert not (terminal.folder / "tegoed.db").exists()


def test_a_database_of_another_version_is_not_touched(terminal: Terminal) -> None:
    terminal.run("migrate")
    with sqlite3.connect(terminal.folder / "tegoed.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    assert "run tegoed migrate" in terminal.run("check", status=5)


def test_a_database_that_is_away_is_told(terminal: Terminal) -> None:
    terminal.database = "postgresql://nobody@127.0.0.1:1/nothing"
    assert "the database cannot be used" in terminal.run("balance", status=5)
    terminal.database = "mysql://x"
    assert "sqlite:///" in terminal.run("balance", status=5)
    terminal.database = f"sqlite:///{terminal.folder}/keys.json/x.db"
    terminal.write("keys.json", "")
    terminal.run("migrate", status=5)


def test_keys_that_others_can_read_are_refused(shop: Terminal) -> None:
    right = granted(shop)
    shop.keys.chmod(0o644)
    told = shop.run("letter", "--entitlement", right, status=5)
    assert "chmod 600" in told
    shop.keys.chmod(0o600)
    shop.keys.write_text("{")
    assert shop.answer("letter", "--entitlement", right, status=5)["code"] == "keyring_unreadable"
    shop.keys.unlink()
    shop.run("keys", "show", status=5)


@pytest.mark.parametrize(
    "words",
    [
        ("load", "none.yml"),
        ("import", "allocations", "none.xml"),
        ("claim", "none.csv", "--provider", "01234567"),
        ("grant", "--file", "none.yml"),
    ],
)
def test_a_file_that_is_not_there_is_a_usage_error(shop: Terminal, words: tuple[str, ...]) -> None:
    assert "none." in shop.run(*words, status=2)


def test_a_region_file_tells_every_mistake_with_its_line(terminal: Terminal) -> None:
    terminal.run("migrate")
    broken = REGION.replace("NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 01").replace(
        "measure: piece", "measure: lump"
    )
    told = terminal.answer("load", terminal.write("region.yml", broken), status=3)
    assert told["code"] == "region_file_wrong"
    assert "line 5" in told["detail"]
    assert "line 12" in told["detail"]


def test_a_grant_file_tells_every_mistake_with_its_line(shop: Terminal) -> None:
    right = """kind: voucher
law: wmo
holder: {surname: Wit, birth_date: 1944-03-09}
amount: 12.3
valid_from: 2026-02-30
colour: red
"""
    told = shop.run("grant", "--file", shop.write("grant.yml", right), status=3)
    assert "line 4, amount" in told
    assert "line 5, valid_from" in told
    assert "line 6, colour" in told
    shop.run("grant", "--file", shop.write("twice.yml", "kind: voucher\nkind: voucher\n"), status=3)
    shop.run("grant", "--file", shop.write("empty.yml", ""), status=3)
    shop.run("grant", "--file", shop.write("list.yml", "- a\n"), status=3)


def test_a_grant_from_a_file_needs_no_options(shop: Terminal) -> None:
    content = """
        kind: arrangement
        law: wmo
        holder: {surname: Wit, birth_date: 1944-03-09, bsn: "999900018"}
        amount: 250.00
        valid_from: 2026-01-01
        restrictions:
          - {kind: only_items, items: [{service: 01A05}]}
        programme: Wmo
    """
    assert shop.answer("grant", "--file", shop.write("grant.yml", content))["committed_cents"] == 250_00
    same = '{"kind": "voucher", "law": "wmo", "amount_cents": 500, "valid_from": "2026-01-01"}'
    shop.run("grant", "--file", shop.write("grant.json", same), "--holder-file", shop.folder / "holder.yml")


def test_the_same_number_is_the_same_resident(shop: Terminal) -> None:
    words = ("grant", "--holder-file", shop.folder / "holder.yml", "--amount", "5")
    assert shop.answer(*words)["holder_id"] == shop.answer(*words)["holder_id"]


def test_a_personal_number_that_fails_its_test_is_not_repeated(shop: Terminal) -> None:
    wrong = shop.write("wrong.yml", 'surname: Wit\nbirth_date: 1944-03-09\nbsn: "999900007"\n')
    told = shop.run("grant", "--holder-file", wrong, "--amount", "5", status=3)
    assert "11-test" in told
    assert "999900007" not in told


@pytest.mark.parametrize(
    "words",
    [
        ("--amount", "12.345"),
        ("--amount", "-5"),
        ("--quantity", 10, "--unit", "fortnight"),
        ("--amount", "5", "--cap", "week"),
        ("--amount", "5", "--cap", "week:many:minute"),
        ("--amount", "5", "--from", "soon"),
        ("--amount", "5", "--programme", "Elders"),
        ("--amount", "5", "--kind", "gift"),
        (),
    ],
)
def test_options_that_make_no_grant_are_usage_errors(shop: Terminal, words: tuple[object, ...]) -> None:
    shop.run("grant", "--holder-file", shop.folder / "holder.yml", *words, status=2)


def test_a_grant_needs_to_know_for_whom(shop: Terminal) -> None:
    assert "--holder" in shop.run("grant", "--amount", "5", status=2)
    assert "holder_not_found" in shop.run(
        "grant", "--amount", "5", "--holder", ids.uuid7(), "--json", status=4
    )


def test_a_hard_budget_says_no_in_the_language_that_is_asked(shop: Terminal) -> None:
    words = (
        "grant",
        "--holder-file",
        shop.folder / "holder.yml",
        "--programme",
        "Huishouden",
        "--amount",
        200_000,
    )
    assert "budget" in shop.run(*words, status=1)
    assert "€ 200.000,00" in shop.run(*words, "--lang", "nl", status=1)


def test_every_reason_of_a_refusal_is_told(shop: Terminal) -> None:
    right = granted(shop)
    words = (
        "redeem",
        right,
        "--provider",
        "01234567",
        "--service",
        "08A03",
        "--quantity",
        1,
        "--at",
        "2025-02-01",
    )
    told = shop.answer(*words, status=1)
    assert [each["code"] for each in told["reasons"]] == [
        "entitlement_not_yet_valid",
        "unit_not_covered",
        "service_not_covered",
    ]
    said = shop.run(*words, status=1)
    assert said.count("  - ") == 3
    assert shop.answer("balance", right)["left_quantity"] == 600


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"code": "TR1:NONSENSE"}, 1),
        ({"code": "ABCD-EFGHJ-KMNPQ"}, 1),
        ({"code": "0190f3a1-7b1c-7000-8000-000000000001"}, 4),
        ({"--provider": "42420009"}, 4),
        ({"--provider": "linde"}, 2),
        ({"--quantity": "0"}, 2),
        ({"--quantity": "1.5"}, 2),
        ({"--quantity": "-60"}, 2),
        ({"--quantity": "9" * 30}, 2),
        ({"--service": "1A"}, 2),
        ({"--at": "yesterday"}, 2),
        ({"--at": "2036-01-01"}, 1),
        ({"--price": "99,99"}, 1),
        ({"--price": "free"}, 2),
        ({"--id": "7"}, 2),
        ({"--id": "6f1ed002-ab5c-4d5b-a6b2-2d5b2b3d7f10"}, 2),
    ],
)
def test_bad_input_at_the_door(shop: Terminal, changed: dict[str, str], status: int) -> None:
    given = {
        "code": granted(shop),
        "--provider": "01234567",
        "--service": "01A05",
        "--quantity": "60",
        "--at": "2026-02-02",
        **changed,
    }
    code = given.pop("code")
    shop.run("redeem", code, *(word for pair in given.items() for word in pair), status=status)
    assert shop.answer("check")["books_balance"] is True


def test_lines_without_their_quantity_are_a_usage_error(shop: Terminal) -> None:
    assert "--quantity" in shop.run("redeem", granted(shop), *USE, "--service", "08A03", status=2)


def test_the_same_id_with_other_content_is_refused(shop: Terminal) -> None:
    right, id_ = granted(shop), ids.uuid7()
    shop.run("redeem", right, *USE, "--id", id_, "--at", "2026-02-02")
    told = shop.answer("redeem", right, *USE, "--id", id_, "--at", "2026-02-03", status=1)
    assert told["code"] == "redemption_exists_with_other_content"


def test_a_quote_books_nothing_and_looks_at_another_day(shop: Terminal) -> None:
    right = granted(shop)
    words = ("quote", right, *USE, "--at", "2027-06-01")
    assert [each["code"] for each in shop.answer(*words, status=1)["reasons"]] == ["service_day_in_future"]
    assert shop.answer(*words, "--today", "2027-06-02")["remaining_quantity"] == 540
    assert shop.answer("balance", right)["left_quantity"] == 600


def test_what_does_not_exist_is_not_found(shop: Terminal) -> None:
    nothing = ids.uuid7()
    for words in (
        ("balance", nothing),
        ("letter", nothing),
        ("letter", "--entitlement", nothing),
        ("reverse", nothing, "--reason", "x"),
        ("capture", nothing, "--reason", "x"),
        ("release", nothing, "--reason", "x"),
        ("suspend", nothing, "--reason", "x"),
        ("run", "show", nothing),
        ("run", "submit", nothing),
        ("run", "export", nothing, "--out", shop.folder),
        ("actors", "disable", nothing),
        ("actors", "new-key", nothing),
        ("actors", "revoke-key", nothing),
    ):
        shop.run(*words, status=4)


def test_another_municipality_is_another_ledger(shop: Terminal) -> None:
    right = granted(shop)
    assert shop.answer("balance", "-m", "0363", status=4)["code"] == "municipality_not_set_up"
    shop.run("init", "0437")
    assert "0384, 0437" in shop.run("balance", status=2)
    shop.run("balance", right, "-m", "0437", status=4)
    shop.run("balance", right, "-m", "0384")
    assert set(shop.answer("check", "--all")["municipalities"]) == {"0384", "0437"}
    foreign = shop.folder / "foreign.xml"
    foreign.write_bytes(message(number=1, bsn="999900018", municipality="0384"))
    told = shop.answer("import", "allocations", foreign, "-m", "0437", status=1)
    assert [each["code"] for each in told["refused"]] == ["other_municipality"]


def test_settling_needs_a_day_that_has_come_and_an_account_that_pays(terminal: Terminal) -> None:
    terminal.run("init", "0384")
    run = terminal.answer("run", "draft", "--until", "2026-01-31")["run_id"]
    assert terminal.answer("run", "release", run, status=1)["code"] == "settlement_run_not_ready"
    terminal.run("run", "submit", run)
    refused = terminal.answer("run", "release", run, status=1)
    assert [each["code"] for each in refused["reasons"]] == ["debtor_missing", "releaser_drafted"]
    told = terminal.answer("run", "draft", "--until", "2036-01-31", status=1)
    assert told["code"] == "settlement_until_in_future"
    terminal.run("run", "draft", "--until", "31-01-2026", status=2)
    terminal.run("run", "hold", run, ids.uuid7(), "--reason", "so", "--note", "x", status=2)
    terminal.run("run", "release", run, "--key", "tgd_0384_unknown", status=1)


def test_an_account_does_on_the_host_only_what_its_roles_allow(shop: Terminal) -> None:
    clerk = shop.answer("actors", "add", "Clerk", "--role", "gatekeeper")["api_key"]
    told = shop.answer("run", "draft", "--until", "2026-01-31", "--key", clerk, status=1)
    assert told["code"] == "not_allowed"


def test_roles_that_do_not_exist_or_do_not_go_together(shop: Terminal) -> None:
    assert "gatekeeper" in shop.run("actors", "add", "X", "--role", "king", status=2)
    shop.run("actors", "add", "X", "--role", "gatekeeper", "--role", "finance", status=1)
    shop.run("actors", "add", "X", "--role", "provider", status=2)


def test_an_amendment_says_what_changes(shop: Terminal) -> None:
    right = granted(shop)
    shop.run("amend", right, "--reason", "x", status=2)
    shop.run("redeem", right, *USE, "--at", "2026-02-02")
    told = shop.answer("amend", right, "--reason", "x", "--quantity", 30, status=1)
    assert told["code"] == "below_used"


def test_a_place_that_cannot_be_written_is_told(shop: Terminal) -> None:
    in_the_way = shop.write("file", "")
    shop.run("export", "--out", in_the_way / "x.csv", status=5)
    shop.run("letter", "--entitlement", granted(shop), "--out", in_the_way / "x.pdf", status=5)


def test_books_that_were_changed_from_outside_are_seen(shop: Terminal) -> None:
    right = granted(shop)
    connection = sqlite3.connect(shop.folder / "tegoed.db")
    with connection:
        connection.execute("UPDATE account SET credits = credits + 1 WHERE kind = 'budget' AND credits > 0")
    connection.close()
    told = shop.answer("check", status=1)
    assert told["books_balance"] is False
    assert "account_counter" in str(told)
    assert "do NOT agree" in shop.run("check", status=1)
    assert right


def test_only_the_demo_serves_specimen_keys(terminal: Terminal, tmp_path: Path) -> None:
    from ledger import keys

    terminal.run("init", "0384")
    keys.write(tmp_path / "specimen.json", {"0384": keys.new_municipality_keys(specimen=True)})
    terminal.run("serve", "--keys", tmp_path / "specimen.json", status=5)
    terminal.run("serve", "--demo", "--keys", terminal.keys, status=5)  # a demo lets anybody in as anybody
