# SPDX-License-Identifier: EUPL-1.2
"""tegoed migrate: make the database, or bring it to the version this program needs."""

from cli.host import Host
from cli.screen import show


def migrate(host: Host) -> None:
    """Make the database, or bring it to the newest version; when it is there already nothing changes."""
    from ledger import migrations

    make_folder(host)
    engine = host.unchecked_engine
    before = migrations.version(engine)
    migrations.upgrade(engine)
    after = migrations.version(engine)
    line = f"the database is at version {after}" if before == after else f"{before or 'nothing'} -> {after}"
    show(host.as_json, {"before": before, "after": after}, [line])


def make_folder(host: Host) -> None:
    """The folder of an embedded database."""
    if host.sqlite_path is not None:
        host.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
