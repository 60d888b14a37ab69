"""Line-ups by hand: organizers make teams, put people into them, and move them."""

from datetime import datetime

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.memberships import current_team
from app.domain.standings.tones import NAMES as COLOURS
from app.domain.standings.tones import TONES
from app.domain.text import emails, graphemes, names
from app.domain.text.direction import apart
from app.domain.wording import listed
from app.errors import Conflict, Malformed, WeekNotOpen
from app.models import Person, Team, Week
from app.services import memberships, topics
from app.services.access import accounts
from app.services.audit import audit
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.teams import removal, teams
from app.services.weeks import weeks

LONGEST_EMBLEM = 24
"""Characters: an emoji of a family is made of many."""
MOST_LETTERS = 2


def _lock(session: Session, slug: str, now: datetime) -> Week:
    """Hold a week whose teams may change. Raises WeekUnknown, or WeekNotOpen for a closed one."""
    serialize(session)
    week = weeks.lock(session, slug, now)
    if week.state == "closed":
        raise WeekNotOpen(week.name, week.state)
    return week


def check_name(name: str) -> str:
    """A team's name, tidied. Raises Malformed."""
    name = names.tidy(name)
    if flaw := names.public_flaw(name):
        raise Malformed(f"The team’s name {flaw}.")
    return name


def make_team(session: Session, slug: str, name: str, act: Act) -> Team:
    """A new team without members. Raises Malformed, WeekNotOpen, or Conflict for a name that is taken."""
    name = check_name(name)
    week = _lock(session, slug, act.now)
    _check_is_free(session, week, name)
    team = teams.find_or_create(session, week, name, act.now)
    scores.refresh(session, week, rule_sets.rules_of(session, week), team.id)
    weeks.bump_version(session, week)
    audit.note(session, "team.made", teams.audit_target(team), act, after={"week": week.slug, "name": team.name})
    return team


def rename_team(session: Session, slug: str, team_id: str, name: str, act: Act, *, seen: str = "") -> Team:
    """Give a team another name, which its past boards and receipts then show too.

    `seen` is the name that it replaces; empty is any. Raises NotFound, Malformed, WeekNotOpen, or Conflict for a name
    that is taken, while the board is frozen, and where another organizer renamed the team meanwhile.
    """
    name = check_name(name)
    week = _lock(session, slug, act.now)
    team = teams.find(session, week, team_id)
    if team.name == name:
        return team
    if seen and team.name != seen:
        theirs = f"Another organizer renamed it to “{apart(team.name)}” after you opened this page."
        raise Conflict.at(name=f"{theirs} Rename again to replace theirs.")
    if week.frozen_at is not None:
        raise Conflict.at(name=f"The board of {apart(week.name)} is frozen, with the names on it. Reveal it first.")
    _check_is_free(session, week, name, but=team)
    before = {"name": team.name}
    team.name, team.name_key = name, names.fold(name)
    session.add(team)
    session.flush()
    weeks.bump_version(session, week)
    topics.bump(session, week, "shifts")
    audit.note(session, "team.renamed", teams.audit_target(team), act, before=before, after={"name": name})
    return team


def check_emblem(text: str) -> str:
    """An emblem, tidied: a letter or two, or an emoji; none is empty. Raises Malformed."""
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_EMBLEM)):
        raise Malformed(f"The emblem {flaw}.")
    if len(graphemes.split(text)) > MOST_LETTERS:
        raise Malformed("The emblem has one or two letters, or one emoji.")
    return text


def check_colour(text: str) -> int:
    """A colour's tone (0 to 11) by its name. Raises Malformed at the field."""
    names_of = {name.casefold(): tone for tone, name in enumerate(COLOURS)}
    if (tone := names_of.get(text.strip().casefold())) is None:
        raise Malformed.at(colour=f"There’s no colour “{text}”. Choose one of {', '.join(COLOURS)}.")
    return tone


def change_look(
    session: Session, slug: str, team_id: str, act: Act, *, colour: str | None = None, emblem: str | None = None
) -> Team:
    """Choose a team's colour by its name, or its emblem; None stays as it is, empty is chosen by itself.

    Raises as `set_look` does.
    """
    team = teams.find(session, _lock(session, slug, act.now), team_id)
    tone = team.tone if colour is None else check_colour(colour) if colour else None
    wanted = (team.emblem or "") if emblem is None else emblem
    return set_look(session, slug, team.id, tone, wanted, act)


def look_text(team: Team) -> str:
    """A team's chosen tone and emblem as one text, which a form sends back as what it replaces."""
    return f"{'' if team.tone is None else team.tone}/{team.emblem or ''}"


