# SPDX-License-Identifier: EUPL-1.2
"""Who acts for a resident: named by a linking code, seen, ended; and what nobody can do with a mandate."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from ledger import access_log, db, own_mandates, people, tries
from ledger.access_log import OwnPurpose
from ledger.ids import uuid7
from ledger.people import MandateInput
from ledger.tables import LinkCode, Mandate, MandateKind, Role
from tests.api.browsing import Visitor, buttons, fields, links, shown
from tests.api.served import Served
from tests.world import World

DAUGHTER = "Anna Dochter"


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


@pytest.fixture
def daughter_id(sqlite_served: Served, world: World) -> UUID:
    person = world.person(surname="Dochterman")
    sqlite_served.account(DAUGHTER, Role.HOLDER, person_id=person)
    return person


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "holder")


@pytest.fixture
def daughter(sqlite_served: Served, daughter_id: UUID) -> Visitor:
    return Visitor.of(sqlite_served, DAUGHTER)


def test_a_resident_names_a_daughter_by_the_code_that_she_shows(
    visitor: Visitor, daughter: Visitor, daughter_id: UUID, world: World
) -> None:
    right = world.grant()
    assert daughter.see(f"/my/{right.id}").status_code == 404
    code = _shown_code(daughter)
    hidden = fields(visitor.page("/mandates"), "/mandates/look")
    asked = visitor.send("/mandates/look", **hidden, code=code.lower().replace("-", " "))
    assert asked.status_code == 200
    assert "Dochterman mag voor mij regelen" in shown(asked.text), "who she is, not what her account says"
    assert OwnPurpose.WHO_ACTS_FOR_WHOM in _purposes(world, daughter_id), "and she sees that somebody looked"
    assert daughter.see(f"/my/{right.id}").status_code == 404, "looking gives nothing"
    told = visitor.done("/mandates", **fields(asked.text, "/mandates"))
    assert DAUGHTER in shown(told)
    assert "sinds 10 juni 2026" in shown(told)
    assert daughter.see(f"/my/{right.id}").status_code == 200
    assert "Voor wie u regelt" in shown(daughter.page("/mandates"))
    assert "U regelt voor niemand" not in shown(daughter.page("/mandates"))


def test_both_see_the_names_of_who_acts_for_whom_when_they_ask_and_each_look_is_noted(
    visitor: Visitor, daughter: Visitor, daughter_id: UUID, world: World
) -> None:
    assert "/mandates/names" not in buttons(visitor.page("/mandates")), "nobody's name to see"
    _named(visitor, daughter)
    before = len(_purposes(world, daughter_id))
    assert "Dochterman" not in shown(visitor.page("/mandates"))
    told = visitor.send("/mandates/names")
    assert "Dochterman" in shown(told.text)
    assert "/mandates/names" not in buttons(told.text)
    assert len(_purposes(world, daughter_id)) == before + 1
    assert "de Wit" in shown(daughter.send("/mandates/names").text)
    assert OwnPurpose.WHO_ACTS_FOR_WHOM in _purposes(world, world.holder_id)
    with world.work() as work:
        people.erase(work, daughter_id)
    assert DAUGHTER in shown(visitor.send("/mandates/names").text), "who was erased has an account left"


def test_names_are_of_the_people_on_the_page_and_only_those_are_looks(
    visitor: Visitor, daughter_id: UUID, world: World
) -> None:
    _given(world, world.holder_id, daughter_id)
    for _ in range(50):
        _given(world, world.holder_id, daughter_id, until=date(2026, 2, 1))
    before = len(_purposes(world, daughter_id))
    assert visitor.send("/mandates/names").status_code == 200
    assert len(_purposes(world, daughter_id)) == before, "nobody on the first page acts today"
    page = _further(visitor)
    assert f'name="before" value="{page}"' in visitor.page(f"/mandates?before={page}")
    assert "Dochterman" in shown(visitor.send("/mandates/names", before=page).text)
    assert len(_purposes(world, daughter_id)) == before + 1
    assert visitor.send("/mandates/names", before="none").status_code == 200


def _further(visitor: Visitor) -> str:
    (link,) = [each for each in links(visitor.page("/mandates")) if "before=" in each]
    return str(link.split("before=")[1])


def _purposes(world: World, person_id: UUID) -> list[str]:
    with world.work() as work:
        return [row.purpose for row in access_log.of_person(work, person_id)]


def test_ending_takes_effect_at_once_and_both_see_it_in_the_log(
    visitor: Visitor, daughter: Visitor, daughter_id: UUID, world: World
) -> None:
    right = world.grant()
    mandate = _named(visitor, daughter)
    assert daughter.see(f"/my/{right.id}").status_code == 200
    told = visitor.done(f"/mandates/{mandate}/end")
    assert "Niemand regelt voor u" in shown(told)
    assert "beëindigd op de dag dat zij begon" in shown(told), "what was is not hidden"
    assert daughter.see(f"/my/{right.id}").status_code == 404
    for who in (visitor, daughter):
        log = shown(who.page("/looks"))
        assert "machtiging gegeven" in log
        assert "machtiging beëindigd" in log
    with world.work() as work:
        noted = [row.action for row in access_log.of_person(work, world.holder_id)]
    assert noted.count("mandate_given") == noted.count("mandate_ended") == 1
    visitor.done(f"/mandates/{mandate}/end")
    with world.work() as work:
        again = [row.action for row in access_log.of_person(work, world.holder_id)]
    assert again == noted, "ending again changes nothing and notes nothing"
    assert _named(visitor, daughter) != mandate, "who was ended can be named anew"


def test_a_code_opens_once_for_half_an_hour_and_only_the_newest(
    visitor: Visitor, daughter: Visitor, sqlite_served: Served, world: World
) -> None:
    first, second = _shown_code(daughter), _shown_code(daughter)
    assert "Deze koppelcode kennen wij niet" in shown(visitor.send("/mandates/look", code=first).text)
    world.later(minutes=31)
    other, visitor = _holder(sqlite_served, world, "other"), Visitor.of(sqlite_served, "holder")
    daughter = Visitor.of(sqlite_served, DAUGHTER)
    late = sqlite_served.put("holder", f"/v1/own-mandates/{uuid7()}", {"code": second})
    assert (late.status_code, late.json()["code"]) == (409, "link_code_unknown")
    third = _shown_code(daughter)
    assert visitor.send("/mandates/look", code=third).status_code == 200
    visitor.done("/mandates", id=str(uuid7()), code=third)
    assert other.send("/mandates/look", code=third).status_code == 409
    assert other.send("/mandates", id=str(uuid7()), code=third).status_code == 409


def test_the_same_form_twice_gives_once_and_another_by_its_id_is_refused(
    visitor: Visitor, daughter: Visitor, sqlite_served: Served, world: World
) -> None:
    code, id_ = _shown_code(daughter), str(uuid7())
    for _ in range(2):
        visitor.done("/mandates", id=id_, code=code)
    assert _count(world) == 1
    other = _holder(sqlite_served, world, "other")
    assert other.send("/mandates", id=id_, code=code).status_code == 409
    assert visitor.send("/mandates", id=id_, code=_shown_code(other)).status_code == 409
    again = visitor.send("/mandates/look", code=_shown_code(daughter))
    assert "mag al voor u regelen" in shown(again.text)
    own = visitor.send("/mandates/look", code=_shown_code(visitor))
    assert "uw eigen koppelcode" in shown(own.text)
    assert visitor.send("/mandates/look").status_code == 400
    assert visitor.send("/mandates", id="nothing", code="x").status_code == 400


def test_wrong_codes_in_a_row_make_one_wait_and_the_count_is_kept(
    visitor: Visitor, daughter: Visitor, sqlite_served: Served, world: World
) -> None:
    code = _shown_code(daughter)
    for _ in range(tries.FREE):
        assert "kennen wij niet" in shown(visitor.send("/mandates/look", code="7K2M-4PQRS-8TVWX").text)
    assert "te vaak een verkeerde" in shown(visitor.send("/mandates/look", code=code).text)
    assert sqlite_served.put("holder", f"/v1/own-mandates/{uuid7()}", {"code": code}).status_code == 409
    other = _holder(sqlite_served, world, "other")
    assert other.send("/mandates/look", code=code).status_code == 200, "of others nothing is blocked"
    world.later(minutes=2)
    visitor.done("/mandates", id=str(uuid7()), code=code)
    for _ in range(tries.FREE - 1):
        visitor.send("/mandates/look", code="niets")
    assert visitor.send("/mandates/look", code=_shown_code(other)).status_code == 200, "it began anew"


@pytest.mark.parametrize("kind", sorted(set(MandateKind) - {MandateKind.AUTHORISED}))
def test_what_a_court_or_the_law_decided_is_not_ended_by_the_resident(
    visitor: Visitor, sqlite_served: Served, daughter_id: UUID, world: World, kind: MandateKind
) -> None:
    mandate = _given(world, world.holder_id, daughter_id, kind)
    page = visitor.page("/mandates")
    assert f"/mandates/{mandate}/end" not in buttons(page)
    assert "Dit bepaalde de wet of een rechter" in shown(page)
    refused = visitor.send(f"/mandates/{mandate}/end")
    assert refused.status_code == 409
    assert "kunt u niet zelf beëindigen" in shown(refused.text)
    answer = sqlite_served.post("holder", f"/v1/own-mandates/{mandate}/_end")
    assert (answer.status_code, answer.json()["code"]) == (409, "mandate_is_legal")
    with world.work() as work:
        assert db.rows(work, Mandate, [mandate])[mandate].valid_until is None
        people.end_mandate(work, mandate, date(2026, 6, 9))  # the municipality can


def test_a_representative_neither_passes_on_nor_ends_nor_extends_a_mandate(
    visitor: Visitor, daughter: Visitor, sqlite_served: Served, world: World
) -> None:
    right = world.grant()
    mandate = _named(visitor, daughter)
    third = _holder(sqlite_served, world, "third")
    daughter.done("/mandates", id=str(uuid7()), code=_shown_code(third))
    assert third.see(f"/my/{right.id}").status_code == 404, "she named them for herself alone"
    body = {"code": _shown_code(third), "holderId": str(world.holder_id)}
    assert sqlite_served.put(DAUGHTER, f"/v1/own-mandates/{uuid7()}", body).status_code == 400
    assert daughter.send(f"/mandates/{mandate}/end").status_code == 404
    assert sqlite_served.post(DAUGHTER, f"/v1/own-mandates/{mandate}/_end").status_code == 404
    longer = {"lastDay": "2027-01-01"}
    assert sqlite_served.post(DAUGHTER, f"/v1/mandates/{mandate}/_end", longer).status_code == 403
    assert daughter.see(f"/my/{right.id}").status_code == 200, "the mandate still stands"
    stranger = _holder(sqlite_served, world, "stranger")
    for path in (f"/mandates/{mandate}/end", f"/mandates/{uuid7()}/end"):
        assert stranger.send(path).status_code == 404


def test_over_the_api_a_mandate_is_given_once_and_seen_by_whom_it_concerns(
    sqlite_served: Served, daughter_id: UUID, world: World
) -> None:
    code = sqlite_served.post(DAUGHTER, "/v1/link-codes").json()
    assert code["expiresAt"].startswith("2026-06-10T10:30"), "half an hour from now"
    path = f"/v1/own-mandates/{uuid7()}"
    answers = [sqlite_served.put("holder", path, {"code": code["code"]}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["kind"] == "authorised"
    listed = sqlite_served.get("holder", f"/v1/people/{world.holder_id}/mandates").json()["items"]
    assert [each["representativeId"] for each in listed] == [str(daughter_id)]
    _holder(sqlite_served, world, "stranger")
    assert sqlite_served.get("stranger", f"/v1/people/{world.holder_id}/mandates").status_code == 404
    for who in ("gatekeeper", "finance", "provider", "administrator"):
        for method, address, body in (
            ("POST", "/v1/link-codes", None),
            ("PUT", f"/v1/own-mandates/{uuid7()}", {"code": "x"}),
            ("POST", f"{path}/_end", None),
        ):
            assert sqlite_served.ask(who, method, address, body).status_code == 403
    ended = sqlite_served.post("holder", f"{path}/_end")
    assert ended.json()["validUntil"] == "2026-06-09"


def test_the_code_is_kept_as_a_digest_and_stands_in_no_address(
    visitor: Visitor, daughter: Visitor, world: World
) -> None:
    code = _shown_code(daughter)
    with world.work() as work:
        rows = [row.model_dump() for row in work.session.scalars(select(LinkCode))]
    assert code not in repr(rows)
    assert code.encode() not in rows[0]["digest"]
    answer = visitor.send("/mandates", id=str(uuid7()), code=code)
    assert code not in answer.headers["location"]
    assert code not in repr(own_mandates.NamingTerms(code=code))


def test_naming_somebody_asks_for_a_fresh_proof(visitor: Visitor, daughter: Visitor, world: World) -> None:
    world.later(minutes=20)
    assert visitor.page("/mandates")
    fresh = Visitor.of(visitor.served, DAUGHTER)
    asked = visitor.send("/mandates", id=str(uuid7()), code=_shown_code(fresh))
    assert asked.status_code == 403
    assert _count(world) == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_steps_are_told_in_both_languages(
    sqlite_served: Served, daughter_id: UUID, language: str
) -> None:
    daughter = Visitor.of(sqlite_served, DAUGHTER, language=language)
    shown_code = daughter.send("/mandates/code").text
    visitor = Visitor.of(sqlite_served, "holder", language=language)
    asked = visitor.send("/mandates/look", code=_shown_code(daughter)).text
    for page in (shown_code, asked, visitor.page("/mandates")):
        assert f'<html lang="{language}">' in page


def test_who_acted_long_ago_is_a_page_further_and_not_cut(
    visitor: Visitor, daughter_id: UUID, world: World
) -> None:
    ended = [_given(world, world.holder_id, daughter_id, until=date(2026, 2, 1)) for _ in range(51)]
    page = visitor.page("/mandates")
    assert shown(page).count(DAUGHTER) == 50
    assert f"/mandates?before={ended[1]}" in page
    assert DAUGHTER in shown(visitor.page(f"/mandates?before={ended[1]}"))


def _holder(served: Served, world: World, name: str) -> Visitor:
    served.account(name, Role.HOLDER, person_id=world.person(surname=name))
    return Visitor.of(served, name)


def _shown_code(who: Visitor) -> str:
    page = who.send("/mandates/code")
    assert page.status_code == 200
    return page.text.split("<strong>")[1].split("</strong>")[0]


def _named(visitor: Visitor, other: Visitor) -> str:
    id_ = str(uuid7())
    visitor.done("/mandates", id=id_, code=_shown_code(other))
    return id_


def _given(
    world: World,
    holder: UUID,
    representative: UUID,
    kind: MandateKind = MandateKind.AUTHORISED,
    until: date | None = None,
) -> UUID:
    mandate = MandateInput(
        id=uuid7(),
        holder_id=holder,
        representative_id=representative,
        kind=kind,
        valid_from=date(2026, 1, 1),
        valid_until=until,
    )
    with world.work() as work:
        people.give(work, [mandate])
    return mandate.id


def _count(world: World) -> int:
    """How many mandates there are."""
    with world.work() as work:
        return len(work.session.scalars(select(Mandate)).all())
