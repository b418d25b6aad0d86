# SPDX-License-Identifier: EUPL-1.2
"""The statement of one settlement as a document: A4, tagged PDF/UA-1, Dutch or English.

A person can recompute every amount from what it says. Every value reaches the template
statement.typ as data and is never part of its markup. Only the typefaces inside the typesetting
library are used: the same statement gives the same bytes on every machine.
"""

import json
import re
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import typst

from ledger.clock import dutch_day
from ledger.formats.statement import (
    ComputedLine,
    HeldLine,
    Language,
    SetOff,
    Statement,
    StatementLine,
    SummaryLine,
)
from ledger.formats.statement_words import SENTENCES, count, day, euros, plain, quantity, short_day

LINES_MAX: Final = 2000
"""With more, the document has no lines at all: half a list is easily taken for a whole one."""

HELD_MAX: Final = 200
"""With more, only the first are shown; the number of them and the total are of all."""

_LARGE: Final = 200
"""Lines from which a document is worth forgetting."""

_TEMPLATE: Final = Path(__file__).with_name("statement.typ")
_LONG_RUN: Final = re.compile(r"\S{12}(?=\S)")
_SHORT_RUN: Final = re.compile(r"\S{6}(?=\S)")
_LONG_WORD: Final = 20
_BREAK_HERE: Final = "\u200b"
_NO_GLYPH: Final = "□"
_WITHOUT_GLYPH: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_one_at_a_time = threading.Lock()


def pdf(statement: Statement, *, lines: Iterable[StatementLine]) -> bytes:
    """The statement as PDF, the same bytes for the same input; may be called from any thread.

    lines are all lines of the statement, in the order in which they are printed; when there are more
    than LINES_MAX they are not read, and the document says where they are. A character for which we
    have no typeface becomes □, and the document says so. Raises AssertionError for lines that are
    not those of the summary.
    """
    values = _values(statement, _printed(statement, lines))
    made_at = statement.made_at.astimezone(UTC).replace(microsecond=0)  # PDF knows none
    with _one_at_a_time:
        made = _typeset(json.dumps(values, ensure_ascii=False), made_at)
        if statement.line_count > _LARGE:
            _forget()
    return made


def _printed(statement: Statement, lines: Iterable[StatementLine]) -> list[StatementLine]:
    if statement.line_count > LINES_MAX:
        return []
    printed = list(islice(lines, LINES_MAX + 1))
    assert len(printed) == statement.line_count, "the lines are not those of the summary"
    assert sum(line.price_cents for line in printed) == statement.lines_cents, "the lines do not foot"
    return printed


def _values(statement: Statement, lines: Sequence[StatementLine]) -> dict[str, object]:
    """All that the template prints, as text in the statement's language."""
    language = statement.language
    return {
        "language": language,
        "sentences": _filled(statement, held_shown=min(len(statement.held), HELD_MAX)),
        "municipality": _cell(statement.municipality_name),
        "sender": [_cell(line) for line in statement.sender_lines],
        "provider": _cell(statement.provider_name),
        "until": SENTENCES[language]["until"].format(day=day(statement.until, language)),
        "reference": _cell(statement.reference),
        "who": _who(statement),
        "which": _which(statement),
        "amounts": _amounts(statement),
        "payment": _payment(statement),
        "summary": [_summary_row(each, language) for each in statement.summary],
        "summary_total": _total(statement.line_count, statement.lines_cents, language),
        "computed": [_computed(each, language) for each in statement.computed],
        "computed_total": euros(statement.computed_cents, language),
        "computed_back": [_computed(each, language) for each in statement.computed_back],
        "set_offs": [_set_off_row(each, language) for each in statement.set_offs],
        "set_off_total": euros(statement.set_off_cents, language),
        "held": [_held_row(each, language) for each in statement.held[:HELD_MAX]],
        "held_count": len(statement.held),
        "held_total": euros(statement.held_cents, language),
        "line_count": statement.line_count,
        "lines": [_line_row(line, language) for line in lines],
    }


def _filled(statement: Statement, *, held_shown: int) -> dict[str, str]:
    """The sentences that hold a number or a day, filled in; the others as they are."""
    language = statement.language
    say = SENTENCES[language]
    counts = {"shown": count(held_shown, language), "count": count(len(statement.held), language)}
    return say | {
        "what": say["what"].format(until=day(statement.until, language)),
        "held_more": say["held_more"].format_map(counts),
        "too_many": say["too_many"].format(count=count(statement.line_count, language)),
    }


def _who(statement: Statement) -> list[tuple[str, str]]:
    say = SENTENCES[statement.language]
    numbers = (("agb", statement.provider_agb), ("kvk", statement.provider_kvk))
    return [(say[name], _cell(number)) for name, number in numbers if number is not None]


def _which(statement: Statement) -> list[tuple[str, str]]:
    say, language = SENTENCES[statement.language], statement.language
    named = (
        ("made_on", day(dutch_day(statement.made_at), language)),
        ("reference", _cell(statement.reference)),
        ("settlement", str(statement.settlement_id or "")),
        ("run", str(statement.run_id)),
    )
    return [(say[name], value) for name, value in named if value]


