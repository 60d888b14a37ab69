from tests.builders import Game
def test_x(game: Game) -> None:
    assert game.board().headline
    game.take()
    assert game.points() == {"Owls": 5, "Cats": 0}
    assert game.verify() == []
