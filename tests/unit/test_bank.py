# SPDX-License-Identifier: EUPL-1.2
"""The bank that we test against: valid messages, balances that chain, and no for what is wrong."""

import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.formats import pain001
from ledger.identifiers import rf_reference
from tests.bank import Bank, Credit, Script, Vop, mutations
from tests.bank.orders import is_iban
from tests.bank.reading import SCHEMAS, balances, entries, root, text, texts

OURS, OTHER = "NL91ABNA0417164300", "NL20INGB0001234567"
MONDAY = date(2026, 11, 23)


def iban(number: int) -> str:
    """A made-up Dutch account with sound check digits."""
    body = f"TEST{number:010d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{body}NL00")
    return f"NL{98 - int(digits) % 97:02d}{body}"


def payments(amounts: list[int], *, message_id: str = "TG-1", batch: bool = True, **changes: Any) -> bytes:
    """Our own payment file; payment n goes to iban(n)."""
    values: dict[str, Any] = {
        "message_id": message_id,
        "created_at": datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        "requested_on": MONDAY,
        "debtor": pain001.Debtor(name="Gemeente Voorbeeld", iban=OURS),
        "count": len(amounts),
        "total_cents": sum(amounts),
        "batch_booking": batch,
    }
    return b"".join(pain001.lines(pain001.PaymentFile(**values | changes), transfers(message_id, amounts)))


def transfers(message_id: str, amounts: list[int]) -> Iterator[pain001.Transfer]:
    for number, amount_cents in enumerate(amounts):
        yield pain001.Transfer(
            end_to_end_id=f"{message_id}-{number}",
            amount_cents=amount_cents,
            creditor_name=f"Zorg & Zó {number}",
            creditor_iban=iban(number),
            reference=rf_reference(f"S{number}"),
        )


def bank(*, opening_cents: int = 1_000_000, seed: int = 1, **script: Any) -> Bank:
    return Bank(
        iban=OURS,
        name="Gemeente Voorbeeld",
        opening_cents=opening_cents,
        first_day=MONDAY,
        seed=seed,
        script=Script(**script),
    )


def verdict(answer: bytes) -> tuple[str | None, str | None]:
    """Group status and the first reason."""
    tree = root(answer)
    return text(tree, "GrpSts"), text(tree, "StsRsnInf/Rsn/Cd")


def test_the_schemas_are_those_that_their_page_names() -> None:
    page = (SCHEMAS / "README.md").read_text()
    files = sorted(SCHEMAS.glob("*.xsd"))

    assert len(files) == page.count(".xsd |") == 6
    for file in files:
        assert re.search(rf"\| {file.name} .* {sha256(file.read_bytes()).hexdigest()} \|", page)


# --- Answers to a payment file


@pytest.mark.parametrize("version", ["03", "10"])
@pytest.mark.parametrize("accepted", ["ACTC", "ACCP", "ACSP"])
def test_our_own_payment_file_is_accepted(version: str, accepted: str) -> None:
    answer = root(bank(status_version=version, accepted=accepted).submit(payments([5, 1234])))

    assert texts(answer, "GrpSts") == texts(answer, "PmtInfSts") == [accepted]
    assert texts(answer, "OrgnlMsgId") == texts(answer, "OrgnlPmtInfId") == ["TG-1"]
    assert texts(answer, "OrgnlMsgNmId") == ["pain.001.001.09"]
    assert texts(answer, "DtldNbOfTxs") == ["2"]
    assert texts(answer, "OrgnlCtrlSum") == ["12.39", "12.39"]
    assert not texts(answer, "TxInfAndSts")


def test_the_older_version_of_a_payment_file_is_accepted_too() -> None:
    older = payments([5, 7]).replace(b"pain.001.001.09", b"pain.001.001.03")
    older = older.replace(b"<ReqdExctnDt><Dt>", b"<ReqdExctnDt>").replace(
        b"</Dt></ReqdExctnDt>", b"</ReqdExctnDt>"
    )
    ours = bank()

    assert verdict(ours.submit(older)) == ("ACCP", None)
    assert entries(root(ours.advance()[0])) == [-12]


