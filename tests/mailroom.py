# SPDX-License-Identifier: EUPL-1.2
"""A mail server that speaks SMTP over a real socket and does as its script says. It knows nothing of ours."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from ipaddress import ip_address
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Does(Enum):
    """What becomes of a message to an address."""

    TAKES = auto()
    LATER = auto()
    """Refuses the address for now."""
    NEVER = auto()
    """Refuses the address for good."""
    REFUSES_TEXT = auto()
    """Takes the address and refuses what is written."""
    HANGS_UP_IN_TEXT = auto()
    """Breaks the connection in the middle of the message."""
    HANGS_UP_AFTER = auto()
    """Takes the message, and breaks the connection before it says so."""


@dataclass
class Mailroom:
    """What the server does, and what it took."""

    port: int = 0
    does: dict[str, Does] = field(default_factory=dict)
    """By address; others are taken."""
    certificate: Path | None = None
    """Offers STARTTLS with this certificate and its key."""
    login: str | None = None
    """What AUTH PLAIN must bring, as it travels; None: nobody is asked."""
    refuses_sender: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    safely: list[bool] = field(default_factory=list)
    """Whether each came over TLS."""

    @property
    def to(self) -> list[str]:
        """To whom each message is."""
        return [str(each["To"]) for each in self.taken]

    def environment(self, **more: str) -> Mapping[str, str]:
        """What tegoed notices send needs to find it."""
        where = {"TEGOED_SMTP_HOST": "127.0.0.1", "TEGOED_SMTP_PORT": str(self.port)}
        return where | {"TEGOED_SMTP_SENDER": "noreply@gemeente.example"} | more


@contextmanager
def opened(**script: Any) -> Iterator[Mailroom]:
    """A server on a free port of this machine."""
    room = Mailroom(**script)

    class Desk(_Desk):
        mailroom = room

    class Server(ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that leaves in the middle is no fault of the server."""

    with Server(("127.0.0.1", 0), Desk) as server:
        room.port = server.server_address[1]
        thread = Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield room
        finally:
            server.shutdown()
            thread.join()


def _serve(server: BaseServer) -> None:
    server.serve_forever(poll_interval=0.02)


class _Desk(StreamRequestHandler):
    mailroom: Mailroom
    timeout = 10

    def handle(self) -> None:
        self.safe, self.recipient = False, ""
        self.say("220 mail.example ESMTP")
        while line := self.rfile.readline():
            words = line.decode("ascii").strip()
            verb = words.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if getattr(self, f"on_{verb.lower()}", self.unknown)(words):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # over TLS it is another than the one the server closes

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{each}\r\n" for each in lines).encode("ascii"))
        self.wfile.flush()

    def unknown(self, words: str) -> None:
        self.say("502 not here")

    def on_rset(self, words: str) -> None:
        self.say("250 forgotten")

    def on_ehlo(self, words: str) -> None:
        offers = ["STARTTLS"] if self.mailroom.certificate and not self.safe else []
        offers += ["AUTH PLAIN"] if self.mailroom.login else []
        names = ["mail.example", *offers]
        self.say(*(f"250{' ' if each == names[-1] else '-'}{each}" for each in names))

    def on_starttls(self, words: str) -> bool:
        assert self.mailroom.certificate is not None
        self.say("220 go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.mailroom.certificate)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            return True  # the client does not trust us
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.safe = True
        return False

    def on_auth(self, words: str) -> None:
        is_known = words == f"AUTH PLAIN {self.mailroom.login}"
        self.say("235 welcome" if is_known else "535 who are you")

    def on_mail(self, words: str) -> None:
        self.say("550 not you" if self.mailroom.refuses_sender else "250 ok")

    def on_rcpt(self, words: str) -> None:
        self.recipient = words[words.index("<") + 1 : words.index(">")]
        said = {Does.LATER: "451 greylisted", Does.NEVER: "550 no such user"}
        self.say(said.get(self.plan, "250 ok"))

    def on_data(self, words: str) -> bool:
        self.say("354 go on")
        if self.plan is Does.HANGS_UP_IN_TEXT:
            self.rfile.readline()
            return True
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.plan is Does.REFUSES_TEXT:
            self.say("554 we think that this is spam")
            return False
        found = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mailroom.taken.append(found)
        self.mailroom.safely.append(self.safe)
        if self.plan is Does.HANGS_UP_AFTER:
            return True
        self.say("250 taken")
        return False

    @property
    def plan(self) -> Does:
        return self.mailroom.does.get(self.recipient, Does.TAKES)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{made.serial_number}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
