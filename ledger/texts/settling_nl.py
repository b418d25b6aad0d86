# SPDX-License-Identifier: EUPL-1.2
"""What we say in Dutch about errors of settlement runs, payments and messages of the bank."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

SETTLING: Final[Mapping[str, tuple[str, Detail]]] = {
    "settlement_run_not_found": (
        "Wij kunnen deze betaalrun niet vinden",
        "Er is geen betaalrun met kenmerk {id}.",
    ),
    "settlement_not_found": (
        "Wij kunnen deze afrekening niet vinden",
        "Er is geen afrekening met kenmerk {id}.",
    ),
    "statement_not_found": (
        "Deze afrekening is er niet",
        "Betaalrun {run_id} heeft geen afrekening van aanbieder {provider_id}. Er stond niets van deze "
        "aanbieder in, of de run is nog niet vrijgegeven.",
    ),
    "settlement_reference_not_found": (
        "Wij kunnen deze afrekening niet vinden",
        "Er is geen afrekening met betalingskenmerk {reference}. Kijk of u het hele kenmerk hebt ingevuld.",
    ),
    "settlement_run_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al een andere betaalrun gemaakt. Er is nu niets afgerekend. Gebruik een nieuw "
        "kenmerk.",
    ),
    "settlement_requested_in_past": (
        "Deze betaaldatum is voorbij",
        "De bank kan niet betalen op {requested_on}. De eerste dag die u nu kunt kiezen, is {today}.",
    ),
    "settlement_until_in_future": (
        "Deze dag moet nog komen",
        "U kunt niet afrekenen tot en met {until}. De laatste dag die u nu kunt kiezen, is {today}.",
    ),
    "settlement_run_not_ready": (
        "Dat kan nu niet met deze betaalrun",
        "Betaalrun {id} is {state}. Dan kunt u haar niet {command}.",
    ),
    "submitter_planned": (
        "Iemand anders moet deze betaalrun voorleggen",
        "Betaalrun {id} is volgens het rooster opgesteld met dit account. Iemand met een ander account legt "
        "haar voor.",
    ),
    "run_line_not_found": (
        "Deze regel staat niet in de betaalrun",
        "De betaalrun heeft geen regel {entry_id}. Kijk in de lijst met regels.",
    ),
    "drafter_looks": (
        "Een ander moet deze regels bekijken",
        "U hebt deze betaalrun zelf opgesteld of voorgelegd. Een collega moet regel {entry_id} bekijken.",
    ),
    "nothing_to_let_go": (
        "Deze regel is niet betwist",
        "De inwoner betwist regel {entry_id} niet. Er is dus niets om toch te betalen.",
    ),
    "resident_word_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al iets anders opgeschreven van een inwoner. Gebruik een nieuw kenmerk.",
    ),
    "told_by_missing": (
        "Zeg van wie u dit hoorde",
        "U schrijft dit op voor een inwoner. Zeg erbij wie het u vertelde, en hoe.",
    ),
    "speaker_is_paid": (
        "U kunt dit niet bevestigen of betwisten",
        "U wordt hier zelf voor betaald. Alleen de inwoner zegt of het klopt, of iemand die er niet voor "
        "betaald wordt.",
    ),
    "speaker_redeemed": (
        "U kunt dit niet voor de inwoner zeggen",
        "U hebt dit zelf verzilverd of gedeclareerd. De inwoner zelf zegt of het klopt, of een collega "
        "schrijft het op.",
    ),
    "nothing_to_speak_of": (
        "Voor deze regel wordt niets betaald",
        "Voor regel {line} hoeft niets te worden betaald, of nog niet. Er is dus niets te bevestigen of te "
        "betwisten.",
    ),
    "line_disputed": (
        "Deze regel is betwist",
        "Regel {line} is betwist. Neem dat eerst terug.",
    ),
    "line_not_disputed": (
        "Deze regel is niet betwist",
        "Regel {line} is niet betwist. Er is niets om terug te nemen.",
    ),
    "line_not_rejectable": (
        "Deze regel kan niet worden afgekeurd",
        "Regel {entry_id} komt niet uit een verzilvering of declaratie. U kunt hem wel vasthouden.",
    ),
    "release_refused": (
        "Deze betaalrun kan niet worden vrijgegeven",
        "{reasons}",
    ),
    "sample_unseen": (
        "Nog niet alle regels zijn bekeken",
        "Van de steekproef van {most} regels zijn er {left} nog niet bekeken. Bekijk die eerst.",
    ),
    "releaser_drafted": (
        "U hebt deze betaalrun zelf opgesteld",
        "Wie een betaalrun opstelt of voorlegt, geeft haar niet vrij. Vraag een collega.",
    ),
    "releaser_granted": (
        "U hebt zelf over deze tegoeden beslist",
        "Deze betaalrun betaalt voor {entitlements} tegoeden waarover u hebt beslist. Wie beslist, betaalt "
        "niet. Vraag een collega.",
    ),
    "releaser_redeemed": (
        "U hebt zelf verzilverd of gedeclareerd",
        "Deze betaalrun betaalt {redemptions} keer voor iets wat u hebt verzilverd of gedeclareerd. Vraag "
        "een collega.",
    ),
    "releaser_approved_care": (
        "U hebt zelf zorgovereenkomsten goedgekeurd",
        "Deze betaalrun betaalt voor {agreements} zorgovereenkomsten die u hebt goedgekeurd. Vraag een "
        "collega.",
    ),
    "releaser_spoke": (
        "U hebt opgeschreven wat inwoners zeggen",
        "Deze betaalrun betaalt {redemptions} verzilveringen waarvan u hebt opgeschreven wat de inwoner "
        "zegt. Vraag een collega.",
    ),
    "releaser_entered_care": (
        "U hebt zelf zorgovereenkomsten ingevoerd",
        "Deze betaalrun betaalt voor {agreements} zorgovereenkomsten die u hebt ingevoerd. Vraag een "
        "collega.",
    ),
    "releaser_entered_figures": (
        "U hebt zelf cijfers ingevoerd",
        "Deze betaalrun betaalt {amounts} bedragen die steunen op bewijs of cijfers die u hebt ingevoerd. "
        "Vraag een collega.",
    ),
    "releaser_changed_account": (
        "U hebt zelf rekeningnummers gewijzigd",
        "Deze betaalrun betaalt {providers} aanbieders op een rekening die u hebt ingevoerd of goedgekeurd. "
        "Vraag een collega.",
    ),
    "releaser_contracted": (
        "U hebt zelf contracten opgesteld of vastgesteld",
        "Deze betaalrun betaalt onder {contracts} contracten die u hebt opgesteld of vastgesteld. Vraag een "
        "collega.",
    ),
    "operator_unidentified": (
        "Van een systeembeheerder is niet bekend wie het is",
        "Op de server werkte iemand mee aan wat deze betaalrun betaalt, en van {operators} is niet bekend "
        "wie het is. Dus ook niet of u het zelf was. Laat hen dat zeggen met tegoed actors identify.",
    ),
    "account_needs_second_person": (
        "Een ander rekeningnummer kan niet in één stap",
        "De rekening van aanbieder {id} wordt door twee mensen gewijzigd. Voer een wijziging van rekening "
        "in; een collega beslist daarover.",
    ),
    "account_change_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al een andere wijziging van rekening ingevoerd. Gebruik een nieuw kenmerk.",
    ),
    "account_change_not_found": (
        "Wij kunnen deze wijziging niet vinden",
        "Er is geen wijziging van rekening met kenmerk {id}.",
    ),
    "account_change_decided": (
        "Hierover is al anders beslist",
        "Over wijziging {id} is al anders beslist. Voer een nieuwe wijziging in.",
    ),
    "account_decider_entered": (
        "U hebt deze wijziging zelf ingevoerd",
        "Wie wijziging {id} invoert, beslist er niet over. Vraag een collega.",
    ),
    "account_nobody_to_tell": (
        "Er is niemand anders om dit aan te vertellen",
        "Van deze aanbieder kennen wij geen andere contactpersoon die al {days} dagen bekend is. Vertel "
        "wijziging {id} per brief of telefoon aan de aanbieder, via een adres of nummer dat u al kende. Vul "
        "bij uw besluit in hoe u dat deed.",
    ),
    "contact_not_found": (
        "Wij kunnen deze contactpersoon niet vinden",
        "Deze aanbieder heeft nu geen contactpersoon met kenmerk {id}.",
    ),
    "contact_of_another_provider": (
        "Deze contactpersoon is van een andere aanbieder",
        "Contactpersoon {id} hoort bij een andere aanbieder. Gebruik een nieuw kenmerk.",
    ),
    "contact_ended": (
        "Deze contactpersoon is gestopt",
        "Contactpersoon {id} is gestopt en kan niet worden gewijzigd. Voer een nieuwe contactpersoon in.",
    ),
    "notice_not_found": (
        "Wij kunnen dit bericht niet vinden",
        "Er is geen bericht aan een contactpersoon met kenmerk {id}.",
    ),
    "payee_unknown": (
        "Wij kunnen deze aanbieder niet vinden",
        "Er is geen aanbieder met kenmerk {id} om te betalen.",
    ),
    "payee_check_not_found": (
        "Wij kunnen deze controle niet vinden",
        "Er is geen controle van naam en rekening met kenmerk {id}.",
    ),
    "payee_check_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Onder kenmerk {id} staat een controle van naam en rekening die iets anders zegt.",
    ),
    "payee_stays_blocked": (
        "Een bank zei nee",
        "Controle {id} zegt dat op deze rekening niet wordt betaald. Dat neemt niemand alleen terug. Laat "
        "twee mensen verklaren dat het mag, of lees het bericht van de bank in.",
    ),
    "payment_file_not_found": (
        "Dit betaalbestand is er niet",
        "Betaalrun {id} heeft geen bestand met nummer {number}. De run is nog niet vrijgegeven, of er is "
        "niets te betalen.",
    ),
    "payment_not_found": (
        "Wij kunnen deze betaling niet vinden",
        "Er is geen betaling met kenmerk {id}.",
    ),
    "debtor_missing": (
        "De rekening van de gemeente ontbreekt",
        "De naam en het rekeningnummer (IBAN) waarvan de gemeente betaalt, zijn niet ingevuld. Vul die "
        "eerst in.",
    ),
    "payment_file_changed": (
        "Het betaalbestand is niet meer hetzelfde",
        "Het bestand van betaalrun {id} is anders dan toen de run werd gemaakt. De controlecode was "
        "{expected_sha256} en is nu {found_sha256}. Stuur het niet naar de bank en meld dit meteen bij "
        "de systeembeheerder.",
    ),
}

BANK: Final[Mapping[str, tuple[str, Detail]]] = {
    "bank_message_not_found": (
        "Wij kunnen dit bericht van de bank niet vinden",
        "Er is geen bericht van de bank met kenmerk {id}.",
    ),
    "bank_statement_changed": (
        "Dit afschrift was eerder anders",
        "Afschrift {statement} is al gelezen, en zei toen iets anders. Er is nu niets geboekt. Vraag de bank "
        "welk afschrift klopt.",
    ),
    "bank_statement_of_another_account": (
        "Dit afschrift is van een andere rekening",
        "Afschrift {statement} is van een rekening die eindigt op {iban_end}. De gemeente betaalt niet van "
        "die rekening. Er is niets geboekt.",
    ),
    "bank_statement_currency": (
        "Dit afschrift is niet in euro",
        "Afschrift {statement} is in {currency}. Wij lezen alleen afschriften in euro. Er is niets geboekt.",
    ),
    "bank_statement_gap": (
        "Er ontbreekt een afschrift",
        "Het vorige afschrift eindigde met {expected_cents}, maar afschrift {statement} begint met "
        "{found_cents}. Lees eerst het afschrift dat ertussen hoort. Er is niets geboekt.",
    ),
    "bank_statement_sum": (
        "Dit afschrift telt niet op",
        "Volgens de saldi van afschrift {statement} is er {expected_cents} bijgekomen, maar de boekingen "
        "zijn samen {found_cents}. Er is niets geboekt. Vraag de bank om een nieuw afschrift.",
    ),
    "answered_file_unknown": (
        "Dit antwoord is niet voor ons",
        "Antwoord {message} van de bank gaat over een betaalbestand dat deze gemeente niet heeft gemaakt. Er "
        "is niets gewijzigd.",
    ),
}
