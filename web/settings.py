"""Everything that can be set, as one value read from a mapping of environment variables.

Only entry points read the real environment; tests pass a mapping of their own. A value that cannot be used
is refused here, by the name of its variable, so that nothing further in has to check it again.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.extractive.refusing import DEFAULT_MAX_WRONG, LEAST_MAX_WRONG
from web import variables
from web.limits import FORM_BYTES
from web.variables import SettingsError

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    articles: Path = Path("seeds")
    data_dir: Path = Path("data")
    database: str = ""
    """The address of a PostgreSQL database; empty: a file in the data folder."""
    index: str = ""
    """The address of a Milvus server; empty: FAISS and tantivy in the data folder."""
    companies: Path | None = None
    """A list of companies in place of the one that comes along."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes any free port."""
    embedding_model: str = "builtin"
    llm: str = ""
    """Empty: answers are extracted, without a language model."""
    max_wrong: float = DEFAULT_MAX_WRONG
    """The share of extractive answers that may be wrong; what is less sure is refused."""
    unsupported: str = "mark"
    """What becomes of a chat model's sentence that nothing bears out: "mark" or "cut"."""
    api_token: str = ""
    """Empty: nobody is asked for one."""
    max_upload_mb: int = 32
    feeds: tuple[str, ...] = ()
    """Addresses of feeds that the server polls."""
    feed_minutes: int = 30
    read_only: bool = False
    """Whoever has not the token may ask and read, and changes nothing."""
    visitor_questions: int = 20
    """How many questions a minute come through from one address without the token."""
    host_names: tuple[str, ...] = ()
    """The names by which the server is asked for, in lower case; empty: its own on loopback, any beyond."""
    trusted_proxy: str = ""
    """The address of a proxy whose word on who asks, and whether by TLS, is taken; empty: nobody's is."""
    log_level: str = "info"

    @classmethod
    def from_mapping(cls, env: Mapping[str, str]) -> "Settings":
        """The settings in `env`; what is missing or empty there has its default. Raises SettingsError."""
        default = cls()  # slots: the class itself does not keep the defaults
        return cls(
            articles=variables.folder(env, "ASSISTANT_ARTICLES", default.articles),
            data_dir=variables.folder(env, "ASSISTANT_DATA_DIR", default.data_dir),
            database=variables.database(env, "ASSISTANT_DATABASE"),
            index=variables.index(env, "ASSISTANT_INDEX"),
            companies=variables.file(env, "ASSISTANT_COMPANIES"),
            host=variables.host(env, "ASSISTANT_HOST", default.host),
            port=variables.whole_number(env, "ASSISTANT_PORT", default.port, 0, 65_535),
            embedding_model=variables.one_line(env, "ASSISTANT_EMBEDDING_MODEL", default.embedding_model),
            llm=variables.one_line(env, "ASSISTANT_LLM", default.llm),
            max_wrong=variables.share(env, "ASSISTANT_MAX_WRONG", default.max_wrong, LEAST_MAX_WRONG),
            unsupported=variables.one_of(env, "ASSISTANT_UNSUPPORTED", default.unsupported, ("mark", "cut")),
            api_token=variables.token(env, "ASSISTANT_API_TOKEN"),
            max_upload_mb=variables.whole_number(env, "ASSISTANT_MAX_UPLOAD_MB", default.max_upload_mb, 1, 4_096),
            feeds=variables.addresses(env, "ASSISTANT_FEEDS"),
            feed_minutes=variables.whole_number(env, "ASSISTANT_FEED_MINUTES", default.feed_minutes, 1, 10_080),
            read_only=variables.yes_or_no(env, "ASSISTANT_READ_ONLY", default.read_only),
            visitor_questions=variables.whole_number(
                env, "ASSISTANT_VISITOR_QUESTIONS", default.visitor_questions, 1, 100_000
            ),
            host_names=variables.host_names(env, "ASSISTANT_HOST_NAMES"),
            trusted_proxy=variables.ip_address(env, "ASSISTANT_TRUSTED_PROXY"),
            log_level=variables.one_of(env, "ASSISTANT_LOG_LEVEL", default.log_level, LOG_LEVELS),
        )

    @classmethod
    def names(cls) -> frozenset[str]:
        """Of all variables that are looked at."""
        asked = _Names()
        cls.from_mapping(asked)
        return frozenset(asked.asked)

    def check_listening(self) -> None:
        """Raises SettingsError where others could reach the server and nobody is asked for a token."""
        if not self.is_loopback and not self.api_token:
            raise SettingsError(
                f"ASSISTANT_HOST is {self.host!r}, which other machines can reach, and "
                "ASSISTANT_API_TOKEN is not set. Set a token, or listen on 127.0.0.1."
            )
        if self.trusted_proxy and not self.api_token:
            raise SettingsError(
                f"ASSISTANT_TRUSTED_PROXY is {self.trusted_proxy!r}, through which others can reach the server, and "
                "ASSISTANT_API_TOKEN is not set. Set a token."
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def served_names(self) -> frozenset[str]:
        """The names of hosts that are answered for, in lower case; empty: any."""
        own = OWN_NAMES | {self.host.lower()} if self.is_loopback else frozenset[str]()
        return own.union(self.host_names)

    @property
    def needs_token(self) -> bool:
        """Whether there is anything that is not for everybody."""
        return bool(self.api_token) or self.read_only

    @property
    def cuts_unsupported(self) -> bool:
        return self.unsupported == "cut"

    @property
    def max_request_bytes(self) -> int:
        """What an upload may have, and what a form adds around its files."""
        return self.max_upload_mb * 1024**2 + FORM_BYTES


class _Names(dict[str, str]):
    """An empty mapping that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # no other form of it is used
        self.asked.add(name)
        return default
