# SPDX-License-Identifier: EUPL-1.2
"""The first ledger: every table, and triggers that keep history unchanged."""

from alembic import op

from ledger.migrations import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL of this database."""
    for statement in statements("0001_ledger", op.get_bind().dialect.name):
        op.execute(statement.replace(":", r"\:"))
