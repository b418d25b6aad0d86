# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): logging in."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ------------------------------------------------------------------------------------- what was done
    "done.out": "U bent uitgelogd.",
    # ------------------------------------------------------------------------------------------- login
    "login.title": "Inloggen",
    "login.lead": "Log in met de sleutel van uw account. Een beheerder van uw gemeente maakt die.",
    "login.key": "Sleutel",
    "login.key.hint": "Begint met tgd_. Deel hem met niemand.",
    "login.do": "Inloggen",
    "login.how_long": "U blijft ingelogd tot u uitlogt, en hoogstens 8 uur. Doet u 30 minuten niets, "
    "dan logt u vanzelf uit.",
    "login.no_pages": "Voor dit account zijn er nog geen pagina’s",
    "login.no_pages.detail": "Met deze sleutel kunt u wel de API gebruiken.",
    "login.open": "Hier kunt u niet veilig inloggen",
    "login.open.detail": "Uw sleutel zou onbeveiligd over het netwerk gaan. Gebruik een adres dat met "
    "https begint.",
    # ------------------------------------------------------------------------------- names of fields
    "field.key": "Sleutel",
}
