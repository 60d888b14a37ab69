"""Teams and people that were removed because nothing stood against it: marks, as memberships refer to both."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("team", sa.Column("removed_version", WHOLE, nullable=True))
    op.add_column("person", sa.Column("removed_at", INSTANT, nullable=True))
