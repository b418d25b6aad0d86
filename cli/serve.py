# SPDX-License-Identifier: EUPL-1.2
"""tegoed serve: the API over HTTP."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import screen
from cli.demo.command import DATABASE, KEYS
from cli.faults import Fault, Status
from cli.host import Host
from cli.options import DEFAULT_DATABASE, DEFAULT_KEYS


def serve(
    host: Host,
    bind: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    demo: Annotated[
        bool, typer.Option(help=f"Serve the demo, by default {DATABASE}; its keys are specimens.")
    ] = False,
) -> None:
    """Serve the API until Ctrl-C. For others than this machine, put a proxy with TLS before it."""
    import uvicorn

    from api.app import create_app
    from api.pages.themes import ThemeUnusable
    from api.settings import Settings
    from api.smtp import MailUnusable

    if demo:
        host.database = DATABASE if host.database == DEFAULT_DATABASE else host.database
        host.keys = Path(KEYS) if host.keys == DEFAULT_KEYS else host.keys
    host.engine.dispose()  # it is there, and at the version that is needed
    _judge_keys(host, demo=demo)
    chosen = {"TEGOED_DATABASE": host.database, "TEGOED_KEYS": str(host.keys), "TEGOED_DEMO": str(int(demo))}
    try:
        app = create_app(Settings.of_environment({**os.environ, **chosen}))
    except (MailUnusable, ThemeUnusable) as error:
        raise Fault(str(error), Status.HOST) from None
    screen.say(f"http://{bind}:{port} serves {host.database}; Ctrl-C stops it")
    uvicorn.run(app, host=bind, port=port, log_level="warning", server_header=False)


def _judge_keys(host: Host, *, demo: bool) -> None:
    """Specimen keys are for the demo and for nothing else, and the demo lets nobody in on any other."""
    from ledger import keys

    found = keys.read(host.keys)
    specimens = [id_ for id_, each in found.items() if each.specimen]
    if demo and len(specimens) < len(found):
        named = ", ".join(sorted(found.keys() - set(specimens)))
        raise Fault(f"the keys of {named} are real: a demo lets anybody in as anybody", Status.HOST)
    if specimens and not demo:
        named = ", ".join(specimens)
        raise Fault(f"the keys of {named} are specimens: serve them with --demo only", Status.HOST)
