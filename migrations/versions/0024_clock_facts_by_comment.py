"""The index of clock facts by comment holds all that is asked of it, so that SQLite takes it, too."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("clock_fact_of_comment", table_name="clock_fact")
    op.create_index("clock_fact_of_comment", "clock_fact", ["source", "external_id", "event", "at", "ticket"])
