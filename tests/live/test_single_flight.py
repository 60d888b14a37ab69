"""Single flights: shared runs, and their end with the server."""

import asyncio

from app.live import single_flight
from app.live.single_flight import SingleFlight


def test_end_all_ends_the_run_that_is_on_and_the_one_that_waits_for_it() -> None:
    seen: list[str] = []

    async def run() -> None:
        seen.append("begun")
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)  # something to tidy up
            seen.append("ended")

    async def play() -> list[bool]:
        flight = SingleFlight(run)
        tasks = [flight.ask(), flight.ask()]
        await asyncio.sleep(0)
        await single_flight.end_all()
        return [task.done() for task in tasks]

    assert asyncio.run(play()) == [True, True]
    assert seen == ["begun", "ended"]
