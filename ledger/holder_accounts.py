# SPDX-License-Identifier: EUPL-1.2
"""The accounts of residents: found by person, and made for who logs in without having been given one."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import actors
from ledger.actors import ActorInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.tables import Actor, ActorRole, Role
from ledger.tables.base import linked

RESIDENT: Final = "resident "
"""Begins the names of accounts that nobody named; eight digits follow. Told in the language of who reads."""


def of_people(work: Work, person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The account of each as a resident, the oldest that may act; who has none at all is left out.

    Where all of somebody's are disabled it is one of those: somebody decided that they may not act.
    """
    statement = (
        select(col(Actor.person_id), col(Actor.id))
        .join(ActorRole, linked(Actor, ActorRole, col(ActorRole.actor_id) == col(Actor.id)))
        .where(
            col(Actor.municipality_id) == work.municipality_id,
            col(Actor.person_id).in_(person_ids),
            col(ActorRole.role) == Role.HOLDER,
        )
        .order_by(col(Actor.disabled_at).is_not(None).desc(), col(Actor.id).desc())
    )
    return {person_id: id_ for person_id, id_ in work.session.execute(statement) if person_id is not None}


def make(work: Work, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """An account for each, named after the pseudonym: it says nothing of who somebody is.

    Whoever calls this has locked these people, so that nobody gets two.
    """
    made = {person_id: uuid7() for person_id in sorted(person_ids)}
    asked = [
        ActorInput(
            id=id_,
            name=f"{RESIDENT}{person_id.hex[-8:]}",
            roles=frozenset({Role.HOLDER}),
            person_id=person_id,
        )
        for person_id, id_ in made.items()
    ]
    if asked:
        actors.put(work, asked)
    return made
