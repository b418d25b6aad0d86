# SPDX-License-Identifier: EUPL-1.2
"""The region file: its shape, and reading it with every mistake on its line. See docs/region-file.md."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from ledger import ids
from ledger.budgets import Year
from ledger.catalogue import Key, ServiceContent, ServiceInput
from ledger.contacts import ContactContent, ContactInput
from ledger.contracts import ContractHead, ContractInput
from ledger.errors import Malformed
from ledger.formats import lined
from ledger.formats.lined import Path
from ledger.inputs import Amount, Cbs, Id7, Input, ProductCode, ShortText
from ledger.municipalities import Debtor, MunicipalityInput, name_of
from ledger.programmes import ProgrammeContent, ProgrammeInput
from ledger.providers import ProviderContent, ProviderInput
from ledger.reading import Reading
from ledger.rules.facts import Law
from ledger.rules.tariffs import AnyTariff
from ledger.rules.terms import AnyTerm

T = TypeVar("T")

ROOT = UUID("019b76da-a800-7000-8000-000000000000")
"""Ids that a file leaves out are derived from this, the CBS code, and what the thing is called."""

EUROS = {
    "rate": "rate_cents",
    "price": "cents",
    "up_to": "up_to_cents",
    "ceiling": "ceiling_cents",
    "amount": "amount_cents",
    "yearly": "yearly_cents",
    "per_person": "per_person_cents",
    "available": "available_cents",
}
"""Keys that hold euros as text, and the key in eurocents each stands for."""


@dataclass(kw_only=True, eq=False)
class RegionFileWrong(Malformed):
    """The file has mistakes; nothing of it was loaded."""

    code = "region_file_wrong"
    faults: tuple[str, ...]
    """Every one of them with its line, in the order of the lines."""


# ------------------------------------------------------------------------------------- what is written


class _Service(ServiceContent):
    id: Id7 | None = None


class _Contact(ContactContent):
    id: Id7 | None = None


class _Provider(ProviderContent):
    id: Id7 | None = None
    contacts: tuple[_Contact, ...] = ()


class _Line(Input):
    service: ProductCode
    tariff: AnyTariff
    valid_from: date | None = None
    valid_until: date | None = None


class _Term(Input):
    number: int
    programme: ShortText
    term: AnyTerm


class _Contract(ContractHead):
    id: Id7 | None = None
    provider: ShortText
    lines: tuple[_Line, ...]
    terms: tuple[_Term, ...] = ()


class _Budget(Input):
    year: Year
    amount_cents: Amount


class _Programme(ProgrammeContent):
    id: Id7 | None = None
    budgets: tuple[_Budget, ...] = ()


class _Municipality(Debtor):
    cbs: Cbs
    name: ShortText | None = None
    services: object = "all"
    providers: object = "all"
    contracts: tuple[object, ...] = ()
    programmes: tuple[object, ...] = ()


class _Region(Input):
    region: ShortText
    services: tuple[object, ...] = ()
    providers: tuple[object, ...] = ()
    municipalities: tuple[object, ...]


# ----------------------------------------------------------------------------------------- what it means


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetTarget:
    """What a budget must hold in all, in eurocents."""

    programme_id: UUID
    year: int
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionPart:
    """One municipality of the region, complete."""

    cbs: str
    municipality: MunicipalityInput
    services: tuple[ServiceInput, ...]
    providers: tuple[ProviderInput, ...]
    contacts: tuple[ContactInput, ...]
    contracts: tuple[ContractInput, ...]
    programmes: tuple[ProgrammeInput, ...]
    budgets: tuple[BudgetTarget, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A region and its municipalities, in the order of the file."""

    name: str
    municipalities: tuple[RegionPart, ...]


def read(source: bytes, suffix: str) -> Region:
    """The region in a .yaml, .yml or .toml file. Raises RegionFileWrong with every mistake and its line.

    Lines of TOML are found by a light search and may be those of the table around the mistake.
    """
    reading = Reading(lined.read(source, suffix))
    region = _region(reading) if reading.source.value is not None or not reading.faults else None
    if reading.faults or region is None:
        ordered = sorted(set(reading.faults), key=lambda each: (each.line, lined.shown(each.path), each.text))
        raise RegionFileWrong(faults=tuple(str(fault) for fault in ordered))
    return region


