"""Settings, read from the environment (`ASSEMBLY_WEEK_…`) and from a `.env` file."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import URL

from app.config import database, secret_files, smtp, unknown
from app.config.fields import CommaSeparated, Domains, Networks, Proxies, Secret
from app.config.former_names import FormerNames
from app.domain import rotation
from app.domain.text import hosts

PROJECT = Path(__file__).resolve().parents[2]
PREFIX = "ASSEMBLY_WEEK_"
SECRETS = ("database_url", "secret_key", "smtp_url", "oidc_client_secret")
"""Settings that may stand in a file, which a setting with `_file` behind the name leads to."""

BoardVisibility = Literal["signed-in", "public"]
LogFormat = Literal["text", "json"]


class Settings(BaseSettings):
    """Everything an installation can be told, checked as a whole; `.env.example` lists the same names.

    No secret is in its `repr`, its dumps or a validation error. Raises ValidationError; `sentences` puts it into words.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    data_dir: Path = Field(default=Path("data"), description="Where SQLite, keys and the demo keep their files")
    database_url: Secret = Field(default=None, description="SQLAlchemy form; empty = SQLite in DATA_DIR")
    database_url_file: Path | None = Field(default=None, description="A file that holds DATABASE_URL instead")
    public_url: str = Field(default="", description="The address people type; empty = what the request says")
    secret_key: SecretStr | None = Field(
        default=None, description="Signs links; on SQLite, empty = one kept in DATA_DIR"
    )
    secret_key_file: Path | None = Field(default=None, description="A file that holds SECRET_KEY instead")
    rules_file: Path | None = Field(default=None, description="Empty = scoring_rules.toml here, else the shipped one")
    rules_watch: bool | None = Field(default=None, description="Follow the rules file; default on SQLite only")
    board_visibility: BoardVisibility = Field(default="signed-in", description="Who sees boards: signed-in or public")
    max_streams: int = Field(default=6_000, ge=1, description="Live streams one server process holds at most")
    max_streams_per_address: int = Field(default=500, ge=1, description="Live streams from one address at most")
    display_scenes: CommaSeparated = Field(default=(), description="The display's scenes and seconds; empty = all")
    log_format: LogFormat = Field(default="text", description="One line an event: text or json")
    allow_http: bool = Field(default=False, description="Let people sign in without https, beyond this machine too")
    trusted_hosts: CommaSeparated = Field(
        default=(), description="Names this server answers to; empty = PUBLIC_URL's and its own"
    )
    trusted_proxies: Proxies = Field(default=(), description="Addresses and networks whose X-Forwarded-* headers count")
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="Where Slack’s methods are; a stand-in’s address in tests"
    )
    outbound_networks: Networks = Field(default=(), description="Private networks that webhooks and backfills may call")
    unread_body_days: int = Field(default=30, ge=1, le=3_650, description="Days unreadable deliveries keep their body")
    delivery_days: int = Field(
        default=400, ge=31, le=36_500, description="Days deliveries are listed that wait for nothing"
    )
    backup_dir: Path | None = Field(default=None, description="Where SQLite is backed up daily; empty = nowhere")
    backup_hour: int = Field(default=3, ge=0, le=23, description="The hour (UTC) from which the day's backup is due")
    backup_days: int = Field(default=7, ge=1, le=366, description="Days of which a backup is kept")
    backup_weeks: int = Field(default=4, ge=0, le=520, description="Weeks of which a backup is kept besides")
    smtp_url: Secret = Field(default=None, description="The mail server; empty = no sign-in links by email")
    smtp_url_file: Path | None = Field(default=None, description="A file that holds SMTP_URL instead")
    mail_from: str = Field(default="", description="The sender of messages, such as Assembly Week <week@example.com>")
    oidc_issuer: str = Field(default="", description="The OpenID provider's issuer; empty = no sign-in with it")
    oidc_client_id: str = Field(default="", description="What the provider calls this server")
    oidc_client_secret: Secret = Field(default=None, description="The client's secret; empty = public client")
    oidc_client_secret_file: Path | None = Field(default=None, description="A file that holds OIDC_CLIENT_SECRET")
    oidc_allowed_domains: Domains = Field(default=(), description="Email domains that may sign in; empty = any")
    oidc_label: str = Field(default="your company account", description="What the sign-in button calls the provider")
    oidc_trust_email: bool = Field(default=False, description="Believe emails the provider doesn’t call verified")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual sources and former names, after a warning for each variable that looks like ours and is none."""
        former: list[PydanticBaseSettingsSource] = []
        for source in (env_settings, dotenv_settings):
            if isinstance(source, EnvSettingsSource):
                unknown.warn(source.env_vars, settings_cls.model_fields, PREFIX)
                former.append(FormerNames(settings_cls, source.env_vars, PREFIX))
        return init_settings, env_settings, dotenv_settings, *former, file_secret_settings

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in SECRETS:
            if path := values.get(f"{name}_file"):
                values = values | {name: _secret_in(Path(path), name, is_given=bool(values.get(name)))}
        return values

    @field_validator("secret_key")
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        text = key.get_secret_value().strip()
        if flaw := secret_files.key_flaw(text):
            raise ValueError(f"{PREFIX}SECRET_KEY {flaw}. {secret_files.MAKE_KEY}.")
        return SecretStr(text)

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None:
            database.parse(address.get_secret_value())
        return address

    @field_validator("display_scenes")
    @classmethod
    def _check_scenes(cls, items: tuple[str, ...]) -> tuple[str, ...]:
        try:
            rotation.parse(items)
        except ValueError as flaw:
            raise ValueError(f"{PREFIX}DISPLAY_SCENES {flaw}.") from None
        return items

    @field_validator("smtp_url")
    @classmethod
    def _check_mail_server(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None:
            smtp.parse_server(address.get_secret_value())
        return address

    @field_validator("slack_api_url")
    @classmethod
    def _check_slack(cls, address: str) -> str:
        if flaw := hosts.https_flaw(address, plain=True) or ("has a “?”" if "?" in address else None):
            raise ValueError(f"{PREFIX}SLACK_API_URL {flaw}. It is an address such as https://slack.com/api/.")
        return address

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, issuer: str) -> str:
        flaw = hosts.https_flaw(issuer, plain=True) or ("has a “?”" if "?" in issuer else None)
        if issuer and flaw:
            raise ValueError(f"{PREFIX}OIDC_ISSUER {flaw}. It is an address such as https://login.example.com.")
        return issuer

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        """Refuse settings that make no sense together, all of them at once."""
        flaws = [*self._key_flaws(), *self._backup_flaws(), *self._mail_flaws(), *self._provider_flaws()]
        if flaws:
            raise ValueError(" ".join(flaws))
        return self

    def _key_flaws(self) -> list[str]:
        if self.on_sqlite or self.secret_key is not None:
            return []
        return [
            f"On PostgreSQL set {PREFIX}SECRET_KEY to 32 random characters or more, the same on each replica. "
            f"{secret_files.MAKE_KEY}."
        ]

    def _backup_flaws(self) -> list[str]:
        if self.on_sqlite or self.backup_dir is None:
            return []
        return [f"{PREFIX}BACKUP_DIR is for SQLite. Remove it, and back PostgreSQL up with pg_dump."]

    def _mail_flaws(self) -> list[str]:
        flaws = []
        if self.smtp_url is not None:
            try:
                smtp.parse_sender(self.mail_from)
            except ValueError as error:
                flaws.append(str(error))
        if self.smtp_url is not None and not self.public_url:
            flaws.append(f"Set {PREFIX}PUBLIC_URL to the address people type: links in messages lead there.")
        return flaws

    def _provider_flaws(self) -> list[str]:
        if not self.oidc_issuer or self.oidc_client_id:
            return []
        return [f"Set {PREFIX}OIDC_CLIENT_ID to what the provider calls this server."]

    def changed(self, **changes: object) -> Self:
        """These settings with some changed, checked like any others; the environment is not read again."""
        files = {f"{name}_file" for name in SECRETS}
        made = type(self).__new__(type(self))
        BaseModel.__init__(made, **(self.model_dump(exclude=files) | changes))  # any other way reads the environment
        return made

    @property
    def sqlalchemy_url(self) -> URL:
        """The database's address with its driver named; its text hides the password."""
        if self.database_url is None:
            return database.sqlite_url(self.data_dir / database.SQLITE_NAME)
        return database.parse(self.database_url.get_secret_value())

    @property
    def on_sqlite(self) -> bool:
        """True if the ledger lives in a SQLite file."""
        return self.sqlalchemy_url.drivername == "sqlite"

    @property
    def rules_path(self) -> Path:
        """The rules file that start-up reads and the watcher follows."""
        if self.rules_file is not None:
            return self.rules_file
        path = Path("scoring_rules.toml")
        return path if path.exists() else PROJECT / "scoring_rules.toml"

    @property
    def watches_rules(self) -> bool:
        """True if edits of the rules file become versions by themselves."""
        return self.on_sqlite if self.rules_watch is None else self.rules_watch


def _secret_in(path: Path, name: str, *, is_given: bool) -> str:
    variable = PREFIX + name.upper()
    if is_given:
        raise ValueError(f"Both {variable} and {variable}_FILE are set. Remove one of them.")
    try:
        return secret_files.read(path)
    except FileNotFoundError:
        raise ValueError(f"{variable}_FILE leads to {path}, and there’s no such file.") from None
    except ValueError as flaw:
        raise ValueError(f"{variable}_FILE leads to {path}, which {flaw}.") from None


def sentences(error: ValidationError) -> list[str]:
    """List the flaws of settings, a sentence for each, without the values."""
    return [
        str(each["ctx"]["error"])
        if each["type"] == "value_error"
        else f"{PREFIX}{str(each['loc'][0]).upper()}: {each['msg']}."
        for each in error.errors(include_input=False, include_url=False)
    ]
