"""Teams that were merged into others, and the tone and emblem that organizers choose for a team."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("team", sa.Column("merged_into", TEXT, sa.ForeignKey("team.id"), nullable=True))
        op.add_column("team", sa.Column("tone", WHOLE, nullable=True))
        op.create_check_constraint("team_tone", "team", "tone BETWEEN 0 AND 11")
    else:  # SQLite adds a constraint only with its column, where the statement says so itself
        op.execute("ALTER TABLE team ADD COLUMN merged_into TEXT REFERENCES team (id)")
        op.execute("ALTER TABLE team ADD COLUMN tone INTEGER CONSTRAINT team_tone CHECK (tone BETWEEN 0 AND 11)")
    op.add_column("team", sa.Column("emblem", TEXT, nullable=True))
    op.create_index("team_merged", "team", ["merged_into"], sqlite_where=MERGED, postgresql_where=MERGED)
