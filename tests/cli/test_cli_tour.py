# SPDX-License-Identifier: EUPL-1.2
"""A newcomer walks from nothing to a payment file, on each kind of database."""

import csv
import io
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from lxml import etree
from sqlalchemy import select
from sqlmodel import col

from ledger import clock, db, ids, municipalities
from ledger.tables import Person
from tests.answers import accepted
from tests.cli.messages import message
from tests.cli.terminal import HOLDER, REGION, USE, Terminal, granted, open_shop, publish
from tests.qr_reader import QR_ONLY

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types


def qr_of(path: Path) -> str:
    """The code on the page, as a scanner reads it."""
    picture = pypdfium2.PdfDocument(path)[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, QR_ONLY)
    return str(found.text)


def test_a_newcomer_gets_from_nothing_to_a_payment_file(either: Terminal) -> None:
    open_shop(either)
    right = granted(either)
    letter = either.folder / "letter.pdf"
    either.run("letter", "--entitlement", right, "--out", letter, "--lang", "nl")
    code = qr_of(letter)

    quoted = either.answer("quote", code, *USE)
    assert quoted["price_cents"] == 38_40
    assert either.answer("balance", right)["left_quantity"] == 600

    done = either.answer("redeem", code, *USE)
    assert (done["price_cents"], done["remaining_quantity"]) == (38_40, 540)
    other = either.answer("redeem", "-", *USE, typed=code + "\n")
    back = either.answer("reverse", other["id"], "--reason", "scanned twice")
    assert back["standing_cents"] == 0

    held = either.answer("redeem", right, *USE, "--reserve")
    part = either.answer("capture", held["id"], "--reason", "half an hour", "--line", 1, "--quantity", 30)
    assert (part["taken_back_cents"], part["standing_cents"]) == (19_20, 19_20)
    freed = either.answer("redeem", right, *USE, "--reserve")
    assert either.answer("release", freed["id"], "--reason", "was ill")["standing_cents"] == 0

    today = done["service_day"]
    run = either.answer("run", "draft", "--until", today)
    assert (run["totals"]["lines"], run["totals"]["cents"]) == (3, 57_60)
    either.run("run", "submit", run["run_id"])
    refused = either.answer("run", "release", run["run_id"], status=1)
    assert [each["code"] for each in refused["reasons"]] == [
        "sample_unseen",
        "releaser_drafted",
        "releaser_granted",
        "releaser_redeemed",
        "releaser_changed_account",
        "releaser_contracted",
    ]
    finance = either.answer("actors", "add", "Finance", "--role", "finance")["api_key"]
    lines = either.answer("run", "lines", run["run_id"], "--unseen")["lines"]
    named = " ".join(each["entry_id"] for each in lines)
    either.run("run", "seen", run["run_id"], "-", "--key", finance, typed=named)
    done = either.answer("run", "release", run["run_id"], "--key", finance)
    assert (done["total_cents"], done["payments"], done["state"]) == (57_60, 1, "released")
    (told,) = either.answer("run", "export", run["run_id"], "--out", either.folder)["files"]
    file = Path(told["file"])
    assert told["sha256"] == sha256(file.read_bytes()).hexdigest() == done["files"][0]["sha256"]
    assert etree.parse(file).getroot().tag.endswith("Document")
    before = file.read_bytes()
    either.run("run", "export", run["run_id"], "--out", either.folder)
    assert file.read_bytes() == before

    said = either.folder / "answer.xml"
    message_id = etree.parse(file).findtext(".//{*}MsgId")
    assert message_id is not None
    said.write_bytes(accepted(message_id, answer="A-1"))
    heard = either.answer("bank", "read", said)
    assert (heard["new"], heard["outcomes"]) == (True, {"accepted": 1})
    assert either.answer("bank", "read", said)["new"] is False
    assert either.answer("run", "show", run["run_id"])["state"] == "accepted"
    assert either.answer("bank", "lines")["lines"] == []

    assert either.answer("check")["books_balance"] is True
    rows = list(csv.DictReader(io.StringIO(either.run("export"))))
    assert {row["kind"] for row in rows} >= {"grant", "redeem", "reverse", "capture", "settle"}


def test_the_same_run_again_pays_nothing_more(shop: Terminal) -> None:
    right = granted(shop)
    today = shop.answer("redeem", right, *USE)["service_day"]
    words = ("run", "draft", "--until", today, "--id", ids.uuid7())
    first, second = shop.answer(*words), shop.answer(*words)
    assert first == second
    later = shop.answer("run", "draft", "--until", today)
    assert later["totals"]["lines"] == 0
    shop.run("run", "withdraw", first["run_id"], "--reason", "too early")
    assert shop.answer("run", "draft", "--until", today)["totals"]["lines"] == first["totals"]["lines"]


