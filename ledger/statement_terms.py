# SPDX-License-Identifier: EUPL-1.2
"""Computed amounts in statements: what contract terms came to, told so that a provider can recompute it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import term_amounts
from ledger.db import Work
from ledger.formats import statement_words
from ledger.formats.statement import ComputedLine, ComputedValue, SetOff
from ledger.rules.funding import EntryKind
from ledger.rules.terms_lines import Input, InputUnit
from ledger.tables import Contract, Entry, Settlement, SettlementLine, TermAmount, TermKind
from ledger.tables.base import linked
from ledger.term_amounts import Shown
from ledger.term_desk import OWN_CEILING
from ledger.texts import Language
from ledger.texts.term_words import DAYS, FORMULAS, POINT, TITLES, input_name

COMPUTED: Final = frozenset({EntryKind.TERM})
"""Kinds of entries that are told as computed amounts, and not as lines."""

_WHOLE_PERCENT = 100


def settled(work: Work, settlement: Settlement, language: Language) -> tuple[ComputedLine, ...]:
    """What contract terms are worth in a settlement: every line of every amount, in the order of booking."""
    statement = (
        select(col(Entry.cause_id), col(SettlementLine.cents))
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .where(
            col(SettlementLine.municipality_id) == work.municipality_id,
            col(SettlementLine.settlement_id) == settlement.id,
            col(Entry.kind).in_(COMPUTED),
        )
        .order_by(col(SettlementLine.entry_id))
    )
    cents: dict[UUID, int] = {row[0]: row[1] for row in work.session.execute(statement)}
    found = tuple(told(work, cents, language))
    assert sum(each.result_cents for each in found) == sum(cents.values()), "amounts are their lines"
    return found


def told(work: Work, amount_ids: Collection[UUID], language: Language) -> Iterator[ComputedLine]:
    """Every line of these amounts, in the order given."""
    if not amount_ids:
        return
    amounts = term_amounts.by_ids(work, amount_ids)
    numbers = _numbers(work, {each.amount.contract_id for each in amounts.values()})
    for id_ in amount_ids:
        yield from _lines(amounts[id_], numbers[amounts[id_].amount.contract_id], language)


def title(amount: TermAmount, language: Language) -> str:
    """What an amount is of."""
    titles = TITLES[language.value]
    if amount.kind is TermKind.CEILING and amount.number == OWN_CEILING:
        return titles["own_ceiling"]
    return titles[amount.kind].format(number=amount.number)


def named(work: Work, kept_back: Sequence[SetOff], language: Language) -> tuple[SetOff, ...]:
    """The same; where it is an amount of a term, it says of which term and period."""
    ids = {each.amount_id for each in kept_back if each.amount_id is not None}
    found = term_amounts.by_ids(work, ids) if ids else {}
    return tuple(
        replace(each, why=f"{each.why}. {_with_days(found[each.amount_id].amount, language)}")
        if each.amount_id is not None
        else each
        for each in kept_back
    )


def remarks(work: Work, amount_ids: Collection[UUID], language: Language) -> Mapping[UUID, str]:
    """What each of these amounts is of, with its period."""
    found = term_amounts.by_ids(work, amount_ids) if amount_ids else {}
    return {id_: _with_days(each.amount, language) for id_, each in found.items()}


def _with_days(amount: TermAmount, language: Language) -> str:
    first, last = (statement_words.day(each, language.value) for each in (amount.first, amount.last))
    return TITLES[language.value]["back"].format(title=title(amount, language), first=first, last=last)


def _numbers(work: Work, contract_ids: Collection[UUID]) -> dict[UUID, str]:
    statement = select(col(Contract.id), col(Contract.number)).where(
        col(Contract.municipality_id) == work.municipality_id, col(Contract.id).in_(contract_ids)
    )
    return {row[0]: row[1] for row in work.session.execute(statement)}


def _lines(shown: Shown, contract_number: str, language: Language) -> Iterator[ComputedLine]:
    amount = shown.amount
    for line in shown.lines:
        yield ComputedLine(
            contract_number=contract_number,
            amount_id=amount.id,
            title=title(amount, language),
            first_day=amount.first,
            last_day=amount.last,
            inputs=tuple(
                (input_name(each.name, language.value), _said(each, language)) for each in line.inputs
            ),
            values=tuple(
                ComputedValue(name=each.name, value=each.value, unit=each.unit.value) for each in line.inputs
            ),
            formula_code=line.formula.value,
            formula=FORMULAS[language.value][line.formula],
            result_cents=line.result_cents,
        )


def _said(each: Input, language: Language) -> str:
    """The value of an input as people read it."""
    match each.unit:
        case InputUnit.CENTS:
            return statement_words.euros(each.value, language.value)
        case InputUnit.BASIS_POINTS:
            whole, rest = divmod(each.value, _WHOLE_PERCENT)
            return f"{statement_words.count(whole, language.value)}{POINT[language.value]}{rest:02d}%"
        case InputUnit.DAYS:
            word = DAYS[language.value][each.value != 1]
            return f"{statement_words.count(each.value, language.value)} {word}"
    return statement_words.count(each.value, language.value)
