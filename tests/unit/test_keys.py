# SPDX-License-Identifier: EUPL-1.2
"""The keyring: kept wholly, read by its owner alone, and silent about what is in it."""

import base64
import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import keys, token
from ledger.keys import Keyring, KeyringUnreadable, KeysNotFound, KeysWouldBeLost, MunicipalityKeys

SECRET = base64.b64encode(bytes(range(200, 232))).decode()
"""A secret that no error may repeat."""


@pytest.fixture
def keyring() -> Keyring:
    return {"0147": keys.new_municipality_keys(), "0164": keys.new_municipality_keys(specimen=True)}


@pytest.fixture
def path(tmp_path: Path, keyring: Keyring) -> Path:
    path = tmp_path / "keyring.json"
    keys.write(path, keyring)
    return path


def test_what_is_written_is_read_back(path: Path, keyring: Keyring) -> None:
    assert keys.read(path) == keyring
    assert [each.secrets for each in keys.read(path).values()] == [each.secrets for each in keyring.values()]


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["keyring.json"]
    assert json.loads(path.read_text())["version"] == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o601])
def test_a_file_open_to_others_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyringUnreadable) as refused:
        keys.read(path)
    assert "chmod 600" in refused.value.fault


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for absent in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(KeyringUnreadable):
            keys.read(absent)


Broken = Callable[[dict[str, Any]], object]


def _in(file: dict[str, Any]) -> dict[str, Any]:
    inner = file["municipalities"]["0147"]
    assert isinstance(inner, dict)
    return inner


MISTAKES: list[tuple[Broken, str, str]] = [
    (lambda file: file.update(version=2), "version", "1"),
    (lambda file: file.pop("municipalities"), "municipalities", "required"),
    (lambda file: file.update({SECRET: 1}), "…", "not permitted"),
    (lambda file: file["municipalities"].update({"147": _in(file)}), "147", "municipality"),
    (lambda file: file["municipalities"].update({SECRET: _in(file)}), "…", "municipality"),
    (lambda file: _in(file).pop("index_key"), "0147.index_key", "required"),
    (lambda file: _in(file).update(more=SECRET), "0147.more", "not permitted"),
    (lambda file: _in(file).update(index_key=SECRET[:-4]), "0147.index_key", "32 bytes"),
    (lambda file: _in(file).update(index_key=SECRET[:-1]), "0147.index_key", "base64"),
    (lambda file: _in(file).update(index_key=[SECRET]), "0147.index_key", "32 bytes"),
    (
        lambda file: _in(file).update(signing="//////////////////////////////////////////8="),
        "signing",
        "P-256",
    ),
    (lambda file: _in(file).update(retired=SECRET), "0147.retired", "tuple"),
    (lambda file: _in(file).update(specimen=SECRET), "0147.specimen", "boolean"),
    (lambda file: _in(file).update(index_key=SECRET, sealing_key=SECRET), "keyring.json", "same secret"),
    (lambda file: file["municipalities"]["0164"].update(_in(file)), "keyring.json", "same secret"),
]


@pytest.mark.parametrize(("mistake", "place", "fault"), MISTAKES)
def test_every_mistake_says_where_it_is_and_repeats_no_secret(
    path: Path, mistake: Broken, place: str, fault: str
) -> None:
    file = json.loads(path.read_text())
    inside = [value for value in _in(file).values() if isinstance(value, str)]
    mistake(file)
    path.write_text(json.dumps(file))
    with pytest.raises(KeyringUnreadable) as refused:
        keys.read(path)
    assert place in refused.value.place
    assert fault in refused.value.fault
    told = "".join(traceback.format_exception(refused.value))
    assert [value for value in [SECRET[:20], *inside] if value in told] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "dictionary"),
        (b"\xff", "UTF-8"),
        (b'{"version": 1, "version": 1}', "same name twice"),
    ],
)
def test_what_is_no_keyring_is_refused(path: Path, text: bytes, fault: str) -> None:
    path.write_bytes(text)
    with pytest.raises(KeyringUnreadable) as refused:
        keys.read(path)
    assert fault in refused.value.fault


