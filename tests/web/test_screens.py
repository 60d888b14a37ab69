"""Screens follow the remote, have settings of their own, and show messages."""

import re
from datetime import timedelta

import pytest

from app.config import Settings
from app.models import ScreenMessage
from app.services.displays import messages, plans
from app.services.displays.messages import MessageFields
from tests.builders import act_by
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, pair, serving, sign_in, until
from tests.web.test_display import PARTIAL, picture, play, shown, streaming
from tests.web.test_organizer_displays import fields

REMOTE = "/organizer/displays/remote"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def state(html: str) -> tuple[str, bool, bool]:
    """The scene a picture was asked for, whether it is paused, and whether it is muted."""
    head = html.partition(">")[0]
    found = re.search(r'data-show="([\w-]*)', head)
    return found[1] if found else "", " data-paused" in head, " data-muted" in head


def of(screen: Visitor) -> str:
    """A paired screen's own picture."""
    cookies = "; ".join(f"{name}={value}" for name, value in screen.cookies.items())
    return screen.site.client.get("/display", headers={**PARTIAL, "Cookie": cookies}).text


@BOTH_ENGINES
def test_open_screen_follows_the_remote_within_a_second(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    with streaming(site) as pictures:
        next(pictures)

        answer = organizer.post(REMOTE, do="show", scene="race")
        waited = until(lambda: state(next(pictures)) == ("race", False, False))

    assert (answer.status_code, answer.headers["location"], waited < 1.5) == (303, f"{REMOTE}?screen=all", True)


def test_remote_outlives_the_server_and_reaches_another_one(
    site: RunningApp, organizer: Visitor, settings: Settings
) -> None:
    play(site)
    with serving(settings.changed(board_visibility="public")) as other:
        organizer.post(REMOTE, do="pause")
        organizer.post(REMOTE, do="mute")
        until(lambda: state(picture(other)) == ("", True, True))

    with serving(settings.changed(board_visibility="public")) as later:
        until(lambda: state(picture(later)) == ("", True, True))


def test_two_remotes_agree(site: RunningApp, organizer: Visitor) -> None:
    other = sign_in(site, "ana@example.com", "organizer")
    organizer.post(REMOTE, do="pause")
    other.post(REMOTE, do="pause")  # the same button, pressed by both before either saw it

    assert "<strong>Paused</strong>" in organizer.get(REMOTE).text
    other.post(REMOTE, do="resume")
    assert "Scenes take turns." in organizer.get(REMOTE).text


def seen_in(html: str, action: str) -> str:
    """The mark of what a form of a page shows."""
    form = html.partition(f'action="{action}"')[2].partition("</form>")[0]
    return str(re.findall('name="seen" value="([^"]+)"', form)[0])


def test_second_who_chooses_for_screens_is_told_before_the_firsts_is_replaced(
    site: RunningApp, organizer: Visitor
) -> None:
    pair(site)
    [lobby] = re.findall(r"/organizer/displays/([0-9a-f]{16})/revoke", organizer.get("/organizer/displays").text)
    here = "/organizer/displays"
    forms = [
        (here, f"{here}/rotation", fields(on_race=None), fields(on_totals=None)),
        (f"{here}/{lobby}", f"{here}/{lobby}/rotation", fields(on_race=None), fields(on_totals=None)),
        (f"{here}/{lobby}", f"{here}/{lobby}/look", {"theme": "dark"}, {"theme": "light"}),
        (f"{here}/all", f"{here}/all/look", {"size": "large"}, {"theme": "light"}),
    ]
    for page, action, first, second in forms:
        seen = seen_in(organizer.get(page).text, action)

        saved = organizer.post(action, seen=seen, **first)
        refused = organizer.post(action, seen=seen, **second)
        again = organizer.post(action, seen=seen_in(refused.text, action), **second)

        assert (saved.status_code, refused.status_code, again.status_code) == (303, 409, 303)
        assert "Not saved: someone chose otherwise after you opened this page" in refused.text


def test_screen_of_its_own_shows_its_own(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    lobby = pair(site)
    [lobby_id] = re.findall(r"/organizer/displays/([0-9a-f]{16})/revoke", organizer.get("/organizer/displays").text)

    organizer.post(f"/organizer/displays/{lobby_id}/rotation", **fields(on_race=None, place_board="9"))
    organizer.post(f"/organizer/displays/{lobby_id}/look", theme="dark", size="large")
    organizer.post(REMOTE, screen=lobby_id, do="pause")

    assert shown(of(lobby))[-2:] == ["board", "message"] or shown(of(lobby))[-1] == "board"
    assert "race" not in shown(of(lobby))
    assert 'data-theme="dark" data-size="large"' in of(lobby)
    assert (state(of(lobby))[1], state(picture(site))[1]) == (True, False)
    assert 'data-theme="auto" data-size="normal"' in picture(site)


def test_scene_without_a_turn_is_there_when_asked_for(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    organizer.post("/organizer/displays/rotation", **fields(on_race=None))

    organizer.post(REMOTE, do="show", scene="race")

    assert re.findall(r'data-scene="(\w+)" data-extra', picture(site)) == ["race"]


def test_scene_that_does_not_exist_is_refused(site: RunningApp, organizer: Visitor) -> None:
    assert organizer.post(REMOTE, do="show", scene="news").status_code == 404
    assert organizer.post(REMOTE, do="dance").status_code == 422
    assert organizer.post(REMOTE, screen="0" * 16, do="pause").status_code == 404


def test_remote_of_a_screen_that_is_gone_speaks_to_no_other(site: RunningApp, organizer: Visitor) -> None:
    pair(site)
    [lobby] = re.findall(r"/organizer/displays/([0-9a-f]{16})/revoke", organizer.get("/organizer/displays").text)
    before = organizer.get(f"{REMOTE}?screen={lobby}").text
    organizer.post(f"/organizer/displays/{lobby}/revoke")

    page = organizer.get(f"{REMOTE}?screen={lobby}").text  # as its page asks for itself every two seconds
    pressed = organizer.post(REMOTE, screen=lobby, do="pause")

    assert (before.count('name="do"'), page.count('name="do"'), "This screen was unpaired." in page) == (3, 0, True)
    assert (pressed.status_code, "This screen was unpaired." in pressed.text) == (404, True)
    assert "Scenes take turns." in organizer.get(REMOTE).text


def test_message_whose_code_would_hold_too_much_takes_no_screen_away(site: RunningApp, organizer: Visitor) -> None:
    site.record()
    link = "https://a.example/" + "\u00e9" * 3_000
    refused = organizer.post("/organizer/displays/messages", title="Party", link=link)
    longest = organizer.post("/organizer/displays/messages", title="Party", link=link[: messages.LONGEST_LINK])
    with site.database.unit_of_work() as session:  # as an earlier version let it pass
        session.add(ScreenMessage(kind="news", title="Old", text="", link=link, by="Olu", created_at=site.clock.now))
        plans.tell(session)

    told = picture(site)

    assert (refused.status_code, "must have at most 500 characters" in refused.text) == (422, True)
    assert (longest.status_code, "Party" in told, "Old" in told, told.count('class="qr"')) == (303, True, True, 1)


def test_message_goes_on_screens_changes_and_goes(site: RunningApp, organizer: Visitor) -> None:
    site.record()
    sent = {"kind": "birthday", "title": "Happy birthday, Ada!", "link": "https://example.com/party"}

    organizer.post("/organizer/displays/messages", **sent)
    page = organizer.get("/organizer/displays/messages").text
    [message] = re.findall(r"/organizer/displays/messages/([0-9a-f]{16})\"", page)
    with_message = picture(site)
    organizer.post(f"/organizer/displays/messages/{message}", **{**sent, "title": "Hooray"})
    changed = picture(site)
    organizer.post(f"/organizer/displays/messages/{message}/removal")

    assert "Happy birthday, Ada!" in with_message
    assert 'class="qr"' in with_message
    assert ("Hooray" in changed, "Happy birthday" in changed) == (True, False)
    assert "Hooray" not in picture(site)


def test_message_to_join_without_an_address_leads_where_people_sign_in(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/displays/messages", kind="join", title="Come and join us")
    organizer.post("/organizer/displays/messages", kind="news", title="Lunch")

    with site.database.reading() as session:
        links = {each.title: each.link for each in messages.every(session)}
    assert links == {"Come and join us": f"{site.url}/me", "Lunch": ""}


def test_second_of_two_organizers_sees_what_the_first_made_of_a_message(site: RunningApp, organizer: Visitor) -> None:
    page = "/organizer/displays/messages"
    organizer.post(page, title="Party")
    opened = organizer.get(page).text
    [(message, seen)] = re.findall(r'messages/([0-9a-f]{16})".*?name="seen" value="(\w{12})"', opened, re.DOTALL)[:1]

    first = organizer.post(f"{page}/{message}", title="Party at five", seen=seen)
    second = organizer.post(f"{page}/{message}", title="Party at six", seen=seen)
    [newest] = re.findall(r'name="seen" value="(\w{12})"', second.text)
    third = organizer.post(f"{page}/{message}", title="Party at six", seen=newest)

    assert [each.status_code for each in (first, second, third)] == [303, 409, 303]
    assert "someone else changed this message" in second.text
    assert ("Party at five" in second.text, 'value="Party at six"' in second.text) == (True, True)


def test_message_with_a_mistake_keeps_what_was_typed(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post("/organizer/displays/messages", title="Party", link="ftp://x", last_day="2001-01-01")

    assert answer.status_code == 422
    assert "begins with http:// or https://" in answer.text
    assert 'value="Party"' in answer.text
    assert organizer.post("/organizer/displays/messages", title="Party", last_day="2001-01-01").status_code == 422


def test_pulse_tells_the_next_night(site: RunningApp, organizer: Visitor) -> None:
    before = site.get("/display/pulse").json()["night"]
    answer = organizer.post("/organizer/displays/all/look", rest="hours", begins="22:00", ends="06:30", zone="UTC")

    night = site.get("/display/pulse").json()["night"]
    assert (answer.status_code, before) == (303, None)
    assert [moment[11:16] for moment in night] == ["22:00", "06:30"]
    assert organizer.post("/organizer/displays/all/look", rest="hours", begins="22:00").status_code == 422
    assert "dark from 22:00 to 06:30" in organizer.get("/organizer/displays").text


def test_message_until_a_moment_says_when(site: RunningApp) -> None:
    until_then = site.clock.now + timedelta(hours=1)
    with site.database.unit_of_work() as session:
        messages.write(session, MessageFields("news", "Lunch", until=until_then), act_by("Olu", site.clock.now))

    assert f'data-until="{until_then.isoformat()}"' in picture(site)
