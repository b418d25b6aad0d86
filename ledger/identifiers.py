# SPDX-License-Identifier: EUPL-1.2
"""Numbers and addresses that name persons, providers, places and bank accounts, and their checks.

A check returns the value as it is stored, or raises InvalidIdentifier, which never repeats the value.
Passing a check proves that a number is well formed, not that it belongs to anybody.
"""

import re
from string import ascii_uppercase

from ledger.errors import InvalidIdentifier

_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_RF_FORM = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_RF_BODY = re.compile(r"[0-9A-Z]{1,21}")
_IBAN_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_IBAN_NL_FORM = re.compile(r"NL[0-9]{2}[A-Z]{4}[0-9]{10}")
_LETTERS_AS_NUMBERS = {ord(letter): str(int(letter, 36)) for letter in ascii_uppercase}
_POSTCODE_FORM = re.compile(r"[1-9][0-9]{3}([A-Z]{2})?")
_EMAIL_FORM = re.compile(
    r"(?=.{6,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_LOCAL_MAX = 64
_POSTCODE_LETTERS_UNUSED = frozenset({"SA", "SD", "SS"})


def bsn(value: str) -> str:
    """A citizen service number: nine digits that pass the 11-test, leading zeros kept.

    Source: Wet algemene bepalingen burgerservicenummer; iWmo/iJw rule CS002.
    """
    digits = _digits(value, 9, "bsn")
    total = sum(int(digit) * weight for digit, weight in zip(digits, _BSN_WEIGHTS, strict=True))
    if total % 11 != 0 or digits == "000000000":
        raise InvalidIdentifier(kind="bsn", fault="does not pass the 11-test")
    return digits


def is_bsn(value: str) -> bool:
    """Whether a text is a citizen service number and nothing else."""
    try:
        bsn(value.strip())
    except InvalidIdentifier:
        return False
    return True


def holds_bsn(value: str) -> bool:
    """Whether nine digits in a row somewhere in a text are a citizen service number."""
    return any(is_bsn(digits) for digits in re.findall(r"(?<![0-9])[0-9]{9}(?![0-9])", value))


def agb(value: str) -> str:
    """A provider number of the Dutch care register: eight digits; it has no public check digit."""
    return _digits(value, 8, "agb")


def kvk(value: str) -> str:
    """A number of the trade register: eight digits, no check digit."""
    return _digits(value, 8, "kvk")


def municipality(value: str) -> str:
    """A municipality's code of Statistics Netherlands (CBS): four digits. The list is not consulted."""
    return _digits(value, 4, "municipality")


def iban(value: str) -> str:
    """A bank account of any country, capitals without spaces. Source: ISO 13616, ISO 7064 mod 97-10.

    Form and check digits are judged for every country, the length (18) and bank letters for NL only.
    """
    account = value.replace(" ", "").upper()
    form = _IBAN_NL_FORM if account.startswith("NL") else _IBAN_FORM
    if not form.fullmatch(account):
        raise InvalidIdentifier(kind="iban", fault="does not have the form of an IBAN")
    if not "02" <= account[2:4] <= "98" or _mod_97(account) != 1:
        raise InvalidIdentifier(kind="iban", fault="its check digits are wrong")
    return account


def postcode(value: str) -> str:
    """A Dutch postcode as 1234AB, or its four digits alone for an area."""
    code = value.replace(" ", "").upper()
    if not _POSTCODE_FORM.fullmatch(code) or code[4:] in _POSTCODE_LETTERS_UNUSED:
        raise InvalidIdentifier(kind="postcode", fault="is not four digits and two letters, or four digits")
    return code


def email(value: str) -> str:
    """An address for e-mail in ASCII without comments or quotes; no citizen service number is in it.

    Source: RFC 5321 sections 4.1.2 and 4.5.3.1, of which the common forms are taken.
    """
    if not _EMAIL_FORM.fullmatch(value) or value.index("@") > _LOCAL_MAX:
        raise InvalidIdentifier(kind="email", fault="does not have the form of an e-mail address")
    if holds_bsn(value):
        raise InvalidIdentifier(kind="email", fault="holds a citizen service number")
    return value


def product_code(value: str) -> str:
    """A product of a municipality's own or the national list: five digits or capitals (rule IV075)."""
    if not re.fullmatch(r"[0-9A-Z]{5}", value):
        raise InvalidIdentifier(kind="product_code", fault="is not five digits or capitals")
    return value


def rf_reference(body: str) -> str:
    """The creditor reference RFkk… around a body of 1 to 21 digits and capitals. Source: ISO 11649.

    Raises ValueError for another body: we make bodies ourselves, so a wrong one is our mistake.
    """
    if not _RF_BODY.fullmatch(body):
        raise ValueError("the body of an RF reference is 1 to 21 digits and capitals")
    return f"RF{98 - _mod_97('RF00' + body):02d}{body}"


def is_rf_reference(value: str) -> bool:
    """Whether this is a creditor reference with right check digits, in capitals without spaces."""
    if not _RF_FORM.fullmatch(value):
        return False
    return "02" <= value[2:4] <= "98" and _mod_97(value) == 1


def _digits(value: str, length: int, kind: str) -> str:
    digits = value.strip()
    if not re.fullmatch(rf"[0-9]{{{length}}}", digits):
        raise InvalidIdentifier(kind=kind, fault=f"is not {length} digits")
    return digits


def _mod_97(value: str) -> int:
    """The remainder of ISO 7064 mod 97-10: first four characters to the end, letters as 10 to 35."""
    return int((value[4:] + value[:4]).translate(_LETTERS_AS_NUMBERS)) % 97
