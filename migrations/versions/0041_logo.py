"""The installation's own logo, in place of the mark that ships."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("appearance", sa.Column("logo", TEXT, nullable=False, server_default=sa.text("''")))
    op.add_column("appearance", sa.Column("logo_width", WHOLE, nullable=False, server_default="0"))
    op.add_column("appearance", sa.Column("logo_height", WHOLE, nullable=False, server_default="0"))
    op.add_column("appearance", sa.Column("logo_plate", TEXT, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "logo_file",
        sa.Column("sha256", TEXT, primary_key=True, nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sqlite_strict=True,
    )