def _amounts(statement: Statement) -> list[tuple[str, str, str]]:
    """Name, words and amount of each, in the order in which they are reckoned."""
    parts = {"lines_part": statement.lines_cents, "computed": statement.computed_cents}
    cents = {
        "previous_owed": statement.previous_owed_cents,
        **(parts if statement.computed else {}),
        "gross": statement.gross_cents,
        "set_off": -statement.set_off_cents,
        "net": statement.net_cents,
        "still_owed": statement.still_owed_cents,
        **({"open": statement.held_cents} if statement.unpaid else {}),
    }
    say = SENTENCES[statement.language]
    return [(name, say[name], euros(amount, statement.language)) for name, amount in cents.items()]


def _payment(statement: Statement) -> str:
    """Where and when it is paid, or why it is not."""
    say, language = SENTENCES[statement.language], statement.language
    if statement.unpaid is not None:
        return say[statement.unpaid]
    if not statement.net_cents:
        return say["not_paid" if statement.set_off_cents else "nothing_due"]
    return say["paid"].format(
        net=euros(statement.net_cents, language),
        requested_on=day(statement.requested_on, language),
        iban=_in_fours(statement.creditor_iban),
        creditor=_cell(statement.creditor_name),
        reference=_in_fours(statement.reference),
    )


def _summary_row(each: SummaryLine, language: Language) -> tuple[str, ...]:
    return (
        _cell(each.contract_number),
        _code(each.service_code),
        _cell(each.service_name),
        count(each.line_count, language),
        quantity(each.quantity, each.unit, language),
        euros(each.total_cents, language),
    )


def _total(lines: int, cents: int, language: Language) -> tuple[str, str]:
    return count(lines, language), euros(cents, language)


def _computed(each: ComputedLine, language: Language) -> dict[str, object]:
    days = {"first": day(each.first_day, language), "last": day(each.last_day, language)}
    return {
        "title": _cell(each.title),
        "contract": _cell(each.contract_number),
        "period": SENTENCES[language]["period"].format_map(days),
        "inputs": [(_cell(name), _cell(value)) for name, value in each.inputs],
        "formula": _cell(each.formula),
        "result": euros(each.result_cents, language),
    }


def _set_off_row(each: SetOff, language: Language) -> tuple[str, str, str]:
    say = SENTENCES[language]
    origins = (("from_run", each.run_id), ("from_redemption", each.redemption_id))
    told = [say[name].format(id=id_) for name, id_ in origins if id_ is not None]
    return _cell(each.why), ", ".join(told), euros(each.amount_cents, language)


def _held_row(each: HeldLine, language: Language) -> tuple[tuple[str, ...], str]:
    """The cells of the line, and under them why it is held and since when."""
    since = SENTENCES[language]["since_day"].format(day=day(each.since, language))
    cells, _ = _line_row(each.line, language)
    return cells, f"{_cell(each.reason)} ({_cell(each.reason_code)}, {since})"


def _line_row(line: StatementLine, language: Language) -> tuple[tuple[str, ...], str]:
    """The cells of the line, and what is said under them: that it is a correction, and the remark."""
    cells = (
        short_day(line.service_day, language),
        _cell(line.contract_number),
        _code(line.service_code),
        _cell(line.client_reference),
        _tail(line.redemption_id),
        quantity(line.quantity, line.unit, language),
        euros(line.price_cents, language),
    )
    marked = f"{SENTENCES[language]['corrected']}." if line.corrected else ""
    return cells, " ".join(filter(None, (marked, _cell(line.remark))))


def _tail(redemption_id: UUID) -> str:
    """Its last twelve digits: enough to find it, and they fit."""
    return redemption_id.hex[-12:].upper()


def _cell(text: str) -> str:
    """One clean line; a word too long for its column may be broken after every twelve characters."""
    words = plain(text).split(" ")
    return " ".join(_LONG_RUN.sub(rf"\g<0>{_BREAK_HERE}", w) if len(w) > _LONG_WORD else w for w in words)


def _code(text: str) -> str:
    """As _cell, for a column of eight characters; codes of services have five."""
    return " ".join(_SHORT_RUN.sub(rf"\g<0>{_BREAK_HERE}", word) for word in plain(text).split(" "))


def _in_fours(number: str) -> str:
    """As banks print it, never broken over two lines."""
    return "\u00a0".join(re.findall(".{1,4}", plain(number).replace(" ", "")))


def _typeset(values: str, made_at: datetime) -> bytes:
    """Tries again with □ for the characters that the typefaces turn out not to have."""
    missing: set[str] = set()
    while True:
        shown = values.translate({ord(character): _NO_GLYPH for character in missing})
        inputs = {"statement": shown, "unprintable": "yes" if missing else "no"}
        try:
            made = _compiler().compile(
                sys_inputs=inputs, format="pdf", pdf_standards="ua-1", timestamp=made_at
            )
        except typst.TypstError as error:
            found = _without_glyph(error) - missing
            if not found:
                raise
            missing |= found
            continue
        assert isinstance(made, bytes)
        return made


def _without_glyph(error: typst.TypstError) -> set[str]:
    """The characters the error names; ASCII is always there, and is what the values are written with."""
    named = "".join(_WITHOUT_GLYPH.findall(f"{error} {getattr(error, 'diagnostic', '')}"))
    written = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), named)
    return {character for character in written if not character.isascii()}


def _forget() -> None:
    """Frees what the library remembers of a large document, about 70 kB a line.

    It keeps results for ten more documents, whatever these are; ten empty ones are soon made.
    """
    for _ in range(10):
        typst.compile(b"", format="svg", font_paths=_fonts())


@cache
def _compiler() -> typst.Compiler:
    """One for the process: it keeps the read template and the typefaces between statements."""
    return typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
