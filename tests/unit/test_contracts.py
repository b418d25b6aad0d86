# SPDX-License-Identifier: EUPL-1.2
"""Contracts: drafts are replaced, published versions are frozen, and lines fit in their contract."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from ledger import (
    catalogue,
    contract_standing,
    contract_versions,
    contracts,
    db,
    entries,
    ids,
    municipalities,
    providers,
)
from ledger.contract_standing import Standing
from ledger.contracts import ContractInput, LineInput
from ledger.errors import VersionUnseen
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind
from ledger.rules.tariffs import AtCost, PerMeasure, PerUse, Tariff
from ledger.tables import ContractLine, ContractVersion
from ledger.units import Unit
from tests.world import PUBLISHER, by_another

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROVIDER, OTHER = ids.uuid7(), ids.uuid7()
MEASURES = {"01A05": "hour", "01A06": "minute", "01A07": "piece", "01A08": "euro"}


@pytest.fixture
def work(engine: Engine) -> Iterator[db.Work]:
    with db.transaction(engine) as session:
        work = db.Work(session=session, municipality_id="0363", actor_id=ids.uuid7(), now=NOW)
        municipalities.put(work, municipalities.MunicipalityInput(name="Amsterdam"))
        services = [
            {"id": ids.uuid7(), "law": "wmo", "code": code, "name": code, "measure": measure}
            for code, measure in MEASURES.items()
        ]
        catalogue.put(work, [catalogue.ServiceInput.model_validate(each) for each in services])
        providers.put(work, [organisation(PROVIDER, "01234567"), organisation(OTHER, "07654321")])
        yield work


def organisation(provider_id: object, agb: str) -> providers.ProviderInput:
    return providers.ProviderInput.model_validate(
        {
            "id": provider_id,
            "kind": "organisation",
            "agb": agb,
            "kvk": "12345678",
            "trade_name": agb,
            "account_holder_name": agb,
            "iban": "NL91ABNA0417164300",
        }
    )


def line(service: str = "01A05", tariff: Tariff | None = None, **changes: object) -> LineInput:
    plain = {
        "service": service,
        "tariff": tariff or PerMeasure(rate_cents=3840),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
    }
    return LineInput.model_validate(plain | changes)


def contract(lines: Sequence[LineInput] | None = None, **changes: object) -> ContractInput:
    plain = {
        "id": ids.uuid7(),
        "provider_id": PROVIDER,
        "law": Law.WMO,
        "number": "2026-001",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "areas": ("1011", "BU03630000"),
        "ceiling_cents": 150_000_000,
        "lines": tuple(lines or (line(), line("01A07", PerUse(cents=4500)))),
    }
    return ContractInput.model_validate(plain | changes)


def changed(given: ContractInput, **changes: object) -> ContractInput:
    return ContractInput.model_validate(dict(given) | changes)


def test_same_contract_twice_is_one_contract(work: db.Work) -> None:
    given = contract()
    (first,) = contracts.draft(work, [given])
    assert (first.version, first.published, first.content) == (1, False, given)
    assert contracts.draft(work, [given, given]) == [first, first]
    assert contract_versions.newest(work) == [first]
    assert len(rows(work)) == 1


def test_what_is_stored_reads_back_as_it_was_given(work: db.Work) -> None:
    given = contract([line(), line("01A08", AtCost(up_to_cents=25_000), valid_until=date(2026, 6, 30))])
    contracts.draft(work, [given])
    work.session.expire_all()
    assert [each.content for each in contract_versions.newest(work, [given.id])] == [given]


def test_a_draft_is_replaced_whole(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    second = changed(given, lines=(line("01A06"),), number="2026-002", areas=())
    (drafted,) = contracts.draft(work, [second])
    assert (drafted.version, drafted.content) == (1, second)
    work.session.expire_all()
    assert [each.content for each in contract_versions.newest(work)] == [second]
    assert [each.service for each in work.session.scalars(select(ContractLine))] == ["01A06"]


def test_publishing_puts_it_in_force_and_opens_its_accounts(work: db.Work) -> None:
    every = [line("01A05"), line("01A06"), line("01A07"), line("01A08", AtCost(up_to_cents=1))]
    given = contract(every)
    contracts.draft(work, [given])
    assert entries.seen(work, [given.id]) == []
    (row,) = contracts.publish(by_another(work), [given.id])
    assert row.published_version == 1
    assert rows(work)[0].published_at == NOW
    accounts = {(each.kind, each.owner_id, each.unit) for each in entries.seen(work, [given.id, PROVIDER])}
    assert accounts == {
        (AccountKind.PAYABLE, given.id, Unit.EUROCENT),
        (AccountKind.RECEIVABLE, PROVIDER, Unit.EUROCENT),
        (AccountKind.DELIVERED, PROVIDER, Unit.MINUTE),
        (AccountKind.DELIVERED, PROVIDER, Unit.PIECE),
    }


def test_a_published_version_is_frozen(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    contracts.publish(by_another(work), [given.id])
    second = changed(given, ceiling_cents=None)
    (drafted,) = contracts.draft(work, [second])
    assert (drafted.version, drafted.published) == (2, False)
    third = changed(given, acceptance_duty=True)
    contracts.draft(work, [third])
    work.session.expire_all()
    first, replaced = rows(work)
    assert (first.version, first.ceiling_cents, first.published_at) == (1, 150_000_000, NOW)
    assert (replaced.version, replaced.acceptance_duty, replaced.published_at) == (2, True, None)
    services = select(col(ContractLine.service)).where(col(ContractLine.version) == 1)
    assert list(work.session.scalars(services)) == ["01A05", "01A07"]


def test_publishing_twice_changes_nothing(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    contracts.publish(by_another(work), [given.id])
    later = db.Work(
        session=work.session,
        municipality_id=work.municipality_id,
        actor_id=work.actor_id,
        now=datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert [row.published_version for row in contracts.publish(later, [given.id])] == [1]
    assert rows(work)[0].published_at == NOW
    (same,) = contracts.draft(later, [given])
    assert (same.version, same.published) == (1, True)


def test_a_withdrawn_draft_stays_and_is_never_published(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    contracts.publish(by_another(work), [given.id])
    (drafted,) = contracts.draft(work, [changed(given, ceiling_cents=1)])
    with pytest.raises(VersionUnseen):
        contracts.withdraw(work, [given.id], seen={given.id: "what was before"})
    for seen in ({given.id: drafted.mark}, None):  # again changes nothing
        (newest,) = contracts.withdraw(by_another(work), [given.id], seen=seen)
        assert (newest.version, newest.published, newest.content) == (1, True, given)
    assert contract_versions.waiting(work) == []
    assert [row.published_version for row in contracts.publish(by_another(work), [given.id])] == [1]
    _, gone = rows(work)
    assert (gone.withdrawn_at, gone.withdrawn_by, gone.published_at) == (NOW, PUBLISHER, None)
    told = contract_versions.version(work, given.id, 2)
    assert (told.content, told.published, told.withdrawn) == (drafted.content, False, True)
    (again,) = contracts.draft(work, [drafted.content])
    assert (again.version, again.waits) == (3, True), "the same content is a draft of its own"
    contracts.publish(by_another(work), [given.id])
    assert [row.published_at for row in rows(work)] == [NOW, None, NOW]
    with pytest.raises(contracts.ContractWithoutDraft) as refused:
        contracts.withdraw(work, [given.id])
    assert refused.value.numbers == ("2026-001",)
    with pytest.raises(contract_versions.ContractVersionUnknown):
        contract_versions.version(work, given.id, 4)
    with pytest.raises(contracts.ContractUnknown):
        contract_versions.version(work, ids.uuid7(), 1)


def test_where_nothing_ever_held_the_number_of_a_withdrawn_draft_is_free(work: db.Work) -> None:
    given, other = contract(), contract()
    contracts.draft(work, [given])
    (newest,) = contracts.withdraw(work, [given.id])
    assert (newest.version, newest.withdrawn, newest.waits) == (1, True, False)
    assert contracts.withdraw(work, [given.id]) == [newest]
    with pytest.raises(contracts.ContractWithoutDraft):
        contracts.publish(by_another(work), [given.id])
    contracts.draft(work, [other])
    with pytest.raises(contracts.ContractNumberTaken) as taken:
        contracts.draft(work, [given])
    assert taken.value.id == other.id
    renamed = changed(given, number="2026-002")
    (drafted,) = contracts.draft(work, [renamed])
    assert (drafted.version, drafted.content) == (2, renamed)
    with pytest.raises(contracts.ContractNumberTaken):
        contracts.draft(work, [contract(number="2026-002")])


def test_a_withdrawn_version_is_frozen_in_the_database(engine: Engine, work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    contracts.withdraw(work, [given.id])
    for statement in (
        update(ContractVersion).values(withdrawn_at=None),
        update(ContractLine).values(service="01A08"),
        delete(ContractLine),
        delete(ContractVersion),
    ):
        with pytest.raises(DatabaseError, match=r"append-only|published"), work.session.begin_nested():
            work.session.execute(statement)


def test_who_drafted_is_told_before_they_try_to_publish(work: db.Work) -> None:
    mine, theirs, published = contract(), contract(number="2"), contract(number="3")
    contracts.draft(work, [mine, published])
    contracts.draft(by_another(work), [theirs])
    contracts.publish(by_another(work), [published.id])
    every = [mine.id, theirs.id, published.id]
    assert contracts.own_drafts(work, every) == {mine.id}
    assert contracts.own_drafts(by_another(work), every) == {theirs.id}
    contracts.withdraw(work, [mine.id])
    assert contracts.own_drafts(work, every) == frozenset()


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2025, 12, 31), Standing.COMING),
        (date(2026, 1, 1), Standing.HOLDS),
        (date(2026, 12, 31), Standing.HOLDS),
        (date(2027, 1, 1), Standing.ENDED),
    ],
)
def test_a_published_version_holds_from_its_first_day_through_its_last(
    work: db.Work, day: date, standing: Standing
) -> None:
    given = contract()
    (drafted,) = contracts.draft(work, [given])
    assert contract_standing.of_newest(drafted, day) is Standing.DRAFT
    assert contract_standing.of_version(rows(work)[0], day, in_force=None) is Standing.DRAFT
    contracts.publish(by_another(work), [given.id])
    (published,) = contract_versions.newest(work)
    assert contract_standing.of_newest(published, day) is standing
    assert contract_standing.of_version(rows(work)[0], day, in_force=1) is standing
    assert contract_standing.of_version(rows(work)[0], day, in_force=2) is Standing.REPLACED
    contracts.draft(work, [changed(given, ceiling_cents=1)])
    contracts.withdraw(work, [given.id])
    assert contract_standing.of_version(rows(work)[1], day, in_force=1) is Standing.WITHDRAWN
    assert (
        contract_standing.of_newest(contract_versions.version(work, given.id, 2), day) is Standing.WITHDRAWN
    )


def test_publishing_what_is_not_there_is_refused(work: db.Work) -> None:
    with pytest.raises(contracts.ContractUnknown):
        contracts.publish(by_another(work), [ids.uuid7()])


def test_a_contract_keeps_its_provider_and_law(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    for change in ({"provider_id": OTHER}, {"law": Law.JW}):
        with pytest.raises(contracts.ContractIsAnother):
            contracts.draft(work, [changed(given, **change)])


def test_a_number_is_fixed_once_published_and_given_once(work: db.Work) -> None:
    given = contract()
    contracts.draft(work, [given])
    with pytest.raises(contracts.ContractNumberTaken) as taken:
        contracts.draft(work, [contract()])
    assert taken.value.facts == {"id": given.id, "number": "2026-001"}
    contracts.publish(by_another(work), [given.id])
    with pytest.raises(contracts.ContractIsAnother):
        contracts.draft(work, [changed(given, number="2026-009")])


def test_unknown_services_are_named_all(work: db.Work) -> None:
    given = contract([line(), line("99A02"), line("99A01")])
    with pytest.raises(contracts.ContractServicesUnknown) as refused:
        contracts.draft(work, [given])
    assert refused.value.facts == {"id": given.id, "services": ("99A01", "99A02")}
    with pytest.raises(contracts.ContractServicesUnknown):
        contracts.draft(work, [contract(law=Law.JW)])


def test_an_unknown_provider_is_refused(work: db.Work) -> None:
    given = contract(provider_id=ids.uuid7())
    with pytest.raises(contracts.ContractPartyUnknown):
        contracts.draft(work, [given])


OUTSIDE = [
    ([line(valid_from=date(2025, 12, 31))], "outside the contract"),
    ([line(valid_until=date(2027, 1, 1))], "outside the contract"),
    ([line(valid_until=None)], "outside the contract"),
    ([line(), line(valid_from=date(2026, 12, 31))], "hold on one day"),
    ([line(), line("01A06"), line()], "hold on one day"),
]


@pytest.mark.parametrize(("lines", "fault"), OUTSIDE)
def test_lines_outside_the_contract_or_over_each_other_are_refused(
    lines: list[LineInput], fault: str
) -> None:
    with pytest.raises(ValidationError, match=fault):
        contract(lines)


def test_lines_that_follow_each_other_pass() -> None:
    halves = [line(valid_until=date(2026, 6, 30)), line(valid_from=date(2026, 7, 1))]
    assert len(contract(halves[::-1]).lines) == 2
    assert contract([line(valid_until=None)], valid_until=None).lines[0].valid_until is None


def test_a_contract_without_lines_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        contract().model_validate(dict(contract()) | {"lines": ()})


def rows(work: db.Work) -> list[ContractVersion]:
    """Every version, the oldest first."""
    return list(work.session.scalars(select(ContractVersion).order_by(col(ContractVersion.version))))


@pytest.mark.parametrize(
    ("service", "tariff"), [("01A08", PerMeasure(rate_cents=100)), ("01A05", AtCost(up_to_cents=100_00))]
)
def test_a_tariff_without_a_maximum_price_is_refused(work: db.Work, service: str, tariff: Tariff) -> None:
    with pytest.raises(contracts.ContractTariffsUnfit) as refused:
        contracts.draft(work, [contract([line(service, tariff)])])
    assert refused.value.services == (service,)
