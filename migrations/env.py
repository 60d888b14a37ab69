"""Alembic's entry: runs the migrations on the connection that `app.services.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

import app.models  # noqa: F401  (registers every table)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
