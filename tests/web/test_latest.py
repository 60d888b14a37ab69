"""`/weeks/{week}/latest` and the list on the board: what was done last, and who claps for it."""

import re
from html import unescape

import pytest

from app.models import LedgerEntry
from app.services import cheers
from tests.builders import ADA, BO, DUA, OWLS, SLUG
from tests.services.shifts.test_seats import Plan
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import BOTH_ENGINES, SIGNED_IN, RunningApp, Visitor, sign_in
from tests.web.test_display import PARTIAL
from tests.web.viewing import watching

LINE = "DK Issue Dua Krasniqi Cats, Wed 13:00"
BOARD, HERE = f"/weeks/{SLUG}", f"/weeks/{SLUG}/latest"


@pytest.fixture
def ada(site: RunningApp) -> Visitor:
    """A player."""
    return sign_in(site, ADA)


def address(entry: LedgerEntry) -> str:
    return f"{BOARD}/activities/{entry.id}/cheer"


def cheer(site: RunningApp, entry: LedgerEntry, *emails: str) -> None:
    """Have people clap."""
    plan = Plan(site.game)
    for email in emails:
        with site.database.unit_of_work() as session:
            cheers.cheer(session, SLUG, entry.id, plan.person(email).id, plan.act_of(email))


def crowd(site: RunningApp, entry: LedgerEntry, number: int) -> None:
    """Have a crowd clap that nobody has seen before."""
    emails = [f"fan-{each}@example.com" for each in range(number)]
    for first in range(0, number, 3):
        site.game.team(f"Fans {first}", *emails[first : first + 3])
    cheer(site, entry, *emails)


def buttons(page: str) -> list[str]:
    """The state of each button of a page, in order: pressed or not."""
    return re.findall(r'data-cheer="\w+" aria-pressed="(\w+)"', page)


def latest_of(page: str) -> str:
    """The words of the latest activities on a board."""
    return words(lists(page))


def lists(page: str) -> str:
    """The HTML of the latest activities."""
    return "".join(re.findall(r'<ol class="latest.*?</ol>', page, re.DOTALL))


