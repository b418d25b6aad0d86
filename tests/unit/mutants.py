# SPDX-License-Identifier: EUPL-1.2
"""Mutants of signed codes: what a copier, a forger or a scratched letter may make of a valid TR1.

Each kind is one function of a seeded chance and two valid tokens; what comes out is text. Some know what
an attacker knows (the public key, the format, other valid tokens); none knows a secret key.
"""

import hashlib
import hmac
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import cbor2

from ledger import token as tr1
from ledger.errors import LedgerError
from ledger.token import PublicKey, Token

PREFIX: Final = "TR1:"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SYMBOLS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""Of base45, in the order of their values."""

ALGORITHMS: Final = (0, 1, 4, 5, 6, 7, -6, -8, -35, -36, -37, -38, -39, -47, -257, -65535, "ES256", "none")
"""Other names of algorithms: HMAC 4 to 7, EdDSA, ES384, PS256, RS256, RS1 and what is none."""


@dataclass(frozen=True)
class Known:
    """What an attacker holds: two valid codes of one municipality, and every public key."""

    one: str
    other: str
    keys: tuple[PublicKey, ...]

    @property
    def texts(self) -> tuple[str, str]:
        """The codes that are valid."""
        return self.one, self.other


Mutation = Callable[[random.Random, Known], str]


@lru_cache(maxsize=8)
def raw(text: str) -> bytes:
    """The bytes of a valid code; kept, because decoding costs as much as a mutation."""
    decoded: bytes = tr1.BASE45.b45decode(text.removeprefix(PREFIX))
    return decoded


def spelled(content: bytes) -> str:
    """The code of these bytes."""
    return PREFIX + str(tr1.BASE45.b45encode(content), "ascii")


def _whole(chance: random.Random, known: Known) -> bytearray:
    return bytearray(raw(chance.choice(known.texts)))


# -------------------------------------------------------------------------------------------------- bytes


def some_bits(chance: random.Random, known: Known) -> str:
    """One to eight bits are other ones."""
    content = _whole(chance, known)
    for bit in chance.sample(range(len(content) * 8), chance.randint(1, 8)):
        content[bit // 8] ^= 1 << bit % 8
    return spelled(bytes(content))


def some_bytes(chance: random.Random, known: Known) -> str:
    """A stretch is replaced by as many random bytes, by more, or by fewer."""
    content = _whole(chance, known)
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.randint(0, 12))
    content[start:end] = chance.randbytes(chance.choice((end - start, chance.randint(0, 12))))
    return spelled(bytes(content))


def cut(chance: random.Random, known: Known) -> str:
    """The beginning or the end is missing, in bytes or in characters."""
    text = chance.choice(known.texts)
    content, place = raw(text), chance.randrange(1, 143)
    return chance.choice(
        (
            spelled(content[:place]),
            spelled(content[place:]),
            text[: chance.randrange(len(text))],
            PREFIX + text[4 + chance.randint(1, 215) :],
        )
    )


def splice(chance: random.Random, known: Known) -> str:
    """Parts of two valid codes, cut at the same place or at two places."""
    one, other = raw(known.one), raw(known.other)
    first, second = sorted((chance.randrange(1, len(one)), chance.randrange(1, len(one))))
    pieces = (one[:first] + other[first:], one[:first] + other[first:second] + one[second:])
    return spelled(chance.choice((*pieces, one[:second] + other[first:])))


def moved(chance: random.Random, known: Known) -> str:
    """Two stretches change places, or one stands there twice."""
    content = bytes(_whole(chance, known))
    a, b, c = sorted(chance.sample(range(len(content) + 1), 3))
    twice = content[:b] + content[a:b] + content[b:]
    return spelled(chance.choice((content[:a] + content[b:c] + content[a:b] + content[c:], twice)))


# ------------------------------------------------------------------------------------ what is meant to pass


def _parts(chance: random.Random, known: Known) -> tuple[bytes, Any, bytes, bytes]:
    protected, unprotected, payload, signature = cbor2.loads(bytes(_whole(chance, known))).value
    return protected, dict(unprotected), payload, signature


def _enveloped(protected: bytes, unprotected: object, payload: bytes, signature: bytes, tag: int = 18) -> str:
    return spelled(cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected, payload, signature])))


def other_algorithm(chance: random.Random, known: Known) -> str:
    """The header names another algorithm; every second time HMAC, with the public key taken for a secret."""
    protected, unprotected, payload, signature = _parts(chance, known)
    header = cbor2.loads(protected)
    key = next(key for key in known.keys if key.key_id == header[4])
    is_hmac = chance.random() < 0.5
    header[1] = 5 if is_hmac else chance.choice(ALGORITHMS)
    protected = cbor2.dumps(header)
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    if is_hmac:
        secret = chance.choice((key.point, key.point[1:33], key.key_id, b""))
        tag = hmac.new(secret, signed, hashlib.sha256).digest()
        return _enveloped(protected, unprotected, payload, chance.choice((tag, tag + tag)))
    tag = chance.choice((signature, hashlib.sha256(signed).digest(), b""))
    return _enveloped(protected, unprotected, payload, tag)


def key_id_swapped(chance: random.Random, known: Known) -> str:
    """The header names another key that we trust, one that we do not, or none."""
    protected, unprotected, payload, signature = _parts(chance, known)
    header = cbor2.loads(protected)
    own = header.pop(4)
    others = [key.key_id for key in known.keys if key.key_id != own]
    place = header if chance.random() < 0.8 else unprotected
    place[4] = chance.choice((*others, chance.randbytes(4), own[::-1], own + b"\0", b""))
    return _enveloped(cbor2.dumps(header), unprotected, payload, signature)


def claim_changed(chance: random.Random, known: Known) -> str:
    """A claim says something else, properly written, under the signature that was there."""
    protected, unprotected, payload, signature = _parts(chance, known)
    claims = cbor2.loads(payload)
    change = chance.randrange(5)
    if change == 0:
        claims[4] += chance.randint(1, 10**6)
    elif change == 1:
        claims[7] = chance.randbytes(16)
    elif change == 2:
        claims[1] = f"{chance.randrange(10_000):04}"
    else:
        claims[-70001][chance.randint(1, 6)] = chance.randrange(2**16)
    return _enveloped(protected, unprotected, cbor2.dumps(claims, canonical=True), signature)


def signature_changed(chance: random.Random, known: Known) -> str:
    """The second valid form of the signature, one without content, or that of the other code."""
    content = bytes(_whole(chance, known))
    r, s = content[-64:-32], int.from_bytes(content[-32:], "big")
    other = raw(known.one)[-64:] if content == raw(known.other) else raw(known.other)[-64:]
    choices = (
        r + (ORDER - s).to_bytes(32, "big"),
        bytes(64),
        r + bytes(32),
        bytes(32) + content[-32:],
        r + ORDER.to_bytes(32, "big"),
        content[-32:] + r,
        other,
        chance.randbytes(64),
    )
    return spelled(content[:-64] + chance.choice(choices))


def other_frame(chance: random.Random, known: Known) -> str:
    """The same parts in another envelope: another tag, more headers, longer lengths, a list without end."""
    protected, unprotected, payload, signature = _parts(chance, known)
    content = bytes(_whole(chance, known))
    choices = (
        lambda: _enveloped(protected, unprotected, payload, signature, chance.choice((16, 17, 61, 97, 98))),
        lambda: _enveloped(protected, {chance.randint(2, 9): b"x"}, payload, signature),
        lambda: spelled(content[1:]),
        lambda: spelled(b"\xd9\x00\x12" + content[1:]),
        lambda: spelled(b"\xd2\x9f" + content[2:] + b"\xff"),
        lambda: spelled(content.replace(b"\xa0\x58", b"\xa0\x59\x00", 1)),
        lambda: spelled(b"\xd8\x3d" + content),
        lambda: spelled(content + chance.randbytes(chance.randint(1, 9))),
    )
    return chance.choice(choices)()


# --------------------------------------------------------------------------------------------------- text


def respelled(chance: random.Random, known: Known) -> str:
    """Text that a lenient reader takes for the same bytes: case, spaces, padding, look-alikes."""
    text = chance.choice(known.texts)
    place = chance.randint(4, len(text))
    choices = (
        lambda: text.lower(),
        lambda: PREFIX + text[4:].lower(),
        lambda: text[:place] + text[place:].lower(),
        lambda: text[:place] + chance.choice((" ", "\n", "\t", "\u00a0", "\u200b", "\ufeff")) + text[place:],
        lambda: text + chance.choice((" ", "\n", "\r\n", "=", "\0", "0", "00", "000")),
        lambda: chance.choice((" ", "\ufeff", "\n")) + text,
        lambda: text.replace("TR1:", chance.choice(("tr1:", "Tr1:", "TR1", "TR1::", "TR1: ", "TR2:", ""))),
        lambda: "".join(chr(ord(each) + 0xFEE0) if chance.random() < 0.1 else each for each in text),
        lambda: text.replace("%", "%25").replace("+", "%2B").replace(" ", "+") + "%20",
        lambda: text.replace("0", "O") if chance.random() < 0.5 else text.replace("1", "I"),
        lambda: known.one + known.other,
        lambda: 3 * text,
    )
    return chance.choice(choices)()


def overflowed(chance: random.Random, known: Known) -> str:
    """A group of symbols stands for more than its bytes can hold: what wraps around would be the same."""
    text = list(chance.choice(known.texts)[4:])
    start = 3 * chance.randrange(len(text) // 3)
    low, middle, high = (SYMBOLS.index(each) for each in text[start : start + 3])
    value = (low + 45 * middle + 2025 * high + 65_536) % 45**3
    text[start : start + 3] = (SYMBOLS[value % 45], SYMBOLS[value // 45 % 45], SYMBOLS[value // 2025])
    return PREFIX + "".join(text)


def mistyped(chance: random.Random, known: Known) -> str:
    """A symbol is another one, is missing, stands twice, or two of them changed places."""
    text, place = chance.choice(known.texts), chance.randrange(4, 218)
    a, b = text[place], text[place + 1]
    return text[:place] + chance.choice((chance.choice(SYMBOLS) + b, b, a + a + b, b + a)) + text[place + 2 :]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    some_bits,
    some_bytes,
    cut,
    splice,
    moved,
    other_algorithm,
    key_id_swapped,
    claim_changed,
    signature_changed,
    other_frame,
    respelled,
    overflowed,
    mistyped,
)


def mutants(seed: int, count: int, known: Known) -> Iterator[tuple[str, str]]:
    """So many mutants, none of which is a valid code, with the name of their kind; the kinds in turn."""
    chance, made = random.Random(seed), 0
    while made < count:
        mutation = MUTATIONS[made % len(MUTATIONS)]
        text = mutation(chance, known)
        if text not in known.texts:
            made += 1
            yield mutation.__name__, text


def flipped(text: str, *bits: int) -> str:
    """The code with these bits turned around."""
    content = bytearray(raw(text))
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    return spelled(bytes(content))


# -------------------------------------------------------------------------------------------- the harness

Reading = Callable[[str, Iterable[PublicKey]], Token]


@dataclass
class Trial:
    """Shows mutants to a reader and keeps what it made of them."""

    keys: tuple[PublicKey, ...]
    read: Reading = tr1.read
    refusals: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    uncaught: list[str] = field(default_factory=list)

    @property
    def shown(self) -> int:
        """How many mutants were shown."""
        return self.refusals.total() + len(self.accepted) + len(self.uncaught)

    def show(self, text: str, kind: str) -> None:
        """Refused is counted; accepted and uncaught are kept with the kind of mutant."""
        try:
            self.read(text, self.keys)
            self.accepted.append(f"{kind}: {text}")
        except LedgerError as error:
            self.refusals[str(error.facts.get("fault", error.code))] += 1
        except Exception as error:
            self.uncaught.append(f"{kind}: {type(error).__name__}: {text!r}")
