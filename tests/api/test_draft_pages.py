# SPDX-License-Identifier: EUPL-1.2
"""Contract managers draft on a page: from what holds, looked at beside it, never over a colleague's draft."""

from typing import Any

import pytest
from lxml import html

from api.pages.finance import drafts
from ledger import contract_versions, contracts
from ledger.contract_differences import between, cents_of
from ledger.contracts import ContractInput
from ledger.ids import uuid7
from ledger.rules.tariffs import PerMeasure, PerUse
from ledger.tables import Role
from tests.api.browsing import Visitor, buttons, fields, links, shown
from tests.api.served import Served
from tests.world import HOUSEHOLD, World, by_another

CEILING = {
    "number": 1,
    "term": {"kind": "ceiling", "scope": "contract", "amounts": [{"year": 2026, "cents": 1}]},
}


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "contract_manager")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def form_of(page: str) -> dict[str, Any]:
    """Everything the form would send as it stands, by name."""
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[contains(@action, '/draft')]")
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def place_of(typed: dict[str, Any], service: str) -> int:
    place: int = typed["service"].index(service)
    return place


def plain(page: str) -> str:
    return shown(page).replace("\u00a0", " ")


def drafted(world: World, **changes: Any) -> None:
    """A draft by a colleague of the visitor, of what is newest but for these."""
    with world.work() as work:
        known = contract_versions.newest(work, [world.contract_id])[0].content
        content = known.model_dump(mode="json") | changes
        contracts.draft(work, [ContractInput.model_validate(content)])


def newest(world: World) -> contracts.ContractDraft:
    with world.work() as work:
        (found,) = contract_versions.newest(work, [world.contract_id])
    return found


