# SPDX-License-Identifier: EUPL-1.2
"""What the bank booked: exact to the cent, of any version, without trust, in flat memory."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedFile
from ledger.formats.camt import Balance, Booked, Closed, Event, Opened, read

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt."

BATCH_AND_RETURN = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}053.001.08">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>BNG-1</MsgId><CreDtTm>2026-11-25T06:00:00</CreDtTm></GrpHdr>
  <Stmt>
   <Id>2026-228</Id><ElctrncSeqNb>228</ElctrncSeqNb><LglSeqNb>9</LglSeqNb>
   <CreDtTm>2026-11-25T06:00:00</CreDtTm>
   <FrToDt><FrDtTm>2026-11-24T00:00:00</FrDtTm><ToDtTm>2026-11-24T23:59:59+01:00</ToDtTm></FrToDt>
   <Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Gemeente</Nm></Ownr></Acct>
   <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100</Amt><CdtDbtInd>CRDT</CdtDbtInd>
    <Dt><Dt>2026-11-23</Dt></Dt></Bal>
   <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">200.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>
    <Dt><Dt>2026-11-24</Dt></Dt></Bal>
   <Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>
    <Dt><Dt>2026-11-24</Dt></Dt></Bal>
   <Ntry>
    <NtryRef>1</NtryRef><Amt Ccy="EUR">310.5</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>2026-11-24</Dt></BookgDt><ValDt><Dt>2026-11-24+01:00</Dt></ValDt>
    <AcctSvcrRef>ENTRY-1</AcctSvcrRef>
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
    <NtryDtls>
     <Btch><MsgId>TG-1</MsgId><PmtInfId>TG-1</PmtInfId><NbOfTxs>2</NbOfTxs>
      <TtlAmt Ccy="EUR">310.50</TtlAmt></Btch>
     <TxDtls>
      <Refs><EndToEndId>S-1</EndToEndId><InstrId>I-1</InstrId></Refs><Amt Ccy="EUR">300.00</Amt>
      <RltdPties>
       <Dbtr><Pty><Nm>Gemeente</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct>
       <Cdtr><Pty><Nm>Zorg &amp; Zó</Nm></Pty></Cdtr>
       <CdtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></CdtrAcct>
      </RltdPties>
      <RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
     </TxDtls>
     <TxDtls>
      <Refs><PmtInfId>TG-9</PmtInfId><EndToEndId>NOTPROVIDED</EndToEndId><AcctSvcrRef>D-2</AcctSvcrRef></Refs>
      <AmtDtls><TxAmt><Amt Ccy="EUR">10.5</Amt></TxAmt></AmtDtls>
      <BkTxCd><Prtry><Cd>586</Cd></Prtry></BkTxCd>
      <RmtInf><Ustrd>Declaratie</Ustrd><Ustrd>  2026-10 </Ustrd></RmtInf>
     </TxDtls>
    </NtryDtls>
   </Ntry>
   <Ntry>
    <Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><DtTm>2026-11-24T23:30:00Z</DtTm></BookgDt>
    <NtryDtls><TxDtls>
      <Refs><EndToEndId>S-0</EndToEndId></Refs>
      <RltdPties>
       <Dbtr><Pty><Nm>Gemeente</Nm></Pty></Dbtr>
       <Cdtr><Pty><Nm>Opgeheven B.V.</Nm></Pty></Cdtr>
      </RltdPties>
      <RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>
    </TxDtls></NtryDtls>
   </Ntry>
   <Ntry><Amt Ccy="EUR">99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
  </Stmt>
 </BkToCstmrStmt>
</Document>
"""

TWO_ACCOUNTS = f"""<?xml version="1.0" encoding="UTF-8"?>
<n:Document xmlns:n="{NAMESPACE}053.001.02"><n:BkToCstmrStmt>
 <n:GrpHdr><n:MsgId>M-2</n:MsgId><n:CreDtTm>2026-11-25T06:00:00</n:CreDtTm></n:GrpHdr>
 <n:Stmt><n:Id>A</n:Id><n:LglSeqNb>7</n:LglSeqNb>
  <n:Acct><n:Id><n:IBAN>NL91ABNA0417164300</n:IBAN></n:Id></n:Acct>
  <n:Bal><n:Tp><n:CdOrPrtry><n:Cd>PRCD</n:Cd></n:CdOrPrtry></n:Tp><n:Amt Ccy="EUR">0.00</n:Amt>
   <n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Dt><n:Dt>2026-11-23</n:Dt></n:Dt></n:Bal>
 </n:Stmt>
 <n:Stmt><n:Id>B</n:Id><n:Acct><n:Id><n:IBAN>NL20INGB0001234567</n:IBAN></n:Id></n:Acct>
  <n:Ntry><n:Amt Ccy="EUR">12</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Sts>BOOK</n:Sts>
   <n:BkTxCd><n:Prtry><n:Cd>541</n:Cd></n:Prtry></n:BkTxCd>
   <n:NtryDtls><n:TxDtls><n:RltdPties>
    <n:Dbtr><n:Nm>Inwoner</n:Nm></n:Dbtr><n:DbtrAcct><n:Id><n:IBAN>NL91ABNA0417164300</n:IBAN></n:Id></n:DbtrAcct>
   </n:RltdPties></n:TxDtls></n:NtryDtls></n:Ntry>
 </n:Stmt>
</n:BkToCstmrStmt></n:Document>
"""

