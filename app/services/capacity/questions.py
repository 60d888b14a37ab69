"""Questions about capacity: every figure with its bounds, so that no answer takes long."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.capacity import queue, simulation
from app.domain.capacity.backlog import Backlog, needs
from app.domain.capacity.queue import MOST_PEOPLE, Load, Waiting
from app.domain.capacity.simulation import Plan
from app.errors import Malformed

MOST_INTERVALS = 48
MOST_MESSAGES = 10_000
"""Of a shift, those that wait included: each is simulated many times."""
_STRICT = ConfigDict(extra="forbid", strict=True)

Contacts = Annotated[float, Field(ge=0, le=MOST_MESSAGES, allow_inf_nan=False)]
HandlingMin = Annotated[float, Field(ge=0.1, le=480, allow_inf_nan=False, description="Minutes each takes.")]
WithinMin = Annotated[float, Field(ge=1, le=10_080, allow_inf_nan=False, description="Minutes promised for an answer.")]
Shrinkage = Annotated[
    float, Field(ge=0, le=0.9, allow_inf_nan=False, description="The share of time for breaks, meetings and questions.")
]


class EmailQuestion(BaseModel):
    """A shift's email: contacts of each interval, and what is promised."""

    model_config = _STRICT

    contacts: Annotated[list[Contacts], Field(min_length=1, max_length=MOST_INTERVALS)]
    interval_min: Annotated[int, Field(ge=1, le=1_440)] = 30
    waiting: Annotated[int, Field(ge=0, le=MOST_MESSAGES, description="Unanswered when the shift starts.")] = 0
    handling_min: HandlingMin
    answer_within_min: WithinMin = 60
    shrinkage: Shrinkage = 0.15


class ChatQuestion(BaseModel):
    """Chats or calls of a period, and the people who take them."""

    model_config = _STRICT

    contacts: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    period_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)]
    aht_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False, description="Seconds each takes.")]
    people: Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
    within_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


def email(question: EmailQuestion) -> Plan:
    """People for a shift's email. Raises Malformed where that would be more messages or people than can be planned."""
    shift = Backlog(
        tuple(question.contacts),
        question.interval_min,
        question.waiting,
        question.handling_min,
        question.answer_within_min,
        question.shrinkage,
    )
    return plan(shift)


def plan(shift: Backlog) -> Plan:
    """People for a shift. Raises Malformed where that would be more messages or people than can be planned."""
    if shift.expected > MOST_MESSAGES:
        message = f"“contacts” and “waiting” must be at most {MOST_MESSAGES:,} together. Split the shift."
        raise Malformed(message, errors=[{"field": "contacts", "message": message}])
    if needs(shift).people > MOST_PEOPLE:
        message = f"That takes more than {MOST_PEOPLE:,} people. Check “handling_min” and “answer_within_min”."
        raise Malformed(message, errors=[{"field": "handling_min", "message": message}])
    return simulation.plan(shift)


def chat(question: ChatQuestion) -> Waiting:
    """The waiting of customers of a chat or a phone line."""
    return queue.waiting(Load(question.contacts, question.period_s, question.aht_s), question.people, question.within_s)
