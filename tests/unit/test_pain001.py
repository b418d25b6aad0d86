# SPDX-License-Identifier: EUPL-1.2
"""The payment file: valid by the ISO schema, exact to the cent, the same bytes twice, flat memory."""

import importlib.util
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.errors import LedgerError, MalformedFile
from ledger.formats.pain001 import AMOUNT_MAX_CENTS, Debtor, PaymentFile, Transfer, Version, lines
from ledger.identifiers import rf_reference

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
FILE = PaymentFile(
    message_id="TG-2026-000001",
    created_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    requested_on=date(2026, 11, 23),
    debtor=Debtor(name="Gemeente Voorbeeld", iban="NL91ABNA0417164300"),
    count=1,
    total_cents=5,
    batch_booking=True,
)
TRANSFER = Transfer(
    end_to_end_id="S-1",
    amount_cents=5,
    creditor_name="Zorg & Zó B.V.",
    creditor_iban="NL20INGB0001234567",
    reference=rf_reference("S1"),
)
BY_TEXT = replace(TRANSFER, reference=None, remittance="Declaratie 2026-10, 12 regels")


def schema_of(version: Version) -> etree.XMLSchema:
    spec = importlib.util.find_spec("sepaxml")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "schemas" / f"{version}.xsd"
    if not path.exists():
        pytest.skip(f"no schema {version} in sepaxml: {path.name} not found")
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return schema_of(Version.PAIN_09)


def written(file: PaymentFile, *transfers: Transfer) -> bytes:
    return b"".join(lines(file, transfers))


@pytest.mark.parametrize("version", Version)
def test_a_file_is_valid_by_the_iso_schema_of_its_version(version: Version) -> None:
    schema = schema_of(version)
    debtor = replace(FILE.debtor, bic="ABNANL2A")
    for file in (FILE, replace(FILE, debtor=debtor, batch_booking=False)):
        file = replace(file, count=2, total_cents=10, version=version)
        schema.assertValid(etree.fromstring(written(file, TRANSFER, BY_TEXT)))


def test_a_file_of_one_version_is_not_valid_by_the_schema_of_the_other() -> None:
    for version, other in ((Version.PAIN_09, Version.PAIN_03), (Version.PAIN_03, Version.PAIN_09)):
        root = etree.fromstring(written(replace(FILE, version=version), TRANSFER))
        assert not schema_of(other).validate(root)


def test_the_versions_differ_in_namespace_day_and_bic_alone() -> None:
    file = replace(FILE, debtor=replace(FILE.debtor, bic="ABNANL2A"))
    newer = written(file, TRANSFER)
    older = written(replace(file, version=Version.PAIN_03), TRANSFER)
    for new, old in (
        (b"pain.001.001.09", b"pain.001.001.03"),
        (b"<ReqdExctnDt><Dt>2026-11-23</Dt></ReqdExctnDt>", b"<ReqdExctnDt>2026-11-23</ReqdExctnDt>"),
        (b"<BICFI>ABNANL2A</BICFI>", b"<BIC>ABNANL2A</BIC>"),
    ):
        assert newer.count(new) == 1
        newer = newer.replace(new, old)
    assert newer == older


def test_the_bytes_of_a_file_are_those_of_every_release_before() -> None:
    found = sha256(written(replace(FILE, count=2, total_cents=10), TRANSFER, BY_TEXT)).hexdigest()
    assert found == "e4ac748e4d1bb1e71f3dc15d9f415fb986b80102cdbe850a6c75f3dde5f753e9", (
        "settled runs are written again by the audit and must stay the same"
    )


def test_a_file_says_what_the_bank_needs() -> None:
    root = etree.fromstring(written(replace(FILE, count=2, total_cents=10), TRANSFER, BY_TEXT))

    def texts(path: str) -> list[str]:
        return [found.text or "" for found in root.iterfind(f".//p:{path}", NS)]

    assert texts("CreDtTm") == ["2026-11-22T09:00:00+01:00"]
    assert texts("NbOfTxs") == ["2", "2"]
    assert texts("CtrlSum") == ["0.10", "0.10"]
    assert texts("ReqdExctnDt/p:Dt") == ["2026-11-23"]
    assert texts("SvcLvl/p:Cd") == ["SEPA"]
    assert texts("ChrgBr") == ["SLEV"]
    assert texts("BtchBookg") == ["true"]
    assert texts("DbtrAgt/p:FinInstnId/p:Othr/p:Id") == ["NOTPROVIDED"]
    assert texts("InstdAmt") == ["0.05", "0.05"]
    assert texts("Cdtr/p:Nm") == ["Zorg & Zó B.V."] * 2
    assert texts("CdtrRefInf/p:Ref") == [TRANSFER.reference]
    assert texts("Ustrd") == [BY_TEXT.remittance]
    assert not root.xpath("//p:PstlAdr | //p:CdtrAgt", namespaces=NS)


def test_the_same_values_are_the_same_bytes() -> None:
    assert written(FILE, TRANSFER) == written(FILE, TRANSFER)


@pytest.mark.parametrize(
    ("cents", "text"),
    [(5, b">0.05<"), (100, b">1.00<"), (123456, b">1234.56<"), (10**11 - 1, b">999999999.99<")],
)
def test_cents_are_written_as_euros(cents: int, text: bytes) -> None:
    chunks = list(lines(replace(FILE, total_cents=cents), [replace(TRANSFER, amount_cents=cents)]))
    assert text in chunks[1]


