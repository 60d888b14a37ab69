"""`person`: who there is, lists of them, a way back in, roles, emails and two who are one, for whoever has a shell."""

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted, plural
from app.cli.parameters import InputFile
from app.cli.place import CLOCK, command_act, reading, writing
from app.domain.actor import ROLES
from app.errors import NotFound
from app.models import Person
from app.services.access import accounts, addresses, links
from app.services.imports import lists, people_import, wording
from app.services.operations import startup
from app.services.organizing import people_search, person_merging
from app.services.organizing.people_search import Wanted

group = typer.Typer(
    help="Import and list people, let one in, change a role or emails, merge two.", no_args_is_help=True
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's email.")]


def known_role(role: str) -> str:
    """The role as given. Raises BadParameter for one there is not."""
    if role not in ROLES:
        raise typer.BadParameter(f"“{role}” isn’t a role. Choose from {', '.join(ROLES)}.")
    return role


@command(group, "list")
def list_people(_voice: Voice) -> Answer:
    """List everyone by name, with their role and when they signed in last."""
    now = CLOCK.real()
    with reading() as session:
        documents = _everybody(session, now)
    if not documents:
        return Answer({"people": []}, ["No people yet. `assembly-week person import` adds them."])
    columns = ("name", "email", "role", "off", "signed_in_at", "invited_until", "function", "office")
    return Answer(
        {"people": documents}, [Table(columns, [tuple(document[name] for name in columns) for document in documents])]
    )


def _everybody(session: Session, now: datetime) -> list[dict[str, Any]]:
    first = people_search.search(session, Wanted(), None, page=1, now=now)
    rest = (people_search.search(session, Wanted(), None, page=number, now=now) for number in range(2, first.pages + 1))
    return [
        _document(person.person) | {"signed_in_at": person.signed_in_at, "invited_until": person.invited_until}
        for found in (first, *rest)
        for person in found.people
    ]


@command(group, "import")
def import_people(voice: Voice, file: InputFile) -> Answer:
    """Import people from a CSV with `email,name` and, if wanted, `function,office`, all or nothing and into no team."""
    with voice.progress("Reading"):
        found = people_import.read(lists.text_of(file.read_bytes()))
    act = command_act()
    with writing() as session, voice.progress(f"Importing {plural(len(found.entries), 'person', 'people')}"):
        outcome = people_import.apply(session, found, act)
    sentence = f"Imported {wording.imported('people', outcome._asdict())}."
    return Answer({**outcome._asdict(), **noted(found.notes)}, [sentence, *found.notes])


@command(group, "link")
def link(_voice: Voice, email: Email) -> Answer:
    """Print a link that signs someone in, once, within seven days; the one before stops working."""
    settings, act = startup.read_settings(), command_act()
    with writing() as session:
        person = _find(session, email)
        secret = links.make(session, person, "invitation", act)
        document = _document(person)
    address = links.address(settings.public_url, secret)
    hint = (
        "" if settings.public_url else " Put your server's address in front (ASSEMBLY_WEEK_PUBLIC_URL does it for you)."
    )
    document |= {"link": address, "expires_at": act.now + links.LASTS["invitation"]}
    return Answer(document, [address, f"For {person.name} alone. It works once, within seven days.{hint}"])


@command(group, "role")
def role(
    _voice: Voice,
    email: Email,
    role: Annotated[
        str, typer.Argument(metavar="ROLE", callback=known_role, help=f"The new role: {', '.join(ROLES)}.")
    ],
) -> Answer:
    """Give someone another role. Someone always stays owner."""
    with writing() as session:
        person = _find(session, email)
        accounts.set_role(session, person, role, command_act())
        return Answer(_document(person), [f"{person.name} is {'a' if role == 'player' else 'an'} {role} now."])


@command(group, "address")
def address(
    _voice: Voice,
    email: Email,
    add: Annotated[str, typer.Option(metavar="EMAIL", help="A further email of theirs.")] = "",
    remove: Annotated[str, typer.Option(metavar="EMAIL", help="One of their further emails, to take away.")] = "",
    main: Annotated[str, typer.Option(metavar="EMAIL", help="The one of their emails that messages go to.")] = "",
) -> Answer:
    """Show someone's emails, add or remove one, or choose the main one."""
    act = command_act()
    with writing() as session:
        person = _find(session, email)
        for change, wanted in ((addresses.add, add), (addresses.make_main, main), (addresses.remove, remove)):
            if wanted:
                change(session, person.id, wanted, act)
        further = [each.email for each in addresses.of_person(session, person.id)]
        document = _document(person) | {"addresses": further}
    return Answer(document, [f"{person.name}: {', '.join([person.email, *further])}."])


@command(group, "merge")
def merge(
    _voice: Voice,
    kept: Annotated[str, typer.Argument(metavar="KEEP", help="An email of the one who stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="An email of the one who becomes an alias.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Answer:
    """Make two people one: emails, ids, seats and activities of the second read as the first's. Can't be undone."""
    run = person_merging.preview if dry_run else person_merging.merge
    with writing() as session:
        plan = run(session, _find(session, kept).id, _find(session, other).id, command_act())
        weeks = [
            {"week": each.week.slug, "team": each.team, "activities": sum(each.work), "seats": sum(each.seats)}
            for each in plan.weeks
        ]
        document = _document(plan.kept) | {"merged": not dry_run, "weeks": weeks, "refusals": list(plan.refusals)}
        emails, name = ", ".join(plan.emails), plan.kept.name
    if plan.refusals:
        return Answer(document, ["They can’t be merged yet:", *plan.refusals])
    done = f"Merged: {emails} signs in as {name} now." if not dry_run else f"{emails} would sign in as {name}."
    columns = ("week", "team", "activities", "seats")
    rows = [tuple(each[column] for column in columns) for each in weeks]
    return Answer(document, [done, *([Table(columns, rows)] if rows else [])])


def _find(session: Session, email: str) -> Person:
    person = accounts.by_written_email(session, email)
    if person is None:
        raise NotFound(f"No person with the email {email}. `assembly-week person list` shows who there is.")
    return person


def _document(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.id,
        "name": person.name,
        "email": person.email,
        "function": person.function,
        "office": person.office,
        "role": person.role,
        "off": person.disabled_at is not None,
    }
