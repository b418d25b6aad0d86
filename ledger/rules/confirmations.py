# SPDX-License-Identifier: EUPL-1.2
"""Confirmations: what a programme asks of the resident before a use is paid, and what their word is worth.

A dispute keeps a line from being paid in every programme. Days are Dutch calendar days.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, Field

from ledger.rules.periods import days_later
from ledger.rules.tariffs import RULE

SILENCE_DAYS_MAX: Final = 366
"""The longest that a resident may be given; who would wait longer asks for a word always."""


class WordKind(StrEnum):
    """What a resident says of a line."""

    CONFIRMED = "confirmed"
    """It was given as the line says."""
    DISPUTED = "disputed"
    """It was not, or not so."""
    WITHDRAWN = "withdrawn"
    """The dispute is taken back: as good as confirmed."""


class Reason(StrEnum):
    """Why a line may be paid as far as its resident is concerned, or why not."""

    NOT_ASKED = "not_asked"
    """Nobody disputed it, and no word is needed."""
    CONFIRMED = "confirmed"
    """The resident said that it is right."""
    SILENCE = "silence"
    """The resident had time to speak, and said nothing."""
    LET_GO = "let_go"
    """The resident disputes it; somebody who looked at it decided that it is paid all the same."""
    UNCONFIRMED = "unconfirmed"
    """The resident must still confirm it."""
    DISPUTED = "disputed"
    """The resident says that it is not right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """All that a setting may know of a line."""

    service_day: date
    """When care was given."""
    booked_on: date
    """When it came to be owed: before that day there was nothing to speak about."""
    word: WordKind | None = None
    """The resident's newest word."""
    let_go: bool = False
    """Whether somebody decided to pay in spite of that very word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a line may be paid as far as its resident is concerned."""

    reason: Reason
    silence_from: date | None = None
    """While it is unconfirmed: the first day on which silence counts; None where only a word helps."""

    @property
    def may_be_paid(self) -> bool:
        """Whether it may be paid."""
        return self.reason not in {Reason.UNCONFIRMED, Reason.DISPUTED}


class Confirmation(BaseModel):
    """What a programme asks of the resident."""

    model_config = RULE

    def without_word(self, use: Use, today: date) -> Verdict:
        """What a line of which the resident said nothing is worth on a day."""
        raise NotImplementedError


class NotAsked(Confirmation):
    """Nothing is asked; what the resident disputes of their own accord is not paid."""

    kind: Literal["none"] = "none"

    def without_word(self, use: Use, today: date) -> Verdict:
        """See Confirmation."""
        return Verdict(reason=Reason.NOT_ASKED)


class Objection(Confirmation):
    """The resident is shown what will be paid; it is, unless they dispute it."""

    kind: Literal["objection"] = "objection"

    def without_word(self, use: Use, today: date) -> Verdict:
        """See Confirmation."""
        return Verdict(reason=Reason.NOT_ASKED)


class Consent(Confirmation):
    """Nothing is paid before the resident, or who has a mandate of them, confirmed it."""

    kind: Literal["consent"] = "consent"
    silence_days: Annotated[int, Field(ge=0, le=SILENCE_DAYS_MAX, strict=True)] | None = None
    """So many whole days the resident has to speak, after the service day or the day the line was
    booked, whichever is later; on the next day silence counts as a confirmation. None: it never does."""

    def without_word(self, use: Use, today: date) -> Verdict:
        """See Confirmation."""
        if self.silence_days is None:
            return Verdict(reason=Reason.UNCONFIRMED)
        first = days_later(max(use.service_day, use.booked_on), self.silence_days + 1)
        if today >= first:
            return Verdict(reason=Reason.SILENCE)
        return Verdict(reason=Reason.UNCONFIRMED, silence_from=first)


AnyConfirmation: TypeAlias = Annotated[NotAsked | Objection | Consent, Field(discriminator="kind")]
"""Everything a programme may ask of a resident."""


def judge(asked: AnyConfirmation, use: Use, today: date) -> Verdict:
    """Whether a line may be paid on a day, by what its programme asks and what the resident said last."""
    if use.word is None:
        return asked.without_word(use, today)
    if use.word is WordKind.DISPUTED:
        return Verdict(reason=Reason.LET_GO if use.let_go else Reason.DISPUTED)
    return Verdict(reason=Reason.CONFIRMED)
