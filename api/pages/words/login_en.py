# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: logging in."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ------------------------------------------------------------------------------------- what was done
    "done.out": "You are logged out.",
    # ------------------------------------------------------------------------------------------- login
    "login.title": "Log in",
    "login.lead": "Log in with the key of your account. An administrator of your municipality makes it.",
    "login.key": "Key",
    "login.key.hint": "Begins with tgd_. Share it with nobody.",
    "login.do": "Log in",
    "login.how_long": "You stay logged in until you log out, and at most 8 hours. When you do nothing "
    "for 30 minutes you are logged out.",
    "login.no_pages": "There are no pages for this account yet",
    "login.no_pages.detail": "With this key you can use the API.",
    "login.open": "You cannot log in safely here",
    "login.open.detail": "Your key would travel over the network unprotected. Use an address that "
    "begins with https.",
    # ------------------------------------------------------------------------------- names of fields
    "field.key": "Key",
}
