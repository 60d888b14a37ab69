"""The demo's story: a close week, told inside the calendar, at the pace of a minute."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import pairwise

from app.domain.draft import Draft, Key, Reading
from app.domain.rules import Rules, parse_rules
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore, total
from app.domain.standings.ranking import ranks
from app.domain.text.names import flaw, tidy
from app.services.demo import pace
from app.services.demo.cast import CAST, ENDS, STARTS, ZONE, moment
from app.services.demo.rota import SEATS, SLOT, RotaEntry, Settle, entries, sign_ups
from app.services.demo.script import Correction, Event, events
from app.services.demo.story import Gift, Shift, tell
from app.services.ledger.drafts import read_json
from app.services.operations import startup

TEAM_OF = {player.email: player.team for player in CAST.values()}


def drafts() -> list[Draft]:
    return [event.what for event in events() if isinstance(event.what, Draft)]


def team_of(draft: Draft) -> str:
    return TEAM_OF[str(draft.person)]


def responses() -> list[Draft]:
    return [draft for draft in drafts() if draft.kind == "response"]


def shipped_rules() -> Rules:
    rules, _ = parse_rules(startup.SHIPPED_RULES.read_text(encoding="utf-8"))
    assert rules is not None
    return rules


def places(script: Sequence[Event]) -> Iterator[tuple[datetime, dict[str, int]]]:
    """The rank of every team after each event."""
    rules, names = shipped_rules(), sorted(set(TEAM_OF.values()))
    live: dict[Key, Activity] = {}
    gifts: list[Adjustment] = []
    for event in script:
        match event.what:
            case Draft() as draft:
                live[draft.key] = fact(draft)
            case Correction(key, _):
                del live[key]
            case Gift() as gift:
                gifts.append(Adjustment("gift", gift.team, gift.points, gift.reason, event.at))
            case Settle():
                live |= {Key("shifts", each.kind, each.id): each for each in seats_until(event.at)}
        scored = score_teams(live.values(), gifts, rules, ZONE)
        sums = {name: total(scored.get(name, TeamScore()).days.values()) for name in names}
        yield event.at, ranks(sums, rules.ties)


def seats_until(at: datetime) -> Iterator[Activity]:
    """A shift for the first of each crew whose slot is over, attendances for the others."""
    for shift in shifts():
        starts = moment(shift.day, shift.starts)
        for place, who in enumerate(shift.crew if starts + SLOT <= at else ()):
            kind, team = ("attendance" if place else "shift"), CAST[who].team
            yield Activity(f"{starts}/{who}", kind, CAST[who].email, team, starts, "shifts", f"{starts}/{who}")


def shifts() -> list[Shift]:
    return [scene for scene in tell() if isinstance(scene, Shift)]


def fact(draft: Draft) -> Activity:
    return Activity(
        id="/".join(draft.key), kind=draft.kind, person=str(draft.person), team=team_of(draft),
        occurred_at=draft.occurred_at, source=draft.source, external_id=draft.external_id, subject=draft.subject,
        response_seconds=draft.response_seconds,
    )  # fmt: skip


def leads() -> list[tuple[str, str]]:
    """The weekday on which a team took the lead alone, and the team."""
    found: list[tuple[str, str]] = []
    for at, ranking in places(events()):
        first = [team for team, rank in ranking.items() if rank == 1]
        if len(first) == 1 and first != [team for _, team in found[-1:]]:
            found.append((f"{at.astimezone(ZONE):%a}", first[0]))
    return found


def test_events_decide_on_friday_after_many_changes_of_lead() -> None:
    found = leads()

    assert found == [
        ("Mon", "First Light"),
        ("Mon", "Kind Regards"),
        ("Tue", "Second Breakfast"),
        ("Tue", "Kind Regards"),
        ("Wed", "First Light"),
        ("Wed", "Rubber Ducks"),
        ("Thu", "Kind Regards"),
        ("Thu", "First Light"),
        ("Fri", "Rubber Ducks"),
        ("Fri", "Tea & Triage"),
    ]


def test_events_report_what_the_api_would_take() -> None:
    texts = [json.dumps({**asdict(draft), "occurred_at": draft.occurred_at.isoformat()}) for draft in drafts()]

    assert [read_json(text) for text in texts] == [Reading.of(draft) for draft in drafts()]


def test_moment_at_plays_the_week_in_a_minute_without_jumps() -> None:
    moments = [pace.moment_at(tenth / 10) for tenth in range(601)]

    assert moments[0] == datetime(2022, 9, 12, 5, 30, tzinfo=ZONE)
    assert moments[-1] == datetime(2022, 9, 16, 18, 0, tzinfo=ZONE) == pace.moment_at(1_000)
    assert moments == sorted(set(moments))
    assert max(later - sooner for sooner, later in pairwise(moments)) < timedelta(hours=1)


def test_seconds_until_is_when_moment_at_reaches_an_event() -> None:
    script = events()

    errors = [abs(pace.moment_at(pace.seconds_until(event.at)) - event.at) for event in script]

    assert max(errors) < timedelta(milliseconds=1)


def test_tidy_leaves_the_casts_ten_teams_of_three_as_they_are() -> None:
    sizes = Counter(player.team for player in CAST.values())
    names = [player.name for player in CAST.values()]

    assert list(sizes.values()) == [3] * 10
    assert len(set(names)) == len({player.email for player in CAST.values()}) == 30
    assert all(name == tidy(name) and flaw(name) is None for name in [*names, *sizes])
    assert all(player.email.isascii() for player in CAST.values())
    assert sum(not name.isascii() for name in names) > 20


def test_tell_keeps_to_the_calendar() -> None:
    starts = {(shift.day, shift.starts.hour) for shift in shifts()}

    assert {day for day, _ in starts} == set(range(5))
    assert {hour for _, hour in starts} == {6, 8, 10, 12, 14, 16}
    assert [day for day, hour in sorted(starts) if hour == 6] == [0, 1, 2, 3, 4]
    assert {len({CAST[who].team for who in shift.crew}) for shift in shifts()} == {1}


def test_events_happen_inside_the_shifts_of_each_team() -> None:
    hours = defaultdict(list)
    for shift in shifts():
        hours[CAST[shift.crew[0]].team].append(moment(shift.day, shift.starts))

    outside = [
        draft
        for draft in drafts()
        if not any(start <= draft.occurred_at < start + SLOT for start in hours[team_of(draft)])
    ]

    assert outside == []


def test_events_use_every_source_and_both_sides_of_the_hour() -> None:
    waits = [draft.response_seconds or 0 for draft in responses()]

    assert {(draft.source, draft.kind) for draft in drafts()} == {
        ("zendesk", "response"),
        ("github", "issue"),
        ("linear", "issue"),
        ("canny", "feature_request"),
        ("guru", "knowledge_card"),
    }
    assert waits.count(3_600) == 2
    assert sum(wait > 3_600 for wait in waits) == 17
    assert min(waits) > 0


def test_events_have_tickets_beyond_the_cap() -> None:
    sizes = Counter(draft.subject for draft in responses())

    assert sorted(size for size in sizes.values() if size > 3) == [4, 5, 5]


def test_events_have_no_customer_wait_since_before_the_last_reply() -> None:
    answered: dict[str | None, datetime] = {}
    early = []
    for draft in responses():
        moment = draft.occurred_at - timedelta(seconds=draft.response_seconds or 0)
        if draft.subject in answered and moment <= answered[draft.subject]:
            early.append(draft)
        answered[draft.subject] = draft.occurred_at

    assert early == []


def test_events_come_in_order_and_never_before_they_happen() -> None:
    script = events()

    late = [event.at - event.what.occurred_at for event in script if isinstance(event.what, Draft)]

    assert [event.at for event in script] == sorted(event.at for event in script)
    assert min(late) > timedelta(0)
    assert script == events()
    assert {event.at.astimezone(ZONE).date() for event in script} == {
        STARTS + timedelta(days=day) for day in range((ENDS - STARTS).days + 1)
    }


def test_rota_has_a_seat_for_each_of_a_crew_and_leaves_most_free() -> None:
    signed_up = [entry for _, entry in sign_ups()]
    came = Counter(entry.starts for _, entry in entries() if isinstance(entry, RotaEntry) and entry.what == "check in")

    assert Counter(entry.what for entry in signed_up) == {"sign up": 29, "sign up team": 4}
    assert (sum(came.values()), len(came), max(came.values())) == (40, 19, SEATS)
    assert {at.astimezone(ZONE).date() for at, _ in sign_ups()} == {date(2022, 9, 9)}
