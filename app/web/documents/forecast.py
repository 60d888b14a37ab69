"""The forecast: contacts to come, and how good forecasts were."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain import rounding
from app.domain.forecast.accuracy import Accuracy
from app.services.exports.csv_text import moment
from app.services.forecasts.contacts import Outcome
from app.services.forecasts.forecasts import Forecast, Item
from app.web.documents.values import Moment


class ForecastAccuracy(TypedDict):
    """The misses of forecasts of the last four weeks, each made a week ahead; null where nobody wrote.

    `wape` and `naive_wape`, of “as last week”, are shares of all contacts, `bias` is above 0 where forecasts were too
    high, `floor` is what chance alone leaves.
    """

    wape: Annotated[float | None, Field(examples=[0.2104])]
    bias: Annotated[float | None, Field(examples=[-0.0312])]
    naive_wape: Annotated[float | None, Field(examples=[0.2871])]
    floor: Annotated[float | None, Field(examples=[0.1982])]


class ForecastItem(TypedDict):
    """The forecast of an interval: four times in five contacts lie between `low` and `high`.

    With under four `weeks` of history they are the fewest and the most that were seen; without any all three are null.
    `people` is null while nobody has saved how the channel is answered.
    """

    starts_at: Moment
    contacts: Annotated[float | None, Field(examples=[8.5])]
    low: Annotated[int | None, Field(examples=[5])]
    high: Annotated[int | None, Field(examples=[13])]
    weeks: Annotated[int, Field(examples=[8])]
    note: Annotated[str | None, Field(examples=["a guess from 2 weeks"])]
    people: Annotated[int | None, Field(examples=[4])]


class ForecastDocument(TypedDict):
    """A forecast; `accuracy` is null with under twelve weeks of history."""

    method: Literal["mean", "momentum"]
    items: list[ForecastItem]
    accuracy: ForecastAccuracy | None


class ImportedContacts(TypedDict):
    """Intervals that are new, that changed, and that were so before."""

    added: int
    changed: int
    unchanged: int


def forecast_document(found: Forecast) -> ForecastDocument:
    """A forecast as it is given."""
    model = found.learned.model
    return {
        "method": model.method,
        "items": [_item(each) for each in found.items],
        "accuracy": None if model.accuracy is None else accuracy_document(model.accuracy),
    }


def _item(item: Item) -> ForecastItem:
    estimate = item.estimate
    return {
        "starts_at": moment(item.interval.starts_at),
        "contacts": None if estimate.contacts is None else rounding.plain(estimate.contacts),
        "low": estimate.low,
        "high": estimate.high,
        "weeks": estimate.weeks,
        "note": item.note,
        "people": item.people,
    }


def accuracy_document(accuracy: Accuracy) -> ForecastAccuracy:
    """An accuracy as it is given."""
    return {
        "wape": None if accuracy.wape is None else rounding.share(accuracy.wape),
        "bias": None if accuracy.bias is None else rounding.share(accuracy.bias),
        "naive_wape": None if accuracy.naive_wape is None else rounding.share(accuracy.naive_wape),
        "floor": None if accuracy.floor is None else rounding.share(accuracy.floor),
    }


def imported_document(outcome: Outcome) -> ImportedContacts:
    """The outcome of an import as it is given."""
    return {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
