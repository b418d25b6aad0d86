# SPDX-License-Identifier: EUPL-1.2
"""The demo: the same for the same seed and day, its books balanced, and never in the way of anything real."""

import json
import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from sqlmodel import Session, col, select

from ledger import db
from ledger.rules.facts import EntitlementKind
from ledger.tables import (
    Actor,
    ActorRole,
    CareAgreement,
    CareApproval,
    Device,
    Entitlement,
    EntitlementChange,
    FollowUp,
    LetterLogin,
    Mandate,
    Municipality,
    Redemption,
    RedemptionLine,
    Refusal,
    ResidentWord,
    Role,
)
from tests.cli.terminal import Terminal
from tests.qr_reader import QR_ONLY

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types

NUMBERS = (
    "entitlements",
    "redemptions",
    "refused",
    "redeemed_cents",
    "settled_cents",
    "payment_file_sha256",
    "reasons",
)
SMALL = ("demo", "--small", "--today", "2026-09-15")


def told(folder: Path, *, hash_seed: int) -> Any:
    """What a demo in a process of its own says, and the bytes of its payment file."""
    words = (
        "--database",
        f"sqlite:///{folder}/demo.db",
        "--keys",
        folder / "keys.json",
        "--out",
        folder / "out",
    )
    done = subprocess.run(
        [sys.executable, "-m", "cli", *SMALL, *map(str, words), "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
    )
    return json.loads(done.stdout)


def demo(terminal: Terminal, *more: object) -> Any:
    return terminal.answer(
        *SMALL, "--database", terminal.database, "--keys", terminal.keys, "--out", terminal.folder, *more
    )


def test_the_same_seed_and_day_tell_the_same_story(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    first, second = (told(folder, hash_seed=number) for number, folder in enumerate(folders, start=1))
    assert {name: first[name] for name in NUMBERS} == {name: second[name] for name in NUMBERS}
    written = [Path(each["payment_file"]).read_bytes() for each in (first, second)]
    assert written[0] == written[1]
    assert sha256(written[0]).hexdigest() == first["payment_file_sha256"]


def test_another_seed_is_another_story_and_the_earlier_one_is_gone(terminal: Terminal) -> None:
    first, second = demo(terminal), demo(terminal, "--seed", 8)
    assert first["redeemed_cents"] != second["redeemed_cents"]
    assert len(terminal.answer("check", "--all")["municipalities"]) == second["municipalities"] == 2


def test_the_story_adds_up_on_each_database(either: Terminal) -> None:
    for _ in range(2):  # the second replaces the first
        answer = demo(either)
    assert answer["books_balance"] is True
    assert answer["redeemed_cents"] == answer["settled_cents"] > 0
    assert answer["entitlements"] > 50
    assert answer["redemptions"] > 400
    assert len(answer["reasons"]) > 15
    assert set(answer["follow_ups"]) == {"capture", "release", "reversal"}


def test_one_resident_is_asked_represented_and_refused_and_one_provider_has_devices(
    terminal: Terminal,
) -> None:
    assert demo(terminal)["unconfirmed"] == 1
    assert (terminal.folder / "refusal-0384-nl.pdf").read_bytes().startswith(b"%PDF-")
    engine = db.connect(terminal.database)
    with db.reading(engine) as session:
        db.act_for(session, "0384")
        refused, word = session.scalars(select(Refusal)).one(), session.scalars(select(ResidentWord)).one()
        own, used_of_own = _under_a_drawing_right(session, refused.holder_id)
        used, waits = session.scalars(select(Device).order_by(col(Device.id))).all()
        mandate = session.scalars(select(Mandate).where(col(Mandate.municipality_id) == "0384")).one()
        login = session.scalars(select(LetterLogin).where(col(LetterLogin.municipality_id) == "0384")).one()
    engine.dispose()
    assert refused.holder_id == word.person_id == mandate.holder_id == login.person_id
    assert (used.approved_at is None, waits.approved_at is None) == (False, True)
    assert len(own) == 2, "approved by the municipality and by the paying agent"
    assert [each.quantity for each in used_of_own] == [90]


def _under_a_drawing_right(
    session: Session, holder_id: UUID
) -> tuple[list[CareApproval], list[RedemptionLine]]:
    """The approvals of the agreements under this resident's drawing right, and what was used of it."""
    rights = select(col(Entitlement.id)).where(
        col(Entitlement.holder_id) == holder_id, col(Entitlement.kind) == EntitlementKind.DRAWING_RIGHT
    )
    agreed = select(col(CareAgreement.id)).where(col(CareAgreement.entitlement_id).in_(rights))
    used = select(col(Redemption.id)).where(col(Redemption.entitlement_id).in_(rights))
    return (
        list(session.scalars(select(CareApproval).where(col(CareApproval.agreement_id).in_(agreed)))),
        list(session.scalars(select(RedemptionLine).where(col(RedemptionLine.redemption_id).in_(used)))),
    )


def test_what_providers_have_to_give_back_is_told_apart(terminal: Terminal) -> None:
    words = ("demo", "--today", "2026-11-28", "--database", terminal.database, "--keys", terminal.keys)
    answer = terminal.answer(*words, "--out", terminal.folder)
    assert answer["books_balance"] is True
    assert answer["redeemed_cents"] == answer["settled_cents"] - answer["to_give_back_cents"]
    assert answer["to_give_back_cents"] == 4_00


def test_everybody_who_is_needed_is_there_and_all_of_it_is_dutch(terminal: Terminal) -> None:
    demo(terminal)
    engine = db.connect(terminal.database)
    with db.reading(engine) as session:
        db.act_for(session, "0384")
        here = "0384"
        roles = Counter(
            session.scalars(select(col(ActorRole.role)).where(col(ActorRole.municipality_id) == here))
        )
        town = session.scalars(select(Municipality).where(col(Municipality.municipality_id) == here)).one()
        said = {
            *session.scalars(select(col(FollowUp.reason))),
            *session.scalars(select(col(EntitlementChange.reason))),
        }
        named = set(session.scalars(select(col(Actor.name))))
        notes = set(session.scalars(select(col(Entitlement.note))))
    engine.dispose()
    assert {role for role in Role if not roles[role]} == set(), "as each of them one can walk through it"
    assert roles[Role.CONTRACT_MANAGER] == roles[Role.FINANCE] == 2, "nobody puts in force what they drafted"
    assert "verhuisd naar een andere gemeente" in said
    told = " ".join(filter(None, [*said, *named, *notes])).split()
    assert {word.strip(".,;").lower() for word in told} & ENGLISH == set()
    assert town.letter_address
    assert town.letter_phone
    assert town.letter_web


ENGLISH = {"the", "and", "to", "by", "at", "home", "agent", "moved"}
"""Words that a sentence in English hardly does without, and that are no Dutch ones."""


def test_the_code_on_the_letter_redeems(terminal: Terminal) -> None:
    letter = terminal.answer(
        *SMALL[:2], "--database", terminal.database, "--keys", terminal.keys, "--out", terminal.folder
    )["letter"]
    picture = pypdfium2.PdfDocument(letter)[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, QR_ONLY)
    words = ("--provider", "42420101", "--service", "01A05", "--quantity", 60, "-m", "0384")
    done = terminal.answer("redeem", found.text, *words)
    assert done["remaining_quantity"] == 2340
    drafted = terminal.run("run", "draft", "--until", done["service_day"], "-m", "0384")
    assert done["service_day"][:4] in drafted, "a year is no quantity: 2026, not 2,026"
    assert f"{int(done['service_day'][:4]):,}" not in drafted
    assert terminal.answer("check", "--all")["books_balance"] is True


def test_the_story_is_told_to_people_as_well(terminal: Terminal) -> None:
    said = terminal.run(
        *SMALL, "--database", terminal.database, "--keys", terminal.keys, "--out", terminal.folder
    )
    assert "The books of all 2 municipalities agree" in said
    assert "curl -X PUT http://127.0.0.1:8000/v1/redemptions/" in said
    assert "9999" not in "".join(word for word in said.split() if word.isdigit() and len(word) == 9)


def test_a_demo_never_replaces_what_is_real(shop: Terminal) -> None:
    shop.run(
        *SMALL, "--database", shop.database, "--keys", shop.folder / "k.json", "--out", shop.folder, status=1
    )
    assert shop.answer("balance")["budgets"]
    elsewhere = ("--database", f"sqlite:///{shop.folder}/demo.db", "--out", shop.folder)
    shop.run(*SMALL, *elsewhere, "--keys", shop.keys, status=1)


def test_a_demo_needs_a_day_its_contracts_know(terminal: Terminal) -> None:
    terminal.run(
        "demo", "--today", "2020-01-01", "--database", terminal.database, "--keys", terminal.keys, status=2
    )
