# SPDX-License-Identifier: EUPL-1.2
"""Long work on pages: it is done beside the request, told while it lasts, and survives reload and restart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import col
from starlette.testclient import TestClient

from api.app import build
from api.deps import Desk
from api.jobs import Piece, Tell
from api.pages.gate import messages
from ledger import actors, allocations, db, jobs
from ledger.db import Work
from ledger.formats.iwmo301 import Message301
from ledger.ids import uuid7
from ledger.jobs import LEFT_AFTER, JobOrder
from ledger.keys import MunicipalityKeys
from ledger.tables import Entitlement, Job, JobFile, JobKind, Role
from tests.api.browsing import OWN_FORM, Scene, Visitor, buttons, fields, links, shown
from tests.api.messages import BSNS, message
from tests.api.served import Served
from tests.api.slowly import all_done, slow, the_jobs


def sent(visitor: Visitor, mode: str, *contents: bytes, id: UUID | None = None) -> Response:
    """Files, as the form on the page sends them."""
    files = [("file", (f"{place} de Wit.xml", content)) for place, content in enumerate(contents)]
    asked = {"id": str(id or uuid7()), "mode": mode}
    return visitor.client.post("/batches", data=asked, files=files, headers=OWN_FORM)


def granted(served: Served) -> int:
    with served.world.work() as work:
        return len(work.session.scalars(select(col(Entitlement.id))).all())


# ----------------------------------------------------------------------------------- several messages


def test_several_messages_are_tried_and_then_kept_without_choosing_them_again(served: Served) -> None:
    visitor = Visitor.of(served, "gatekeeper")
    answer = sent(visitor, "try", message(1), b"no message", message(2), message(3, town="0344"))
    assert answer.status_code == 303, shown(answer.text)
    where = answer.headers["location"]
    page = visitor.page(where)
    assert "Dit zou er gebeuren" in shown(page)
    assert "Berichten gelezen 2 Berichten geweigerd 2 Toegekend 2" in shown(page)
    assert "1 de Wit.xml : " in shown(page)
    assert "3 de Wit.xml : " in shown(page)
    with db.reading(served.world.engine) as session:
        db.act_for(session, served.world.municipality_id)
        assert "Wit" not in repr([*session.execute(text("SELECT * FROM job"))]), "names of files name people"
    assert granted(served) == 0
    page = visitor.done(f"{where}/keep")
    assert "Dit is er gebeurd" in shown(page)
    assert granted(served) == 2
    assert f"{where}/keep" not in buttons(page)
    assert visitor.send(f"{where}/keep").status_code == 303, "a double tap does it once"
    assert granted(served) == 2
    again = visitor.page(sent(visitor, "keep", message(1), message(2)).headers["location"])
    assert "Toegekend 0 Gewijzigd 0 Wacht op een collega 0 Al bekend 2" in shown(again)
    assert where in visitor.page("/batches"), "what was read before can be found again"
    served.world.assert_books_agree()


def test_the_same_form_sent_twice_is_one_job_and_with_other_files_is_refused(sqlite_served: Served) -> None:
    visitor, id_ = Visitor.of(sqlite_served, "gatekeeper"), uuid7()
    assert sent(visitor, "keep", message(1), id=id_).status_code == 303
    assert sent(visitor, "keep", message(1), id=id_).status_code == 303
    assert sent(visitor, "keep", message(2), id=id_).status_code == 409
    assert granted(sqlite_served) == 1
    assert sent(visitor, "keep").status_code == 400, "no file was chosen"
    bad = visitor.client.post("/batches", data={"id": "x"}, files={"file": ("a", b"x")}, headers=OWN_FORM)
    assert bad.status_code == 400


def test_a_trial_judges_each_message_with_what_the_others_would_take(
    sqlite_served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two that fit the budget one by one would both be promised."""
    seen, real = [], allocations.import_messages

    def judged(work: Work, keys: MunicipalityKeys, found: Sequence[Message301]) -> list[allocations.Outcome]:
        seen.append(len(work.session.scalars(select(col(Entitlement.id))).all()))
        return real(work, keys, found)

    monkeypatch.setattr(allocations, "import_messages", judged)
    monkeypatch.setattr(messages, "AT_ONCE", 1)
    sent(Visitor.of(sqlite_served, "gatekeeper"), "try", message(1), message(2), message(3))
    assert seen == [0, 1, 2]
    assert granted(sqlite_served) == 0


