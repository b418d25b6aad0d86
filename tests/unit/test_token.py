# SPDX-License-Identifier: EUPL-1.2
"""The signed code: what is signed comes back, and nothing else does.

The forgeries are built with the general CBOR and base45 libraries, not with the code under test.
"""

from dataclasses import replace

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from ledger import token as tr1
from ledger.errors import LedgerError, Malformed, NotFound
from ledger.token import (
    CodeKind,
    Flag,
    PublicKey,
    SigningKey,
    Token,
    TokenForeignKey,
    TokenForged,
    TokenUnreadable,
)

base45 = pytest.importorskip("base45")

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = SigningKey.from_secret(bytes(31) + b"\x07")
KEYS = (KEY.public,)
TOKEN = Token(
    municipality="0363",
    issued_at=1_764_000_000,
    expires_at=1_779_000_000,
    token_id=bytes(range(16)),
    kind=CodeKind.VOUCHER,
    product_group=17,
    offline_floor_cents=1500,
    offline_uses_max=3,
    flags=Flag.PIN_NEEDED | Flag.SPECIMEN,
    status_index=123_456,
)
LARGEST = replace(
    TOKEN,
    expires_at=2**32 - 1,
    product_group=2**16 - 1,
    offline_floor_cents=2**16 - 1,
    offline_uses_max=23,
    flags=7,
    status_index=2**32 - 1,
)
PRIVATE: dict[object, object] = {1: 1, 2: 17, 3: 1500, 4: 3, 5: 5, 6: 123_456}
CLAIMS: dict[object, object] = {
    1: "0363",
    4: 1_779_000_000,
    6: 1_764_000_000,
    7: bytes(range(16)),
    -70001: PRIVATE,
}
PROTECTED = cbor2.dumps({1: -7, 4: KEY.key_id})

tokens = st.builds(
    Token,
    municipality=st.integers(0, 9999).map("{:04}".format),
    issued_at=st.integers(0, 2**31),
    expires_at=st.integers(2**31 + 1, 2**32 - 1),
    token_id=st.binary(min_size=16, max_size=16),
    kind=st.sampled_from(CodeKind),
    product_group=st.integers(0, 2**16 - 1),
    offline_floor_cents=st.integers(0, 2**16 - 1),
    offline_uses_max=st.integers(0, 23),
    flags=st.integers(0, 7),
    status_index=st.integers(0, 2**32 - 1),
)


def raw(text: str) -> bytes:
    decoded: bytes = base45.b45decode(text.removeprefix("TR1:"))
    return decoded


def spelled(content: bytes) -> str:
    return "TR1:" + str(base45.b45encode(content), "ascii")


def crafted(
    payload: bytes | None = None, protected: bytes = PROTECTED, unprotected: object = None, tag: int = 18
) -> str:
    """A COSE_Sign1 with a right signature over whatever it is given."""
    payload = cbor2.dumps(CLAIMS) if payload is None else payload
    der = KEY.private.sign(cbor2.dumps(["Signature1", protected, b"", payload]), ec.ECDSA(SHA256()))
    r, s = utils.decode_dss_signature(der)
    signature = r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")
    return spelled(cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected or {}, payload, signature])))


def refusal(text: str) -> LedgerError:
    with pytest.raises(LedgerError) as refused:
        tr1.read(text, KEYS)
    return refused.value


def fault(text: str) -> str:
    error = refusal(text)
    assert isinstance(error, TokenUnreadable), error
    return error.fault


@given(tokens)
def test_what_is_signed_is_read_back(token: Token) -> None:
    text = tr1.sign(token, KEY)
    assert tr1.read(text, KEYS) == token
    assert tr1.issuer(text) == token.municipality
    assert len(raw(text)) <= 144
    assert len(text) <= 220


def test_the_largest_token_is_144_bytes_and_220_characters() -> None:
    text = tr1.sign(LARGEST, KEY)
    assert len(raw(text)) == 144
    assert len(text) == 220


def test_a_token_is_plain_cose_that_other_libraries_read() -> None:
    envelope = cbor2.loads(raw(tr1.sign(TOKEN, KEY)))
    protected, unprotected, payload, signature = envelope.value
    assert envelope.tag == 18
    assert protected == PROTECTED
    assert unprotected == {}
    assert cbor2.loads(payload) == CLAIMS
    assert len(signature) == 64
    assert tr1.read(crafted(), KEYS) == TOKEN


def test_every_flipped_bit_is_refused() -> None:
    whole = raw(tr1.sign(TOKEN, KEY))
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        assert isinstance(refusal(spelled(bytes(flipped))), LedgerError)


def test_every_cut_is_refused() -> None:
    text = tr1.sign(TOKEN, KEY)
    for length in range(len(text)):
        assert isinstance(refusal(text[:length]), TokenUnreadable)


