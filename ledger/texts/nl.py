# SPDX-License-Identifier: EUPL-1.2
"""What we say in Dutch about every error: plain words (B1), u, what is wrong and what would pass.

A detail reads well without its title, because somebody at the door may see only one of the two.
"""

from collections.abc import Mapping
from typing import Final

from ledger.texts import four_eyes_nl, recoveries_nl, settling_nl
from ledger.texts.forms import Choice, Detail

_CODES: Final[Mapping[str, tuple[str, Detail]]] = {
    "code_unknown": (
        "Wij kennen deze code niet",
        "Wij kunnen deze code niet lezen, of de code is niet van ons. Scan de code nog een keer, of typ de "
        "letters en cijfers uit de brief over. Lukt het dan nog niet? Bel dan de gemeente.",
    ),
    "code_asks_more": (
        "Deze code vraagt een pincode of een bevestiging",
        "Die kan de inwoner hier niet geven. Bel de gemeente en vraag om een brief met een nieuwe code.",
    ),
    "code_foreign": (
        "Deze code is van een andere gemeente",
        "De code is gegeven door de gemeente met nummer {municipality}. U kunt de code alleen bij die "
        "gemeente verzilveren.",
    ),
    "code_revoked": (
        "Deze code werkt niet meer",
        "De code is ingetrokken of vervangen. Gebruik de code uit de nieuwste brief. Is er geen nieuwere "
        "brief? Bel dan de gemeente.",
    ),
    "code_expired": (
        "Deze code is verlopen",
        "De brief met deze code is te oud. Vraag de gemeente om een nieuwe brief. Het tegoed dat over is, "
        "blijft staan.",
    ),
    "code_not_yet_valid": (
        "Deze code werkt nog niet",
        "De code is bedoeld voor later. In de brief staat vanaf welke dag u de code kunt gebruiken.",
    ),
    "code_required": (
        "Er is een code nodig",
        "Zonder code kan alleen een aanbieder verzilveren die bij het tegoed is genoemd. Vraag de inwoner "
        "om de code.",
    ),
    "code_not_found": (
        "Wij kunnen deze code niet vinden",
        "Er is bij deze gemeente geen code met kenmerk {id}.",
    ),
    "code_exists": (
        "Dit kenmerk is al gebruikt",
        "Kenmerk {id} hoort bij een code van een ander tegoed. Er is niets veranderd. Gebruik een nieuw "
        "kenmerk.",
    ),
    "manual_code_unreadable": (
        "Deze code klopt niet",
        Choice(
            by="fault",
            cases={
                "symbol": "Er staat een teken in dat niet in een code voorkomt. Een code heeft alleen "
                "cijfers en letters, en nooit de letter U. Typ de code nog een keer over uit de brief.",
                "length": "De code is te kort of te lang. Een code heeft 14 cijfers en letters. Typ de code "
                "nog een keer over uit de brief.",
            },
            otherwise="Er zit een typefout in de code. Typ de code nog een keer over uit de brief.",
        ),
    ),
    "token_unreadable": (
        "Deze code kan niet worden gelezen",
        Choice(
            by="fault",
            cases={
                "too_long": "Wat is gescand, is te lang voor een code van ons. Scan alleen de code in de "
                "brief.",
                "prefix": "Wat is gescand, is geen code van ons. Een code van ons begint met TR1. Scan de "
                "code in de brief.",
            },
            otherwise="De code is beschadigd of niet helemaal gelezen. Scan de code nog een keer, of typ de "
            "letters en cijfers uit de brief over.",
        ),
    ),
    "token_foreign_key": (
        "Wij kennen de afzender van deze code niet",
        "De code is getekend met sleutel {key_id}, en die kennen wij niet. Misschien is de code van een "
        "andere gemeente. Vraag de inwoner om de nieuwste brief.",
    ),
    "token_forged": (
        "Deze code is niet echt",
        "De handtekening in de code klopt niet bij sleutel {key_id}. Neem de code niet aan en bel de "
        "gemeente.",
    ),
}

_RIGHTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "service_day_in_future": (
        "Deze dag moet nog komen",
        "De dag van de zorg is {service_day}. U kunt deze zorg verzilveren vanaf {first_day}. Reserveren "
        "kan nu al.",
    ),
    "entitlement_not_yet_valid": (
        "Het tegoed geldt nog niet",
        "Het tegoed is voor zorg vanaf {first_day}.",
    ),
    "entitlement_ended": (
        "Het tegoed is afgelopen",
        "Het tegoed was voor zorg tot en met {last_day}.",
    ),
    "entitlement_suspended": (
        "Het tegoed is tijdelijk gestopt",
        (
            "Vanaf {from_day} is het tegoed tijdelijk gestopt.",
            Choice(
                by="first_day",
                cases={"": "Wij weten nog niet wanneer het weer geldt. Vraag het aan de gemeente."},
                otherwise="Zorg vanaf {first_day} kunt u weer verzilveren.",
            ),
        ),
    ),
    "entitlement_closed": (
        "Het tegoed is afgesloten",
        "Wat over was, is terug naar de gemeente. U kunt van dit tegoed niets meer verzilveren. Klopt dat "
        "niet? Bel dan de gemeente.",
    ),
    "service_unknown": (
        "Deze productcode kennen wij niet",
        "Productcode {service} staat bij deze wet niet in de lijst van de gemeente. Controleer de code.",
    ),
    "service_not_covered": (
        "Het tegoed is niet voor deze dienst",
        (
            "Het tegoed is niet voor productcode {service}.",
            Choice(
                by="covered_length",
                cases={"2": "Het is voor productcodes die beginnen met {covered}."},
                otherwise="Het is voor productcode {covered}.",
            ),
        ),
    ),
    "unit_not_covered": (
        "De eenheid past niet bij het tegoed",
        "Deze dienst telt in {unit}, maar het tegoed telt in {covered}. Kies een dienst die in {covered} "
        "telt.",
    ),
    "provider_not_allowed": (
        "Het tegoed is voor een andere aanbieder",
        "Dit tegoed kan alleen naar de aanbieder met AGB-code {allowed}.",
    ),
    "not_in_plan": (
        "Deze dienst staat niet in het plan",
        "In het plan staat productcode {service} niet bij deze aanbieder. Kijk in het plan welke dienst en "
        "welke aanbieder zijn afgesproken.",
    ),
    "mandate_missing": (
        "Er is geen machtiging",
        "Wie dit namens de inwoner doet, had op deze dag geen machtiging. De inwoner kan de gemeente vragen "
        "om een machtiging vast te leggen.",
    ),
    "cap_reached": (
        "Dit is meer dan het maximum",
        (
            "Het maximum is {most} {per}.",
            Choice(
                by="left",
                cases={"0": "Daarvan is niets meer over."},
                otherwise="Daarvan kunt u nog {left} verzilveren.",
            ),
            Choice(
                by="first_day",
                cases={"": "Er komt geen nieuwe periode meer."},
                otherwise="Op {first_day} begint een nieuwe periode.",
            ),
        ),
    ),
    "uses_exhausted": (
        "Het tegoed is vaak genoeg gebruikt",
        "U kunt het tegoed {most} keer gebruiken. Dat is al gebeurd. Vraag de gemeente wat mogelijk is.",
    ),
    "balance_too_low": (
        "Er is te weinig tegoed over",
        Choice(
            by="left",
            cases={"0": "U vraagt {asked}, maar het tegoed is op."},
            otherwise="U vraagt {asked}. U kunt nog hoogstens {left} verzilveren.",
        ),
    ),
    "budget_too_low": (
        "Er is te weinig budget",
        "Er is {asked_cents} nodig. In het budget van de regeling zit nog {left_cents}. Vraag een lager "
        "bedrag, of laat het budget eerst verhogen.",
    ),
    "entitlement_not_found": (
        "Wij kunnen dit tegoed niet vinden",
        "Wij vinden geen tegoed met dit kenmerk of toewijzingsnummer bij deze gemeente. Controleer het "
        "nummer.",
    ),
    "holder_not_found": (
        "Wij kunnen deze inwoner niet vinden",
        "Wij vinden geen inwoner met kenmerk {id}. Registreer de inwoner eerst.",
    ),
    "programme_not_in_force": (
        "Deze regeling geldt niet",
        "De regeling met kenmerk {id} bestaat niet, heeft nog geen vastgestelde regels of is voor een "
        "andere wet. Kies een andere regeling, of stel de regels eerst vast.",
    ),
    "entitlement_exists": (
        "Dit tegoed bestaat al",
        "Dit kenmerk of toewijzingsnummer hoort al bij tegoed {id}, met een andere inhoud. Er is niets "
        "veranderd. Wijzig dat tegoed, of gebruik een nieuw kenmerk.",
    ),
    "change_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al een andere wijziging gedaan. Er is nu niets veranderd. Gebruik een nieuw "
        "kenmerk.",
    ),
    "plan_missing": (
        "Een arrangement heeft een plan",
        "Zonder plan kan alles bij iedereen worden verzilverd. Noem ook voor welke diensten het arrangement "
        "is.",
    ),
    "below_used": (
        "Zo laag kan het tegoed niet worden",
        "Een deel is al verzilverd of gereserveerd. Het laagste dat kan, is {least}.",
    ),
    "limit_missing": (
        "Dit tegoed heeft zo'n grens niet",
        (
            Choice(
                by="unit",
                cases={
                    "eurocent": "Dit tegoed is gegeven zonder bedrag. Een wijziging kan dat niet toevoegen."
                },
                otherwise="Dit tegoed is gegeven zonder hoeveelheid in {unit}. Een wijziging kan die niet "
                "toevoegen.",
            ),
            "Geef een nieuw tegoed.",
        ),
    ),
    "used_after_end": (
        "Het tegoed is later nog gebruikt",
        "De laatste dag waarop het tegoed is gebruikt, is {last_used_day}. Kies die dag of een latere dag "
        "als einde, of draai dat gebruik eerst terug.",
    ),
    "end_outside_validity": (
        "Deze einddag kan niet",
        Choice(
            by="last_day",
            cases={"": "Kies een einddag op of na {first_day}."},
            otherwise="Kies een einddag van {first_day} tot en met {last_day}.",
        ),
    ),
    "nothing_suspended": (
        "Het tegoed is niet gestopt",
        "Op of na die dag is het tegoed niet tijdelijk gestopt. U hoeft het dus niet te hervatten.",
    ),
}

_CONTRACTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "provider_not_contracted": (
        "De aanbieder heeft geen contract",
        "De gemeente heeft voor deze wet geen contract met deze aanbieder. Kies een aanbieder met een "
        "contract.",
    ),
    "contract_not_in_force": (
        "Het contract geldt niet op deze dag",
        Choice(
            by="last_day",
            cases={"": "Het contract of de zorgovereenkomst geldt voor zorg vanaf {from_day}."},
            otherwise="Het contract of de zorgovereenkomst geldt voor zorg van {from_day} tot en met "
            "{last_day}.",
        ),
    ),
    "service_not_contracted": (
        "Deze dienst staat niet in het contract",
        "In het contract staat op deze dag geen tarief voor productcode {service}. Controleer de code en de "
        "dag.",
    ),
    "care_agreement_missing": (
        "Er is geen zorgovereenkomst",
        "De inwoner en deze zorgverlener hebben geen zorgovereenkomst voor deze dienst. Maak die eerst.",
    ),
    "care_agreement_not_approved": (
        "De zorgovereenkomst is nog niet goedgekeurd",
        "De goedkeuring van {waits_for} is nog nodig. Daarna kunt u verzilveren.",
    ),
    "area_not_served": (
        "De aanbieder werkt hier niet",
        Choice(
            by="area",
            cases={
                "": "Het contract is voor bepaalde gebieden, en wij weten niet waar de inwoner woont. Vraag "
                "de gemeente om de postcode toe te voegen."
            },
            otherwise="Het contract is niet voor gebied {area}. Kies een aanbieder die daar wel werkt.",
        ),
    ),
    "price_above_tariff": (
        "De prijs is te hoog",
        "U vraagt {asked_cents}. Op deze dag mag het hoogstens {most_cents} zijn.",
    ),
    "claim_too_late": (
        "De declaratie is te laat",
        "U kon deze zorg declareren tot en met {last_day}. Is er een goede reden? Bel dan de gemeente.",
    ),
    "care_agreement_not_found": (
        "Wij kunnen deze zorgovereenkomst niet vinden",
        "Er is geen zorgovereenkomst met kenmerk {id}.",
    ),
    "care_agreement_exists": (
        "Deze zorgovereenkomst bestaat al",
        "Zorgovereenkomst {id} is gemaakt met een andere inhoud. Er is niets veranderd. Gebruik een nieuw "
        "kenmerk.",
    ),
    "not_a_drawing_right": (
        "Dit tegoed is geen trekkingsrecht",
        "Een zorgovereenkomst hoort bij een trekkingsrecht (pgb), en dit tegoed is iets anders. Kies het "
        "trekkingsrecht van de inwoner.",
    ),
    "rate_without_ceiling": (
        "Voor deze dienst is geen hoogste tarief bepaald",
        "De regeling heeft geen hoogste tarief voor productcode {service} bij een {rate_class} "
        "zorgverlener. Daarom kan geen tarief worden goedgekeurd. Vraag de gemeente om dit tarief vast "
        "te stellen.",
    ),
    "rate_above_ceiling": (
        "Het tarief is te hoog",
        "U vraagt {rate_cents}. Het mag hoogstens {ceiling_cents} zijn.",
    ),
    "agreement_outside_entitlement": (
        "De zorgovereenkomst valt buiten het tegoed",
        "De zorgovereenkomst heeft dagen waarop het trekkingsrecht niet geldt. Kies een begin en een einde "
        "binnen het trekkingsrecht.",
    ),
    "care_agreement_declined": (
        "Deze zorgovereenkomst is afgewezen",
        "Zorgovereenkomst {id} is afgewezen. De reden: “{reason}” Spreek iets anders af en voer dat in.",
    ),
    "care_agreement_approved": (
        "Deze zorgovereenkomst is al goedgekeurd",
        "De gemeente en het betaalkantoor keurden zorgovereenkomst {id} al goed. Afwijzen kan niet meer.",
    ),
    "same_approver": (
        "U hebt al een goedkeuring gegeven",
        "Twee verschillende mensen keuren een zorgovereenkomst goed. Vraag een collega om de andere "
        "goedkeuring.",
    ),
    "contract_unknown": ("Wij kunnen dit contract niet vinden", "Er is geen contract met kenmerk {id}."),
    "contract_version_unknown": (
        "Deze versie van het contract is er niet",
        "Contract {id} heeft geen versie {version}.",
    ),
    "contract_without_draft": (
        "Er staat geen concept klaar",
        "Van deze contracten is het concept ingetrokken, of al vastgesteld: {numbers}. Schrijf eerst een "
        "nieuw concept.",
    ),
    "contract_is_another": (
        "Dit is een ander contract",
        "Contract {id} houdt zijn aanbieder en zijn wet. Als het is vastgesteld, houdt het ook zijn nummer. "
        "Maak voor iets anders een nieuw contract.",
    ),
    "contract_number_taken": (
        "Dit contractnummer is al gebruikt",
        "Nummer {number} hoort bij contract {id}. Kies een ander nummer.",
    ),
    "contract_party_unknown": (
        "Wij kunnen deze aanbieder niet vinden",
        "De aanbieder van contract {id} (kenmerk {provider_id}) staat niet in het register. Registreer de "
        "aanbieder eerst.",
    ),
    "contract_tariffs_unfit": (
        "Het contract heeft tarieven die niet passen",
        "In contract {id} past het tarief niet bij deze codes: {services}. Een dienst die per bedrag wordt "
        "betaald heeft een hoogste bedrag nodig (at_cost), elke andere een tarief of een vaste prijs.",
    ),
    "contract_programme_unknown": (
        "Het contract heeft een onbekende regeling",
        "In contract {id} staat een afspraak bij regeling {programme_id}. Die regeling is er niet bij deze "
        "wet. Kies een andere regeling, of maak de regeling eerst.",
    ),
    "term_figure_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Kenmerk {id} hoort bij een ander cijfer. Geef dit cijfer een nieuw kenmerk.",
    ),
    "contract_services_unknown": (
        "Het contract heeft onbekende productcodes",
        "In contract {id} staan codes die bij deze wet niet in de lijst van de gemeente staan: {services}. "
        "Verbeter de codes, of zet ze eerst in de lijst.",
    ),
}

