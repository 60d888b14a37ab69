"""Account settings: sign-ins, appearance, and the mark on everybody's pages."""

import re

import pytest

from app.services.access import accounts, sign_ins
from tests.builders import ADA, BO, DUA, OWLS, Game
from tests.web.reading import part, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, pair, sign_in


def test_activity_and_sign_in_of_somebody_else_are_not_found(site: RunningApp) -> None:
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    activity = site.record(person=DUA, note="Canary").json()["id"]
    [theirs] = _sign_ins(site, dua)

    answers = [
        ada.get(f"/me/activities/{activity}"),
        ada.get("/me/activities/0123456789abcdef"),
        ada.post(f"/me/sign-ins/{theirs}/end"),
        ada.post("/me/sign-ins/nonsense/end"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "Canary" not in answers[0].text
    assert dua.get("/me").status_code == 200


def _sign_ins(site: RunningApp, who: Visitor) -> list[str]:
    with site.database.reading() as session:
        return [each.id for each in sign_ins.of_person(session, who.person_id, site.clock.now)]


def test_sign_ins_are_listed_in_words_and_this_one_is_marked(site: RunningApp) -> None:
    sign_in(site, DUA)
    first, ada = sign_in(site, ADA), sign_in(site, ADA)

    shown = part(ada.get("/me/settings"), r'<li class="list__item">.*?</li>')

    assert sorted("This browser" in each for each in shown) == [False, True]
    assert all("A sign-in link, from 192.0.2.7 Since Wed 13:00 , last used Wed 13:00" in each for each in shown)
    assert first.get("/me").status_code == 200


def test_ended_sign_in_is_out_at_once(site: RunningApp) -> None:
    lost, ada = sign_in(site, ADA), sign_in(site, ADA)
    assert lost.get("/me").status_code == 200
    button = re.search(r'action="(/me/sign-ins/[0-9a-f]{16}/end)"', ada.get("/me/settings").text)
    assert button is not None

    answer = ada.post(button[1])

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/settings?done=ended")
    assert "Browser signed out." in text(ada.get("/me/settings?done=ended"))
    assert (lost.get("/me").status_code, ada.get("/me").status_code) == (401, 200)


def test_all_others_are_ended_together(site: RunningApp) -> None:
    others, ada, dua = [sign_in(site, ADA), sign_in(site, ADA)], sign_in(site, ADA), sign_in(site, DUA)

    ada.post("/me/sign-ins/end-others")

    assert [visitor.get("/me").status_code for visitor in (*others, ada, dua)] == [401, 401, 200, 200]
    assert "/me/sign-ins/end-others" not in ada.get("/me/settings").text


@pytest.mark.parametrize(("visibility", "leads_to"), [("public", "/"), ("signed-in", "/sign-in?done=out")])
def test_signing_out_ends_this_one_and_forgets_the_cookie(site: RunningApp, leads_to: str) -> None:
    other, ada = sign_in(site, ADA), sign_in(site, ADA)

    answer = ada.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    assert 'plain-sign-in=""; ' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (ada.get("/me").status_code, other.get("/me").status_code) == (401, 200)


def test_ending_this_very_sign_in_signs_out(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    [mine] = _sign_ins(site, ada)

    answer = ada.post(f"/me/sign-ins/{mine}/end")

    assert (answer.headers["location"], ada.get("/me").status_code) == ("/", 401)


@BOTH_ENGINES
def test_new_name_shows_on_the_board_and_on_ones_pages_at_once(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    ada.get("/me")

    answer = ada.post("/me/settings", name="Ada  King", theme="dark")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/settings?done=saved")
    assert "<bdi>Ada King</bdi>, <bdi>Bo Nguyen</bdi>, <bdi>Chidi Okafor</bdi>" in site.get("/").text
    shown = ada.get("/me/settings?done=saved")
    assert 'value="Ada King"' in shown.text
    assert '<option value="dark" selected>' in shown.text
    assert "Signed in as: <bdi>Ada King</bdi>" in shown.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " ", "theme": "dark"}, "The name must not be empty."),
        ({"name": "Ada\u202e", "theme": "dark"}, "The name must not contain the invisible character U+202E."),
        ({"name": "Ada King", "theme": "pink"}, "“pink” isn’t an appearance. Choose from auto, light, dark."),
    ],
)
def test_refused_settings_change_nothing_and_keep_what_was_typed(
    site: RunningApp, fields: dict[str, str], sentence: str
) -> None:
    ada = sign_in(site, ADA)

    answer = ada.post("/me/settings", **fields)

    assert answer.status_code == 422
    assert part(answer, r'<p class="field__error".*?</p>') == [sentence]
    assert f'name="name" type="text" value="{fields["name"]}"' in answer.text
    with site.database.reading() as session:
        person = accounts.find(session, ada.person_id)
    assert (person.name, person.theme) == ("Ada Lovelace", "auto")


def test_a_name_changes_ten_times_an_hour(site: RunningApp) -> None:
    ada = sign_in(site, ADA)

    answers = [ada.post("/me/settings", name=f"Ada {number}", theme="dark") for number in range(12)]
    same = ada.post("/me/settings", name="Ada 9", theme="light")

    assert [answer.status_code for answer in answers] == [303] * 10 + [429] * 2
    assert "Too many name changes. Try again in 60 minutes." in text(answers[-1])
    assert (same.status_code, "Ada 9" in text(ada.get("/me"))) == (303, True)


def test_mark_names_every_team_of_mine_and_nothing_else(site: RunningApp) -> None:
    other = Game(site.database, slug="q4-2022").start()
    site.game.team("Hens", ADA)
    ada = sign_in(site, ADA)

    answer = ada.get("/me/mark.css")

    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/css; charset=utf-8", "no-store")
    assert re.findall(r"^#team-(\w+) ", answer.text, re.MULTILINE) == [site.game.team_id("Hens"), other.team_id(OWLS)]
    assert ":root { --signed-in: yes; }" in answer.text
    assert "masthead__organize" not in answer.text
    assert "masthead__organize" in sign_in(site, BO, "organizer").get("/me/mark.css").text


def test_mark_is_empty_for_visitors_and_screens(site: RunningApp) -> None:
    assert (site.get("/me/mark.css").text, pair(site).get("/me/mark.css").text) == ("", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_mark_carries_the_chosen_appearance(site: RunningApp, theme: str) -> None:
    ada = sign_in(site, ADA)
    assert "color-scheme" not in ada.get("/me/mark.css").text

    ada.post("/me/settings", name="Ada Lovelace", theme=theme)

    assert f":root {{ color-scheme: {theme}; }}" in ada.get("/me/mark.css").text


def test_mark_looks_like_what_the_browser_itself_marks(site: RunningApp) -> None:
    def looks(css: str, team: str) -> str:
        return "".join(css[css.rindex("@media screen") :].replace(team, "TEAM").split())

    script = site.get("/static/app.js").text
    own = script[script.index("? `") + 3 : script.index('`\n: ""')]  # files are served without indentation

    marked = sign_in(site, ADA).get("/me/mark.css").text

    assert looks(marked, site.game.team_id(OWLS)) == looks(own, "${id}")
