# SPDX-License-Identifier: EUPL-1.2
"""What a statement says about a line besides its amount, in plain Dutch and English.

The document's own sentences are in formats/statement_words; these need to know why something was booked.
"""

from collections.abc import Mapping
from typing import Final

from ledger.rules.funding import EntryKind
from ledger.tables import UNDONE, LeftOutReason, LineMark, MarkReason
from ledger.texts import Language

IN_REVIEW: Final = "in_review"
"""What a provider is told of a line with a signal that is looked into: not what the signal is."""

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: {
        "municipality": "Gemeente {}",
        "care": "zorgovereenkomst {}",
        EntryKind.RETURN: "Betaling die terugkwam",
        EntryKind.REOPEN: "Betaling die de bank weigerde",
        EntryKind.REVERSE: "Correctie",
        EntryKind.TERM: "Bedrag uit een afspraak in het contract",
        EntryKind.TERM_BACK: "Correctie van een afspraak in het contract",
        EntryKind.INTEREST: "Wettelijke rente over een vordering die te laat is betaald",
        "other_entry": "Andere boeking",
        "came_back": "Betaling van € {euros} met kenmerk {reference}.",
        "bank_code": "Code van de bank: {code}.",
        "taken_back": "Levering van {day}, teruggedraaid nadat u ervoor betaald was",
        "earlier": "Wat u verder nog moest terugbetalen",
        LeftOutReason.HELD: "Deze regel wordt nagekeken",
        LeftOutReason.UNCONFIRMED: "De inwoner moet dit nog bevestigen",
        LeftOutReason.PAYEE_BLOCKED: "Wij zoeken uit of uw rekeningnummer klopt",
        LeftOutReason.CARRIED_OVER: "Gaat mee met een volgende afrekening",
        MarkReason.PROOF_MISSING: "Wij kunnen niet zien dat de zorg is gegeven",
        MarkReason.DISPUTED: "De inwoner zegt dat dit niet klopt",
        MarkReason.QUANTITY_DOUBTFUL: "Wij twijfelen aan de hoeveelheid",
        MarkReason.PRICE_DOUBTFUL: "De prijs is niet de prijs van de afspraak",
        MarkReason.CONTRACT_DOUBTFUL: "Wij hebben een vraag over het contract",
        MarkReason.DOUBLE: "Deze zorg lijkt twee keer gedeclareerd",
        IN_REVIEW: "Deze regel wordt nagekeken",
        MarkReason.OTHER: "Een andere reden",
        UNDONE: "Ongedaan gemaakt aan de deur",
    },
    Language.EN: {
        "municipality": "Municipality of {}",
        "care": "care agreement {}",
        EntryKind.RETURN: "Payment that came back",
        EntryKind.REOPEN: "Payment that the bank refused",
        EntryKind.REVERSE: "Correction",
        EntryKind.TERM: "Amount from a term of the contract",
        EntryKind.TERM_BACK: "Correction of a term of the contract",
        EntryKind.INTEREST: "Statutory interest on a demand that was paid late",
        "other_entry": "Other booking",
        "came_back": "Payment of € {euros} with reference {reference}.",
        "bank_code": "Code of the bank: {code}.",
        "taken_back": "Delivery of {day}, taken back after you were paid for it",
        "earlier": "What else you had to pay back",
        LeftOutReason.HELD: "This line is being checked",
        LeftOutReason.UNCONFIRMED: "The resident must still confirm this",
        LeftOutReason.PAYEE_BLOCKED: "We are finding out whether your account number is right",
        LeftOutReason.CARRIED_OVER: "Goes with a later statement",
        MarkReason.PROOF_MISSING: "We cannot see that the care was given",
        MarkReason.DISPUTED: "The resident says that this is not right",
        MarkReason.QUANTITY_DOUBTFUL: "We doubt the quantity",
        MarkReason.PRICE_DOUBTFUL: "The price is not the price that was agreed",
        MarkReason.CONTRACT_DOUBTFUL: "We have a question about the contract",
        MarkReason.DOUBLE: "This care seems to be claimed twice",
        IN_REVIEW: "This line is being checked",
        MarkReason.OTHER: "Another reason",
        UNDONE: "Undone at the door",
    },
}
"""By kind of entry, reason or name; what is in braces is filled in."""


def reason_code(mark: LineMark | None, otherwise: LeftOutReason = LeftOutReason.HELD) -> str:
    """The reason of a mark as a provider may know it; without a mark why the line was left out."""
    if mark is None or mark.reason is None:
        return otherwise.value
    return IN_REVIEW if mark.reason is MarkReason.FRAUD_SIGNAL else mark.reason.value


def reason(code: str, mark: LineMark | None, language: Language) -> str:
    """The reason in words, with the reviewer's note, which is written for the provider."""
    words = WORDS[language][code]
    return f"{words}. {mark.note}" if mark is not None and mark.note else f"{words}."
