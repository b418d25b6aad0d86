# SPDX-License-Identifier: EUPL-1.2
"""The served product killed with SIGKILL under load: nothing acknowledged is lost, the rest is answered."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ledger import db, migrations
from tests import figures, postgres
from tests.faults.postmaster import Postmaster
from tests.faults.reckoning import Kind
from tests.faults.service import PRODUCT, Nursery, Product
from tests.faults.siege import Siege
from tests.world import World

Strike = Callable[[Siege], None]
SEED = 11


@pytest.fixture
def durable_engine() -> Iterator[Engine]:
    """PostgreSQL as an installation has it, with fsync, in a server of its own that may be killed."""
    with postgres.cluster(settings=("fsync=on",)) as url:
        engine = db.connect(url)
        migrations.upgrade(engine)
        yield engine
        engine.dispose()


def besieged(
    world: World,
    nursery: Nursery,
    folder: Path,
    strikes: Sequence[Strike],
    *,
    factory: str = PRODUCT,
    audits_every: int = 1,
) -> Siege:
    """As many rounds as strikes, in one database that was killed before; noted with the figures."""
    began = time.monotonic()
    product = Product.over(world, nursery, folder, factory=factory)
    siege = Siege(world=world, product=product, folder=folder, seed=SEED)
    with product.running():
        for number, strike in enumerate(strikes, 1):
            siege.round(number, strike, audits=number % audits_every == 0 or number == len(strikes))
    if factory == PRODUCT:
        noted(siege, time.monotonic() - began)
    return siege


def noted(siege: Siege, seconds: float) -> None:
    """For the figures."""
    counts = {name.replace(" ", "_"): number for name, number in siege.counts.items() if name != "kills"}
    figures.note(
        "T4 kill -9",
        database=siege.world.engine.dialect.name,
        trials=siege.counts["kills"],
        failures=len(siege.findings),
        of="kills",
        seconds=seconds,
        seed=SEED,
        **counts,
    )


# --------------------------------------------------------------------------------------- strikes


def on_the_api(siege: Siege) -> None:
    """SIGKILL of the served product."""
    siege.product.kill()


def on_the_database(siege: Siege) -> None:
    """SIGKILL of the postmaster; the product lives on, and clients go on asking it."""
    postmaster = Postmaster.of(siege.world.engine)
    postmaster.kill()
    time.sleep(0.1)
    postmaster.start()
    time.sleep(0.1)


def on_the_database_at_once(siege: Siege) -> None:
    """The immediate stop of PostgreSQL; the same."""
    postmaster = Postmaster.of(siege.world.engine)
    postmaster.stop_at_once()
    postmaster.start()
    time.sleep(0.1)


def on_both(siege: Siege) -> None:
    """The postmaster, and the product before it could know."""
    postmaster = Postmaster.of(siege.world.engine)
    postmaster.kill()
    siege.product.kill()
    postmaster.start()


ALL: tuple[Strike, ...] = (on_the_api, on_the_database, on_both, on_the_database_at_once)


# --------------------------------------------------------------------------------------- promises


def test_a_killed_service_keeps_what_it_acknowledged_once(
    sqlite_world: World, nursery: Nursery, tmp_path: Path
) -> None:
    siege = besieged(sqlite_world, nursery, tmp_path, [on_the_api] * 4)
    assert siege.findings == []


def test_a_killed_service_and_a_killed_postgresql_keep_what_was_acknowledged_once(
    durable_engine: Engine, nursery: Nursery, tmp_path: Path
) -> None:
    siege = besieged(World.build(durable_engine), nursery, tmp_path, ALL)
    assert siege.findings == []


@pytest.mark.prove
def test_a_service_killed_100_times_keeps_what_it_acknowledged_once(
    sqlite_world: World, nursery: Nursery, tmp_path: Path
) -> None:
    strikes = [on_the_api] * int(100 * figures.scale())
    assert besieged(sqlite_world, nursery, tmp_path, strikes, audits_every=10).findings == []


@pytest.mark.prove
def test_a_service_and_postgresql_killed_100_times_keep_what_was_acknowledged_once(
    durable_engine: Engine, nursery: Nursery, tmp_path: Path
) -> None:
    strikes = list(islice(cycle(ALL), int(100 * figures.scale())))
    world = World.build(durable_engine)
    assert besieged(world, nursery, tmp_path, strikes, audits_every=10).findings == []


# ------------------------------------------------------------------------------ negative controls


def until_seen(besiege: Callable[[int], Siege], kind: Kind, *, tries: int = 5) -> None:
    """A mistake that the siege sees in one of so many kills; otherwise the tests above prove nothing."""
    for number in range(1, tries + 1):
        siege = besiege(number)
        if kind in {each.kind for each in siege.findings}:
            return
    pytest.fail(f"{tries} kills and {kind} was never seen")


@pytest.mark.parametrize(
    ("factory", "kind"),
    [("acknowledging_first", Kind.LOST), ("in_two_transactions", Kind.BOOKS)],
)
def test_a_mistaken_product_is_seen(
    sqlite_world: World, nursery: Nursery, tmp_path: Path, factory: str, kind: Kind
) -> None:
    """Acknowledged before the commit: lost. A redemption committed before its entries: the audit says so."""
    siege = Siege(
        world=sqlite_world,
        product=Product.over(sqlite_world, nursery, tmp_path, factory=f"tests.faults.mistaken:{factory}"),
        folder=tmp_path,
        seed=SEED,
    )

    def besiege(number: int) -> Siege:
        siege.round(number, on_the_api)
        return siege

    with siege.product.running():
        until_seen(besiege, kind)


def test_a_postgresql_that_acknowledges_before_it_has_written_is_seen(
    durable_engine: Engine, nursery: Nursery, tmp_path: Path
) -> None:
    """synchronous_commit off: what was acknowledged last is gone when the postmaster is killed."""
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'"):
        with durable_engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
    with durable_engine.connect() as connection:
        connection.execute(text("SELECT pg_reload_conf()"))
    world = World.build(durable_engine)
    siege = Siege(world=world, product=Product.over(world, nursery, tmp_path), folder=tmp_path, seed=SEED)

    def besiege(number: int) -> Siege:
        siege.round(number, on_both)
        return siege

    with siege.product.running():
        until_seen(besiege, Kind.LOST)
