# SPDX-License-Identifier: EUPL-1.2
"""Which changes of account wait and who is not paid now, as whoever decides on them sees it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from ledger import payee_overviews, payees
from ledger.ids import uuid7
from ledger.payees import ChangeInput, CheckInput, DecisionInput
from ledger.tables import PayeeOutcome
from tests.town import NOW, Town

OURS, NEW, NEWER = "NL20INGB0001234567", "NL39RABO0300065264", "NL02ABNA0123456789"


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine=engine)


def changed(town: Town, provider_id: UUID, iban: str) -> UUID:
    asked = ChangeInput(
        id=uuid7(), provider_id=provider_id, account_holder_name="Ander", iban=iban, asked_by="per brief"
    )
    with town.work() as work:
        payees.change(work, asked)
    return asked.id


def decided(town: Town, change_id: UUID, *, approved: bool) -> None:
    asked = DecisionInput(approved=approved, reason="gebeld", told_otherwise="per brief")
    with town.work(actor_id=uuid7()) as work:
        payees.decide(work, change_id, asked)


def test_a_change_waits_until_it_is_refused_or_in_force(town: Town) -> None:
    provider = town.provider()

    def pending(days: int = 0) -> list[tuple[UUID, bool]]:
        with town.work(now=NOW + timedelta(days=days)) as work:
            found = payee_overviews.pending(work)
        return [(each.found.change.id, each.found.decision is not None) for each in found]

    first, second = changed(town, provider, NEW), changed(town, provider, NEWER)
    assert pending() == [(first, False), (second, False)]
    decided(town, first, approved=True)
    assert pending() == [(first, True), (second, False)]
    assert pending(days=30) == [(first, True), (second, False)], "no run was released since its day"
    decided(town, second, approved=True)
    assert pending() == [(second, True)], "the later one takes its place"
    with town.work(now=NOW + timedelta(days=30)) as work:
        payees.come_into_force(work)
    assert pending(days=30) == []
    refused = changed(town, provider, NEW)
    decided(town, refused, approved=False)
    assert pending() == []


def test_a_provider_is_blocked_until_two_people_said_otherwise(town: Town) -> None:
    provider, other = town.provider("Zorg"), town.provider("Andere Zorg")
    content = {"account_holder_name": "Zorg", "iban": OURS, "source": "de bank"}
    bad = CheckInput(id=uuid7(), provider_id=provider, outcome=PayeeOutcome.NO_MATCH, **content)
    good = CheckInput(id=uuid7(), provider_id=other, outcome=PayeeOutcome.MATCH, **content)
    with town.work() as work:
        payees.check(work, bad)
        payees.check(work, good)
    for said in range(payees.OVERRIDES):
        with town.work(actor_id=uuid7()) as work:
            (found,) = payee_overviews.blocked(work)
            assert (found.provider.id, found.check.id, len(found.overrides)) == (provider, bad.id, said)
            payees.override(work, bad.id, "klopt")
    with town.work() as work:
        assert payee_overviews.blocked(work) == []
