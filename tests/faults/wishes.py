# SPDX-License-Identifier: EUPL-1.2
"""What the clients of a fleet want: redemptions of rights that they share, and of one that each has alone.

On its own right a client knows to the cent what must be answered. On shared rights nobody does; there the
answers themselves must form one order (see reckoning.py). Shared rights hold less than is wanted of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from ledger.ids import NOBODY, derived
from tests.faults.journal import Attempt, Errand, Verdict
from tests.world import AIDS, GUIDANCE, HOUSEHOLD, NOON, World

ASKED_MAX: Final = 300
"""Eurocents of one line at most."""


@dataclass(frozen=True, kw_only=True)
class Right:
    """A right as it was granted."""

    id: UUID
    cents: int
    minutes: int | None = None
    code: str | None = None
    """The text of its QR; None where the provider is named."""

    @property
    def shown(self) -> dict[str, str]:
        """How a scan names it."""
        return {"code": self.code} if self.code else {"entitlementId": str(self.id)}

    def grant(self, world: World) -> dict[str, Any]:
        """The body that grants it."""
        named = {"kind": "only_providers", "providers": [World.AGB]}
        quantity = {} if self.minutes is None else {"quantity": self.minutes, "quantityUnit": "minute"}
        return {
            "kind": "voucher",
            "law": "wmo",
            "programmeId": str(world.programme_id),
            "holderId": str(world.holder_id),
            "validFrom": "2026-01-01",
            "amountCents": self.cents,
            "restrictions": [named],
            "at": NOON.isoformat(),
            **quantity,
        }


@dataclass
class Own:
    """A right of one client alone, and what it knows of it."""

    right: Right
    left: int
    reserved: dict[UUID, int] = field(default_factory=dict)
    """Cents by redemption, not yet captured or released."""
    standing: dict[UUID, int] = field(default_factory=dict)
    """Cents by redemption, owed and not yet reversed."""


@dataclass
class Wishes:
    """The wishes of one client in one round: the same seed and answers give the same wishes."""

    name: str
    draw: Random
    shared: Sequence[Right]
    own: Own
    made: int = 0
    _learn: dict[UUID, Callable[[], None]] = field(default_factory=dict)
    """What is known once an errand on the own right is done."""

    def next(self) -> Errand:
        """A new errand."""
        if self.draw.random() < 0.3:
            return self._of_own()
        right = self.draw.choice(self.shared)
        return self._redeem(right, self._lines(right), reserve=False, expected=None)

    def learn(self, attempt: Attempt) -> None:
        """What a definite answer tells about the own right."""
        change = self._learn.pop(attempt.id, None)
        if change and attempt.verdict is Verdict.DONE:
            change()

    def _lines(self, right: Right) -> list[dict[str, Any]]:
        """One line, or two that pass together or not at all."""
        services = [HOUSEHOLD, GUIDANCE] if right.minutes is not None else [AIDS, HOUSEHOLD]
        few = self.draw.sample(services, self.draw.choice([1, 1, 2]))
        return [
            {"service": each, "quantity": self.draw.randint(1, ASKED_MAX if each == AIDS else 5)}
            for each in few
        ]

    def _of_own(self) -> Errand:
        """One step on the own right, with what must be answered to it."""
        own, dice = self.own, self.draw.random()
        if own.reserved and dice < 0.4:
            return self._resolve(self.draw.choice(list(own.reserved)))
        if own.standing and dice < 0.6:
            return self._reverse(self.draw.choice(list(own.standing)))
        asked, reserve = self.draw.randint(1, ASKED_MAX), dice > 0.8
        left = own.left - asked
        expected = {"remainingCents": left} if left >= 0 else {"code": "redemption_refused"}
        line = {"service": AIDS, "quantity": asked}
        errand = self._redeem(own.right, [line], reserve=reserve, expected=expected)

        def learn() -> None:
            own.left = left
            (own.reserved if reserve else own.standing)[errand.id] = asked

        self._learn[errand.id] = learn
        return errand

    def _resolve(self, redemption_id: UUID) -> Errand:
        """Capture a part or all of a reservation, or release it."""
        held, is_release = self.own.reserved[redemption_id], self.draw.random() < 0.3
        kept = 0 if is_release else self.draw.randint(1, held)
        parts = [] if is_release else [{"line": 1, "quantity": kept}]

        def learn() -> None:
            del self.own.reserved[redemption_id]
            self.own.left += held - kept
            if kept:
                self.own.standing[redemption_id] = kept

        kind = "releases" if is_release else "captures"
        expected = {"takenBackCents": held - kept, "standingCents": kept}
        return self._follow_up(kind, redemption_id, parts, expected, learn)

    def _reverse(self, redemption_id: UUID) -> Errand:
        """Take back a part or all; a line is reversed once, so it stands no longer for us."""
        held = self.own.standing[redemption_id]
        back = self.draw.randint(1, held)

        def learn() -> None:
            del self.own.standing[redemption_id]
            self.own.left += back

        expected = {"takenBackCents": back, "standingCents": held - back}
        return self._follow_up("reversals", redemption_id, [{"line": 1, "quantity": back}], expected, learn)

    def _redeem(
        self, right: Right, lines: list[dict[str, Any]], *, reserve: bool, expected: dict[str, Any] | None
    ) -> Errand:
        body = {**right.shown, "lines": lines, "at": NOON.isoformat(), "reserve": reserve}
        return self._errand("/v1/redemptions/", right, body, expected)

    def _follow_up(
        self,
        kind: str,
        redemption_id: UUID,
        parts: list[dict[str, Any]],
        expected: dict[str, Any],
        learn: Callable[[], None],
    ) -> Errand:
        body = {"parts": parts, "reason": "test", "at": NOON.isoformat()}
        path = f"/v1/redemptions/{redemption_id}/{kind}/"
        errand = self._errand(path, self.own.right, body, expected)
        self._learn[errand.id] = learn
        return errand

    def _errand(
        self, path: str, right: Right, body: dict[str, Any], expected: dict[str, Any] | None
    ) -> Errand:
        intent = f"{self.name}/{self.made}"
        self.made += 1
        id_ = derived(NOBODY, intent)
        return Errand(
            id=id_, intent=intent, right_id=right.id, path=f"{path}{id_}", body=body, expected=expected
        )
