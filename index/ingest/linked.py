"""A page's JSON-LD in, its objects out, those of articles first: what publishers say of a page for machines to read.

Scripts that are not quite JSON are common (comments around them, a comma too many, a raw quotation mark): of one that
cannot be mended the few strings that are asked for are read one by one. Only objects about the page itself count as an
article's; a list of other articles, or comments on it, are not gone into.
"""

import html
import json
import re
from typing import Any

MAX_OBJECTS = 1_000
"""Of a page, those looked at."""

MAX_SCRIPT_CHARS = 300_000
"""Of a script that is not JSON, what is searched."""

_ARTICLE_TYPE = re.compile(r"(Article|Posting|Report|Review|Recipe|WebPage)$")
_AROUND = re.compile(r"<!--|-->|//<!\[CDATA\[|//\]\]>|/\*<!\[CDATA\[\*/|/\*\]\]>\*/|<!\[CDATA\[|\]\]>")
_TYPE = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"(\w{1,40})"')
_STRING = re.compile(
    r'"(headline|datePublished|dateModified|articleSection|inLanguage)"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.){1,500})"'
)
_AUTHOR = re.compile(
    r'"author"\s{0,9}:\s{0,9}\[?\s{0,9}(?:\{[^{}]{0,200}?"name"\s{0,9}:\s{0,9})?"((?:[^"\\]|\\.){1,100})"'
)


def linked_data(page: Any) -> list[dict[str, Any]]:
    """The objects in the page's JSON-LD scripts: of articles, then of pages, then of all else, each in their order."""
    objects: list[dict[str, Any]] = []
    for script in page.iterfind(".//script[@type='application/ld+json']"):
        waiting = [_loaded(script.text or "")]
        while waiting and len(objects) < MAX_OBJECTS:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += value[MAX_OBJECTS::-1]
            elif isinstance(value, dict):
                objects.append(value)
                waiting += [value.get("mainEntity"), value.get("@graph")]
    return sorted(objects, key=lambda item: {"WebPage": 1, None: 2}.get(kind(item), 0))


def kind(item: dict[str, Any]) -> str | None:
    """ "Article" or the like, or "WebPage"; None for what is neither."""
    types = item.get("@type")
    for name in types if isinstance(types, list) else [types]:
        if isinstance(name, str) and (found := _ARTICLE_TYPE.search(name)):
            return found[1]
    return None


def strings(value: Any) -> list[str]:
    """`value` if it is a string, or the strings in it if it is a list."""
    return [html.unescape(one) for one in (value[:50] if isinstance(value, list) else [value]) if isinstance(one, str)]


def names(value: Any, nodes: dict[str, dict[str, Any]]) -> list[str]:
    """What the people or bodies in `value` are called: by name, as objects, or as references to some of `nodes`."""
    found: list[str] = []
    for one in value[:50] if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = (one if "name" in one else nodes.get(str(one.get("@id")), one)).get("name")
        found += strings(one)
    return [name for name in found if name.strip()]


def _loaded(script: str) -> Any:
    for text in (script, re.sub(r",(\s{0,99}[}\]])", r"\1", _AROUND.sub("", script))):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return _mended(script[:MAX_SCRIPT_CHARS])


def _mended(script: str) -> dict[str, Any]:
    kind_of = _TYPE.search(script)
    found: dict[str, Any] = {"@type": kind_of[1] if kind_of else None}
    for key, value in _STRING.findall(script):
        found.setdefault(key, _unescaped(value))
    if author := _AUTHOR.search(script):
        found["author"] = _unescaped(author[1])
    return found


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return string
