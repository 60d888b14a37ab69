"""A week's promise and customers, which its metrics go by, and the way to all responses of a subject."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SLA = "sla BETWEEN 1 AND 10000000"
CUSTOMERS = "customers BETWEEN 0 AND 1000000000000"
RESPONSES = sa.text("kind = 'response' AND subject IS NOT NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("week", sa.Column("sla", WHOLE, nullable=False, server_default="3600"))
        op.add_column("week", sa.Column("customers", WHOLE, nullable=True))
        op.create_check_constraint("week_sla", "week", SLA)
        op.create_check_constraint("week_customers", "week", CUSTOMERS)
    else:  # SQLite adds a constraint only with its column, where the statement says so itself
        op.execute(f"ALTER TABLE week ADD COLUMN sla INTEGER DEFAULT '3600' NOT NULL CONSTRAINT week_sla CHECK ({SLA})")
        op.execute(f"ALTER TABLE week ADD COLUMN customers INTEGER CONSTRAINT week_customers CHECK ({CUSTOMERS})")
    op.create_index(
        "activity_of_subject", "activity", ["subject", "week_id"], sqlite_where=RESPONSES, postgresql_where=RESPONSES
    )
