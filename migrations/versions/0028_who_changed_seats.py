"""The person by their id who changed a seat: names are not unique, and change."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("seat_change", sa.Column("by_person_id", TEXT, nullable=True))
