# SPDX-License-Identifier: EUPL-1.2
"""Faults in numbers and files in Dutch. They are noted in English where they are found.

The ones people meet are here; of any other the English words are shown as they are, and named as such.
"""

from typing import Final

FAULTS: Final = (
    (r"is not (\d+) digits", r"het moeten \1 cijfers zijn"),
    (r"does not pass the 11-test", "het getal voldoet niet aan de 11-proef"),
    (r"does not have the form of an IBAN", "dit heeft niet de vorm van een IBAN"),
    (r"does not have the form of an e-mail address", "dit heeft niet de vorm van een e-mailadres"),
    (r"holds a citizen service number", "er staat een burgerservicenummer in"),
    (r"its check digits are wrong", "de controlecijfers kloppen niet"),
    (r"is not four digits and two letters, or four digits", "het moeten 4 cijfers en 2 letters zijn"),
    (r"is not five digits or capitals", "het moeten 5 cijfers of hoofdletters zijn"),
    (r"is empty( \(\w+\))?", r"dit is leeg\1"),
    (r"is blank", "dit is leeg"),
    (r"is larger than (\d+) bytes( \(\w+\))?", r"dit is groter dan \1 bytes\2"),
    (r"has more than (\d+) tags", r"dit heeft meer dan \1 elementen"),
    (r"is not UTF-8( \(\w+\))?", r"dit is geen UTF-8\1"),
    (
        r"is not well-formed XML, .*",
        "dit is geen goede XML, of veel dieper of langer dan een bericht mag zijn",
    ),
    (r"begins with a byte order mark( \(\w+\))?", r"dit begint met een byte order mark; laat dat weg\1"),
    (r"declares another encoding than UTF-8( \(\w+\))?", r"hier staat een andere codering dan UTF-8\1"),
    (r"declares a document type, .*", "hier staat een documenttype (DOCTYPE), en dat mag niet"),
    (r"lacks element (\S+)", r"het element \1 ontbreekt"),
    (r"is out of order or doubled", "dit staat dubbel of niet in de goede volgorde"),
    (r"is doubled", "dit staat dubbel"),
    (r"is not known at this place", "dit hoort niet op deze plaats"),
    (r"holds text between its elements", "er staat tekst tussen de elementen"),
    (r"holds elements where text is expected", "hier moet tekst staan, geen elementen"),
    (r"has an attribute, .*", "hier staat een attribuut, en dat mag niet"),
    (r"is in namespace (\S+), expected (.+)", r"de namespace is \1 en moet \2 zijn"),
    (r"is not (\d+) to (\d+) characters", r"het moeten \1 tot en met \2 tekens zijn"),
    (r"must be one line of (\d+) to (\d+) characters", r"het moet 1 regel van \1 tot en met \2 tekens zijn"),
    (r"must be one of (.+)", r"het moet een van deze zijn: \1"),
    (r"must be a whole number from 0 to (\d+)", r"het moet een heel getal van 0 tot en met \1 zijn"),
    (r"must be an existing day as (\S+), without zone", r"het moet een bestaande dag zijn, zoals \1"),
    (r"must be a time as (\S+), without zone", r"het moet een tijd zijn, zoals \1"),
    (
        r"must be (\d+) digits that pass the 11-test.*",
        r"het moeten \1 cijfers zijn die aan de 11-proef voldoen",
    ),
    (r"must be (\d+) digits", r"het moeten \1 cijfers zijn"),
    (r"must be (\d+) to (\d+) (digits|letters)", r"het moeten \1 tot en met \2 tekens zijn"),
    (r"must be two capitals", "het moeten 2 hoofdletters zijn"),
    (r"must be a version as (\S+)", r"het moet een versie zijn, zoals \1"),
    (
        r"must be (\d+), (\d+) or (\d+) when Eenheid is (.+) (\(\w+\))",
        r"het moet \1, \2 of \3 zijn bij deze eenheid \5",
    ),
    (r"must not be (\w+) (\(\w+\))", r"het mag niet \1 zijn \2"),
    (
        r"may be 13 only when Einddatum equals Ingangsdatum (\(\w+\))",
        r"13 mag alleen als de einddatum gelijk is aan de ingangsdatum \1",
    ),
    (r"must be (\w+)", r"het moet \1 zijn"),
    (r"is not Bericht, the root of a message", "dit is geen bericht: het eerste element moet Bericht zijn"),
    (r"is before Ingangsdatum (\(\w+\))", r"de einddatum ligt voor de ingangsdatum \1"),
    (r"is required with a Budget (\(\w+\))", r"dit is nodig bij een budget \1"),
    (r"is required when Frequentie is 2, per week (\(\w+\))", r"dit is nodig bij een frequentie per week \1"),
    (r"and Omvang exclude each other (\(.+\))", r"budget en omvang gaan niet samen \1"),
    (r"is required when there is no Budget (\(\w+\))", r"dit is nodig als er geen budget is \1"),
    (r"is required when the Product has a Code (\(\w+\))", r"dit is nodig als het product een code heeft \1"),
    (
        r"is only allowed when the Product has a Code (\(\w+\))",
        r"dit mag alleen als het product een code heeft \1",
    ),
    (
        r"occurs more than once in the message (\(\w+\))",
        r"dit nummer staat meer dan 1 keer in het bericht \1",
    ),
    (r"has more than (\d+) equals signs", r"dit heeft meer dan \1 is-tekens"),
    (r"larger than (\d+) bytes", r"dit is groter dan \1 bytes"),
    (r"not UTF-8", "dit is geen UTF-8"),
    (r"holds a NUL character: not a text file", "dit is geen tekstbestand"),
    (r"missing columns: (.+)", r"deze kolommen ontbreken: \1"),
    (r"unknown columns: (.+)", r"deze kolommen kennen wij niet: \1"),
    (r"columns twice: (.+)", r"deze kolommen staan er dubbel in: \1"),
    (
        r"needs the column entitlement, or law and allocation_number",
        "de kolom entitlement is nodig, of law en allocation_number",
    ),
    (r"(\d+) values for (\d+) columns", r"er staan \1 waarden, maar er zijn \2 kolommen"),
    (r"([\w.]+): Field required", r"\1: dit ontbreekt"),
    (r"([\w.]+): Input should be a valid integer.*", r"\1: het moet een heel getal zijn"),
    (r"([\w.]+): Input should be greater than (\d+)", r"\1: het moet meer dan \2 zijn"),
    (r"([\w.]+): Input should be less than or equal to (\d+)", r"\1: het mag hoogstens \2 zijn"),
    (r"([\w.]+): Input should be a valid date.*", r"\1: het moet een dag zijn, zoals 2026-12-31"),
    (r"([\w.]+): Input should be a valid UUID.*", r"\1: het moet een kenmerk (UUID) zijn"),
    (r"([\w.]+): String should match pattern.*", r"\1: de vorm klopt niet"),
    (
        r"([\w.]+): Value error, not a valid product_code: .*",
        r"\1: het moeten 5 cijfers of hoofdletters zijn",
    ),
    (
        r": Value error, name either entitlementId or allocation",
        "noem een tegoed of een toewijzing, en niet allebei",
    ),
    (r"must be text that is not blank", "hier moet tekst staan"),
)

"""Patterns of faults with the Dutch for them; the first that fits the whole fault is used."""

PLACES: Final = (
    (r"file", "het hele bestand"),
    (r"line (\d+)", r"regel \1"),
    (r"line (\d+), column (\d+)", r"regel \1, kolom \2"),
    (r"line (\d+), element (\S+)", r"regel \1, element \2"),
    (r"element (\S+)", r"element \1"),
    (r"allocation (\d+), element (\S+)", r"toewijzing \1, element \2"),
    (r"byte (\d+)", r"byte \1"),
    (r"transfer (\d+)", r"overboeking \1"),
    (r"transfer (\d+), (.+)", r"overboeking \1, \2"),
    (r"(.+)", r"\1"),
)
"""Patterns of places in a file with the Dutch for them."""
