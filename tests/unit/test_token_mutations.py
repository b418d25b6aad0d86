# SPDX-License-Identifier: EUPL-1.2
"""No mutant of a valid code is accepted or makes the reader stumble; no slip in a code read out passes.

Exhaustive over all flips of one bit (and, in the long tier, of two); seeded for everything else.
"""

import hashlib
import hmac
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from time import monotonic

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from ledger import manual_code
from ledger import token as tr1
from ledger.manual_code import ManualCodeUnreadable
from ledger.shown import Reader
from ledger.token import PublicKey, SigningKey, Token, TokenForged, TokenUnreadable
from tests import figures
from tests.unit.mutants import Known, Trial, flipped, mutants, raw
from tests.unit.test_token import KEY, TOKEN

OLD_KEY = SigningKey.from_secret(bytes(31) + b"\x09")
KEYS = (KEY.public, OLD_KEY.public)
SEED = 20_260_610
MUTANTS = 50_000


@pytest.fixture(scope="module")
def known() -> Known:
    """Two codes of one municipality, of the largest size, signed with two keys that are both trusted.

    Signed without chance (RFC 6979), so that the mutants of the short tier are the same every time.
    """
    large = replace(TOKEN, product_group=300, offline_floor_cents=1500, status_index=2**31)
    other = replace(large, token_id=bytes(range(16, 32)), expires_at=1_779_999_999, flags=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tr1, "_ES256", ec.ECDSA(SHA256(), deterministic_signing=True))
        found = Known(one=tr1.sign(large, KEY), other=tr1.sign(other, OLD_KEY), keys=KEYS)
    assert [len(raw(text)) for text in found.texts] == [144, 144]
    return found


def shown(trial: Trial, texts: Iterable[tuple[str, str]]) -> Trial:
    """The trial, after these were shown."""
    for kind, text in texts:
        trial.show(text, kind)
    return trial


def one_bit(text: str) -> Iterator[tuple[str, str]]:
    """Every code of which one bit is another."""
    return (("one bit", flipped(text, bit)) for bit in range(1152))


def test_every_flip_of_one_bit_is_refused(known: Known) -> None:
    for text in known.texts:
        trial = shown(Trial(KEYS), one_bit(text))
        assert (trial.shown, trial.accepted, trial.uncaught) == (1152, [], [])
        # Each layer refused some: the harness reaches the signature check.
        assert set(trial.refusals) == {"frame", "signature_form", "token_foreign_key", "token_forged"}


def test_every_mutant_is_refused_by_the_ledgers_own_errors(known: Known) -> None:
    trial = shown(Trial(KEYS), mutants(SEED, MUTANTS, known))
    assert (trial.shown, trial.accepted, trial.uncaught) == (MUTANTS, [], [])
    layers = {"too_long", "prefix", "base45", "frame", "signature_form", "token_foreign_key", "token_forged"}
    assert set(trial.refusals) == layers
    assert trial.refusals["token_forged"] > MUTANTS // 20


def test_a_reader_at_the_door_names_no_code_for_any_mutant(known: Known) -> None:
    """What redemptions are given: a refusal, and never the id of a code."""
    reader = Reader(municipality_id="0363", public_keys=KEYS, manual_code_key=bytes(32))
    for kind, text in mutants(SEED + 1, 2_600, known):
        found = reader.read(text)
        assert found.token_id is None, f"{kind}: {text}"
        assert found.manual_digest is None, f"{kind}: {text}"
        assert found.refusal is not None


