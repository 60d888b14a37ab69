"""During a shift: the guide's checklists, the team's numbers of today, and logging what no tool reports by one tap."""

from typing import Annotated, Any, NamedTuple

from markupsafe import Markup

from app.domain import guide as guide_text
from app.domain.calendar.days import local_day
from app.domain.rulebook.chapters import title_with_points
from app.domain.rules import SHIFT, Rules
from app.domain.scoring.tally import Tally
from app.domain.shifts.seats import CHECK_IN_BEFORE
from app.errors import Malformed
from app.models import Week
from app.models.columns import is_id, new_id
from app.services import guide
from app.services.ledger.drafts import LONGEST_TEXT
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts.own_seats import OwnSeat
from app.services.weeks import weeks
from app.web.http import markdown
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.shifts.view import WeekShifts
from app.web.submit import Page


def _kind(kind: str) -> str:
    if not kind or kind == SHIFT:
        raise Malformed("Choose an activity.")
    return kind


class QuickLogForm(Form):
    """Something done just now; the button pressed says what. With the `id`, the same sent twice is logged once."""

    id: str
    kind: Annotated[str, says(_kind)]
    url: Annotated[str, MaxLength(LONGEST_TEXT)] = ""
    note: str = ""


class During(NamedTuple):
    """The parts of a shift's page for who is on it; `today` is the team's tally, None where a freeze hides it."""

    start: tuple[Markup, ...]
    end: tuple[Markup, ...]
    kinds: list[tuple[str, str]]
    rules: Rules
    today: Tally | None


def during(page: Page[Any], shown: WeekShifts, seat: OwnSeat | None, log: FormState[QuickLogForm]) -> During | None:
    """The parts for who has a live seat, from the time to check in until the end, and around a form refused later.

    None for anybody else and at any other time.
    """
    now, week = page.act.now, shown.week
    is_time = seat is not None and seat.starts_at - CHECK_IN_BEFORE <= now < seat.ends_at
    if not (is_time or log.is_sent) or week.state != "open":
        return None
    text = guide.current(page.session).text
    rules = rule_sets.rules_of(page.session, week)
    as_shown = rule_sets.rules_numbered(page.session, weeks.view(week, page.act.actor).rule_set_id)
    scores = as_shown if shown.team_id is not None else None
    return During(
        tuple(map(markdown.inline, guide_text.checklist(text, guide_text.START_REMINDERS))),
        tuple(map(markdown.inline, guide_text.checklist(text, guide_text.END_CHECKLIST))),
        [(kind.name, title_with_points(kind.name, rules, scores)) for kind in rules.kinds if kind.name != SHIFT],
        rules,
        _today(page, week, shown.team_id),
    )


def _today(page: Page[Any], week: Week, team_id: str | None) -> Tally | None:
    if team_id is None or weeks.view(week, page.act.actor).looks_back:
        return None
    days = scores.of_team(page.session, week, team_id).days
    return days.get(local_day(page.act.now, week.zone), Tally())


def quick_log(page: Page[Any]) -> FormState[QuickLogForm]:
    """The form of one tap, as it was sent or blank."""
    form = page.form(QuickLogForm, id=new_id())
    return form if is_id(str(form["id"].value)) else form.having(id=new_id())
