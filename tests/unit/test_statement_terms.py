# SPDX-License-Identifier: EUPL-1.2
"""Computed amounts in statements: a provider can make every result from what it reads, and it all foots."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from ledger import payees, reviews, runs, statements, unsettled
from ledger.db import Work
from ledger.ids import uuid7
from ledger.payees import CheckInput
from ledger.reviews import Mark, Marks
from ledger.rules import terms_lines
from ledger.rules.facts import Period
from ledger.rules.terms import AnyTerm
from ledger.rules.terms import statements as said_by
from ledger.rules.terms_availability import Availability
from ledger.rules.terms_basis import AvailableMeans, Fixed, HistoricalCost, Population
from ledger.rules.terms_facts import PopulationGroup, TermFacts
from ledger.rules.terms_lines import Formula, InputUnit
from ledger.rules.terms_schedule import EqualParts
from ledger.statements import Composed, Form, StatementNotFound
from ledger.tables import LeftOutReason, MarkKind, MarkReason, OpenItem, PayeeOutcome
from ledger.texts import Language, term_words
from tests import settling
from tests.settling import CHECKER
from tests.unit.test_contract_terms import HOURS, LATER, NEW_YEAR, City, ceiling, lump
from tests.unit.test_statements import pdf_text

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


@pytest.fixture
def city(engine: Engine) -> City:
    return City(engine=engine)


def told(work: Work, run_id: UUID, provider_id: UUID, language: Language = Language.NL) -> Composed:
    return statements.compose_in_run(work, run_id, provider_id, language)


def written(city: City, run_id: UUID, provider_id: UUID, form: Form) -> bytes:
    to = io.BytesIO()
    with city.work() as work:
        statements.write(told(work, run_id, provider_id), form, to)
    return to.getvalue()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def settled(city: City, until: date) -> UUID:
    with city.work() as work:
        return settling.settle(work, runs.DraftOrder(id=uuid7(), until=until, requested_on=LATER.date())).id


def remade(row: dict[str, str]) -> int:
    """The result that a provider makes of a row of the CSV, with nothing but its formula and inputs."""
    inputs = []
    for each in row["inputs"].split("; "):
        name, _, value = each.partition("=")
        number, unit = value.split(" ")
        inputs.append(terms_lines.Input(name=name, value=int(number), unit=InputUnit(unit)))
    line = terms_lines.TermLine(
        first=date.fromisoformat(row["first_day"]),
        last=date.fromisoformat(row["last_day"]),
        formula=Formula(row["formula"]),
        inputs=tuple(inputs),
        result_cents=0,
    )
    return terms_lines.recompute(line)


def test_a_provider_can_recompute_what_terms_paid_and_what_they_took_back(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, lump(1200_00, HOURS))
    city.redeem(city.right(provider), provider, cents=25_00)
    city.show(contract, NEW_YEAR, JANUARY, 1550)
    first = settled(city, JANUARY)
    city.show(contract, NEW_YEAR, JANUARY, 0)
    city.show(contract, date(2026, 2, 1), FEBRUARY, 2800)
    second = settled(city, date(2026, 3, 31))

    with city.work() as work:
        paid, later = told(work, first, provider).statement, told(work, second, provider).statement
        english = told(work, first, provider, Language.EN).statement

    assert [each.result_cents for each in paid.computed] == [100_00, -50_00]
    assert (paid.gross_cents, paid.lines_cents, paid.computed_cents) == (50_00, 0, 50_00)
    assert [each.formula_code for each in paid.computed] == ["instalment_fixed", "availability_lowered"]
    assert {each.title for each in paid.computed} == {"Afspraak 1: bedrag voor beschikbaarheid"}
    assert paid.computed[0].inputs[0] == ("Bedrag per jaar", "€\u00a01.200,00")
    assert paid.computed[1].inputs[-1] == ("Minimum", "95,00%")
    assert english.computed[0].inputs[0] == ("Amount per year", "€\u00a01,200.00")
    assert english.computed[0].title == "Term 1: amount for being available"

    # The second: February's hundred and the care, less the fifty that January lost.
    assert (later.lines_cents, later.computed_cents, later.set_off_cents) == (25_00, 100_00, 50_00)
    (kept_back,) = later.set_offs
    assert kept_back.why.endswith("bedrag voor beschikbaarheid, 1 januari 2026 tot en met 31 januari 2026")
    back = [each.result_cents for each in later.computed_back]
    assert sum(back) == -50_00
    assert back[-1] == -50_00, "what was computed before is taken off"

    for run, gross in ((first, 50_00), (second, 125_00)):
        lines = rows_of(written(city, run, provider, Form.CSV))
        assert sum(int(row["price_cents"]) for row in lines) == gross
    rows = rows_of(written(city, second, provider, Form.COMPUTED_CSV))
    assert {row["settled"] for row in rows} == {"true", "false"}
    assert [remade(row) for row in rows] == [int(row["result_cents"]) for row in rows]
    text = pdf_text(written(city, second, provider, Form.PDF))
    for sentence in ("Berekende bedragen", "Hoe correcties zijn berekend", "Eerder berekend", "Aangetoond"):
        assert sentence in text
    assert len(written(city, second, provider, Form.XLSX)) > 5000
    assert city.report().findings == ()


def test_a_held_term_says_of_which_term_and_period_it_is(city: City) -> None:
    provider = city.provider()
    city.agree(provider, lump(1200_00))
    run = city.draft(JANUARY)
    (item,) = city.rows(OpenItem)
    held = Mark(entry_id=item.entry_id, kind=MarkKind.HELD, reason=MarkReason.PROOF_MISSING, note="rooster")
    with city.work(actor_id=CHECKER) as work:
        reviews.mark(work, run, Marks(marks=(held,)))
    with city.work() as work:
        settling.release(work, run)
    with city.work() as work:
        statement = told(work, run, provider).statement
    (line,) = statement.held
    assert line.line.remark.startswith("Afspraak 1: bedrag voor beschikbaarheid, 1 januari 2026")
    assert (statement.unpaid, statement.settlement_id, statement.held_cents) == ("waiting", None, 100_00)


# -------------------------------------------------------------------------------- where nothing was paid


def test_who_is_paid_nothing_is_told_why_and_what_is_open(city: City) -> None:
    """One is carried over, one is blocked, one is paid; a debt of before is told as it was at the release."""
    carried, blocked, paid, absent = (city.contracted() for _ in range(4))
    given = city.redeem(city.right(carried), carried, cents=40_00)
    run = city.draft(JANUARY.replace(month=3))
    with city.work() as work:
        runs.withdraw(work, run, "later")
    city.redeem(city.right(blocked), blocked, cents=30_00)
    city.redeem(city.right(paid), paid, cents=20_00)
    city.reverse(given)
    account: dict[str, Any] = {"account_holder_name": "Zorg & Zó B.V.", "iban": "NL20INGB0001234567"}
    check = CheckInput(
        id=uuid7(), provider_id=blocked, outcome=PayeeOutcome.NO_MATCH, source="test", **account
    )
    with city.work() as work:
        payees.check(work, check)

    run = settled(city, date(2026, 3, 31))

    with city.work() as work:
        composed = {each.provider_id: each.statement for each in statements.of_run(work, run)}
        left = {each.provider_id: each for each in unsettled.of_run(work, run)}
        listed = unsettled.of_provider(work, blocked)
    assert composed.keys() == {carried, blocked, paid}
    assert left.keys() == {carried, blocked}
    assert (left[blocked].reasons, left[carried].reasons) == (
        (LeftOutReason.PAYEE_BLOCKED,),
        (LeftOutReason.CARRIED_OVER,),
    )
    assert [(each.run_id, each.cents, each.owed_cents) for each in listed] == [(run, 30_00, 0)]
    assert {id_: (each.unpaid, each.net_cents, each.held_cents) for id_, each in composed.items()} == {
        carried: ("carried_over", 0, 0),
        blocked: ("blocked", 0, 30_00),
        paid: (None, 20_00, 0),
    }
    assert sorted(each.line.price_cents for each in composed[carried].held) == [-40_00, 40_00]
    text = pdf_text(written(city, run, blocked, Form.PDF))
    for sentence in ("Wij zoeken eerst uit of uw rekeningnummer klopt", "Wat nog openstaat € 30,00"):
        assert sentence in text
    assert "Betalingskenmerk" not in text
    assert len(rows_of(written(city, run, blocked, Form.HELD_CSV))) == 1
    assert rows_of(written(city, run, blocked, Form.CSV)) == []
    assert len(written(city, run, carried, Form.XLSX)) > 5000
    for provider in (absent, uuid4()):
        with pytest.raises(StatementNotFound), city.work() as work:
            told(work, run, provider)
    assert city.report().findings == ()


# ------------------------------------------------------------------------------------------- the words


def kinds() -> Iterator[tuple[AnyTerm, TermFacts]]:
    """Terms that together use every formula."""
    year = Period(start=NEW_YEAR, until=date(2026, 12, 31))
    month = Period(start=NEW_YEAR, until=JANUARY)
    facts: dict[str, Any] = {"first": NEW_YEAR, "last": date(2026, 3, 31), "validity": year}
    quarterly = EqualParts(kind="quarterly")
    people = {(PopulationGroup.YOUTHS, 2026): 1, (PopulationGroup.INHABITANTS, 2026): 1}
    known = TermFacts(population=people, historical_cost_cents={2024: 1, 2025: 1}, delivered=(), **facts)
    bases = (
        Fixed(yearly_cents=1),
        HistoricalCost(years=(2024, 2025), take="average", index_basis_points=10_000),
        AvailableMeans(available_cents=1, weight=1, weight_total=2),
        *(Population(group=group, per_person_cents=1) for group in PopulationGroup),
    )
    yield from ((Availability(basis=basis, schedule=quarterly), known) for basis in bases)
    for below in ("in_proportion", "refuse"):
        minimum = HOURS.model_copy(update={"below": below})
        short = TermFacts(evidence={month: 1}, earlier={NEW_YEAR: 7}, **facts)
        yield lump(1200_00, minimum), short
    yield ceiling(1), known


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_formula_and_every_input_has_its_words(language: term_words.Language) -> None:
    formulas, names = set(), set()
    for term, facts in kinds():
        (statement,) = said_by([term], [facts])
        formulas |= {line.formula for line in statement.lines}
        names |= {each.name for line in statement.lines for each in line.inputs}
    assert formulas == set(Formula) == term_words.FORMULAS[language].keys()
    words = [term_words.input_name(name, language) for name in sorted(names)]
    assert all(words)
    assert all(one != other for one, other in pairwise(sorted(words)))
    assert term_words.input_name("cost_2024_cents", language).endswith("2024")
    with pytest.raises(KeyError):
        term_words.input_name("anything", language)
