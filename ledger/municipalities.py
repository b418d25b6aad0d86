# SPDX-License-Identifier: EUPL-1.2
"""Municipalities: which exist (the list of CBS), and whose ledger is here, with the account that pays."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import StringConstraints, model_validator
from sqlalchemy import select
from sqlmodel import Session, col

from ledger.db import Work
from ledger.errors import Malformed, NotFound
from ledger.inputs import Iban, Input, ShortText
from ledger.tables import Municipality

LIST = Path(__file__).parent / "data" / "gemeenten-2026.csv"
"""Code, name and province. Source: CBS, Gemeentelijke indeling 2026 (1 January 2026)."""


@dataclass(kw_only=True, eq=False)
class MunicipalityUnknown(Malformed):
    """CBS lists no municipality with this code."""

    code = "municipality_unknown"
    cbs: str


@dataclass(kw_only=True, eq=False)
class MunicipalityNotSetUp(NotFound):
    """The municipality exists, but has no ledger here yet."""

    code = "municipality_not_set_up"
    cbs: str


TaxNumber: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([0-9]{9}|NL[0-9]{9}B[0-9]{2})$")]
"""RSIN (nine digits) or VAT number (NL, nine digits, B and two digits); whose it is nobody checks."""


class Debtor(Input):
    """The account a municipality pays from."""

    debtor_name: ShortText | None = None
    """Account-holder name exactly as the bank has it."""
    debtor_iban: Iban | None = None

    @model_validator(mode="after")
    def _whole_debtor(self) -> Self:
        if (self.debtor_name is None) != (self.debtor_iban is None):
            raise ValueError("debtor_name and debtor_iban are given together or not at all")
        return self


class MunicipalityInput(Debtor):
    """What a municipality is called, the account it pays from, and its number for the tax office."""

    name: ShortText
    tax_number: TaxNumber | None = None
    """None leaves it what it was."""


def put(work: Work, content: MunicipalityInput) -> Municipality:
    """Set up this municipality, or change its name and debtor; the same content changes nothing.

    A debtor or tax number that is not given stays what it was. Raises MunicipalityUnknown for a code CBS
    does not list.
    """
    if name_of(work.municipality_id) is None:
        raise MunicipalityUnknown(cbs=work.municipality_id)
    row = work.session.get(Municipality, work.municipality_id)
    if row is None:
        row = Municipality(municipality_id=work.municipality_id, name=content.name, recorded_at=work.now)
        work.session.add(row)
    given = {name: value for name, value in content.model_dump().items() if value is not None}
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if changed:
        row.sqlmodel_update({**changed, "recorded_at": work.now})
    work.session.flush()
    return row


def get(work: Work) -> Municipality:
    """This municipality. Raises MunicipalityNotSetUp."""
    row = work.session.get(Municipality, work.municipality_id)
    if row is None:
        raise MunicipalityNotSetUp(cbs=work.municipality_id)
    return row


def listed(session: Session) -> list[Municipality]:
    """Every municipality that has a ledger in this database, by CBS code."""
    return list(session.scalars(select(Municipality).order_by(col(Municipality.municipality_id))))


def name_of(cbs: str) -> str | None:
    """The official name of the municipality with this CBS code of four digits; None: there is none."""
    return _names().get(cbs)


@cache
def _names() -> dict[str, str]:
    with LIST.open(encoding="utf-8", newline="") as lines:
        return {row["gemeentecode"]: row["naam"] for row in csv.DictReader(lines)}
