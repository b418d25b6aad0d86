# SPDX-License-Identifier: EUPL-1.2
"""What we say in English about errors of settlement runs, payments and messages of the bank."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

SETTLING: Final[Mapping[str, tuple[str, Detail]]] = {
    "settlement_run_not_found": (
        "We cannot find this settlement run",
        "There is no settlement run with id {id}.",
    ),
    "settlement_not_found": (
        "We cannot find this statement",
        "There is no statement with id {id}.",
    ),
    "statement_not_found": (
        "There is no such statement",
        "Settlement run {run_id} has no statement of provider {provider_id}. Either it had nothing of this "
        "provider, or it is not released yet.",
    ),
    "settlement_reference_not_found": (
        "We cannot find this statement",
        "There is no statement with payment reference {reference}. Check that you typed all of it.",
    ),
    "settlement_run_exists_with_other_content": (
        "This id was used already",
        "Another settlement run was made with id {id}. Nothing was settled now. Use a new id.",
    ),
    "settlement_requested_in_past": (
        "This payment date is behind",
        "The bank cannot pay on {requested_on}. The first day you can choose now is {today}.",
    ),
    "settlement_until_in_future": (
        "This day has not come yet",
        "You cannot settle up to and including {until}. The last day you can choose now is {today}.",
    ),
    "settlement_run_not_ready": (
        "This cannot be done with the run now",
        "Settlement run {id} is {state}. Then you cannot {command} it.",
    ),
    "submitter_planned": (
        "Somebody else must submit this run",
        "Settlement run {id} was drafted by plan, with this account. Somebody with another account submits "
        "it.",
    ),
    "run_line_not_found": (
        "This line is not in the run",
        "The settlement run has no line {entry_id}. See its list of lines.",
    ),
    "drafter_looks": (
        "Somebody else must look at these lines",
        "You drafted or submitted this settlement run yourself. A colleague must look at line {entry_id}.",
    ),
    "nothing_to_let_go": (
        "This line is not disputed",
        "The resident does not dispute line {entry_id}. There is nothing to let go.",
    ),
    "resident_word_exists_with_other_content": (
        "This id was used already",
        "What a resident said was written down with id {id} before, otherwise. Use a new id.",
    ),
    "told_by_missing": (
        "Say who told this",
        "You write this down for a resident. Say who told it to you, and how.",
    ),
    "speaker_is_paid": (
        "You cannot confirm or dispute this",
        "You are paid for it yourself. Only the resident, or somebody who is not paid for it, says if it "
        "is right.",
    ),
    "speaker_redeemed": (
        "You cannot say this for the resident",
        "You redeemed or claimed this yourself. The resident says whether it is right, or a colleague writes "
        "it down.",
    ),
    "nothing_to_speak_of": (
        "Nothing is paid for this line",
        "Nothing is owed for line {line}, or not yet. So there is nothing to confirm or dispute.",
    ),
    "line_disputed": (
        "This line is disputed",
        "Line {line} is disputed. Withdraw the dispute first.",
    ),
    "line_not_disputed": (
        "This line is not disputed",
        "Line {line} is not disputed. There is nothing to withdraw.",
    ),
    "line_not_rejectable": (
        "This line cannot be rejected",
        "Line {entry_id} does not come from a redemption or claim. You can hold it.",
    ),
    "release_refused": (
        "This settlement run cannot be released",
        "All reasons: {reasons}",
    ),
    "sample_unseen": (
        "Not all lines were looked at",
        "Of the sample of {most} lines {left} were not looked at yet. Look at those first.",
    ),
    "releaser_drafted": (
        "You drafted this run yourself",
        "Who drafts or submits a settlement run does not release it. Ask a colleague.",
    ),
    "releaser_granted": (
        "You decided on these entitlements yourself",
        "This settlement run pays for {entitlements} entitlements that you decided on. Who decides does not "
        "pay. Ask a colleague.",
    ),
    "releaser_redeemed": (
        "You redeemed or claimed yourself",
        "This settlement run pays {redemptions} times for something you redeemed or claimed. Ask a "
        "colleague.",
    ),
    "releaser_approved_care": (
        "You approved care agreements yourself",
        "This settlement run pays for {agreements} care agreements that you approved. Ask a colleague.",
    ),
    "releaser_spoke": (
        "You wrote down what residents said",
        "This settlement run pays for {redemptions} redemptions of which you wrote down what the resident "
        "says. Ask a colleague.",
    ),
    "releaser_entered_care": (
        "You entered care agreements yourself",
        "This settlement run pays for {agreements} care agreements that you entered. Ask a colleague.",
    ),
    "releaser_entered_figures": (
        "You entered figures yourself",
        "This settlement run pays {amounts} amounts that rest on evidence or figures that you entered. "
        "Ask a colleague.",
    ),
    "releaser_changed_account": (
        "You changed account numbers yourself",
        "This settlement run pays {providers} providers on an account that you entered or approved. Ask a "
        "colleague.",
    ),
    "releaser_contracted": (
        "You drafted or published contracts yourself",
        "This settlement run pays under {contracts} contracts that you drafted or published. Ask a "
        "colleague.",
    ),
    "operator_unidentified": (
        "It is not known who an operator is",
        "Somebody on the host had a hand in what this settlement run pays, and who {operators} is was never "
        "said, so it may be you. Let them say it with tegoed actors identify.",
    ),
    "account_needs_second_person": (
        "Another account number takes two steps",
        "The account of provider {id} is changed by two people. Enter a change of account; a colleague "
        "decides on it.",
    ),
    "account_change_exists_with_other_content": (
        "This id was used already",
        "Another change of account was entered with id {id}. Use a new id.",
    ),
    "account_change_not_found": (
        "We cannot find this change",
        "There is no change of account with id {id}.",
    ),
    "account_change_decided": (
        "This was decided otherwise",
        "Change {id} was decided on already, otherwise. Enter a new change.",
    ),
    "account_decider_entered": (
        "You entered this change yourself",
        "Who enters change {id} does not decide on it. Ask a colleague.",
    ),
    "account_nobody_to_tell": (
        "There is nobody else to tell this",
        "We know no other contact of this provider for {days} days or more. Tell change {id} to the provider "
        "by letter or telephone, at an address or number that you knew before. Say with your decision how "
        "you did so.",
    ),
    "contact_not_found": (
        "We cannot find this contact",
        "This provider has no contact with id {id} now.",
    ),
    "contact_of_another_provider": (
        "This contact is of another provider",
        "Contact {id} belongs to another provider. Use a new id.",
    ),
    "contact_ended": (
        "This contact ended",
        "Contact {id} ended and cannot be changed. Enter a new contact.",
    ),
    "notice_not_found": (
        "We cannot find this notice",
        "There is no notice to a contact with id {id}.",
    ),
    "payee_unknown": (
        "We cannot find this provider",
        "There is no provider with id {id} to be paid.",
    ),
    "payee_check_not_found": (
        "We cannot find this check",
        "There is no check of name and account with id {id}.",
    ),
    "payee_check_exists_with_other_content": (
        "This id was used before",
        "Under id {id} there is a check of name and account that says something else.",
    ),
    "payee_stays_blocked": (
        "A bank said no",
        "Check {id} says that nothing is paid on this account. Nobody takes that back alone. Let two people "
        "say that it may be paid, or read the message of the bank.",
    ),
    "payment_file_not_found": (
        "There is no such payment file",
        "Settlement run {id} has no file with number {number}. The run was not released yet, or there is "
        "nothing to pay.",
    ),
    "payment_not_found": (
        "We cannot find this payment",
        "There is no payment with id {id}.",
    ),
    "debtor_missing": (
        "The municipality's account is missing",
        "The name and account number (IBAN) the municipality pays from are not filled in. Fill them in "
        "first.",
    ),
    "payment_file_changed": (
        "The payment file is no longer the same",
        "The file of settlement run {id} differs from the one made at the run. Its checksum was "
        "{expected_sha256} and is now {found_sha256}. Do not send it to the bank, and tell the system "
        "administrator at once.",
    ),
}

BANK: Final[Mapping[str, tuple[str, Detail]]] = {
    "bank_message_not_found": (
        "We cannot find this message of the bank",
        "There is no message of the bank with id {id}.",
    ),
    "bank_statement_changed": (
        "This statement was another before",
        "Statement {statement} was read before, and said something else then. Nothing was booked now. Ask "
        "the bank which one is right.",
    ),
    "bank_statement_of_another_account": (
        "This statement is of another account",
        "Statement {statement} is of an account that ends with {iban_end}. The municipality does not pay "
        "from that account. Nothing was booked.",
    ),
    "bank_statement_currency": (
        "This statement is not in euros",
        "Statement {statement} is in {currency}. We read statements in euros only. Nothing was booked.",
    ),
    "bank_statement_gap": (
        "A statement is missing",
        "The statement before ended with {expected_cents}, but statement {statement} begins with "
        "{found_cents}. Read the one in between first. Nothing was booked.",
    ),
    "bank_statement_sum": (
        "This statement does not add up",
        "By the balances of statement {statement} {expected_cents} came in, but its bookings are "
        "{found_cents} together. Nothing was booked. Ask the bank for a new statement.",
    ),
    "answered_file_unknown": (
        "This answer is not for us",
        "Answer {message} of the bank is about a payment file that this municipality did not make. Nothing "
        "was changed.",
    ),
}
