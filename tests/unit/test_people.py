# SPDX-License-Identifier: EUPL-1.2
"""People: registered once, found exactly, every look noted, and nobody to be read in the file."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlmodel import Session, col

from ledger import access_log, db, keys, people
from ledger.access_log import Look, LookAction
from ledger.db import Work
from ledger.ids import uuid7
from ledger.people import (
    BsnRegistered,
    MandateEndsEarlier,
    MandateExistsWithOtherContent,
    MandateInput,
    MandateNotFound,
    PersonCorrectedSince,
    PersonErased,
    PersonExistsWithOtherContent,
    PersonInput,
    PersonNotFound,
    SearchBsn,
    SearchName,
)
from ledger.tables import AccessLog, MandateKind, Municipality, Person, VaultIndex, VaultRecord
from ledger.vault import Identity, VaultSealBroken

BORNE, ALMELO = "0147", "0141"
KEYS = {code: keys.new_municipality_keys(specimen=True) for code in (BORNE, ALMELO)}
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACTOR = uuid7()
WHY = "intake at the kitchen table"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    return with_municipalities(engine)


@pytest.fixture
def sqlite_engine(sqlite_engine: Engine) -> Engine:
    return with_municipalities(sqlite_engine)


def with_municipalities(engine: Engine) -> Engine:
    rows = [{"municipality_id": code, "name": f"Town {code}", "recorded_at": NOW} for code in (BORNE, ALMELO)]
    with db.transaction(engine) as session:
        session.connection().execute(insert(Municipality), rows)
    return engine


@contextmanager
def working(engine: Engine, municipality_id: str = BORNE) -> Iterator[Work]:
    with db.transaction(engine) as session:
        yield Work(session=session, municipality_id=municipality_id, actor_id=ACTOR, now=NOW)


def person(bsn: str | None = None, surname: str = "Verwolde", **more: object) -> PersonInput:
    about = {"bsn": bsn, "surname": surname, "birth_date": date(1950, 2, 28), "postcode": "7621AB"}
    return PersonInput.model_validate({"id": uuid7(), "identity": about, **more})


def with_identity(of: PersonInput, **changes: object) -> PersonInput:
    identity = of.identity.model_dump() | changes
    return of.model_copy(update={"identity": Identity.model_validate(identity)})


def looks(session: Session) -> list[tuple[str, UUID | None, str]]:
    rows = session.scalars(select(AccessLog).order_by(col(AccessLog.id))).all()
    assert {(row.actor_id, row.at) for row in rows} <= {(ACTOR, NOW)}
    return [(row.action, row.person_id, row.purpose) for row in rows]


def counts(session: Session) -> list[int]:
    tables = (Person, VaultRecord, VaultIndex)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


ANN_BSN, BOB_BSN = "999990019", "999990020"


# -- registering --


def test_the_same_person_twice_is_one_person(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        first = people.register(work, KEYS[BORNE], [ann, ann])
    with working(engine) as work:
        second = people.register(work, KEYS[BORNE], [ann])
        assert counts(work.session) == [1, 1, 2]
    assert [(each.person_id, each.is_new) for each in first + second] == [
        (ann.id, True),
        (ann.id, True),
        (ann.id, False),
    ]


@pytest.mark.parametrize("change", ["surname", "bsn", "area", "neighbourhood"])
def test_the_same_id_with_other_content_is_a_conflict(engine: Engine, change: str) -> None:
    ann = person(ANN_BSN)
    others = {
        "surname": with_identity(ann, surname="Other"),
        "bsn": with_identity(ann, bsn=None),
        "area": ann.model_copy(update={"area": "7622"}),
        "neighbourhood": ann.model_copy(update={"neighbourhood": "BU01470001"}),
    }
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        with pytest.raises(PersonExistsWithOtherContent):
            people.register(work, KEYS[BORNE], [others[change]])
        with pytest.raises(PersonExistsWithOtherContent):
            people.register(work, KEYS[BORNE], [person(BOB_BSN), others[change]])
        assert counts(work.session) == [1, 1, 2]


def test_a_number_belongs_to_one_person(engine: Engine) -> None:
    ann, double = person(ANN_BSN), person(ANN_BSN, "Other")
    with working(engine) as work:
        with pytest.raises(BsnRegistered):
            people.register(work, KEYS[BORNE], [ann, double])
        people.register(work, KEYS[BORNE], [ann])
        with pytest.raises(BsnRegistered) as refused:
            people.register(work, KEYS[BORNE], [double])
        assert refused.value.facts == {"person_id": ann.id, "asked_id": double.id}
        assert ANN_BSN not in str(refused.value)
        assert counts(work.session) == [1, 1, 2]


def test_two_who_register_one_number_at_the_same_time_make_one_person(engine: Engine) -> None:
    both = [person(ANN_BSN), person(ANN_BSN)]
    start = threading.Barrier(2)

    def register(one: PersonInput) -> str:
        start.wait()
        try:
            with working(engine) as work:
                people.register(work, KEYS[BORNE], [one])
                time.sleep(0.1)
        except BsnRegistered as refused:
            return refused.code
        return "registered"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(register, both)) == ["bsn_registered", "registered"]
    with working(engine) as work:
        assert counts(work.session) == [1, 1, 2]


def test_two_municipalities_may_know_the_same_person(engine: Engine) -> None:
    for code in (BORNE, ALMELO):
        with working(engine, code) as work:
            people.register(work, KEYS[code], [person(ANN_BSN)])
    with working(engine) as work:
        digests = work.session.scalars(select(col(VaultIndex.digest))).all()
    assert len(set(digests)) == 4


def test_who_has_no_number_can_be_registered_and_namesakes_too(engine: Engine) -> None:
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [person(), person()])
        assert counts(work.session) == [2, 2, 2]


def test_the_area_comes_from_the_address_unless_given(engine: Engine) -> None:
    given = [person(), person(area="7600"), with_identity(person(), postcode=None)]
    with working(engine) as work:
        people.register(work, KEYS[BORNE], given)
        rows = db.rows(work, Person, [each.id for each in given])
        assert [rows[each.id].area for each in given] == ["7621", "7600", None]


def test_nobody_at_all_is_no_work(engine: Engine) -> None:
    with working(engine) as work:
        assert people.register(work, KEYS[BORNE], []) == []
        assert people.correct(work, KEYS[BORNE], [], WHY) == []
        assert people.by_bsn(work, KEYS[BORNE], []) == {}
        assert people.read(work, KEYS[BORNE], [], WHY) == {}
        assert people.give(work, []) == []


# -- finding and reading --


def test_only_the_exact_number_or_name_and_day_finds_and_every_search_is_noted(engine: Engine) -> None:
    ann, bob = person(ANN_BSN, "Çelik-de Vries"), person(BOB_BSN, "Celik")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        found = [
            people.search(work, KEYS[BORNE], by, WHY)
            for by in (
                SearchBsn(bsn=ANN_BSN),
                SearchBsn(bsn="999990032"),
                SearchName(surname="celik de vries", birth_date=date(1950, 2, 28)),
                SearchName(surname="Celik", birth_date=date(1950, 2, 28)),
                SearchName(surname="Celik", birth_date=date(1950, 2, 27)),
                SearchName(surname="Celi", birth_date=date(1950, 2, 28)),
            )
        ]
        assert found == [[ann.id], [], [ann.id], [bob.id], [], []]
        whom = [ann.id, None, ann.id, bob.id, None, None]
        assert looks(work.session) == [("search", person_id, WHY) for person_id in whom]


def test_namesakes_born_on_one_day_are_both_found_and_both_noted(engine: Engine) -> None:
    both = [person(), person()]
    with working(engine) as work:
        people.register(work, KEYS[BORNE], both)
        by = SearchName(surname="verwolde", birth_date=date(1950, 2, 28))
        assert people.search(work, KEYS[BORNE], by, WHY) == [each.id for each in both]
        assert [person_id for _, person_id, _ in looks(work.session)] == [each.id for each in both]


def test_reading_who_somebody_is_is_noted(engine: Engine) -> None:
    ann, bob = person(ANN_BSN), person(BOB_BSN, "Other")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        assert people.read(work, KEYS[BORNE], [ann.id], WHY) == {ann.id: ann.identity}
        people.read(work, KEYS[BORNE], [bob.id], WHY, LookAction.LETTER)
        assert looks(work.session) == [("read", ann.id, WHY), ("letter", bob.id, WHY)]


def test_an_unknown_person_is_not_found_and_of_another_municipality_is_unknown(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
    with working(engine, ALMELO) as work:
        with pytest.raises(PersonNotFound):
            people.read(work, KEYS[ALMELO], [ann.id], WHY)
        assert people.search(work, KEYS[ALMELO], SearchBsn(bsn=ANN_BSN), WHY) == []
        assert people.by_bsn(work, KEYS[ALMELO], [ANN_BSN]) == {}


def test_an_import_finds_many_at_once_and_notes_each_hit(engine: Engine) -> None:
    ann, bob = person(ANN_BSN), person(BOB_BSN, "Other")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        found = people.by_bsn(work, KEYS[BORNE], [BOB_BSN, "999990032", ANN_BSN, BOB_BSN])
        assert found == {ANN_BSN: ann.id, BOB_BSN: bob.id}
        assert {(action, whom) for action, whom, _ in looks(work.session)} == {
            ("import", ann.id),
            ("import", bob.id),
        }
        assert len(looks(work.session)) == 2


def test_a_look_that_could_not_be_kept_is_a_bug(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
    with db.reading(engine) as session:
        work = Work(session=session, municipality_id=BORNE, actor_id=ACTOR, now=NOW)
        with pytest.raises(AssertionError, match="transaction"):
            people.read(work, KEYS[BORNE], [ann.id], WHY)
        with pytest.raises(AssertionError, match="transaction"):
            people.search(work, KEYS[BORNE], SearchBsn(bsn=BOB_BSN), WHY)


def test_a_look_without_a_purpose_is_refused(engine: Engine) -> None:
    with working(engine) as work, pytest.raises(ValueError, match="purpose"):
        people.search(work, KEYS[BORNE], SearchBsn(bsn=ANN_BSN), "  ")


def test_the_looks_at_one_person_come_in_pages_latest_first(engine: Engine) -> None:
    ann_id, bob_id = uuid7(), uuid7()
    with working(engine) as work:
        notes = [Look(action=LookAction.READ, person_id=ann_id, purpose=f"{n}") for n in range(5)]
        access_log.note(work, [*notes, Look(action=LookAction.READ, person_id=bob_id, purpose="bob")])
        assert access_log.note(work, []) == []
        first = access_log.of_person(work, ann_id, limit=3)
        rest = access_log.of_person(work, ann_id, before=first[-1].id, limit=3)
        assert [row.purpose for row in [*first, *rest]] == ["4", "3", "2", "1", "0"]
    with working(engine, ALMELO) as work:
        assert access_log.of_person(work, ann_id) == []


# -- correcting and erasing --


def test_who_moves_or_marries_is_corrected_and_found_by_what_is_right_now(engine: Engine) -> None:
    ann = person(ANN_BSN)
    now = with_identity(ann, surname="Nieuwenhuis", postcode="7622 CD")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        people.correct(work, KEYS[BORNE], [now, now], WHY)
        people.correct(work, KEYS[BORNE], [now], WHY)
        assert looks(work.session) == [("correct", ann.id, WHY)]
        assert people.read(work, KEYS[BORNE], [ann.id], WHY) == {ann.id: now.identity}
        old = SearchName(surname="Verwolde", birth_date=date(1950, 2, 28))
        new = SearchName(surname="Nieuwenhuis", birth_date=date(1950, 2, 28))
        assert people.search(work, KEYS[BORNE], old, WHY) == []
        assert people.search(work, KEYS[BORNE], new, WHY) == [ann.id]
        assert people.register(work, KEYS[BORNE], [now])[0].is_new is False
        assert counts(work.session) == [1, 1, 2]
    with working(engine) as work:
        assert db.rows(work, Person, [ann.id])[ann.id].area == "7622"


def corrected(work: Work, whom: PersonInput, **changes: object) -> PersonInput:
    return people.corrected(work, KEYS[BORNE], whom.id, changes, seen=people.mark(work, whom.id))


def test_what_is_not_named_stays_and_care_at_home_moves_along(engine: Engine) -> None:
    home = with_identity(person(ANN_BSN, neighbourhood="BU01470001"), gender="2")
    away = person(BOB_BSN, "Other", area="7600", neighbourhood="BU01470002")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [home, away])
        renamed = corrected(work, home, surname="Nieuwenhuis")
        assert renamed.identity == with_identity(home, surname="Nieuwenhuis").identity
        assert renamed.neighbourhood == "BU01470001"
        moved = corrected(work, home, postcode="7622CD")
        assert (moved.area, moved.neighbourhood) == (None, None), "correct() takes both from the address"
        elsewhere = corrected(work, away, postcode="7622CD")
        assert (elsewhere.area, elsewhere.neighbourhood) == ("7600", "BU01470002"), (
            "given elsewhere, it stays"
        )
        assert looks(work.session) == [], "nobody saw anything"
        with pytest.raises(ValueError, match="postcode"):
            corrected(work, home, postcode="x")


def test_nobody_is_corrected_who_was_corrected_since_they_were_shown(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        seen = people.mark(work, ann.id)
    with working(engine) as work:
        people.correct(work, KEYS[BORNE], [with_identity(ann, surname="Nieuwenhuis")], WHY)
    with working(engine) as work:
        for mark in (seen, "", "x"):
            with pytest.raises(PersonCorrectedSince):
                people.corrected(work, KEYS[BORNE], ann.id, {"surname": "x"}, seen=mark)
        with pytest.raises(PersonNotFound):
            people.corrected(work, KEYS[BORNE], uuid7(), {}, seen=seen)
        people.erase(work, ann.id)
        assert people.mark(work, ann.id) == ""
        with pytest.raises(PersonErased):
            people.corrected(work, KEYS[BORNE], ann.id, {}, seen="")


def test_the_same_correction_twice_is_one(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        seen = people.mark(work, ann.id)
    for _ in range(2):
        with working(engine) as work:
            once = people.corrected(work, KEYS[BORNE], ann.id, {"surname": "Nieuwenhuis"}, seen=seen)
            people.correct(work, KEYS[BORNE], [once], WHY)
    assert once.identity.surname == "Nieuwenhuis"


def test_who_is_erased_while_somebody_corrects_them_is_found_by_nothing(engine: Engine) -> None:
    ann = person(ANN_BSN)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann])
    has_begun, start = threading.Event(), threading.Barrier(2)

    def correct() -> None:
        start.wait()
        with working(engine) as work:
            people.correct(work, KEYS[BORNE], [with_identity(ann, surname="Nieuwenhuis")], WHY)
            has_begun.set()
            time.sleep(0.2)

    def erase() -> None:
        start.wait()
        has_begun.wait()
        with working(engine) as work:
            people.erase(work, ann.id)

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(correct), threads.submit(erase)]:
            each.result()
    with working(engine) as work:
        assert counts(work.session) == [1, 0, 0]
        assert people.search(work, KEYS[BORNE], SearchBsn(bsn=ANN_BSN), WHY) == []


def test_a_correction_cannot_take_the_number_of_somebody_else(engine: Engine) -> None:
    ann, bob = person(ANN_BSN), person(BOB_BSN, "Other")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        with pytest.raises(BsnRegistered):
            people.correct(work, KEYS[BORNE], [with_identity(bob, bsn=ANN_BSN)], WHY)
        with pytest.raises(PersonNotFound):
            people.correct(work, KEYS[BORNE], [person()], WHY)
        assert people.read(work, KEYS[BORNE], [bob.id], WHY) == {bob.id: bob.identity}


def test_who_is_erased_is_nobody_but_the_pseudonym_stays(engine: Engine) -> None:
    ann, bob = person(ANN_BSN), person(BOB_BSN, "Other")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        people.erase(work, ann.id)
        people.erase(work, ann.id)
        assert counts(work.session) == [2, 1, 2]
        assert people.read(work, KEYS[BORNE], [ann.id, bob.id], WHY) == {bob.id: bob.identity}
        assert people.search(work, KEYS[BORNE], SearchBsn(bsn=ANN_BSN), WHY) == []
        with pytest.raises(PersonErased):
            people.register(work, KEYS[BORNE], [ann])
        with pytest.raises(PersonErased):
            people.correct(work, KEYS[BORNE], [ann], WHY)
        assert people.register(work, KEYS[BORNE], [person(ANN_BSN)])[0].is_new
        with pytest.raises(PersonNotFound):
            people.erase(work, uuid7())
        assert ("erase", ann.id, "erasure_asked") in looks(work.session)


# -- what the file tells --


def stored(folder: Path) -> bytes:
    """Every byte of the database and its write-ahead log."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("ledger.db*")))


