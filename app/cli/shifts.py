"""`shift`: make a week's shifts, list them, take seats and leave them, check in, complete, cancel."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, get_args

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted
from app.cli.parameters import InputFile, WeekSlug, iso_date
from app.cli.place import command_act, reading, writing
from app.cli.seats import person_of, seat_of, seated, team_of
from app.domain.calendar.slots import Rest
from app.models import Seat
from app.services.imports import lists, shift_import
from app.services.shifts import completion, editing, listing, patterns, refusals, seats, settings
from app.services.shifts.listing import ShiftItem
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks
from app.web.documents.shifts import generated_document, shift_document

Verb = Callable[..., Seat]
RESTS: tuple[Rest, ...] = get_args(Rest)
COLUMNS = ("id", "date", "from", "until", "zone", "label", "place", "seats", "taken", "waiting", "state", "people")

group = typer.Typer(
    help="Create shifts and list them; take seats and leave them, check in, complete, cancel.", no_args_is_help=True
)


def known_pattern(name: str) -> str:
    """The name of a ready pattern. Raises BadParameter."""
    if name not in patterns.READY:
        raise typer.BadParameter(f"“{name}” isn’t a pattern. Choose {' or '.join(patterns.READY)}.")
    return name


def known_rest(text: str) -> Rest:
    """The way to treat a last piece. Raises BadParameter."""
    for rest in RESTS:
        if text == rest:
            return rest
    raise typer.BadParameter(f"“{text}” isn’t one of {' and '.join(RESTS)}.")


ShiftId = Annotated[str, typer.Argument(metavar="SHIFT", help="The shift's id; `shift list` shows it.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's email.")]
Reason = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Why this is outside the rules for players; kept with the seat.")
]
FirstDay = Annotated[
    date | None, typer.Option(metavar="DATE", parser=iso_date, help="The first day; the week's without it.")
]
LastDay = Annotated[
    date | None, typer.Option(metavar="DATE", parser=iso_date, help="The last day; the week's without it.")
]


@command(group, "generate")
def generate(
    _voice: Voice,
    week: WeekSlug,
    pattern: Annotated[
        str,
        typer.Option(metavar="PATTERN", callback=known_pattern, help=f"A pattern: {', '.join(patterns.READY)}."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would create; keep nothing.")] = False,
    starts: FirstDay = None,
    ends: LastDay = None,
    rest: Annotated[
        str, typer.Option(metavar="REST", callback=known_rest, help="A last, shorter piece: `short` or `drop`.")
    ] = "short",
    number: Annotated[int, typer.Option("--seats", metavar="N", help="Seats of each shift.")] = 3,
    needed: Annotated[int, typer.Option(metavar="N", help="Seats that must be taken for it to be covered.")] = 1,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What the shifts are called.")] = "",
    place: Annotated[str, typer.Option(metavar="TEXT", help="Where they are.")] = "",
    link: Annotated[str | None, typer.Option(metavar="URL", help="Where they are online.")] = None,
) -> Answer:
    """Make the shifts of a pattern; one of the same start and label stays as it is."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        fields = ShiftFields(number, needed, label, place, link)
        made = patterns.generate_ready(
            session, found.slug, pattern, starts or found.starts, ends or found.ends, fields, act,
            rest=known_rest(rest), dry_run=dry_run,
        )  # fmt: skip
        items = listing.of_week(session, found, weeks.view(found, act.actor))
        document = generated_document(made, items, found, settings.settings_of(session, found))
    outcome = _outcome(found.slug, made.created, made.unchanged, dry_run=dry_run)
    return Answer(document, [outcome, *document["notes"]])


@command(group, "list")
def list_shifts(
    _voice: Voice,
    week: WeekSlug,
    free: Annotated[bool, typer.Option("--free", help="Only those with a free seat.")] = False,
) -> Answer:
    """List the shifts of a week in order of their start, with who is on each."""
    act = command_act()
    with reading() as session:
        found = weeks.find(session, week, act.now)
        rules = settings.settings_of(session, found)
        items = listing.of_week(session, found, weeks.view(found, act.actor))
    chosen = [item for item in items if item.free or not free]
    documents = [shift_document(item, found, rules, with_email=True) for item in chosen]
    if not documents:
        hint = "Leave out --free to see all." if items else "`assembly-week shift generate` creates them."
        return Answer({"shifts": []}, [f"No shifts{' with a free seat' if items else ' yet'}. {hint}"])
    return Answer({"shifts": documents}, [Table(COLUMNS, [_row(item) for item in chosen])])


def _row(item: ShiftItem) -> tuple[object, ...]:
    shift = item.shift
    people = ", ".join(sorted(seat.person for seat in item.seats if seat.is_live))
    state = "cancelled" if item.is_cancelled else "scheduled"
    return (
        shift.id, shift.local_date, shift.local_from, shift.local_until, shift.zone, shift.label, shift.place,
        shift.seats, item.taken, item.waiting, state, people,
    )  # fmt: skip


