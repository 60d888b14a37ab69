"""Organizers' page of a week's teams: members, join codes, lists, invitations, and points given by hand."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from urllib.parse import unquote

import httpx
import pytest

from app.config import Settings
from app.services.access import accounts
from app.services.shifts import settings as shift_settings
from tests.builders import ADA, CATS, CHIDI, DUA, NOW, OWLS, SLUG, Game, a_week, act_by
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, SettableClock, Visitor, serving, sign_in

HERE = f"/organizer/weeks/{SLUG}/teams"
CSV_LIST = "team,name,email\nFoxes,Nia Okoro,nia@example.com\nFoxes,Ivo Babić,ivo@example.com\n"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def flash(answer: httpx.Response) -> str:
    """The page's alert: what was done or refused."""
    match = re.search(r'class="alert[^>]*>([^<]*)<', answer.text)
    return unescape(match[1]) if match else ""


def shown(page: str) -> dict[str, tuple[str, list[str]]]:
    """Each team on the page: how full it is, and who is in it."""
    sections = re.findall(r'<section class="panel" id="team-.*?</section>', page, re.DOTALL)
    names = [re.findall(r'id="name-[^"]*"><bdi>([^<]*)<', section)[0] for section in sections]
    sizes = [re.findall(r'class="pill[^"]*">([^<]*)<', section)[0] for section in sections]
    members = [re.findall(r'list__more">([^<]*)<', section) for section in sections]
    return dict(zip(names, zip(sizes, members, strict=True), strict=True))


def person_id(site: RunningApp, email: str) -> str:
    """The id of somebody known."""
    with site.database.reading() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        return person.id


