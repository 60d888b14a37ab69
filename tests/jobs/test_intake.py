"""Processing beside a storm: answers come first, and nothing that was stored is missed."""

import asyncio
from contextlib import suppress

import pytest

from app.events import DeliveryStored
from app.jobs.intake import Intake
from app.services.intake import connections, deliveries
from app.services.intake.deliveries import Incoming
from app.services.operations.secrets import SigningKey
from tests.builders import NOW, SIGNING_KEY, Game, act_by
from tests.web.running_app import SettableClock


class StormyIntake(Intake):
    """Processes five transactions full, and hears of more during the first two of them."""

    def __init__(self, game: Game, rested: list[float]) -> None:
        async def rest(seconds: float) -> None:
            rested.append(seconds)

        super().__init__(game.database, SettableClock(NOW), rest=rest)
        self.transactions = 0

    def process_some(self) -> bool:
        """Tell of more until the third."""
        self.transactions += 1
        if self.transactions <= 2:
            self.notify(DeliveryStored())
        return self.transactions < 5


@pytest.mark.parametrize("engine", ["sqlite"])
def test_run_rests_after_each_transaction_during_which_more_came(game: Game) -> None:
    with game.database.unit_of_work() as session:
        connection = connections.connect(session, SigningKey(SIGNING_KEY), "linear", act_by("Gus")).connection
        deliveries.store(session, Incoming(connection.id, [], b"{}", NOW, "e"))
    rested: list[float] = []
    intake = StormyIntake(game, rested)

    async def run() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                running = asyncio.create_task(intake.run())
                while intake.transactions < 5:
                    await asyncio.sleep(0.01)
                running.cancel()

    asyncio.run(run())

    assert (intake.transactions, len(rested)) == (5, 2)
