# SPDX-License-Identifier: EUPL-1.2
"""Where Alembic meets our database: always the connection it was handed."""

from alembic import context

from ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
