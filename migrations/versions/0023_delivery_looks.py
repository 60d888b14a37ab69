"""Indexes of deliveries for the looks of each second and of pages, which both engines use."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("delivery_retried", table_name="delivery")
    for name, column, condition in (
        ("delivery_unmatched", "connection_id", "state = 'unmatched'"),
        ("delivery_outside", "seq", "state = 'outside'"),
        ("delivery_due", "retry_at", "retry_at IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "delivery", [column], sqlite_where=where, postgresql_where=where)
