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
    "cut.newest": "Dit zijn de nieuwste {count}. Er zijn er meer.",
    "cut.first": "Dit zijn de eerste {count}. Er zijn er meer.",
    "id": "Kenmerk",
    "span.open": "vanaf {first}",
    "choose": "Kies …",
    "error_title": "Let op: {title}",
    # ---------------------------------------------------------------------------------------- long work
    "job.allocations": "De berichten worden gelezen",
    "job.claim": "De declaratie wordt gelezen",
    "job.draft": "De betaalrun wordt opgesteld",
    "job.release": "De betaalrun wordt vrijgegeven",
    "job.export": "De bestanden voor de bank worden klaargemaakt",
    "job.busy": "Begonnen op {moment}.",
    "job.waits": "Gevraagd op {moment}. Er is nog ander werk voor.",
    "job.by": "Gevraagd door {name}.",
    "job.far": "{done} van {total} klaar",
    "job.leave": "U kunt deze pagina sluiten: het werk gaat door. Kom later terug om te zien hoe het ging.",
    "job.again": "Kijk opnieuw",
    "job.refused.allocations": "De berichten zijn op {moment} niet gelezen",
    "job.refused.claim": "De declaratie is op {moment} niet gelezen",
    "job.refused.draft": "De betaalrun is op {moment} niet opgesteld",
    "job.refused.release": "De betaalrun is op {moment} niet vrijgegeven",
    "job.refused.export": "De bestanden voor de bank zijn op {moment} niet klaargemaakt",
    "job.broken": "Er ging bij ons iets mis",
    "job.broken.detail": "Wij probeerden het een paar keer en het brak steeds af. Het ligt niet aan u. Wat "
    "hier als gedaan staat, is gedaan; de rest niet. Probeer het later opnieuw.",
    "job.state.open": "wij zijn bezig",
    "job.state.refused": "geweigerd",
    "job.state.tried": "geprobeerd",
    "job.state.done": "klaar",
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