def test_the_same_redemption_again_changes_nothing(shop: Terminal) -> None:
    right = granted(shop)
    words = ("redeem", right, *USE, "--id", ids.uuid7(), "--at", "2026-02-02T09:00")
    assert shop.answer(*words) == shop.answer(*words)
    assert shop.answer("balance", right)["left_quantity"] == 540


def test_several_lines_pass_together(shop: Terminal) -> None:
    right = shop.answer(
        "grant", "--holder-file", shop.folder / "holder.yml", "--amount", "100.00", "--provider", "01234567"
    )["entitlement_id"]
    done = shop.answer("redeem", right, *USE, "--service", "08A03", "--quantity", 2)
    assert [line["price_cents"] for line in done["lines"]] == [38_40, 17_50]


def test_a_reprinted_letter_is_the_same_code_and_a_replaced_one_is_not(shop: Terminal) -> None:
    right = granted(shop)
    first, again, new = (shop.folder / name for name in ("1.pdf", "2.pdf", "3.pdf"))
    code_id = shop.answer("letter", "--entitlement", right, "--out", first)["code_id"]
    assert shop.answer("letter", code_id, "--out", again)["code_id"] == code_id
    assert shop.answer("letter", "--entitlement", right, "--out", again)["code_id"] == code_id
    assert shop.answer("letter", "--entitlement", right, "--replace", "--out", new)["code_id"] != code_id
    refused = shop.answer("redeem", qr_of(first), *USE, status=1)
    assert [each["code"] for each in refused["reasons"]] == ["code_revoked"]
    assert shop.answer("redeem", qr_of(new), *USE)["price_cents"] == 38_40


def test_the_letter_says_what_was_given_and_how_to_reach_the_sender(shop: Terminal) -> None:
    right = granted(shop, "--cap", "week:3:hour+")
    out = shop.folder / "letter.pdf"
    shop.run("letter", "--entitlement", right, "--out", out, "--lang", "nl", "--phone", "14 020")
    text = " ".join(pypdfium2.PdfDocument(out)[0].get_textpage().get_text_range().split())
    assert "mevrouw A. de Wit" in text
    assert "In totaal 10 uur" in text
    assert "Ten hoogste 3 uur per week" in text
    assert "Bel 14 020 of kijk op de website van uw gemeente." in text
    assert "999900006" not in text


def test_an_entitlement_is_amended_suspended_resumed_ended_and_expired(shop: Terminal) -> None:
    right = granted(shop)
    why = ("--reason", "afgesproken")
    assert shop.answer("amend", right, "--quantity", 1200, *why)["version"] == 2
    assert shop.answer("balance", right)["left_quantity"] == 1200
    shop.run("suspend", right, "--from", "2026-02-01", *why)
    assert "entitlement_suspended" in shop.run(
        "redeem", right, *USE, "--at", "2026-02-02", "--json", status=1
    )
    shop.run("resume", right, "--from", "2026-02-02", *why)
    shop.run("redeem", right, *USE, "--at", "2026-02-02")
    assert shop.answer("end", right, "--on", "2026-03-01", *why)["valid_until"] == "2026-03-01"
    told = shop.folder / "end.pdf"
    shop.run("letter", "--ended", right, "--out", told)
    assert told.read_bytes()[:5] == b"%PDF-"
    assert shop.answer("expire", "--claim-days", 1)["closed"] == [right]
    assert shop.answer("balance", right)["closed"] is True
    assert shop.answer("check")["books_balance"] is True


def test_a_request_is_refused_and_told_by_letter(shop: Terminal) -> None:
    granted(shop)
    with db.reading(db.connect(shop.database)) as session:
        (person,) = session.scalars(select(col(Person.id)).where(col(Person.municipality_id) == "0384"))
    why = ("--asked", "Een traplift", "--reason", "U kunt op de begane grond wonen.")
    made = shop.answer("refuse", person, *why, "--on", "2026-01-05")
    told = shop.folder / "refusal.pdf"
    shop.run("letter", "--refusal", made["refusal_id"], "--out", told)
    assert told.read_bytes()[:5] == b"%PDF-"
    shop.run("refuse", person, *why, "--on", "2999-01-01", status=1)
    shop.run("refuse", person, *why, "--law", "wvg", status=2)
    shop.run("letter", "--refusal", person, status=4)
    shop.run("letter", "--refusal", person, "--ended", person, status=2)


CLAIM = "reference,entitlement,service,quantity,service_date\n"


