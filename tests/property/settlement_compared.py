# SPDX-License-Identifier: EUPL-1.2
"""How a step of a history is done, broken off and sent again, and what is compared after it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from hashlib import sha256
from random import Random
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import event, select
from sqlmodel import col

from ledger import (
    audit,
    db,
    payments,
    reviews,
)
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.rules.funding import AccountKind
from ledger.runs import RunNotReady
from ledger.tables import (
    Entry,
    OpenItem,
    Payment,
    metadata,
)
from ledger.units import Unit
from tests.property.settlement_model import Model
from tests.property.settlement_scenery import Stage
from tests.world import World

T = TypeVar("T")

STATEMENTS_MOST = 60
"""A step that breaks off does so within so many statements, or else at its commit."""

_OWN_KINDS = (AccountKind.PAYABLE, AccountKind.IN_PAYMENT, AccountKind.RECEIVABLE)


class BrokenOff(Exception):
    """The process ends here."""


class ComparedMachine(RuleBasedStateMachine):
    """What every history has: a town, its model, and the comparison of both after every step."""

    stage: ClassVar[Stage]
    tally: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.stage.scenery.fresh()
        self.model = Model()
        self.thrown = 0
        self.sent: set[UUID] = set()
        self.contents: dict[UUID, str] = {}
        """Of runs that were released: all of it, as it was then."""
        self.proofs = self.stage.proofs_of(self.world.municipality_id)
        self.tally["runs"] += 1

    # -------------------------------------------------------------------------------- comparing

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        """After every step, per provider and to the cent."""
        self.tally["steps"] += 1
        self._compare()

    def _compare(self) -> None:
        found = self._balances()
        for provider in self.stage.payees:
            model = self.model
            payable, in_payment, owes = (found[provider, kind] for kind in _OWN_KINDS)
            assert (payable, in_payment, -owes) == (
                model.payable(provider),
                model.in_payment(provider),
                model.owes[provider],
            )
            assert model.paid[provider] + payable + in_payment + model.set_off[provider] == (
                model.redeemed[provider] - model.taken_back[provider]
            )
        with self._looking() as work:
            held = select(col(OpenItem.entry_id)).where(
                col(OpenItem.municipality_id) == self.world.municipality_id,
                col(OpenItem.entry_id) == col(OpenItem.origin_id),
                reviews.is_held(),
            )
            assert set(work.session.scalars(held)) == {
                id_ for id_, item in self.model.items.items() if item.held and not item.settled
            }
            connection = work.session.connection()
            for proof in self.proofs:
                assert connection.exec_driver_sql(proof.text, proof.given).all() == [], proof.kind
            steps = sorted(self._rows(work, "run_step", "number", "run_id", "state"))
            contents = self._contents(work)
        states = {run_id: state.value for _, run_id, state in steps}
        assert states == {id_: run.state for id_, run in self.model.runs.items()}
        self.contents = contents | self.contents
        assert contents == self.contents

    def _compare_payments(self) -> None:
        statement = select(Payment).where(col(Payment.municipality_id) == self.world.municipality_id)
        with self._looking() as work:
            states = payments.states(work, work.session.scalars(statement).all())
        assert {id_: str(state) for id_, state in states.items()} == {
            id_: pay.state for id_, pay in self.model.payments.items()
        }

    def _balances(self) -> Counter[tuple[UUID, AccountKind]]:
        """By provider and kind of account."""
        owner = self.stage.party | {id_: pay.provider for id_, pay in self.model.payments.items()}
        found: Counter[tuple[UUID, AccountKind]] = Counter()
        with self._looking() as work:
            rows = self._rows(work, "account", "owner_id", "kind", "unit", "credits", "debits")
        for owner_id, kind, unit, credits_, debits in rows:
            if unit is Unit.EUROCENT:
                found[owner.get(owner_id, owner_id), kind] += credits_ - debits
        return found

    def _contents(self, work: Work) -> dict[UUID, str]:
        """Of every run that was released all rows, as one digest."""
        said: defaultdict[UUID, list[str]] = defaultdict(list)
        run_of = dict(self._rows(work, "settlement", "id", "run_id"))
        for table in ("run_release", "left_out", "payment_file", "settlement", "payment"):
            for run_id, *row in self._rows(work, table, "run_id", *metadata.tables[table].columns.keys()):
                said[run_id].append(f"{table} {row}")
        for settlement_id, *row in self._rows(work, "settlement_line", "settlement_id", "entry_id", "cents"):
            said[run_of[settlement_id]].append(f"{settlement_id} {row}")
        return {run_id: sha256("\n".join(sorted(rows)).encode()).hexdigest() for run_id, rows in said.items()}

    def _rows(self, work: Work, table: str, *names: str) -> Sequence[Any]:
        """These columns of all rows of this town, past the ledger's own reading."""
        columns = metadata.tables[table].columns
        own = columns["municipality_id"] == self.world.municipality_id
        return work.session.execute(select(*(columns[name] for name in names)).where(own)).all()

    def teardown(self) -> None:
        """The ledger's own proof agrees as a whole."""
        self._compare_payments()
        with self._looking() as work:
            report = audit.check(work)
        assert report.agrees, report.findings

    # --------------------------------------------------------------------------------- how it is done

    def _do(self, draw: Random, call: Callable[[Work], T], *, actor_id: UUID | None = None) -> T:
        """Done once; perhaps after it broke off, perhaps again because its answer was lost."""
        if draw.random() < 0.25:
            self._break_off(draw.randint(1, STATEMENTS_MOST), call, actor_id)
            self._compare()
        answer = self._once(call, actor_id)
        if draw.random() < 0.15:
            try:
                self._once(call, actor_id)
            except RunNotReady:
                self.tally["again refused"] += 1
        return answer

    def _once(self, call: Callable[[Work], T], actor_id: UUID | None) -> T:
        changes = {} if actor_id is None else {"actor_id": actor_id}
        with self.world.work(**changes) as work:
            return call(work)

    def _break_off(self, at: int, call: Callable[[Work], Any], actor_id: UUID | None) -> None:
        """Before the statement of this number, or else at the commit; then the database is opened anew."""
        engine, seen = self.world.engine, 0

        def count(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                raise BrokenOff

        def fail(_: Any) -> None:
            raise BrokenOff

        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", fail)
        try:
            self._once(call, actor_id)
        except (BrokenOff, LedgerError):
            self.tally["broken off"] += 1
        else:
            raise AssertionError("it was committed all the same")
        finally:
            event.remove(engine, "before_cursor_execute", count)
            event.remove(engine, "commit", fail)
        if engine.dialect.name == "sqlite":
            engine.dispose()

    @contextmanager
    def _looking(self) -> Any:
        with db.reading(self.world.engine) as session:
            yield Work(
                session=session,
                municipality_id=self.world.municipality_id,
                actor_id=self.world.actor_id,
                now=self.world.now,
            )

    def _entries_of(self, redemption_id: UUID) -> list[Entry]:
        statement = select(Entry).where(
            col(Entry.municipality_id) == self.world.municipality_id,
            col(Entry.cause_id) == redemption_id,
            col(Entry.unit) == Unit.EUROCENT,
        )
        with self._looking() as work:
            return list(work.session.scalars(statement.order_by(col(Entry.line))))

    def _dice(self, seed: int) -> Random:
        self.thrown += 1
        return Random(seed * 1_000 + self.thrown)
