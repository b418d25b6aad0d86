# SPDX-License-Identifier: EUPL-1.2
"""Logging in with a letter over the pages: mail that is really sent, nothing told, telephone at the gate."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from api import smtp
from api.app import build
from api.deps import House
from ledger import letter_logins, manual_code, sessions, tries
from tests import mailroom
from tests.api.browsing import HOST, OWN_FORM, Visitor, buttons, fields, shown
from tests.api.served import Served
from tests.mailroom import Does, Mailroom

MAIL = "els@diemen.test"


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom.opened() as room:
        yield room


@pytest.fixture
def mailing(sqlite_served: Served, room: Mailroom) -> Served:
    """The same world, with a mail server."""
    house: House = cast(FastAPI, sqlite_served.client.app).state.house
    settings = smtp.Settings(host="127.0.0.1", port=room.port, sender="noreply@diemen.test")
    app = build(replace(house, mail=settings))
    return replace(sqlite_served, client=TestClient(app, raise_server_exceptions=False))


def letter(served: Served, person_id: UUID) -> str:
    world = served.world
    with world.work() as work:
        return letter_logins.printed(work, world.keys, [person_id])[person_id]


def ask(visitor: Visitor, code: str) -> Response:
    return visitor.send("/letter", **fields(visitor.page("/letter"), "/letter"), letterCode=code, town="0384")


def enter(visitor: Visitor, page: Response, once: str, **more: Any) -> Response:
    return visitor.send("/letter/in", **fields(page.text, "/letter/in") | {"oneTime": once} | more)


def once_of(room: Mailroom) -> str:
    found = re.search(r"\b\d{6}\b", room.taken[-1].get_content())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(("language", "word"), [("nl", "Uw code"), ("en", "Your code")])
def test_a_letter_and_a_mail_open_what_a_resident_has(
    mailing: Served, room: Mailroom, language: str, word: str
) -> None:
    els = mailing.world.person(surname="Els", email=MAIL)
    mailing.world.grant(holder_id=els, amount_cents=120_00)
    code, visitor = letter(mailing, els), Visitor(served=mailing, language=language)
    assert "/letter" in buttons(visitor.page("/login"))
    page = ask(visitor, code)
    assert page.status_code == 200
    (mail,) = room.taken
    assert (mail["To"], word in mail["Subject"]) == (MAIL, True)
    assert code not in mail.as_string(), "one mail does not bring both codes"
    assert "Els" not in mail.as_string()
    answer = enter(visitor, page, once_of(room))
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    assert "120,00" in shown(visitor.page("/my")) or "120.00" in shown(visitor.page("/my"))
    assert code not in str(answer.headers)


def test_a_code_that_nobody_has_is_answered_in_the_same_way(mailing: Served, room: Mailroom) -> None:
    els = mailing.world.person(surname="Els", email=MAIL)
    real, made_up = letter(mailing, els), manual_code.new()
    visitor = Visitor(served=mailing)
    pages = [ask(visitor, code).text.replace(code, "*") for code in (real, made_up)]
    assert pages[0] == pages[1]
    assert room.to == [MAIL]
    refusals = []
    for code in (real, made_up):
        answer = enter(visitor, ask(visitor, code), "000000")
        assert answer.status_code == 403
        refusals.append(answer.text.replace(code, "*"))
    assert refusals[0] == refusals[1]
    assert made_up in visitor.send("/letter", letterCode=made_up, town="0384").text, (
        "it need not be typed again"
    )


def test_what_is_typed_wrong_is_told_at_once_and_kept(mailing: Served) -> None:
    visitor, code = Visitor(served=mailing), manual_code.new()
    typo = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed in (typo, "", "x", "<b>", "A" * 400):
        answer = ask(visitor, typed)
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
    assert typo in ask(visitor, typo).text
    assert visitor.send("/letter", letterCode=code, town="0000").status_code == 400
    assert visitor.send("/letter", letterCode=code).status_code == 400
    assert visitor.send("/letter/in", letterCode=typo, town="0384", oneTime="1").status_code == 400
    assert visitor.send("/letter/in", letterCode=code, town="x' --", oneTime="1").status_code == 400


def test_no_mail_server_and_a_broken_one_leave_the_telephone(
    mailing: Served, sqlite_served: Served, room: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    els = mailing.world.person(surname="Els", email=MAIL)
    code, gate = letter(mailing, els), Visitor.of(sqlite_served, "gatekeeper")
    unsent = shown(ask(Visitor(served=sqlite_served), code).text)
    assert "Bel uw gemeente" in unsent
    assert "e-mailadres" not in unsent, "nothing was sent, and nothing says so"
    assert "e-mailadres" in shown(ask(Visitor(served=mailing), code).text)
    room.does[MAIL] = Does.NEVER
    sqlite_served.world.now += tries.FIRST_WAIT
    page = ask(Visitor(served=mailing), code)
    assert page.status_code == 200
    assert "not taken" in caplog.text
    assert MAIL not in caplog.text
    assert "geen e-mail" in shown(page.text)
    where = f"/residents/{els}/letter-login"
    assert gate.send(f"{where}/tell", how="").status_code == 400
    told = gate.send(f"{where}/tell", how="teruggebeld op het bekende nummer")
    (once,) = re.findall(r'<code class="secret">(\d{3} \d{3})</code>', told.text)
    answer = enter(Visitor(served=mailing), page, once)
    assert answer.status_code == 303
    assert "Ermee ingelogd" in shown(gate.page(f"/residents/{els}"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_lost_letter_is_blocked_at_the_gate(sqlite_served: Served, language: str) -> None:
    world = sqlite_served.world
    gate = Visitor.of(sqlite_served, "gatekeeper", language=language)
    where = f"/residents/{world.holder_id}"
    assert "letter-login/tell" not in gate.page(where)
    assert gate.send(f"{where}/letter-login/tell", how="gezien").status_code == 404
    assert gate.send(f"{where}/letter-login/block").status_code == 404
    code = letter(sqlite_served, world.holder_id)
    page = ask(Visitor(served=sqlite_served), code)
    once = re.findall(r"\d{3} \d{3}", gate.send(f"{where}/letter-login/tell", how="gezien").text)[-1]
    gate.done(f"{where}/letter-login/block")
    assert enter(Visitor(served=sqlite_served), page, once).status_code == 403


def test_a_letter_opens_nothing_where_it_would_travel_in_the_open_or_from_elsewhere(mailing: Served) -> None:
    els = mailing.world.person(surname="Els", email=MAIL)
    code, client = letter(mailing, els), Visitor(served=mailing).client
    page = client.get("http://tegoed.test/letter").text
    assert "letterCode" not in page
    headers = {**OWN_FORM, "Origin": "http://tegoed.test"}
    answer = client.post("http://tegoed.test/letter/in", data={"letterCode": code}, headers=headers)
    assert "set-cookie" not in answer.headers
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert client.post(f"{HOST}/letter", data={"letterCode": code}, headers=foreign).status_code == 403


def test_what_was_typed_in_a_form_outlives_the_session_here_too(mailing: Served, room: Mailroom) -> None:
    els = mailing.world.person(surname="Els", email=MAIL)
    code, visitor = letter(mailing, els), Visitor(served=mailing)
    first = visitor.send("/letter", **fields(visitor.page("/login?next=/uses"), "/letter"))
    assert 'role="alert"' not in first.text
    page = visitor.send("/letter", **fields(first.text, "/letter") | {"letterCode": code, "town": "0384"})
    answer = enter(visitor, page, once_of(room))
    assert answer.headers["location"] == "/uses"
    page = visitor.send("/letter", letterCode=code, town="0384", next="//evil.test", kept="{nonsense")
    mailing.world.now += tries.FIRST_WAIT
    page = visitor.send("/letter", letterCode=code, town="0384", next="//evil.test", kept="{nonsense")
    assert enter(visitor, page, once_of(room)).headers["location"] == "/my"


def test_settings_name_the_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.settings import Settings

    host: Mapping[str, str] = {"TEGOED_DATABASE": "sqlite://", "TEGOED_KEYS": "keys.json"}
    assert Settings.of_environment(host).mail is None
    mail = {"TEGOED_SMTP_HOST": "mail.test", "TEGOED_SMTP_SENDER": "a@b.test"}
    mail |= {"TEGOED_SMTP_PASSWORD": "geheim"}
    found = Settings.of_environment({**host, **mail})
    assert found.mail is not None
    assert "geheim" not in repr(found)
    with pytest.raises(smtp.MailUnusable):
        Settings.of_environment({**host, "TEGOED_SMTP_HOST": "mail.test"})


def test_who_came_in_by_letter_shows_once_more_who_they_are_by_letter(
    mailing: Served, room: Mailroom
) -> None:
    """And what they had typed waits for it: a resident has no key to prove it with."""
    els = mailing.world.person(surname="Els", email=MAIL)
    code, visitor = letter(mailing, els), Visitor(served=mailing)
    enter(visitor, ask(visitor, code), once_of(room))
    mailing.world.now += sessions.FRESH
    asked = visitor.send("/mandates/look", code="AAAA-AAAAA-AAAAA", id="x")
    assert (asked.status_code, "nog een keer" in shown(asked.text)) == (403, True)
    assert 'id="key"' not in asked.text
    first = visitor.send("/letter", **fields(asked.text, "/letter"))
    page = visitor.send("/letter", **fields(first.text, "/letter") | {"letterCode": code, "town": "0384"})
    answer = enter(visitor, page, once_of(room))
    assert fields(answer.text, "/mandates/look") == {"code": ["AAAA-AAAAA-AAAAA"], "id": ["x"]}
