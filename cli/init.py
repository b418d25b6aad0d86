# SPDX-License-Identifier: EUPL-1.2
"""tegoed init: set up one municipality, from nothing to a first administrator who can sign in."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.host import Host
from cli.migrate import make_folder
from cli.screen import show

if TYPE_CHECKING:
    from ledger.db import Work
    from ledger.keys import MunicipalityKeys

GENERAL = {"wmo": "Wmo", "jw": "Jeugdwet"}
"""The general programme of each law, by its name: it takes what no other programme takes."""


def init(
    host: Host,
    code: Annotated[str, typer.Argument(help="CBS code of the municipality, four digits.")],
    name: Annotated[str | None, typer.Option(help="Another name than the one CBS lists.")] = None,
    administrator: Annotated[
        str, typer.Option(help="The name of the first administrator.")
    ] = "First administrator",
) -> None:
    """Set up a municipality: database, keys, a general programme per law, and the first administrator.

    The administrator's API key is shown once and kept nowhere. What is set up already stays as it is.
    """
    from ledger import actors, db, migrations, municipalities

    official = municipalities.name_of(code)
    if official is None:
        raise municipalities.MunicipalityUnknown(cbs=code)
    make_folder(host)
    migrations.upgrade(host.unchecked_engine)
    if _is_set_up(host, code):
        line = f"{name or official} ({code}) was set up already; nothing was changed"
        show(host.as_json, {"municipality": code, "existed": True, "api_key": None}, [line])
        return
    keys = _keys(host, code)
    with db.transaction(host.engine) as session:
        work = db.Work(
            session=session, municipality_id=code, actor_id=actors.operator_id(host.operator), now=host.now
        )
        present = municipalities.put(work, municipalities.MunicipalityInput(name=name or official))
        actors.operator(session, code, host.operator, now=host.now)
        actor_id, secret = _fill(work, keys, administrator)
    answer = {
        "municipality": code,
        "name": present.name,
        "existed": False,
        "keys": host.keys,
        "administrator_id": actor_id,
        "api_key": secret,
    }
    show(
        host.as_json,
        answer,
        [
            f"{present.name} ({code}) is set up in {host.database}",
            f"The keys are in {host.keys}: keep that file apart from the database, and never lose it.",
            f"Administrator: {administrator} ({actor_id})",
            f"API key, shown this once: {secret}",
            "The general programmes wait for a contract manager to publish them: tegoed publish --key KEY",
        ],
    )


def _is_set_up(host: Host, code: str) -> bool:
    """Whether its keys are registered; then the keys file must still hold them. Raises KeysNotFound."""
    from sqlalchemy import select
    from sqlmodel import col

    from ledger import db, keys
    from ledger.tables import CodeKey

    with db.reading(host.engine) as session:
        db.act_for(session, code)
        statement = select(col(CodeKey.key_id)).where(col(CodeKey.municipality_id) == code)
        registered = session.scalars(statement).first() is not None
    if registered:
        keys.of(keys.read(host.keys), code)
    return registered


def _keys(host: Host, code: str) -> "MunicipalityKeys":
    """The keys of the municipality; fresh ones are on disk before anything relies on them."""
    from ledger import keys

    keyring = dict(keys.read(host.keys)) if host.keys.exists() else {}
    if code not in keyring:
        keyring[code] = keys.new_municipality_keys()
        host.keys.parent.mkdir(parents=True, exist_ok=True)
        keys.write(host.keys, keyring)
    return keyring[code]


def _fill(work: "Work", keys: "MunicipalityKeys", administrator: str) -> tuple[object, str]:
    """Code keys, drafts of general programmes, and the first administrator with its secret."""
    from ledger import actors, codes, ids
    from ledger.tables import Role

    codes.register_keys(work, keys)
    draft_general_programmes(work)
    account = actors.ActorInput(id=ids.uuid7(), name=administrator, roles=frozenset({Role.ADMINISTRATOR}))
    actors.put(work, [account])
    return account.id, actors.new_key(work, account.id)


def draft_general_programmes(work: "Work") -> None:
    """One soft programme per law that has none without a product group yet, so that messages import once
    somebody else has published them.

    Its id is the one a region file would give a programme of that name: loading one later is a new
    version of it.
    """
    from ledger import ids, programmes
    from ledger.region_file import ROOT
    from ledger.rules.facts import Law
    from ledger.tables import BudgetMode

    served = {each.content.law for each in programmes.newest(work) if each.content.product_group is None}
    parent = ids.derived(ROOT, work.municipality_id)
    fresh = [
        programmes.ProgrammeInput(
            id=ids.derived(parent, f"programme {GENERAL[law]}"),
            law=law,
            name=GENERAL[law],
            mode=BudgetMode.SOFT,
        )
        for law in Law
        if law not in served
    ]
    programmes.draft(work, fresh)