def test_another_gatekeeper_sees_nothing_of_it(sqlite_served: Served) -> None:
    where = sent(Visitor.of(sqlite_served, "gatekeeper"), "try", message(1)).headers["location"]
    sqlite_served.account("gatekeeper_2", Role.GATEKEEPER)
    other = Visitor.of(sqlite_served, "gatekeeper_2")
    assert other.see(where).status_code == 404
    assert other.send(f"{where}/keep").status_code == 404
    assert where not in other.page("/batches")


def test_nothing_of_a_message_can_be_read_in_the_database_while_it_waits(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper")
    with slow(sqlite_served, JobKind.ALLOCATIONS) as slowed:
        sent(visitor, "keep", message(1), b"no message of 999900006")
        assert slowed.begun.wait(30)
        with db.reading(sqlite_served.world.engine) as session:
            stored = repr([*session.execute(text("SELECT * FROM job"))])
            stored += repr([*session.execute(text("SELECT * FROM job_file"))])
    assert stored.count("b'") >= 3
    assert not [each for each in (*BSNS, "Wit") if each in stored]


# ---------------------------------------------------------------------------------- while it is done


def test_a_run_that_takes_long_is_told_of_on_its_page_whoever_looks_and_reloads(served: Served) -> None:
    scene = Scene.over(served)
    maker, checker = Visitor.of(served, "finance"), Visitor.of(served, "finance_2")
    with slow(served, JobKind.DRAFT) as slowed:
        run = scene.drafted(maker)
        assert slowed.begun.wait(30)
        for who in (maker, checker, maker):
            page = who.page(run)
            assert "De betaalrun wordt opgesteld" in shown(page)
            assert "Gevraagd door finance" in shown(page)
            assert "3 van 7 klaar" in shown(page)
            assert "wait.js" in page
            assert buttons(page) == {"/logout"}
    page = maker.page(run)
    assert "Concept" in page
    assert "wait.js" not in page
    maker.done(f"{run}/submit")
    scene.looked_at(checker, run)
    with slow(served, JobKind.RELEASE) as slowed:
        page = checker.done(f"{run}/release")
        assert slowed.begun.wait(30)
        assert "De betaalrun wordt vrijgegeven" in shown(page)
        assert f"{run}/release" not in buttons(page)
        answer = maker.send(f"{run}/withdraw", reason="")
        assert (answer.status_code, "data-busy" in answer.text) == (400, True)
        assert run in links(answer.text), "one looks again at the page, not at the answer to a form"
        assert "Vrijgegeven" not in shown(maker.page(run))
    assert "Vrijgegeven" in shown(maker.page(run))
    served.world.assert_books_agree()


def test_what_is_refused_after_a_while_is_told_on_the_page_until_something_happens(served: Served) -> None:
    scene = Scene.over(served)
    maker, checker = Visitor.of(served, "finance"), Visitor.of(served, "finance_2")
    run = scene.drafted(maker)
    maker.done(f"{run}/submit")
    with slow(served, JobKind.RELEASE):
        checker.done(f"{run}/release")
    page = maker.page(run)
    assert "niet vrijgegeven" in shown(page)
    assert "Nog niet alle regels zijn bekeken" in shown(page)
    assert f"{run}/release" in buttons(checker.page(run))
    assert "was not released" in shown(Visitor.of(served, "finance", language="en").page(run))
    scene.looked_at(checker, run)
    checker.done(f"{run}/release")
    assert "niet vrijgegeven" not in shown(maker.page(run))


def test_a_draft_that_is_refused_after_a_while_is_told_where_the_run_would_be(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "finance")
    hidden = fields(visitor.page("/runs"), "/runs")
    with slow(sqlite_served, JobKind.DRAFT):
        answer = visitor.send("/runs", **hidden, until="2036-01-01", requestedOn="2036-01-01")
        assert answer.status_code == 303
    page = visitor.page(answer.headers["location"])
    assert "niet opgesteld" in shown(page)
    assert "Deze dag moet nog komen" in shown(page)
    assert visitor.see(f"/runs/{uuid7()}").status_code == 404


# ------------------------------------------------------------------------------------------ misfortune


def test_a_release_that_is_asked_twice_is_released_and_told_so(served: Served) -> None:
    scene = Scene.over(served)
    maker, checker = Visitor.of(served, "finance"), Visitor.of(served, "finance_2")
    run = scene.drafted(maker)
    maker.done(f"{run}/submit")
    scene.looked_at(checker, run)
    run_id = UUID(run.rsplit("/", 1)[1])
    with slow(served, JobKind.RELEASE) as slowed:
        checker.send(f"{run}/release")
        assert slowed.begun.wait(30)
        if served.world.engine.dialect.name == "postgresql":
            assert "data-busy" in checker.done(f"{run}/release"), "asked once more it is the same"
            actor = served.actor_ids["finance_2"]
            with served.world.work(actor_id=actor) as work:  # as when both were asked at one instant
                again = JobOrder(id=uuid7(), kind=JobKind.RELEASE, subject_id=run_id)
                jobs.ask(work, served.world.keys, again)
    told = shown(maker.page(run))
    assert "Vrijgegeven" in told
    assert "niet vrijgegeven" not in told


def test_of_a_batch_that_broke_off_half_way_what_was_done_stays_told(
    sqlite_served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper")
    real = allocations.import_messages

    def broken(work: Any, keys: Any, found: Any) -> Any:
        if len(granted_ids) == 2:
            raise ZeroDivisionError
        granted_ids.append(1)
        return real(work, keys, found)

    granted_ids: list[int] = []
    monkeypatch.setattr(allocations, "import_messages", broken)
    monkeypatch.setattr(messages, "AT_ONCE", 1)
    answer = sent(visitor, "keep", message(1), message(2), message(3), message(4))
    assert answer.status_code == 303
    page = shown(visitor.page(answer.headers["location"]))
    assert "Er ging bij ons iets mis" in page
    assert granted(sqlite_served) == 2


def test_a_job_that_was_left_is_taken_up_without_anybody_asking(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away when the server began: that was its only try."""
    visitor = Visitor.of(served, "gatekeeper")
    own, here = the_jobs(served), served.world.municipality_id
    own.close()
    where = sent(visitor, "keep", message(1)).headers["location"]
    served.world.now += LEFT_AFTER + timedelta(seconds=1)
    real, away = jobs.begin, Event()

    def begin(work: Work, **more: Any) -> Job | None:
        if work.municipality_id == here and not away.is_set():
            away.set()
            raise OperationalError("", {}, Exception("away"))
        return real(work, **more)

    monkeypatch.setattr(jobs, "begin", begin)
    monkeypatch.setattr(own, "watch_s", 0.05)
    own.open()
    all_done(served)
    monkeypatch.undo()
    own.close()
    own.open()
    assert away.is_set()
    assert granted(served) == 1
    assert "data-busy" not in visitor.page(where)


def test_kept_twice_nobody_waits_for_the_work(postgresql_served: Served) -> None:
    visitor = Visitor.of(postgresql_served, "gatekeeper")
    where = sent(visitor, "try", message(1)).headers["location"]
    with slow(postgresql_served, JobKind.ALLOCATIONS) as slowed:
        assert visitor.send(f"{where}/keep").status_code == 303
        assert slowed.begun.wait(30)
        assert visitor.send(f"{where}/keep").status_code == 303
        assert not slowed.go_on.is_set(), "it is still being done"
    assert granted(postgresql_served) == 1


def test_of_a_claims_file_without_a_header_nothing_is_kept_in_clear(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "provider")
    rows = b"999900006;Jan de Wit;02A03;60\n999900018;Els;02A03;60\n"
    for mode in ("try", "keep"):
        with slow(sqlite_served, JobKind.CLAIM):
            asked = {"id": str(uuid7()), "mode": mode}
            visitor.client.post("/claims", data=asked, files=[("file", ("c.csv", rows))], headers=OWN_FORM)
    with sqlite_served.world.work() as work:
        found = work.session.scalars(select(Job)).all()
        assert len(found) == 2
        assert all(job.refusal for job in found)
        told = "".join(f"{job.asked}{job.refusal}{job.outcome}" for job in found).lower()
        assert work.session.scalars(select(JobFile)).all() == []
    assert not [each for each in ("999900006", "wit", "els", "02a03") if each in told]


def test_a_form_that_is_refused_is_told_why_to_both_who_sent_it(
    sqlite_served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor.of(sqlite_served, "finance")
    hidden = fields(visitor.page("/runs"), "/runs")
    real, times = jobs.mine, []

    def forgotten(work: Any, job_id: UUID, kind: JobKind) -> Job:
        times.append(1)
        if len(times) == 1:
            raise jobs.JobNotFound(id=job_id)
        return real(work, job_id, kind)

    monkeypatch.setattr(jobs, "mine", forgotten)
    answer = visitor.send("/runs", **hidden, until="2036-01-01", requestedOn="2036-01-01")
    assert "Deze dag moet nog komen" in shown(answer.text)


def test_what_was_tried_is_kept_with_the_other_button_of_the_same_form(sqlite_served: Served) -> None:
    visitor, id_ = Visitor.of(sqlite_served, "gatekeeper"), uuid7()
    sent(visitor, "try", message(1), id=id_)
    assert granted(sqlite_served) == 0
    sent(visitor, "keep", message(1), id=id_)
    assert granted(sqlite_served) == 1


def test_what_a_server_left_is_done_by_the_next_one(served: Served) -> None:
    """The first closes before it is done: as good as a crash, for what is asked is committed."""
    scene = Scene.over(served)
    visitor = Visitor.of(served, "finance")
    the_jobs(served).close()
    run = scene.drafted(visitor)
    assert "Er is nog ander werk voor" in shown(visitor.page(run))
    house = the_jobs(served).house
    with TestClient(build(house)):
        all_done(served)
    assert "Concept" in visitor.page(run)


def test_a_piece_that_breaks_off_is_tried_again_and_given_up_in_the_end(served: Served) -> None:
    scene = Scene.over(served)
    visitor, own, tries = Visitor.of(served, "finance"), the_jobs(served), []
    own.patience_s = 30.0
    real = own.doers[JobKind.DRAFT]

    def broken(desk: Desk, job: Job, tell: Tell) -> Piece:
        tries.append(job.id)
        piece = real.do(desk, job, tell)
        if len(tries) < most:
            raise ZeroDivisionError
        return piece

    own.doers = {**own.doers, JobKind.DRAFT: replace(real, do=broken)}
    most = 3
    run = scene.drafted(visitor)
    assert len(tries) == 3
    assert "Concept" in visitor.page(run)

    tries.clear()
    most = 99
    hidden = fields(visitor.page("/runs"), "/runs")
    answer = visitor.send("/runs", **hidden, until=scene.day, requestedOn=scene.day)
    assert (answer.status_code, len(tries)) == (500, 3)
    assert "Er ging bij ons iets mis" in shown(answer.text)
    assert visitor.see(f"/runs/{hidden['id'][0]}").status_code == 404, "nothing of it was kept"
    served.world.assert_books_agree()


def test_who_may_no_longer_do_it_when_it_is_done_has_nothing_done(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper")
    the_jobs(sqlite_served).close()
    where = sent(visitor, "keep", message(1)).headers["location"]
    with sqlite_served.world.work() as work:
        actors.disable(work, sqlite_served.actor_ids["gatekeeper"])
    the_jobs(sqlite_served).open()
    all_done(sqlite_served)
    assert granted(sqlite_served) == 0
    with sqlite_served.world.work() as work:
        job = work.session.get(Job, (work.municipality_id, UUID(where.rsplit("/", 1)[1])))
        assert job is not None
        assert job.refusal is not None
        assert "mag" in job.refusal["nl"]["detail"]
