"""Cards become due and reviews are deleted while a worker runs, by the game's clock."""

from functools import partial

from sqlmodel import func, select

from app.jobs import quality
from app.jobs.worker import Job, Worker
from app.models import AnswerReview, KnowledgeCard
from app.services.cards import aging
from app.services.reviews import retention
from tests.builders import ADA, DUA, Game, moment
from tests.jobs.test_worker import LOOK, run_until
from tests.services.cards.test_cards import card, verify
from tests.services.reviews.test_reviews import answer, ask, join
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import SettableClock


def test_a_worker_makes_cards_due_and_deletes_reviews_90_days_after(game: Game) -> None:
    plan, clock = Plan(game), SettableClock(moment("2022-12-20 08:00"))
    verify(plan, card(plan))
    join(plan, ADA, author=True)
    join(plan, DUA, reviewer=True)
    ask(plan, ADA, answer(plan))
    game.close()
    handlers = [
        Job(aging.LOOK, partial(quality.look, game.database, clock)),
        Job(retention.FORGET, partial(quality.forget, game.database, clock)),
    ]

    def is_done() -> bool:
        with game.database.reading() as session:
            state = session.exec(select(KnowledgeCard.state)).one()
            return state == "due" and session.exec(select(func.count()).select_from(AnswerReview)).one() == 0

    daily = {aging.LOOK: 0, retention.FORGET: 0}

    run_until(is_done, Worker(game.database, clock, handlers, daily=daily, look=LOOK))
