# SPDX-License-Identifier: EUPL-1.2
"""Nobody changes alone on which account a provider is paid, nor at once; a bank's no stops payment."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from ledger import actors, overviews, payees, providers, runs
from ledger.actors import ActorInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.payees import (
    AccountChangeExists,
    AccountDecided,
    AccountDeciderEntered,
    ChangeInput,
    CheckInput,
    DecisionInput,
    PayeeStaysBlocked,
    PayeeUnknown,
)
from ledger.providers import AccountNeedsSecond, ProviderInput
from ledger.releases import ReleaseRefused
from ledger.runs import DraftOrder
from ledger.separation import ReleaserChangedAccount
from ledger.tables import LeftOut, LeftOutReason, PayeeOutcome, Provider, Role
from tests import settling
from tests.town import END_OF_MARCH, NOW, Town, pay_day

NEW_IBAN, OLD_IBAN = "NL39RABO0300065264", "NL20INGB0001234567"
MAKER, CHECKER, THIRD = (UUID(f"0195a3c8-0000-7000-8000-0000000000a{each}") for each in "123")
YES = DecisionInput(
    approved=True, reason="gebeld met de directeur", told_otherwise="brief aan het bekende adres"
)
"""There are no contacts here: how they are told is in test_announcements."""


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine=engine)


def asked(provider_id: UUID, iban: str = NEW_IBAN) -> ChangeInput:
    return ChangeInput(
        id=uuid7(),
        provider_id=provider_id,
        account_holder_name="Zorg & Zó B.V.",
        iban=iban,
        asked_by="brief van de directeur, teruggebeld",
    )


def approved(town: Town, provider_id: UUID, *, days_ago: int = 0) -> UUID:
    wish, then = asked(provider_id), NOW - timedelta(days=days_ago)
    with town.work(actor_id=MAKER, now=then) as work:
        payees.change(work, wish)
    with town.work(actor_id=CHECKER, now=then) as work:
        payees.decide(work, wish.id, YES)
    return wish.id


def owed(town: Town) -> UUID:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=10_00)
    return provider


def checked(town: Town, provider_id: UUID, outcome: PayeeOutcome, iban: str = OLD_IBAN) -> UUID:
    said = CheckInput(
        id=uuid7(),
        provider_id=provider_id,
        account_holder_name="Zorg & Zó B.V.",
        iban=iban,
        outcome=outcome,
        source="bank",
    )
    with town.work() as work:
        return payees.check(work, said).id


def one_person_with_two_accounts(town: Town) -> None:
    roles = frozenset({Role.CONTRACT_MANAGER})
    both = [ActorInput(id=each, name="Anna", roles=roles, identity="P-17") for each in (MAKER, CHECKER)]
    with town.work(actor_id=THIRD) as work:
        actors.put(work, both)


def order(work: Work) -> DraftOrder:
    return DraftOrder(id=uuid7(), until=END_OF_MARCH, requested_on=pay_day(work))


# ------------------------------------------------------------------------------------ another account


def test_the_account_of_a_provider_is_not_changed_in_one_step(town: Town) -> None:
    provider = town.provider()
    with town.work() as work:
        (row,) = providers.get(work, [provider])
        known = {name: getattr(row, name) for name in ProviderInput.model_fields}
        for change in ({"iban": NEW_IBAN}, {"account_holder_name": "Iemand Anders"}):
            with pytest.raises(AccountNeedsSecond):
                providers.put(work, [ProviderInput(**known | change)])
        providers.put(work, [ProviderInput(**known | {"trade_name": "Nieuwe Naam"})])


def test_an_approved_change_is_paid_on_after_its_days_and_not_before(town: Town) -> None:
    provider = owed(town)
    approved(town, provider, days_ago=4)
    assert [each.creditor_iban for each in town.settle().payments] == [OLD_IBAN]

    town.redeem(town.right(provider), provider, cents=5_00)
    with town.work(now=NOW + timedelta(days=1)) as work:
        later = settling.settle(work, order(work))

    assert [each.creditor_iban for each in later.payments] == [NEW_IBAN]
    assert town.report().findings == ()


def test_the_day_of_a_change_is_some_days_after_its_approval(town: Town) -> None:
    change = approved(town, town.provider())
    with town.work() as work:
        decision = payees.get(work, change).decision
    assert decision is not None
    assert decision.effective_on == NOW.date() + timedelta(days=5)


def test_who_enters_a_change_does_not_decide_on_it_with_a_second_account_either(town: Town) -> None:
    provider = town.provider()
    one_person_with_two_accounts(town)
    with town.work(actor_id=MAKER) as work:
        wish = payees.change(work, asked(provider)).change
    for actor in (MAKER, CHECKER):
        with town.work(actor_id=actor) as work, pytest.raises(AccountDeciderEntered):
            payees.decide(work, wish.id, YES)
    with town.work(actor_id=THIRD) as work:
        assert payees.decide(work, wish.id, YES).decision is not None


def test_a_change_is_decided_on_once(town: Town) -> None:
    change = approved(town, town.provider())
    with town.work(actor_id=THIRD) as work:
        first = payees.decide(work, change, YES)
        assert first.decision is not None
        assert first.decision.actor_id == CHECKER
        with pytest.raises(AccountDecided):
            payees.decide(work, change, DecisionInput(approved=False, reason="toch niet"))


def test_a_change_that_was_refused_never_comes_into_force(town: Town) -> None:
    provider = owed(town)
    wish = asked(provider)
    with town.work(actor_id=MAKER) as work:
        payees.change(work, wish)
    with town.work(actor_id=CHECKER) as work:
        payees.decide(work, wish.id, DecisionInput(approved=False, reason="niet te bereiken"))
    with town.work(now=NOW + timedelta(days=300)) as work:
        assert [each.creditor_iban for each in settling.settle(work, order(work)).payments] == [OLD_IBAN]


def test_the_same_change_again_is_one_change(town: Town) -> None:
    provider = town.provider()
    wish = asked(provider)
    with town.work() as work:
        assert payees.change(work, wish) == payees.change(work, wish)
        with pytest.raises(AccountChangeExists):
            payees.change(work, wish.model_copy(update={"iban": OLD_IBAN}))
        with pytest.raises(PayeeUnknown):
            payees.change(work, asked(uuid7()))
        assert [each.change.id for each in payees.listed(work, provider)] == [wish.id]


@pytest.mark.parametrize("who", [MAKER, CHECKER])
def test_who_had_a_hand_in_an_account_does_not_release_what_is_paid_on_it(town: Town, who: UUID) -> None:
    provider = owed(town)
    approved(town, provider, days_ago=9)
    town.settle()  # the account is in force now
    town.redeem(town.right(provider), provider, cents=5_00)
    with town.work() as work, pytest.raises(ReleaseRefused) as refused:
        settling.settle(work, order(work), checker=who)
    assert [type(each) for each in refused.value.reasons] == [ReleaserChangedAccount]


def test_another_account_than_the_last_time_stands_out(town: Town) -> None:
    provider = owed(town)
    town.settle()
    town.redeem(town.right(provider), provider, cents=5_00)
    with town.work() as work:
        work.session.execute(update(Provider).values(iban=NEW_IBAN))  # past the ledger
        run = runs.draft(work, order(work))
        (share,) = overviews.shares(work, run.id)
    assert share.signals == (overviews.Signal.ACCOUNT_CHANGED,)


# ---------------------------------------------------------------------------------------- the bank's no


@pytest.mark.parametrize("outcome", payees.BLOCKING)
def test_nothing_is_paid_on_an_account_that_is_not_the_providers_until_two_say_so(
    town: Town, outcome: PayeeOutcome
) -> None:
    provider, other = owed(town), owed(town)
    check = checked(town, provider, outcome)

    run = town.settle()

    assert [each.provider_id for each in run.settlements] == [other]
    with town.work() as work:
        (left,) = work.session.scalars(select(LeftOut)).all()
        assert (left.provider_id, left.cents, left.reason) == (provider, 10_00, LeftOutReason.PAYEE_BLOCKED)
    for who in (MAKER, MAKER):
        with town.work(actor_id=who) as work:
            assert len(payees.override(work, check, "rekening van de stichting")) == 1
    assert town.settle().count == 0
    with town.work(actor_id=CHECKER) as work:
        assert len(payees.override(work, check, "bankpas gezien")) == 2
    assert [each.net_cents for each in town.settle().settlements] == [10_00]
    assert town.report().findings == ()


@pytest.mark.parametrize("outcome", [each for each in PayeeOutcome if each not in payees.BLOCKING])
def test_another_word_of_the_bank_stops_nothing(town: Town, outcome: PayeeOutcome) -> None:
    checked(town, owed(town), outcome)
    assert town.settle().count == 1


def test_a_later_match_of_the_bank_and_a_check_of_another_account_stop_nothing(town: Town) -> None:
    """The bank itself may say otherwise; one person who enters it may not."""
    provider, other = owed(town), owed(town)
    refused = checked(town, provider, PayeeOutcome.NO_MATCH)
    with pytest.raises(PayeeStaysBlocked) as refusal:
        checked(town, provider, PayeeOutcome.MATCH)
    assert refusal.value.facts == {"id": refused}
    heard = payees.Heard(
        provider_id=provider,
        account_holder_name="Zorg & Zó B.V.",
        iban=OLD_IBAN,
        outcome=PayeeOutcome.MATCH,
        name_at_bank=None,
        source="pain.002 X",
    )
    with town.work() as work:
        payees.note(work, [heard])
    checked(town, other, PayeeOutcome.NO_MATCH, iban=NEW_IBAN)
    assert town.settle().count == 2


def test_two_accounts_of_one_person_override_once(town: Town) -> None:
    check = checked(town, owed(town), PayeeOutcome.NO_MATCH)
    one_person_with_two_accounts(town)
    for who in (MAKER, CHECKER):
        with town.work(actor_id=who) as work:
            payees.override(work, check, "het mag")
    assert town.settle().count == 0


def test_without_the_guard_the_provider_would_be_paid(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(town, owed(town), PayeeOutcome.NO_MATCH)
    monkeypatch.setattr(payees, "blocked", lambda work, provider_ids: {})
    assert town.settle().count == 1
