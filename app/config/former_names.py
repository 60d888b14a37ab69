"""Names that settings had before: each still counts for one release, and says what it is called now."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

FORMER_NAMES = {
    "most_streams": "max_streams",
    "most_streams_per_address": "max_streams_per_address",
    "plain_http": "allow_http",
    "oidc_domains": "oidc_allowed_domains",
    "oidc_name": "oidc_label",
    "oidc_vouches": "oidc_trust_email",
}
"""Former to present names; to be emptied with the release after 0.2."""

logger = logging.getLogger(__name__)


class FormerNames(PydanticBaseSettingsSource):
    """Read settings under their former names, with a warning for each; a present name always wins."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str | None], prefix: str) -> None:
        super().__init__(settings_cls)
        self._values = {name.lower(): value for name, value in variables.items() if value}
        self._prefix = prefix

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of the setting's former name, None without one."""
        former = next((former for former, present in FORMER_NAMES.items() if present == field_name), "")
        return self._values.get(f"{self._prefix}{former}".lower()), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what stands under former names, by present name."""
        values: dict[str, Any] = {}
        for former, present in FORMER_NAMES.items():
            value, _, _ = self.get_field_value(self.settings_cls.model_fields[present], present)
            if value is not None:
                names = f"{self._prefix}{former.upper()}", f"{self._prefix}{present.upper()}"
                logger.warning("%s is now %s. The old name stops working with the next release; rename it.", *names)
                values[present] = value
        return values
