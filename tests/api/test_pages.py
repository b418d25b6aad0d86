# SPDX-License-Identifier: EUPL-1.2
"""The pages: in the language of who reads, honest about a demo, loading nothing; and the settings."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import build, create_app
from api.deps import House
from api.pages.html import POLICY
from api.settings import Settings
from ledger import db, keys, migrations


def _client(*, demo: bool = False) -> TestClient:
    return TestClient(build(House(engine=db.connect("sqlite://"), keyring={}, demo=demo)))


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "aanbieders"), ("en", "providers"), ("de", "aanbieders")]
)
def test_the_start_page_speaks_the_readers_language(language: str, words: str) -> None:
    answer = _client().get("/", headers={"Accept-Language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert words in answer.text
    assert {"/v1/docs", "/v1/openapi.json"} <= set(re.findall(r'href="([^"]+)"', answer.text))


@pytest.mark.parametrize(("language", "words"), [("nl", "demonstratie"), ("en", "demonstration")])
def test_a_demo_says_so_and_nothing_else_does(language: str, words: str, tmp_path: Path) -> None:
    headers = {"Accept-Language": language}
    engine = db.connect(f"sqlite:///{tmp_path}/demo.db")
    migrations.upgrade(engine)
    demo = TestClient(build(House(engine=engine, keyring={}, demo=True)))
    assert words in demo.get("/", headers=headers).text
    assert words not in _client().get("/", headers=headers).text


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    answer = _client().get("/v1/docs")
    assert answer.headers["content-security-policy"] == POLICY
    assert not re.search(r"<script|<img|<link|<iframe|\bon\w+=|style=|url\(|@import", answer.text)


def test_the_reference_shows_every_operation_and_shape() -> None:
    client = _client()
    text, document = client.get("/v1/docs").text, client.get("/v1/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in text
            assert f'href="#{operation["operationId"]}"' in text
    assert "**" not in text.split("<nav")[0]  # the description is rendered, not quoted
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors


def test_settings_come_from_the_environment_and_name_what_is_missing() -> None:
    environment = {"TEGOED_DATABASE": "sqlite:///x.db", "TEGOED_KEYS": "keys.json", "TEGOED_DEMO": "1"}
    assert Settings.of_environment(environment) == Settings(
        database="sqlite:///x.db", keys=Path("keys.json"), demo=True
    )
    assert Settings.of_environment({**environment, "TEGOED_DEMO": "0"}).demo is False
    with pytest.raises(ValueError, match="TEGOED_DATABASE, TEGOED_KEYS"):
        Settings.of_environment({})


def test_an_installation_is_healthy_when_its_database_is_migrated(tmp_path: Path) -> None:
    keys.write(tmp_path / "keys.json", {"0384": keys.new_municipality_keys()})
    url = f"sqlite:///{tmp_path}/ledger.db"
    settings = Settings(database=url, keys=tmp_path / "keys.json")
    with TestClient(create_app(settings)) as client:
        assert client.get("/v1/health").json()["status"] == "migration_needed"
        migrations.upgrade(db.connect(url))
        assert client.get("/v1/health").json()["status"] == "ok"
