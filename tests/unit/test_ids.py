# SPDX-License-Identifier: EUPL-1.2
"""Ids: UUIDv7 that only grow in one process, repeat under a seed, and follow from a parent and a name."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ids import NOBODY, Mint, derived, is_uuid7, seeded, uuid7

NOON = datetime(2026, 6, 10, 10, tzinfo=UTC)
NOON_MS = 1_781_085_600_000


def ms_of(value: UUID) -> int:
    return value.int >> 80


def test_ids_are_version_7_and_each_is_greater_than_the_one_before() -> None:
    made = [uuid7() for _ in range(2000)]
    assert all(is_uuid7(each) and each.variant == "specified in RFC 4122" for each in made)
    assert all(earlier < later for earlier, later in pairwise(made))


def test_threads_never_make_the_same_id() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]

    def mint(into: list[UUID]) -> None:
        into.extend(uuid7() for _ in range(500))

    threads = [threading.Thread(target=mint, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [each for part in made for each in part]
    assert len(set(every)) == len(every) == 4000
    assert all(part == sorted(part) for part in made)


def test_an_id_bears_the_moment_it_was_made() -> None:
    assert ms_of(Mint(lambda: NOON_MS, lambda bits: 0).new()) == NOON_MS
    assert datetime.fromtimestamp(NOON_MS / 1000, UTC) == NOON


def test_a_clock_that_is_set_back_does_not_set_back_ids() -> None:
    mint = Mint(iter([NOON_MS, NOON_MS - 60_000, NOON_MS + 1]).__next__, lambda bits: 0)
    made = [mint.new() for _ in range(3)]
    assert made == sorted(made)
    assert [ms_of(each) for each in made] == [NOON_MS, NOON_MS, NOON_MS + 1]


def test_the_highest_random_bits_still_leave_room_to_grow() -> None:
    mint = Mint(lambda: NOON_MS, lambda bits: (1 << bits) - 1)
    made = [mint.new() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {ms_of(each) for each in made} == {NOON_MS}


def test_a_seed_gives_the_same_ids_again() -> None:
    def some() -> list[UUID]:
        with seeded(7, NOON):
            return [uuid7() for _ in range(5)]

    assert some() == some()
    assert {ms_of(each) for each in some()} == {NOON_MS}
    assert ms_of(uuid7()) != NOON_MS


def test_a_seed_ends_also_after_an_error() -> None:
    with pytest.raises(KeyError), seeded(7, NOON):
        raise KeyError
    assert uuid7() not in some_seeded()


def some_seeded() -> Iterator[UUID]:
    with seeded(7, NOON):
        yield from [uuid7() for _ in range(5)]


@given(st.uuids(), st.text(max_size=30), st.text(max_size=30))
def test_a_derived_id_follows_from_its_parent_and_its_name(parent: UUID, name: str, other: str) -> None:
    made = derived(parent, name)
    assert is_uuid7(made)
    assert made == derived(parent, name)
    assert (made == derived(parent, other)) is (name == other)
    assert ms_of(made) == ms_of(parent)


def test_other_versions_are_no_uuid7() -> None:
    assert not is_uuid7(uuid4())
    assert not is_uuid7(NOBODY)
    assert not is_uuid7(UUID(int=7 << 76))
