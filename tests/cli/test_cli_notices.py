# SPDX-License-Identifier: EUPL-1.2
"""A change of account at a terminal: contacts, notices, and sending them to a mail server that has moods."""

from collections.abc import Iterator

import pytest

from tests import mailroom
from tests.cli.terminal import Terminal, publish
from tests.mailroom import Does, Mailroom

ACCOUNT = ("--holder", "Stichting De Linde", "--iban", "NL39RABO0300065264")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailroom]:
    with mailroom.opened() as room:
        for name, value in room.environment().items():
            monkeypatch.setenv(name, value)
        yield room


def contact(shop: Terminal, email: str, *more: object) -> str:
    about = ("--provider", "01234567", "--name", "Administratie", "--email", email, "--purpose", "finance")
    return str(shop.answer("contact", "put", *about, *more)["contact_id"])


def test_a_change_of_account_is_told_and_what_was_not_sent_is_sent_later(
    shop: Terminal, room: Mailroom
) -> None:
    finance = contact(shop, "fin@a.example")
    other = contact(shop, "con@a.example", "--language", "en")
    asked = ("--asked-by", "by mail", "--asked-by-contact", finance)
    change = shop.answer("payee", "change", "--provider", "01234567", *ACCOUNT, *asked)["change_id"]
    manager = publish(shop)
    decide = ("payee", "decide", change, "--approve", "--reason", "called", "--key", manager)
    assert "no other contact" in shop.run(*decide, status=1)  # the other one came today
    shop.run(*decide, "--told-otherwise", "letter to the known address")

    waiting = shop.answer("notices", "list")["notices"]
    assert [(each["about"], each["email"]) for each in waiting] == [
        ("contact_added", "fin@a.example"),
        ("account_entered", "con@a.example"),
        ("account_approved", "con@a.example"),
    ]
    first, entered, approved = (each["notice_id"] for each in waiting)

    room.does["con@a.example"] = Does.LATER
    assert shop.answer("notices", "send", status=1) == {"sent": 1, "failed": 2, "given_up": 0}
    assert shop.answer("notices", "send") == {"sent": 0, "failed": 0, "given_up": 0}  # not yet again
    room.does["con@a.example"] = Does.HANGS_UP_AFTER
    assert shop.answer("notices", "send", "--again", entered, status=1)["failed"] == 1
    room.does["con@a.example"] = Does.NEVER
    assert shop.answer("notices", "send", "--again", approved, status=1)["given_up"] == 1
    room.does.clear()
    everywhere = ("--all-municipalities", "--again", entered, "--again", approved)
    assert shop.answer("notices", "send", *everywhere) == {"sent": 2, "failed": 0, "given_up": 0}

    assert [each["Message-ID"] for each in room.taken] == [
        f"<{each}@gemeente.example>" for each in (first, entered, entered, approved)
    ]
    last = room.taken[-1].get_content()
    assert "ends in 5264" in last
    assert "NL39RABO" not in last
    assert shop.answer("notices", "list")["notices"] == []
    all_told = shop.answer("notices", "list", "--provider", "01234567")["notices"]
    assert [len(each["deliveries"]) for each in all_told] == [1, 3, 3]
    said = shop.run("notices", "show", approved)
    for part in ("Subject: Approved: another account", "550 no such user", "taken by 127.0.0.1"):
        assert part in said

    shop.run("contact", "end", other)
    shop.run(
        "contact",
        "put",
        "--provider",
        "01234567",
        "--name",
        "X",
        "--email",
        "a@b",
        "--purpose",
        "finance",
        status=2,
    )
    shop.run(
        "contact",
        "put",
        "--provider",
        "01234567",
        "--name",
        "X",
        "--email",
        "a@b.nl",
        "--purpose",
        "x",
        status=2,
    )
    listed = shop.answer("contact", "list", "01234567")["contacts"]
    assert {each["id"]: each["ended_at"] is None for each in listed} == {finance: True, other: False}


def test_nothing_is_kept_as_sent_where_there_is_no_mail_server(
    shop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact(shop, "fin@a.example")
    contact(shop, "con@a.example")
    assert "TEGOED_SMTP_HOST" in shop.run("notices", "send", status=5)
    with mailroom.opened() as gone:
        for name, value in gone.environment().items():
            monkeypatch.setenv(name, value)
    assert "no mail server" in shop.run("notices", "send", status=5)
    (waiting,) = shop.answer("notices", "list")["notices"]
    assert waiting["deliveries"] == []
