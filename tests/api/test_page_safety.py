# SPDX-License-Identifier: EUPL-1.2
"""What a page never does: take a form from elsewhere, run what somebody typed, tell a browser too little."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from api.pages import look, origin, templates
from ledger.ids import uuid7
from ledger.tables import Role
from tests.api.browsing import HOST, OWN_FORM, Scene, Visitor, boxes, fields, shown
from tests.api.served import Served

FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.tegoed.test"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "https://tegoed.test.evil.test"},
    {"Origin": "https://["},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    {},
]
"""What a browser, or none, says of a form that is not ours."""


@pytest.fixture
def scene(sqlite_served: Served) -> Scene:
    return Scene.over(sqlite_served, lines=1)


def test_a_form_from_elsewhere_does_nothing_whoever_is_logged_in(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance = Visitor.of(scene.served, "finance")
    run = scene.drafted(finance)
    for headers in FOREIGN:
        for path, form in (
            (f"{run}/submit", {}),
            (f"{run}/withdraw", {"reason": "weg"}),
            ("/runs", {"id": str(uuid7()), "until": scene.day, "requestedOn": scene.day}),
            ("/bank", {}),
            ("/logout", {}),
            ("/login", {"key": scene.served.secrets["auditor"]}),
        ):
            answer = finance.send(path, headers=headers, **form)
            assert answer.status_code == 403, (headers, path)
            assert "Dit formulier komt niet van deze site" in answer.text
    assert "Concept" in finance.page(run), "still a draft, and still logged in"
    assert "Ingelogd als finance" in shown(finance.page("/runs"))
    for headers in ({"Origin": HOST}, {"Sec-Fetch-Site": "same-origin"}):
        assert finance.send(f"{run}/submit", headers=headers).status_code in {303, 409}
    with monkeypatch.context() as without:  # the negative control
        without.setattr(origin, "is_own", lambda request: True)
        taken = finance.send(f"{run}/withdraw", headers=FOREIGN[0], reason="weg")
    assert (taken.status_code, "Ingetrokken" in finance.page(run)) == (303, True)


def test_the_cookie_is_for_this_host_alone_and_no_script(sqlite_served: Served) -> None:
    visitor = Visitor(served=sqlite_served)
    answer = visitor.send("/login", key=sqlite_served.secrets["finance"])
    name, *rest = [each.strip() for each in answer.headers["set-cookie"].split(";")]
    assert name.startswith("__Host-tegoed=")
    assert len(name.removeprefix("__Host-tegoed=")) >= 43, "256 bits"
    assert {each.lower() for each in rest} == {"path=/", "secure", "httponly", "samesite=strict"}
    key = sqlite_served.secrets["finance"]
    local = visitor.client.post(
        "http://127.0.0.1:8000/login", data={"key": key}, headers={"Origin": "http://127.0.0.1:8000"}
    )
    assert local.headers["set-cookie"].startswith("tegoed=")
    assert "secure" not in local.headers["set-cookie"].lower()
    bare = visitor.client.post(
        "http://tegoed.test/login", data={"key": key}, headers={"Origin": "http://tegoed.test"}
    )
    assert "set-cookie" not in bare.headers
    assert "Hier kunt u niet veilig inloggen" in bare.text
    assert 'name="key"' not in bare.text


def test_every_page_loads_our_own_style_and_nothing_else(scene: Scene) -> None:
    finance = Visitor.of(scene.served, "finance")
    run = scene.drafted(finance)
    for path in ("/login", "/runs", run, f"{run}/lines", "/bank", "/payees", "/runs/nothing", "/bank/x/y"):
        answer = finance.see(path)
        assert answer.headers["content-type"] == "text/html; charset=utf-8", path
        assert answer.headers["content-security-policy"] == templates.POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin", "no-referrer would hide our own forms"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["strict-transport-security"]
        assert not re.search(r"<script|<style|<iframe|<img|\bon\w+=|style=|javascript:", answer.text)
        loaded = re.findall(r'<link [^>]*href="([^"]+)"', answer.text)
        own = {f"/static/{name}" for name in look.FILES}
        assert all(each.split("?")[0] in own or each.startswith("/static/themes/") for each in loaded)
        for each in loaded:
            assert finance.see(each).status_code == 200
    assert finance.see("/static/../app.py").status_code == 404
    assert finance.see("/static/__init__.py").status_code == 404


def test_only_the_scanner_uses_scripts_and_the_camera(scene: Scene) -> None:
    provider = Visitor.of(scene.served, "provider")
    answer = provider.see("/scan")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert not re.search(r"<script(?! type=\"module\" src=\"/static/)|<style|\bon\w+=|style=", answer.text)
    assert "camera=()" in provider.see("/today").headers["permissions-policy"]
    assert "script-src" not in provider.see("/today").headers["content-security-policy"]


def test_files_of_others_are_as_they_came() -> None:
    """A wrong byte in what runs at the door is seen."""
    folder = Path(look.__file__).parent / "vendor"
    listed = dict(line.split()[::-1] for line in (folder / "CHECKSUMS").read_text().splitlines())
    assert listed.keys() | {"CHECKSUMS", "README.md"} == {each.name for each in folder.iterdir()}
    for name, checksum in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum, name


def test_what_somebody_typed_stays_text(scene: Scene) -> None:
    script, other_way = "<script>alert(1)</script>", "\u202eabc\u202c"
    name = f"{script}\"'{other_way}&amp;{'x' * 70}"[:70]
    scene.rename(name)
    scene.served.account(name, Role.FINANCE)
    finance, hostile = Visitor.of(scene.served, "finance"), Visitor.of(scene.served, name)
    run = scene.drafted(hostile)
    lines = f"{run}/lines"
    note = f"{script} {other_way} {'y' * 120}"
    mark: dict[str, Any] = {"line": boxes(hostile.page(lines)), "kind": "held", "reason": "other"}
    pages = [
        hostile.done(lines, **mark, note=note),
        hostile.send(lines, **{**mark, "kind": note, "note": note}).text,
        hostile.page(run),
        finance.page(run),
        finance.page(f"{lines}/{boxes(finance.page(lines))[0]}"),
        finance.send("/runs", id=script, until=script, requestedOn='"><script>alert(1)</script>').text,
        finance.send(f"{run}/withdraw", reason=f'"><script>{"z" * 600}').text,
    ]
    for page in pages:
        assert "<script" not in page
        assert "&lt;script&gt;" in page
    assert f"<bdi>{script}".replace("<s", "&lt;s").replace("</", "&lt;/") not in pages[0]
    assert re.search(r"<bdi[^>]*>&lt;script&gt;", pages[0]), "a name keeps its direction to itself"


def test_what_goes_wrong_on_a_page_is_told_as_a_page(scene: Scene) -> None:
    finance = Visitor.of(scene.served, "finance")
    for path, status in (
        (f"/runs/{uuid7()}", 404),
        ("/runs/x", 404),
        ("/runs?colour=red", 400),
        ("/runs?before=x", 400),
        (f"/runs/{uuid7()}/nothing", 404),
        (f"/bank/payments/{uuid7()}", 404),
    ):
        answer = finance.see(path)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"].startswith("text/html")
        assert "Ingelogd als" in answer.text or path.endswith("nothing")
    assert finance.see("/v1/nothing").headers["content-type"] == "application/problem+json"
    large = finance.upload(b"x" * 25_200_000)
    assert (large.status_code, "Dit bestand is te groot" in large.text) == (413, True)
    broken = finance.client.post(
        "/bank",
        content=b"--x\r\nbad",
        headers={**OWN_FORM, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert broken.status_code == 400
    many: dict[str, Any] = {"line": [str(uuid7()) for _ in range(1001)], "kind": "seen"}
    run = scene.drafted(finance)
    assert finance.send(f"{run}/lines", **many).status_code == 400
    assert fields(finance.page("/runs"), "/runs")["id"]
    scene.served.world.engine.dispose()
    with scene.served.world.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE login_session RENAME TO gone")
        connection.commit()
    away = finance.see("/runs")
    assert (away.status_code, "Even niet bereikbaar" in away.text) == (503, True)
    assert away.headers["retry-after"] == "5"
