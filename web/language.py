"""The language of the pages: a request in, the strings of the language that suits it out.

The cookie wins, which the page sets when its reader chooses; else the first language of Accept-Language that is
shipped, by its primary tag, so that "de-AT" gets German. What the API says is English whatever is asked for.
"""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup, escape

COOKIE = "assistant_language"
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Their names in themselves; the strings of each are in `strings/`."""
DEFAULT = "en"
THOUSANDS = {"en": ",", "de": "."}
"""What stands between them in a number."""
OF_TEMPLATES = "page."
"""How the keys begin that no script uses."""
LATER = (
    "about.",
    "add.",
    "alarm.",
    "field.",
    "job.",
    "library.",
    "past.",
    "preview.",
    "rating.",
    "reader.",
)
"""How those begin that only scripts use which are loaded when they are first needed: the page does not carry them."""

_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

Strings = dict[str, str | dict[str, str]]


def speak(app: Flask) -> None:
    """Give every template `t`, `language`, `languages` and `script_strings`, and take from all that it writes the
    characters that turn the writing direction, as `static/dom.js` does."""
    app.jinja_env.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}  # a tenth less

    app.jinja_env.finalize = _plain

    @app.context_processor
    def words() -> dict[str, Any]:
        language = chosen()
        return {
            "language": language,
            "languages": LANGUAGES,
            "script_strings": for_scripts(language),
            "t": partial(_text, language),
        }

    @app.after_request
    def tell_caches(reply: Response) -> Response:
        if reply.mimetype == "text/html":
            reply.vary.update(["Accept-Language", "Cookie"])
        return reply


def chosen() -> str:
    """The language of the request at hand, one of LANGUAGES."""
    named = request.cookies.get(COOKIE)
    if named in LANGUAGES:
        return named
    accepted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((language for language in accepted if language in LANGUAGES), DEFAULT)


@cache
def strings(language: str) -> Strings:
    """Every string: a text with `{name}` placeholders, or one for each plural category of `{n}`."""
    path = Path(__file__).parent / "strings" / f"{language}.json"
    found: Strings = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def for_scripts(language: str) -> Strings:
    """Those that the page's scripts fill in from the first."""
    return {key: text for key, text in strings(language).items() if not key.startswith((OF_TEMPLATES, *LATER))}


@cache
def for_later(language: str) -> Strings:
    """Those that further scripts fill in."""
    return {key: text for key, text in strings(language).items() if key.startswith(LATER)}


def _text(language: str, key: str, **values: object) -> Markup:
    text = strings(language)[key]
    if isinstance(text, dict):
        text = text[
            "one" if values["n"] == 1 else "other"
        ]  # the rule of every language shipped; scripts ask the browser
    return escape(text).format(**{name: _shown(language, value) for name, value in values.items()})


def _plain(value: object) -> object:
    return value.translate(_TURNS) if isinstance(value, str) else value


def _shown(language: str, value: object) -> object:
    return f"{value:,}".replace(",", THOUSANDS[language]) if isinstance(value, int) else value
