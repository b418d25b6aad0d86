# SPDX-License-Identifier: EUPL-1.2
"""How a command ends when it cannot do what was asked: what is said, and the status it exits with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

from ledger import texts
from ledger.errors import LedgerError, Malformed, NotFound
from ledger.texts import Language

if TYPE_CHECKING:
    from pydantic import ValidationError


class Status(IntEnum):
    """Exit statuses. Public: scripts rely on them."""

    OK = 0
    """Done."""
    REFUSED = 1
    """Refused, or not all of it was right: every reason was told."""
    USAGE = 2
    """The command itself was not understood: an option, a value, a file that is not there."""
    MALFORMED = 3
    """A file or a code cannot be read as what it should be."""
    NOT_FOUND = 4
    """What was named does not exist here."""
    HOST = 5
    """The database, the keys or the disk are not as they should be."""


class Fault(Exception):
    """Something about the command or the host, told in a sentence."""

    def __init__(self, text: str, status: Status) -> None:
        super().__init__(text)
        self.status = status


OF_HOST = frozenset(
    {"database_unsafe", "keyring_unreadable", "keys_not_found", "keys_would_be_lost", "vault_seal_broken"}
)
"""Errors that are about this host, whatever their family."""


def status_of(error: LedgerError) -> Status:
    """The status a refusal exits with."""
    if error.code in OF_HOST:
        return Status.HOST
    if isinstance(error, NotFound):
        return Status.NOT_FOUND
    return Status.MALFORMED if isinstance(error, Malformed) else Status.REFUSED


def told_json(error: LedgerError, language: Language) -> dict[str, object]:
    """A refusal for a program: code, title, detail and every reason with its own."""
    sentence = texts.say(error, language)
    told: dict[str, object] = {"code": error.code, "title": sentence.title, "detail": sentence.detail}
    if reasons := held(error):
        told["reasons"] = [told_json(each, language) for each in reasons]
    return told


def told_lines(error: LedgerError, language: Language) -> list[str]:
    """A refusal for a person: the title, then every reason on a line of its own, else the detail."""
    sentence = texts.say(error, language)
    if reasons := texts.reasons(error, language):
        return [f"{sentence.title}.", *(f"  - {each.title}. {each.detail}" for each in reasons)]
    return [f"{sentence.title}. {sentence.detail}"]


def held(error: LedgerError) -> list[LedgerError]:
    """The errors inside this one, in their order."""
    found: list[LedgerError] = []
    for value in error.facts.values():
        many: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        found += [each for each in many if isinstance(each, LedgerError)]
    return found


def from_validation(error: "ValidationError", status: Status) -> Fault:
    """All that is wrong with what was given, a line each; what was typed is not repeated."""
    faults = [
        f"{'.'.join(str(step) for step in each['loc']) or 'input'}: {each['msg']}"
        for each in error.errors(include_input=False, include_url=False)
    ]
    return Fault("\n".join(faults), status)


@contextmanager
def ending(language: Language, *, as_json: bool) -> Iterator[None]:
    """Ends the command in an orderly way whatever it meets: a sentence and a status, no traceback.

    A bug is not caught. With as_json what is told is one JSON object on standard output.
    """
    from pydantic import ValidationError

    try:
        yield
    except LedgerError as error:
        _say(told_lines(error, language), told_json(error, language), as_json=as_json)
        raise typer.Exit(status_of(error)) from None
    except Fault as fault:
        _fail(str(fault), fault.status, as_json=as_json)
    except ValidationError as error:
        _fail(str(from_validation(error, Status.USAGE)), Status.USAGE, as_json=as_json)
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}", Status.HOST, as_json=as_json)
    except Exception as error:
        said = _of_database(error)
        if said is None:
            raise
        _fail(said, Status.HOST, as_json=as_json)


def _of_database(error: Exception) -> str | None:
    """What a database that is away, locked or full says; None for anything else, which is a bug."""
    from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError

    if isinstance(error, ArgumentError):
        return "the database URL cannot be read"
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    cause: object = error.orig if isinstance(error, SQLAlchemyError) and error.orig else error
    return f"the database cannot be used: {(str(cause).splitlines() or ['no answer'])[0]}"


def _fail(text: str, status: Status, *, as_json: bool) -> None:
    _say([f"tegoed: {text}"], {"code": status.name.lower(), "detail": text}, as_json=as_json)
    raise typer.Exit(status) from None


def _say(lines: Sequence[str], told: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        from cli import screen

        screen.write_json(told)
        return
    for line in lines:
        typer.echo(line, err=True)
