# SPDX-License-Identifier: EUPL-1.2
"""Providers: who gives care, under which register numbers, and to which account it is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import db, entries
from ledger.db import Work
from ledger.errors import ChangedMeanwhile, Conflict, NotFound, Refused
from ledger.inputs import Agb, Iban, Id7, Input, Kvk, ShortText
from ledger.rules.funding import AccountKind
from ledger.tables import Provider, ProviderKind
from ledger.units import Unit


@dataclass(kw_only=True, eq=False)
class AgbTaken(Conflict):
    """Another provider has this AGB code already."""

    code = "agb_taken"
    id: UUID
    """Of the provider that has it."""
    agb: str


@dataclass(kw_only=True, eq=False)
class AccountNeedsSecond(Refused):
    """The account of a provider is changed by two people: see payees."""

    code = "account_needs_second_person"
    id: UUID
    """Of the provider."""


@dataclass(kw_only=True, eq=False)
class ProviderUnknown(NotFound):
    """There is no provider with this id."""

    code = "provider_unknown"
    id: UUID


class ProviderContent(Input):
    """What a provider is."""

    kind: ProviderKind
    agb: Agb | None = None
    """Needed for an organisation."""
    kvk: Kvk | None = None
    """Needed for an organisation."""
    trade_name: ShortText
    """The name people know."""
    account_holder_name: ShortText
    """The name exactly as the bank has it."""
    iban: Iban

    @model_validator(mode="after")
    def _numbers_of_organisation(self) -> Self:
        missing = [name for name in ("agb", "kvk") if getattr(self, name) is None]
        if self.kind is ProviderKind.ORGANISATION and missing:
            raise ValueError(f"an organisation has {' and '.join(missing)}")
        return self


class ProviderInput(ProviderContent):
    """A provider with its id."""

    id: Id7


def put(
    work: Work, providers: Sequence[ProviderInput], expected: Mapping[UUID, int] | None = None
) -> list[Provider]:
    """Make or change providers; rows[i] is what providers[i] became. The same content changes nothing.

    A new one gets its receivable account. The account it is paid on and the name of its holder are not
    changed here: that takes two people (payees). expected names the version a change starts from, by id.
    Raises AgbTaken, AccountNeedsSecond, ChangedMeanwhile; then nothing of the batch may be kept.
    """
    register = _load(work, providers, expected or {})
    rows = [register.take(provider) for provider in providers]
    # After this point only writes.
    work.session.add_all(rows)
    work.session.flush()
    entries.open_accounts(work, [(AccountKind.RECEIVABLE, each, Unit.EUROCENT) for each in register.made])
    return rows


def get(work: Work, ids: Sequence[UUID]) -> list[Provider]:
    """The providers with these ids, in this order. Raises ProviderUnknown for the first that is not there."""
    found = db.rows(work, Provider, ids)
    for provider_id in ids:
        if provider_id not in found:
            raise ProviderUnknown(id=provider_id)
    return [found[provider_id] for provider_id in ids]


def listed(work: Work) -> list[Provider]:
    """Every provider of the municipality, by trade name."""
    statement = select(Provider).where(col(Provider.municipality_id) == work.municipality_id)
    return list(work.session.scalars(statement.order_by(col(Provider.trade_name), col(Provider.id))))


@dataclass(kw_only=True)
class _Register:
    """The providers a batch touches, as they are after what was judged before."""

    work: Work
    rows: dict[UUID, Provider]
    agbs: dict[str, UUID]
    expected: Mapping[UUID, int]
    made: list[UUID]

    def take(self, provider: ProviderInput) -> Provider:
        """The row of one provider after this input."""
        row = self.rows.get(provider.id)
        if row is not None and _content(row) == provider:
            return row
        version = row.version if row else 0
        if self.expected.get(provider.id, version) != version:
            raise ChangedMeanwhile(id=provider.id, version=version)
        if row is not None and _account(row) != _account(provider):
            raise AccountNeedsSecond(id=provider.id)
        self._take_agb(provider, row)
        if row is None:
            return self._make(provider)
        row.sqlmodel_update(provider, update={"version": version + 1, "recorded_at": self.work.now})
        return row

    def _take_agb(self, provider: ProviderInput, row: Provider | None) -> None:
        """The number it had becomes free, the number it gets must be."""
        if row is not None and row.agb is not None:
            self.agbs.pop(row.agb, None)
        if provider.agb is None:
            return
        if provider.agb in self.agbs:
            raise AgbTaken(id=self.agbs[provider.agb], agb=provider.agb)
        self.agbs[provider.agb] = provider.id

    def _make(self, provider: ProviderInput) -> Provider:
        row = Provider(
            municipality_id=self.work.municipality_id,
            entered_by=self.work.actor_id,
            recorded_at=self.work.now,
            **provider.model_dump(),
        )
        self.rows[provider.id] = row
        self.made.append(provider.id)
        return row


def _account(provider: Provider | ProviderInput) -> tuple[str, str]:
    return provider.iban, provider.account_holder_name


def _content(row: Provider) -> ProviderInput:
    return ProviderInput.model_construct(**{name: getattr(row, name) for name in ProviderInput.model_fields})


def _load(work: Work, providers: Sequence[ProviderInput], expected: Mapping[UUID, int]) -> _Register:
    agbs = {provider.agb for provider in providers if provider.agb is not None}
    same_agbs = work.session.scalars(
        select(Provider).where(
            col(Provider.municipality_id) == work.municipality_id, col(Provider.agb).in_(agbs)
        )
    )
    return _Register(
        work=work,
        rows=db.rows(work, Provider, {provider.id for provider in providers}, lock=True),
        agbs={row.agb: row.id for row in same_agbs if row.agb is not None},
        expected=expected,
        made=[],
    )