def test_the_whole_database_file_names_nobody(sqlite_engine: Engine, tmp_path: Path) -> None:
    ann = with_identity(
        person(ANN_BSN, "Verwolde"), street="Bekenhorst", phone="0612345678", email="a.v@example.org"
    )
    with working(sqlite_engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        people.search(work, KEYS[BORNE], SearchBsn(bsn=ANN_BSN), WHY)
        people.read(work, KEYS[BORNE], [ann.id], WHY)
    for _ in range(2):
        found = stored(tmp_path).lower()
        assert b"town 0147" in found, "the negative control: what is stored in the clear is seen"
        assert WHY.encode() in found
        assert ann.id.bytes in stored(tmp_path)
        for secret in (
            ANN_BSN,
            "Verwolde",
            "Bekenhorst",
            "0612345678",
            "example.org",
            "1950-02-28",
            "7621AB",
        ):
            assert secret.lower().encode() not in found
        with sqlite_engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def test_what_was_erased_is_overwritten_in_the_file(sqlite_engine: Engine, tmp_path: Path) -> None:
    ann = person(ANN_BSN)
    with working(sqlite_engine) as work:
        people.register(work, KEYS[BORNE], [ann])
        record = work.session.scalars(select(VaultRecord)).one()
    assert record.wrapped_key in stored(tmp_path)
    with working(sqlite_engine) as work:
        people.erase(work, ann.id)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert record.wrapped_key not in stored(tmp_path)
    assert record.sealed not in stored(tmp_path)


def test_rows_swapped_in_the_database_open_for_nobody(engine: Engine) -> None:
    ann, bob = person(ANN_BSN), person(BOB_BSN, "Other")
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        mine, other = (work.session.get_one(VaultRecord, (BORNE, each.id)) for each in (ann, bob))
        mine.wrapped_key, other.wrapped_key = other.wrapped_key, mine.wrapped_key
        mine.sealed, other.sealed = other.sealed, mine.sealed
        work.session.flush()
        with pytest.raises(VaultSealBroken):
            people.read(work, KEYS[BORNE], [ann.id], WHY)


# -- mandates --


def mandate(holder: PersonInput, representative: PersonInput, **more: object) -> MandateInput:
    about = {"holder_id": holder.id, "representative_id": representative.id, "kind": "mentor"}
    return MandateInput.model_validate({"id": uuid7(), **about, "valid_from": date(2026, 1, 1), **more})


def test_the_same_mandate_twice_is_one_mandate(engine: Engine) -> None:
    ann, bob = person(), person()
    given = mandate(ann, bob)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob])
        people.give(work, [given, given])
    with working(engine) as work:
        [row] = people.give(work, [given])
        assert (row.kind, row.valid_until, row.recorded_at) == (MandateKind.MENTOR, None, NOW)
        with pytest.raises(MandateExistsWithOtherContent):
            people.give(work, [given.model_copy(update={"kind": MandateKind.PARENT})])
        with pytest.raises(PersonNotFound):
            people.give(work, [mandate(ann, person())])


