# SPDX-License-Identifier: EUPL-1.2
"""The bank's answer to a payment file: whole, exact, of any version, without trust, in flat memory."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest

from ledger.errors import MalformedFile
from ledger.formats.pain002 import MAX_REASONS, PaymentStatus, StatusCount, StatusReason, StatusReport, read

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001."

REJECTED = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}03">
  <CstmrPmtStsRpt>
    <GrpHdr><MsgId>BNG-77</MsgId><CreDtTm>2026-11-25T06:00:00</CreDtTm></GrpHdr>
    <OrgnlGrpInfAndSts>
      <OrgnlMsgId>TG-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>
      <OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>30.5</OrgnlCtrlSum><GrpSts>PART</GrpSts>
      <StsRsnInf><Orgtr><Nm>BNG</Nm></Orgtr><AddtlInf>Een deel</AddtlInf>
        <AddtlInf>is
 afgewezen</AddtlInf></StsRsnInf>
    </OrgnlGrpInfAndSts>
    <OrgnlPmtInfAndSts>
      <OrgnlPmtInfId>TG-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
      <StsRsnInf><Rsn><Prtry>ZIE</Prtry></Rsn></StsRsnInf>
      <TxInfAndSts>
        <StsId>1</StsId><OrgnlInstrId>I-1</OrgnlInstrId><OrgnlEndToEndId>S-1</OrgnlEndToEndId>
        <TxSts>RJCT</TxSts>
        <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Rekening opgeheven</AddtlInf></StsRsnInf>
        <AcctSvcrRef>REF-1</AcctSvcrRef>
        <OrgnlTxRef>
          <Amt><InstdAmt Ccy="EUR">10.10</InstdAmt></Amt>
          <Cdtr><Nm>Zorg &amp; Zó</Nm></Cdtr>
          <CdtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></CdtrAcct>
        </OrgnlTxRef>
      </TxInfAndSts>
      <TxInfAndSts>
        <OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>
        <OrgnlTxRef>
          <Amt><InstdAmt Ccy="USD">10.10</InstdAmt></Amt>
          <CdtrAcct><Id><IBAN>NL20INGB0001234568</IBAN></Id></CdtrAcct>
        </OrgnlTxRef>
      </TxInfAndSts>
    </OrgnlPmtInfAndSts>
    <OrgnlPmtInfAndSts>
      <OrgnlPmtInfId>TG-2</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts>
    </OrgnlPmtInfAndSts>
  </CstmrPmtStsRpt>
</Document>
"""

CHECKED = f"""<?xml version='1.0' encoding='utf-8'?>
<p:Document xmlns:p="{NAMESPACE}10"><p:CstmrPmtStsRpt>
<p:GrpHdr><p:MsgId>V-1</p:MsgId><p:CreDtTm>2026-11-25T06:00:00.123+01:00</p:CreDtTm></p:GrpHdr>
<p:OrgnlGrpInfAndSts><p:OrgnlMsgId>TG-1</p:OrgnlMsgId><p:OrgnlMsgNmId>pain.001</p:OrgnlMsgNmId>
<p:OrgnlNbOfTxs>462</p:OrgnlNbOfTxs><p:GrpSts>RVCM</p:GrpSts>
<p:NbOfTxsPerSts><p:DtldNbOfTxs>461</p:DtldNbOfTxs><p:DtldSts>RCVC</p:DtldSts></p:NbOfTxsPerSts>
</p:OrgnlGrpInfAndSts>
<p:OrgnlPmtInfAndSts><p:OrgnlPmtInfId>TG-1</p:OrgnlPmtInfId>
<p:TxInfAndSts><p:OrgnlEndToEndId>S-9</p:OrgnlEndToEndId><p:TxSts>RVMC</p:TxSts>
<p:StsRsnInf><p:AddtlInf>Zorg en Zo B.V.</p:AddtlInf></p:StsRsnInf>
<p:OrgnlTxRef><p:Cdtr><p:Pty><p:Nm>Zorg</p:Nm></p:Pty></p:Cdtr></p:OrgnlTxRef></p:TxInfAndSts>
</p:OrgnlPmtInfAndSts></p:CstmrPmtStsRpt></p:Document>"""

