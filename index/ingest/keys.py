"""A row of a table or an object of an archive in, the same by the names of an article's fields out.

Exports name their fields as they like. A name that is common for one of an article's fields stands for it where the
article's own name is missing or has nothing; what no name is known of is said once of the file, not of every row.
"""

import re
from collections.abc import Iterator, Mapping

from index.article import Note
from index.ingest.fields import DESCRIBED

OTHER_NAMES = {
    "text": ("body", "content"),
    "title": ("headline",),
    "url": ("link",),
    "source": ("publisher",),
    "author": ("byline", "creator"),
    "published_at": ("published", "date", "pub_date", "publish_date", "publication_date", "date_published"),
    "updated_at": ("updated", "modified", "date_modified"),
    "language": ("lang",),
    "section": ("category",),
}
"""Whatever the case of their letters, and with blanks, hyphens or nothing in place of "_"."""

MAX_TOLD, MAX_TOLD_CHARS = 5, 40
"""Of the names that are not understood, those that are told, and of each."""

_OWN = frozenset({"id", "text", "authors", *DESCRIBED})
_OF_THE_LIBRARY = frozenset("revision added_at origin is_current passages provenance_evidence removed found_in".split())
"""What is given out of a stored article beside its fields, and is not taken in."""


def _folded(name: str) -> str:
    return re.sub("[-_ ]", "", name.lower())


_CALLED = {_folded(own): own for own in _OWN} | {
    _folded(other): own for own, others in OTHER_NAMES.items() for other in others
}


def field_called(name: str) -> str | None:
    """The field of an article that a column or key of that name stands for."""
    return _CALLED.get(_folded(name)) if len(name) <= MAX_TOLD_CHARS else None


class Keys:
    """Those of one file, whose rows and objects may each have others."""

    def __init__(self) -> None:
        self._unread: dict[str, None] = {}

    def fields(self, given: Mapping[str, object]) -> dict[str, object]:
        """What is given, by the names of an article's fields."""
        fields = {name: value for name, value in given.items() if name in _OWN}
        for name, value in given.items():
            if name in _OWN or name in _OF_THE_LIBRARY or _is_missing(value):
                continue
            own = field_called(name)
            if own and _is_missing(fields.get(own)):
                fields[own] = _without_by(value) if own == "author" else value
            elif len(self._unread) <= MAX_TOLD:
                self._unread[name[:MAX_TOLD_CHARS]] = None
        return fields

    def note(self, item: str) -> Iterator[Note]:
        """What there is to say of the names in the file `item`."""
        if self._unread:
            names = [repr(name) for name in self._unread][:MAX_TOLD]
            others = " and others" if len(self._unread) > MAX_TOLD else ""
            own = ", ".join(("text", *DESCRIBED, "id"))
            yield Note(item, f"has fields that are not read, {', '.join(names)}{others}: those of an article are {own}")


def _is_missing(value: object) -> bool:
    return value in (None, "", []) or (isinstance(value, str) and value.isspace())


def _without_by(value: object) -> object:
    return value[3:] if isinstance(value, str) and value[:3].lower() == "by " else value
