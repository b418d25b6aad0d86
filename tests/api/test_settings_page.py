# SPDX-License-Identifier: EUPL-1.2
"""Settings on a page: an administrator's letterhead and limits, finance's account, for all others to read."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from ledger import municipalities, settings
from ledger.sessions import FRESH
from ledger.tables import Role
from tests.api.browsing import Visitor, buttons, shown
from tests.api.served import Served

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types


def form_of(page: str, action: str = "/settings") -> dict[str, Any]:
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[@action=$action]", action=action)
    return dict(form.form_values())


def test_an_administrator_sets_the_letterhead_and_sees_a_letter_with_it(served: Served) -> None:
    visitor = Visitor.of(served, "administrator")
    typed = form_of(visitor.page("/settings"))
    typed |= {
        "letterAddress": "Raadhuisplein 1\r\n\r\n1112 AA  Diemen",
        "letterPhone": "14 020",
        "pagesAddress": "https://tegoed.diemen.test",
        "grantAlone": "1.500,00",
        "sample": "12,5",
        "runPlan": "monthly",
        "runPlanDay": "5",
    }
    page = visitor.done("/settings", **typed)
    with served.world.work() as work:
        now = settings.known(work)
    assert (now.letter_address, now.letter_phone) == (("Raadhuisplein 1", "1112 AA  Diemen"), "14 020")
    assert (now.grant_alone_cents, now.sample_bps, now.run_plan.kind) == (1500_00, 1250, "monthly")
    again = form_of(page)
    assert (again["sample"], again["runPlanDay"]) == ("12,5%", "5")
    assert again["grantAlone"].replace("\u00a0", " ") == "€ 1.500,00"
    letter = visitor.send("/settings/letter", language="nl").content
    text = pypdfium2.PdfDocument(letter)[0].get_textpage().get_text_range()
    assert "Raadhuisplein 1" in text
    assert "14 020" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("letterAddress", "\n".join("regel" for _ in range(6))),
        ("letterPhone", "1" * 81),
        ("letterWeb", "www\x07.diemen.test"),
        ("pagesAddress", "http://tegoed.diemen.test"),
        ("pagesAddress", "javascript:alert(1)"),
        ("grantAlone", "veel"),
        ("sample", "100,01"),
        ("sample", "-1"),
        ("sample", ""),
        ("accountWaitDays", "91"),
        ("paymentsPerFile", "nul"),
        ("paymentsPerFile", "1.0"),
        ("paymentsPerFile", "1_000"),
        ("paymentsPerFile", "100.001"),
        ("paymentFileVersion", "pain.008"),
        ("runPlan", "yearly"),
        ("taxNumber", "12"),
    ],
)
def test_what_cannot_be_a_setting_is_told_and_what_was_typed_is_kept(
    sqlite_served: Served, name: str, value: str
) -> None:
    visitor = Visitor.of(sqlite_served, "administrator")
    with sqlite_served.world.work() as work:
        before = settings.known(work)
    answer = visitor.send("/settings", **form_of(visitor.page("/settings")) | {name: value})
    assert answer.status_code == 400
    assert "Dit formulier klopt nog niet" in answer.text
    kept = form_of(answer.text)[name]
    assert kept.split() == value.split() or name in {"paymentFileVersion", "runPlan"}
    with sqlite_served.world.work() as work:
        assert settings.known(work) == before


@pytest.mark.parametrize("typed", ["10000", "10.000"])
def test_a_number_is_typed_as_pages_show_it_and_no_limit_is_a_limit_of_nothing(
    sqlite_served: Served, typed: str
) -> None:
    visitor = Visitor.of(sqlite_served, "administrator")
    changed = {"paymentsPerFile": typed, "grantAlone": "0"}
    page = visitor.done("/settings", **form_of(visitor.page("/settings")) | changed)
    visitor.done("/settings", **form_of(page) | {"letterPhone": "14 020"})
    with sqlite_served.world.work() as work:
        now = settings.known(work)
    assert (now.payments_per_file, now.grant_alone_cents, now.letter_phone) == (10_000, 0, "14 020")


@pytest.mark.parametrize(
    ("language", "typed", "shown_as"),
    [
        ("nl", ("€ 2.500,50", "1 dag", "10.000 betalingen"), ("€ 2.500,50", "1 dag", "10.000 betalingen")),
        ("nl", ("2500,50", "1", "10000"), ("€ 2.500,50", "1 dag", "10.000 betalingen")),
        ("en", ("€2,500.50", "1 day", "10,000 payments"), ("€2,500.50", "1 day", "10,000 payments")),
    ],
)
def test_numbers_have_what_they_count_behind_them_and_are_taken_like_that(
    sqlite_served: Served, language: str, typed: tuple[str, ...], shown_as: tuple[str, ...]
) -> None:
    names = ("grantAlone", "accountWaitDays", "paymentsPerFile")
    visitor = Visitor.of(sqlite_served, "administrator", language=language)
    form = form_of(visitor.page("/settings")) | dict(zip(names, typed, strict=True))
    again = form_of(visitor.done("/settings", **form))
    assert tuple(again[name].replace("\u00a0", " ") for name in names) == shown_as
    visitor.done("/settings", **again)
    with sqlite_served.world.work() as work:
        now = settings.known(work)
    assert (now.grant_alone_cents, now.account_wait_days, now.payments_per_file) == (2500_50, 1, 10_000)
    reader = Visitor.of(sqlite_served, "auditor", language=language)
    assert shown_as[1] in shown(reader.page("/settings"))


def test_what_no_letter_can_say_is_not_kept(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "administrator")
    typed = form_of(visitor.page("/settings")) | {"letterAddress": "Raadhuisplein 😀"}
    answer = visitor.send("/settings", **typed)
    assert answer.status_code == 400
    assert form_of(answer.text)["letterAddress"].strip() == "Raadhuisplein 😀"
    with sqlite_served.world.work() as work:
        assert settings.known(work).letter_address == ()


def test_over_the_api_settings_are_put_over_those_one_knows(sqlite_served: Served) -> None:
    where = "/v1/municipality/settings"
    known = sqlite_served.get("administrator", where)
    given = known.json() | {"letterPhone": "14 020"}
    put = sqlite_served.put("administrator", where, given, headers={"If-Match": known.headers["ETag"]})
    assert put.status_code == 200, put.text
    assert put.headers["ETag"] == sqlite_served.get("administrator", where).headers["ETag"]
    again = sqlite_served.put(
        "administrator", where, known.json(), headers={"If-Match": known.headers["ETag"]}
    )
    assert (again.status_code, again.json()["code"]) == (412, "settings_changed")


def test_two_administrators_do_not_overwrite_each_other_unseen(sqlite_served: Served) -> None:
    sqlite_served.account("colleague", Role.ADMINISTRATOR)
    one, other = (Visitor.of(sqlite_served, each) for each in ("administrator", "colleague"))
    typed = form_of(one.page("/settings"))
    other.done("/settings", **form_of(other.page("/settings")) | {"letterWeb": "www.diemen.test"})
    for _ in range(2):
        answer = one.send("/settings", **typed | {"letterWeb": "www.anders.test"})
        assert (answer.status_code, "intussen veranderd" in answer.text) == (412, True)
        typed = form_of(answer.text)
    one.done("/settings", **form_of(one.page("/settings")) | {"letterPhone": "14 020"})
    with sqlite_served.world.work() as work:
        now = settings.known(work)
    assert (now.letter_web, now.letter_phone) == ("www.diemen.test", "14 020")


def test_finance_sets_the_account_and_others_read(sqlite_served: Served) -> None:
    finance = Visitor.of(sqlite_served, "finance")
    assert buttons(finance.page("/settings")) == {"/logout", "/settings/letter", "/settings/account"}
    wrong = finance.send("/settings/account", debtorName="Gemeente Diemen", debtorIban="NL00BANK0123456789")
    assert wrong.status_code == 400
    finance.done("/settings/account", debtorName="Gemeente Diemen", debtorIban="NL02 ABNA 0123 4567 89")
    with sqlite_served.world.work() as work:
        assert municipalities.get(work).debtor_iban == "NL02ABNA0123456789"
    reader = Visitor.of(sqlite_served, "auditor")
    assert "NL02ABNA0123456789" in shown(reader.page("/settings"))
    assert buttons(reader.page("/settings")) == {"/logout", "/settings/letter"}
    assert "/settings" not in reader.page("/checks")
    assert Visitor.of(sqlite_served, "provider").see("/settings").status_code == 404


def test_limits_are_changed_only_by_who_showed_just_now_who_they_are(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "administrator")
    typed = form_of(visitor.page("/settings"))
    sqlite_served.world.now += FRESH + timedelta(seconds=1)
    answer = visitor.send("/settings", **typed | {"grantAlone": ""})
    assert answer.status_code == 403
    assert "wie u bent" in shown(answer.text)
