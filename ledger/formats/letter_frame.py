# SPDX-License-Identifier: EUPL-1.2
"""What every letter to a resident shares: how it is typeset, and how days and names are written in it.

Every value reaches a template as data and is never part of its markup, so a name can say anything. Only the
typefaces inside the typesetting library are used: the same letter gives the same bytes on every machine.
"""

import datetime
import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import typst

from ledger.errors import Malformed

Language: TypeAlias = Literal["nl", "en"]

_LONG_RUN: Final = re.compile(r"\S{24}(?=\S)")
_one_at_a_time = threading.Lock()

_MONTHS: Final[dict[Language, str]] = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


@dataclass(kw_only=True, eq=False)
class LetterUnprintable(Malformed):
    """A name or a line has a character for which we have no typeface (Chinese, an emoji)."""

    code = "letter_unprintable"
    reference: str


def typeset(template: Path, values: Mapping[str, object], made_on: datetime.date, reference: str) -> bytes:
    """A letter as tagged PDF/UA-1; may be called from any thread. Raises LetterUnprintable."""
    made_at = datetime.datetime.combine(made_on, datetime.time(), tzinfo=datetime.UTC)
    inputs = {"letter": json.dumps(values, ensure_ascii=False)}
    try:
        with _one_at_a_time:
            made = _compiler(template).compile(
                sys_inputs=inputs, format="pdf", pdf_standards="ua-1", timestamp=made_at
            )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise LetterUnprintable(reference=reference) from None
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(template: Path) -> typst.Compiler:
    """One for the process and template: it keeps what it read and the typefaces between letters."""
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(template, root=template.parent, font_paths=fonts)


def day_words(day: datetime.date, language: Language) -> str:
    """23 november 2026."""
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def clean(text: str) -> str:
    """One line of composed characters, without control and direction characters.

    A word too long for the window of an envelope may be broken after every 24 characters.
    """
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join(_LONG_RUN.sub("\\g<0>\u200b", word) for word in visible.split())
