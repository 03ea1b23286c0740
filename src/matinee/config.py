"""Settings: read once at start from the environment (`MATINEE_*`), `.env` and `*_FILE` secrets.

A wrong value stops the start with one report of all problems, what was expected and an example. The rest of the code gets its own
section by constructor from bootstrap and never imports this module.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from matinee.infra.http.input.text import NAME
from matinee.infra.http.limits import LimitOptions
from matinee.infra.redis_address import parse as parse_redis_address

PREFIX = "MATINEE_"
Profile = Literal["development", "production", "test"]


class Settings(BaseSettings):
    """Every setting. The environment variable of a field is its name in capitals after `MATINEE_`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # process
    profile: Profile = Field("production", description="development, production or test.", examples=["production"])
    host: str = Field("127.0.0.1", description="Address to listen on.", examples=["192.168.1.5"])
    port: int = Field(8470, ge=0, le=65535, description="Port to listen on; 0 takes a free one.", examples=["8470"])
    base_path: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$", description="Prefix of every path.", examples=["/matinee"])
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses (CIDR) whose X-Forwarded-For counts.", examples=["10.0.0.0/8,127.0.0.1"]
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may read answers; * for any, without cookies.", examples=["https://tv.example"]
    )
    public_url: str = Field("", description="Address that people use, where it differs.", examples=["https://tv.example"])
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.", examples=["info"])
    data_dir: Path = Field(Path("data"), description="Folder for database, pictures, caches.", examples=["/var/lib/matinee"])

    # limits of the HTTP side
    body_limit: int = Field(1_048_576, ge=1024, description="Largest request body, bytes.", examples=["1048576"])
    allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses (CIDR) that are never blocked.", examples=["198.51.100.0/24"]
    )
    deny: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses (CIDR) that are always blocked.", examples=["203.0.113.0/24,2001:db8::/32"]
    )
    connections: int = Field(
        10_000, ge=16, description="Connections at once; beyond that new ones are closed.", examples=["10000"]
    )
    connections_per_address: int = Field(
        256, ge=1, description="Connections at once from one address; trusted proxies have no such limit.", examples=["256"]
    )
    request_timeout: float = Field(30, gt=0, description="Seconds to the first byte of an answer.", examples=["30"])
    shutdown_timeout: int = Field(20, ge=1, description="Seconds that running requests get at shutdown.", examples=["20"])

    # database
    database_url: SecretStr | None = Field(
        None, description="Database; SQLite in the data folder when unset.", examples=["postgresql://matinee@db/matinee"]
    )
    database_replicas: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Read replicas, separated by commas.", examples=["postgresql://matinee@replica/matinee"]
    )
    database_pool: int = Field(8, ge=1, le=200, description="Connections in each pool.", examples=["8"])
    redis_url: SecretStr | None = Field(
        None,
        description="Redis (one, behind Sentinel, or a cluster): several processes share one cache.",
        examples=["redis://redis:6379/0", "redis+sentinel://one:26379,two:26379/matinee/0", "redis+cluster://one:6379,two:6379"],
    )

    # cache
    cache_memory_bytes: int = Field(
        64 * 1024**2, ge=1024**2, description="Cap of the cache in memory, bytes.", examples=["67108864"]
    )
    cache_disk_bytes: int = Field(
        512 * 1024**2, ge=16 * 1024**2, description="Cap of the cache's file, bytes; unused with Redis.", examples=["536870912"]
    )
    answer_memory_bytes: int = Field(
        64 * 1024**2, ge=0, description="Cap of the encoded answers in memory, bytes; 0 keeps none.", examples=["67108864"]
    )
    limits: Annotated[dict[str, int], NoDecode] = Field(
        {},
        description="Requests by tier and class, where other than usual: a minute, 15 for sign_in, an hour for downloads.",
        examples=["free.miss=240,api.hit=100000,anonymous.sign_in=20"],
    )

    # accounts
    admin_name: Annotated[str, NAME] | None = Field(None, description="First admin.", examples=["ada"])
    admin_password: SecretStr | None = Field(None, description="Password of the first admin.", examples=["a long phrase"])
    audit_days: int = Field(365, ge=1, le=36_500, description="Days that the audit log is kept.", examples=["365"])
    secret_key: SecretStr | None = Field(
        None, description="Signs cursors and links; made and kept in the data folder when unset.", examples=["64 random letters"]
    )

    token_key: int = Field(
        1, ge=1, le=1_000_000, description="Number of the key that signs access tokens; the next one replaces it.", examples=["2"]
    )
    second_factor: Literal["offered", "admins"] = Field(
        "offered",
        description="Who needs a second factor: nobody, or administrators for what only they may do.",
        examples=["admins"],
    )
    plex_sign_in: Literal["off", "members", "anyone"] = Field(
        "off", description="Who may sign in with Plex: linked accounts, or anyone (who then gets one).", examples=["members"]
    )
    plex_url: Annotated[tuple[str, ...], NoDecode] = Field(
        ("https://plex.tv",), min_length=1, description="Addresses of Plex, tried in order.", examples=["https://plex.tv"]
    )
    plex_page_url: str = Field(
        "https://app.plex.tv/auth", description="Page where people confirm a sign-in.", examples=["https://app.plex.tv/auth"]
    )
    oidc: SecretStr | None = Field(
        None,
        description="Providers of sign-ins (OpenID Connect): a list in JSON.",
        examples=['[{"id": "home", "issuer": "https://id.example", "client_id": "matinee", "client_secret": "…"}]'],
    )
    private_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Private networks (CIDR) where addresses that users and other systems name may lead.",
        examples=["192.168.0.0/16"],
    )

    # library
    library_paths: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders of videos, separated as PATH is.", examples=["/media/films:/media/shows"]
    )
    watch: bool = Field(True, description="Watch the folders for changes.", examples=["true"])
    demo: bool = Field(False, description="Offer and install the demo library.", examples=["true"])
    demo_titles: int = Field(100, ge=1, le=100, description="How many demo titles at most.", examples=["20"])

    # catalogue
    tmdb_api_key: SecretStr | None = Field(None, description="TMDB v3 key or v4 token.", examples=["0123456789abcdef…"])
    tmdb_base_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        ("https://api.themoviedb.org/3",),
        min_length=1,
        description="Addresses of TMDB's API, tried in order.",
        examples=["https://api.themoviedb.org/3"],
    )
    tmdb_image_url: str = Field(
        "", description="Address of TMDB's pictures; what TMDB says when unset.", examples=["https://image.tmdb.org/t/p/"]
    )
    tmdb_rate: float = Field(20, gt=0, le=10_000, description="Requests a second that TMDB gets at most.", examples=["20"])
    language: str = Field(
        "en", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", description="Language of titles and overviews.", examples=["de", "pt-BR"]
    )
    region: str = Field("", pattern=r"^([A-Z]{2})?$", description="Country of releases and age ratings.", examples=["DE"])
    catalog_lifetimes: str = Field(
        "",
        description="Lifetimes in the cache, in place of the defaults: fresh, served while renewed, kept for failures.",
        examples=["trending=2h/4h/7d,search=10m/20m/1d"],
    )
    http_proxy: SecretStr | None = Field(
        None, description="Proxy for calls to other servers.", examples=["http://proxy.example:3128"]
    )
    probe_interval: float = Field(
        60, ge=5, le=3600, description="Seconds between looks at services that nobody uses.", examples=["60"]
    )
    cdn_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="Where pictures are fetched from, in place of this server; `…/cdn-cgi/image` for Cloudflare's own formats.",
        examples=["https://cdn.example"],
    )
    cloudflare_zone: str = Field(
        "",
        pattern=r"^([0-9a-f]{32})?$",
        description="Id of the zone, 32 hex digits (not its name).",
        examples=["0123456789abcdef…"],
    )
    cloudflare_token: SecretStr | None = Field(
        None, description="API token that may purge the zone's cache.", examples=["a token of Zone, Cache Purge"]
    )
    catalog_access: Literal["members", "public"] = Field(
        "members", description="Who may read the catalogue.", examples=["members"]
    )

    # playback
    ffmpeg: Path | None = Field(None, description="ffmpeg to use; else PATH, else the bundled one.", examples=["/usr/bin/ffmpeg"])
    max_transcodes: int = Field(2, ge=0, description="Transcodes at once in each process of the server.", examples=["2"])
    max_transcodes_per_user: int = Field(
        2, ge=0, description="Transcodes at once for one user, over all processes.", examples=["1"]
    )
    hardware_encoding: bool = Field(True, description="Use a hardware encoder when a trial proves it.", examples=["true"])
    segment_cache_bytes: int = Field(
        10 * 1024**3, ge=16 * 1024**2, description="Cap of the segment cache, bytes.", examples=["10737418240"]
    )
    image_cache_bytes: int = Field(1024**3, ge=1024**2, description="Cap of the image cache, bytes.", examples=["1073741824"])
    playback_hours: float = Field(12, gt=0, le=168, description="Lifetime of a playback link, hours.", examples=["12"])
    accel_prefix: str = Field("", description="Internal nginx location for X-Accel-Redirect.", examples=["/_media"])

    # jobs
    default_workers: int = Field(2, ge=1, le=64, description="Jobs of the default queue at once.", examples=["2"])
    media_workers: int = Field(1, ge=1, le=64, description="Jobs of the media queue at once.", examples=["1"])

    @field_validator(
        "trusted_proxies",
        "allow",
        "deny",
        "plex_url",
        "private_networks",
        "database_replicas",
        "tmdb_base_urls",
        "cors_origins",
        mode="before",
    )
    @classmethod
    def _commas(cls, value: Any) -> Any:  # Any: pydantic gives whatever the source held
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("library_paths", mode="before")
    @classmethod
    def _paths(cls, value: Any) -> Any:  # Any: as above
        return tuple(Path(part) for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("limits", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:  # Any: as above
        if not isinstance(value, str):
            return value
        changes = {name.strip(): int(number) for name, _, number in (part.partition("=") for part in value.split(",") if part)}
        LimitOptions.changed(changes)
        return changes

    @field_validator("trusted_proxies", "private_networks", "allow", "deny")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ip_network(part, strict=False)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:  # most installations have none, and need not load this
            return value
        from matinee.infra.http.edge.cross_origin import checked_origins

        return checked_origins(value)

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("sqlite:", "postgresql:", "postgres:", "postgresql+")):
            raise ValueError("must begin with sqlite: or postgresql:")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_redis_address(value.get_secret_value())
        return value

    @field_validator("oidc")
    @classmethod
    def _providers(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:  # as below
            from matinee.providers.oidc.settings import providers_of

            providers_of(value.get_secret_value())
        return value

    @field_validator("catalog_lifetimes")
    @classmethod
    def _lifetimes(cls, value: str) -> str:
        if value:  # most installations have none, and need not load this
            from matinee.features.catalog.cache import CatalogPolicies
            from matinee.features.catalog.policy import lifetimes

            CatalogPolicies.of(lifetimes(value))
        return value

    @field_validator("tmdb_api_key")
    @classmethod
    def _credential(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value().strip() if value is not None else ""
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("must be one word of ASCII characters")
        return SecretStr(text) if text else None

    @field_validator("tmdb_base_urls", "tmdb_image_url", "http_proxy", "cdn_url", "public_url", "plex_url", "plex_page_url")
    @classmethod
    def _addresses(cls, value: tuple[str, ...] | str | SecretStr | None) -> tuple[str, ...] | str | SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value or ()
        for part in (text,) if isinstance(text, str) and text else text:
            address = urlsplit(part)
            if address.scheme not in {"http", "https"} or not address.hostname or address.query or address.fragment:
                raise ValueError("must be an address such as https://host/path")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings

    @property
    def effective_database_url(self) -> str:
        """The database, with the embedded default filled in."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'matinee.db'}"


class _SecretFiles(PydanticBaseSettingsSource):
    """`MATINEE_X_FILE=/run/secrets/x` gives `x` the file's text without the last line break."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError([Problem(f"{field_name}_file", f"{path}: {error}", "a readable text file", path)]) from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong setting."""

    field: str
    message: str
    expected: str
    example: str

    def lines(self) -> str:
        return (
            f"  {PREFIX}{self.field.upper()}\n    problem:  {self.message}\n"
            f"    expected: {self.expected}\n    example:  {PREFIX}{self.field.upper()}={self.example}"
        )


class SettingsError(Exception):
    """The settings cannot be used; the message lists every problem."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        text = "\n".join(problem.lines() for problem in problems)
        super().__init__(f"{len(problems)} setting(s) cannot be used:\n{text}")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (of the command line) win. Raises `SettingsError` with all problems."""
    problems = []
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems = [_problem(item) for item in error.errors()]
        settings = None
    if settings is not None:
        problems += _combinations(settings)
    if problems or settings is None:
        raise SettingsError(problems)
    return settings


def masked(settings: Settings) -> dict[str, str]:
    """The effective values by environment variable, secrets as stars."""
    shown = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = "********"
        elif name == "library_paths":
            text = os.pathsep.join(map(str, value))
        else:
            text = ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        shown[f"{PREFIX}{name.upper()}"] = text
    return shown


def _problem(item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    name = str(item["loc"][0]) if item["loc"] else "settings"
    field = Settings.model_fields.get(name)
    secret = field is not None and "SecretStr" in str(field.annotation)
    given = "" if secret or item.get("input") is None else f" (given: {str(item['input'])[:80]!r})"
    examples = (field.examples if field else None) or [""]
    return Problem(name, f"{item['msg']}{given}", (field.description if field else None) or "a valid value", str(examples[0]))


def unknown_variables() -> list[str]:
    """Variables with our prefix that name no setting: most likely misspelt, so they are worth a warning."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {name + "_FILE" for name in known} | {f"{PREFIX}TEST_DATA"}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _combinations(settings: Settings) -> list[Problem]:
    problems = []
    if (settings.admin_name is None) != (settings.admin_password is None):
        missing = "admin_password" if settings.admin_password is None else "admin_name"
        problems.append(Problem(missing, "is missing", "name and password of the first admin together", "…"))
    if bool(settings.cloudflare_zone) != (settings.cloudflare_token is not None):
        missing = "cloudflare_token" if settings.cloudflare_token is None else "cloudflare_zone"
        problems.append(Problem(missing, "is missing", "zone and token together", "…"))
    if settings.cdn_url and settings.catalog_access != "public":
        # It fetches without credentials, and gives what it has to everybody.
        expected = "MATINEE_CATALOG_ACCESS=public beside it"
        problems.append(Problem("cdn_url", "the catalogue is for members only", expected, "https://cdn.example"))
    if settings.database_replicas and settings.effective_database_url.startswith("sqlite"):
        problems.append(
            Problem("database_replicas", "SQLite has no replicas", "MATINEE_DATABASE_URL on PostgreSQL", "postgresql://…")
        )
    return problems