@pytest.mark.parametrize("change", [{"total_cents": 6}, {"total_cents": 4}, {"count": 2}])
def test_another_total_or_count_never_gets_its_closing_tags(change: dict[str, Any]) -> None:
    received: list[bytes] = []
    with pytest.raises(MalformedFile):
        received.extend(lines(replace(FILE, **change), [TRANSFER]))
    assert b"</Document>" not in b"".join(received)


def test_more_transfers_than_announced_stop_at_once() -> None:
    def endless() -> Iterator[Transfer]:
        while True:
            yield TRANSFER

    with pytest.raises(MalformedFile, match="transfer 2"):
        list(lines(FILE, endless()))


def test_a_fault_names_the_transfer_that_has_it_in_any_piece() -> None:
    count = 250
    transfers = [TRANSFER] * (count - 1) + [replace(TRANSFER, creditor_name="")]
    with pytest.raises(MalformedFile) as refusal:
        written(replace(FILE, count=count, total_cents=5 * count), *transfers)
    assert refusal.value.place == "transfer 250, Cdtr/Nm"


WRONG_TRANSFERS: list[tuple[str, Any]] = [
    ("end_to_end_id", ""),
    ("end_to_end_id", "x" * 36),
    ("end_to_end_id", "/S1"),
    ("end_to_end_id", "S//1"),
    ("end_to_end_id", "S_1"),
    ("end_to_end_id", "S1\n"),
    ("end_to_end_id", " S1"),
    ("amount_cents", 0),
    ("amount_cents", -5),
    ("amount_cents", AMOUNT_MAX_CENTS + 1),
    ("creditor_name", ""),
    ("creditor_name", "   "),
    ("creditor_name", "x" * 71),
    ("creditor_name", "Zorg\nZo"),
    ("creditor_name", "Zorg\x00Zo"),
    ("creditor_name", "Zorg\ud800"),
    ("creditor_name", "Zorg\u202eoZ"),
    ("creditor_iban", "NL20INGB0001234568"),
    ("reference", "RF00S1"),
    ("reference", None),
    ("remittance", "text beside a reference"),
]


@pytest.mark.parametrize(("field", "value"), WRONG_TRANSFERS)
def test_a_transfer_outside_its_limits_is_refused(field: str, value: Any) -> None:
    transfer = replace(TRANSFER, **{field: value})
    with pytest.raises(MalformedFile) as refusal:
        written(replace(FILE, total_cents=max(1, transfer.amount_cents)), transfer)
    assert refusal.value.place.startswith("transfer 1, ")


def test_remittance_text_has_140_characters_at_most() -> None:
    assert written(FILE, replace(BY_TEXT, remittance="é" * 140))
    with pytest.raises(MalformedFile, match="Ustrd"):
        written(FILE, replace(BY_TEXT, remittance="x" * 141))


WRONG_FILES: list[tuple[str, Any]] = [
    ("message_id", "x" * 36),
    ("created_at", datetime(2026, 11, 22, 8, 0)),  # noqa: DTZ001 - the naive instant is the test
    ("count", 0),
    ("total_cents", 0),
    ("debtor", Debtor(name="x" * 71, iban="NL91ABNA0417164300")),
    ("debtor", Debtor(name="Gemeente", iban="NL91ABNA0417164301")),
    ("debtor", Debtor(name="Gemeente", iban="NL91ABNA0417164300", bic="ABNA")),
]


@pytest.mark.parametrize(("field", "value"), WRONG_FILES)
def test_a_file_outside_its_limits_is_refused_before_the_first_byte(field: str, value: Any) -> None:
    with pytest.raises(LedgerError):
        lines(replace(FILE, **{field: value}), [])


NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), min_size=1, max_size=70)


@given(NAMES)
def test_a_name_arrives_at_the_bank_exactly(schema: etree.XMLSchema, name: str) -> None:
    try:
        root = etree.fromstring(written(FILE, replace(TRANSFER, creditor_name=name)))
    except MalformedFile:
        assert not name.strip() or any("\x7f" <= character < "\xa0" for character in name)
        return
    schema.assertValid(root)
    assert root.xpath("//p:Cdtr/p:Nm/text()", namespaces=NS) == [name]


def test_a_hostile_name_stays_a_name() -> None:
    name = '</Nm></Cdtr><Evil a="1">&amp;]]>'
    root = etree.fromstring(written(FILE, replace(TRANSFER, creditor_name=name)))
    assert root.xpath("//p:Cdtr/p:Nm/text()", namespaces=NS) == [name]
    assert not root.xpath("//p:Evil", namespaces=NS)


def test_a_hundred_thousand_transfers_take_no_more_memory_than_one() -> None:
    count = 100_000
    transfers = (
        Transfer(
            end_to_end_id=f"S-{number}",
            amount_cents=5,
            creditor_name=TRANSFER.creditor_name,
            creditor_iban=TRANSFER.creditor_iban,
            reference=TRANSFER.reference,
        )
        for number in range(count)
    )
    file = replace(FILE, count=count, total_cents=5 * count)
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in lines(file, transfers))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > count * 300
    assert peak < 5_000_000
