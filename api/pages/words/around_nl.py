# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): around every page, and what goes wrong."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ---------------------------------------------------------------------------- around every page
    "product": "Tegoed",
    "skip": "Naar de inhoud",
    "navigation": "Hoofdmenu",
    "municipality": "Gemeente {name}",
    "logged_in": "Ingelogd als {name}",
    "logout": "Uitloggen",
    "demo": "Dit is een demonstratie. Alle inwoners, aanbieders en bedragen zijn verzonnen.",
    "next": "Volgende {count}",
    "first": "Naar het begin",
    "pages": "Bladeren",
    "id": "Kenmerk",
    "choose": "Kies …",
    "error_title": "Let op: {title}",
    # --------------------------------------------------------------------------------- what goes wrong
    "fault.form": "Dit formulier klopt nog niet",
    "fault.foreign_form": "Dit formulier komt niet van deze site",
    "fault.foreign_form.detail": "Er is niets gedaan. Open de pagina hier opnieuw en probeer het nog eens.",
    "fault.form_unreadable": "Wij kunnen dit niet lezen",
    "fault.form_unreadable.detail": "Er is niets gedaan. Ga terug en probeer het opnieuw.",
    "fault.page_unknown": "Deze pagina bestaat niet",
    "fault.page_unknown.detail": "Kijk of het adres klopt, of kies in het menu wat u zoekt.",
    "fault.body_too_large": "Dit bestand is te groot",
    "fault.body_too_large.detail": "Er is niets gelezen. Een bestand mag hoogstens 25 MB zijn.",
    "fault.database_unavailable": "Even niet bereikbaar",
    "fault.database_unavailable.detail": "Wij weten niet of uw opdracht is vastgelegd. Wacht even, laad de "
    "pagina opnieuw en kijk. Twee keer hetzelfde sturen kan geen kwaad.",
    "fault.internal_error": "Er ging bij ons iets mis",
    "fault.internal_error.detail": "Het ligt niet aan u. Probeer het later opnieuw.",
    # ------------------------------------------------------------------------------- names of fields
    "field.until": "Tot en met",
    "field.id": "Kenmerk",
    "field.reason": "Reden",
    "field.note": "Toelichting",
    "field.file": "Bestand",
}
