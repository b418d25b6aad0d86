# SPDX-License-Identifier: EUPL-1.2
"""What an installation sets, read once from the environment: the only reader of os.environ."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from api import smtp

_YES: Final = frozenset({"1", "true", "yes"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where the ledger and its keys are."""

    database: str
    """TEGOED_DATABASE: sqlite:///path or postgresql://…"""
    keys: Path
    """TEGOED_KEYS: the keyring, a file that only its owner may read."""
    demo: bool = False
    """TEGOED_DEMO: say on the start page that nothing here is real."""
    mail: smtp.Settings | None = None
    """TEGOED_SMTP_HOST and what goes with it: how one-time codes are sent; None: by telephone."""
    identity_providers: Path | None = None
    """TEGOED_IDENTITY_PROVIDERS: a file with who may vouch for people, that only its owner may read."""
    themes: Path | None = None
    """TEGOED_THEMES: a folder of style sheets that set tokens, one for each municipality's code."""

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings in these variables. Raises ValueError that names every one that is missing."""
        missing = [name for name in ("TEGOED_DATABASE", "TEGOED_KEYS") if not environment.get(name)]
        if missing:
            raise ValueError(f"not set: {', '.join(missing)}")
        return cls(
            database=environment["TEGOED_DATABASE"],
            keys=Path(environment["TEGOED_KEYS"]),
            demo=environment.get("TEGOED_DEMO", "").lower() in _YES,
            themes=Path(environment["TEGOED_THEMES"]) if environment.get("TEGOED_THEMES") else None,
            identity_providers=Path(environment["TEGOED_IDENTITY_PROVIDERS"])
            if environment.get("TEGOED_IDENTITY_PROVIDERS")
            else None,
            mail=smtp.Settings.of(environment) if environment.get("TEGOED_SMTP_HOST") else None,
        )
