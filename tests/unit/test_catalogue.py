# SPDX-License-Identifier: EUPL-1.2
"""The catalogue: what is put is there once, a change is a version, and what tariffs rest on stays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from ledger import catalogue, contracts, db, ids, municipalities, providers
from ledger.catalogue import ServiceInput
from ledger.errors import ChangedMeanwhile
from ledger.rules.facts import Law
from ledger.rules.tariffs import PerMeasure
from ledger.tables import ProviderKind
from ledger.units import Measure

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def work(engine: Engine) -> Iterator[db.Work]:
    with db.transaction(engine) as session:
        work = db.Work(session=session, municipality_id="0363", actor_id=ids.uuid7(), now=NOW)
        municipalities.put(work, municipalities.MunicipalityInput(name="Amsterdam"))
        yield work


def service(**changes: object) -> ServiceInput:
    plain = {"id": ids.uuid7(), "law": Law.WMO, "code": "01A05", "name": "Hulp", "measure": Measure.HOUR}
    return ServiceInput.model_validate(plain | changes)


def test_the_same_service_twice_is_one_service(work: db.Work) -> None:
    given = service(segment="C", product_group="huishouden")
    (first,) = catalogue.put(work, [given])
    again = catalogue.put(later(work), [given, given])
    assert again == [first, first]
    assert catalogue.listed(work) == [first]
    assert (first.version, first.recorded_at) == (1, NOW)


def test_another_content_is_the_next_version(work: db.Work) -> None:
    given = service()
    catalogue.put(work, [given])
    (row,) = catalogue.put(later(work), [given.model_copy(update={"name": "Hulp thuis"})])
    assert (row.name, row.version, row.recorded_at) == ("Hulp thuis", 2, LATER)


def test_the_same_code_under_another_id_is_refused_within_one_law(work: db.Work) -> None:
    (row, other_law) = catalogue.put(work, [service(), service(law=Law.JW)])
    assert (row.code, row.law, other_law.law) == ("01A05", Law.WMO, Law.JW)
    with pytest.raises(catalogue.ServiceCodeTaken) as taken:
        catalogue.put(work, [service()])
    assert taken.value.facts == {"id": row.id, "law": "wmo", "service": "01A05"}


def test_the_same_code_twice_in_one_batch_is_refused(work: db.Work) -> None:
    with pytest.raises(catalogue.ServiceCodeTaken):
        catalogue.put(work, [service(), service()])


def test_a_change_from_an_older_version_is_refused(work: db.Work) -> None:
    given = service()
    catalogue.put(work, [given])
    renamed = given.model_copy(update={"name": "Hulp thuis"})
    (row,) = catalogue.put(work, [renamed], {given.id: 1})
    assert catalogue.put(work, [renamed], {given.id: 1}) == [row]
    with pytest.raises(ChangedMeanwhile) as refused:
        catalogue.put(work, [given], {given.id: 1})
    assert refused.value.facts == {"id": given.id, "version": 2}


def test_a_change_of_what_is_not_there_is_refused(work: db.Work) -> None:
    given = service()
    with pytest.raises(ChangedMeanwhile) as refused:
        catalogue.put(work, [given], {given.id: 1})
    assert refused.value.version == 0


def test_a_service_keeps_its_law_and_code(work: db.Work) -> None:
    given = service()
    catalogue.put(work, [given])
    for change in ({"law": Law.JW}, {"code": "01A06"}):
        with pytest.raises(catalogue.ServiceIsAnother):
            catalogue.put(work, [given.model_copy(update=change)])


def test_the_measure_is_fixed_once_a_contract_has_a_tariff_for_it(work: db.Work) -> None:
    given = service(measure=Measure.MINUTE)
    catalogue.put(work, [given])
    hourly = given.model_copy(update={"measure": Measure.HOUR})
    (row,) = catalogue.put(work, [hourly])
    assert row.measure is Measure.HOUR
    contract(work)
    with pytest.raises(catalogue.MeasureInUse) as refused:
        catalogue.put(work, [given])
    assert refused.value.facts == {"id": given.id, "measure": "hour"}


@pytest.mark.parametrize(
    "change", [{"code": "1A5"}, {"segment": "D"}, {"name": " "}, {"id": ids.NOBODY}, {"colour": "blue"}]
)
def test_what_is_malformed_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        service(**change)


def test_a_municipality_must_be_on_the_list_of_cbs(work: db.Work) -> None:
    assert municipalities.name_of("0820") == "Nuenen, Gerwen en Nederwetten"
    assert municipalities.name_of("0000") is None
    nowhere = db.Work(session=work.session, municipality_id="0000", actor_id=work.actor_id, now=NOW)
    with pytest.raises(municipalities.MunicipalityUnknown):
        municipalities.put(nowhere, municipalities.MunicipalityInput(name="Nergens"))
    with pytest.raises(municipalities.MunicipalityNotSetUp):
        municipalities.get(nowhere)


def test_all_municipalities_are_listed() -> None:
    with municipalities.LIST.open(encoding="utf-8") as lines:
        codes = [line[:4] for line in lines][1:]
    assert len(set(codes)) == len(codes) == 342
    assert all(municipalities.name_of(code) for code in codes)


def test_a_debtor_that_is_not_given_stays(work: db.Work) -> None:
    whole = municipalities.MunicipalityInput(
        name="Amsterdam", debtor_name="Gemeente Amsterdam", debtor_iban="NL20 INGB 0001 2345 67"
    )
    municipalities.put(work, whole)
    municipalities.put(later(work), municipalities.MunicipalityInput(name="Amsterdam"))
    row = municipalities.get(work)
    assert (row.debtor_name, row.debtor_iban) == ("Gemeente Amsterdam", "NL20INGB0001234567")
    assert row.recorded_at == NOW


def test_half_a_debtor_is_refused() -> None:
    with pytest.raises(ValidationError, match="together or not at all"):
        municipalities.MunicipalityInput(name="Amsterdam", debtor_name="Gemeente Amsterdam")


def later(work: db.Work) -> db.Work:
    return db.Work(
        session=work.session, municipality_id=work.municipality_id, actor_id=work.actor_id, now=LATER
    )


def contract(work: db.Work) -> None:
    """A contract with a tariff for 01A05."""
    provider = providers.ProviderInput(
        id=ids.uuid7(),
        kind=ProviderKind.ORGANISATION,
        agb="01234567",
        kvk="12345678",
        trade_name="De Linde",
        account_holder_name="Stichting De Linde",
        iban="NL91ABNA0417164300",
    )
    providers.put(work, [provider])
    line = contracts.LineInput(
        service="01A05", tariff=PerMeasure(rate_cents=3840), valid_from=date(2026, 1, 1)
    )
    given = contracts.ContractInput(
        id=ids.uuid7(),
        provider_id=provider.id,
        law=Law.WMO,
        number="1",
        valid_from=date(2026, 1, 1),
        lines=(line,),
    )
    contracts.draft(work, [given])
