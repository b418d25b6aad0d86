# SPDX-License-Identifier: EUPL-1.2
"""The options that all commands share, and the decorator that gives a command its Host."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec

import typer

from cli.faults import ending
from cli.host import Host
from ledger.texts import Language

P = ParamSpec("P")

DEFAULT_DATABASE: Final = "sqlite:///tegoed.db"
DEFAULT_KEYS: Final = Path("tegoed-keys.json")

_SHARED: Final = "Where and how"


def _shared(
    *,
    database: Annotated[
        str,
        typer.Option(
            envvar="TEGOED_DATABASE", help="sqlite:///path or postgresql://…", rich_help_panel=_SHARED
        ),
    ] = DEFAULT_DATABASE,
    keys: Annotated[
        Path,
        typer.Option(
            envvar="TEGOED_KEYS", help="The file with the municipality's secrets.", rich_help_panel=_SHARED
        ),
    ] = DEFAULT_KEYS,
    municipality: Annotated[
        str | None,
        typer.Option(
            "--municipality",
            "-m",
            envvar="TEGOED_MUNICIPALITY",
            help="CBS code of four digits; left out: the only one there is.",
            rich_help_panel=_SHARED,
        ),
    ] = None,
    lang: Annotated[
        Language, typer.Option(help="The language of refusals and letters.", rich_help_panel=_SHARED)
    ] = Language.EN,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object.", rich_help_panel=_SHARED)
    ] = False,
) -> None:
    """Only its parameters are used."""


def command(function: Callable[Concatenate[Host, P], None], **defaults: object) -> Callable[..., None]:
    """The function as a command: its first parameter is made from the shared options, and whatever is
    refused is told in a sentence with an exit status. defaults replace those of shared options.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    shared = inspect.signature(_shared, eval_str=True).parameters

    @wraps(function)
    def run(*args: Any, **given: Any) -> None:
        host = Host(**{name: given.pop(name) for name in shared})
        try:
            with ending(host.lang, as_json=host.as_json):
                function(host, *args, **given)
        finally:
            host.close()

    made: Any = run
    replaced = [each.replace(default=defaults.get(each.name, each.default)) for each in shared.values()]
    parameters = [*own, *replaced]
    made.__signature__ = inspect.Signature(
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    return run