def _region(reading: Reading) -> Region | None:
    reading.euros(EUROS)
    region = reading.take(_Region, ())
    shared = _Shared(
        services=_services(reading, ("services",)), providers=_providers(reading, ("providers",))
    )
    parts = [_part(reading, path, shared) for path, _ in reading.items(("municipalities",))]
    if region is None:
        return None
    return Region(name=region.region, municipalities=tuple(part for part in parts if part is not None))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shared:
    """What is given once for the region: by path, None where it has mistakes."""

    services: dict[Path, _Service | None]
    providers: dict[Path, _Provider | None]


def _services(reading: Reading, path: Path) -> dict[Path, _Service | None]:
    found = {
        item: reading.take(_Service, item) for item, value in reading.items(path) if isinstance(value, dict)
    }
    for item, service in found.items():
        if service is not None:
            reading.once(item, path, service.law, service.code)
    return found


def _providers(reading: Reading, path: Path) -> dict[Path, _Provider | None]:
    found = {
        item: reading.take(_Provider, item) for item, value in reading.items(path) if isinstance(value, dict)
    }
    for item, provider in found.items():
        if provider is not None:
            reading.once(item, path, _called(provider))
    return found


def _called(provider: ProviderContent) -> str:
    """By what a file refers to a provider."""
    return provider.agb or provider.trade_name


def _part(reading: Reading, path: Path, shared: _Shared) -> RegionPart | None:
    """One municipality; None when it has mistakes of its own. What is inside it is read all the same."""
    found = reading.take(_Municipality, path)
    inside = _Inside(reading, path, shared, ids.derived(ROOT, found.cbs if found else ""))
    programmes = [inside.programme(item) for item, _ in reading.items((*path, "programmes"))]
    contracts = [inside.contract(item) for item, _ in reading.items((*path, "contracts"))]
    official = _official_name(reading, (*path, "cbs"))
    if found is None:
        return None
    return RegionPart(
        cbs=found.cbs,
        municipality=MunicipalityInput(
            name=found.name or official or found.cbs,
            debtor_name=found.debtor_name,
            debtor_iban=found.debtor_iban,
        ),
        services=tuple(inside.services.values()),
        providers=tuple(inside.providers.values()),
        contacts=tuple(inside.contacts),
        contracts=tuple(each for each in contracts if each is not None),
        programmes=tuple(each for each in programmes if each is not None),
        budgets=tuple(inside.budgets),
    )


def _official_name(reading: Reading, path: Path) -> str | None:
    """What CBS calls the municipality with this code; each is given once."""
    cbs = reading.at(path)
    if not isinstance(cbs, str) or not re.fullmatch(r"[0-9]{4}", cbs):
        return None
    reading.once(path, "cbs", cbs)
    official = name_of(cbs)
    if official is None:
        reading.fault(path, "CBS lists no municipality with this code")
    return official


