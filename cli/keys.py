# SPDX-License-Identifier: EUPL-1.2
"""tegoed keys: show the public halves, make the keys of a municipality, replace the key that signs."""

from typing import TYPE_CHECKING

from cli import screen
from cli.host import Host

if TYPE_CHECKING:
    from ledger.keys import MunicipalityKeys


def show(host: Host) -> None:
    """The public keys that check codes, the one that signs first. Shows no secret."""
    _tell(host, host.municipality_keys)


def new(host: Host) -> None:
    """Make keys for a municipality that has none yet, in the keys file and the database.

    A municipality whose keys were lost does not get others: what they sealed would stay sealed.
    """
    from sqlalchemy import select
    from sqlmodel import col

    from cli.faults import Fault, Status
    from ledger import codes, keys
    from ledger.tables import CodeKey

    keyring = dict(keys.read(host.keys)) if host.keys.exists() else {}
    with host.work() as work:
        registered = work.session.scalars(
            select(col(CodeKey.key_id)).where(col(CodeKey.municipality_id) == work.municipality_id)
        ).first()
        if registered is not None and work.municipality_id not in keyring:
            raise Fault("its keys are not in this file: restore the file, new keys open nothing", Status.HOST)
        if work.municipality_id not in keyring:
            keyring[work.municipality_id] = keys.new_municipality_keys()
            keys.write(host.keys, keyring)
        codes.register_keys(work, keyring[work.municipality_id])
    _tell(host, keyring[host.municipality_id])


def rotate(host: Host) -> None:
    """Let a new key sign from now on; what the old one signed stays valid until it expires."""
    from ledger import codes, keys

    keyring = keys.rotate_signing(keys.read(host.keys), host.municipality_id)
    keys.write(host.keys, keyring)
    with host.work() as work:
        codes.register_keys(work, keyring[host.municipality_id])
    _tell(host, keyring[host.municipality_id])


def _tell(host: Host, keys: "MunicipalityKeys") -> None:
    rows = [
        (key.key_id.hex(), "signs" if key == keys.signing.public else "retired", key.point.hex())
        for key in keys.public_keys
    ]
    if host.as_json:
        listed = [{"key_id": id_, "state": state, "public_key": point} for id_, state, point in rows]
        screen.write_json({"municipality": host.municipality_id, "specimen": keys.specimen, "keys": listed})
        return
    title = f"{host.municipality_id}{' (specimen)' if keys.specimen else ''}"
    screen.table(title, ("key", "state", "public key (P-256 point)"), rows)
