"""Identity lists: imported with a few looks at the database, and what waited is credited."""

import pytest
from sqlmodel import col, select

from app.models import AuditEntry
from app.services.imports import doors, identity_import
from app.services.imports.identity_import import Outcome
from app.services.imports.lists import ListRefused
from tests.builders import ADA, Game
from tests.cost import statements_to
from tests.integrations.sources.samples import GITHUB
from tests.services.intake.inbox import Inbox


def apply(game: Game, *rows: str) -> Outcome:
    found = identity_import.read("\n".join(("source,external_id,email", *rows)))
    with game.database.unit_of_work() as session:
        return identity_import.apply(session, found, game.act)


def test_many_lines_take_as_many_looks_as_few(game: Game) -> None:
    Inbox(game.database).connect("linear")
    rows = [f"linear,u-{number},{ADA}" for number in range(330)]
    apply(game, f"linear,warm,{ADA}")

    with statements_to(game.database) as few:
        outcomes = [apply(game, *rows[:30])]
    with statements_to(game.database) as many:
        outcomes.append(apply(game, *rows[30:]))

    looked = [sum(each.lstrip().upper().startswith("SELECT") for each in statements) for statements in (few, many)]
    assert (outcomes, looked[1]) == ([Outcome(30, 0), Outcome(300, 0)], looked[0])
    with game.database.reading() as session:
        named = session.exec(select(AuditEntry.after).where(col(AuditEntry.action) == "author.named")).all()
    assert (len(named), any("u-329" in (each or "") for each in named)) == (331, True)


def test_mistakes_in_reading_and_in_judging_are_told_at_once(game: Game) -> None:
    Inbox(game.database).connect("github")
    rows = ("github,1.2E+05,ada@example.com", "github,@x,nobody@example.com", f"github,@ada,{ADA}")
    text = "\n".join(("source,external_id,email", *rows))

    with pytest.raises(ListRefused) as refused:
        doors.run(game.database, "identities", "", text, None, game.act)

    assert [error["line"] for error in refused.value.extra["errors"]] == [2, 3]


def test_what_waits_is_credited_and_a_line_given_twice_counts_once(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("github")
    waiting = inbox.take("github", GITHUB)
    [author] = [inbox.find(waiting).author]

    outcome = apply(game, f"github,{author},{ADA}", f"github, {author} ,Ada <{ADA.upper()}>")
    inbox.process()

    assert (outcome, inbox.state(waiting)) == (Outcome(1, 1), "recorded")