def test_a_claims_file_is_tried_then_booked_then_the_same_claim(shop: Terminal) -> None:
    right = granted(shop)
    lines = [f"R{n},{right},01A05,60,2026-02-0{n}" for n in (1, 2)]
    good = shop.write("good.csv", CLAIM + "\n".join(lines))
    bad = shop.write(
        "bad.csv", CLAIM + "\n".join([*lines, f"R3,{right},99X99,0,soon", f"R1,{right},01A05,6,2026-02-03"])
    )
    told = shop.run("claim", bad, "--provider", "01234567", "--dry-run", status=1)
    assert "line 4:" in told
    assert "line 5:" in told
    assert "2 of 4 lines are bad" in told
    assert [
        each["line"] for each in shop.answer("claim", bad, "--provider", "01234567", status=1)["bad"]
    ] == [4, 5]
    assert shop.answer("balance", right)["left_quantity"] == 600
    assert "2 of 4 lines are right, €76.80 (2 hours); nothing was booked" in told
    tried = shop.answer("claim", good, "--provider", "01234567", "--dry-run")
    assert (tried["bad"], tried["good"], tried["price_cents"]) == ([], 2, 76_80)
    assert tried["quantities"] == {"minute": 120}
    first = shop.answer("claim", good, "--provider", "01234567")
    assert (first["lines"], first["price_cents"]) == (2, 76_80)
    assert shop.answer("claim", good, "--provider", "01234567") == first
    assert shop.answer("balance", right)["left_quantity"] == 480


