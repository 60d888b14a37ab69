"""Settings, read from the environment (`ASSEMBLY_WEEK_…`) and from a `.env` file."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[1]

BoardVisibility = Literal["signed-in", "public"]


class Settings(BaseSettings):
    """Everything an installation can be told; `.env.example` lists the same names."""

    model_config = SettingsConfigDict(
        env_prefix="ASSEMBLY_WEEK_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(default=Path("data"), description="Where SQLite, keys and the demo keep their files")
    database_url: str = Field(default="", description="SQLAlchemy form; empty = SQLite in DATA_DIR")
    public_url: str = Field(default="", description="The address people type; empty = what the request says")
    secret_key: str = Field(default="", description="Signs cookies; made and kept in DATA_DIR when empty on SQLite")
    rules_file: Path | None = Field(default=None, description="Empty = scoring_rules.toml here, else the shipped one")
    rules_watch: bool | None = Field(default=None, description="Follow the rules file; default on SQLite only")
    board_visibility: BoardVisibility = Field(default="signed-in", description="Who sees boards: signed-in or public")
    most_streams: int = Field(default=6_000, ge=1, description="Live streams one server process holds at most")
    most_streams_per_address: int = Field(default=500, ge=1, description="Live streams from one address at most")
    display_scenes: str = Field(default="", description="The display's scenes and seconds; empty = all, in their order")
    plain_http: bool = Field(default=False, description="Let people sign in without https, beyond this machine too")
    trusted_hosts: str = Field(default="", description="Names this server answers to; empty = PUBLIC_URL's and its own")
    trusted_proxies: str = Field(default="", description="Addresses whose X-Forwarded-* headers count, comma-separated")
    smtp_url: str = Field(default="", repr=False, description="The mail server; empty = no sign-in links by e-mail")
    mail_from: str = Field(default="", description="The sender of messages, such as Assembly Week <week@example.com>")
    oidc_issuer: str = Field(default="", description="The OpenID provider's issuer; empty = no sign-in with it")
    oidc_client_id: str = Field(default="", description="What the provider calls this installation")
    oidc_client_secret: str = Field(default="", repr=False, description="The client's secret; empty = public client")
    oidc_domains: str = Field(default="", description="E-mail domains that may sign in, comma-separated; empty = any")
    oidc_name: str = Field(default="your company account", description="What the sign-in button calls the provider")
    oidc_vouches: bool = Field(default=False, description="Believe e-mails the provider does not call verified")

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with its driver named."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'assembly-week.sqlite3'}"
        scheme, separator, rest = self.database_url.partition("://")
        if scheme in {"postgresql", "postgres"}:
            return f"postgresql+psycopg{separator}{rest}"
        return self.database_url

    @property
    def on_sqlite(self) -> bool:
        """Whether the ledger lives in a SQLite file."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def rules_path(self) -> Path:
        """The rules file that start-up reads and the watcher follows."""
        if self.rules_file is not None:
            return self.rules_file
        here = Path("scoring_rules.toml")
        return here if here.exists() else PROJECT / "scoring_rules.toml"

    @property
    def watches_rules(self) -> bool:
        """Whether edits of the rules file become versions by themselves."""
        return self.on_sqlite if self.rules_watch is None else self.rules_watch
