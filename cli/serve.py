# SPDX-License-Identifier: EUPL-1.2
"""tegoed serve: the API over HTTP."""

from typing import Annotated

import typer

from cli.host import Host


def serve(
    host: Host,
    bind: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    demo: Annotated[bool, typer.Option(help="Serve the demo, whose keys are specimens.")] = False,
) -> None:
    """Serve the API until Ctrl-C."""
    raise NotImplementedError
