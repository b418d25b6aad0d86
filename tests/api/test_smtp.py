# SPDX-License-Identifier: EUPL-1.2
"""A message is offered over a safe connection or not at all; what the server made of it is told as it is."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api import smtp
from api.smtp import Mail, MailUnusable, Settings
from ledger.tables import DeliveryOutcome
from tests import mailroom
from tests.mailroom import Does, Mailroom

NOW = datetime(2026, 4, 15, 10, tzinfo=UTC)
ID = UUID("0195a3c8-0000-7000-8000-0000000000a1")
SENT, FAILED, GIVEN_UP = DeliveryOutcome.SENT, DeliveryOutcome.FAILED, DeliveryOutcome.GIVEN_UP


def mail(email: str = "fin@a.example") -> Mail:
    return Mail(
        id=ID,
        to_name='Administratie, "zorg" & zó',
        to=email,
        language="nl",
        subject="Goedgekeurd: een ander rekeningnummer voor Zorg & Zó",
        body="Geachte relatie,\n\n.Een regel met een punt.\nHet bedrag is € 1.\n",
    )


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom.opened() as room:
        yield room


def settings(room: Mailroom, **more: str) -> Settings:
    return Settings.of(room.environment(**{f"TEGOED_SMTP_{name}": value for name, value in more.items()}))


def offer(where: Settings, message: Mail | None = None) -> smtp.Answer:
    return smtp.send(where, message or mail(), "Borne, mooi!", NOW)


def test_a_message_arrives_as_it_was_written(room: Mailroom) -> None:
    answer = offer(settings(room))
    assert answer.outcome is SENT
    (message,) = room.taken
    assert message["Message-ID"] == f"<{ID}@gemeente.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == mail().subject
    assert message["From"].addresses[0].display_name == "Borne, mooi!"
    assert message["From"].addresses[0].addr_spec == "noreply@gemeente.example"
    assert message["To"].addresses[0].display_name == mail().to_name
    assert message["To"].addresses[0].addr_spec == "fin@a.example"
    assert message["Date"].datetime == NOW
    assert message.get_content().replace("\r\n", "\n") == mail().body


@pytest.mark.parametrize(
    ("does", "outcome", "detail"),
    [
        (Does.LATER, FAILED, "451 greylisted"),
        (Does.NEVER, GIVEN_UP, "550 no such user"),
        (Does.REFUSES_TEXT, GIVEN_UP, "554 we think that this is spam"),
        (Does.HANGS_UP_IN_TEXT, FAILED, "the connection broke"),
        (Does.HANGS_UP_AFTER, FAILED, "the connection broke"),
    ],
)
def test_what_was_not_taken_is_told_as_it_is(
    room: Mailroom, does: Does, outcome: DeliveryOutcome, detail: str
) -> None:
    """Where nobody knows whether it was taken, it was not: it may come twice, and is seen to be the same."""
    room.does["fin@a.example"] = does
    answer = offer(settings(room))
    assert answer.outcome is outcome
    assert answer.detail.startswith(detail)
    room.does.clear()
    assert offer(settings(room)).outcome is SENT
    assert {each["Message-ID"] for each in room.taken} == {f"<{ID}@gemeente.example>"}
    assert len(room.taken) == (2 if does is Does.HANGS_UP_AFTER else 1)


def test_a_server_is_trusted_by_its_certificate_and_known_to_by_a_password(tmp_path: Path) -> None:
    own, other = (str(mailroom.certificate(tmp_path)) for _ in range(2))
    login = base64.b64encode(b"\0tegoed\0geheim").decode()
    known = {"USER": "tegoed", "PASSWORD": "geheim"}
    with mailroom.opened(certificate=Path(own), login=login) as room:
        for wrong, why in (
            ({"CA": other}, "certificate verify failed"),
            ({"CA": own, "HOST": "localhost"}, "not valid for 'localhost'"),
            ({"CA": own, **known, "PASSWORD": "anders"}, "535 who are you"),
            ({"HOST": "127.1", **known}, "certificate verify failed"),  # no name of this machine: TLS it is
        ):
            with pytest.raises(MailUnusable, match=why):
                offer(settings(room, **wrong))
        assert room.taken == []
        assert offer(settings(room, CA=own, **known)).outcome is SENT
        assert room.safely == [True]


def test_nothing_is_offered_where_that_is_not_safe_or_nobody_is_there(room: Mailroom) -> None:
    with pytest.raises(MailUnusable, match="STARTTLS"):
        offer(settings(room, HOST="127.1"))
    room.refuses_sender = True
    with pytest.raises(MailUnusable, match=r"refuses noreply@gemeente\.example: 550 not you"):
        offer(settings(room))
    assert room.taken == []
    with mailroom.opened() as gone:
        where = settings(gone)
    with pytest.raises(MailUnusable, match="no mail server"):
        offer(where)


@pytest.mark.parametrize(
    "wrong",
    [{"HOST": ""}, {"SENDER": ""}, {"SENDER": "Borne <a@b.nl>"}, {"PORT": "smtp"}, {"PORT": "70000"}],
)
def test_what_the_environment_lacks_is_said(wrong: dict[str, str]) -> None:
    with pytest.raises(MailUnusable, match=f"TEGOED_SMTP_{next(iter(wrong))}"):
        settings(Mailroom(port=25), **wrong)
