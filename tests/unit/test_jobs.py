# SPDX-License-Identifier: EUPL-1.2
"""Jobs: asked once, done piece by piece by one at a time, and never lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from ledger import db, jobs
from ledger.db import Work
from ledger.ids import uuid7
from ledger.jobs import (
    KEPT_FOR,
    LEFT_AFTER,
    TOLD_FOR,
    TRIES_MAX,
    File,
    JobExists,
    JobFilesGone,
    JobNotFound,
    JobOrder,
)
from ledger.tables import Job, JobFile, JobKind
from ledger.vault import VaultSealBroken
from tests.world import World

FILES = [File(name=f"{number}.xml", content=f"999900{number:03}".encode()) for number in range(5)]


def order(**changes: Any) -> JobOrder:
    id_ = changes.pop("id", None) or uuid7()
    return JobOrder(**{"id": id_, "kind": JobKind.ALLOCATIONS, "subject_id": id_} | changes)


def asked(world: World, files: list[File] = FILES, **changes: Any) -> JobOrder:
    made = order(**changes)
    with world.work() as work:
        jobs.ask(work, world.keys, made, files)
    return made


def in_hand(work: Work, made: JobOrder) -> Job:
    """The job, held by who does it."""
    job = jobs.held(work, made.id)
    assert job is not None
    return job


def kept(world: World) -> int:
    with world.work() as work:
        return len(work.session.scalars(select(col(JobFile.number))).all())


def test_the_same_asked_twice_is_one_job_and_other_content_is_refused(world: World) -> None:
    made = asked(world)
    with world.work() as work:
        assert jobs.ask(work, world.keys, made, FILES).recorded_at == world.now
    for other, files in (
        (made, FILES[:4]),
        (made, [*FILES[:4], File(name="4.xml", content=b"x")]),
        (made.model_copy(update={"kind": JobKind.CLAIM}), FILES),
    ):
        with world.work() as work, pytest.raises(JobExists):
            jobs.ask(work, world.keys, other, files)
    with world.work(actor_id=uuid7()) as work, pytest.raises(JobExists):
        jobs.ask(work, world.keys, made, FILES)
    assert kept(world) == 5


def test_it_is_done_in_pieces_and_its_files_are_taken_away_with_the_last(world: World) -> None:
    made = asked(world)
    read = []
    for size in (2, 2, 1):
        with world.work() as work:
            assert jobs.begin(work) is not None
        with world.work() as work:
            job = in_hand(work, made)
            found = jobs.files(work, world.keys, job, 2)
            assert len(found) == size
            read += found
            jobs.get_on(work, job, len(found), {"read": len(read)})
    assert read == FILES
    with world.work() as work:
        job = jobs.mine(work, made.id, JobKind.ALLOCATIONS)
        assert (job.done_count, job.outcome, job.finished_at) == (5, {"read": 5}, world.now)
        assert jobs.begin(work) is None
        assert jobs.held(work, made.id) is None
    assert kept(world) == 0


def test_what_a_piece_did_is_kept_with_the_note_of_it_or_not_at_all(world: World) -> None:
    made = asked(world)

    def broken_off() -> None:
        with world.work() as work:
            job = in_hand(work, made)
            jobs.get_on(work, job, 2, {"read": 2})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    with world.work() as work:
        assert jobs.mine(work, made.id, JobKind.ALLOCATIONS).done_count == 0


def test_who_does_a_job_holds_it_and_another_passes_it_by(world: World) -> None:
    first, second = asked(world), asked(world)
    with world.work() as work:
        assert jobs.held(work, first.id) is not None
        if world.engine.dialect.name == "sqlite":
            another = db.SQLITE.connect(world.engine.url.database, timeout=0)
            with pytest.raises(db.SQLITE.OperationalError, match="locked"):
                another.execute("BEGIN IMMEDIATE")
            return  # one writer at a time: nobody else gets as far as the job
        with world.work() as other_work:
            assert jobs.held(other_work, first.id) is None
            begun = jobs.begin(other_work)
            assert begun is not None
            assert begun.id == second.id


def test_a_job_that_breaks_off_each_time_is_given_up_and_one_that_gets_on_is_not(world: World) -> None:
    made = asked(world)
    for _ in range(TRIES_MAX):
        with world.work() as work:
            assert jobs.begin(work) is not None
    with world.work() as work:
        job = in_hand(work, made)
        jobs.get_on(work, job, 1, {})
    for _ in range(TRIES_MAX):
        with world.work() as work:
            assert jobs.begin(work) is not None
    with world.work() as work:
        assert jobs.begin(work) is None
        job = jobs.mine(work, made.id, JobKind.ALLOCATIONS)
        assert (job.refusal, job.finished_at) == ({}, world.now)


def test_a_trial_waits_a_day_to_be_kept(world: World) -> None:
    made = asked(world, is_trial=True)
    with world.work() as work:
        job = in_hand(work, made)
        jobs.get_on(work, job, 5, {"read": 5})
    with world.work() as work:
        job = jobs.keep(work, made.id, JobKind.ALLOCATIONS)
        assert (job.is_trial, job.done_count, job.finished_at, job.outcome) == (False, 0, None, {})
    with world.work() as work:
        assert jobs.keep(work, made.id, JobKind.ALLOCATIONS).recorded_at == world.now, (
            "once more changes nothing"
        )
        job = in_hand(work, made)
        assert jobs.files(work, world.keys, job, 9) == FILES
        jobs.get_on(work, job, 5, {"read": 5})

    late = asked(world, is_trial=True)
    with world.work() as work:
        job = in_hand(work, late)
        jobs.get_on(work, job, 5, {})
    world.now += KEPT_FOR + timedelta(seconds=1)
    with world.work() as work, pytest.raises(JobFilesGone):
        jobs.keep(work, late.id, JobKind.ALLOCATIONS)
    with world.work() as work:
        assert jobs.is_due(work)
        jobs.begin(work)
        assert not jobs.is_due(work)
    assert kept(world) == 0
    with world.work() as work, pytest.raises(JobFilesGone):
        jobs.keep(work, late.id, JobKind.ALLOCATIONS)


def test_a_job_is_of_who_asked(world: World) -> None:
    made = asked(world)
    with world.work(actor_id=uuid7()) as work:
        for act in (jobs.mine, jobs.keep):
            with pytest.raises(JobNotFound):
                act(work, made.id, JobKind.ALLOCATIONS)
        jobs.forget(work, made.id, JobKind.ALLOCATIONS)
        assert jobs.own(work, JobKind.ALLOCATIONS, limit=5) == []
    with world.work() as work:
        assert [job.id for job in jobs.own(work, JobKind.ALLOCATIONS, limit=5)] == [made.id]
        assert jobs.own(work, JobKind.CLAIM, limit=5) == []
        with pytest.raises(JobNotFound):
            jobs.mine(work, made.id, JobKind.CLAIM)


def test_what_was_tried_is_kept_by_asking_it_for_good(world: World) -> None:
    made = asked(world, is_trial=True)
    with world.work() as work:
        job = in_hand(work, made)
        jobs.get_on(work, job, 5, {"read": 5})
    with world.work() as work:
        job = jobs.ask(work, world.keys, made.model_copy(update={"is_trial": False}), FILES)
        assert (job.is_trial, job.finished_at) == (False, None)


def test_a_job_that_is_left_is_due_and_one_that_is_in_hand_is_passed_by(world: World) -> None:
    made = asked(world)
    with world.work() as work:
        assert not jobs.is_due(work), "who asked just now begins with it"
    world.now += LEFT_AFTER + timedelta(seconds=1)
    with world.work() as work:
        assert jobs.is_due(work)
        assert not jobs.is_due(work, but={made.id})
        assert jobs.begin(work, but={made.id}) is None
        job = jobs.begin(work)
        assert job is not None
        assert (job.id, job.tries) == (made.id, 1)
        with pytest.raises(AssertionError):
            jobs.get_on(work, job, 0, {})


def test_a_refused_trial_leaves_no_file_and_what_came_of_a_job_is_told_for_two_months(world: World) -> None:
    made = asked(world, is_trial=True)
    with world.work() as work:
        job = in_hand(work, made)
        jobs.finish(work, job, {"read": 1}, refusal={"nl": {}})
    assert kept(world) == 0
    world.now += TOLD_FOR - timedelta(seconds=1)
    with world.work() as work:
        jobs.begin(work)
        assert jobs.mine(work, made.id, JobKind.ALLOCATIONS).outcome == {"read": 1}
    world.now += timedelta(seconds=2)
    with world.work() as work:
        jobs.begin(work)
    with world.work() as work, pytest.raises(JobNotFound):
        jobs.mine(work, made.id, JobKind.ALLOCATIONS)


def test_of_a_run_what_is_being_done_is_told_before_what_was_asked_later(world: World) -> None:
    run = uuid7()
    first = asked(world, [], kind=JobKind.RELEASE, subject_id=run)
    later = asked(world, [], kind=JobKind.RELEASE, subject_id=run)
    asked(world, subject_id=run)  # a batch under the same id says nothing of the run
    with world.work() as work:
        job = in_hand(work, later)
        jobs.finish(work, job, {}, refusal={"nl": {}})
        found = jobs.newest_of(work, run)
        assert found is not None
        assert found.id == first.id


def test_a_job_of_which_something_was_done_is_not_forgotten(world: World) -> None:
    made = asked(world)
    with world.work() as work:
        job = in_hand(work, made)
        jobs.get_on(work, job, 1, {"read": 1})
        jobs.finish(work, job, job.outcome, refusal={"nl": {}})
        jobs.forget(work, made.id, JobKind.ALLOCATIONS)
    with world.work() as work:
        assert jobs.mine(work, made.id, JobKind.ALLOCATIONS).outcome == {"read": 1}


def test_only_a_refused_job_is_forgotten(world: World) -> None:
    made = asked(world)
    with world.work() as work:
        jobs.forget(work, made.id, JobKind.ALLOCATIONS)
        job = in_hand(work, made)
        jobs.finish(work, job, {}, refusal={"nl": {}})
    with world.work() as work:
        jobs.forget(work, made.id, JobKind.ALLOCATIONS)
    with world.work() as work, pytest.raises(JobNotFound):
        jobs.mine(work, made.id, JobKind.ALLOCATIONS)
    assert kept(world) == 0


def test_no_file_can_be_read_or_put_elsewhere_in_the_database(world: World) -> None:
    made = asked(world, files=[File(name="de Vries.xml", content=b"999900006"), FILES[1]])
    with world.work() as work:
        stored = b"".join(work.session.scalars(select(col(JobFile.sealed))))
        assert b"999900" not in stored
        assert b"Vries" not in stored
        swapped = text("UPDATE job_file SET number = number + 10 WHERE number = 0")
        work.session.connection().execute(swapped)
    with world.work() as work:
        job = work.session.get(Job, (world.municipality_id, made.id))
        assert job is not None
        job.done_count = 10
        with pytest.raises(VaultSealBroken):
            jobs.files(work, world.keys, job, 1)
