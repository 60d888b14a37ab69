"""`reviews`: answer reviews of a week in figures, without names."""

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, plural
from app.cli.parameters import WeekSlug
from app.cli.place import command_act, reading
from app.services.reviews import figures
from app.services.weeks import weeks
from app.web.documents.reviews import reviews_document

group = typer.Typer()


@command(group, "reviews")
def reviews(_voice: Voice, week: WeekSlug) -> Answer:
    """Count the answer reviews of a week: shares of marks from 5 reviews of 5 authors on, and agreement."""
    with reading() as session:
        document = reviews_document(figures.of_week(session, weeks.find(session, week, command_act().now)))
    sentence = f"{document['reviewed']:,} of {plural(document['asked'], 'answer is', 'answers are')} reviewed."
    shares = [
        (version["rubric"], each["question"], each["yes"], each["partly"], each["no"], each["na"])
        for version in document["shares"]
        for each in version["questions"] or ()
    ]
    agreed = [
        (each["question"], each["agreement"], "reword" if each["reword"] else "") for each in document["calibration"]
    ]
    parts: list[str | Table] = [sentence]
    if shares:
        parts.append(Table(("rubric", "question", "yes", "partly", "no", "na"), shares))
    parts.append(Table(("question", "agreement", ""), agreed))
    return Answer(document, parts)