def set_look(
    session: Session, slug: str, team_id: str, tone: int | None, emblem: str, act: Act, *, seen: str = ""
) -> Team:
    """Choose a team's tone (0 to 11) and emblem; none of either is chosen by itself.

    `seen` is the `look_text` that it replaces; empty is any. Raises NotFound, Malformed, WeekNotOpen, or Conflict while
    the board is frozen, and where another organizer chose a look meanwhile.
    """
    emblem = check_emblem(emblem)
    if tone is not None and tone not in range(TONES):
        raise Malformed.at(tone=f"There’s no colour {tone}. Choose one of 0 to {TONES - 1}.")
    week = _lock(session, slug, act.now)
    team = teams.find(session, week, team_id)
    if (team.tone, team.emblem or "") == (tone, emblem):
        return team
    if seen and seen != look_text(team):
        raise Conflict.at(**_theirs(team, seen))
    if week.frozen_at is not None:
        raise Conflict(f"The board of {apart(week.name)} is frozen, with the colours on it. Reveal it first.")
    before = {"tone": team.tone, "emblem": team.emblem}
    team.tone, team.emblem = tone, emblem or None
    session.add(team)
    session.flush()
    weeks.bump_version(session, week)
    details = {"tone": team.tone, "emblem": team.emblem}
    audit.note(session, "team.look", teams.audit_target(team), act, before=before, after=details)
    return team


def _theirs(team: Team, seen: str) -> dict[str, str]:
    """Sentences, by field, for what another organizer chose since a look was seen."""
    tone, _, emblem = seen.partition("/")
    since = "after you opened this page. Save again to replace theirs."
    found = {}
    if tone != ("" if team.tone is None else str(team.tone)):
        colour = "the automatic colour" if team.tone is None else COLOURS[team.tone]
        found["tone"] = f"Another organizer chose {colour} {since}"
    if emblem != (team.emblem or ""):
        chosen = f"chose the emblem “{apart(team.emblem)}”" if team.emblem else "removed the emblem"
        found["emblem"] = f"Another organizer {chosen} {since}"
    return found


def remove_team(session: Session, slug: str, team_id: str, act: Act) -> str:
    """Remove a team that nothing stands against; its name. Raises NotFound, WeekNotOpen, or Conflict with what does."""
    week = _lock(session, slug, act.now)
    team = teams.find(session, week, team_id)
    if against := removal.remove(session, week, [team.id], act).get(team.id):
        raise Conflict(f"{apart(team.name)} stays: it has or had {listed(against, 'and')}.")
    weeks.bump_version(session, week)
    return team.name


def _check_is_free(session: Session, week: Week, name: str, *, but: Team | None = None) -> None:
    """Raise Conflict where another team of the week has this name."""
    key = names.fold(name)
    if any(team.name_key == key and team is not but for team in teams.of_week(session, week)):
        raise Conflict.at(name=f"There’s already a team “{apart(name)}”. Choose another name.")


def add(session: Session, slug: str, team_id: str, act: Act, *, name: str, email: str) -> Person:
    """Put somebody into a team: who is known by their e-mail, or a new person.

    Raises NotFound, Malformed, WeekNotOpen, TeamFull, or Conflict for who is in a team of this week already.
    """
    week = _lock(session, slug, act.now)
    team = teams.find(session, week, team_id)
    person = accounts.by_written_email(session, email)
    if person is None:
        if not names.tidy(name) and (written := emails.written(email)):
            raise Malformed.at(name=f"No person with the email {written[:60]} yet. Enter their name too.")
        person = accounts.create(session, act, name=name, email=email)
    present = _team_of(session, week, person)
    if present is not None:
        raise Conflict.at(email=f"{apart(person.name)} is in {apart(present.name)} already. Move them from there.")
    memberships.assign(session, week, person, team, act)
    return person


def move(
    session: Session, slug: str, person_id: str, team_id: str, act: Act, *, seen: str = ""
) -> tuple[Person, Team | None]:
    """Put somebody who is in a team of this week into another one, or out of all (an empty id).

    `seen` is the id of the team they leave; empty is any. Raises NotFound, WeekNotOpen, TeamFull, or Conflict for who
    is in no team, and where another organizer moved them meanwhile.
    """
    week = _lock(session, slug, act.now)
    person = accounts.find(session, person_id)
    present = _team_of(session, week, person)
    if present is None:
        raise Conflict(f"{apart(person.name)} isn’t in a team of this week. Add them to one.")
    if seen and present.id != seen:
        theirs = f"Someone moved {apart(person.name)} to {apart(present.name)} after you opened that page."
        raise Conflict(f"{theirs} They stay there. To move them on, look again at what that changes.")
    team = teams.find(session, week, team_id) if team_id else None
    memberships.assign(session, week, person, team, act)
    return person, team


def _team_of(session: Session, week: Week, person: Person) -> Team | None:
    joins = teams.joins(session, week, [person.id]).get(person.id, [])
    team_id = current_team(joins) if joins else None
    return teams.find(session, week, team_id) if team_id else None