@pytest.mark.prove
def test_every_flip_of_two_bits_is_refused(known: Known) -> None:
    started, trial = monotonic(), Trial(KEYS)
    for bits in combinations(range(1152), 2):
        trial.show(flipped(known.one, *bits), f"bits {bits}")
    _note(trial, started, exhaustive="every flip of two bits of one code")
    assert (trial.shown, trial.accepted, trial.uncaught) == (1152 * 1151 // 2, [], [])


@pytest.mark.prove
def test_a_million_mutants_are_refused(known: Known) -> None:
    count, started, seed = round(1_000_000 * figures.scale()), monotonic(), random.randrange(2**32)
    trial = shown(Trial(KEYS), mutants(seed, count, known))
    _note(trial, started, what="seeded", seed=seed)
    assert (trial.shown, trial.accepted, trial.uncaught) == (count, [], []), f"seed {seed}"


def _note(trial: Trial, started: float, **more: int | str) -> None:
    figures.note(
        "T13 token mutations",
        database="none",
        trials=trial.shown,
        failures=len(trial.accepted) + len(trial.uncaught),
        of="mutations",
        seconds=monotonic() - started,
        reached_the_signature=trial.refusals["token_forged"],
        **more,
    )


# ---------------------------------------------------------------------------------- negative controls

FEW = 13 * 80


def test_without_the_signature_check_mutants_are_accepted(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tr1, "_is_signed_by", lambda frame, key: True)
    assert len(shown(Trial(KEYS), one_bit(known.one)).accepted) > 300
    accepted = shown(Trial(KEYS), mutants(SEED, FEW, known)).accepted
    kinds = {each.partition(":")[0] for each in accepted}
    assert {"some_bits", "splice", "key_id_swapped", "claim_changed", "signature_changed"} <= kinds


def test_with_the_algorithm_taken_from_the_token_a_forgery_is_accepted(known: Known) -> None:
    accepted = shown(Trial(KEYS, read=by_header), mutants(SEED, FEW, known)).accepted
    forged = [text for kind, text in (each.split(": ", 1) for each in accepted) if kind == "other_algorithm"]
    assert len(forged) >= 3
    for text in forged:
        with pytest.raises(TokenUnreadable):
            tr1.read(text, KEYS)


def by_header(text: str, keys: Iterable[PublicKey]) -> Token:
    """A reader that lets the token say how it is to be checked; all else as ours."""
    protected, _, payload, signature = cbor2.loads(tr1._decoded(text)).value
    header = cbor2.loads(protected)
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    for key in keys:
        if key.key_id == header[4] and _checks(header[1], key, signed, signature):
            return tr1._claims(payload)
    raise TokenForged(key_id=header[4].hex())


def _checks(algorithm: object, key: PublicKey, signed: bytes, signature: bytes) -> bool:
    if algorithm == 5:
        return hmac.compare_digest(hmac.new(key.point, signed, hashlib.sha256).digest(), signature)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        tr1._verifier(key.point).verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def test_with_a_second_spelling_allowed_mutants_are_accepted(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tr1, "_decoded", lenient)
    accepted = shown(Trial(KEYS), mutants(SEED, FEW, known)).accepted
    assert {each.partition(":")[0] for each in accepted} == {"respelled"}


def lenient(text: str) -> bytes:
    """Any case, and spaces around it."""
    decoded: bytes = tr1.BASE45.b45decode(text.strip().upper().removeprefix("TR1:"))
    return decoded


def test_with_the_second_form_of_a_signature_allowed_mutants_are_accepted(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tr1, "_CURVE_ORDER", 2 * tr1._CURVE_ORDER)
    accepted = shown(Trial(KEYS), mutants(SEED, FEW, known)).accepted
    assert {each.partition(":")[0] for each in accepted} == {"signature_changed"}


def test_an_error_that_is_not_ours_is_seen(known: Known) -> None:
    """The reader by the header stumbles over most mutants: the harness tells that from refusing."""
    assert len(shown(Trial(KEYS, read=by_header), mutants(SEED, FEW, known)).uncaught) > 50


# ------------------------------------------------------------------------------- the code that is read out

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def slips(code: str) -> Iterator[str]:
    """Every other symbol at every place, and every two symbols that changed places."""
    symbols = code.replace("-", "")
    for place, right in enumerate(symbols):
        for wrong in SYMBOLS.replace(right, ""):
            yield symbols[:place] + wrong + symbols[place + 1 :]
    for a, b in combinations(range(len(symbols)), 2):
        if symbols[a] != symbols[b]:
            swapped = list(symbols)
            swapped[a], swapped[b] = swapped[b], swapped[a]
            yield "".join(swapped)


def unnoticed(codes: Iterable[str]) -> tuple[int, list[str]]:
    """How many slips there are in these codes, and those that are read as a code."""
    tried, found = 0, []
    for code in codes:
        for slip in slips(code):
            tried += 1
            try:
                manual_code.normal(slip)
            except ManualCodeUnreadable:
                continue
            found.append(f"{code} as {slip}")
    return tried, found


def printed(seed: int, count: int) -> Iterator[str]:
    """Codes from a seed, the smallest and the largest among them."""
    chance = random.Random(seed)
    values = [0, 2**60 - 1, 1020, 1021, *(chance.randrange(2**60) for _ in range(count - 4))]
    return (manual_code._printed(value) for value in values)


def test_every_wrong_symbol_and_every_swap_of_any_two_is_noticed() -> None:
    tried, found = unnoticed(printed(SEED, 200))
    assert found == []
    assert tried > 200 * (14 * 31 + 50)


@pytest.mark.prove
def test_every_slip_in_many_codes_is_noticed() -> None:
    started, seed = monotonic(), random.randrange(2**32)
    tried, found = unnoticed(printed(seed, round(20_000 * figures.scale())))
    figures.note(
        "T13 token mutations",
        database="none",
        trials=tried,
        failures=len(found),
        of="mutations",
        seconds=monotonic() - started,
        what="slips in codes that are read out",
        seed=seed,
    )
    assert found == [], f"seed {seed}"


@pytest.mark.parametrize("modulus", [1023, 1024])
def test_with_another_modulus_slips_are_not_noticed(modulus: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1024 sees only the last two symbols; 1023 does not see symbols that change places two apart."""
    monkeypatch.setattr(manual_code, "_MODULUS", modulus)
    _, found = unnoticed(printed(SEED, 20))
    assert len(found) > 100