@command(group, "import")
def import_shifts(voice: Voice, week: WeekSlug, file: InputFile) -> Answer:
    """Import shifts from a CSV with the columns `date,from,until,seats,needed,label,place,link`, all or nothing."""
    with voice.progress("Reading"):
        found = shift_import.read(lists.text_of(file.read_bytes()))
    act = command_act()
    with writing() as session:
        slug = weeks.find(session, week, act.now).slug
        outcome = shift_import.apply(session, slug, found, act)
    sentence = _outcome(slug, outcome.created, outcome.unchanged)
    return Answer({"week": slug, **outcome._asdict(), **noted(found.notes)}, [sentence, *found.notes])


@command(group, "sign-up")
def sign_up(
    _voice: Voice,
    week: WeekSlug,
    shift_id: ShiftId,
    email: Annotated[str | None, typer.Argument(metavar="[EMAIL]", help="The person's email.")] = None,
    team: Annotated[
        str | None, typer.Option(metavar="TEAM", help="A team's name or id: all of its active members, or nobody.")
    ] = None,
    reason: Reason = None,
) -> Answer:
    """Take a seat for someone, or one for each member of a team; a repeat changes nothing."""
    if (email is None) == (team is None):
        raise typer.BadParameter("Name either a person by EMAIL or a team by --team.")
    act = command_act()
    with writing() as session:
        if team is not None:
            team_id = team_of(session, week, team, act)
            outcome = seats.sign_up_team(session, week, shift_id, team_id, act, reason=reason)
        else:
            person_id = person_of(session, email or "").id
            outcome = seats.sign_up(session, week, shift_id, person_id, act, reason=reason)
        shift, documents = seated(session, week, shift_id, outcome.seats, act)
    outcome.check()
    names = ", ".join(sorted(document["person"] for document in documents))
    what = "Already signed up for" if outcome.repeated else "Signed up for"
    return Answer({"items": documents} if team else documents[0], [f"{what} {refusals.dated(shift)}: {names}"])


@command(group, "leave")
def leave(_voice: Voice, week: WeekSlug, shift_id: ShiftId, email: Email, reason: Reason = None) -> Answer:
    """Leave someone's seat."""
    return _change(seats.leave, "Left", week, shift_id, email, reason)


@command(group, "check-in")
def check_in(_voice: Voice, week: WeekSlug, shift_id: ShiftId, email: Email, reason: Reason = None) -> Answer:
    """Check someone in to their shift."""
    return _change(completion.check_in, "Checked in to", week, shift_id, email, reason)


@command(group, "complete")
def complete(_voice: Voice, week: WeekSlug, shift_id: ShiftId, email: Email, reason: Reason = None) -> Answer:
    """Complete someone's shift; its points are theirs at once."""
    return _change(completion.complete, "Completed", week, shift_id, email, reason)


@command(group, "cancel")
def cancel(
    _voice: Voice,
    week: WeekSlug,
    shift_id: ShiftId,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with it.")],
) -> Answer:
    """Cancel a shift that is not over: its seats end, but for completed ones."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        view = weeks.view(found, act.actor)
        before = listing.of_shift(session, found, shift_id, view)
        is_repeat = before.is_cancelled
        shift = editing.cancel(session, found.slug, shift_id, act, reason=reason)
        item = listing.of_shift(session, found, shift_id, view)
        document = shift_document(item, found, settings.settings_of(session, found), with_email=True)
    if is_repeat:
        return Answer(document, [f"Already cancelled: {refusals.dated(shift)}. Nothing has changed."])
    ended = before.taken - item.taken
    return Answer(
        document, [f"Cancelled {refusals.dated(shift)}. {ended:,} {'seat' if ended == 1 else 'seats'} ended."]
    )


def _change(verb: Verb, done: str, week: str, shift_id: str, email: str, reason: str | None) -> Answer:
    """Change someone's seat, and say what was done."""
    act = command_act()
    with writing() as session:
        seat = verb(session, week, shift_id, seat_of(session, week, shift_id, email, act).id, act, reason=reason)
        shift, [document] = seated(session, week, seat.shift_id, [seat], act)
    return Answer(document, [f"{done} {refusals.dated(shift)}: {document['person']}"])


def _outcome(slug: str, created: int, unchanged: int, *, dry_run: bool = False) -> str:
    """The outcome of making shifts, in a sentence."""
    count = f"{created:,} {'shift' if created == 1 else 'shifts'}"
    if dry_run:
        return f"Would create {count} in {slug} ({unchanged:,} unchanged). Nothing was kept."
    return f"Created {count} in {slug} ({unchanged:,} unchanged)."
