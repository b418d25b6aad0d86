# SPDX-License-Identifier: EUPL-1.2
"""A version of a contract as a form: rows of tariffs that are typed, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from api import words
from api.pages.amounts import MaybeCents, MaybeCentsOrZero
from api.pages.faults import Told
from api.pages.visit import Sent
from api.pages.words import Teller
from ledger.contract_differences import cents_of
from ledger.contracts import ContractInput, LineInput
from ledger.texts import Language

ROWS_MAX: Final = 300
"""How many tariffs a form holds; of more a region file is made."""

BLANK: Final = 3
"""How many empty rows stand at the end."""
MORE: Final = 10
"""How many more one gets by asking."""

HEAD: Final = ("number", "providerId", "law", "validFrom", "validUntil", "areas", "acceptanceDuty", "ceiling")
"""What is asked once."""

_CENTS: Final = {"per_measure": "rateCents", "per_use": "cents", "at_cost": "upToCents"}
"""What each kind of tariff calls its amount."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One tariff as it is typed."""

    service: str = ""
    kind: str = "per_measure"
    price: str = ""
    first: str = ""
    last: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it asks for nothing: a row without a service and a price is left out."""
        return not (self.service or self.price)


class _Numbers(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    ceiling: MaybeCents = None
    prices: tuple[MaybeCentsOrZero, ...] = ()


def typed_of(content: ContractInput | None) -> dict[str, str]:
    """What stands in the head of the form to begin with."""
    if content is None:
        return dict.fromkeys(HEAD, "")
    return {
        "number": content.number,
        "providerId": str(content.provider_id),
        "law": content.law.value,
        "validFrom": content.valid_from.isoformat(),
        "validUntil": content.valid_until.isoformat() if content.valid_until else "",
        "areas": " ".join(content.areas),
        "acceptanceDuty": "yes" if content.acceptance_duty else "",
        "ceiling": _euros(content.ceiling_cents) if content.ceiling_cents else "",
    }


def rows_of(content: ContractInput | None) -> list[Row]:
    """The tariffs of a version, and empty rows after them."""
    lines = content.lines if content else ()
    return [_row(line) for line in lines] + [Row()] * BLANK


def rows_sent(form: Sent) -> list[Row]:
    """The rows as they were sent, without those that ask for nothing."""
    columns = (form.all(name) for name in ("service", "kind", "price", "first", "last"))
    rows = [
        Row(service=service, kind=kind, price=price.strip(), first=first, last=last)
        for service, kind, price, first, last in zip(*columns, strict=False)
    ]
    return [row for row in rows if not row.is_blank]


def content_of(form: Sent, id: UUID, rows: Sequence[Row], known: ContractInput | None) -> ContractInput:
    """What the form asks: as before where a contract stays what it is. Raises ValidationError."""
    numbers = _Numbers.model_validate({"ceiling": form.one("ceiling"), "prices": [row.price for row in rows]})
    return ContractInput.model_validate(
        {
            "id": id,
            "provider_id": known.provider_id if known else form.one("providerId"),
            "law": known.law if known else form.one("law"),
            "number": form.one("number"),
            "valid_from": form.one("validFrom"),
            "valid_until": form.maybe("validUntil"),
            "areas": form.one("areas").replace(",", " ").split(),
            "acceptance_duty": form.one("acceptanceDuty") == "yes",
            "ceiling_cents": numbers.ceiling,
            "lines": [_line(row, cents) for row, cents in zip(rows, numbers.prices, strict=True)],
            "terms": known.terms if known else (),
        }
    )


def told(error: ValidationError, language: Language) -> Told:
    """Everything that is wrong: of a row with its number, of the rest by field."""
    teller = Teller(language)
    fields: dict[str, str] = {}
    items: list[str] = []
    for each in error.errors():
        steps, sentence = [str(step) for step in each["loc"]], words.fault(each, language)
        name = {"ceiling_cents": "ceiling"}.get(steps[0], to_camel(steps[0])) if steps else ""
        if name in {"lines", "prices"} and len(steps) > 1:
            items.append(teller.say("draft.row_fault", row=int(steps[1]) + 1, fault=sentence))
        elif name in HEAD:
            fields[name] = sentence
        else:
            items.append(sentence)
    return Told(status=400, title=teller.say("fault.form"), items=tuple(dict.fromkeys(items)), fields=fields)


def padded(rows: Iterable[Row], blank: int) -> list[Row]:
    """With so many empty rows at the end, as far as the form holds them."""
    found = list(rows)
    return found + [Row()] * min(blank, max(ROWS_MAX - len(found), 0))


def _row(line: LineInput) -> Row:
    return Row(
        service=line.service,
        kind=line.tariff.kind,
        price=_euros(cents_of(line.tariff)),
        first=line.valid_from.isoformat(),
        last=line.valid_until.isoformat() if line.valid_until else "",
    )


def _line(row: Row, cents: int | None) -> dict[str, Any]:
    return {
        "service": row.service,
        "tariff": {"kind": row.kind, _CENTS.get(row.kind, "cents"): cents},
        "valid_from": row.first,
        "valid_until": row.last or None,
    }


def _euros(cents: int) -> str:
    """As it is typed."""
    whole, part = divmod(cents, 100)
    return f"{whole},{part:02}"
