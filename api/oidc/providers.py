# SPDX-License-Identifier: EUPL-1.2
"""Which identity providers an installation trusts, and for whom: a file that only its owner reads."""

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as validator

from ledger import keys
from ledger.inputs import Cbs
from ledger.texts import Language

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class ProvidersUnusable(ValueError):
    """The file cannot be read, or does not say what it should; no secret is repeated."""


class Knows(StrEnum):
    """By what a provider knows people, and so how their account is found."""

    SUBJECT = "subject"
    """A value of the provider's own, which an administrator linked to an account."""
    BSN = "bsn"
    """The citizen service number, of residents only: DigiD behind a broker."""


class Client(StrEnum):
    """How we prove to a provider that we are its client (OpenID Connect Core 1.0, section 9)."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the name of a way
    SECRET_POST = "client_secret_post"  # noqa: S105 - the name of a way


def is_safe(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: TLS, or this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.username or parts.password or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _safe(address: str) -> str:
    if not is_safe(address) or urlsplit(address).query or urlsplit(address).fragment:
        raise ValueError("must be an https address without a query")
    return address


class IdentityProvider(BaseModel):
    """One provider, as its administrator and ours agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    municipality_id: Cbs
    """Whose accounts it opens."""
    issuer: Annotated[str, StringConstraints(max_length=500), AfterValidator(_safe)]
    """As it calls itself; its settings are read at /.well-known/openid-configuration below it."""
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    client_secret: Annotated[str, StringConstraints(min_length=16, max_length=500)] = Field(repr=False)
    client_authentication: Client = Client.SECRET_BASIC
    label_nl: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    """What stands on its button, after Inloggen met."""
    label_en: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    scopes: tuple[Annotated[str, StringConstraints(pattern=r"^[!#-\[\]-~]{1,100}$")], ...] = ("openid",)
    knows: Knows = Knows.SUBJECT
    claim: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "sub"
    """Which claim holds the value that it knows people by."""
    acr_values: Annotated[str, StringConstraints(max_length=200)] = ""
    """How sure the provider must be, in its own words: asked for, and refused when it answers another."""

    @validator(mode="after")
    def _whole(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        if self.knows is Knows.BSN and self.claim == "sub":
            raise ValueError("claim must name the one that holds the citizen service number")
        return self

    def label(self, language: str) -> str:
        """What stands on its button."""
        return self.label_nl if language == Language.NL else self.label_en


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
"""What a provider is called in addresses: the last part of the address that it sends people back to."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1]
    providers: dict[Name, IdentityProvider]


def read(path: Path) -> Mapping[str, IdentityProvider]:
    """The providers in a file, by name. Raises ProvidersUnusable."""
    try:
        return _File.model_validate(json.loads(keys.private_text(path))).providers
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProvidersUnusable(f"{path}: {place}: {first['msg']}") from None
    except OSError as error:
        raise ProvidersUnusable(f"{path}: {os.strerror(error.errno or 0)}") from None
    except ValueError as error:
        fault = str(error) if isinstance(error, keys.NotPrivate) else "is not JSON"
        raise ProvidersUnusable(f"{path}: {fault}") from None