def test_nobody_represents_themself() -> None:
    ann = person()
    with pytest.raises(ValueError, match="own representative"):
        mandate(ann, ann)


def test_a_representative_acts_from_the_first_day_through_the_last(engine: Engine) -> None:
    ann, bob, cas = person(), person(), person()
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    with working(engine) as work:
        people.register(work, KEYS[BORNE], [ann, bob, cas])
        given = mandate(ann, bob, valid_from=first, valid_until=last)
        people.give(work, [given, mandate(cas, bob, valid_from=last), mandate(bob, cas)])

        def on(day: date) -> set[UUID]:
            return set(people.represented(work, bob.id, day))

        assert on(first - timedelta(days=1)) == set()
        assert on(first) == {ann.id}
        assert on(last) == {ann.id, cas.id}
        assert on(last + timedelta(days=1)) == {cas.id}
        people.end_mandate(work, given.id, date(2026, 3, 31))
        people.end_mandate(work, given.id, date(2026, 3, 31))
        assert on(date(2026, 3, 31)) == {ann.id}
        assert on(date(2026, 4, 1)) == set()
        with pytest.raises(MandateEndsEarlier) as refused:
            people.end_mandate(work, given.id, last)
        assert refused.value.last_day == date(2026, 3, 31)
        people.end_mandate(work, given.id, first - timedelta(days=1))
        assert on(first) == set()
        with pytest.raises(MandateNotFound):
            people.end_mandate(work, uuid7(), last)