def test_a_new_tariff_is_looked_at_beside_the_old_one_and_put_in_force_by_a_colleague(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    where = f"/contracts/{world.contract_id}"
    assert f"{where}/draft" in links(visitor.page(where))
    typed = form_of(visitor.page(f"{where}/draft"))
    place = place_of(typed, HOUSEHOLD)
    assert typed["price"][place] == "31,15"
    typed["last"][place] = "2026-06-30"
    for name, value in (
        ("service", HOUSEHOLD),
        ("price", "32,40"),
        ("first", "2026-07-01"),
        ("last", ""),
    ):
        typed[name][-1] = value
    answer = visitor.send(f"{where}/draft", **typed, step="look")
    told = shown(answer.text).replace("\u00a0", " ")
    assert answer.status_code == 200, told
    assert "per eenheid € 31,15, 1 januari 2026 – 30 juni 2026 (zelfde bedrag)" in told
    assert "per eenheid € 32,40, vanaf 1 juli 2026 (nieuw)" in told
    assert newest(world).published, "a look keeps nothing"
    looked = form_of(answer.text)
    answer = visitor.send(f"{where}/draft", **looked, step="draft")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{where}?done=drafted")
    drafted = newest(world)
    assert (drafted.version, drafted.published) == (2, False)
    assert len(drafted.content.lines) == len(typed["service"]) - 2
    assert visitor.send(f"{where}/publish", seen=drafted.mark).status_code == 409, "not by who drafted it"
    sqlite_served.account("colleague", Role.CONTRACT_MANAGER)
    colleague = Visitor.of(sqlite_served, "colleague")
    assert colleague.send(f"{where}/publish", seen=drafted.mark).status_code == 303
    assert newest(world).published


def test_a_draft_hides_nothing_of_what_holds_and_every_version_can_be_looked_at(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    where = f"/contracts/{world.contract_id}"
    lines = newest(world).content.lines
    dearer = lines[0].model_copy(update={"tariff": PerMeasure(rate_cents=99_00)})
    terms = [CEILING | {"programmeId": str(world.programme_id)}]
    drafted(
        world,
        lines=[each.model_dump(mode="json") | {"valid_until": "2029-12-31"} for each in (dearer, *lines[1:])],
        ceiling_cents=7_00,
        areas=["1112"],
        terms=terms,
        valid_until="2029-12-31",
    )
    auditor = Visitor.of(sqlite_served, "auditor")
    page = auditor.page(where)
    told = plain(page)
    assert "versie 1, geldt" in told, "what holds stands there whole"
    assert "Versie 2: een concept van" in told
    before, after = cents_of(lines[0].tariff), "per eenheid € 99,00"
    assert f"per eenheid € {before // 100},{before % 100:02}" in told
    for words in (
        after,
        "Plafond per jaar – € 7,00",
        "1112",
        "Plafond van het hele contract",
        "31 december 2029",
    ):
        assert words in told, words
    assert buttons(page) == {"/logout"}
    assert {f"{where}/versions/1", f"{where}/versions/2"} <= set(links(page))
    one, two = plain(auditor.page(f"{where}/versions/1")), plain(auditor.page(f"{where}/versions/2"))
    assert "versie 1, geldt" in one
    assert "€ 7,00" not in one
    assert "versie 2, concept" in two
    assert "Plafond per jaar € 7,00" in two
    assert "versie 1, geldt; versie 2, concept" in plain(auditor.page("/contracts"))
    for wrong in ("3", "0", "x"):
        assert auditor.see(f"{where}/versions/{wrong}").status_code in {400, 404}
    sqlite_served.account("colleague", Role.CONTRACT_MANAGER)
    colleague = Visitor.of(sqlite_served, "colleague")
    colleague.done(f"{where}/publish", **fields(colleague.page(where), f"{where}/publish"))
    assert "versie 1, vervangen door een latere versie" in plain(auditor.page(f"{where}/versions/1"))
    assert "Versie 1 , vervangen" in plain(auditor.page(where))


def test_a_draft_is_dropped_by_who_may_draft_and_stays_to_be_looked_at(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    where = f"/contracts/{world.contract_id}"
    drafted(world, ceiling_cents=7_00)
    seen = fields(visitor.page(where), f"{where}/withdraw")
    drafted(world, ceiling_cents=8_00)
    changed = visitor.send(f"{where}/withdraw", **seen)
    assert changed.status_code == 412, "what was not looked at is not dropped either"
    assert Visitor.of(sqlite_served, "finance").send(f"{where}/withdraw", **seen).status_code == 403
    page = visitor.done(f"{where}/withdraw", **fields(visitor.page(where), f"{where}/withdraw"))
    told = plain(page)
    assert "Het concept is ingetrokken" in told
    assert "Ingetrokken" in told
    assert f"{where}/publish" not in buttons(page)
    assert "versie 1, geldt" in told
    assert "concept" not in plain(visitor.page("/contracts"))
    assert "versie 2, ingetrokken" in plain(visitor.page(f"{where}/versions/2"))
    assert "Plafond per jaar € 8,00" in plain(visitor.page(f"{where}/versions/2"))
    assert newest(world).published


def test_a_new_contract_that_is_dropped_frees_its_number(visitor: Visitor, world: World) -> None:
    first, second = uuid7(), uuid7()
    with world.work() as work:
        known = contract_versions.newest(work, [world.contract_id])[0].content
        contracts.draft(work, [known.model_copy(update={"id": first, "number": "C-9"})])
    where = f"/contracts/{first}"
    page = visitor.page(where)
    assert "geldt nog niets" in plain(page)
    visitor.done(f"{where}/withdraw", **fields(page, f"{where}/withdraw"))
    assert "versie 1, ingetrokken" in plain(visitor.page("/contracts"))
    with world.work() as work:
        contracts.draft(work, [known.model_copy(update={"id": second, "number": "C-9"})])
    form = visitor.page(f"{where}/draft")
    assert "een concept dat is ingetrokken" in plain(form)
    taken = visitor.send(f"{where}/draft", **form_of(form), step="look")
    assert taken.status_code == 409
    looked = visitor.send(f"{where}/draft", **form_of(taken.text) | {"number": "C-10"}, step="look")
    assert visitor.send(f"{where}/draft", **form_of(looked.text), step="draft").status_code == 303
    assert "versie 2, concept" in plain(visitor.page("/contracts"))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"valid_until": "2026-05-31"}, "afgelopen, laatste dag 31 mei 2026"),
        ({"valid_from": "2026-07-01"}, "geldt vanaf 1 juli 2026"),
        ({"valid_until": "2026-06-10"}, "geldt"),
    ],
)
def test_a_contract_says_whether_it_holds_today(
    sqlite_served: Served, visitor: Visitor, world: World, days: dict[str, str], words: str
) -> None:
    lines = [
        each.model_dump(mode="json") | {"valid_until": None, "valid_from": "2026-07-01"} | days
        if "valid_from" in days
        else each.model_dump(mode="json") | days
        for each in newest(world).content.lines
    ]
    drafted(world, lines=lines, **days)
    with world.work() as work:
        contracts.publish(by_another(work), [world.contract_id])
    for who, page in (
        (visitor, "/contracts"),
        (visitor, f"/contracts/{world.contract_id}"),
        (Visitor.of(sqlite_served, "provider"), "/agreements"),
    ):
        told = plain(who.page(page))
        assert f"versie 2, {words}" in told