def test_repr_shows_no_secret(keyring: Keyring) -> None:
    shown = repr(keyring) + str(keyring) + repr([each.signing for each in keyring.values()])
    for each in keyring.values():
        for secret in each.secrets:
            assert repr(secret)[2:-1] not in shown
            assert base64.b64encode(secret).decode() not in shown
            assert str(int.from_bytes(secret, "big")) not in shown
    assert keyring["0147"].signing.key_id.hex() in shown or repr(keyring["0147"].signing.key_id) in shown


def test_keys_of_two_municipalities_have_nothing_in_common() -> None:
    several = [keys.new_municipality_keys() for _ in range(3)]
    secrets = [secret for each in several for secret in each.secrets]
    assert len(set(secrets)) == len(secrets) == 15


def test_an_unknown_municipality_has_no_keys(keyring: Keyring) -> None:
    assert keys.of(keyring, "0147") is keyring["0147"]
    with pytest.raises(KeysNotFound):
        keys.of(keyring, "0999")
    with pytest.raises(KeysNotFound):
        keys.rotate_signing(keyring, "0999")


def test_a_rotated_key_signs_no_more_but_still_checks(path: Path, keyring: Keyring) -> None:
    turned = keys.rotate_signing(keys.rotate_signing(keyring, "0147"), "0147")
    keys.write(path, turned)
    now = keys.read(path)["0147"]
    assert keyring["0147"].retired == ()
    assert len({key.key_id for key in now.public_keys}) == 3
    assert now.retired[-1] == keyring["0147"].signing
    assert token.read(token.sign(_some_token(), keyring["0147"].signing), now.public_keys) == _some_token()
    assert keys.read(path)["0164"] == keyring["0164"]


def test_writing_never_drops_a_key(path: Path, keyring: Keyring) -> None:
    for fewer in (
        {"0147": keyring["0147"]},
        {**keyring, "0164": keys.new_municipality_keys()},
        {**keyring, "0164": keyring["0164"].model_copy(update={"signing": token.SigningKey.new()})},
    ):
        with pytest.raises(KeysWouldBeLost) as refused:
            keys.write(path, fewer)
        assert refused.value.municipality_id == "0164"
    assert keys.read(path) == keyring


def test_two_writers_who_do_not_know_of_each_other_lose_nothing(path: Path, keyring: Keyring) -> None:
    first, second = ({**keys.read(path), code: keys.new_municipality_keys()} for code in ("0001", "0002"))
    keys.write(path, first)
    with pytest.raises(KeysWouldBeLost):
        keys.write(path, second)
    assert keys.read(path).keys() == {*keyring, "0001"}


def test_a_file_that_is_no_keyring_stays_as_it_was(path: Path, keyring: Keyring) -> None:
    path.write_text("something else")
    with pytest.raises(KeyringUnreadable):
        keys.write(path, keyring)
    assert path.read_text() == "something else"


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file(
    path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, call, fails)
    with pytest.raises(OSError, match="full"):
        keys.write(path, keys.rotate_signing(keyring, "0147"))
    monkeypatch.undo()
    assert keys.read(path) == keyring
    assert os.listdir(path.parent) == ["keyring.json"]


def test_a_link_to_the_keyring_stays_a_link(path: Path, keyring: Keyring) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    keys.write(link, keys.rotate_signing(keyring, "0147"))
    assert link.is_symlink()
    assert keys.read(path)["0147"].retired == (keyring["0147"].signing,)


def test_a_wrong_secret_in_memory_is_refused_without_showing_it(keyring: Keyring) -> None:
    given = {**dict(keyring["0147"]), "index_key": b"short and secret"}
    with pytest.raises(ValueError, match="32 bytes") as refused:
        MunicipalityKeys(**given)
    assert "short and secret" not in str(refused.value)


def _some_token() -> token.Token:
    return token.Token(
        municipality="0147",
        issued_at=1_800_000_000,
        expires_at=1_800_000_900,
        token_id=bytes(16),
        kind=token.CodeKind.VOUCHER,
        product_group=1,
        offline_floor_cents=0,
        offline_uses_max=0,
        flags=0,
        status_index=0,
    )
