"""Everything that can be set, as one value read from a mapping of environment variables.

Only entry points read the real environment; tests pass a mapping of their own. A value that cannot be used
is refused here, by the name of its variable, so that nothing further in has to check it again.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.extractive.refusing import DEFAULT_MAX_WRONG, LEAST_MAX_WRONG
from index.text.canonical import is_web_address
from web.limits import FORM_BYTES

LOG_LEVELS = ("debug", "info", "warning", "error")
MAX_FEEDS = 100
MAX_ADDRESS_CHARS = 2_000


class SettingsError(Exception):
    """A variable has a value that cannot be used; the text names it, the value and what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    articles: Path = Path("seeds")
    data_dir: Path = Path("data")
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
            articles=_folder(env, "ASSISTANT_ARTICLES", default.articles),
            data_dir=_folder(env, "ASSISTANT_DATA_DIR", default.data_dir),
            host=_host(env, "ASSISTANT_HOST", default.host),
            port=_whole_number(env, "ASSISTANT_PORT", default.port, 0, 65_535),
            embedding_model=_one_line(env, "ASSISTANT_EMBEDDING_MODEL", default.embedding_model),
            llm=_one_line(env, "ASSISTANT_LLM", default.llm),
            max_wrong=_share(env, "ASSISTANT_MAX_WRONG", default.max_wrong, LEAST_MAX_WRONG),
            unsupported=_one_of(env, "ASSISTANT_UNSUPPORTED", default.unsupported, ("mark", "cut")),
            api_token=_token(env, "ASSISTANT_API_TOKEN"),
            max_upload_mb=_whole_number(env, "ASSISTANT_MAX_UPLOAD_MB", default.max_upload_mb, 1, 4_096),
            feeds=_addresses(env, "ASSISTANT_FEEDS"),
            feed_minutes=_whole_number(env, "ASSISTANT_FEED_MINUTES", default.feed_minutes, 1, 10_080),
            read_only=_yes_or_no(env, "ASSISTANT_READ_ONLY", default.read_only),
            visitor_questions=_whole_number(env, "ASSISTANT_VISITOR_QUESTIONS", default.visitor_questions, 1, 100_000),
            host_names=_host_names(env, "ASSISTANT_HOST_NAMES"),
            trusted_proxy=_ip_address(env, "ASSISTANT_TRUSTED_PROXY"),
            log_level=_one_of(env, "ASSISTANT_LOG_LEVEL", default.log_level, LOG_LEVELS),
        )

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


def _refuse(name: str, value: str, expected: str) -> SettingsError:
    return SettingsError(f"{name} is {value!r}; expected {expected}.")


def _folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    value = env.get(name, "")
    if not value:
        return default
    try:
        is_file = "\0" in value or Path(value).is_file()
    except OSError:  # a name that is too long
        is_file = True
    if is_file:
        raise _refuse(name, value, "a folder")
    return Path(value)


def _host(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, "").removeprefix("[").removesuffix("]")
    if not value:
        return default
    if not _is_host(value):
        raise _refuse(name, value, "an IP address or a host name")
    return value


def _is_host(value: str) -> bool:
    if _is_ip_address(value):
        return True
    # digits and dots alone are a mistyped address: no host is called 300.0.0.1
    is_name = re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?", value)
    return bool(is_name) and not re.fullmatch(r"[\d.]+", value)


def _is_ip_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _ip_address(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if value and not _is_ip_address(value):
        raise _refuse(name, value, "the IP address that the proxy's connections come from, such as 127.0.0.1")
    return value


def _host_names(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Parted by blanks."""
    names = env.get(name, "").lower().split()
    for value in names:
        if not _is_host(value):
            raise _refuse(name, value, "host names without a port, parted by blanks, such as news.example.org")
    return tuple(names)


def _yes_or_no(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = env.get(name, "").lower()
    if not value:
        return default
    if value not in ("yes", "no", "true", "false", "1", "0"):
        raise _refuse(name, value, "yes or no")
    return value in ("yes", "true", "1")


def _whole_number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = env.get(name, "")
    if not value:
        return default
    # isascii: int() also reads digits of other scripts
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise _refuse(name, value, f"a whole number from {least} to {most}")
    return int(value)


def _share(env: Mapping[str, str], name: str, default: float, least: float) -> float:
    value = env.get(name, "")
    if not value:
        return default
    # float() also reads "nan", "1e-1" and digits of other scripts
    if not re.fullmatch(r"[01]?\.?[0-9]{1,6}", value) or not least <= float(value) <= 1:
        raise _refuse(
            name, value, f"a share from {least} (the least that was measured) to 1, such as 0.1 for one in ten"
        )
    return float(value)


def _one_line(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, "")
    if not value:
        return default
    if not value.strip() or not value.isprintable() or len(value) > 1_000:
        raise _refuse(name, value, "a name on one line")
    return value.strip()


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, "") or default
    if value not in allowed:
        raise _refuse(name, value, " or ".join(allowed))
    return value


def _addresses(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Parted by blanks, each once."""
    addresses = tuple(dict.fromkeys(env.get(name, "").split()))
    for address in addresses:
        if not is_web_address(address) or len(address) > MAX_ADDRESS_CHARS:
            raise _refuse(name, address, "addresses of feeds, parted by blanks, that start with http:// or https://")
    if len(addresses) > MAX_FEEDS:
        raise _refuse(name, f"{len(addresses)} addresses", f"at most {MAX_FEEDS}")
    return addresses


def _token(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    # not _refuse: a secret is not repeated in a message that ends up in a log
    if not re.fullmatch(r"[\x21-\x7e]{0,1000}", value):
        raise SettingsError(
            f"{name} has a value that no header can carry; expected letters, digits and signs, no blanks."
        )
    return value
