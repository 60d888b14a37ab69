"""Arguments and options that several commands share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

WeekSlug = Annotated[str, typer.Argument(metavar="WEEK", help="The week's slug, or `current`.")]
InputFile = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file to read.")
]


def iso_date(text: str) -> date:
    """A day as YYYY-MM-DD. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” isn’t a date. Write it as YYYY-MM-DD, such as 2022-09-12.") from None


Starts = Annotated[date, typer.Option(metavar="DATE", parser=iso_date, help="The first day, YYYY-MM-DD.")]
Ends = Annotated[date, typer.Option(metavar="DATE", parser=iso_date, help="The last day, YYYY-MM-DD.")]
