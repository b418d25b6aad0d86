# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): logging in."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ------------------------------------------------------------------------------------- what was done
    "done.out": "U bent uitgelogd.",
    # ------------------------------------------------------------------------------------------- login
    "login.title": "Inloggen",
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
    # ------------------------------------------------------------------------------------ start page
    "start.title": "Tegoed: vouchers en trekkingsrechten",
    "start.lead": "Hier werkt het grootboek waarmee een gemeente tegoeden geeft, aanbieders ze "
    "verzilveren en de gemeente ze betaalt.",
    "start.walk": "Loop er doorheen als …",
    "start.walk.lead": "Kies wie u wilt zijn in de gemeente {name}. U heeft geen wachtwoord nodig, want"
    " alles hier is verzonnen. Voer geen gegevens van echte mensen in.",
    "start.as.gatekeeper": "Toegangsmedewerker",
    "start.does.gatekeeper": "Zoekt inwoners, kent tegoeden toe en stuurt de brief met de code.",
    "start.as.door": "Aanbieder aan de deur",
    "start.does.door": "Scant de code van een inwoner en verzilvert het tegoed.",
    "start.as.desk": "Aanbieder op kantoor",
    "start.does.desk": "Ziet wat er is verzilverd, declareert en volgt de betaling.",
    "start.as.resident": "Inwoner",
    "start.does.resident": "Ziet wat er over is van het tegoed en waar het aan is gebruikt.",
    "start.as.finance_1": "Financiën, eerste medewerker",
    "start.does.finance_1": "Maakt een betaalrun en dient die in.",
    "start.as.finance_2": "Financiën, tweede medewerker",
    "start.does.finance_2": "Controleert de betaalrun van een ander en geeft die vrij.",
    "start.as.contract_manager": "Contractmanager",
    "start.does.contract_manager": "Beheert aanbieders, contracten, tarieven en programma’s.",
    "start.as.auditor": "Controleur",
    "start.does.auditor": "Ziet alles behalve namen en nummers van inwoners, en verandert niets.",
    "start.as.administrator": "Beheerder",
    "start.does.administrator": "Maakt accounts en geeft rollen, en komt niet aan geld of inwoners.",
    "start.begin": "Beginnen als: {kind}",
    "start.begin_short": "Beginnen",
    "start.no_pages": "Voor deze gebruiker zijn er hier nog geen pagina’s.",
    "start.open": "De knoppen werken alleen op uw eigen computer, of op een adres dat met https begint.",
    "start.towns": "Andere gemeente",
    "start.more": "Verder",
    "start.login": "Inloggen",
    "start.docs": "Wat de API kan",
    "start.openapi": "De API als OpenAPI-document",
    "start.health": "Of de dienst werkt",
    # ------------------------------------------------------------------------------- names of fields
    "field.key": "Sleutel",
    # ------------------------------------------------- passwords, sessions, proving it once more
    "login.by_key": "Met een sleutel",
    "login.by_key.lead": "Heeft u geen wachtwoord, dan logt u in met de sleutel van uw account. Een "
    "beheerder van uw gemeente maakt die.",
    "login.do_key": "Inloggen met de sleutel",
    "login.by_letter": "Ik heb een brief met een inlogcode",
    "letter.title": "Inloggen met uw brief",
    "letter.lead": "In uw brief van de gemeente staat een inlogcode. Typ die hier over. Het is niet de code "
    "die u aan uw aanbieder laat zien.",
    "letter.code.hint": "Veertien letters en cijfers, zoals XXXX-XXXXX-XXXXX. Hoofdletters en streepjes "
    "maken niet uit.",
    "letter.do": "Verder",
    "letter.lost": "Bent u uw brief kwijt? Bel uw gemeente. Zij blokkeert de oude code en stuurt een nieuwe "
    "brief.",
    "letter.no_town": "Kies uw gemeente",
    "one_time.title": "Nog een code, voor één keer",
    "one_time.lead": "Hebben wij uw e-mailadres, dan staat daar nu een code van zes cijfers. Hij werkt "
    "{minutes} minuten. Kijk ook bij ongewenste e-mail.",
    "one_time.telephone": "Heeft u geen e-mail, of komt er niets? Bel uw gemeente en vraag om een code voor "
    "één keer. Houd uw brief bij de hand.",
    "one_time.hint": "Zes cijfers. Geef deze code aan niemand anders.",
    "one_time.once_more": "Stuur een nieuwe code",
    "one_time.back": "Een andere inlogcode typen",
    "letter_mail.subject": "Uw code om in te loggen",
    "letter_mail.body": "Uw code is {code}\n\nHij werkt {minutes} minuten, en één keer. Typ hem op de pagina "
    "waar u aan het inloggen bent. Geef hem aan niemand, ook niet aan iemand die zegt van de gemeente te "
    "zijn.\n\nWilde u niet inloggen? Dan heeft iemand anders uw brief. Bel uw gemeente.\n\nGemeente {name}\n",
    "login.invited": "Ik heb een uitnodiging, of ik ben mijn wachtwoord vergeten",
    "login.totp.hint": "De zes cijfers die de app op uw telefoon nu laat zien. Elke code werkt één keer.",
    "login.kept": "Wat u had ingevuld, is bewaard. Na het inloggen kunt u het alsnog versturen. Een "
    "bestand kiest u opnieuw.",
    "login_again.title": "Bent u het zelf?",
    "login_again.lead": "Wat u had ingevuld, is bewaard. Laat zien wie u bent; daarna kunt u het versturen.",
    "login_again.do": "Verder",
    "login_waits.title": "U bent ingelogd",
    "login_waits.lead": "Wat u net had ingevuld, is nog niet verstuurd. Het is bewaard.",
    "login_waits.do": "Alsnog versturen",
    "login_waits.leave": "Niet versturen",
    "login_new.title": "Een wachtwoord instellen",
    "login_new.lead": "Typ of plak de code van uw uitnodiging. Een beheerder van uw gemeente maakt die. "
    "Bent u uw wachtwoord of telefoon kwijt, vraag dan om een nieuwe uitnodiging.",
    "login_new.do": "Verder",
    "login_chosen.title": "Kies hoe u inlogt",
    "login_chosen.lead": "Uw gebruikersnaam is",
    "login_chosen.password": "1. Uw wachtwoord",
    "login_chosen.password.hint": "Ten minste 12 tekens. Een zin van een paar woorden is goed. Uw "
    "gebruikersnaam mag er niet in staan.",
    "login_chosen.app": "2. De app op uw telefoon",
    "login_chosen.app.lead": "Scan dit plaatje met een app die codes maakt, zoals de wachtwoord-app van uw "
    "telefoon. De app laat dan elke halve minuut zes cijfers zien.",
    "login_chosen.picture": "QR-code voor de app",
    "login_chosen.by_hand": "Kunt u niet scannen? Typ dan dit in de app:",
    "login_chosen.do": "Opslaan en inloggen",
    "login_sessions.title": "Waar u bent ingelogd",
    "login_sessions.lead": "Ziet u iets dat u niet kent? Log het uit, en kies een ander wachtwoord.",
    "login_sessions.caption": "Uw sessies, de nieuwste eerst",
    "login_sessions.since": "Ingelogd op",
    "login_sessions.used": "Laatst gebruikt",
    "login_sessions.proof": "Hoe",
    "login_sessions.agent": "Browser",
    "login_sessions.end": "Uitloggen",
    "login_sessions.this": "Dit bent u nu",
    "login_sessions.end_it": "Uitloggen",
    "login_sessions.end_of": "Log de sessie van {moment} uit",
    "login_sessions.end_others": "Overal elders uitloggen",
    "login_sessions.no_agent": "Onbekend",
    "login_sessions.password": "Een ander wachtwoord",
    "login_sessions.password.lead": "Op alle andere plaatsen wordt u dan uitgelogd.",
    "login_sessions.present_password": "Uw wachtwoord van nu",
    "login_sessions.password.do": "Wachtwoord veranderen",
    "proof.key": "Met een sleutel",
    "proof.password": "Met een wachtwoord",
    "proof.identity_provider": "Via uw organisatie",
    "proof.letter": "Met een code per brief",
    "proof.demo": "Voor de demonstratie",
    "done.session_ended": "Die sessie is uitgelogd.",
    "done.sessions_ended": "U bent op alle andere plaatsen uitgelogd.",
    "done.password_chosen": "Uw wachtwoord is veranderd.",
    "login_sessions.link": "Mijn sessies",
    "language.other": "English",
    "language.code": "en",
    "field.loginName": "Gebruikersnaam",
    "field.password": "Wachtwoord",
    "field.town": "Uw gemeente",
    "field.letterCode": "Inlogcode uit de brief",
    "field.oneTime": "Code voor één keer",
    "field.totp": "Code uit de app",
    "field.invitation": "Code van de uitnodiging",
    "field.chosen": "Nieuw wachtwoord",
    "field.again": "Nog een keer hetzelfde wachtwoord",
}
