# SPDX-License-Identifier: EUPL-1.2
"""The vault: what is sealed opens in its own place only, and nothing tells who it is."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

import pytest

from ledger import keys, vault
from ledger.ids import uuid7
from ledger.keys import MunicipalityKeys
from ledger.tables import IndexKind
from ledger.vault import Identity, Place, Sealed, VaultSealBroken

ALMELO = "0141"
BORNE = "0147"
KEYS = keys.new_municipality_keys(specimen=True)
ANN = Identity(
    bsn="999990019",
    surname="Ångström-Jansen",
    prefix="van der",
    given_names="Ann",
    birth_date=date(1950, 2, 28),
    street="Kerkstraat",
    house_number=1,
    postcode="7621 ab",
    city="Borne",
)
BOB = Identity(bsn="999990020", surname="Pietersen", birth_date=date(1961, 1, 1))


@pytest.fixture
def ann_id() -> UUID:
    return uuid7()


@pytest.fixture
def ann(ann_id: UUID) -> Sealed:
    return vault.seal(KEYS, BORNE, ann_id, ANN)


def test_what_is_sealed_can_be_read_again(ann_id: UUID, ann: Sealed) -> None:
    assert vault.unseal(KEYS, BORNE, ann_id, ann) == ANN


def test_nothing_of_it_can_be_read_in_what_is_stored(ann: Sealed) -> None:
    for value in ("999990019", "Jansen", "Kerkstraat", "1950", "surname"):
        assert value.encode() not in ann.sealed + ann.wrapped_key


def test_the_same_sealed_twice_is_never_the_same(ann_id: UUID, ann: Sealed) -> None:
    again = vault.seal(KEYS, BORNE, ann_id, ANN)
    assert again.sealed != ann.sealed
    assert again.wrapped_key != ann.wrapped_key
    assert again.sealed[:12] != ann.sealed[:12]


def test_rows_cannot_be_swapped(ann_id: UUID, ann: Sealed) -> None:
    bob_id = uuid7()
    bob = vault.seal(KEYS, BORNE, bob_id, BOB)
    swaps = [
        (ann_id, bob),
        (bob_id, ann),
        (ann_id, Sealed(wrapped_key=ann.wrapped_key, sealed=bob.sealed)),
        (ann_id, Sealed(wrapped_key=bob.wrapped_key, sealed=ann.sealed)),
        (ann_id, Sealed(wrapped_key=bob.wrapped_key, sealed=bob.sealed)),
        (ann_id, Sealed(wrapped_key=ann.sealed, sealed=ann.wrapped_key)),
    ]
    for person_id, sealed in swaps:
        with pytest.raises(VaultSealBroken) as broken:
            vault.unseal(KEYS, BORNE, person_id, sealed)
        assert broken.value.row_id == person_id


@pytest.mark.parametrize("part", ["municipality_id", "table", "column", "row_id"])
def test_each_part_of_a_place_binds(part: str) -> None:
    here = Place(municipality_id=BORNE, table="code", column="sealed_manual", row_id=uuid7())
    elsewhere: dict[str, object] = {"municipality_id": ALMELO, "table": "x", "column": "x", "row_id": uuid7()}
    there = Place(**{**asdict(here), part: elsewhere[part]})
    sealed = vault.encrypt(KEYS.sealing_key, b"A1B2-C3D4E-F5G6H", here)
    assert vault.decrypt(KEYS.sealing_key, sealed, here) == b"A1B2-C3D4E-F5G6H"
    with pytest.raises(VaultSealBroken) as broken:
        vault.decrypt(KEYS.sealing_key, sealed, there)
    assert broken.value.facts == {"table": there.table, "column": there.column, "row_id": there.row_id}


def test_without_the_place_in_the_seal_a_swap_would_go_unseen(
    ann_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: it is the place that stops the swap, and this test would see its absence."""
    monkeypatch.setattr(vault.Place, "bound", b"")
    bob = vault.seal(KEYS, BORNE, uuid7(), BOB)
    assert vault.unseal(KEYS, BORNE, ann_id, bob) == BOB


def test_a_row_cannot_move_to_another_municipality(ann_id: UUID, ann: Sealed) -> None:
    with pytest.raises(VaultSealBroken):
        vault.unseal(KEYS, ALMELO, ann_id, ann)


