# SPDX-License-Identifier: EUPL-1.2
"""The commands explain themselves, are documented, and start fast."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.__main__ import app
from cli.faults import Status

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
HEAVY = (
    "sqlalchemy",
    "sqlmodel",
    "pydantic",
    "fastapi",
    "uvicorn",
    "typst",
    "cryptography",
    "lxml",
    "alembic",
)


def commands(group: Any, *before: str) -> Iterator[tuple[str, ...]]:
    """Every command by its words."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, *before, name)
        else:
            yield (*before, name)


COMMANDS = sorted(commands(get_command(app)))


def test_the_commands_of_the_design_are_there() -> None:
    wanted = "init load grant letter quote redeem reverse balance check export serve migrate demo"
    assert {(word,) for word in wanted.split()} <= set(COMMANDS)
    assert {("import", "allocations"), ("keys", "rotate")} <= set(COMMANDS)
    assert {("run", "draft"), ("run", "release"), ("bank", "read")} <= set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_has_help_and_a_heading_in_the_documents(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    name = " ".join(words)
    section = _section(f"tegoed {name}")
    assert section, f"docs/cli.md has no heading for tegoed {name}"
    command: Any = get_command(app)
    for word in words:
        command = command.commands[word]
    assert command.help
    own = {each for option in command.params for each in option.opts if each.startswith("--")}
    undocumented = own - _shared() - set(re.findall(r"--[a-z-]+", section)) - {"--help"}
    assert not undocumented, f"docs/cli.md does not name {undocumented} of tegoed {name}"


def test_every_status_is_documented() -> None:
    table = _section("Exit statuses")
    assert [int(found) for found in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == sorted(Status)


def test_every_command_answers_in_json() -> None:
    answers_nothing = {("serve",)}
    for words in set(COMMANDS) - answers_nothing:
        assert "--json" in CliRunner().invoke(app, [*words, "--help"]).output


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nsys.argv = ['tegoed', '--help']\nfrom cli.__main__ import app\n"
        "try:\n    app()\nfinally:\n"
        f"    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["relax"]).exit_code == Status.USAGE
    assert "tegoed 0." in CliRunner().invoke(app, ["--version"]).output


def _section(heading: str) -> str:
    """The text under a heading of docs/cli.md, up to the next one of its level; "" where there is none."""
    found = re.search(
        rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^\1 |^## |\Z)",
        PAGE.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return found[2] if found else ""


def _shared() -> set[str]:
    return set(re.findall(r"--[a-z-]+", _section("Options of every command")))
