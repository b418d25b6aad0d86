# SPDX-License-Identifier: EUPL-1.2
"""Providers: register numbers are checked and unique, a change is a version, each has its receivable."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from ledger import db, entries, ids, municipalities, providers
from ledger.errors import ChangedMeanwhile
from ledger.providers import ProviderInput
from ledger.rules.funding import AccountKind
from ledger.tables import Bound
from ledger.units import Unit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def work(engine: Engine) -> Iterator[db.Work]:
    with db.transaction(engine) as session:
        work = db.Work(session=session, municipality_id="0363", actor_id=ids.uuid7(), now=NOW)
        municipalities.put(work, municipalities.MunicipalityInput(name="Amsterdam"))
        yield work


def provider(**changes: object) -> ProviderInput:
    plain = {
        "id": ids.uuid7(),
        "kind": "organisation",
        "agb": "01234567",
        "kvk": "12345678",
        "trade_name": "De Linde",
        "account_holder_name": "Stichting De Linde",
        "iban": "NL91 ABNA 0417 1643 00",
    }
    return ProviderInput.model_validate(plain | changes)


def helper(**changes: object) -> ProviderInput:
    return provider(kind="helper", agb=None, kvk=None, **changes)


def test_the_same_provider_twice_is_one_provider_with_one_receivable(work: db.Work) -> None:
    given = provider()
    (first,) = providers.put(work, [given])
    assert providers.put(work, [given]) == [first]
    assert providers.listed(work) == [first]
    assert (first.iban, first.version) == ("NL91ABNA0417164300", 1)
    (account,) = entries.seen(work, [given.id])
    assert (account.kind, account.unit) == (AccountKind.RECEIVABLE, Unit.EUROCENT)
    assert (account.bound, account.balance) == (Bound.AT_MOST_ZERO, 0)


def test_answers_come_in_the_order_asked(work: db.Work) -> None:
    given = [helper(trade_name="B"), helper(trade_name="A"), helper(trade_name="C")]
    assert [row.trade_name for row in providers.put(work, given)] == ["B", "A", "C"]
    assert [row.trade_name for row in providers.listed(work)] == ["A", "B", "C"]
    wanted = [given[2].id, given[0].id]
    assert [row.id for row in providers.get(work, wanted)] == wanted


def test_a_provider_that_is_not_there_is_told(work: db.Work) -> None:
    with pytest.raises(providers.ProviderUnknown):
        providers.get(work, [ids.uuid7()])


def test_another_name_is_the_next_version(work: db.Work) -> None:
    given = provider()
    providers.put(work, [given])
    changed = given.model_copy(update={"trade_name": "Nieuwe Naam"})
    (row,) = providers.put(work, [changed], {given.id: 1})
    assert (row.trade_name, row.version) == ("Nieuwe Naam", 2)
    with pytest.raises(ChangedMeanwhile):
        providers.put(work, [given], {given.id: 1})


def test_an_agb_code_names_one_provider(work: db.Work) -> None:
    (row,) = providers.put(work, [provider()])
    with pytest.raises(providers.AgbTaken) as taken:
        providers.put(work, [provider()])
    assert taken.value.facts == {"id": row.id, "agb": "01234567"}


def test_an_agb_code_that_was_given_up_may_be_taken(work: db.Work) -> None:
    given = helper().model_copy(update={"agb": "01234567"})
    providers.put(work, [given])
    rows = providers.put(work, [given.model_copy(update={"agb": "07654321"})])
    rows += providers.put(work, [provider()])
    assert [row.agb for row in rows] == ["07654321", "01234567"]


@pytest.mark.parametrize(
    "change",
    [
        {"agb": None},
        {"kvk": None},
        {"agb": "1234567"},
        {"kvk": "123"},
        {"iban": "NL91ABNA0417164301"},
        {"account_holder_name": "x" * 71},
        {"kind": "shop"},
    ],
)
def test_what_is_malformed_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        provider(**change)
    assert "0417164301" not in str(refused.value.errors(include_input=False))