def test_what_was_not_looked_at_is_looked_at_first(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    typed = form_of(visitor.page(where))
    looked = form_of(visitor.send(where, **typed | {"ceiling": "50.000"}, step="look").text)
    for changed in (looked | {"ceiling": "60.000"}, {**looked, "looked": "00"}, typed):
        answer = visitor.send(where, **changed, step="draft")
        assert answer.status_code == 200
        assert "Dit verandert er" in answer.text
    assert newest(world).published
    assert "€ 60.000,00" in shown(visitor.send(where, **looked | {"ceiling": "60.000"}).text).replace(
        "\u00a0", " "
    )


def test_nobody_drafts_over_what_a_colleague_drafted_meanwhile(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    looked = form_of(visitor.send(where, **form_of(visitor.page(where)) | {"ceiling": "7"}, step="look").text)
    with world.work() as work:
        known = contract_versions.newest(work, [world.contract_id])[0].content
        contracts.draft(work, [known.model_copy(update={"ceiling_cents": 9_00})])
    for step in ("look", "draft"):
        answer = visitor.send(where, **looked, step=step)
        assert answer.status_code == 412
        assert "Er is een nieuwer concept dan u zag" in answer.text
        assert form_of(answer.text)["ceiling"] == ["7"], "what was typed is kept"
    assert newest(world).content.ceiling_cents == 9_00
    assert "een concept, dat u hiermee vervangt" in shown(visitor.page(where))


def test_other_terms_are_looked_at_too(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    with world.work() as work:
        known = contract_versions.newest(work, [world.contract_id])[0].content
        changed = known.model_dump(mode="json") | {
            "terms": [CEILING | {"programmeId": str(world.programme_id)}]
        }
        contracts.draft(work, [ContractInput.model_validate(changed)])
    told = shown(visitor.send(where, **form_of(visitor.page(where)), step="look").text)
    assert "Plafond van het hele contract: 2026: € 0,01." in told.replace("\u00a0", " ")


def test_a_tariff_of_nothing_stays_one(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    typed = form_of(visitor.page(where))
    typed["price"][0] = "0,00"
    answer = visitor.send(where, **typed, step="look")
    assert answer.status_code == 200
    assert form_of(answer.text)["price"][0] == "0,00"


def test_a_row_that_is_emptied_is_left_out_and_more_rows_are_given(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    typed = form_of(visitor.page(where))
    count, place = len(typed["service"]), place_of(typed, HOUSEHOLD)
    typed["service"][place], typed["price"][place] = "", ""
    more = form_of(visitor.send(where, **typed, step="more").text)
    assert len(more["service"]) == count - 1 - 3 + 10
    assert "vervalt" in shown(visitor.send(where, **more, step="look").text)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("price", "gratis", "Regel 1: "),
        ("price", "", "Regel 1: "),
        ("price", "-1", "Regel 1: "),
        ("service", "", "Regel 1: "),
        ("service", "99X99", "99X99"),
        ("kind", "anders", "Regel 1: "),
        ("kind", "at_cost", "tarief"),
        ("first", "", "Regel 1: "),
        ("first", "2025-01-01", "buiten"),
        ("last", "2025-01-01", "Regel 1: "),
        ("last", "31-12-2026", "Regel 1: "),
        ("validFrom", "vandaag", "Eerste dag"),
        ("areas", "overal", "Waar"),
        ("ceiling", "veel", "Plafond per jaar"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    visitor: Visitor, world: World, name: str, value: str, words: str
) -> None:
    where = f"/contracts/{world.contract_id}/draft"
    typed = form_of(visitor.page(where))
    typed[name][0] = value
    answer = visitor.send(where, **typed, step="look")
    assert answer.status_code in {400, 409}
    tree: Any = html.fromstring(answer.text)
    assert words in " ".join(tree.xpath("//*[@role='alert']//text()"))
    kept = form_of(answer.text)
    assert kept[name][0] == value or name in {"service", "kind"}, "a choice that is none cannot be kept"
    assert newest(world).published


def test_a_contract_of_very_many_tariffs_is_not_for_a_form(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "ROWS_MAX", 2)
    page = visitor.page(f"/contracts/{world.contract_id}/draft")
    assert "regiobestand" in shown(page)
    assert buttons(page) == {"/logout"}


def test_a_new_contract_is_drafted_for_a_provider_that_is_known(visitor: Visitor, world: World) -> None:
    page = visitor.page("/contracts/new")
    typed = form_of(page)
    (where,) = [each for each in buttons(page) if each.endswith("/draft")]
    empty = visitor.send(where, **typed, step="look")
    assert empty.status_code == 400
    assert form_of(empty.text)["law"] == typed["law"]
    too_long = visitor.send(where, **typed | {"number": "x" * 71}, step="look")
    assert "Nummer" in shown(too_long.text)
    typed |= {
        "number": ["C-9"],
        "providerId": [str(world.provider_id)],
        "law": ["wmo"],
        "validFrom": ["2026-07-01"],
    }
    for name, value in (("service", HOUSEHOLD), ("price", "30"), ("first", "2026-07-01")):
        typed[name][0] = value
    taken = visitor.send(where, **typed | {"number": "C-2"}, step="look")
    assert (taken.status_code, "C-2" in taken.text) == (409, True)
    answer = visitor.send(where, **typed, step="look")
    assert "Dit wordt de eerste versie die kan gelden" in shown(answer.text)
    answer = visitor.send(where, **form_of(answer.text), step="draft")
    assert answer.status_code == 303, shown(answer.text)
    assert "concept" in shown(visitor.page("/contracts"))
    assert "C-9" in shown(visitor.page(where.removesuffix("/draft")))
    assert visitor.see(f"/contracts/{uuid7()}/draft").status_code == 404


def test_lines_are_paired_and_told_with_what_they_rise_or_fall(world: World) -> None:
    with world.work() as work:
        before = contract_versions.newest(work, [world.contract_id])[0].content
    first, second, *rest = before.lines
    dearer = first.model_copy(update={"tariff": PerMeasure(rate_cents=cents_of(first.tariff) + 85)})
    other_kind = second.model_copy(update={"tariff": PerUse(cents=1_00)})
    changed = {"lines": (dearer, other_kind, *rest[1:]), "areas": ("1112",)}
    found = between(before, before.model_copy(update=changed))
    assert found.head == ("areas",)
    rises = {each.service: (each.more_cents, each.before is None, each.after is None) for each in found.lines}
    assert rises == {
        first.service: (85, False, False),
        second.service: (None, False, False),
        rest[0].service: (None, False, True),
    }
    assert between(before, before).is_empty