def test_without_the_signature_check_an_altered_amount_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same altered text, and a reader that trusts every signature."""
    whole = raw(tr1.sign(TOKEN, KEY))
    altered = spelled(whole.replace(cbor2.dumps(1500), cbor2.dumps(60_000)))
    assert isinstance(refusal(altered), TokenForged)
    monkeypatch.setattr(tr1, "_is_signed_by", lambda frame, key: True)
    assert tr1.read(altered, KEYS).offline_floor_cents == 60_000


def test_a_key_nobody_gave_us_is_foreign() -> None:
    other = SigningKey.new()
    error = refusal(tr1.sign(TOKEN, other))
    assert isinstance(error, TokenForeignKey)
    assert error.key_id == other.key_id.hex()
    with pytest.raises(TokenForeignKey):
        tr1.read(tr1.sign(TOKEN, KEY), ())


def test_a_wrong_key_under_the_right_key_id_is_forged() -> None:
    impostor = PublicKey(key_id=KEY.key_id, point=SigningKey.new().public.point)
    with pytest.raises(TokenForged):
        tr1.read(tr1.sign(TOKEN, KEY), [impostor])


def test_every_key_with_the_key_id_is_tried() -> None:
    twin = PublicKey(key_id=KEY.key_id, point=SigningKey.new().public.point)
    assert tr1.read(tr1.sign(TOKEN, KEY), iter([twin, KEY.public])) == TOKEN


def test_the_second_valid_signature_is_refused() -> None:
    whole = raw(tr1.sign(TOKEN, KEY))
    r, s = int.from_bytes(whole[-64:-32], "big"), int.from_bytes(whole[-32:], "big")
    assert s <= ORDER // 2
    signed = cbor2.dumps(["Signature1", PROTECTED, b"", cbor2.dumps(CLAIMS)])
    twin = utils.encode_dss_signature(r, ORDER - s)
    KEY.private.public_key().verify(twin, signed, ec.ECDSA(SHA256()))
    assert fault(spelled(whole[:-32] + (ORDER - s).to_bytes(32, "big"))) == "signature_form"
    assert fault(spelled(whole[:-32] + bytes(32))) == "signature_form"


def test_signatures_are_always_low() -> None:
    for _ in range(100):
        assert int.from_bytes(raw(tr1.sign(TOKEN, KEY))[-32:], "big") <= ORDER // 2


def test_trailing_and_leading_data_is_refused() -> None:
    text = tr1.sign(TOKEN, KEY)
    assert fault(spelled(raw(text) + b"\0")) == "frame"
    assert fault(spelled(b"\0" + raw(text))) == "frame"
    assert fault(text + "\n") == "base45"
    assert fault(" " + text) == "prefix"


@pytest.mark.parametrize("prefix", ["", "TR2:", "tr1:", "HC1:", "TR1"])
def test_other_prefixes_are_refused(prefix: str) -> None:
    assert fault(prefix + tr1.sign(TOKEN, KEY).removeprefix("TR1:")) == "prefix"


@pytest.mark.parametrize("ending", ["0", "A", "::", "V5", ":::", "GGW", "a", "é", "\n", "\ud800"])
def test_text_that_is_not_the_one_base45_spelling_is_refused(ending: str) -> None:
    assert fault("TR1:" + ending) == "base45"
    assert fault(tr1.sign(TOKEN, KEY) + ending) == "base45"


def test_a_text_above_the_cap_is_refused_before_it_is_decoded() -> None:
    assert fault("TR1:" + "?" * 601) == "too_long"
    assert fault("TR1:" + "?" * 600) == "base45"
    assert fault(spelled(bytes(400))) == "frame"
    assert fault(spelled(bytes(401))) == "too_long"


@pytest.mark.parametrize(
    "text",
    [
        crafted(tag=17),
        crafted(tag=98),
        crafted(unprotected={4: KEY.key_id}),
        crafted(protected=cbor2.dumps({1: -8, 4: KEY.key_id})),
        crafted(protected=cbor2.dumps({1: -35, 4: KEY.key_id})),
        crafted(protected=cbor2.dumps({4: KEY.key_id, 1: -7})),
        crafted(protected=cbor2.dumps({1: -7})),
        crafted(protected=cbor2.dumps({1: -7, 4: KEY.key_id, 2: [1]})),
        crafted(protected=cbor2.dumps({1: -7, 4: KEY.key_id + b"\0"})),
        crafted(payload=b""),
        crafted(payload=bytes(23)),
        spelled(raw(crafted(payload=bytes(23))).replace(b"\xa0\x57", b"\xa0\x58\x17", 1)),
        spelled(raw(crafted())[1:]),
        spelled(b"\xd8\x12" + raw(crafted())[1:]),
        spelled(raw(crafted()).replace(b"\xa0\x58", b"\xa0\x59\x00", 1)),
    ],
)
def test_any_other_envelope_is_refused_though_its_signature_is_right(text: str) -> None:
    assert fault(text) == "frame"


def without(number: int) -> dict[object, object]:
    return {key: value for key, value in CLAIMS.items() if key != number}


def private(**changes: object) -> dict[object, object]:
    changed: dict[object, object] = {int(key[1:]): value for key, value in changes.items()}
    return {**CLAIMS, -70001: PRIVATE | changed}


@pytest.mark.parametrize(
    "claims",
    [
        *(without(number) for number in CLAIMS if isinstance(number, int)),
        {**CLAIMS, 2: "subject"},
        {**CLAIMS, 1: "363"},
        {**CLAIMS, 1: "٠٣٦٣"},
        {**CLAIMS, 1: b"0363"},
        {**CLAIMS, 4: 1_764_000_000},
        {**CLAIMS, 4: 2**32},
        {**CLAIMS, 4: 1_779_000_000.0},
        {**CLAIMS, 6: -1},
        {**CLAIMS, 6: True},
        {**CLAIMS, 7: bytes(15)},
        {**CLAIMS, 7: "0123456789abcdef"},
        {**CLAIMS, -70001: [1, 17, 1500, 3, 5, 6]},
        private(n7=1),
        private(n1=0),
        private(n1=4),
        private(n1=True),
        private(n1=None),
        private(n2=2**16),
        private(n3=-1),
        private(n3=1500.0),
        private(n4=24),
        private(n5=8),
        private(n6=2**32),
        private(n6="6"),
        [1, 2, 3, bytes(30)],
        bytes(60),
        cbor2.CBORTag(61, CLAIMS),
    ],
)
def test_any_other_claims_are_refused_though_the_signature_is_right(claims: object) -> None:
    assert fault(crafted(payload=cbor2.dumps(claims))) == "claims"


GOOD = cbor2.dumps(CLAIMS)


@pytest.mark.parametrize(
    "payload",
    [
        GOOD + b"\0",
        GOOD[:-1],
        GOOD.replace(b"\x05\x05", b"\x05\x18\x05"),
        b"\xbf" + GOOD[1:] + b"\xff",
        b"\xa6\x01\x640363" + GOOD[1:],
        cbor2.dumps(dict(reversed([*CLAIMS.items()]))),
        cbor2.dumps({**CLAIMS, -70001: dict(reversed([*PRIVATE.items()]))}),
        b"\xff" * 60,
    ],
)
def test_a_second_encoding_of_the_claims_is_refused_though_the_signature_is_right(payload: bytes) -> None:
    assert payload != GOOD
    assert fault(crafted(payload=payload)) == "claims"


@given(st.one_of(st.text(), st.text().map("TR1:".__add__), st.binary(max_size=200).map(spelled)))
def test_random_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises((Malformed, NotFound)):
        tr1.read(text, KEYS)
    assert tr1.issuer(text) is None


@given(st.data())
def test_a_token_with_some_bytes_replaced_is_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = raw(crafted())
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    if changed != whole:
        assert isinstance(refusal(spelled(changed)), TokenUnreadable | TokenForeignKey | TokenForged)


def test_the_issuer_is_read_from_a_token_of_another_municipality() -> None:
    foreign = tr1.sign(replace(TOKEN, municipality="0599"), SigningKey.new())
    assert tr1.issuer(foreign) == "0599"
    assert tr1.issuer(foreign[:-1]) is None
    assert tr1.issuer(crafted(payload=cbor2.dumps({**CLAIMS, 1: "abcd"}))) is None


@pytest.mark.parametrize(
    "unsound",
    [
        replace(TOKEN, municipality="36"),
        replace(TOKEN, token_id=b"short"),
        replace(TOKEN, expires_at=TOKEN.issued_at),
        replace(TOKEN, offline_uses_max=24),
        replace(TOKEN, flags=8),
    ],
)
def test_what_could_not_be_read_is_not_signed(unsound: Token) -> None:
    with pytest.raises(AssertionError):
        tr1.sign(unsound, KEY)


def test_a_key_survives_storage_and_does_not_show_its_secret() -> None:
    key = SigningKey.new()
    assert len(key.secret) == 32
    assert SigningKey.from_secret(key.secret).public == key.public
    assert PublicKey.of(key.public.point) == key.public
    assert key.secret.hex() not in repr(key)
    assert len(key.key_id) == 4


@pytest.mark.parametrize("secret", [b"", bytes(32), b"\xff" * 32, bytes(33)])
def test_what_is_no_key_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"32 bytes|positive|out of range"):
        SigningKey.from_secret(secret)


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match=r"(?i)point|curve|invalid"):
        PublicKey.of(b"\x04" + bytes(63) + b"\x01")
