# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: logging in."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ------------------------------------------------------------------------------------- what was done
    "done.out": "You are logged out.",
    # ------------------------------------------------------------------------------------------- login
    "login.title": "Log in",
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
    # ------------------------------------------------------------------------------------ start page
    "start.title": "Tegoed: vouchers and drawing rights",
    "start.lead": "This is the ledger with which a municipality grants entitlements, providers redeem "
    "them and the municipality pays.",
    "start.walk": "Walk through it as …",
    "start.walk.lead": "Choose who you want to be in the municipality of {name}. You need no password, "
    "as everything here is made up. Do not enter anything about real people.",
    "start.as.gatekeeper": "Gatekeeper",
    "start.does.gatekeeper": "Finds residents, grants entitlements and sends the letter with the code.",
    "start.as.door": "Provider at the door",
    "start.does.door": "Scans the code of a resident and redeems the entitlement.",
    "start.as.desk": "Provider at the desk",
    "start.does.desk": "Sees what was redeemed, claims, and follows the payment.",
    "start.as.resident": "Resident",
    "start.does.resident": "Sees what is left of the entitlement and what it was used for.",
    "start.as.finance_1": "Finance, first employee",
    "start.does.finance_1": "Makes a payment run and submits it.",
    "start.as.finance_2": "Finance, second employee",
    "start.does.finance_2": "Checks the payment run of somebody else and releases it.",
    "start.as.contract_manager": "Contract manager",
    "start.does.contract_manager": "Looks after providers, contracts, tariffs and programmes.",
    "start.as.auditor": "Auditor",
    "start.does.auditor": "Sees everything but the names and numbers of residents, and changes nothing.",
    "start.as.administrator": "Administrator",
    "start.does.administrator": "Makes accounts and gives roles, and touches neither money nor residents.",
    "start.begin": "Begin as: {kind}",
    "start.begin_short": "Begin",
    "start.no_pages": "There are no pages for this user here yet.",
    "start.open": "The buttons only work on your own computer, or at an address that begins with https.",
    "start.towns": "Another municipality",
    "start.more": "More",
    "start.login": "Log in",
    "start.docs": "What the API can do",
    "start.openapi": "The API as an OpenAPI document",
    "start.health": "Whether the service works",
    # ------------------------------------------------------------------------------- names of fields
    "field.key": "Key",
    # ------------------------------------------------- passwords, sessions, proving it once more
    "login.by_key": "With a key",
    "login.by_key.lead": "When you have no password you log in with the key of your account. An "
    "administrator of your municipality makes it.",
    "login.do_key": "Log in with the key",
    "login.with": "Log in with {name}",
    "leaving.title": "You are going to {name}",
    "entered.title": "You are logged in",
    "entered.on": "Continue",
    "provider.away": "This way of logging in does not work now",
    "provider.away.detail": "The service that knows who you are does not answer. Try again in a few minutes.",
    "provider.refused": "You broke off logging in",
    "provider.refused.detail": "Nothing has happened. You can try again.",
    "provider.stale": "This attempt to log in is over",
    "provider.stale.detail": "It took too long, or it began in another browser. Begin again.",
    "provider.unbelievable": "Logging in failed",
    "provider.unbelievable.detail": "We could not make sure that it is you. Try again. If it stays like "
    "this, tell your administrator.",
    "login.by_letter": "I have a letter with a login code",
    "letter.title": "Log in with your letter",
    "letter.lead": "Your letter from the municipality has a login code. Type it here. It is not the code "
    "that you show your provider.",
    "letter.code.hint": "Fourteen letters and digits, such as XXXX-XXXXX-XXXXX. Capitals and hyphens do not "
    "matter.",
    "letter.do": "Continue",
    "letter.lost": "Did you lose your letter? Call your municipality. It blocks the old code and sends a new "
    "letter.",
    "letter.no_town": "Choose your municipality",
    "one_time.title": "One more code, for one time",
    "one_time.lead": "If we have your e-mail address, a code of six digits is there now. It works for "
    "{minutes} minutes. Look among unwanted e-mail as well.",
    "one_time.telephone": "You have no e-mail, or nothing arrives? Call your municipality and ask for a "
    "one-time code. Keep your letter at hand.",
    "one_time.hint": "Six digits. Give this code to nobody else.",
    "one_time.once_more": "Send a new code",
    "one_time.back": "Type another login code",
    "letter_mail.subject": "Your code to log in",
    "letter_mail.body": "Your code is {code}\n\nIt works for {minutes} minutes, and once. Type it on the "
    "page where you are logging in. Give it to nobody, not even to somebody who says to be of the "
    "municipality.\n\nDid you not want to log in? Then somebody else has your letter. Call your "
    "municipality.\n\nMunicipality of {name}\n",
    "login.invited": "I have an invitation, or I forgot my password",
    "login.totp.hint": "The six digits that the app on your telephone shows now. Each code works once.",
    "login.kept": "What you had filled in is kept. After logging in you can still send it. A file "
    "must be chosen again.",
    "login_again.title": "Is it really you?",
    "login_again.lead": "What you had filled in is kept. Show who you are; after that you can send it.",
    "login_again.do": "Continue",
    "login_waits.title": "You are logged in now",
    "login_waits.lead": "What you had just filled in has not been sent yet. It is kept.",
    "login_waits.do": "Send it now",
    "login_waits.leave": "Do not send it",
    "login_new.title": "Set up a password",
    "login_new.lead": "Type or paste the code of your invitation. An administrator of your municipality "
    "makes it. When you lost your password or telephone, ask for a new invitation.",
    "login_new.do": "Continue",
    "login_chosen.title": "Choose how you log in",
    "login_chosen.lead": "Your user name is",
    "login_chosen.password": "1. Your password",
    "login_chosen.password.hint": "At least 12 characters. A sentence of a few words is good. Your user "
    "name may not be in it.",
    "login_chosen.app": "2. The app on your telephone",
    "login_chosen.app.lead": "Scan this picture with an app that makes codes, such as the password app of "
    "your telephone. The app then shows six digits every half minute.",
    "login_chosen.picture": "QR code for the app",
    "login_chosen.by_hand": "You cannot scan? Then type this into the app:",
    "login_chosen.do": "Save and log in",
    "login_sessions.title": "Where you are logged in",
    "login_sessions.lead": "Do you see something that you do not know? Log it out, and choose another "
    "password.",
    "login_sessions.caption": "Your sessions, the newest first",
    "login_sessions.since": "Logged in at",
    "login_sessions.used": "Last used",
    "login_sessions.proof": "How",
    "login_sessions.agent": "Web browser",
    "login_sessions.end": "Log out",
    "login_sessions.this": "This is you now",
    "login_sessions.end_it": "Log out",
    "login_sessions.end_of": "Log out the session of {moment}",
    "login_sessions.end_others": "Log out everywhere else",
    "login_sessions.no_agent": "Unknown",
    "login_sessions.password": "Another password",
    "login_sessions.password.lead": "You are then logged out everywhere else.",
    "login_sessions.present_password": "Your present password",
    "login_sessions.password.do": "Change the password",
    "proof.key": "With a key",
    "proof.password": "With a password",
    "proof.identity_provider": "Through your organisation",
    "proof.letter": "With a code by letter",
    "proof.demo": "For the demonstration",
    "done.session_ended": "That session is logged out.",
    "done.sessions_ended": "You are logged out everywhere else.",
    "done.password_chosen": "Your password was changed.",
    "login_sessions.link": "My sessions",
    "language.other": "Nederlands",
    "language.code": "nl",
    "field.loginName": "User name",
    "field.password": "Password",
    "field.town": "Your municipality",
    "field.letterCode": "Login code of the letter",
    "field.oneTime": "One-time code",
    "field.totp": "Code from the app",
    "field.invitation": "Code of the invitation",
    "field.chosen": "New password",
    "field.again": "The same password once more",
}