NOTIFICATION = f"""<Document xmlns="{NAMESPACE}054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>M-3</MsgId><CreDtTm>2026-11-25T06:00:00</CreDtTm></GrpHdr>
<Ntfctn><Id>N</Id><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">310.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<NtryDtls><Btch><PmtInfId>TG-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""

PLAIN = Booked(
    entry_number=1,
    detail_number=0,
    amount_cents=9900,
    currency="EUR",
    is_credit=True,
    is_reversal=False,
    status="BOOK",
    booked_on=None,
    valued_on=None,
    entry_amount_cents=9900,
    entry_servicer_ref=None,
    bank_code=None,
    message_id=None,
    payment_info_id=None,
    batch_count=None,
    batch_total_cents=None,
    end_to_end_id=None,
    instruction_id=None,
    servicer_ref=None,
    counterparty_name=None,
    counterparty_iban=None,
    reference=None,
    remittance=None,
    return_code=None,
)
BATCH = replace(
    PLAIN,
    is_credit=False,
    booked_on=date(2026, 11, 24),
    valued_on=date(2026, 11, 24),
    entry_amount_cents=31050,
    entry_servicer_ref="ENTRY-1",
    message_id="TG-1",
    batch_count=2,
    batch_total_cents=31050,
)


def events(text: str) -> list[Event]:
    return list(read(BytesIO(text.encode())))


def test_a_statement_says_its_account_its_balances_and_what_was_booked() -> None:
    assert events(BATCH_AND_RETURN) == [
        Opened(
            kind="camt.053",
            message_id="BNG-1",
            statement_id="2026-228",
            sequence_number=228,
            account_iban="NL91ABNA0417164300",
            currency="EUR",
            opening=Balance(amount_cents=10000, day=date(2026, 11, 23)),
            closing=Balance(amount_cents=-20050, day=date(2026, 11, 24)),
            from_at=datetime(2026, 11, 23, 23, tzinfo=UTC),
            to_at=datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC),
        ),
        replace(
            BATCH,
            detail_number=1,
            amount_cents=30000,
            bank_code="PMNT-ICDT-ESCT",
            payment_info_id="TG-1",
            end_to_end_id="S-1",
            instruction_id="I-1",
            servicer_ref="ENTRY-1",
            counterparty_name="Zorg & Zó",
            counterparty_iban="NL20INGB0001234567",
            reference="RF18539007547034",
        ),
        replace(
            BATCH,
            detail_number=2,
            amount_cents=1050,
            bank_code="586",
            payment_info_id="TG-9",
            servicer_ref="D-2",
            remittance="Declaratie 2026-10",
        ),
        replace(
            PLAIN,
            entry_number=2,
            detail_number=1,
            amount_cents=1000,
            is_reversal=True,
            booked_on=date(2026, 11, 25),
            entry_amount_cents=1000,
            end_to_end_id="S-0",
            counterparty_name="Opgeheven B.V.",
            return_code="AC04",
        ),
        replace(PLAIN, entry_number=3, status="PDNG"),
        Closed(entry_count=3, booked_cents=1000 - 31050, booking_count=4),
    ]


def test_a_file_of_two_accounts_gives_two_statements_each_with_its_own_count() -> None:
    first = Opened(
        kind="camt.053",
        message_id="M-2",
        statement_id="A",
        sequence_number=7,
        account_iban="NL91ABNA0417164300",
        currency=None,
        opening=Balance(amount_cents=0, day=date(2026, 11, 23)),
        closing=None,
        from_at=None,
        to_at=None,
    )
    second = replace(
        first, statement_id="B", sequence_number=None, account_iban="NL20INGB0001234567", opening=None
    )
    booked = replace(
        PLAIN,
        detail_number=1,
        amount_cents=1200,
        entry_amount_cents=1200,
        bank_code="541",
        counterparty_name="Inwoner",
        counterparty_iban="NL91ABNA0417164300",
    )
    nothing = Closed(entry_count=0, booked_cents=0, booking_count=0)
    one = Closed(entry_count=1, booked_cents=1200, booking_count=1)
    assert events(TWO_ACCOUNTS) == [first, nothing, second, booked, one]


def test_a_batch_without_details_is_one_booking_that_names_the_batch() -> None:
    opened, booked, closed = events(NOTIFICATION)
    assert isinstance(opened, Opened)
    assert opened.kind == "camt.054"
    assert booked == replace(
        PLAIN,
        amount_cents=31050,
        entry_amount_cents=31050,
        is_credit=False,
        payment_info_id="TG-1",
        batch_count=2,
    )
    assert closed == Closed(entry_count=1, booked_cents=-31050, booking_count=1)


def with_amount(text: str) -> str:
    return TWO_ACCOUNTS.replace('<n:Amt Ccy="EUR">12<', f'<n:Amt Ccy="EUR">{text}<')


def booked(text: str) -> list[Booked]:
    return [event for event in events(text) if isinstance(event, Booked)]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12.", 1200),
        ("12.5", 1250),
        ("12.05", 1205),
        ("012.05000", 1205),
        ("+0.01", 1),
        (" 12 ", 1200),
        ("10000000000.00", 10**12),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    assert [each.amount_cents for each in booked(with_amount(text))] == [cents]


@given(st.integers(1, 10**12), st.integers(0, 3))
def test_what_is_written_in_cents_is_read_in_cents(cents: int, zeros: int) -> None:
    euros, rest = divmod(cents, 100)
    [found] = booked(with_amount(f"{euros}.{rest:02d}{'0' * zeros}"))
    assert found.amount_cents == found.entry_amount_cents == cents


@pytest.mark.parametrize(
    "text", ["", "-1", "1,00", "1.001", "1e3", "NaN", "1 000", "٣", ".5", "10000000000.01", "9" * 50]
)
def test_what_is_no_amount_in_whole_cents_is_refused(text: str) -> None:
    with pytest.raises(MalformedFile, match="Amt"):
        events(with_amount(text))


def test_an_entry_of_nothing_is_counted_and_is_no_booking() -> None:
    *_, opened, closed = events(with_amount("0.00"))
    assert isinstance(opened, Opened)
    assert closed == Closed(entry_count=1, booked_cents=0, booking_count=0)


def test_a_returned_payment_names_the_payee_however_the_bank_turns_the_parties() -> None:
    own = "<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct>"
    straight = BATCH_AND_RETURN.replace(
        "</Dbtr>\n       <Cdtr><Pty><Nm>Opg", f"</Dbtr>{own}<Cdtr><Pty><Nm>Opg"
    )
    turned = straight.replace("Dbtr>", "X>").replace("Cdtr>", "Dbtr>").replace("X>", "Cdtr>")
    turned = turned.replace("DbtrAcct", "X").replace("CdtrAcct", "DbtrAcct").replace("X", "CdtrAcct")
    assert straight != BATCH_AND_RETURN
    for text in (straight, turned):
        assert booked(text)[2].counterparty_name == "Opgeheven B.V."


def test_the_direction_of_a_detail_is_its_own_where_it_has_one() -> None:
    text = BATCH_AND_RETURN.replace("300.00</Amt>", "300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>")
    assert [each.is_credit for each in booked(text)] == [True, False, True, True]


@pytest.mark.parametrize(("said", "instant"), [("Z", 6), ("", 5), ("+02:00", 4), (".123456789", 5)])
def test_an_instant_without_offset_is_dutch_time(said: str, instant: int) -> None:
    opened = events(BATCH_AND_RETURN.replace("2026-11-24T00:00:00", f"2026-11-24T06:00:00{said}"))[0]
    assert isinstance(opened, Opened)
    assert opened.from_at is not None
    assert opened.from_at.replace(microsecond=0) == datetime(2026, 11, 24, instant, tzinfo=UTC)


WRONG: list[tuple[str, str, str]] = [
    (f"{NAMESPACE}053.001.08", f"{NAMESPACE}052.001.08", "is not a Document in"),
    ("<Document", "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><Document", "document type"),
    ("<Document", "<!DOCTYPE d [<!ENTITY e 'S-1'><!ENTITY f '&e;&e;&e;'>]><Document", "document type"),
    (">S-1<", ">&e;<", "not well-formed"),
    ("Gemeente", "\x00", "not well-formed"),
    ("UTF-8", "UTF-16", "another encoding"),
    ("<NtryRef>1", "<a>" * 500 + "</a>" * 500 + "<NtryRef>1", "nested deeper"),
    ("S-1", "S" * 100_000, "longer than"),
    ("S-1", "S" * 36, "longer than 35"),
    ("<EndToEndId>S-1", "<EndToEndId>S-2</EndToEndId><EndToEndId>S-1", "says twice"),
    (">S-1<", ">S-<b/>1<", "amid a text"),
    ("<Ustrd>D", "<Ustrd>xx</Ustrd>" * 2_000 + "<Ustrd>D", "longer than"),
    ("<NtryRef>1", "<a b='" + "x" * 1_000_000 + "'/><NtryRef>1", "has a tag"),
    ("<NtryRef>1", "".join(f"<a{n}/>" for n in range(6000)) + "<NtryRef>1", "more names"),
    ("<IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>", "<Othr>1</Othr></Id><Ccy>", "no sound Acct/Id/IBAN"),
    ("<IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>", "<IBAN>NL00</IBAN></Id><Ccy>", "no sound Acct/Id/IBAN"),
    ("<MsgId>BNG-1</MsgId>", "", "has no MsgId"),
    ("<Id>2026-228</Id>", "", "has no Id"),
    ("<Ccy>EUR</Ccy>", "<Ccy>euro</Ccy>", "Ccy is not a currency"),
    ('<Amt Ccy="EUR">310.5</Amt>', "<Amt>310.5</Amt>", "has no Amt@Ccy"),
    ('<Amt Ccy="EUR">310.5</Amt>', "", "has no Amt"),
    ('<Amt Ccy="EUR">300.00</Amt>', "", "no amount of its own"),
    ('<AmtDtls><TxAmt><Amt Ccy="EUR">10.5</Amt></TxAmt></AmtDtls>', "", "no amount of its own"),
    ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<CdtDbtInd>DEBIT</CdtDbtInd><Sts>", "CdtDbtInd is not"),
    ("<RvslInd>true", "<RvslInd>maybe", "RvslInd is not"),
    ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>booked</Cd></Sts>", "Sts is not"),
    ("<Dt>2026-11-24</Dt></BookgDt>", "<Dt>2026-13-24</Dt></BookgDt>", "is not a day"),
    ("2026-11-24T23:30:00Z", "0001-01-01T00:00:00+14:00", "not a date and time"),
    ("<NbOfTxs>2<", "<NbOfTxs>two<", "is not a number"),
    ("<Dt><Dt>2026-11-23</Dt></Dt>", "", "has no Dt"),
]


@pytest.mark.parametrize(("part", "instead", "fault"), WRONG)
def test_what_is_no_statement_is_refused_with_its_line_and_without_its_words(
    part: str, instead: str, fault: str
) -> None:
    assert part in BATCH_AND_RETURN
    with pytest.raises(MalformedFile) as refusal:
        events(BATCH_AND_RETURN.replace(part, instead))
    assert refusal.value.place.startswith("line ")
    assert fault in refusal.value.fault
    for secret in ("S-1", "Zorg", "NL20", "NL91", "310.5", "DEBIT", "passwd"):
        assert secret not in str(refusal.value)


def test_a_fault_names_the_line_on_which_its_part_begins() -> None:
    text = BATCH_AND_RETURN.replace("<RvslInd>true", "<RvslInd>maybe")
    line = text[: text.index('<Amt Ccy="EUR">10.00')].count("\n")
    with pytest.raises(MalformedFile) as refusal:
        events(text)
    assert refusal.value.place == f"line {line}"


def test_a_message_without_statements_is_refused() -> None:
    empty = NOTIFICATION[: NOTIFICATION.index("<Ntfctn>")] + "</BkToCstmrDbtCdtNtfctn></Document>"
    with pytest.raises(MalformedFile, match="no statement"):
        events(empty)


@pytest.mark.parametrize("text", [BATCH_AND_RETURN, TWO_ACCOUNTS, NOTIFICATION])
def test_a_statement_that_ends_too_early_is_never_taken_for_a_whole_one(text: str) -> None:
    whole = text.rstrip().encode()
    for end in [*range(0, len(whole), 10), len(whole) - 1]:
        with pytest.raises(MalformedFile):
            list(read(BytesIO(whole[:end])))


def repeated(count: int, *, first: str, after: str) -> bytes:
    """The statement with what stands from first up to after count times instead of once."""
    start = BATCH_AND_RETURN.index(first)
    end = BATCH_AND_RETURN.index(after, start) + len(after)
    return (BATCH_AND_RETURN[:start] + BATCH_AND_RETURN[start:end] * count + BATCH_AND_RETURN[end:]).encode()


def peak_bytes(source: BytesIO, *, bookings: int) -> int:
    tracemalloc.start()
    try:
        assert sum(isinstance(event, Booked) for event in read(source)) == bookings
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("first", "after", "others"), [("<Ntry>\n    <Amt", "</Ntry>", 3), ("<TxDtls>", "</TxDtls>", 3)]
)
def test_ten_times_the_entries_or_details_take_no_more_memory(first: str, after: str, others: int) -> None:
    few, many = (BytesIO(repeated(count, first=first, after=after)) for count in (500, 5_000))
    least = peak_bytes(few, bookings=500 + others)
    assert peak_bytes(many, bookings=5_000 + others) < 1.5 * least