_USES: Final[Mapping[str, tuple[str, Detail]]] = {
    "redemption_refused": (
        "Verzilveren kan niet",
        Choice(
            by="reasons_count",
            cases={"1": "{reasons}"},
            otherwise="Er zijn {reasons_count} redenen. {reasons}",
        ),
    ),
    "redemption_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al iets anders verzilverd. Er is nu niets verzilverd. Gebruik een nieuw "
        "kenmerk.",
    ),
    "redemption_not_found": (
        "Wij kunnen deze verzilvering niet vinden",
        "Er is geen verzilvering met kenmerk {id}.",
    ),
    "follow_up_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al iets anders gevraagd. Er is nu niets veranderd. Gebruik een nieuw kenmerk.",
    ),
    "undo_too_late": (
        "Dit kan hier niet meer ongedaan worden gemaakt",
        "Ongedaan maken kan {minutes} minuten lang, en alleen door wie verzilverde. Daarna draait u de "
        "verzilvering terug met een reden.",
    ),
    "redemption_not_reserved": (
        "Dit is geen reservering",
        "Verzilvering {id} is meteen geboekt. Er is niets om vast te leggen of vrij te geven. Terugdraaien "
        "kan wel.",
    ),
    "reservation_already_resolved": (
        "Deze reservering is al afgehandeld",
        "Reservering {id} is al vastgelegd of vrijgegeven. Er is nu niets veranderd.",
    ),
    "reservation_not_captured": (
        "Deze reservering is nog niet vastgelegd",
        "Reservering {id} kunt u niet terugdraaien. Geef de reservering vrij.",
    ),
    "release_is_whole": (
        "Vrijgeven kan alleen helemaal",
        "Reservering {id} geeft u helemaal vrij. Wilt u een deel boeken? Leg dat deel vast; de rest gaat "
        "dan terug.",
    ),
    "redemption_line_not_found": (
        "Wij kunnen deze regel niet vinden",
        "Regel {line} staat niet in deze verzilvering. Controleer het nummer van de regel.",
    ),
    "line_already_reversed": (
        "Deze regel is al teruggedraaid",
        "Regel {line} is al teruggedraaid. Dat kan 1 keer. Er is nu niets veranderd.",
    ),
    "more_than_redeemed": (
        "Dit is meer dan er is verzilverd",
        "Voor regel {line} vraagt u {asked}. Het kan hoogstens {left} zijn, in de eenheid van die regel "
        "(geld in centen).",
    ),
}

_ALLOCATIONS: Final[Mapping[str, tuple[str, Detail]]] = {
    "allocation_refused": (
        "Het bericht is niet verwerkt",
        "Toewijzing {number} (regel {line}) kan niet worden overgenomen. {reason} Daarom is niets van het "
        "bericht verwerkt.",
    ),
    "no_programme": (
        "Er is geen regeling voor deze toewijzing",
        Choice(
            by="product_group",
            cases={"": "Er is geen vastgestelde regeling voor de {law}. Stel die eerst vast."},
            otherwise="Er is geen vastgestelde regeling voor de {law} met productgroep {product_group}. "
            "Stel die eerst vast.",
        ),
    ),
    "other_municipality": (
        "Dit bericht is van een andere gemeente",
        "Het bericht komt van de gemeente met nummer {municipality}. Verwerk het bij die gemeente.",
    ),
    "only_end_budget_or_volume": (
        "Deze wijziging kan niet",
        "Van toewijzing {number} kunnen alleen het einde, het budget en het totale volume veranderen "
        "(OP257). Stuur voor iets anders een toewijzing met een nieuw nummer.",
    ),
    "same_moment_other_content": (
        "Er zijn twee versies van deze toewijzing",
        "Toewijzing {number} komt twee keer voor met dezelfde datum en tijd en een andere inhoud. Stuur de "
        "juiste versie met een latere tijd.",
    ),
}