def words(html: str) -> str:
    """The words of some HTML, their spaces made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()).replace(" ,", ",")


@BOTH_ENGINES
def test_cheer_is_given_seen_and_taken_back_without_a_script(site: RunningApp, ada: Visitor) -> None:
    entry = site.game.take(person=DUA).entry

    answer = ada.post(address(entry), clap="yes")
    given = ada.get(answer.headers["location"])
    seen = latest_of(site.get(HERE).text), latest_of(site.get(BOARD).text)
    back = ada.post(address(entry), clap="no")

    assert (answer.status_code, flash(given)) == (303, "Cheer added.")
    assert buttons(given.text) == ["true"]
    assert "Cheer for Dua Krasniqi : Issue 1 cheer" in text_of(given)
    assert seen == (f"{LINE} 1 cheer", f"{LINE} 1 cheer Cheer for Dua Krasniqi : Issue 1 cheer")
    assert flash(ada.get(back.headers["location"])) == "Cheer removed."
    again = ada.post(address(entry), clap="no")
    assert flash(ada.get(again.headers["location"])) == "You hadn’t cheered."
    assert latest_of(site.get(BOARD).text) == f"{LINE} Cheer for Dua Krasniqi : Issue"


def test_empty_latest_says_so_and_a_board_without_activities_has_no_list(site: RunningApp) -> None:
    assert "No activities yet What teams do shows here" in text_of(site.get(HERE))
    assert 'class="latest"' not in site.get(BOARD).text


@SIGNED_IN
def test_latest_is_for_who_sees_boards(site: RunningApp) -> None:
    entry = site.game.take(person=DUA).entry

    assert (site.get(HERE).status_code, sign_in(site).get(HERE).status_code) == (401, 200)
    assert site.ask("POST", address(entry), data={"clap": "yes"}).status_code in {401, 403}


def test_counts_are_in_words_and_in_groups_of_three(site: RunningApp) -> None:
    one, many = site.game.take(person=ADA).entry, site.game.take(person=DUA).entry
    cheer(site, one, BO)
    crowd(site, many, 12)

    assert latest_of(site.get(HERE).text) == (f"{LINE} 12 cheers AL Issue Ada Lovelace Owls, Wed 13:00 1 cheer")


def test_nobody_has_a_button_for_their_own_and_visitors_have_none(site: RunningApp, ada: Visitor) -> None:
    site.game.take(person=ADA)
    theirs = site.game.take(person=DUA).entry

    pages = ada.get(HERE).text, site.get(HERE).text

    assert [re.findall(r'data-cheer="(\w+)"', page) for page in pages] == [[theirs.id], []]
    assert "Want to cheer? Sign in , then it is one tap." in text_of(site.get(HERE))
    assert ada.post(address(site.game.take(person=ADA).entry)).status_code == 409


def test_reversed_activity_and_adjustment_are_not_in_it(site: RunningApp, ada: Visitor) -> None:
    wrong, right = site.game.take(person=DUA).entry, site.game.take(person=DUA, kind="shift").entry
    given = site.game.adjust(OWLS, 5).entry
    site.game.reverse(wrong)

    answers = [ada.post(address(entry)) for entry in (wrong, given)]

    assert [answer.status_code for answer in answers] == [409, 404]
    assert "This activity was reversed, so you can’t cheer for it." in text_of(answers[0])
    assert "There’s no such activity in Q3-2022." in text_of(answers[1])
    assert re.findall(r'data-cheer="(\w+)"', ada.get(HERE).text) == [right.id]


def test_frozen_week_shows_what_it_showed_and_takes_no_cheers(site: RunningApp, ada: Visitor) -> None:
    entry = site.game.take(person=DUA).entry
    cheer(site, entry, BO)
    site.game.freeze()
    hidden = site.game.take(person=DUA, kind="shift").entry
    organizer = sign_in(site, "olu@example.com", "organizer")

    answers = [ada.post(address(each)) for each in (entry, hidden)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert latest_of(site.get(BOARD).text) == latest_of(site.get(HERE).text) == f"{LINE} 1 cheer"
    assert latest_of(organizer.get(BOARD).text).startswith("DK Shift Dua Krasniqi")
    for page in (site.get(BOARD).text, organizer.get(BOARD).text, ada.get(HERE).text, organizer.get(HERE).text):
        assert "<form" not in lists(page)
    said = [text_of(answer).count("You can’t cheer while it is.") for answer in (ada.get(HERE), *answers)]
    assert said == [1, 1, 1]


def test_closed_week_keeps_its_cheers_and_has_no_buttons(site: RunningApp, ada: Visitor) -> None:
    entry = site.game.take(person=DUA).entry
    cheer(site, entry, BO)
    site.game.close()

    assert ada.post(address(entry)).status_code == 409
    assert [latest_of(page) for page in (site.get(BOARD).text, ada.get(HERE).text)] == [f"{LINE} 1 cheer"] * 2
    assert "Q3-2022 is closed. Its cheers stay as they are." in text_of(ada.get(HERE))


def test_receipt_shows_cheers_once_for_each_activity(site: RunningApp) -> None:
    early = site.game.take(kind="shift", person=ADA, occurred_at="2022-09-14T06:00:00-07:00").entry
    site.game.take(person=ADA)
    cheer(site, early, BO, DUA)

    page = text_of(site.get(f"{BOARD}/teams/{site.game.team_id(OWLS)}"))

    assert page.count("2 cheers") == 1
    assert "Shift Ada Lovelace 2 cheers" in page


def test_board_s_viewers_are_sent_the_line_that_got_a_cheer_and_no_other(site: RunningApp) -> None:
    entry = site.game.take(person=DUA).entry
    for _ in range(3):
        site.game.take(person=ADA)
    before = site.get(f"/api/v1/weeks/{SLUG}/leaderboard")

    with watching(site, f"{BOARD}/live") as events:
        events.get(timeout=10)
        cheer(site, entry, BO)
        said = events.get(timeout=10)["data"]

    assert re.findall(r'hx-target="#([\w-]+)"', said) == [f"latest-{said.split('latest-')[1][0]}", "as-of"]
    assert "1 cheer" in words(said)
    assert site.get(f"/api/v1/weeks/{SLUG}/leaderboard").headers["etag"] == before.headers["etag"]


def test_display_shows_a_cheer_at_once(site: RunningApp) -> None:
    entry = site.game.take(person=DUA).entry
    before = site.get("/display", headers=PARTIAL).text

    cheer(site, entry, BO)

    after = site.get("/display", headers=PARTIAL).text
    assert "cheer" not in words(before)
    assert "Latest DK Issue Dua Krasniqi 1 cheer Cats Wed 13:00" in words(after)


def test_mark_shows_buttons_to_who_is_signed_in_but_for_their_own(site: RunningApp, ada: Visitor) -> None:
    style = ada.get("/me/mark.css").text

    assert "--cheer: inline-flex; --cheers: none" in style
    assert f'[data-by="{Plan(site.game).person(ADA).id}"] {{ --cheer: none;' in style
    assert "--cheer" not in site.get("/me/mark.css").text


def test_cheers_stay_when_their_giver_is_deactivated(site: RunningApp) -> None:
    entry = site.game.take(person=DUA).entry
    cheer(site, entry, BO)

    Plan(site.game).deactivate(BO)

    assert latest_of(site.get(HERE).text).endswith("1 cheer")
