# SPDX-License-Identifier: EUPL-1.2
"""The shortest answers a bank gives to a payment file."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>{answer}</MsgId><CreDtTm>2026-06-11T09:00:00+02:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>"""
_LINE = """
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file}</OrgnlPmtInfId><TxInfAndSts>
<OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"""
_TAIL = """
</CstmrPmtStsRpt></Document>
"""


def accepted(file: str, *, answer: str) -> bytes:
    """All of the file is accepted."""
    return (_HEAD.format(answer=answer, file=file, status="ACCP") + _TAIL).encode()


def of_a_stranger(file: str, *, answer: str) -> bytes:
    """Says something of a payment that is not in the file."""
    line = _LINE.format(file=file, end_to_end_id="NOT-OURS", status="RJCT")
    return (_HEAD.format(answer=answer, file=file, status="PART") + line + _TAIL).encode()
