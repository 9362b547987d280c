"""One environment variable in, the value that it stands for out, or an error that names it.

A variable that is missing or empty has the default.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from index.text.canonical import is_web_address

MAX_ADDRESSES = 100
MAX_ADDRESS_CHARS = 2_000

Env = Mapping[str, str]


class SettingsError(Exception):
    """A variable has a value that cannot be used; the text names it, the value and what was expected."""


def _refuse(name: str, value: str, expected: str) -> SettingsError:
    return SettingsError(f"{name} is {value!r}; expected {expected}.")


def folder(env: Env, name: str, default: Path) -> Path:
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


def file(env: Env, name: str) -> Path | None:
    value = env.get(name, "")
    if not value:
        return None
    try:
        is_file = "\0" not in value and Path(value).is_file()
    except OSError:  # a name that is too long
        is_file = False
    if not is_file:
        raise _refuse(name, value, "the path of a file")
    return Path(value)


def host(env: Env, name: str, default: str) -> str:
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


def database(env: Env, name: str) -> str:
    value = env.get(name, "")
    # not _refuse: it may have a password in it
    if value and not re.fullmatch(r"postgresql://[^\s/]*/[^\s/?]+(\?\S*)?", value):
        raise SettingsError(
            f"{name} cannot be read; expected postgresql://USER:PASSWORD@HOST:PORT/NAME, with %40 for @ and %2F for / "
            "in a password."
        )
    return value


def index(env: Env, name: str) -> str:
    """The address of the server alone."""
    value = env.get(name, "")
    if value and not re.fullmatch(r"milvus:https?://[^\s/?#@]+/?", value):
        shown = "…" if "@" in value else value
        raise _refuse(name, shown, "milvus:http://HOST:19530, without a user or password")
    return value.removeprefix("milvus:")


def ip_address(env: Env, name: str) -> str:
    value = env.get(name, "")
    if value and not _is_ip_address(value):
        raise _refuse(name, value, "the IP address that the proxy's connections come from, such as 127.0.0.1")
    return str(ipaddress.ip_address(value)) if value else ""  # as the connections' addresses are written


def host_names(env: Env, name: str) -> tuple[str, ...]:
    """Parted by blanks."""
    names = env.get(name, "").lower().split()
    for value in names:
        if not _is_host(value):
            raise _refuse(name, value, "host names without a port, parted by blanks, such as news.example.org")
    return tuple(names)


def yes_or_no(env: Env, name: str, default: bool) -> bool:
    value = env.get(name, "").lower()
    if not value:
        return default
    if value not in ("yes", "no", "true", "false", "1", "0"):
        raise _refuse(name, value, "yes or no")
    return value in ("yes", "true", "1")


def whole_number(env: Env, name: str, default: int, least: int, most: int) -> int:
    value = env.get(name, "")
    if not value:
        return default
    # isascii: int() also reads digits of other scripts
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise _refuse(name, value, f"a whole number from {least} to {most}")
    return int(value)


def share(env: Env, name: str, default: float, least: float) -> float:
    value = env.get(name, "")
    if not value:
        return default
    # float() also reads "nan", "1e-1" and digits of other scripts
    if not re.fullmatch(r"[01]?\.?[0-9]{1,6}", value) or not least <= float(value) <= 1:
        raise _refuse(
            name, value, f"a share from {least} (the least that was measured) to 1, such as 0.1 for one in ten"
        )
    return float(value)


def one_line(env: Env, name: str, default: str) -> str:
    value = env.get(name, "")
    if not value:
        return default
    if not value.strip() or not value.isprintable() or len(value) > 1_000:
        raise _refuse(name, value, "a name on one line")
    return value.strip()


def one_of(env: Env, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, "") or default
    if value not in allowed:
        raise _refuse(name, value, " or ".join(allowed))
    return value


def addresses(env: Env, name: str) -> tuple[str, ...]:
    """Parted by blanks, each once."""
    addresses = tuple(dict.fromkeys(env.get(name, "").split()))
    for address in addresses:
        if not is_web_address(address) or len(address) > MAX_ADDRESS_CHARS:
            raise _refuse(name, address, "addresses of feeds, parted by blanks, that start with http:// or https://")
    if len(addresses) > MAX_ADDRESSES:
        raise _refuse(name, f"{len(addresses)} addresses", f"at most {MAX_ADDRESSES}")
    return addresses


def token(env: Env, name: str) -> str:
    value = env.get(name, "")
    # not _refuse: a secret is not repeated in a message that ends up in a log
    if not re.fullmatch(r"[\x21-\x7e]{0,1000}", value):
        raise SettingsError(
            f"{name} has a value that no header can carry; expected letters, digits and signs, no blanks."
        )
    return value
