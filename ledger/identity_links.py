# SPDX-License-Identifier: EUPL-1.2
"""Who an account is at an identity provider: an administrator says so once, and nobody registers themselves.

The value by which a provider knows somebody is kept as a keyed digest: the database tells nobody's number.
Residents whom a provider knows by their citizen service number are found in the vault, and need no link.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from ledger import access_log, actors, db, holder_accounts, identifiers, vault
from ledger.access_log import Look, LookAction, OwnPurpose
from ledger.actors import OPERATOR, ActorDisabled, ActorNotFound, OperatorReserved
from ledger.db import Work
from ledger.errors import Conflict, Unauthenticated
from ledger.ids import NOBODY
from ledger.inputs import Input
from ledger.keys import MunicipalityKeys
from ledger.tables import Actor, IdentityLink, IndexKind, Person, VaultIndex

PURPOSE = OwnPurpose.IDENTITY_PROVIDER
"""What the access log says of who is found by their number."""


@dataclass(kw_only=True, eq=False)
class IdentityLinked(Conflict):
    """Whom the provider knows by this value is another account."""

    code = "identity_linked"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class IdentityUnknown(Unauthenticated):
    """The provider says who it is, and there is no account of them here that may act."""

    code = "identity_unknown"


def _no_number(value: str) -> str:
    if identifiers.is_bsn(value):
        raise ValueError("must not be a citizen service number")
    return value


class LinkInput(Input):
    """By which value a provider knows an account."""

    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]
    """As the provider calls itself."""
    subject: Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_no_number)]
    """The value of the claim that is agreed on: sub, or an e-mail address that the provider vouches for."""


def link(work: Work, theirs: MunicipalityKeys, actor_id: UUID, asked: LinkInput) -> IdentityLink:
    """From now on whom the provider knows so is this account; another value of one provider is replaced.

    The same again changes nothing. Raises ActorNotFound, ActorDisabled, OperatorReserved, IdentityLinked.
    """
    actor = db.rows(work, Actor, [actor_id], lock=True).get(actor_id)
    if actor is None:
        raise ActorNotFound(actor_id=actor_id)
    if actor.disabled_at is not None:
        raise ActorDisabled(actor_id=actor_id)
    if actor.name.startswith(OPERATOR):
        raise OperatorReserved(actor_id=actor_id)
    shown = _digest(theirs, work.municipality_id, asked.issuer, asked.subject)
    owner = _owner(work, shown)
    if owner is not None and owner.actor_id != actor_id:
        raise IdentityLinked(actor_id=owner.actor_id)
    if owner is not None:
        return owner
    # -- judged; from here on only writes --
    unlink(work, actor_id, asked.issuer)
    row = IdentityLink(
        municipality_id=work.municipality_id,
        digest=shown,
        actor_id=actor_id,
        issuer=asked.issuer,
        recorded_by=work.actor_id,
        recorded_at=work.now,
    )
    work.session.connection().execute(insert(IdentityLink), [row.model_dump()])
    return row


def unlink(work: Work, actor_id: UUID, issuer: str) -> None:
    """This provider lets nobody in as this account any more; who is logged in stays so.

    Raises ActorNotFound.
    """
    if actor_id not in db.rows(work, Actor, [actor_id]):
        raise ActorNotFound(actor_id=actor_id)
    work.session.connection().execute(
        delete(IdentityLink).where(
            col(IdentityLink.municipality_id) == work.municipality_id,
            col(IdentityLink.actor_id) == actor_id,
            col(IdentityLink.issuer) == issuer,
        )
    )


def of_actor(work: Work, actor_id: UUID) -> Sequence[IdentityLink]:
    """With which providers an account logs in, by their name. Raises ActorNotFound."""
    if actor_id not in db.rows(work, Actor, [actor_id]):
        raise ActorNotFound(actor_id=actor_id)
    statement = select(IdentityLink).where(
        col(IdentityLink.municipality_id) == work.municipality_id, col(IdentityLink.actor_id) == actor_id
    )
    return work.session.scalars(statement.order_by(col(IdentityLink.issuer))).all()


def by_subject(
    session: Session,
    theirs: MunicipalityKeys,
    municipality_id: str,
    issuer: str,
    subject: str,
    *,
    now: datetime,
) -> UUID:
    """Whose account it is whom this provider knows so. Raises IdentityUnknown."""
    work = _nobody(session, municipality_id, now)
    owner = _owner(work, _digest(theirs, municipality_id, issuer, subject))
    if owner is None or actors.in_force(work, owner.actor_id) is None:
        raise IdentityUnknown()
    return owner.actor_id


def by_bsn(
    session: Session, theirs: MunicipalityKeys, municipality_id: str, bsn: str, *, now: datetime
) -> UUID:
    """The account of the resident with this number, made where they have none; noted as a look at them.

    Raises IdentityUnknown: who is not known here gets no account.
    """
    work = _nobody(session, municipality_id, now)
    person_id = _person(work, theirs, bsn)
    if person_id is None:
        raise IdentityUnknown()
    db.rows(work, Person, {person_id}, lock=True)
    known = holder_accounts.of_people(work, {person_id}) or holder_accounts.make(work, {person_id})
    account = known[person_id]
    if actors.in_force(work, account) is None:
        raise IdentityUnknown()
    own = Work(session=session, municipality_id=municipality_id, actor_id=account, now=now)
    access_log.note(own, [Look(action=LookAction.LOGIN, person_id=person_id, purpose=PURPOSE)])
    return account


def _nobody(session: Session, municipality_id: str, now: datetime) -> Work:
    """Before it is known who acts."""
    db.act_for(session, municipality_id)
    return Work(session=session, municipality_id=municipality_id, actor_id=NOBODY, now=now)


def _person(work: Work, theirs: MunicipalityKeys, bsn: str) -> UUID | None:
    if not identifiers.is_bsn(bsn):
        return None
    return work.session.scalar(
        select(col(VaultIndex.person_id)).where(
            col(VaultIndex.municipality_id) == work.municipality_id,
            col(VaultIndex.kind) == IndexKind.BSN,
            col(VaultIndex.digest) == vault.digest(theirs, work.municipality_id, IndexKind.BSN, bsn),
        )
    )


def _owner(work: Work, shown: bytes) -> IdentityLink | None:
    return work.session.get(IdentityLink, (work.municipality_id, shown))


def _digest(theirs: MunicipalityKeys, municipality_id: str, issuer: str, subject: str) -> bytes:
    message = f"identity link\0{municipality_id}\0{issuer}\0{subject}"
    return hmac.new(theirs.index_key, message.encode(), hashlib.sha256).digest()
