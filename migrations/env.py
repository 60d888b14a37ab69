"""Alembic's entry: runs the migrations on the connection that `app.services.operations.schema` hands over."""

from alembic import context

# No models: a migration says by itself what it makes, or it would make something else when they change.
context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
