# SPDX-License-Identifier: EUPL-1.2
"""The pages from draft to booked: two people at two browsers, without scripts, and the bank of the tests."""

from hashlib import sha256
from typing import Any

import pytest

from ledger.rules.states import RunState
from ledger.tables import MarkKind, Role
from tests.api.browsing import Scene, Visitor, boxes, buttons, fields, links, shown
from tests.api.served import Served


@pytest.fixture
def scene(served: Served) -> Scene:
    return Scene.over(served)


def test_a_run_goes_from_draft_to_booked_on_the_pages(scene: Scene) -> None:
    served = scene.served
    maker, checker = Visitor.of(served, "finance"), Visitor.of(served, "finance_2")

    run = scene.drafted(maker)
    page = maker.page(run)
    assert "Concept" in page
    assert "Eerste keer" in page, "both providers stand out: they were never paid before"
    assert "Nog 2 van 2 regels te bekijken" in shown(page), "15% of eight"
    assert buttons(page) >= {f"{run}/submit", f"{run}/withdraw"}
    page = maker.done(f"{run}/submit")
    assert "Iemand anders geeft haar vrij" in shown(page)
    assert f"{run}/release" not in buttons(page), "no button that can only fail"
    assert f"{run}/release" in buttons(checker.page(run))

    refused = maker.send(f"{run}/release")
    assert refused.status_code == 409
    assert "Nog niet alle regels zijn bekeken" in refused.text
    assert "U hebt deze betaalrun zelf opgesteld" in refused.text
    assert "Iemand anders geeft haar vrij" in shown(refused.text)

    _look_and_hold(scene, checker, run)
    page = checker.done(f"{run}/release")
    assert "Vrijgegeven" in page
    assert f"{run}/files/1" not in links(page), "no file before it is said that it goes to the bank"
    page = checker.done(f"{run}/export")

    content = checker.see(f"{run}/files/1").content
    api = served.get("finance", f"/v1{run.replace('/runs/', '/settlement-runs/')}/payment-files/1").content
    assert content == api
    assert sha256(content).hexdigest() in page, "the hash on the page is that of the file"
    for form, start in (("pdf", b"%PDF"), ("csv", b""), ("xlsx", b"PK")):
        (link, *_) = [each for each in links(page) if each.endswith(f"/{form}")]
        assert checker.see(link).content.startswith(start)

    _hear_the_bank(scene, checker, run, content)
    served.world.assert_books_agree()


def _look_and_hold(scene: Scene, checker: Visitor, run: str) -> None:
    """One line is held, with a reason; without one that is refused and what was typed is kept."""
    page = checker.page(f"{run}/lines?show=unseen")
    first, *others = boxes(page)
    action = f"{run}/lines?show=unseen"
    refused = checker.send(action, line=[first], kind="held", note="geen urenbriefje")
    assert refused.status_code == 400
    assert fields(refused.text, run)["line"] == [first]
    assert 'value="geen urenbriefje"' in refused.text
    asked = {"line": [first], "kind": "held", "reason": "proof_missing", "note": "geen urenbriefje"}
    page = checker.done(action, **asked)
    checker.done(action, **asked)  # a double tap
    checker.done(action, line=others, kind="seen")
    page = checker.page(f"{run}/lines")
    assert "Vastgehouden: Niet te zien dat de zorg is gegeven" in shown(page)
    assert "geen urenbriefje" in checker.page(f"{run}/lines/{first}")
    path = f"/v1{run.replace('/runs/', '/settlement-runs/')}/lines/{first}/marks"
    marks = scene.served.get("auditor", path).json()["items"]
    assert [each["kind"] for each in marks] == [MarkKind.HELD], "sent twice, done once"
    assert "Alle 2 regels zijn bekeken" in shown(checker.page(run))


