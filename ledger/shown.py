# SPDX-License-Identifier: EUPL-1.2
"""What was shown at the door: a signed token or a manual code, read before any lock and offline."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ledger import manual_code, token
from ledger.errors import LedgerError
from ledger.rules.refusals import CodeAsksMore, CodeForeign, CodeUnknown, Reason
from ledger.token import Flag, PublicKey, Token


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A code that was read: which one it is, or why it is none of ours."""

    token_id: bytes | None = None
    manual_digest: bytes | None = None
    refusal: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads codes of one municipality; holds its public keys and its key for manual codes."""

    municipality_id: str
    public_keys: tuple[PublicKey, ...]
    manual_code_key: bytes

    def read(self, text: str) -> Shown:
        """Which code this is. Whether it is in force is judged with the database, not here.

        A token that is altered, unknown or unreadable is one answer, so that trying tells nothing.
        """
        if not text.startswith(token.PREFIX):
            return self._manual(text)
        try:
            found = _verified(text, self.public_keys)
        except LedgerError:
            issuer = token.issuer(text)
        else:
            issuer = found.municipality
            if issuer == self.municipality_id:
                # no PIN or confirmation is asked here: what demands one opens nothing
                asks = bool(found.flags & (Flag.PIN_NEEDED | Flag.CONFIRM_NEEDED))
                return Shown(refusal=CodeAsksMore()) if asks else Shown(token_id=found.token_id)
        is_foreign = issuer is not None and issuer != self.municipality_id
        return Shown(refusal=CodeForeign(municipality=issuer or "") if is_foreign else CodeUnknown())

    def _manual(self, text: str) -> Shown:
        try:
            normal = manual_code.normal(text)
        except LedgerError:
            return Shown(refusal=CodeUnknown())
        return Shown(manual_digest=manual_code.digest(normal, self.manual_code_key, self.municipality_id))


@lru_cache(maxsize=16_384)
def _verified(text: str, keys: tuple[PublicKey, ...]) -> Token:
    """What a token says, its signature checked once: the same letter is shown visit after visit.

    Only what was found right is kept. Whether it is in force is asked of the database every time.
    """
    return token.read(text, keys)


def token_ids(shown: Iterable[Shown | None]) -> set[bytes]:
    """The ids of all signed tokens among them."""
    return {each.token_id for each in shown if each and each.token_id}


def manual_digests(shown: Iterable[Shown | None]) -> set[bytes]:
    """The digests of all manual codes among them."""
    return {each.manual_digest for each in shown if each and each.manual_digest}
