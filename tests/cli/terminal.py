# SPDX-License-Identifier: EUPL-1.2
"""The command line as a person at a terminal meets it, in one process."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.__main__ import app


@dataclass
class Terminal:
    """A folder, a database and a keys file; runs commands and looks at what they say."""

    folder: Path
    database: str
    runner: CliRunner = field(default_factory=CliRunner)

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def run(self, *words: object, status: int = 0, typed: str | None = None) -> str:
        """What it says on both outputs, when it ends with this status; never a traceback."""
        where = {"TEGOED_DATABASE": self.database, "TEGOED_KEYS": str(self.keys)}
        result = self.runner.invoke(app, [str(word) for word in words], env=where, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result.output

    def answer(self, *words: object, status: int = 0, typed: str | None = None) -> Any:
        """The JSON object it answers with."""
        return json.loads(self.run(*words, "--json", status=status, typed=typed))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


REGION = """
region: Voorbeeldregio
services:
  - {code: 01A05, law: wmo, name: Hulp bij het huishouden, measure: hour, product_group: huishouden}
  - {code: 08A03, law: wmo, name: Rit, measure: piece}
providers:
  - kind: organisation
    agb: 01234567
    kvk: 12345678
    trade_name: Thuiszorg De Linde
    account_holder_name: Stichting De Linde
    iban: NL91 ABNA 0417 1643 00
municipalities:
  - cbs: 0384
    debtor_name: Gemeente Diemen
    debtor_iban: NL20INGB0001234567
    contracts:
      - number: HO-1
        provider: 01234567
        law: wmo
        valid_from: 2025-01-01
        lines:
          - {service: 01A05, tariff: {kind: per_measure, rate: 38.40}}
          - {service: 08A03, tariff: {kind: per_measure, rate: 8.75}}
    programmes:
      - name: Huishouden
        law: wmo
        product_group: huishouden
        mode: hard
        budgets: [{year: 2025, amount: 100000}, {year: 2026, amount: 100000}]
"""

HOLDER = """
bsn: "999900006"
surname: Wit
prefix: de
initials: A.
gender: "2"
birth_date: 1944-03-09
street: Kerkweg
house_number: 12
postcode: 1112AB
city: Diemen
"""


def open_shop(terminal: Terminal) -> Terminal:
    """A municipality with a contract and a resident's file, ready to grant."""
    terminal.run("init", "0384")
    terminal.run("actors", "identify", "P-1001")
    terminal.run("load", terminal.write("region.yml", REGION))
    publish(terminal)
    terminal.write("holder.yml", HOLDER)
    return terminal


def publish(terminal: Terminal) -> str:
    """All that waits is put in force by a contract manager, whose key this is."""
    key = str(terminal.answer("actors", "add", "Contracts", "--role", "contract_manager")["api_key"])
    terminal.run("publish", "--key", key)
    return key


def granted(terminal: Terminal, *more: object) -> str:
    """The id of a new entitlement of ten hours that the provider may claim without a code."""
    words = ("--service", "01A05", "--provider", "01234567", "--from", "2026-01-01", "--until", "2027-12-31")
    holder = ("--holder-file", terminal.folder / "holder.yml", "--quantity", "10", "--unit", "hour")
    return str(terminal.answer("grant", *words, *holder, *more)["entitlement_id"])


USE = ("--provider", "01234567", "--service", "01A05", "--quantity", "60")
"""An hour of household help at the one provider."""