def test_messages_import_right_after_init_and_again_change_nothing(terminal: Terminal) -> None:
    terminal.run("init", "0384")
    publish(terminal)
    files = []
    for number in range(3):
        path = terminal.folder / f"{number}.xml"
        path.write_bytes(message(number=number, bsn=("999900006", "999900018", "999900031")[number]))
        files.append(path)
    tried = terminal.answer("import", "allocations", *files, "--dry-run")
    assert (tried["granted"], tried["dry_run"]) == (3, True)
    assert terminal.answer("balance", "--all")["entitlements"] == []
    assert terminal.answer("import", "allocations", *files)["granted"] == 3
    again = terminal.answer("import", "allocations", *files)
    assert (again["granted"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert len(terminal.answer("balance", "--all")["entitlements"]) == 3


def test_a_message_that_is_no_message_does_not_touch_the_others(shop: Terminal) -> None:
    good, bad = shop.folder / "good.xml", shop.write("bad.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    good.write_bytes(message(number=1, bsn="999900018"))
    answer = shop.answer("import", "allocations", good, bad, status=3)
    assert answer["imported"] == 1
    assert [each["code"] for each in answer["refused"]] == ["malformed_file"]


def test_keys_turn_and_old_codes_stay_good(shop: Terminal) -> None:
    letter = shop.folder / "letter.pdf"
    shop.run("letter", "--entitlement", granted(shop), "--out", letter)
    before = shop.answer("keys", "show")["keys"]
    after = shop.answer("keys", "rotate")["keys"]
    assert [each["state"] for each in after] == ["signs", "retired"]
    assert after[1]["key_id"] == before[0]["key_id"]
    shop.run("redeem", qr_of(letter), *USE)


def test_accounts_are_made_given_keys_and_disabled(shop: Terminal) -> None:
    made = shop.answer("actors", "add", "Scanner", "--role", "provider", "--provider", "01234567")
    assert re.fullmatch(r"tgd_0384_[\w-]{43}", made["api_key"])
    listed = {each["name"]: each for each in shop.answer("actors", "list")["actors"]}
    assert listed["Scanner"]["roles"] == ["provider"]
    shop.run("actors", "new-key", made["actor_id"])
    keys = shop.answer("actors", "keys", made["actor_id"])["keys"]
    assert len(keys) == 2
    shop.run("actors", "revoke-key", keys[0]["key_id"])
    invited = shop.answer("actors", "invite", made["actor_id"], "Scanner@Linde.test")
    assert (invited["login_name"], len(invited["code"])) == ("scanner@linde.test", 43)
    shop.run("actors", "link", made["actor_id"], "https://id.linde.test", "scanner-7")
    (known,) = shop.answer("actors", "identities", made["actor_id"])["identities"]
    assert known["issuer"] == "https://id.linde.test"
    shop.run("actors", "unlink", made["actor_id"], "https://id.linde.test")
    assert shop.answer("actors", "identities", made["actor_id"])["identities"] == []
    shop.run("actors", "link", made["actor_id"], "https://id.linde.test", "123456782", status=2)
    shop.run("actors", "disable", made["actor_id"])
    shop.run("actors", "link", made["actor_id"], "https://id.linde.test", "scanner-7", status=1)
    shop.run("actors", "new-key", made["actor_id"], status=1)


def tables(terminal: Terminal) -> list[Any]:
    return [terminal.run("balance"), terminal.run("balance", "--all"), terminal.run("actors", "list")]


def test_tables_for_people_show_the_same(shop: Terminal) -> None:
    right = granted(shop)
    whole, every, accounts = tables(shop)
    assert "Huishouden" in whole
    assert "€100,000.00" in whole
    assert right in every
    assert "First administrator" in accounts


def test_one_person_neither_publishes_nor_grants_much_alone(terminal: Terminal) -> None:
    terminal.run("init", "0384")
    loaded = terminal.answer("load", terminal.write("region.yml", REGION))["municipalities"]["0384"]
    assert loaded["waiting"] == 2
    waiting = terminal.answer("publish", "--dry-run")["drafts"]
    assert {each["name"] for each in waiting} == {"Wmo", "Jeugdwet", "Huishouden", "HO-1"}
    assert terminal.answer("publish", status=1)["code"] == "programme_publisher_drafted"
    assert terminal.answer("publish", "--contract", "HO-1", status=1)["code"] == "contract_publisher_drafted"
    terminal.run("publish", "--contract", "HO-2", status=4)
    finance = terminal.answer("actors", "add", "Finance", "--role", "finance")["api_key"]
    assert terminal.answer("publish", "--key", finance, status=1)["code"] == "not_allowed"
    colleague = terminal.answer("actors", "add", "Contracts", "--role", "contract_manager")["api_key"]
    named = ("publish", "--contract", "HO-1", "--programme", "Huishouden", "--key", colleague)
    assert [each["name"] for each in terminal.answer(*named)["published"]] == ["Huishouden", "HO-1"]
    terminal.write("dearer.yml", REGION.replace("rate: 38.40", "rate: 39.40"))
    terminal.run("load", terminal.folder / "dearer.yml")
    assert (
        terminal.answer("withdraw", "--contract", "HO-1", "--key", finance, status=1)["code"] == "not_allowed"
    )
    withdrawn = terminal.answer("withdraw", "--contract", "HO-1", "--key", colleague)["withdrawn"]
    assert [(each["number"], each["version"]) for each in withdrawn] == [("HO-1", 2)]
    terminal.run("withdraw", "--contract", "HO-1", status=4)
    assert len(terminal.answer("publish", "--key", colleague)["published"]) == 2
    assert terminal.answer("load", terminal.folder / "region.yml")["municipalities"]["0384"]["waiting"] == 0

    terminal.write("holder.yml", HOLDER)
    small = granted(terminal)
    limited(terminal, cents=400_00)
    much = ("--amount", "500.00", "--service", "01A05", "--holder-file", terminal.folder / "holder.yml")
    told = terminal.answer("grant", *much)
    assert (told["waiting"], told["cents"], told["limit_cents"]) == (True, 500_00, 400_00)
    assert "waits for somebody else" in terminal.run("amend", small, "--quantity", 6000, "--reason", "more")
    first, second = terminal.answer("approval", "list")["approvals"]
    assert (first["approval_id"], second["entitlement_id"]) == (told["approval_id"], small)
    assert terminal.answer("approval", "show", first["approval_id"])["content"]["amount_cents"] == 500_00
    for each in (first, second):
        own = (each["approval_id"], "--reason", "plan seen")
        assert terminal.answer("approval", "approve", *own, status=1)["code"] == "approver_asked"
    gatekeeper = terminal.answer("actors", "add", "Access", "--role", "gatekeeper")["api_key"]
    words = (first["approval_id"], "--reason", "plan seen", "--key", gatekeeper)
    assert terminal.answer("approval", "approve", *words)["decision"]["approved"] is True
    assert terminal.answer("balance", first["approval_id"])["left_cents"] == 500_00
    terminal.run("approval", "refuse", second["approval_id"], "--reason", "no need", "--key", gatekeeper)
    assert terminal.answer("approval", "list")["approvals"] == []
    assert "refused" in terminal.run("approval", "list", "--all")
    assert terminal.answer("balance", small)["left_quantity"] == 600
    assert terminal.answer("check")["books_balance"] is True


def limited(terminal: Terminal, *, cents: int) -> None:
    """An administrator sets above how much one person does not grant alone."""
    engine = db.connect(terminal.database)
    with db.transaction(engine) as session:
        work = db.Work(session=session, municipality_id="0384", actor_id=ids.uuid7(), now=clock.now())
        municipalities.get(work).grant_alone_cents = cents
    engine.dispose()
