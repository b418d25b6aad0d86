# SPDX-License-Identifier: EUPL-1.2
"""Tariffs: prices are exact, half a cent goes up, and nothing but whole numbers gets in."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ledger.rules.tariffs import AnyTariff, AtCost, PerMeasure, PerUse
from ledger.units import AMOUNT_MAX, Measure, Unit, price_cents, share_cents

AMOUNTS = st.integers(0, AMOUNT_MAX)
HALF = Fraction(1, 2)
ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyTariff)

HOURS = [
    (31_15, 60, 31_15),
    (31_15, 90, 46_73),  # 46.725: half a cent up
    (31_15, 30, 15_58),  # 15.575: half a cent up
    (31_15, 1, 52),  # 0.519…
    (1, 30, 1),  # half a cent is a cent
    (1, 29, 0),
    (60_00, 7, 7_00),
    (0, 60, 0),
]


@pytest.mark.parametrize(("rate", "minutes", "cents"), HOURS)
def test_hours_are_priced_by_the_minute(rate: int, minutes: int, cents: int) -> None:
    assert PerMeasure(rate_cents=rate).most_cents(minutes, Measure.HOUR) == cents


@given(AMOUNTS, AMOUNTS, st.sampled_from([m for m in Measure if m is not Measure.EURO]))
def test_a_price_is_the_exact_one_rounded_half_up(rate: int, quantity: int, measure: Measure) -> None:
    exact = Fraction(rate * quantity, measure.size)
    price = price_cents(rate, quantity, measure)
    assert exact - HALF < price <= exact + HALF


@given(AMOUNTS, st.integers(1, AMOUNT_MAX), st.data())
def test_a_share_and_its_rest_are_the_whole(cents: int, whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    share = share_cents(cents, part, whole)
    assert Fraction(cents * part, whole) - HALF < share <= Fraction(cents * part, whole) + HALF
    assert 0 <= share <= cents
    assert share_cents(cents, whole, whole) == cents


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_price_never_falls_when_more_is_used(rate: int, less: int, more: int) -> None:
    tariff = PerMeasure(rate_cents=rate)
    few, many = sorted((less, more))
    assert tariff.most_cents(few, Measure.HOUR) <= tariff.most_cents(many, Measure.HOUR)


def test_one_price_per_use_whatever_the_quantity() -> None:
    assert {PerUse(cents=45_00).most_cents(n, Measure.DAY_PART) for n in (1, 2, 900)} == {45_00}


def test_real_costs_up_to_a_maximum() -> None:
    tariff = AtCost(up_to_cents=500_00)
    assert [tariff.most_cents(n, Measure.EURO) for n in (1, 500_00, 500_01)] == [1, 500_00, 500_00]
    assert tariff.most_cents(1, Measure.PIECE) == 500_00


def test_every_measure_has_a_unit_and_only_hours_are_sixty() -> None:
    assert [m.unit for m in (Measure.MINUTE, Measure.HOUR)] == [Unit.MINUTE, Unit.MINUTE]
    assert {m: m.unit.value for m in Measure if m not in (Measure.HOUR, Measure.EURO)} == {
        m: m.value for m in Measure if m not in (Measure.HOUR, Measure.EURO)
    }
    assert Measure.EURO.unit is Unit.EUROCENT
    assert {m: m.size for m in Measure if m.size != 1} == {Measure.HOUR: 60}


@pytest.mark.parametrize("cents", [-1, 1.5, "1", True, None, AMOUNT_MAX + 1])
@pytest.mark.parametrize(
    ("kind", "name"), [("per_measure", "rate_cents"), ("per_use", "cents"), ("at_cost", "up_to_cents")]
)
def test_a_tariff_is_a_whole_number_of_cents(kind: str, name: str, cents: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python({"kind": kind, name: cents})


@pytest.mark.parametrize(
    "tariff", [PerMeasure(rate_cents=1), PerUse(cents=0), AtCost(up_to_cents=AMOUNT_MAX)]
)
def test_a_tariff_is_read_back_as_it_was_written(tariff: object) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(tariff)) == tariff
