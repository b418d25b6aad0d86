# SPDX-License-Identifier: EUPL-1.2
"""What the ledger refuses, as a tree. An error carries facts; sentences live in ledger/texts.

    LedgerError
    |-- NotFound         the thing named does not exist, or is not yours to see
    |-- Refused          a rule or a balance says no; told to the person at the door
    |-- Conflict         exists already with other content, or was changed meanwhile
    |-- Forbidden        this actor may not
    |-- Unauthenticated  nobody we know: no key, or none that opens anything
    `-- Malformed        the input cannot be read; says where

Each class is a fact with a public, stable code. Bugs are assertions, never a LedgerError.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import ClassVar, TypeAlias
from uuid import UUID

Fact: TypeAlias = str | int | bool | date | UUID | tuple[str, ...] | None


@dataclass(kw_only=True, eq=False)
class LedgerError(Exception):
    """Everything the ledger refuses."""

    code: ClassVar[str]

    @property
    def facts(self) -> dict[str, Fact]:
        """The numbers and names that matter, by their field names."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({listed})"


@dataclass(kw_only=True, eq=False)
class NotFound(LedgerError):
    """The thing named does not exist, or is not yours to see."""


@dataclass(kw_only=True, eq=False)
class Refused(LedgerError):
    """A rule or a balance says no."""


@dataclass(kw_only=True, eq=False)
class Conflict(LedgerError):
    """It exists already with other content, or was changed by somebody else meanwhile."""


@dataclass(kw_only=True, eq=False)
class Forbidden(LedgerError):
    """This actor may not do this."""


@dataclass(kw_only=True, eq=False)
class Unauthenticated(LedgerError):
    """Nobody we know asks this: no key, or none that opens anything."""


@dataclass(kw_only=True, eq=False)
class Malformed(LedgerError):
    """The input cannot be read as what it should be."""


@dataclass(kw_only=True, eq=False)
class ChangedMeanwhile(Conflict):
    """Somebody else changed it since it was read; version is the one in force, 0 where there is none."""

    code = "changed_meanwhile"
    id: UUID
    version: int


@dataclass(kw_only=True, eq=False)
class VersionUnseen(Conflict):
    """What would be put in force, or drafted over, is not what was looked at: it was drafted anew since."""

    code = "version_unseen"
    id: UUID


@dataclass(kw_only=True, eq=False)
class MalformedFile(Malformed):
    """A file cannot be read; the place is a line, a path or an element, the fault says what is wrong."""

    code = "malformed_file"
    place: str
    fault: str


@dataclass(kw_only=True, eq=False)
class InvalidIdentifier(Malformed):
    """A number of a person, provider or bank account fails its own check; the value is not repeated."""

    code = "invalid_identifier"
    kind: str
    """bsn, agb, kvk, iban, postcode, municipality, email or product_code."""
    fault: str
