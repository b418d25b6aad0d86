# SPDX-License-Identifier: EUPL-1.2
"""Row-level security on PostgreSQL: whoever forgets the municipality in a question gets nothing of another's.

The tests connect as the superuser that made the cluster, whom no policy binds; here the application
runs as an ordinary role that owns nothing, as in production.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from api.app import build
from api.deps import House
from ledger import db
from ledger.ids import uuid7
from ledger.keys import new_municipality_keys
from ledger.tables import Entitlement, LocalLogin, LoginSession, Municipality, Redemption, metadata
from tests.api.browsing import Visitor
from tests.api.served import ELSEWHERE, Served
from tests.api.test_login_pages import Els
from tests.world import DIEMEN, World

EXEMPT: frozenset[str] = frozenset()
"""Tables without policies; there are none."""


@pytest.fixture
def served(postgresql_engine: Engine) -> Served:
    """Two municipalities, made by the superuser."""
    return Served.over(World.build(postgresql_engine))


@pytest.fixture
def engine(postgresql_engine: Engine) -> Iterator[Engine]:
    """As an ordinary role with the rights an application needs."""
    with postgresql_engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS tegoed_app"))
        connection.execute(text("CREATE ROLE tegoed_app LOGIN"))
        connection.execute(
            text("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tegoed_app")
        )
    url = postgresql_engine.url.set(username="tegoed_app")
    ordinary = db.connect(url.render_as_string(hide_password=False))
    yield ordinary
    ordinary.dispose()
    with postgresql_engine.begin() as connection:
        connection.execute(text("DROP OWNED BY tegoed_app"))
        connection.execute(text("DROP ROLE tegoed_app"))


def test_every_table_of_a_municipality_is_forced(postgresql_engine: Engine) -> None:
    """The meta-test: a table that is added without policies is found here."""
    statement = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " (SELECT count(*) FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polcmd = '*'"
        "  AND p.polwithcheck IS NOT NULL)"
        " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'"
    )
    with postgresql_engine.connect() as connection:
        found = {name: (forced, policies) for name, forced, policies in connection.execute(statement)}
    assert found.keys() == metadata.tables.keys()
    assert {name for name, state in found.items() if state != (True, 1)} == EXEMPT


def test_the_application_works_as_an_ordinary_role(served: Served, engine: Engine) -> None:
    house = House(
        engine=engine,
        keyring={DIEMEN: served.world.keys, ELSEWHERE: new_municipality_keys(specimen=True)},
        now=lambda: served.world.now,
    )
    served.client.app = build(house)
    code = served.code_for(served.granted())
    for _ in range(3):
        served.redeemed(code)
    answer = served.get("auditor", "/v1/redemptions")
    assert len(answer.json()["items"]) == 3
    assert served.get("elsewhere_auditor", "/v1/redemptions").json()["items"] == []
    replace(served.world, engine=engine).assert_books_agree()


def test_a_session_is_found_before_its_municipality_is_known(served: Served, engine: Engine) -> None:
    keyring = {DIEMEN: served.world.keys, ELSEWHERE: new_municipality_keys(specimen=True)}
    served.client.app = build(House(engine=engine, keyring=keyring, now=lambda: served.world.now))
    for who, town in (("auditor", "Diemen"), ("elsewhere_auditor", "Utrecht")):
        visitor = Visitor.of(served, who)
        assert f"Gemeente {town}" in visitor.page("/runs")
        served.world.later(minutes=2)
        assert visitor.see("/runs").status_code == 200, "its use is noted"
        assert visitor.send("/logout").status_code == 303
    with db.reading(engine) as session:
        assert session.scalars(select(col(LoginSession.id))).all() == []
        db.act_for(session, DIEMEN)
        (row,) = session.scalars(select(LoginSession))
    assert (row.municipality_id, row.ended_at is None) == (DIEMEN, False)


def test_passwords_and_invitations_are_found_before_their_municipality_is_known(
    served: Served, engine: Engine
) -> None:
    keyring = {DIEMEN: served.world.keys, ELSEWHERE: new_municipality_keys(specimen=True)}
    served.client.app = build(House(engine=engine, keyring=keyring, now=lambda: served.world.now))
    els = Els(served=served)
    visitor = Visitor(served=served)
    assert els.log_in(visitor, totp="000000").status_code == 403
    assert els.log_in(visitor).status_code == 303
    assert "Ingelogd als finance" in visitor.page("/runs")
    assert 'action="/sessions/end-others"' in visitor.page("/sessions")
    visitor.done("/sessions/end-others")
    assert els.browser.see("/runs").status_code == 303
    with db.reading(engine) as session:
        assert session.scalars(select(col(LocalLogin.actor_id))).all() == []
        db.act_for(session, ELSEWHERE)
        assert session.scalars(select(col(LocalLogin.actor_id))).all() == []
        db.act_for(session, DIEMEN)
        assert session.scalars(select(col(LocalLogin.actor_id))).all() == [served.actor_ids["finance"]]


def test_a_question_that_forgets_the_municipality_sees_its_own_only(served: Served, engine: Engine) -> None:
    served.redeemed(served.code_for(served.granted()))
    with db.reading(engine) as session:
        assert session.scalars(select(col(Redemption.id))).all() == [], "no municipality: no rows"
    for municipality_id, count in ((DIEMEN, 1), (ELSEWHERE, 0)):
        with db.reading(engine) as session:
            db.act_for(session, municipality_id)
            assert len(session.scalars(select(col(Redemption.id))).all()) == count
            assert len(session.scalars(select(col(Entitlement.id))).all()) == count


def test_what_a_transaction_acted_for_ends_with_it(served: Served, engine: Engine) -> None:
    """A pooled connection brings nothing along for the next who uses it."""
    served.granted()
    with db.reading(engine) as session:
        db.act_for(session, DIEMEN)
        assert session.scalars(select(col(Entitlement.id))).all()
    with db.reading(engine) as session:
        assert session.scalars(select(col(Entitlement.id))).all() == []


def test_nothing_can_be_written_for_another_municipality(served: Served, engine: Engine) -> None:
    row = {"m": ELSEWHERE, "id": uuid7(), "at": served.world.now}
    strange = text("INSERT INTO person (municipality_id, id, recorded_at) VALUES (:m, :id, :at)")
    with db.reading(engine) as session:
        db.act_for(session, DIEMEN)
        with pytest.raises(DBAPIError, match="row-level security"):
            session.execute(strange, row)
    with db.transaction(engine) as session:
        db.act_for(session, DIEMEN)
        changed = session.execute(text("UPDATE municipality SET name = 'mine' WHERE true"))
        assert getattr(changed, "rowcount") == 1  # noqa: B009
    with db.reading(engine) as session:
        names = set(session.scalars(select(col(Municipality.name))))
    assert names == {"mine", "Utrecht"}


def test_without_the_policies_a_forgetful_question_sees_everything(
    served: Served, engine: Engine, postgresql_engine: Engine
) -> None:
    """The negative control."""
    served.redeemed(served.code_for(served.granted()))
    with postgresql_engine.begin() as connection:
        connection.execute(text("ALTER TABLE redemption DISABLE ROW LEVEL SECURITY"))
    with db.reading(engine) as session:
        db.act_for(session, ELSEWHERE)
        assert len(session.scalars(select(col(Redemption.id))).all()) == 1
