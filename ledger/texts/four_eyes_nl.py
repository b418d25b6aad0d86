# SPDX-License-Identifier: EUPL-1.2
"""What we say in Dutch about what one person does not do alone: publishing, and granting much."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

FOUR_EYES: Final[Mapping[str, tuple[str, Detail]]] = {
    "contract_publisher_drafted": (
        "Een ander moet dit contract publiceren",
        "Wie een contract opstelt, publiceert het niet. Vraag een collega om deze contracten te publiceren: "
        "{numbers}.",
    ),
    "programme_publisher_drafted": (
        "Een ander moet deze regeling publiceren",
        "Wie een regeling opstelt, publiceert haar niet. Vraag een collega om deze regelingen te publiceren: "
        "{names}.",
    ),
    "approval_not_found": (
        "Wij kunnen deze aanvraag niet vinden",
        "Met kenmerk {id} is niets gevraagd waarover een tweede persoon beslist.",
    ),
    "approval_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al iets anders gevraagd, waarover een tweede persoon beslist. Er is nu niets "
        "gedaan. Gebruik een nieuw kenmerk.",
    ),
    "approval_decided": (
        "Over deze aanvraag is al beslist",
        "Over aanvraag {id} is eerder al iets anders beslist, of om een andere reden. Dat blijft zo.",
    ),
    "approver_asked": (
        "Een ander moet hierover beslissen",
        "U hebt dit zelf gevraagd. Een collega moet over aanvraag {id} beslissen.",
    ),
    "approval_overtaken": (
        "Deze aanvraag is ingehaald",
        "Na aanvraag {id} is iets nieuwers over dit tegoed beslist. Wijs de aanvraag af, en vraag de "
        "wijziging zo nodig opnieuw.",
    ),
    "not_approved": (
        "Een collega heeft dit afgewezen",
        "Aanvraag {id} is afgewezen door een tweede persoon. Wilt u het opnieuw vragen? Gebruik dan een "
        "nieuw kenmerk.",
    ),
    "allocation_waits": (
        "Deze toewijzing wacht nog op een tweede persoon",
        "Een eerdere versie van toewijzing {number} wacht op een beslissing (aanvraag {id}). Laat een "
        "collega beslissen, en lees dit bericht daarna opnieuw in.",
    ),
}
"""Title and detail for every code."""
