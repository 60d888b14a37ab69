"""The stylesheet that marks what is the reader's own on everybody's pages."""

from typing import NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Act, SignedInActor
from app.errors import Unavailable
from app.services import notices
from app.services.ledger import my_week
from app.web.deps import AnybodyAct, AppDatabase
from app.web.routes import DatabaseRoute

MANY = 100
"""From so many unread notices on, the number says no more than that."""

router = APIRouter(route_class=DatabaseRoute)


@router.get("/me/mark.css", name="marks")
async def mark(act: AnybodyAct, database: AppDatabase) -> Response:
    """The reader's own marks, for boards are the same bytes for everybody."""
    rules = ""
    if isinstance(act.actor, SignedInActor):
        rules = _rules(act.actor, await database.reads.run(_own, database, act))
    return Response(rules, media_type="text/css")


class _Own(NamedTuple):
    """The reader's teams, and how many notices they have not read."""

    team_ids: list[str]
    unread: int = 0


def _own(database: Database, act: Act) -> _Own:
    """The reader's own teams and number; none while the database is away, for boards are served then too."""
    person_id = act.actor.person_id
    if person_id is None:
        return _Own([])
    try:
        with database.reading() as session:
            return _Own(my_week.team_ids(session, person_id), notices.unread(session, person_id, act.now))
    except Unavailable:
        return _Own([])


def _rules(actor: SignedInActor, own: _Own) -> str:
    rules = [":root { --signed-in: yes; }", *_cheer_rules(actor.person_id)]
    if actor.theme != "auto":
        rules.append(f":root {{ color-scheme: {actor.theme}; }}")
    if actor.organizes:
        rules.append(".masthead__organize { display: contents; }")
    if own.unread:
        rules.append(_unread_rule(own.unread))
    if own.team_ids:
        rules.append(f':root {{ --my-teams: "{" ".join(own.team_ids)}"; }}')
    rules += [_team_rules(team_id) for team_id in own.team_ids]
    return "\n".join(rules) + "\n"


def _unread_rule(unread: int) -> str:
    """The number beside *Me*; a browser that knows no alternative text takes the first `content`."""
    shown = str(unread) if unread < MANY else f"{MANY - 1}+"
    return f'.masthead__me::after {{ content: "{shown}"; content: "{shown}" / ", {shown} unread"; }}'


def _cheer_rules(person_id: str) -> list[str]:
    """The buttons to cheer with, in place of the bare counts; not for one's own activities."""
    return [
        "@media screen {",
        ":root { --cheer: inline-flex; --cheers: none; }",
        f'[data-by="{person_id}"] {{ --cheer: none; --cheers: inline-flex; }}',
        "}",
    ]


def _team_rules(team_id: str) -> str:
    """A team's marks; static/app.js has the same ones, for visitors who marked a team in their browser."""
    return f"""\
@media screen {{
#team-{team_id} {{ border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent-fill); }}
:is(#team-{team_id}, [data-team="{team_id}"]) :is(.row__name, .receipt__team, .step__name, .thank__team)::after {{
  content: "your team"; margin-inline-start: 0.5em; color: var(--accent); font-size: var(--text-s);
  font-weight: 600; letter-spacing: 0; white-space: nowrap; }}
}}"""
