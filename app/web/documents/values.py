"""Values that documents are made of: a state, a moment, a day, the cursor of a list."""

from datetime import date, datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from app.services.exports.ledger_export import moment

State = Literal["draft", "open", "closed"]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2022-09-14T13:04:10.000000Z"])]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2022-09-12"])]
ClockTime = Annotated[str, Field(description="A time of a local day, up to 24:00.", examples=["06:00"])]
NextCursor = Annotated[str | None, Field(description="Where the list goes on; null at its end.")]


def plain(value: object) -> object:
    """Moments and days as text, everything else as it is."""
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def state_of(text: str) -> State:
    """A week's state; the database takes no other text (`week_state`)."""
    return cast("State", text)