EMPTY_LINE = PaymentStatus(
    payment_info_id="TG-1",
    payment_info_status=None,
    end_to_end_id=None,
    instruction_id=None,
    status=None,
    reasons=(),
    amount_cents=None,
    creditor_iban=None,
    servicer_ref=None,
    matched_name=None,
)


def report(text: str) -> tuple[StatusReport, list[PaymentStatus]]:
    found = read(BytesIO(text.encode()))
    return found, list(found.lines)


def test_a_rejection_says_what_was_rejected_and_why() -> None:
    head, lines = report(REJECTED)
    assert head == StatusReport(
        message_id="BNG-77",
        created_at=datetime(2026, 11, 25, 5, tzinfo=UTC),
        original_message_id="TG-1",
        original_message_name="pain.001.001.03",
        count=3,
        total_cents=3050,
        group_status="PART",
        reasons=(StatusReason(code=None, text="Een deel is afgewezen"),),
        counts=(),
        lines=head.lines,
    )
    of_block = (StatusReason(code="ZIE", text=None),)
    assert lines == [
        replace(
            EMPTY_LINE,
            payment_info_status="PART",
            end_to_end_id="S-1",
            instruction_id="I-1",
            status="RJCT",
            reasons=(StatusReason(code="AC04", text="Rekening opgeheven"),),
            amount_cents=1010,
            creditor_iban="NL20INGB0001234567",
            servicer_ref="REF-1",
        ),
        replace(EMPTY_LINE, payment_info_status="PART", reasons=of_block),
        replace(EMPTY_LINE, payment_info_id="TG-2", payment_info_status="ACSC"),
    ]


def test_a_verification_of_payees_gives_the_known_name_of_a_close_match_and_counts_the_rest() -> None:
    head, lines = report(CHECKED)
    assert head.created_at == datetime(2026, 11, 25, 5, 0, 0, 123000, tzinfo=UTC)
    assert (head.group_status, head.count) == ("RVCM", 462)
    assert head.counts == (StatusCount(status="RCVC", count=461),)
    reasons = (StatusReason(code=None, text="Zorg en Zo B.V."),)
    assert lines == [
        replace(
            EMPTY_LINE, end_to_end_id="S-9", status="RVMC", reasons=reasons, matched_name="Zorg en Zo B.V."
        )
    ]


@pytest.mark.parametrize("status", ["RVNM", "RVNA", "RJCT", "RCVC"])
def test_only_a_close_match_has_a_known_name(status: str) -> None:
    [line] = report(CHECKED.replace("RVMC", status))[1]
    assert (line.status, line.matched_name) == (status, None)


def test_a_status_of_the_whole_file_alone_has_no_lines() -> None:
    whole = REJECTED[: REJECTED.index("    <OrgnlPmtInfAndSts>")] + "</CstmrPmtStsRpt></Document>"
    head, lines = report(whole.replace("PART", "RJCT"))
    assert (head.group_status, lines) == ("RJCT", [])


def test_transactions_outside_blocks_are_read_as_well() -> None:
    older = CHECKED.replace(f"{NAMESPACE}10", f"{NAMESPACE}02")
    older = older.replace("<p:OrgnlPmtInfAndSts><p:OrgnlPmtInfId>TG-1</p:OrgnlPmtInfId>", "")
    _, lines = report(older.replace("</p:OrgnlPmtInfAndSts>", ""))
    assert [(line.payment_info_id, line.end_to_end_id) for line in lines] == [(None, "S-9")]


def test_a_reason_of_one_payment_is_never_given_to_the_next() -> None:
    _, lines = report(REJECTED.replace("<StsRsnInf><Rsn><Prtry>ZIE</Prtry></Rsn></StsRsnInf>", ""))
    assert [len(line.reasons) for line in lines] == [1, 0, 0]