WRONG_FILES = [
    (b"<NbOfTxs>2</NbOfTxs><CtrlSum>0.12</CtrlSum><InitgPty>", b"<NbOfTxs>3</NbOfTxs><InitgPty>", "AM19"),
    (b"<CtrlSum>0.12</CtrlSum><InitgPty>", b"<CtrlSum>0.13</CtrlSum><InitgPty>", "AM16"),
    (b"<NbOfTxs>2</NbOfTxs><CtrlSum>0.12</CtrlSum><PmtTpInf>", b"<NbOfTxs>1</NbOfTxs><PmtTpInf>", "AM20"),
    (b"<CtrlSum>0.12</CtrlSum><PmtTpInf>", b"<CtrlSum>0.11</CtrlSum><PmtTpInf>", "AM17"),
    (b">0.05<", b">0.06<", "AM17"),
    (b">0.05<", b">0.055<", "AM12"),
    (OURS.encode(), OTHER.encode(), "AC02"),
    (b"<PmtMtd>TRF</PmtMtd>", b"", "FF01"),
    (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XYZ</PmtMtd>", "FF01"),
    (b"pain.001.001.09", b"pain.001.001.01", "FF01"),
    (b"</Document>", b"", "FF01"),
    (b"<Document", b'<!DOCTYPE Document [<!ENTITY a "b">]><Document', "FF01"),
]


@pytest.mark.parametrize(("old", "new", "code"), WRONG_FILES)
def test_a_wrong_file_is_refused_as_a_whole_with_its_reason_and_books_nothing(
    old: bytes, new: bytes, code: str
) -> None:
    file = payments([5, 7])
    assert old in file
    ours = bank()

    assert verdict(ours.submit(file.replace(old, new))) == ("RJCT", code)
    assert entries(root(ours.advance()[0])) == []
    assert verdict(ours.submit(file)) == ("ACCP", None)


def test_half_a_file_is_no_file_wherever_it_ends() -> None:
    file = payments([5, 7]).rstrip()

    for size in range(0, len(file), 11):
        assert verdict(bank().submit(file[:size])) == ("RJCT", "FF01"), size


@pytest.mark.parametrize(
    ("again", "code"),
    [(payments([5]), "AM05"), (payments([6]), "DU01"), (payments([5], message_id="TG-2"), None)],
)
def test_a_file_is_taken_once(again: bytes, code: str | None) -> None:
    ours = bank()
    ours.submit(payments([5]))

    assert verdict(ours.submit(again)) == ("RJCT" if code else "ACCP", code)


def test_single_payments_are_refused_and_the_others_booked() -> None:
    ours = bank(reject={iban(0): "AC04", iban(2): "RC01"})
    answer = root(ours.submit(payments([5, 7, 11])))

    assert texts(answer, "GrpSts") == ["PART"]
    assert texts(answer, "OrgnlEndToEndId") == ["TG-1-0", "TG-1-2"]
    assert texts(answer, "TxSts") == ["RJCT", "RJCT"]
    assert texts(answer, "StsRsnInf/Rsn/Cd") == ["AC04", "RC01"]
    assert texts(answer, "InstdAmt") == ["0.05", "0.11"]
    assert sorted(zip(texts(answer, "DtldSts"), texts(answer, "DtldNbOfTxs"), strict=True)) == [
        ("ACCP", "1"),
        ("RJCT", "2"),
    ]
    assert entries(root(ours.advance()[0])) == [-7]


def test_a_file_of_which_every_payment_is_refused_is_refused() -> None:
    ours = bank(reject={iban(0): "AC06"})

    assert verdict(ours.submit(payments([5]))) == ("RJCT", "AC06")
    assert entries(root(ours.advance()[0])) == []


def test_an_account_with_wrong_check_digits_is_refused_by_itself() -> None:
    wrong = payments([5, 7]).replace(iban(0).encode(), b"NL00TEST0000000000")

    assert verdict(bank().submit(wrong)) == ("PART", "AC01")
    assert is_iban(OURS)


# --- Verification of Payee


def test_a_close_match_tells_the_name_and_the_file_waits_until_it_is_let_go() -> None:
    ours = bank(vop={iban(0): Vop(outcome="RVMC", name="Zorg B.V."), iban(2): Vop(outcome="RVNM")})

    named = root(ours.submit(payments([5, 7, 11])))
    waiting = entries(root(ours.advance()[0]))
    answer = root(ours.authorise("TG-1", without=frozenset({"TG-1-2"})))

    assert texts(named, "GrpSts") == ["RVCM"]
    assert texts(named, "TxSts") == ["RVMC", "RVNM"]
    assert texts(named, "StsRsnInf/AddtlInf") == ["Zorg B.V."]
    assert waiting == []
    assert texts(answer, "GrpSts") == ["PART"]
    assert texts(answer, "TxInfAndSts/OrgnlEndToEndId") == ["TG-1-2"]
    assert entries(root(ours.advance()[0])) == [-12]


def test_names_that_all_match_are_one_word() -> None:
    answer = root(bank(vop={}).submit(payments([5, 7])))

    assert texts(answer, "GrpSts") == ["RCVC"]
    assert texts(answer, "TxSts") == []


def test_a_verification_not_done_yet_is_done_later() -> None:
    ours = bank(vop={iban(0): Vop(outcome="RVNC")})

    assert texts(root(ours.submit(payments([5, 7]))), "GrpSts") == ["RVNC"]
    later = root(ours.verified("TG-1", done=True))
    assert (texts(later, "GrpSts"), texts(later, "TxSts")) == (["RVCM"], ["RVNA"])


# --- Statements


def test_a_batch_is_one_entry_with_its_payments_inside() -> None:
    ours = bank()
    ours.submit(payments([5, 7]))
    statement = root(ours.advance()[0])

    assert balances(statement) == (1_000_000, 999_988)
    assert entries(statement) == [-12]
    assert texts(statement, "Btch/PmtInfId") == ["TG-1"]
    assert texts(statement, "Btch/NbOfTxs") == ["2"]
    assert texts(statement, "EndToEndId") == ["TG-1-0", "TG-1-1"]
    assert texts(statement, "CdtrRefInf/Ref") == [rf_reference("S0"), rf_reference("S1")]
    assert texts(statement, "RltdPties/CdtrAcct/Id/IBAN") == [iban(0), iban(1)]
    assert texts(statement, "RltdPties/Cdtr/Pty/Nm") == ["Zorg & Zó 0", "Zorg & Zó 1"]
    assert texts(statement, "TxDtls/Amt") == ["0.05", "0.07"]


@pytest.mark.parametrize(
    ("file_asks", "script", "number"), [(True, None, 1), (False, None, 2), (True, False, 2)]
)
def test_a_batch_is_booked_as_the_file_asks_unless_the_bank_does_otherwise(
    file_asks: bool, script: bool | None, number: int
) -> None:
    ours = bank(batch_booked=script)
    ours.submit(payments([5, 7], batch=file_asks))

    assert len(entries(root(ours.advance()[0]))) == number


@pytest.mark.parametrize("camt_version", ["02", "08"])
def test_the_payments_of_a_batch_may_be_told_apart_in_a_notification(camt_version: str) -> None:
    ours = bank(batch_details="notification", camt_version=camt_version)
    ours.submit(payments([5, 7]))
    notification, statement = (root(message) for message in ours.advance())

    assert texts(notification, "EndToEndId") == ["TG-1-0", "TG-1-1"]
    assert entries(notification) == entries(statement) == [-12]
    assert texts(notification, "Ntry/AcctSvcrRef") == texts(statement, "Ntry/AcctSvcrRef")
    assert texts(statement, "EndToEndId") == []


def test_the_payments_of_a_batch_may_be_told_nowhere() -> None:
    ours = bank(batch_details="none")
    ours.submit(payments([5, 7]))
    messages = ours.advance()

    assert len(messages) == 1
    assert texts(root(messages[0]), "TxDtls") == []


def test_a_bank_that_drops_our_id_told_its_own_before() -> None:
    ours = bank(omit_end_to_end=True, batch_booked=False)
    answer = root(ours.submit(payments([5, 7])))
    statement = root(ours.advance()[0])

    assert texts(answer, "OrgnlEndToEndId") == ["TG-1-0", "TG-1-1"]
    assert (
        texts(answer, "AcctSvcrRef")
        == texts(statement, "Ntry/AcctSvcrRef")
        == texts(statement, "Refs/AcctSvcrRef")
    )
    assert texts(statement, "EndToEndId") == texts(statement, "PmtInfId") == []


def test_a_payment_comes_back_with_its_reason_and_the_references_it_left_with() -> None:
    ours = bank(return_after_days={iban(0): (2, "AC04"), iban(1): (3, "MD07")})
    ours.submit(payments([5, 7, 11]))
    days = [root(message) for message in ours.advance(4)]

    assert [entries(day) for day in days] == [[-23], [], [5], [7]]
    assert texts(days[2], "RtrInf/Rsn/Cd") == ["AC04"]
    assert texts(days[3], "RtrInf/Rsn/Cd") == ["MD07"]
    assert texts(days[2], "EndToEndId") == ["TG-1-0"]
    assert texts(days[2], "Refs/MsgId") == texts(days[2], "Refs/PmtInfId") == ["TG-1"]
    assert texts(days[2], "Refs/AcctSvcrRef") != texts(days[2], "Ntry/AcctSvcrRef")
    assert texts(days[2], "RltdPties/CdtrAcct/Id/IBAN") == [iban(0)]


def test_a_file_may_be_booked_late_and_over_two_statements() -> None:
    ours = bank(settle_after_days=1, split_days=2)
    ours.submit(payments([5, 7, 11]))

    assert [entries(root(message)) for message in ours.advance(4)] == [[], [-5], [-18], []]


def test_a_file_for_a_later_day_waits_for_it() -> None:
    ours = bank()
    ours.submit(payments([5], requested_on=MONDAY + timedelta(days=2)))

    assert [entries(root(message)) for message in ours.advance(3)] == [[], [], [-5]]


def test_a_wrong_amount_is_booked_wrong_and_the_balances_follow() -> None:
    ours = bank(amount_off_by={"TG-1-0": 1, iban(1): -2}, batch_booked=False)
    ours.submit(payments([5, 7, 11]))
    first, second = (root(message) for message in ours.advance(2))

    assert entries(first) == [-6, -5, -11]
    assert balances(first)[1] == balances(second)[0] == 1_000_000 - 22


def test_money_of_strangers_interest_and_charges_are_entries_too() -> None:
    stranger = Credit(day=0, amount_cents=250, name="J. Jansen", iban=OTHER, reference=rf_reference("S1"))
    silent = Credit(day=0, amount_cents=1, name="P. Peters", iban=OTHER, text="terugbetaling")
    ours = bank(other_credits=(stranger, silent), interest={1: 30, 2: -4}, charges={1: 995})
    days = [root(message) for message in ours.advance(3)]

    assert [entries(day) for day in days] == [[250, 1], [30, -995], [-4]]
    assert texts(days[0], "CdtrRefInf/Ref") == [rf_reference("S1")]
    assert texts(days[0], "Ustrd") == ["terugbetaling"]
    assert texts(days[0], "RltdPties/DbtrAcct/Id/IBAN") == [OTHER, OTHER]
    assert texts(days[1], "SubFmlyCd") == ["INTR", "CHRG"]


def test_an_overdrawn_account_has_a_debit_balance() -> None:
    ours = bank(opening_cents=3)
    ours.submit(payments([5]))

    assert balances(root(ours.advance()[0])) == (3, -2)


AMOUNTS = st.lists(st.integers(1, 10**11 - 1), min_size=1, max_size=8)


@settings(max_examples=40)
@given(
    amounts=AMOUNTS,
    returned=st.sets(st.integers(0, 7)),
    rejected=st.sets(st.integers(0, 7)),
    split_days=st.integers(1, 4),
    batch_booked=st.booleans(),
    batch_details=st.sampled_from(["statement", "notification", "none"]),
    camt_version=st.sampled_from(["02", "08"]),
    omit_end_to_end=st.booleans(),
)
def test_over_ten_days_the_balances_chain_and_what_left_is_what_was_accepted_and_not_returned(
    amounts: list[int], returned: set[int], rejected: set[int], **script: Any
) -> None:
    ours = bank(
        reject={iban(number): "AC01" for number in rejected},
        return_after_days={iban(number): (number, "AC04") for number in returned},
        charges={4: 7},
        **script,
    )
    ours.submit(payments(amounts))
    messages = [root(message) for message in ours.advance(11)]
    days = [tree for tree in messages if tree.find(".//{*}Stmt") is not None]

    ends = [balances(day) for day in days]
    assert [opening for opening, _ in ends] == [1_000_000] + [closing for _, closing in ends[:-1]]
    assert all(
        opening + sum(entries(day)) == closing for day, (opening, closing) in zip(days, ends, strict=True)
    )
    assert texts_of(days, "ElctrncSeqNb") == [str(number) for number in range(1, 12)]
    assert len(set(texts_of(days, "Stmt/Id"))) == len(set(texts_of(days, "GrpHdr/MsgId"))) == 11
    kept = sum(amount for number, amount in enumerate(amounts) if number not in returned | rejected)
    assert 1_000_000 - ends[-1][1] == kept + 7


def texts_of(trees: list[etree._Element], path: str) -> list[str | None]:
    return [found for tree in trees for found in texts(tree, path)]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_references() -> None:
    def all_messages(seed: int) -> list[bytes]:
        ours = bank(seed=seed, batch_details="notification", return_after_days={iban(0): (1, "AC04")})
        return [ours.submit(payments([5, 7])), *ours.advance(3)]

    assert all_messages(1) == all_messages(1)
    assert not set(all_messages(1)) & set(all_messages(2))


class Counted:
    """A file that keeps nothing."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, piece: bytes) -> int:
        self.size += len(piece)
        return len(piece)


def test_a_large_statement_is_written_in_flat_memory() -> None:
    ours, file = bank(opening_cents=10**9), Counted()
    ours.submit(payments([5] * 2_000))

    tracemalloc.start()
    ours.write_statement(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert file.size > 1_100_000
    assert peak < 300_000
    assert ours.balance_cents == 10**9 - 10_000


# --- Bad messages made of good ones


@pytest.fixture(params=["02", "08"])
def days(request: pytest.FixtureRequest) -> list[bytes]:
    ours = bank(camt_version=request.param, batch_booked=False, return_after_days={iban(1): (1, "AC04")})
    ours.submit(payments([5, 7, 11]))
    return ours.advance(3)


def test_a_mutated_statement_is_still_valid_and_wrong_in_one_way(days: list[bytes]) -> None:
    good = days[0]
    assert texts(root(mutations.to_account(good, OTHER)), "Stmt/Acct/Id/IBAN") == [OTHER]
    assert currencies(mutations.in_currency(good, "USD")) == {"USD"}
    assert currencies(mutations.entry_in_currency(good, "USD")) == {"USD", "EUR"}
    assert texts(root(mutations.renamed(good, "X")), "GrpHdr/MsgId") == ["X"]
    assert texts(root(mutations.renamed(good, "X")), "Stmt/Id") == texts(root(good), "Stmt/Id")
    assert entries(root(mutations.repeated_entry(good))) == [-5, -5, -7, -11]


def currencies(message: bytes) -> set[str | None]:
    return {element.get("Ccy") for element in root(message).iterfind(".//*[@Ccy]")}


def test_a_cent_off_shows_in_the_balance_or_in_the_chain(days: list[bytes]) -> None:
    plain = root(mutations.one_cent_off(days[0], at=1, adapted=False))
    adapted = root(mutations.one_cent_off(days[0], at=1, adapted=True))

    assert entries(plain) == entries(adapted) == [-5, -8, -11]
    assert balances(plain) == (1_000_000, 999_977)
    assert balances(adapted) == (1_000_000, 999_976)
    assert texts(adapted, "TtlDbtNtries/Sum") == ["0.24"]
    assert balances(root(mutations.closing_off(days[0], -1_000_000)))[1] == -23
    assert balances(root(mutations.opening_off(days[0], 1))) == (1_000_001, 999_978)


def test_a_gap_leaves_a_day_out(days: list[bytes]) -> None:
    assert mutations.with_gap(days, at=1) == [days[0], days[2]]


def test_a_shuffled_statement_says_the_same(days: list[bytes]) -> None:
    shuffled = [root(mutations.shuffled(days[0], seed=seed)) for seed in range(5)]

    assert {tuple(sorted(entries(one))) for one in shuffled} == {(-11, -7, -5)}
    assert len({tuple(entries(one)) for one in shuffled}) > 1


def test_statements_may_come_together_in_one_message(days: list[bytes]) -> None:
    assert texts(root(mutations.joined(days)), "Stmt/Id") == texts_of([root(day) for day in days], "Stmt/Id")


def test_a_broken_message_does_not_parse(days: list[bytes]) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(mutations.truncated(days[0]))
    assert b"<!ENTITY" in mutations.with_entity(days[0])


def test_an_answer_may_be_for_a_file_that_nobody_sent() -> None:
    answer = mutations.for_file(bank().submit(payments([5])), "UNKNOWN")

    assert texts(root(answer), "OrgnlMsgId") == ["UNKNOWN"]
