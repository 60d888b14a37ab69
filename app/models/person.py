"""People, found by their e-mails, and who they are elsewhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_MERGED = sql("merged_into IS NOT NULL")
_STANDS_IN = sql("rehearsal_id IS NOT NULL")


class Person(SQLModel, table=True):
    """Somebody who plays or organizes; `email` is stripped and casefolded. Who is disabled cannot sign in.

    `timezone` is where they live, by its IANA name; without one the week's counts. `function` (such as Sales) and
    `office` are none where nobody said. Who was removed is disabled and has no e-mail
    (`email` is none), so that somebody else may have it; lists leave them out. Who was merged into another person is
    removed too, and their work is that person's: `merged_into`, who is merged into nobody.

    A stand-in plays in the rehearsal of that id (`rehearsal_id`) for somebody of the same name, and is nobody: removed
    from the beginning, so that lists and sign-in leave them out, but not disabled, so that they can take seats.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("role IN ('player', 'organizer', 'owner')", name="person_role"),
        CheckConstraint("theme IN ('auto', 'light', 'dark')", name="person_theme"),
        Index("person_merged", "merged_into", sqlite_where=_MERGED, postgresql_where=_MERGED),
        Index("person_stand_in", "rehearsal_id", sqlite_where=_STANDS_IN, postgresql_where=_STANDS_IN),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    email: str = Field(sa_column=string(unique=True))
    name: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    role: str = Field(default="player", sa_column=string(server_default="player"))
    theme: str = Field(default="auto", sa_column=string(server_default="auto"))
    disabled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    timezone: str | None = Field(default=None, sa_column=string(nullable=True))
    removed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    function: str | None = Field(default=None, sa_column=string(nullable=True))
    office: str | None = Field(default=None, sa_column=string(nullable=True))
    merged_into: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    rehearsal_id: int | None = Field(default=None, sa_column=whole(ForeignKey("week.id"), nullable=True))


class PersonAddress(SQLModel, table=True):
    """A further e-mail of a person, stripped and casefolded; nobody's `email` is one of these."""

    __tablename__ = "person_address"
    __table_args__ = (STRICT,)

    email: str = Field(sa_column=string(primary_key=True))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    added_at: datetime = Field(sa_column=instant())
    added_by: str = Field(sa_column=string())


class Identity(SQLModel, table=True):
    """A person's id in another tool: `issuer` is the tool, such as an OpenID provider's address."""

    __tablename__ = "identity"
    __table_args__ = (STRICT,)

    issuer: str = Field(sa_column=string(primary_key=True))
    subject: str = Field(sa_column=string(primary_key=True))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    created_at: datetime = Field(sa_column=instant())