class _Inside:
    """What is inside one municipality, and to what its contracts and programmes may refer."""

    def __init__(self, reading: Reading, path: Path, shared: _Shared, parent: UUID) -> None:
        self.reading, self.path, self.parent = reading, path, parent
        own_services = _services(reading, (*path, "services"))
        own_providers = _providers(reading, (*path, "providers"))
        self.broken = {
            str(reading.at((*item, key)))
            for found in (shared.services, own_services, shared.providers, own_providers)
            for item, each in found.items()
            for key in ("code", "agb", "trade_name")
            if each is None
        }
        """What things with mistakes are called: a reference to them is no second mistake."""
        self.services: dict[Key, ServiceInput] = {}
        for item, service in self._chosen("services", shared.services, own_services, lambda each: each.code):
            key = (service.law, service.code)
            self.services[key] = ServiceInput(**self._named(item, service, f"service {key[0]} {key[1]}"))
        self.providers: dict[str, ProviderInput] = {}
        self.contacts: list[ContactInput] = []
        for item, provider in self._chosen("providers", shared.providers, own_providers, _called):
            called = _called(provider)
            content = self._named(item, provider, f"provider {called}")
            contacts: tuple[_Contact, ...] = content.pop("contacts")
            self.providers[called] = ProviderInput(**content)
            for place, contact in enumerate(contacts):
                self._contact((*item, "contacts", place), self.providers[called].id, contact)
        self.programmes: dict[tuple[Law, str], UUID] = {}
        self.budgets: list[BudgetTarget] = []

    def _contact(self, path: Path, provider_id: UUID, contact: _Contact) -> None:
        """A contact of one provider; without an id it is known by its name."""
        self.reading.once(path, self.path, provider_id, contact.name)
        content = dict(contact)
        content["id"] = contact.id or ids.derived(provider_id, f"contact {contact.name}")
        self.contacts.append(ContactInput(**content, provider_id=provider_id))

    def contract(self, path: Path) -> ContractInput | None:
        """The contract that is there; None when it has mistakes."""
        found = self.reading.take(_Contract, path)
        self._judge_references(path)
        if found is None:
            return None
        content = self._named((*path, "number"), found, f"contract {found.number}")
        provider = self.providers.get(content.pop("provider"))
        content["provider_id"] = provider.id if provider else ROOT
        content["lines"] = [
            {
                "service": line.service,
                "tariff": line.tariff,
                "valid_from": line.valid_from or found.valid_from,
                "valid_until": line.valid_until or found.valid_until,
            }
            for line in found.lines
        ]
        content["terms"] = [
            {
                "number": each.number,
                "programme_id": self.programmes.get((found.law, each.programme), ROOT),
                "term": each.term,
            }
            for each in found.terms
        ]
        try:
            return ContractInput.model_validate(content)
        except ValidationError as error:
            self.reading.tell(path, error)
            return None

    def programme(self, path: Path) -> ProgrammeInput | None:
        """The programme that is there, its budgets put aside; None when it has mistakes."""
        found = self.reading.take(_Programme, path)
        self._judge_references(path)
        if found is None:
            self.broken.add(str(self.reading.at((*path, "name"))))
            return None
        content = self._named((*path, "name"), found, f"programme {found.name}")
        self.programmes[found.law, found.name] = content["id"]
        del content["budgets"]
        for place, budget in enumerate(found.budgets):
            self.reading.once((*path, "budgets", place), path, budget.year)
            self.budgets.append(
                BudgetTarget(programme_id=content["id"], year=budget.year, cents=budget.amount_cents)
            )
        return ProgrammeInput(**content)

    def _chosen(
        self,
        kind: str,
        shared: dict[Path, T | None],
        own: dict[Path, T | None],
        called: Callable[[T], str],
    ) -> Iterator[tuple[Path, T]]:
        """The shared ones that this municipality takes, and its own, without those that have mistakes."""
        municipality = self.reading.at(self.path)
        given = municipality.get(kind, "all") if isinstance(municipality, dict) else "all"
        if not isinstance(given, list):
            if given != "all":
                self.reading.fault((*self.path, kind), "must be the word all, or a list")
            yield from ((path, each) for path, each in shared.items() if each is not None)
        for item, value in self.reading.items((*self.path, kind)):
            if isinstance(value, dict):
                yield from ((item, each) for each in (own[item],) if each is not None)
                continue
            same = [each for each in shared.values() if each is not None and called(each) == str(value)]
            if not same and str(value) not in self.broken:
                self.reading.fault(item, f"{value} is not in the shared {kind}")
            yield from ((item, each) for each in same)

    def _named(self, path: Path, found: BaseModel, name: str) -> dict[str, Any]:
        """The content with its id: the one that was given, or one derived from what it is called."""
        content = dict(found)
        self.reading.once(path, self.path, name)
        content["id"] = content["id"] or ids.derived(self.parent, name)
        return content

    def _judge_references(self, path: Path) -> None:
        """Every service, provider and programme that is named here is one of this municipality."""
        holder = self.reading.at(path)
        law = holder.get("law") if isinstance(holder, dict) else None
        codes = {code for of_law, code in self.services if of_law == law}
        for place, value in lined.walked(holder, path):
            word = next((step for step in reversed(place) if isinstance(step, str)), "")
            if value is None or isinstance(value, dict | list) or str(value) in self.broken:
                continue
            if word in ("service", "services") and law in set(Law) and str(value) not in codes:
                self.reading.fault(place, f"{value} is not a service of this municipality under {law}")
            if word in ("provider", "providers") and str(value) not in self.providers:
                self.reading.fault(place, f"{value} is not a provider of this municipality")
            if word == "programme" and law in set(Law) and (Law(law), str(value)) not in self.programmes:
                self.reading.fault(place, f"{value} is not a programme of this municipality under {law}")
