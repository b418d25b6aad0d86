# SPDX-License-Identifier: EUPL-1.2
"""The mail server: where it is, as the environment says it, and one message taken by it or not.

The connection is encrypted by STARTTLS and the certificate is checked; on this very machine only where
TEGOED_SMTP_CA says by which certificates.
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Final
from uuid import UUID

from ledger.tables import DeliveryOutcome

TIMEOUT_S: Final = 30
"""How long the server may be silent."""

PERMANENT: Final = 500
"""From this reply on a server says that trying again will not help. Source: RFC 5321 section 4.2.1."""


class MailUnusable(Exception):
    """No message can be sent: the server is not named, not there, not safe, or does not know us."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message to one person."""

    id: UUID
    """Of what it tells: one that comes twice is seen to be one."""
    to_name: str
    to: str
    language: str
    subject: str
    body: str

    def __repr__(self) -> str:
        return f"Mail(id={self.id})"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the mail server is, and how it knows us."""

    host: str
    port: int
    sender: str
    """The address that messages come from, which a person reads."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authorities: str | None = None
    """A file with the certificates that are trusted; None: those of the system, and on this machine none."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """As TEGOED_SMTP_… says. Raises MailUnusable where something is missing."""
        for name in ("TEGOED_SMTP_HOST", "TEGOED_SMTP_SENDER"):
            if not environment.get(name):
                raise MailUnusable(f"{name} is not set: see docs/operations.md, Mail")
        port = environment.get("TEGOED_SMTP_PORT", "587")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise MailUnusable("TEGOED_SMTP_PORT is not the number of a port")
        sender = environment["TEGOED_SMTP_SENDER"]
        if parseaddr(sender) != ("", sender) or "@" not in sender:
            raise MailUnusable("TEGOED_SMTP_SENDER is not an e-mail address alone")
        return cls(
            host=environment["TEGOED_SMTP_HOST"],
            port=int(port),
            sender=sender,
            user=environment.get("TEGOED_SMTP_USER") or None,
            password=environment.get("TEGOED_SMTP_PASSWORD") or None,
            authorities=environment.get("TEGOED_SMTP_CA") or None,
        )

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine: then nobody can listen in."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the server made of one message."""

    outcome: DeliveryOutcome
    detail: str


def send(settings: Settings, mail: Mail, municipality: str, now: datetime) -> Answer:
    """Offer one message. Taken means that the server answers for it from then on.

    A connection of its own for each: what breaks on the way of one message breaks no other. Raises
    MailUnusable where no message could be offered: the server is not there, not safe, or does not know us.
    """
    message = written(settings, mail, municipality, now)
    with _connected(settings) as server:
        try:
            server.send_message(message, settings.sender, [mail.to])
        except smtplib.SMTPSenderRefused as error:
            raise MailUnusable(f"the mail server refuses {settings.sender}: {_said(error)}") from None
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            return _refused(code, said)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return Answer(outcome=DeliveryOutcome.FAILED, detail=f"the connection broke: {_said(error)}")
    return Answer(outcome=DeliveryOutcome.SENT, detail=f"taken by {settings.host}")


def written(settings: Settings, mail: Mail, municipality: str, now: datetime) -> EmailMessage:
    """The message; its Message-ID is made of its id."""
    domain = settings.sender.rpartition("@")[2]
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(municipality, addr_spec=settings.sender)
    message["To"] = Address(mail.to_name, addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{domain}>"
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
    message.set_content(mail.body)
    return message


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A greeted, safe and known connection."""
    try:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnusable(f"no mail server at {settings.host}:{settings.port}: {_said(error)}") from None
    try:
        _introduce(server, settings)
        yield server
    except BaseException:
        server.close()
        raise
    _part(server)


def _introduce(server: smtplib.SMTP, settings: Settings) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if settings.authorities is not None or not settings.is_here:
            server.starttls(context=ssl.create_default_context(cafile=settings.authorities))
        if settings.user is not None:
            server.login(settings.user, settings.password or "")
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnusable(
            f"the mail server at {settings.host}:{settings.port} cannot be used safely: {_said(error)}"
        ) from None


def _part(server: smtplib.SMTP) -> None:
    """The message is the server's, or was refused: how it says goodbye changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _refused(code: int, said: bytes | str) -> Answer:
    outcome = DeliveryOutcome.GIVEN_UP if code >= PERMANENT else DeliveryOutcome.FAILED
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    return Answer(outcome=outcome, detail=f"{code} {_line(text)}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code, error.smtp_error).detail
    return _line(str(error)) or type(error).__name__


def _line(text: str) -> str:
    """One line, without what would spoil a terminal or a database."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
