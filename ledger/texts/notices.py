# SPDX-License-Identifier: EUPL-1.2
"""What is written to contacts of providers, in Dutch and English: subject and text by what it tells.

No names of people, no whole account, no link and no number to call: what a thief could copy and change
proves nothing, so whoever doubts calls a number that they knew before.
"""

from collections.abc import Mapping
from typing import Final

from ledger.texts import Language, Sentence, forms, words_en, words_nl

_WORDS: Final = {Language.NL: words_nl.WORDS, Language.EN: words_en.WORDS}

_PURPOSES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: {"finance": "financiën", "contract": "contracten", "general": "algemene zaken"},
    Language.EN: {"finance": "finance", "contract": "contracts", "general": "general matters"},
}

_HEAD: Final = {Language.NL: "Geachte relatie,", Language.EN: "Dear relation,"}

_FOOT: Final = {
    Language.NL: "Klopt dit niet? Bel dan meteen uw contractmanager bij gemeente {municipality}, op een "
    "nummer dat u al kende. Gebruik geen nummer of link uit een e-mail. Noem dit kenmerk: {reference}\n\n"
    "U krijgt dit bericht omdat u contactpersoon van {provider} bent, of dat kort geleden nog was. U kunt "
    "dit bericht niet beantwoorden.\n\nGemeente {municipality}\n",
    Language.EN: "Is this not right? Then call your contract manager at the municipality of {municipality} "
    "at once, on a number that you knew before. Do not use a number or link from an e-mail. Mention this "
    "reference: {reference}\n\nYou get this message because you are a contact of {provider}, or were one "
    "until shortly. You cannot answer this message.\n\nMunicipality of {municipality}\n",
}

_NOTICES: Final[Mapping[Language, Mapping[str, tuple[str, str]]]] = {
    Language.NL: {
        "account_entered": (
            "Gevraagd: een ander rekeningnummer voor {provider}",
            "Iemand heeft ons gevraagd om {provider} voortaan op een andere rekening te betalen. De rekening "
            "van nu eindigt op {old_end}. De nieuwe rekening eindigt op {new_end}.\n\nEr verandert nog "
            "niets. Eerst kijkt een tweede medewerker ernaar. Als die het goedkeurt, krijgt u weer bericht.",
        ),
        "account_approved": (
            "Goedgekeurd: een ander rekeningnummer voor {provider}",
            "Wij betalen {provider} op zijn vroegst vanaf {effective_on} op een andere rekening. De "
            "rekening van nu eindigt op {old_end}. De nieuwe rekening eindigt op {new_end}.",
        ),
        "contact_added": (
            "Een nieuwe contactpersoon voor {provider}",
            "{provider} heeft bij ons een nieuwe contactpersoon, voor {purposes}.",
        ),
        "contact_changed": (
            "Een contactpersoon van {provider} is gewijzigd",
            "De gegevens van een contactpersoon van {provider} zijn bij ons gewijzigd. Het gaat om de "
            "contactpersoon voor {purposes}.",
        ),
        "contact_ended": (
            "Een contactpersoon van {provider} is gestopt",
            "{provider} heeft bij ons een contactpersoon minder. Het gaat om de contactpersoon voor "
            "{purposes}.",
        ),
    },
    Language.EN: {
        "account_entered": (
            "Asked: another account for {provider}",
            "Somebody asked us to pay {provider} on another account from now on. The present account ends in "
            "{old_end}. The new account ends in {new_end}.\n\nNothing changes yet. First a second member of "
            "staff looks at it. If they approve, you get another message.",
        ),
        "account_approved": (
            "Approved: another account for {provider}",
            "From {effective_on} at the earliest we pay {provider} on another account. The present account "
            "ends in {old_end}. The new account ends in {new_end}.",
        ),
        "contact_added": (
            "A new contact for {provider}",
            "{provider} has a new contact with us, for {purposes}.",
        ),
        "contact_changed": (
            "A contact of {provider} was changed",
            "What we know of a contact of {provider} was changed. It is the contact for {purposes}.",
        ),
        "contact_ended": (
            "A contact of {provider} ended",
            "{provider} has one contact fewer with us. It was the contact for {purposes}.",
        ),
    },
}


def written(about: str, facts: Mapping[str, object], language: Language) -> Sentence:
    """A subject of one line, and a text of paragraphs.

    facts are municipality, provider and reference; for an account old_end, new_end and effective_on; for a
    contact its purposes.
    """
    words = _WORDS[language]
    purposes = facts.get("purposes")
    known = dict(facts)
    if isinstance(purposes, tuple):
        known["purposes"] = forms.listed([_PURPOSES[language][each] for each in purposes], words.both)
    subject, text = _NOTICES[language][about]
    body = "\n\n".join(forms.said(part, known, words) for part in (_HEAD[language], text, _FOOT[language]))
    return Sentence(title=forms.said(subject, known, words), detail=body)
