# SPDX-License-Identifier: EUPL-1.2
"""Who asks: an API key in the Authorization header becomes an ActingAs that may do one action.

Every route but a few public ones has a Door. Who has no key gets 401, whose roles do not allow the
action 403; both before anything of the input is judged.
"""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ledger import actors, db
from ledger.actors import KeyUnknown
from ledger.roles import ActingAs, Action

BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="De sleutel van een account: `Authorization: Bearer tgd_…`. Een beheerder maakt sleutels.",
)


class Door:
    """Lets through whoever may do one action."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    ) -> ActingAs:
        """Who asks. Raises KeyUnknown, NotAllowed, and RequestValidationError for an unknown query key."""
        if credentials is None:
            raise KeyUnknown()
        with db.reading(request.app.state.house.engine) as session:
            acting = actors.authenticate(session, credentials.credentials)
        request.app.state.house.remember(actors.digest(credentials.credentials), acting)
        acting.require(self.action)
        refuse_unknown_keys(request)
        return acting


def refuse_unknown_keys(request: Request) -> None:
    """A filter that is misspelt must not show everything. Raises RequestValidationError."""
    known = _query_keys(request.scope["route"].dependant)
    unknown = [key for key in request.query_params if key not in known]
    if unknown:
        faults = [{"type": "extra_forbidden", "loc": ("query", key), "msg": "unknown"} for key in unknown]
        raise RequestValidationError(faults)


def _query_keys(dependant: Dependant) -> set[str]:
    """The query keys of a route and of all it depends on."""
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_query_keys, dependant.dependencies))
