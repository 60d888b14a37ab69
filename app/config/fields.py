"""Types of settings: lists that people write with commas, and secrets."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from app.domain.text import emails


def _split(value: object) -> object:
    return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _checked(check: Callable[[str], str]) -> AfterValidator:
    """Check each item of a list, and put what `check` returns in its place."""
    return AfterValidator(lambda items: tuple(check(item) for item in items))


def _domain(item: str) -> str:
    if not emails.is_domain(item):
        raise ValueError(
            f"ASSEMBLY_WEEK_OIDC_ALLOWED_DOMAINS names “{item}”, which isn’t a domain such as example.com."
        )
    return item.lower()


def _proxy(item: str) -> str:
    flaw = "isn’t an address or a network such as 10.1.2.0/24"
    try:
        # As strict as uvicorn, which takes a network with host bits for a name and then believes nobody.
        if item != "*" and ip_network(item).prefixlen > 0:
            return item
        flaw = "would believe everyone’s headers"
    except ValueError:
        pass
    raise ValueError(f"ASSEMBLY_WEEK_TRUSTED_PROXIES must name the proxies’ addresses: “{item}” {flaw}.")


def _network(item: str) -> str:
    try:
        return str(ip_network(item))
    except ValueError:
        raise ValueError(
            f"ASSEMBLY_WEEK_OUTBOUND_NETWORKS names “{item}”, which isn’t a network such as 10.1.2.0/24."
        ) from None


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Domains = Annotated[CommaSeparated, _checked(_domain)]
Networks = Annotated[CommaSeparated, _checked(_network)]
Proxies = Annotated[CommaSeparated, _checked(_proxy)]
Secret = Annotated[SecretStr | None, BeforeValidator(_none_if_empty)]
