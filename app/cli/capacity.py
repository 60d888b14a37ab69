"""`capacity`: how many people answer email, chats or calls in time."""

from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.domain.capacity import queue, simulation, wording
from app.domain.capacity.backlog import Backlog
from app.domain.capacity.queue import Load
from app.domain.rounding import half_up
from app.errors import Malformed
from app.services.capacity import questions
from app.services.capacity.questions import ChatQuestion, EmailQuestion
from app.services.validation import Flaws, as_problem, validate
from app.web.documents.capacity import chat_capacity_document, email_capacity_document

group = typer.Typer(help="Find how many people answer email, chats or calls in time.", no_args_is_help=True)

Shrinkage = Annotated[float, typer.Option(metavar="SHARE", help="The share of time for breaks, meetings, questions.")]


@command(group, "email")
def email(
    _voice: Voice,
    contacts: Annotated[str, typer.Argument(metavar="CONTACTS", help="Of each interval: 6,8,12,10.")],
    handling: Annotated[float, typer.Option(metavar="MINUTES", help="Minutes each takes.")],
    waiting: Annotated[int, typer.Option(metavar="N", help="Unanswered when the shift starts.")] = 0,
    interval: Annotated[int, typer.Option(metavar="MINUTES", help="Length of an interval.")] = 30,
    within: Annotated[float, typer.Option(metavar="MINUTES", help="The promise: minutes to an answer.")] = 60,
    shrinkage: Shrinkage = 0.15,
) -> Answer:
    """Find the people who answer a shift’s email within the promise."""
    fields = {
        "contacts": _numbers(contacts), "interval_min": interval, "waiting": waiting, "handling_min": handling,
        "answer_within_min": within, "shrinkage": shrinkage,
    }  # fmt: skip
    question = validate(EmailQuestion, fields)
    if isinstance(question, Flaws):
        raise as_problem(question)
    plan = questions.email(question)
    shift = Backlog(tuple(question.contacts), interval, waiting, handling, within, shrinkage)
    sentences = [wording.customers(shift.expected, None, None), wording.enough(shift, plan)]
    share = simulation.simulated_share(shift, plan.people - 1) if plan.people > 1 else None
    if share is not None and not wording.is_hopeless(plan):
        sentences.append(wording.fewer(plan.people - 1, share))
    return Answer({**email_capacity_document(plan)}, sentences)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise Malformed("CONTACTS must be numbers with commas between them, such as 6,8,12,10.") from None


@command(group, "chat")
def chat(
    _voice: Voice,
    contacts: Annotated[float, typer.Argument(metavar="CONTACTS", help="Chats or calls of a period.")],
    aht: Annotated[float, typer.Option(metavar="SECONDS", help="Seconds each takes.")],
    period: Annotated[float, typer.Option(metavar="SECONDS", help="Length of the period.")] = 1_800,
    within: Annotated[float, typer.Option(metavar="SECONDS", help="The promise: seconds to an answer.")] = 20,
    target: Annotated[float, typer.Option(metavar="SHARE", help="The share to answer in time.")] = 0.8,
    people: Annotated[int, typer.Option(metavar="N", help="People at work; 0 finds the fewest for the target.")] = 0,
    at_once: Annotated[int, typer.Option(metavar="N", help="Chats a person has at once.")] = 1,
    shrinkage: Shrinkage = 0.15,
) -> Answer:
    """Find the people who answer chats or calls in time (Erlang C), or how long customers of so many wait."""
    if not (0 < target < 1 and 0 <= shrinkage <= 0.9 and 1 <= at_once <= 20 and people >= 0):
        raise Malformed("--target lies between 0 and 1, --shrinkage between 0 and 0.9, --at-once between 1 and 20.")
    fields = {"contacts": contacts, "period_s": period, "aht_s": aht, "people": people or 1, "within_s": within}
    question = validate(ChatQuestion, fields)
    if isinstance(question, Flaws):
        raise as_problem(question)
    needed = people or queue.people_at_work(Load(contacts, period, aht), within, target)
    if needed is None:
        raise Malformed(f"That takes more than {queue.MOST_PEOPLE:,} people. Check the contacts and --aht.")
    waiting = questions.chat(question.model_copy(update={"people": needed}))
    planned = queue.scheduled(needed, shrinkage, at_once)
    document: dict[str, Any] = {**chat_capacity_document(waiting), "people": needed, "scheduled": planned}
    share = f"{half_up(waiting.service_level * 100, 0):.0f}%"
    who = "1 at work answers" if needed == 1 else f"{needed:,} at work answer"
    return Answer(
        document,
        [f"{who} {share} within {within:g} seconds. Plan {planned:,}, breaks included.", wording.HUNG_UP],
    )
