"""Forms of the forecast: how a channel is answered, a marked day, contacts to import."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from app.domain.forecast.intervals import CHANNELS, Channel
from app.services.forecasts import days
from app.services.forecasts.days import DayKind
from app.services.forecasts.plans import USUAL, Answering, bounds_of
from app.web.http.fields import Day, MaxLength, optional
from app.web.http.forms import Form, FormInvalid
from app.web.organizer.import_form import ImportForm


def channel_typed(text: str) -> Channel:
    """A channel in an address; email for what is none."""
    return next((each for each in CHANNELS if each == text), "email")


def _number(text: object) -> float:
    try:
        value = float(str(text).strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not -1e9 < value < 1e9:
        raise ValueError("Write a number, such as 9.")
    return value


Figure = Annotated[float, BeforeValidator(_number)]


OfChannel = Annotated[Channel, BeforeValidator(lambda text: channel_typed(str(text)))]
"""The channel whose page it was sent from, which is shown again."""


class AnsweringForm(Form):
    """The way a channel is answered: minutes an answer takes, minutes or seconds promised, shares in percent."""

    channel: OfChannel = "email"
    handling: Figure
    within: Figure
    shrinkage: Figure
    target: Figure = 80
    at_once: Figure = 1
    step: str = "save"

    @property
    def answering(self) -> Answering:
        """The figures as they are kept. Raises FormInvalid for those out of their bounds."""
        second = 60 if self.channel == "email" else 1
        found = Answering(
            round(self.handling * 60), round(self.within * second), round(self.shrinkage), round(self.target),
            round(self.at_once),
        )  # fmt: skip
        names = {"handling_s": "handling", "within_s": "within"}
        units = {"handling_s": 60, "within_s": second}
        errors = {}
        for name, (least, most) in bounds_of(self.channel).items():
            if not least <= getattr(found, name) <= most:
                unit = units.get(name, 1)
                errors[names.get(name, name)] = f"Write a number from {least / unit:,g} to {most / unit:,g}."
        if errors:
            raise FormInvalid(errors)
        return found


def typed(channel: Channel, answering: Answering) -> dict[str, str]:
    """The form's values for a way to answer."""
    second = 60 if channel == "email" else 1
    return {
        "channel": channel,
        "handling": f"{answering.handling_s / 60:g}",
        "within": f"{answering.within_s / second:g}",
        "shrinkage": str(answering.shrinkage),
        "target": str(answering.target),
        "at_once": str(answering.at_once),
    }


def usual(channel: Channel, saved: Mapping[str, Answering]) -> Answering:
    """The way a channel is answered: as saved, or as a form begins."""
    return saved.get(channel, USUAL[channel])


class DayForm(Form):
    """A day to mark."""

    day: Day
    kind: DayKind = "holiday"
    name: Annotated[str, MaxLength(days.LONGEST_NAME), optional(days.check_name)] = ""
    channel: OfChannel = "email"


class UnmarkForm(Form):
    """A day whose mark is to go."""

    day: Day
    channel: OfChannel = "email"


class ContactsForm(ImportForm):
    """Contacts to import, pasted or as a file."""

    channel: OfChannel = "email"
