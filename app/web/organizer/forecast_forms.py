"""Forms of the forecast: how a channel is answered, a marked day, contacts to import."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from app.domain.forecast.intervals import CHANNELS, Channel
from app.services.forecasts import days
from app.services.forecasts.days import DayKind
from app.services.forecasts.plans import USUAL, Answering, bounds_of
from app.web.http.fields import Day, MaxLength, optional
from app.web.http.forms import Form
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


def _figure(name: str) -> BeforeValidator:
    """A check of a figure against the bounds of its channel, which are seconds where the form may have minutes."""

    def check(text: object, info: ValidationInfo) -> float:
        value, channel = _number(text), info.data.get("channel", "email")
        unit = 60 if name == "handling_s" or (name == "within_s" and channel == "email") else 1
        least, most = bounds_of(channel)[name]
        if not least <= round(value * unit) <= most:
            raise ValueError(f"Write a number from {least / unit:,g} to {most / unit:,g}.")
        return value

    return BeforeValidator(check)


OfChannel = Annotated[Channel, BeforeValidator(lambda text: channel_typed(str(text)))]
"""The channel whose page it was sent from, which is shown again."""
OfWeek = Annotated[str, MaxLength(40)]
"""The week whose page it was sent from, by its slug; empty for the one at hand."""


class AnsweringForm(Form):
    """The way a channel is answered: minutes an answer takes, minutes or seconds promised, shares in percent."""

    channel: OfChannel = "email"
    week: OfWeek = ""
    handling: Annotated[float, _figure("handling_s")]
    within: Annotated[float, _figure("within_s")]
    shrinkage: Annotated[float, _figure("shrinkage")]
    target: Annotated[float, _figure("target")] = 80
    at_once: Annotated[float, _figure("at_once")] = 1
    step: str = "save"

    @property
    def answering(self) -> Answering:
        """The figures as they are kept."""
        second = 60 if self.channel == "email" else 1
        return Answering(
            round(self.handling * 60), round(self.within * second), round(self.shrinkage), round(self.target),
            round(self.at_once),
        )  # fmt: skip


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
    week: OfWeek = ""


class UnmarkForm(Form):
    """A day whose mark is to go."""

    day: Day
    channel: OfChannel = "email"
    week: OfWeek = ""


class ContactsForm(ImportForm):
    """Contacts to import, pasted or as a file."""

    channel: OfChannel = "email"
    week: OfWeek = ""