@BOTH_ENGINES
def test_team_is_made_filled_and_changed_by_hand(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")

    answer = organizer.post(HERE, name="Foxes")
    foxes = site.game.team_id("Foxes")
    added = organizer.post(f"{HERE}/{foxes}/members", email="NIA@example.com", name="Nia Okoro")
    moved = organizer.post(f"{HERE}/members/{person_id(site, ADA)}", team=foxes)
    out = organizer.post(f"{HERE}/members/{person_id(site, CHIDI)}", team="")

    assert [answer.headers["location"].partition("=")[2] for answer in (answer, added, moved, out)] == [
        "made", "added", "moved", "out",
    ]  # fmt: skip
    assert shown(organizer.get(HERE).text) == {
        "Cats": ("3 of 3", [DUA, "elif@example.com", "fumiko@example.com"]),
        "Foxes": ("2 of 3", [ADA, "nia@example.com"]),
        "Owls": ("1 of 3", ["bo@example.com"]),
    }
    assert site.game.verify() == []


def test_refused_member_comes_back_as_typed_in_an_open_form(site: RunningApp, organizer: Visitor) -> None:
    organizer.post(HERE, name="Foxes")

    answer = organizer.post(f"{HERE}/{site.game.team_id('Foxes')}/members", email="nia@example.com", name="")

    assert (answer.status_code, flash(answer)) == (
        422, "No person with the email nia@example.com yet. Enter their name too.",
    )  # fmt: skip
    assert answer.text.count('value="nia@example.com"') == 1
    assert answer.text.count('<details class="disclosure" open>') == 1


@pytest.mark.parametrize(("name", "status"), [("owls", 409), ("", 422), ("x" * 61, 422)])
def test_refused_team_comes_back_as_typed(organizer: Visitor, name: str, status: int) -> None:
    answer = organizer.post(HERE, name=name)

    assert answer.status_code == status
    assert re.findall(r'id="name" name="name" type="text" value="([^"]*)"', answer.text) == [name]


def test_full_team_refuses(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post(f"{HERE}/{site.game.team_id(OWLS)}/members", email="nia@example.com", name="Nia")

    assert (answer.status_code, flash(answer)) == (
        409,
        "Team Owls would have 4 members; the rules allow 3. Remove someone from it, or raise team.size in the rules.",
    )


@BOTH_ENGINES
def test_join_code_is_made_replaced_and_withdrawn(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    owls = site.game.team_id(OWLS)
    codes = []
    for step in ("code", "code", "code/withdraw"):
        done = organizer.post(f"{HERE}/{owls}/{step}")
        page = organizer.get(done.headers["location"]).text
        assert ("<summary autofocus>Join code" in page) == (step == "code")
        codes.append(re.findall(r'joincode">([0-9A-Z]{4}-[0-9A-Z]{4})<', page))
        addresses = re.findall(r'class="secret">([^<]*)<', page)
        assert addresses == [f"{site.url}/join/{code.replace('-', '')}" for code in codes[-1]]
        assert page.count('aria-label="Join \u2068Owls\u2069"') == len(addresses)

    assert [len(code) for code in codes] == [1, 1, 0]
    assert codes[0] != codes[1]


@BOTH_ENGINES
def test_list_is_imported(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")

    answer = organizer.post(f"{HERE}/import", text=CSV_LIST)

    assert flash(organizer.get(answer.headers["location"])) == "Imported 2 people into 1 team; 2 new to their team."
    assert shown(organizer.get(HERE).text)["Foxes"] == ("2 of 3", ["ivo@example.com", "nia@example.com"])


def upload(organizer: Visitor, content: bytes) -> httpx.Response:
    """Send a file instead of a text."""
    files = {"file": ("teams.csv", content, "text/csv")}
    cookie = f"plain-sign-in={organizer.cookies['plain-sign-in']}"
    fields = {"csrf": organizer.csrf, "text": ""}
    return organizer.site.post(f"{HERE}/import", data=fields, files=files, headers={"Cookie": cookie})


def test_file_is_imported_with_its_mark(site: RunningApp, organizer: Visitor) -> None:
    answer = upload(organizer, CSV_LIST.encode("utf-8-sig"))

    assert answer.status_code == 303
    assert shown(organizer.get(HERE).text)["Foxes"][0] == "2 of 3"


def test_file_that_is_no_text_is_refused(organizer: Visitor) -> None:
    answer = upload(organizer, b"PK\x03\x04xl/")

    sentence = "This file is a workbook (.xlsx, .ods), not text. Save it as “CSV UTF-8” and send it again."
    assert (answer.status_code, mistakes(answer)) == (422, {"file": sentence})


def test_every_bad_line_is_named_and_nothing_changes(site: RunningApp, organizer: Visitor) -> None:
    before = site.board()
    text = "team,name,email\n,Nia,nia@example.com\nFoxes,Ivo,ivo\nFoxes,<b>,nia@example.com,x\n"

    answer = organizer.post(f"{HERE}/import", text=text)

    mistakes = [unescape(match) for match in re.findall(r"<li>(Line [^<]*)</li>", answer.text)]
    assert answer.status_code == 422
    assert mistakes == [
        "Line 2: The team must not be empty.",
        "Line 3: “ivo” isn’t an email. Write one such as ada@example.com.",
        "Line 4: This line has 4 cells, the line of the columns has 3.",
    ]
    typed = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert typed is not None
    assert unescape(typed[1]) == text
    assert site.board()["version"] == before["version"]


@pytest.mark.parametrize("text", ["", "team,name,email\n", "nonsense", "\x00", '"'])
def test_list_without_people_is_refused(organizer: Visitor, text: str) -> None:
    assert organizer.post(f"{HERE}/import", text=text).status_code == 422


def test_too_many_for_a_team_changes_nothing(site: RunningApp, organizer: Visitor) -> None:
    lines = "".join(f"Foxes,Fox {number},fox{number}@example.com\n" for number in range(4))

    answer = organizer.post(f"{HERE}/import", text=f"team,name,email\n{lines}")

    said = "<li>Line 5: Team Foxes would have 4 members with lines 2, 3, 4, 5; the rules allow 3."
    assert (answer.status_code, said in answer.text) == (422, True)
    assert list(shown(answer.text)) == [CATS, OWLS]


@BOTH_ENGINES
class HurriedClock(SettableClock):
    """A clock whose game is at a moment of its own, as a demo's is."""

    def game(self) -> datetime:
        """The moment of the standard week."""
        return NOW


@pytest.mark.usefixtures("game")
def test_invitations_of_a_game_with_a_time_of_its_own_open_the_door(settings: Settings) -> None:
    with serving(settings, HurriedClock(NOW + timedelta(days=1_000))) as site:
        organizer = sign_in(site, "olu@example.com", "organizer")

        answer = organizer.post(f"{HERE}/invitations")

        links = re.findall(r"/sign-in/link/al_[\w-]+", unquote(answer.text))
        assert {site.client.get(link).status_code for link in set(links)} == {200}
        assert "Everyone who needs one has one" in organizer.get(HERE).text


def test_invitations_are_shown_once_as_a_list_and_a_file(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    sign_in(site, ADA)

    answer = organizer.post(f"{HERE}/invitations")

    links = re.findall(r'<td><code class="secret">([^<]*)</code>', answer.text)
    address = re.search(r'download="q3-2022-invitations.csv" href="data:text/csv;charset=utf-8,([^"]*)"', answer.text)
    assert address is not None
    rows = list(csv.DictReader(StringIO(unquote(unescape(address[1])).removeprefix("\ufeff"), newline="")))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [row["link"] for row in rows] == links
    assert [(row["team"], row["name"], row["email"]) for row in rows][-1] == ("Owls", "Chidi Okafor", CHIDI)
    assert (len(set(links)), {link.startswith(f"{site.url}/sign-in/link/al_") for link in links}) == (5, {True})
    again = organizer.post(f"{HERE}/invitations").text
    assert re.findall(r'class="secret"', again) == []
    assert "Everyone who needs one has one." in again


def test_week_whose_seats_need_no_team_offers_links_to_everyone(site: RunningApp, organizer: Visitor) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "rota", now=site.clock.now)
        shift_settings.change(session, "rota", {"needs_team": False}, act_by("Olu", site.clock.now))
    rota = "/organizer/weeks/rota/teams"

    shown = organizer.get(rota).text
    made = organizer.post(f"{rota}/invitations")

    assert "Nobody needs a team here: people sign up for themselves." in shown
    assert "Create 6 links" in shown
    assert made.text.count('<td data-label="Team"><span class="table__quiet">No team</span></td>') == 6


def test_links_are_made_again_for_who_never_came(site: RunningApp, organizer: Visitor) -> None:
    assert "Remind who has not come" not in organizer.get(HERE).text
    first = organizer.post(f"{HERE}/invitations").text
    page = organizer.get(HERE).text
    again = organizer.post(f"{HERE}/invitations", again="yes").text

    links, new = (re.findall(r'<code class="secret">([^<]*)</code>', each) for each in (first, again))
    assert (len(links), len(new), set(links) & set(new)) == (6, 6, set())
    assert "Create 6 new links" in page
    assert "Everyone who needs one has one" in page
    text = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", again, re.DOTALL)
    assert text is not None
    assert text[1].split() == [word for pair in zip(mailed(again), new, strict=True) for word in pair]


def mailed(page: str) -> list[str]:
    """The addresses beside the links that are shown."""
    return re.findall(r'<br><span class="table__quiet">([^<]*@[^<]*)</span>', page)


def test_name_that_is_a_formula_is_no_formula_in_the_file(site: RunningApp, organizer: Visitor) -> None:
    site.game.leave(ADA)
    organizer.post(f"{HERE}/{site.game.team_id(OWLS)}/members", email="eve@example.com", name="=cmd()")

    answer = organizer.post(f"{HERE}/invitations")

    assert "%27%3Dcmd%28%29" in answer.text


def points_form(answer: httpx.Response, team_id: str) -> str:
    """The id that the form of a team's adjustment carries."""
    form = answer.text.partition(f'action="{HERE}/{team_id}/adjustment"')[2]
    match = re.search(r'name="once" value="([^"]*)"', form)
    assert match is not None
    return match[1]


@BOTH_ENGINES
def test_points_are_given_once_however_often_the_form_is_sent(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    owls = site.game.team_id(OWLS)
    once = points_form(organizer.get(HERE), owls)
    other = points_form(organizer.get(HERE), owls)

    gave, took = "Gave 7 points to \u2068Owls\u2069", "Took 2 points from \u2068Owls\u2069"
    for key, points, said in ((once, "+7", gave), (once, "+7", gave), (other, "\u22122", took)):
        answer = organizer.post(f"{HERE}/{owls}/adjustment", points=points, reason="For the cake", once=key)
        assert flash(organizer.get(answer.headers["location"])) == said

    assert site.points() == {OWLS: 5, CATS: 0}
    assert "For the cake" in site.get(f"/weeks/{SLUG}/teams/{owls}").text


@pytest.mark.parametrize(
    ("points", "reason", "field", "sentence"),
    [
        ("many", "Why", "points", "Points are a whole number, such as 10 or -5."),
        ("1.5", "Why", "points", "Points are a whole number, such as 10 or -5."),
        ("\u0663", "Why", "points", "Points are a whole number, such as 10 or -5."),
        ("0", "Why", "", "Give or take 1 to 100,000 points."),
        ("100001", "Why", "", "Give or take 1 to 100,000 points."),
        ("5", " ", "reason", "The reason must not be empty. Say in a sentence why."),
    ],
)
def test_refused_points_come_back_as_typed(
    site: RunningApp, organizer: Visitor, points: str, reason: str, field: str, sentence: str
) -> None:
    owls = site.game.team_id(OWLS)

    answer = organizer.post(f"{HERE}/{owls}/adjustment", points=points, reason=reason, once="once")

    assert (answer.status_code, flash(answer)) == (422, "Not saved. Fix the marked fields." if field else sentence)
    assert mistakes(answer) == ({f"{owls}-{field}": sentence} if field else {})
    assert points_form(answer, owls) == "once"
    assert re.findall(rf'id="{owls}-points"[^>]*value="([^"]*)"', answer.text) == [points]
    assert site.points()[OWLS] == 0


def test_closed_week_offers_and_takes_nothing(site: RunningApp, organizer: Visitor) -> None:
    owls = site.game.team_id(OWLS)
    site.game.close()

    statuses = {
        organizer.post(HERE, name="Foxes").status_code,
        organizer.post(f"{HERE}/{owls}/members", email="nia@example.com", name="Nia").status_code,
        organizer.post(f"{HERE}/members/{person_id(site, ADA)}", team="").status_code,
        organizer.post(f"{HERE}/import", text=CSV_LIST).status_code,
        organizer.post(f"{HERE}/{owls}/adjustment", points="5", reason="Why", once="x").status_code,
    }

    page = organizer.get(HERE).text
    assert statuses == {409}
    assert ("This week is closed. Reopen it to change teams." in page, page.count("<form")) == (True, 0)


def paths(site: RunningApp) -> list[str]:
    """Every address of these pages that takes a form."""
    owls = site.game.team_id(OWLS)
    return [
        HERE, f"{HERE}/import", f"{HERE}/invitations", f"{HERE}/members/{person_id(site, ADA)}",
        *(f"{HERE}/{owls}/{verb}" for verb in ("members", "code", "code/withdraw", "adjustment")),
    ]  # fmt: skip


def test_page_and_every_form_are_for_organizers(site: RunningApp, organizer: Visitor) -> None:
    player, forms = sign_in(site), paths(site)
    before = site.board()["version"]

    seen = {
        "visitor": {site.get(HERE).status_code, *(site.post(path).status_code for path in forms)},
        "player": {player.get(HERE).status_code, *(player.post(path).status_code for path in forms)},
        "forged": {organizer.post(path, csrf="wrong").status_code for path in forms},
    }

    assert seen == {"visitor": {401}, "player": {403}, "forged": {403}}
    assert site.board()["version"] == before


def test_unknown_team_or_person_is_not_found(site: RunningApp, organizer: Visitor) -> None:
    elsewhere = Game(site.database, now=site.clock.now, slug="q4-2022").start().team_id(OWLS)
    fields = {"name": "Nia", "email": "nia@example.com", "points": "5", "reason": "Why", "once": "x"}

    statuses = {
        organizer.post(f"{HERE}/{team}/{verb}", **fields).status_code
        for team in ("x", "0" * 16, "%00", elsewhere)
        for verb in ("members", "code", "code/withdraw", "adjustment")
    }
    statuses |= {organizer.post(f"{HERE}/members/{person}", team="").status_code for person in ("x", "0" * 16, "%00")}
    statuses |= {organizer.get(f"/organizer/weeks/{slug}/teams").status_code for slug in ("q1-1999", "%00")}

    assert statuses == {404}


def test_week_without_teams_says_how_to_begin(empty_site: RunningApp) -> None:
    organizer = sign_in(empty_site, role="organizer")
    form = {"name": "New", "timezone": "Europe/Berlin", "starts": "2022-12-05", "ends": "2022-12-09"}
    organizer.post("/organizer/weeks", **form)

    assert "No teams yet. Create one below, import a list, or <a" in organizer.get("/organizer/weeks/new/teams").text


def test_page_of_a_hundred_teams_has_a_line_for_each_and_the_forms_of_one(site: RunningApp, organizer: Visitor) -> None:
    lines = "".join(f"Team {n},Player {n}-{m},{n}-{m}@many.example\n" for n in range(98) for m in range(3))
    organizer.post(f"{HERE}/import", text=f"team,name,email\n{lines}")
    team = site.game.team_id("Team 10")

    every, one = organizer.get(HERE).text, organizer.get(f"{HERE}?only={team}").text
    found = organizer.get(f"{HERE}?find=PLAYER+10-").text
    moved = organizer.post(f"{HERE}/members/{person_id(site, '10-1@many.example')}?only={team}", team="")

    names = re.findall(r'list__main"><bdi>([^<]*)<', every)
    assert (names[:2], names[2:4], names[-1]) == (["Cats", "Owls"], ["Team 0", "Team 1"], "Team 97")
    assert max(len(page.encode()) for page in (every, one, found)) < 100_000
    assert (list(shown(one)), list(shown(found)), shown(every)) == (["Team 10"], ["Team 10"], {})
    assert moved.headers["location"] == f"{HERE}?done=out&only={team}"
    assert shown(organizer.get(moved.headers["location"]).text)["Team 10"][0] == "2 of 3"


def test_team_is_renamed_and_an_empty_one_removed(site: RunningApp, organizer: Visitor) -> None:
    owls = site.game.team_id(OWLS)
    renamed = organizer.post(f"{HERE}/{owls}/name", name="Night Owls")
    taken = organizer.post(f"{HERE}/{owls}/name", name=CATS)
    organizer.post(HERE, name="Foxes")
    removed = organizer.post(f"{HERE}/{site.game.team_id('Foxes')}/remove")
    stays = organizer.post(f"{HERE}/{owls}/remove")

    assert [each.status_code for each in (renamed, taken, removed, stays)] == [303, 409, 303, 409]
    assert mistakes(taken) == {f"{owls}-name": "There’s already a team “Cats”. Choose another name."}
    assert "Night Owls stays: it has or had members" in stays.text
    assert {team["team"] for team in site.get(f"/api/v1/weeks/{SLUG}/teams", "read").json()["items"]} == {
        CATS,
        "Night Owls",
    }


def test_teams_are_drawn_previewed_and_imported(site: RunningApp, organizer: Visitor) -> None:
    people = "email,name,function\n" + "".join(f"p{number}@example.com,P{number},Sales\n" for number in range(4))

    empty = organizer.get(f"{HERE}/draw")
    wrong = organizer.post(f"{HERE}/draw", text="email,name\nnobody,X\n", seed="many")
    drawn = organizer.post(f"{HERE}/draw", text=people, seed="7")
    again = organizer.post(f"{HERE}/draw", text=people, seed="7")
    nobody = organizer.post(f"{HERE}/draw", text=f"email,name\n{ADA},Ada\n", seed="7")

    assert [each.status_code for each in (empty, wrong, drawn, nobody)] == [200, 422, 200, 409]
    assert mistakes(wrong) == {"seed": "The seed is a whole number from 0 to 999,999."}
    assert flash(drawn) == "Drawn with seed 7. Nothing is saved until you import."
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", drawn.text, re.DOTALL)
    assert text is not None
    assert text[0] == re.search(r"<textarea[^>]*>(.*?)</textarea>", again.text, re.DOTALL)[0]  # type: ignore[index]  # there
    imported = organizer.post(f"/organizer/weeks/{SLUG}/lists", text=unescape(text[1]), step="import")
    assert imported.status_code == 303
    assert "Team 2" in organizer.get(HERE).text