_CLAIMS: Final[Mapping[str, tuple[str, Detail]]] = {
    "claim_refused": (
        "De declaratie is niet verwerkt",
        Choice(
            by="lines_count",
            cases={
                "1": "In de declaratie is 1 regel niet goed. Daarom is niets geboekt. Verbeter die regel en "
                "stuur de declaratie opnieuw."
            },
            otherwise="In de declaratie zijn {lines_count} regels niet goed. Daarom is niets geboekt. "
            "Verbeter die regels en stuur de declaratie opnieuw.",
        ),
    ),
    "claim_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al een declaratie met andere regels gestuurd. Er is nu niets geboekt. Gebruik "
        "een nieuw kenmerk.",
    ),
    "claim_empty": (
        "De declaratie is leeg",
        "Een declaratie heeft minstens 1 regel. Voeg een regel toe en stuur de declaratie opnieuw.",
    ),
    "reference_twice": (
        "Dit referentienummer staat er twee keer in",
        "Referentienummer {reference} staat ook op regel {first_line}. Geef elke regel een eigen nummer.",
    ),
    "reference_claimed": (
        "Deze regel is al gedeclareerd",
        "Referentienummer {reference} stond al in een andere declaratie. Haal de regel weg. Is het andere "
        "zorg? Geef de regel dan een nieuw nummer.",
    ),
}

_REGISTERS: Final[Mapping[str, tuple[str, Detail]]] = {
    "provider_not_found": (
        "Wij kunnen deze aanbieder niet vinden",
        "Er is bij deze gemeente geen aanbieder met kenmerk {id}.",
    ),
    "provider_unknown": (
        "Wij kunnen deze aanbieder niet vinden",
        "Er is bij deze gemeente geen aanbieder met kenmerk {id}. Registreer de aanbieder eerst.",
    ),
    "agb_taken": (
        "Deze AGB-code is al gebruikt",
        "AGB-code {agb} hoort bij aanbieder {id}. Controleer de code, of gebruik die aanbieder.",
    ),
    "service_code_taken": (
        "Deze productcode is al gebruikt",
        "Productcode {service} ({law}) hoort bij dienst {id}. Kies een andere code, of wijzig die dienst.",
    ),
    "service_is_another": (
        "Dit is een andere dienst",
        "Dienst {id} houdt zijn wet en zijn productcode. Maak voor een ander product een nieuwe dienst.",
    ),
    "measure_in_use": (
        "De eenheid kan niet meer veranderen",
        "Voor dienst {id} zijn tarieven per {measure} afgesproken. Maak voor een andere eenheid een nieuwe "
        "dienst met een eigen productcode.",
    ),
    "programme_unknown": ("Wij kunnen deze regeling niet vinden", "Er is geen regeling met kenmerk {id}."),
    "programme_is_another": (
        "Dit is een andere regeling",
        "Regeling {id} houdt haar wet. Als zij is vastgesteld of een budget heeft, houdt zij ook haar naam, "
        "productgroep en soort budget. Maak voor iets anders een nieuwe regeling.",
    ),
    "programme_name_taken": (
        "Deze naam is al gebruikt",
        "De naam “{name}” hoort bij regeling {id}. Kies een andere naam.",
    ),
    "budget_unknown": (
        "Dit budget is er niet",
        "Regeling {programme_id} heeft geen budget voor {year}.",
    ),
    "budget_lowered_too_far": (
        "Het budget kan niet zo veel lager",
        "U wilt het budget {year} van regeling “{programme}” met {asked_cents} verlagen. Het kan hoogstens "
        "met {most_cents}. Beschikbaar is {funded_cents}, vastgelegd is {committed_cents}.",
    ),
    "budget_lowered": (
        "Het budget zou lager worden",
        "In het budget {year} van regeling “{programme}” zit al {funded_cents}. Het bestand vraagt "
        "{asked_cents}. Een bestand kan een budget alleen verhogen. Verlaag "
        "het op de pagina van het budget.",
    ),
    "funding_is_another": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al geld geboekt, met een ander budget, bedrag of tijdstip. Er is nu niets "
        "geboekt. Gebruik een nieuw kenmerk.",
    ),
    "municipality_unknown": (
        "Deze gemeente bestaat niet",
        "Het CBS kent geen gemeente met nummer {cbs}. Controleer de 4 cijfers.",
    ),
    "municipality_not_set_up": (
        "Deze gemeente doet nog niet mee",
        "Voor de gemeente met nummer {cbs} is hier nog niets ingericht. Richt de gemeente eerst in.",
    ),
    "version_unseen": (
        "Er is een nieuwer concept dan u zag",
        "Iemand heeft het intussen veranderd. Er is niets gedaan. Kijk eerst wat er nu in staat.",
    ),
    "changed_meanwhile": (
        "Iemand anders heeft dit intussen veranderd",
        (
            "Uw wijziging is niet opgeslagen.",
            Choice(
                by="version",
                cases={"0": "Dit bestaat nog niet. Stuur het opnieuw, zonder versie."},
                otherwise="Versie {version} geldt nu. Haal die op en doe uw wijziging opnieuw.",
            ),
        ),
    ),
}

