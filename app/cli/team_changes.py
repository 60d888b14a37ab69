"""`team list`, `create`, `rename`, `remove`, `move`, `code`, `invite`, `adjust`: the page of teams, for scripts."""

from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, plural
from app.cli.parameters import WeekSlug
from app.cli.place import command_act, reading, writing
from app.cli.teams import find_team
from app.cli.teams import group as group
from app.errors import Conflict, NotFound
from app.models import Team, Week
from app.models.columns import new_id
from app.services.access import accounts, links
from app.services.ledger import ledger
from app.services.operations import startup
from app.services.organizing import invitations, join_codes, member_moves, team_admin
from app.services.organizing.member_moves import SeatAfter
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.documents import join_code_document, move_document, team_document

TeamName = Annotated[str, typer.Argument(metavar="TEAM", help="The team's name.")]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="The new name.")]


@command(group, "list")
def list_teams(_voice: Voice, week: WeekSlug) -> Answer:
    """List the teams of a week with their members and join codes."""
    act = command_act()
    with reading() as session:
        found = weeks.find(session, week, act.now)
        codes, members = join_codes.every(session, found), teams.members(session, found)
        rows = [
            (team_document(team, [each.name for each in members.get(team.id, ())]), codes.get(team.id))
            for team in teams.of_week(session, found)
        ]
    if not rows:
        return Answer({"teams": []}, ["No teams yet. `assembly-week team create` or `team import` creates some."])
    table = [(team["team"], ", ".join(team["members"]), own or "") for team, own in rows]
    documents = [{**team, "code": own} for team, own in rows]
    return Answer({"teams": documents}, [Table(("team", "members", "code"), table)])


@command(group, "create")
def create(_voice: Voice, week: WeekSlug, team: NewName) -> Answer:
    """Create a team without members."""
    act = command_act()
    with writing() as session:
        made = team_admin.make_team(session, weeks.find(session, week, act.now).slug, team, act)
        return Answer(dict(team_document(made, [])), [f"Created {made.name}."])


@command(group, "rename")
def rename(_voice: Voice, week: WeekSlug, team: TeamName, name: NewName) -> Answer:
    """Give a team another name, on every board and receipt; not while the board is frozen."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        renamed = team_admin.rename_team(session, found.slug, find_team(session, found, team), name, act)
        return Answer(_about(session, found, renamed), [f"Renamed to {renamed.name}."])


@command(group, "remove")
def remove(_voice: Voice, week: WeekSlug, team: TeamName) -> Answer:
    """Remove a team that nothing stands against: no points, shifts or people, now or before."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        name = team_admin.remove_team(session, found.slug, find_team(session, found, team), act)
        return Answer({"removed": name}, [f"Removed {name}."])


@command(group, "move")
def move(
    _voice: Voice,
    week: WeekSlug,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="An email of the member.")],
    to: Annotated[str, typer.Option(metavar="TEAM", help="The team's name; without it, out of all teams.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Answer:
    """Move a member to another team, or out of all: points stay, coming seats move along."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        person = accounts.by_written_email(session, email)
        if person is None:
            raise NotFound(f"Nobody has the email {email}. `assembly-week person list` lists everyone.")
        target = find_team(session, found, to) if to else ""
        plan = member_moves.preview(session, found.slug, person.id, target, act)
        if not dry_run:
            team_admin.move(session, found.slug, person.id, target, act)
        document = dict(move_document(plan, moved=not dry_run))
        place = f"from {plan.source.name} to {plan.target.name if plan.target else 'no team'}"
        stay = f"{plural(plan.points, 'point', 'points')} of theirs stay with {plan.source.name}."
        sentences = [f"{'Would move' if dry_run else 'Moved'} {person.name} {place}.", stay]
        return Answer(document, [*sentences, *map(_of_seat, plan.seats), *plan.refusals])


def _of_seat(seat: SeatAfter) -> str:
    note = f" ({seat.note})" if seat.note else ""
    return f"Shift {seat.shift.id}: {'moves to' if seat.moves else 'stays with'} {seat.team or 'no team'}{note}."


@command(group, "code")
def code(
    _voice: Voice,
    week: WeekSlug,
    team: TeamName,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the code, without a new one.")] = False,
) -> Answer:
    """Give a team a new join code and print its address; the code before stops working."""
    settings, act = startup.read_settings(), command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        team_id = find_team(session, found, team)
        if revoke:
            name = join_codes.withdraw_in(session, found.slug, team_id, act).name
            return Answer({"code": None, "address": None}, [f"{name} has no join code now."])
        made = join_codes.renew_in(session, found.slug, team_id, act)
    address = f"{settings.public_url.rstrip('/')}/join/{made}"
    return Answer(dict(join_code_document(made, address)), [address])


@command(group, "invite")
def invite(
    _voice: Voice,
    week: WeekSlug,
    again: Annotated[
        bool, typer.Option("--again", help="Also for who has a link that still works; it stops working.")
    ] = False,
    email: Annotated[
        bool, typer.Option("--email", help="Email a new link to everyone who never signed in; the server sends it.")
    ] = False,
) -> Answer:
    """Print sign-in links for the people of a week who never signed in and have none, or email them."""
    settings, act = startup.read_settings(), command_act()
    if email and settings.smtp_url is None:
        raise Conflict("No mail server is set up here. Set ASSEMBLY_WEEK_SMTP_URL, or leave out --email.")
    with writing() as session:
        found = weeks.find(session, week, act.now)
        if email:
            number = invitations.mail(session, found, act)
            return Answer({"items": [], "emailed": number}, [f"{plural(number, 'email is', 'emails are')} on the way."])
        rows = [
            (each.team, each.name, each.email, links.address(settings.public_url, each.secret))
            for each in invitations.invite(session, found, act, again=again)
        ]
    columns = ("team", "name", "email", "link")
    document = {"items": [dict(zip(columns, row, strict=True)) for row in rows], "emailed": 0}
    return Answer(document, [Table(columns, rows)] if rows else ["Everyone has signed in, or has a link. Try --again."])


def _about(session: Session, week: Week, team: Team) -> dict[str, object]:
    members = teams.members(session, week).get(team.id, [])
    return dict(team_document(team, [each.name for each in members]))


@command(group, "adjust")
def adjust(
    _voice: Voice,
    week: WeekSlug,
    team: TeamName,
    points: Annotated[int, typer.Option(metavar="N", help="Points to give; below zero, to take.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for everyone to read on the receipt.")],
    key: Annotated[str, typer.Option(metavar="TEXT", help="Names the adjustment: a repeat changes nothing.")] = "",
) -> Answer:
    """Give a team points or take some, with a reason. To undo it, reverse it."""
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        given = ledger.adjust(
            session, found.slug, act, team_id=find_team(session, found, team), points=points, reason=reason,
            external_id=key or f"{new_id()}-command",
        )  # fmt: skip
        view = ledger.seen(session, given, act.actor)
    document = {"id": given.id, "team": view.team if view else None, "points": points, "repeated": given.repeated}
    done = f"{'Gave' if points > 0 else 'Took'} {plural(abs(points), 'point', 'points')}."
    return Answer(document, ["Nothing changed: this key is known." if given.repeated else done])
