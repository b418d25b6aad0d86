# SPDX-License-Identifier: EUPL-1.2
"""The first promise: the QR of a letter, read from the rendered page, redeems at the served demo."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp

from ledger import ids
from tests.qr_reader import QR_ONLY

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types

TEGOED = (sys.executable, "-m", "cli")


def where(folder: Path) -> tuple[str, ...]:
    return ("--database", f"sqlite:///{folder}/demo.db", "--keys", f"{folder}/keys.json")


def told(folder: Path) -> Any:
    """The whole demo, in a process of its own."""
    words = (*TEGOED, "demo", *where(folder), "--out", f"{folder}/out", "--json")
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The served demo on a free port; gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*TEGOED, "serve", "--demo", "--port", str(port), *where(folder)])
    try:
        _wait(f"http://127.0.0.1:{port}/v1/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server stopped"
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


def qr_of(letter: str) -> str:
    """What a scanner reads from the first page."""
    picture = pypdfium2.PdfDocument(letter)[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, QR_ONLY)
    return str(found.text)


def test_the_code_on_the_letter_redeems_at_the_served_demo(tmp_path: Path) -> None:
    story = told(tmp_path)
    assert story["books_balance"] is True
    assert story["municipalities"] == 8
    assert story["redemptions"] > 3000
    assert story["redeemed_cents"] == story["settled_cents"] - story["to_give_back_cents"]
    example = json.loads(story["try_it"].split("-d '")[1].rstrip("'"))
    headers = {"Authorization": f"Bearer {story['api_keys']['provider']}"}
    with served(tmp_path) as url, httpx.Client(base_url=url, headers=headers, timeout=30) as provider:
        body = example | {"code": qr_of(story["letter"])}
        address = f"/v1/redemptions/{ids.uuid7()}"
        first = provider.put(address, json=body)
        assert first.status_code == 201, first.text
        assert first.json()["remainingQuantity"] == 2340
        again = provider.put(address, json=body)
        assert again.status_code == 200
        assert again.json() == first.json()
        altered = body["code"][:-1] + ("B" if body["code"].endswith("A") else "A")
        refused = provider.put(f"/v1/redemptions/{ids.uuid7()}", json=body | {"code": altered})
        assert refused.status_code == 409
        assert refused.json()["reasons"][0]["code"] == "code_unknown"
        tried = provider.put(story["try_it"].split()[3].removeprefix("http://127.0.0.1:8000"), json=example)
        assert tried.status_code == 201
    checked = subprocess.run(
        [*TEGOED, "check", "--all", "--json", *where(tmp_path)], capture_output=True, text=True, check=True
    )
    assert json.loads(checked.stdout)["books_balance"] is True