_PEOPLE: Final[Mapping[str, tuple[str, Detail]]] = {
    "person_not_found": (
        "Wij kunnen deze persoon niet vinden",
        "Er is bij deze gemeente geen persoon met kenmerk {person_id}.",
    ),
    "holder_erased": (
        "De gegevens van de inwoner zijn gewist",
        "Wij kunnen voor code {id} geen brief maken: de naam en het adres van de inwoner zijn gewist.",
    ),
    "person_erased": (
        "De gegevens van deze persoon zijn gewist",
        "Wie kenmerk {person_id} had, is gewist. Dat kenmerk kan niemand meer krijgen. Gebruik een nieuw "
        "kenmerk.",
    ),
    "person_exists_with_other_content": (
        "Deze persoon is al geregistreerd",
        "Persoon {person_id} staat er al met andere gegevens. Er is niets veranderd. Verbeter die gegevens, "
        "of gebruik een nieuw kenmerk.",
    ),
    "person_corrected_since": (
        "Deze gegevens zijn intussen verbeterd",
        "Iemand anders heeft de gegevens van persoon {person_id} verbeterd nadat u ze zag. Er is niets "
        "veranderd. Kijk opnieuw wie dit is, en verbeter dan wat nog niet klopt.",
    ),
    "bsn_registered": (
        "Dit burgerservicenummer is al gebruikt",
        "Het nummer hoort al bij persoon {person_id}, niet bij {asked_id}. Gebruik die persoon, of "
        "controleer het nummer.",
    ),
    "code_request_exists": (
        "Dit kenmerk is al gebruikt",
        "Kenmerk {id} is al gebruikt om een code van een ander tegoed te vragen. Gebruik een nieuw kenmerk.",
    ),
    "code_still_works": (
        "Er is een code die werkt",
        "De code werkt tot {until}. Bent u de brief kwijt? Blokkeer dan eerst de code.",
    ),
    "helper_name_shared": (
        "Meer hulpverleners heten zo",
        "Vul de AGB-code van uw hulpverlener in, of het kenmerk. Uw gemeente weet het kenmerk.",
    ),
    "helper_unknown": (
        "Wij kennen deze hulpverlener niet",
        "Kijk of de naam of de AGB-code klopt, precies zoals de gemeente die kent. Staat uw hulpverlener nog "
        "niet bij de gemeente? Bel dan uw gemeente.",
    ),
    "mandate_not_found": (
        "Wij kunnen deze machtiging niet vinden",
        "Er is bij deze gemeente geen machtiging met kenmerk {mandate_id}.",
    ),
    "mandate_exists_with_other_content": (
        "Deze machtiging bestaat al",
        "Machtiging {mandate_id} is gegeven met een andere inhoud. Er is niets veranderd. Gebruik een nieuw "
        "kenmerk.",
    ),
    "link_code_unknown": (
        "Deze koppelcode kennen wij niet",
        "De code klopt niet, is al gebruikt of is ouder dan een half uur. Vraag om een "
        "nieuwe koppelcode en typ die over.",
    ),
    "too_many_link_tries": (
        "Er is te vaak een verkeerde koppelcode getypt",
        "U kunt het weer proberen vanaf {until}.",
    ),
    "link_code_is_own": (
        "Dit is uw eigen koppelcode",
        "Niemand machtigt zichzelf. Vraag de koppelcode van wie voor u mag regelen.",
    ),
    "represents_already": (
        "Deze persoon mag al voor u regelen",
        "Dat mag sinds {since}. Er is niets veranderd.",
    ),
    "mandate_is_legal": (
        "Deze machtiging kunt u niet zelf beëindigen",
        "De wet of een rechter bepaalde dat deze persoon voor u regelt. Alleen de gemeente kan dit "
        "wijzigen, als de rechter of de wet dat toestaat. Bel uw gemeente.",
    ),
    "mandate_ends_earlier": (
        "De machtiging stopt al eerder",
        "Machtiging {mandate_id} stopt op {last_day}. Kies die dag of een eerdere dag, of maak een nieuwe "
        "machtiging die langer duurt.",
    ),
}

_ACCOUNTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "key_unknown": (
        "Wij kennen deze sleutel niet",
        "U bent niet ingelogd, of de sleutel werkt niet meer. Vraag de beheerder om een nieuwe sleutel.",
    ),
    "session_unknown": (
        "U bent niet ingelogd",
        "Uw sessie is voorbij, of u hebt nog niet ingelogd. Log in met uw sleutel.",
    ),
    "login_failed": (
        "Dit klopt niet",
        "De gebruikersnaam, het wachtwoord of de code klopt niet, of het ging te vaak mis. Controleer alle "
        "drie. Na vijf keer moet u even wachten.",
    ),
    "identity_unknown": (
        "Voor u is hier geen account",
        "Uw organisatie weet wie u bent, maar hier hoort daar geen account bij dat u mag gebruiken. Vraag de "
        "beheerder van uw gemeente om een account.",
    ),
    "identity_linked": (
        "Dit hoort al bij een ander account",
        "Wie bij deze organisatie zo bekend is, logt hier in met account {actor_id}.",
    ),
    "refusal_not_found": (
        "Deze afwijzing bestaat niet",
        "Er is bij deze gemeente geen afwijzing met kenmerk {id}.",
    ),
    "refusal_exists": (
        "Dit kenmerk is al gebruikt",
        "Onder kenmerk {id} staat een andere afwijzing. Gebruik een nieuw kenmerk.",
    ),
    "settings_changed": (
        "Iemand anders heeft de instellingen intussen veranderd",
        "Er is niets opgeslagen. Kijk eerst hoe ze nu zijn, en doe uw wijziging opnieuw.",
    ),
    "job_not_found": (
        "Deze opdracht bestaat niet",
        "U heeft hier geen opdracht met kenmerk {id}. Een opdracht die werd geweigerd bewaren wij niet.",
    ),
    "job_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Onder kenmerk {id} staat een andere opdracht. Open het formulier opnieuw.",
    ),
    "job_files_gone": (
        "De bestanden zijn er niet meer",
        "Wij bewaren bestanden die u probeerde een dag. Kies ze opnieuw.",
    ),
    "decided_later": (
        "Die dag is nog niet geweest",
        "U kunt geen besluit vastleggen van {day}, want die dag moet nog komen.",
    ),
    "not_ended": (
        "Dit tegoed is niet beëindigd",
        "Voor tegoed {id} is geen einde besloten. Beëindig het eerst; dan kunt u de brief maken.",
    ),
    "device_not_found": (
        "Dit apparaat kennen wij niet",
        "U hebt geen apparaat met kenmerk {id}, of het is ingetrokken.",
    ),
    "device_exists": (
        "Dit kenmerk is al gebruikt",
        "Onder kenmerk {id} staat al een apparaat. Begin opnieuw.",
    ),
    "own_device": (
        "Dit keurt een collega goed",
        "Wie een apparaat aanmeldt, keurt het niet zelf goed. Vraag een collega om apparaat "
        "{id} goed te keuren.",
    ),
    "device_needed": (
        "Gebruik een aangemeld apparaat",
        "Uw organisatie verzilvert aan de deur alleen met apparaten die zijn aangemeld en "
        "goedgekeurd. Meld dit apparaat aan bij Apparaten en laat een collega het goedkeuren.",
    ),
    "no_device_approved": (
        "Er is nog geen goedgekeurd apparaat",
        "Met deze regel zou niemand meer kunnen verzilveren. Laat eerst een apparaat goedkeuren.",
    ),
    "letter_login_failed": (
        "Dit klopt niet",
        "De inlogcode of de code voor één keer klopt niet, of het ging te vaak mis. Neem beide over zoals ze "
        "er staan. De code voor uw aanbieder werkt hier niet. Na vijf keer moet u even wachten.",
    ),
    "letter_login_not_found": (
        "Deze inwoner heeft geen brief om mee in te loggen",
        "Maak eerst een brief met een inlogcode, of een nieuwe als de oude is geblokkeerd of verlopen.",
    ),
    "invitation_unknown": (
        "Deze uitnodiging werkt niet",
        "Zij is al gebruikt, is ouder dan drie dagen, of is niet helemaal overgenomen. Vraag uw beheerder om "
        "een nieuwe.",
    ),
    "second_factor_wrong": (
        "De code van de app klopt niet",
        "Zet Tegoed nog een keer in de app en typ de code die nu te zien is.",
    ),
    "login_name_taken": (
        "Deze gebruikersnaam is bezet",
        "Een ander account logt onder deze naam in. Kies een andere.",
    ),
    "proof_too_old": (
        "Laat nog een keer zien wie u bent",
        "U bent al een tijd ingelogd. Voor wat u nu wilt doen, vragen wij het opnieuw.",
    ),
    "key_not_found": (
        "Wij kunnen deze sleutel niet vinden",
        "Er is bij deze gemeente geen sleutel met kenmerk {key_id}.",
    ),
    "not_allowed": (
        "U mag dit niet doen",
        "Uw account heeft geen rol die dit mag: {action}. Vraag de beheerder of een collega met die rol.",
    ),
    "not_found": ("Wij kunnen dit niet vinden", "Dit bestaat niet, of het is niet voor uw account."),
    "own_roles": (
        "U kunt uw eigen rollen niet veranderen",
        "Niemand verandert de rollen van het eigen account. Vraag een andere beheerder om dit te doen.",
    ),
    "actor_not_found": (
        "Wij kunnen dit account niet vinden",
        "Er is bij deze gemeente geen account met kenmerk {actor_id}.",
    ),
    "actor_party_not_found": (
        "Wij kunnen deze aanbieder of persoon niet vinden",
        "Account {actor_id} zou werken voor kenmerk {party_id}, maar dat kennen wij niet. Registreer de "
        "aanbieder of de persoon eerst.",
    ),
    "actor_bound": (
        "Dit account hoort bij een ander",
        "Account {actor_id} blijft bij de aanbieder, inwoner of medewerker waarmee het begon. Zet het "
        "uit en maak een nieuw account.",
    ),
    "actor_disabled": (
        "Dit account staat uit",
        "Account {actor_id} staat uit en kan niets doen. Gebruik een ander account.",
    ),
    "operator_reserved": (
        "Dit account beheert u hier niet",
        "Account {actor_id} is van de systeembeheerder. Naam, rollen en sleutels daarvan worden op de "
        "server zelf beheerd.",
    ),
    "person_incompatible": (
        "Deze mens heeft al een rol die hier niet bij past",
        "Account {actor_id} zou {role} zijn, maar account {other_actor_id} van dezelfde mens is "
        "{other_role}. Die rollen gaan niet samen, ook niet over twee accounts.",
    ),
    "roles_incompatible": (
        "Deze rollen gaan niet samen",
        "Account {actor_id} kan niet tegelijk {role} en {other_role} zijn. Haal eerst de ene rol weg, of "
        "gebruik twee accounts van verschillende mensen.",
    ),
}