WRONG: list[tuple[str, str, str]] = [
    (f"{NAMESPACE}03", "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03", "is not a Document in"),
    ("<GrpSts>PART</GrpSts>", "<GrpSts>part</GrpSts>", "GrpSts is not"),
    ("<TxSts>RJCT</TxSts>", "<TxSts>REJECT</TxSts>", "TxSts is not"),
    ("<TxSts>RJCT</TxSts>", "<TxSts>RJCT</TxSts><TxSts>ACSC</TxSts>", "says twice"),
    ("<TxSts>RJCT</TxSts>", "<TxSts>RJ<b/>CT</TxSts>", "amid a text"),
    ("<OrgnlMsgId>TG-1</OrgnlMsgId>", "", "has no OrgnlMsgId"),
    ("<MsgId>BNG-77</MsgId>", "<MsgId> </MsgId>", "has no MsgId"),
    ("<OrgnlNbOfTxs>3<", "<OrgnlNbOfTxs>three<", "OrgnlNbOfTxs is not"),
    ("<OrgnlCtrlSum>30.5<", "<OrgnlCtrlSum>30.555<", "not in whole cents"),
    ("2026-11-25T06:00:00", "2026-11-25", "CreDtTm is not"),
    ("2026-11-25T06:00:00", "2026-02-30T06:00:00", "CreDtTm is not"),
    ("S-1", "S" * 36, "longer than 35"),
    ("OrgnlGrpInfAndSts>", "OrgnlGrpInf>", "comes before"),
    ("<?xml ", "<!-- --><?xml ", "not well-formed"),
    ('encoding="UTF-8"', 'encoding="ISO-8859-1"', "another encoding"),
    ("Zorg", "Zorg & Zo", "not well-formed"),
    ("<Document", "<!DOCTYPE d><Document", "document type"),
    ("<Document", "<!DOCTYPE d [<!ENTITY e 'S-1'>]><Document", "document type"),
    ("S-1", "&e;", "not well-formed"),
    ("<StsId>1</StsId>", "<x>" * 200 + "</x>" * 200, "nested deeper"),
    ("<StsId>1</StsId>", "<AcctSvcrRef>" + "x" * 5000 + "</AcctSvcrRef>", "longer than"),
    (
        "<StsId>1</StsId>",
        "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>" * (MAX_REASONS + 1),
        "one reason more",
    ),
    ("<StsId>1</StsId>", "".join(f"<x{number}/>" for number in range(6000)), "more names"),
    ("<StsId>1</StsId>", "".join(f"<x xmlns:x{number}='u'/>" for number in range(6000)), "more names"),
    ("<StsId>1</StsId>", "<!--" + "x" * 1_000_000 + "-->", "has a tag"),
]


@pytest.mark.parametrize(("part", "instead", "fault"), WRONG)
def test_what_is_no_report_is_refused_with_its_line_and_without_its_words(
    part: str, instead: str, fault: str
) -> None:
    assert part in REJECTED
    with pytest.raises(MalformedFile) as refusal:
        report(REJECTED.replace(part, instead))
    assert refusal.value.place.startswith("line ")
    assert fault in refusal.value.fault
    for secret in ("S-1", "Zorg", "NL20", "30.5", "REJECT", "xxx"):
        assert secret not in str(refusal.value)


def test_a_report_that_says_nothing_of_the_file_is_refused() -> None:
    nothing = REJECTED[: REJECTED.index("    <OrgnlGrpInfAndSts>")] + "</CstmrPmtStsRpt></Document>"
    with pytest.raises(MalformedFile, match="has no OrgnlGrpInfAndSts"):
        report(nothing)


def test_a_report_that_ends_too_early_is_never_taken_for_a_whole_one() -> None:
    whole = REJECTED.rstrip().encode()
    for end in [*range(0, len(whole), 10), len(whole) - 1]:
        with pytest.raises(MalformedFile):
            list(read(BytesIO(whole[:end])).lines)


def repeated(count: int) -> bytes:
    start, end = (
        REJECTED.index("      <TxInfAndSts>"),
        REJECTED.index("      <TxInfAndSts>\n        <OrgnlEndTo"),
    )
    line = REJECTED[start:end]
    return (REJECTED[:start] + line * count + REJECTED[end:]).encode()


def peak_bytes(source: BytesIO, *, lines: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(source).lines) == lines
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_the_lines_take_no_more_memory() -> None:
    few = peak_bytes(BytesIO(repeated(500)), lines=502)
    many = peak_bytes(BytesIO(repeated(5_000)), lines=5_002)
    assert many < 1.5 * few