def test_other_keys_open_nothing(ann_id: UUID, ann: Sealed) -> None:
    with pytest.raises(VaultSealBroken):
        vault.unseal(keys.new_municipality_keys(), BORNE, ann_id, ann)


@pytest.mark.parametrize("column", ["wrapped_key", "sealed"])
def test_every_changed_byte_is_noticed(ann_id: UUID, ann: Sealed, column: str) -> None:
    whole = {"wrapped_key": ann.wrapped_key, "sealed": ann.sealed}
    for place in range(len(whole[column])):
        changed = bytearray(whole[column])
        changed[place] ^= 1 << place % 8
        with pytest.raises(VaultSealBroken):
            vault.unseal(KEYS, BORNE, ann_id, Sealed(**{**whole, column: bytes(changed)}))


@pytest.mark.parametrize("cut", [b"", b"\0" * 11, b"\0" * 12, b"\0" * 28])
def test_what_is_too_short_is_a_broken_seal(ann_id: UUID, ann: Sealed, cut: bytes) -> None:
    with pytest.raises(VaultSealBroken):
        vault.unseal(KEYS, BORNE, ann_id, Sealed(wrapped_key=ann.wrapped_key, sealed=cut))


def test_repr_and_errors_show_nobody() -> None:
    assert (repr(ANN), str(ANN)) == ("Identity()", "")
    with pytest.raises(ValueError, match="11-test") as refused:
        Identity(bsn="123456789", surname="Jansen", birth_date=date(1950, 2, 28))
    assert "123456789" not in str(refused.value)


def test_an_address_has_one_form() -> None:
    assert ANN.postcode == "7621AB"
    assert ANN.area == "7621"
    abroad = Identity(surname="X", birth_date=date(2000, 1, 1), postcode="48599 A", country="DE")
    assert (abroad.postcode, abroad.area) == ("48599 A", None)
    assert BOB.area is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"postcode": "0123AB"},
        {"house_letter": "a"},
        {"house_number": 0},
        {"country": "NLD"},
        {"surname": " "},
        {"gender": "m"},
        {"nickname": "x"},
    ],
)
def test_what_is_no_identity_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Identity.model_validate({"surname": "Jansen", "birthDate": "1950-02-28", **wrong})


def test_an_index_is_of_one_municipality_kind_value_and_key() -> None:
    def digest(
        of: MunicipalityKeys = KEYS,
        municipality: str = BORNE,
        kind: IndexKind = IndexKind.BSN,
        value: str = "999990019",
    ) -> bytes:
        return vault.digest(of, municipality, kind, value)

    others = [
        digest(of=keys.new_municipality_keys()),
        digest(municipality=ALMELO),
        digest(kind=IndexKind.NAME_AND_BIRTH),
        digest(value="999990020"),
    ]
    assert digest() == digest()
    assert len({digest(), *others}) == 5
    assert len(digest()) == 32


def test_who_has_no_number_has_no_index_of_numbers() -> None:
    without = ANN.model_copy(update={"bsn": None})
    assert vault.digests(KEYS, BORNE, without).keys() == {IndexKind.NAME_AND_BIRTH}
    assert vault.digests(KEYS, BORNE, ANN).keys() == {IndexKind.NAME_AND_BIRTH, IndexKind.BSN}


@pytest.mark.parametrize(
    ("surname", "letters"),
    [
        ("Jansen", "jansen"),
        ("JANSEN", "jansen"),
        ("Jansen-de Vries", "jansendevries"),
        ("Ångström", "angstrom"),
        ("Çelik", "celik"),
        ("C\u0327elik", "celik"),  # written as two characters
        ("Groß", "gross"),
        ("GROSS", "gross"),
        ("\u0132sbrand", "ijsbrand"),  # the Dutch letter IJ as one character
        ("d'Arc", "darc"),
        ("d\u2019Arc", "darc"),
        ("d\u02bcArc", "darc"),  # an apostrophe that Unicode calls a letter
        ("'t Hooft 2", "thooft"),
        ("Öztürk ", "ozturk"),
        ("王", "王"),
    ],
)
def test_a_name_is_found_however_it_is_typed(surname: str, letters: str) -> None:
    assert vault.name_and_birth(surname, date(1950, 2, 8)) == f"{letters}|1950-02-08"