def _hear_the_bank(scene: Scene, checker: Visitor, run: str, content: bytes) -> None:
    answer = checker.upload(scene.bank.submit(content))
    assert answer.status_code == 303
    assert "Aangenomen door de bank" in checker.page(answer.headers["location"])
    assert "Aangenomen, nog niet betaald" in checker.page(run)
    statement, second = scene.bank.advance(2)
    read = checker.upload(statement)
    again = checker.upload(statement)
    assert read.headers["location"] == again.headers["location"], "the same file is the same message"
    page = checker.page(run)
    assert "Afgehandeld door de bank" in page
    assert checker.page(f"{run}?state=booked").count('/xlsx"') == 2
    assert "Hoort bij geen betaling van ons" in checker.page("/bank"), "a stranger's money is listed"
    checker.upload(second)
    page = checker.page(f"{run}?state=returned")
    assert "De Brug" in page
    assert "Thuis Goed" not in page
    (payment,) = {each for each in links(page) if each.startswith("/bank/payments/")}
    assert "AC04" in checker.page(payment)
    assert "Een betaling kwam terug door de rekening" in Visitor.of(scene.served, "auditor").page("/payees")


def test_a_form_sent_twice_does_one_thing(scene: Scene) -> None:
    maker = Visitor.of(scene.served, "finance")
    hidden = fields(maker.page("/runs"), "/runs")
    asked = {**hidden, "until": scene.day, "requestedOn": scene.day}
    places = {maker.send("/runs", **asked).headers["location"] for _ in range(2)}
    assert len(places) == 1
    other = maker.send("/runs", **{**asked, "requestedOn": "2026-07-01"})
    assert other.status_code == 409
    assert 'value="2026-07-01"' in other.text, "what was typed is kept"
    run = next(iter(places)).split("?")[0]
    for _ in range(2):
        maker.send(f"{run}/withdraw", reason="verkeerde dag")
    steps = scene.served.get("auditor", f"/v1{run.replace('/runs/', '/settlement-runs/')}").json()["steps"]
    assert [step["state"] for step in steps] == [RunState.DRAFTED, RunState.WITHDRAWN]
    assert "verkeerde dag" in maker.page(run)


def test_a_change_of_account_and_a_blocked_payee_are_decided_on_the_page(scene: Scene) -> None:
    served = scene.served
    change, check = scene.account_change(), scene.blocked_payee()
    for name in ("contract_manager_2", "contract_manager_3"):
        served.account(name, Role.CONTRACT_MANAGER)
    entered, other = Visitor.of(served, "contract_manager"), Visitor.of(served, "contract_manager_2")
    asked: dict[str, Any] = {
        "approved": "true",
        "reason": "gebeld en bevestigd",
        "toldOtherwise": "per brief",
    }
    own = entered.send(f"/payees/changes/{change}", **asked)
    assert own.status_code == 409
    assert 'value="gebeld en bevestigd"' in own.text
    empty = other.send(f"/payees/changes/{change}", approved="true", reason="", toldOtherwise="")
    assert (empty.status_code, 'aria-invalid="true"' in empty.text) == (400, True)
    page = other.done(f"/payees/changes/{change}", **asked)
    assert "Goedgekeurd, maar nog niet in gebruik" in page
    assert "Er wacht geen wijziging" in page

    assert "De rekening is van iemand anders" in page
    override = f"/payees/checks/{check}"
    page = other.done(override, reason="het is een handelsnaam")
    page = other.done(override, reason="het is een handelsnaam")
    assert "contract_manager_2: het is een handelsnaam" in page, "one person is one"
    page = Visitor.of(served, "contract_manager_3").done(override, reason="gezien")
    assert "Er is geen aanbieder geblokkeerd" in page


def test_a_file_that_is_no_message_is_told_on_the_page_and_nothing_is_kept(scene: Scene) -> None:
    visitor = Visitor.of(scene.served, "finance")
    for content in (b"", b"hallo", b"<a>" * 10_000):
        answer = visitor.upload(content)
        assert answer.status_code == 400, answer.text
        assert 'role="alert"' in answer.text
    assert "Er is nog geen bestand van de bank gelezen" in visitor.page("/bank")
