# SPDX-License-Identifier: EUPL-1.2
"""Operators: those who work on the host itself, and who they are.

Their accounts are made at first use (actors.operator), by the name the system knows them by. Who is behind
such a name they say themselves, once; until then nothing they had a hand in is released (separation).
"""

from uuid import UUID

from pydantic import field_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import db, identifiers
from ledger.actors import OPERATOR, ActorBound, ActorNotFound
from ledger.db import Work
from ledger.inputs import Input, ShortText
from ledger.tables import Actor


class OperatorInput(Input):
    """Who the human behind an operator's name is."""

    identity: ShortText
    """As on their other accounts: the same text is the same person. Never a citizen service number."""

    @field_validator("identity")
    @classmethod
    def _no_personal_number(cls, identity: str) -> str:
        if identifiers.is_bsn(identity):
            raise ValueError("identity must not be a citizen service number")
        return identity


def identify(work: Work, asked: OperatorInput) -> None:
    """Say who this operator is; the same again changes nothing.

    Raises ActorNotFound where nobody works on a host as this actor, ActorBound when it was said otherwise.
    """
    actor = db.rows(work, Actor, [work.actor_id], lock=True).get(work.actor_id)
    if actor is None or not actor.name.startswith(OPERATOR):
        raise ActorNotFound(actor_id=work.actor_id)
    if actor.identity not in {None, asked.identity}:
        raise ActorBound(actor_id=actor.id)
    actor.identity = asked.identity
    work.session.flush()


def unidentified(work: Work) -> dict[UUID, str]:
    """The names of operators who did not say who they are, by account."""
    statement = select(col(Actor.id), col(Actor.name)).where(
        col(Actor.municipality_id) == work.municipality_id,
        col(Actor.identity).is_(None),
        col(Actor.name).startswith(OPERATOR, autoescape=True),
    )
    return {actor_id: name.removeprefix(OPERATOR) for actor_id, name in work.session.execute(statement)}
