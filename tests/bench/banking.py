# SPDX-License-Identifier: EUPL-1.2
"""A bank's statement that books every payment of a run for itself, written without keeping any."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger.db import Work
from ledger.tables import Payment, RunRelease

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>BENCH</MsgId><CreDtTm>{day}T06:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>BENCH-1</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>{day}</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>{day}</Dt></Dt></Bal>
"""
_ENTRY = """<Ntry><Amt Ccy="EUR">{euros}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>B{number}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>
<Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>
<EndToEndId>{end_to_end_id}</EndToEndId></Refs><Amt Ccy="EUR">{euros}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
</TxDtls></NtryDtls></Ntry>
"""
_TAIL = "</Stmt></BkToCstmrStmt></Document>\n"


def write_statement(work: Work, run_id: UUID, path: Path) -> None:
    """A camt.053 with one entry for every payment of a run that was released."""
    release = work.session.get(RunRelease, (work.municipality_id, run_id))
    assert release is not None
    day = release.recorded_at.date().isoformat()
    payments = (
        select(col(Payment.end_to_end_id), col(Payment.amount_cents))
        .where(col(Payment.municipality_id) == work.municipality_id, col(Payment.run_id) == run_id)
        .order_by(col(Payment.id))
        .execution_options(yield_per=1000)
    )
    with path.open("w", encoding="utf-8") as file, work.session.execute(payments) as found:
        file.write(_HEAD.format(day=day, iban=release.debtor_iban, total=_euros(release.total_cents)))
        for number, (end_to_end_id, cents) in enumerate(found, start=1):
            entry = {"number": number, "euros": _euros(cents), "end_to_end_id": end_to_end_id}
            file.write(_ENTRY.format(day=day, **entry))
        file.write(_TAIL)


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
