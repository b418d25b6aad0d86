# SPDX-License-Identifier: EUPL-1.2
"""The start page: what this is, and where the documentation of the API is."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import TheHouse
from api.pages.html import page
from api.problems import language_of_request
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_WORDS: Final = {
    Language.NL: (
        "Tegoed: vouchers en trekkingsrechten",
        "<p class=demo><strong>Dit is een demonstratie.</strong> Alle inwoners, aanbieders en bedragen zijn "
        "verzonnen. Voer hier geen gegevens van echte mensen in.</p>",
        "<p>Hier werkt het grootboek waarmee een gemeente tegoeden geeft, aanbieders ze verzilveren en de "
        "gemeente ze betaalt.</p>"
        '<ul><li><a href="/runs">Betaalruns, bank en rekeningen, voor medewerkers van de gemeente</a></li>'
        '<li><a href="/v1/docs">Wat de API kan</a></li>'
        '<li><a href="/v1/openapi.json">De API als OpenAPI-document</a></li>'
        '<li><a href="/v1/health">Of de dienst werkt</a></li></ul>'
        "<p>Voor alles behalve deze pagina's is een sleutel nodig. Een beheerder van uw gemeente "
        "maakt die.</p>",
    ),
    Language.EN: (
        "Tegoed: vouchers and drawing rights",
        "<p class=demo><strong>This is a demonstration.</strong> All residents, providers and amounts are "
        "made up. Do not enter anything about real people here.</p>",
        "<p>This is the ledger with which a municipality grants entitlements, providers redeem them and the "
        "municipality pays.</p>"
        '<ul><li><a href="/runs">Payment runs, bank and accounts, for staff of the municipality</a></li>'
        '<li><a href="/v1/docs">What the API can do</a></li>'
        '<li><a href="/v1/openapi.json">The API as an OpenAPI document</a></li>'
        '<li><a href="/v1/health">Whether the service works</a></li></ul>'
        "<p>Everything but these pages needs a key. An administrator of your municipality makes it.</p>",
    ),
}


@router.get("/", response_class=HTMLResponse)
def get_start(request: Request, house: TheHouse) -> HTMLResponse:
    """In the language of who asks."""
    language = language_of_request(request)
    title, demo, body = _WORDS[language]
    return page(title, (demo if house.demo else "") + body, language)
