# SPDX-License-Identifier: EUPL-1.2
"""Settings from the command line: what is named changes, all else stays."""

import pytest

from tests.cli.terminal import Terminal


def test_only_what_is_named_changes_and_an_empty_text_takes_it_away(shop: Terminal) -> None:
    before = shop.answer("settings", "show")
    made = shop.answer(
        *("settings", "set"),
        *("--letter-address", "Raadhuisplein 1", "--letter-address", "1112 AA  Diemen"),
        *("--letter-phone", "14 020"),
        *("--run-plan", '{"kind": "weekly", "weekday": 3}'),
        *("--tax-number", "123456789"),
    )
    assert made["changed"] == ["letter_address", "letter_phone", "run_plan", "tax_number"]
    now = shop.answer("settings", "show")
    assert now["letter_address"] == ["Raadhuisplein 1", "1112 AA  Diemen"]
    assert (now["run_plan"]["weekday"], now["grant_alone_cents"]) == (3, before["grant_alone_cents"])
    shop.run("settings", "set", "--letter-phone", "", "--letter-address", "", "--tax-number", "")
    gone = shop.answer("settings", "show")
    assert (gone["letter_phone"], gone["letter_address"], gone["tax_number"]) == ("", [], None)
    shop.run("settings", "set", "--grant-alone-cents", "50000")
    assert shop.answer("settings", "show")["grant_alone_cents"] == 500_00
    shop.run("settings", "set", "--no-grant-limit")
    assert shop.answer("settings", "show")["grant_alone_cents"] is None
    assert "letter_web" in shop.run("settings", "show")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--sample-bps", "10001"),
        ("--payments-per-file", "0"),
        ("--payment-file-version", "pain.008"),
        ("--pages-address", "http://tegoed.example.nl"),
        ("--run-plan", "wednesday"),
        ("--run-plan", '{"kind": "weekly", "weekday": 8}'),
        ("--tax-number", "12"),
        ("--grant-alone-cents", "1", "--no-grant-limit"),
        (),
    ],
)
def test_what_cannot_be_a_setting_is_refused_and_changes_nothing(
    shop: Terminal, wrong: tuple[str, ...]
) -> None:
    before = shop.answer("settings", "show")
    shop.run("settings", "set", *wrong, status=2)
    assert shop.answer("settings", "show") == before
