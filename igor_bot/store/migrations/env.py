"""Alembic's entry: the store hands over the connection, there is no alembic.ini."""

from alembic import context

from igor_bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