_MACHINERY: Final[Mapping[str, tuple[str, Detail]]] = {
    "invalid_identifier": (
        "Een nummer klopt niet",
        "Controleer {kind}: {fault}.",
    ),
    "malformed_file": (
        "Het bestand kan niet worden gebruikt",
        "De fout zit hier: {place}. Wat er mis is: {fault}. Er is niets geboekt. Verbeter het bestand en "
        "stuur het opnieuw.",
    ),
    "region_file_wrong": (
        "Het regiobestand heeft fouten",
        (
            Choice(
                by="faults_count", cases={"1": "Er is 1 fout:"}, otherwise="Er zijn {faults_count} fouten:"
            ),
            "{faults}. (De meldingen zijn in het Engels.) Er is niets van het bestand overgenomen. Verbeter "
            "het en lees het opnieuw in.",
        ),
    ),
    "letter_unprintable": (
        "De brief kan niet worden afgedrukt",
        "In brief {reference} staat een teken dat wij niet kunnen afdrukken, bijvoorbeeld een emoji. "
        "Vervang dat teken.",
    ),
    "database_unsafe": (
        "De database is niet veilig genoeg",
        "Het systeem start niet. Wat er mis is: {fault}. Vraag de systeembeheerder om dit te verbeteren.",
    ),
    "vault_seal_broken": (
        "Een beveiligd gegeven kan niet worden geopend",
        "Het gegeven in {table}, kolom {column}, rij {row_id} is veranderd of verplaatst, of het hoort bij "
        "een andere sleutel. Wij tonen het niet. Meld dit meteen bij de systeembeheerder.",
    ),
    "keyring_unreadable": (
        "De sleutelbos kan niet worden gelezen",
        "De fout zit hier: {place}. Wat er mis is: {fault}. Er is niets veranderd.",
    ),
    "keys_not_found": (
        "Er zijn geen sleutels voor deze gemeente",
        "In de sleutelbos staan geen sleutels van de gemeente met nummer {municipality_id}. Maak die eerst.",
    ),
    "keys_would_be_lost": (
        "Er zouden sleutels verloren gaan",
        "In het bestand staan sleutels van de gemeente met nummer {municipality_id} die niet in de nieuwe "
        "sleutelbos staan. Er is niets geschreven. Lees de sleutelbos opnieuw en voeg de nieuwe "
        "sleutels daaraan toe.",
    ),
}

_ACCOUNTING: Final[Mapping[str, tuple[str, Detail]]] = {
    "accounting_period_backwards": (
        "De laatste dag ligt voor de eerste",
        "De periode begint op {first_day} en eindigt op {last_day}. Kies een laatste dag die niet voor de "
        "eerste ligt.",
    ),
    "accounting_period_in_future": (
        "Deze dag moet nog komen",
        "De boeken tot en met {until} zijn nog niet bekend. De laatste dag die u nu kunt kiezen, is {today}.",
    ),
    "accounting_period_of_two_years": (
        "Een auditfile gaat over één jaar",
        "De periode van {first_day} tot en met {last_day} ligt in meer dan één kalenderjaar. Maak voor elk "
        "jaar een bestand.",
    ),
    "tax_number_missing": (
        "Het fiscale nummer van de gemeente ontbreekt",
        "In een auditfile moet het RSIN of btw-nummer van de gemeente staan, en dat is niet ingevuld. Vul "
        "het eerst in.",
    ),
}

TITLES_AND_DETAILS: Final[Mapping[str, tuple[str, Detail]]] = {
    **_CODES,
    **_RIGHTS,
    **_CONTRACTS,
    **_USES,
    **_ALLOCATIONS,
    **_CLAIMS,
    **settling_nl.SETTLING,
    **four_eyes_nl.FOUR_EYES,
    **settling_nl.BANK,
    **recoveries_nl.RECOVERIES,
    **_ACCOUNTING,
    **_REGISTERS,
    **_PEOPLE,
    **_ACCOUNTS,
    **_MACHINERY,
}
"""Title and detail by the code of the error."""
