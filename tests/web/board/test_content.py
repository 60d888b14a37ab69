"""The content of a week that is followed equals the content made from scratch."""

import json

import pytest

from app.services.weeks import weeks
from app.web.board.trail import Trail
from app.web.boards import BoardSnapshot, serve_live
from app.web.documents import head_document
from app.web.documents.boards import standing_document
from tests.builders import CATS, DUA, OWLS, Game
from tests.live.test_fragments import applied
from tests.services.imports.test_undoing_teams import import_list, undo
from tests.services.standings.test_verification import History


class Reader:
    """Somebody who looks at a week again and again."""

    def __init__(self) -> None:
        self.audit_actions = Trail()
        self.seen: BoardSnapshot | None = None

    def style(self, game: Game) -> tuple[BoardSnapshot, BoardSnapshot]:
        """The board as it is followed, and as it is without knowing an earlier one."""
        with game.database.reading() as session:
            stamp = weeks.stamp(session, game.slug)
            self.seen = serve_live(session, stamp, game.now, self.seen, self.audit_actions)
            return self.seen, serve_live(session, stamp, game.now)


def contents(snapshot: BoardSnapshot) -> dict[str, bytes]:
    """The fragments of a board."""
    return snapshot.fragments.contents


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("seed", range(2))
def test_board_that_is_followed_shows_what_one_made_anew_shows(game: Game, seed: int) -> None:
    history, reader = History(game, seed), Reader()
    before: BoardSnapshot | None = None

    for _ in range(40):
        history.step()
        followed, anew = reader.style(history.game)

        assert followed.mark == anew.mark
        assert followed.json.body == anew.json.body
        assert followed.partial.body == anew.partial.body
        assert contents(followed) == contents(anew)
        if before is not None and (message := followed.fragments.since(before.fragments.position)) is not None:
            assert applied(contents(before), message) == contents(followed)
        before = followed


def test_open_board_is_sent_whole_without_a_team_that_went_with_its_import(game: Game) -> None:
    import_list(game)
    reader = Reader()
    before, _ = reader.style(game)

    undo(game)
    followed, anew = reader.style(game)

    assert (b"Foxes" in before.partial.body, b"Foxes" in followed.partial.body) == (True, False)
    assert followed.fragments.since(before.fragments.position) is None
    assert (followed.json.body, contents(followed)) == (anew.json.body, contents(anew))


def test_json_is_the_documents_of_the_head_and_of_every_team(game: Game) -> None:
    game.take()
    game.adjust(CATS, 5)

    snapshot, _ = Reader().style(game)

    board = snapshot.board
    expected = {**head_document(board.head), "standings": [standing_document(standing) for standing in board.standings]}
    assert json.loads(snapshot.json.body) == expected
    assert list(json.loads(snapshot.json.body)) == list(expected)
    assert snapshot.content.head == board.head


def test_fragments_of_one_activity_are_its_teams_row_and_the_parts_that_count_it(game: Game) -> None:
    reader = Reader()
    game.adjust(OWLS, 100)
    game.take(person=DUA)
    before, _ = reader.style(game)
    position = before.fragments.position
    game.take(person=DUA)

    after, _ = reader.style(game)

    changed = {name for name, html in contents(after).items() if html != contents(before)[name]}
    cats = game.team_id(CATS)
    assert changed == {f"score-{cats}", "headline", "tile-issue"}
    assert after.fragments.version == position.version + 1


def test_fragments_of_an_older_board_that_comes_late_are_no_step_of_the_trail(game: Game) -> None:
    reader = Reader()
    older, _ = reader.style(game)
    game.take()
    newer, _ = reader.style(game)

    positions = newer.fragments.position, older.fragments.position

    assert positions[0].epoch != positions[1].epoch
    assert newer.fragments.since(positions[1]) is None
