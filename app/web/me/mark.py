"""The stylesheet that marks what is the reader's own on everybody's pages."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import SignedInActor
from app.errors import Unavailable
from app.services.ledger import my_week
from app.web.deps import Anybody, AppDatabase
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute)


@router.get("/me/mark.css", name="marks")
async def mark(actor: Anybody, database: AppDatabase) -> Response:
    """The reader's own marks, for boards are the same bytes for everybody."""
    rules = ""
    if isinstance(actor, SignedInActor):
        rules = _rules(actor, await database.reads.run(_team_ids, database, actor))
    return Response(rules, media_type="text/css")


def _team_ids(database: Database, actor: SignedInActor) -> Sequence[str]:
    """The reader's teams; none while the database is away, for boards are served then too."""
    try:
        with database.reading() as session:
            return my_week.team_ids(session, actor.person_id)
    except Unavailable:
        return []


def _rules(actor: SignedInActor, team_ids: Sequence[str]) -> str:
    rules = [":root { --signed-in: yes; }"]
    if actor.theme != "auto":
        rules.append(f":root {{ color-scheme: {actor.theme}; }}")
    if actor.organizes:
        rules.append(".masthead__organize { display: contents; }")
    rules += [_team_rules(team_id) for team_id in team_ids]
    return "\n".join(rules) + "\n"


def _team_rules(team_id: str) -> str:
    """A team's marks; static/app.js has the same ones, for visitors who marked a team in their browser."""
    return f"""\
@media screen {{
#team-{team_id} {{ border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent-fill); }}
:is(#team-{team_id}, [data-team="{team_id}"]) :is(.row__name, .receipt__team, .step__name, .thank__team)::after {{
  content: "your team"; margin-inline-start: 0.5em; color: var(--accent); font-size: var(--text-s);
  font-weight: 600; letter-spacing: 0; white-space: nowrap; }}
}}"""
