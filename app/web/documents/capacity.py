"""Capacity: people for a shift's email, and how customers of a chat wait."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain import rounding
from app.domain.capacity.queue import Waiting
from app.domain.capacity.simulation import Plan


class EmailCapacity(TypedDict):
    """People for a shift's email: what each reason asks for before rounding, and the share then answered in time.

    `simulated_share` is null where nobody writes.
    """

    keep_up: Annotated[float, Field(examples=[3.737024])]
    window: Annotated[float, Field(examples=[2.411765])]
    backlog: Annotated[float, Field(examples=[0.882353])]
    people: Annotated[int, Field(examples=[4])]
    simulated_share: Annotated[float | None, Field(examples=[0.99])]


class ChatCapacity(TypedDict):
    """The waiting of customers of a chat or a phone line, if nobody hangs up.

    Where people are no more than the work (`erlangs`), the queue grows without end: `stable` is false, nobody is
    answered in time and `average_wait_s` is null.
    """

    erlangs: Annotated[float, Field(examples=[10.0])]
    wait_probability: Annotated[float, Field(examples=[0.1741])]
    service_level: Annotated[float, Field(examples=[0.8884])]
    average_wait_s: Annotated[float | None, Field(examples=[7.8])]
    occupancy: Annotated[float, Field(examples=[0.7143])]
    stable: bool


def email_capacity_document(plan: Plan) -> EmailCapacity:
    """People for a shift as they are given."""
    return {
        "keep_up": rounding.plain(plan.needs.keep_up),
        "window": rounding.plain(plan.needs.window),
        "backlog": rounding.plain(plan.needs.backlog),
        "people": plan.people,
        "simulated_share": None if plan.share is None else rounding.share(plan.share),
    }


def chat_capacity_document(waiting: Waiting) -> ChatCapacity:
    """Waiting as it is given."""
    average = waiting.average_wait_s
    return {
        "erlangs": rounding.plain(waiting.erlangs),
        "wait_probability": rounding.share(waiting.wait_probability),
        "service_level": rounding.share(waiting.service_level),
        "average_wait_s": None if average is None else rounding.seconds(average),
        "occupancy": rounding.share(waiting.occupancy),
        "stable": waiting.is_stable,
    }
