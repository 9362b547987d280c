"""A row of a table or an object of an archive in, the same by the names of an article's fields out.

Exports name their fields as they like. A name that is common for one of an article's fields stands for it where the
article's own name is missing or has nothing; what no name is known of is said once of the file, not of every row.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from index.article import Note
from index.ingest.fields import DESCRIBED, is_understood
from index.ingest.fragment import field_text

OTHER_NAMES = {
    "text": ("body", "content"),
    "title": ("headline",),
    "url": ("link",),
    "source": ("publisher",),
    "author": ("authors", "byline", "creator"),
    "published_at": ("published", "date", "pub_date", "publish_date", "publication_date", "date_published"),
    "updated_at": ("updated", "modified", "date_modified"),
    "language": ("lang",),
    "section": ("category",),
}
"""Whatever the case of their letters, and with blanks, hyphens or nothing in place of "_"; the likelier first."""

MAX_TOLD, MAX_TOLD_CHARS = 5, 40
"""Of the names that are not understood, those that are told, and of each."""

_OF_THE_LIBRARY = frozenset("revision added_at origin is_current passages provenance_evidence removed found_in".split())
"""What is given out of a stored article beside its fields, and is not taken in."""


def _folded(name: str) -> str:
    return re.sub("[-_ ]", "", name.lower())


_CALLED = {
    _folded(name): (own, rank)
    for own in ("text", *DESCRIBED)
    for rank, name in enumerate((own, *OTHER_NAMES.get(own, ())))
}


def field_called(name: str) -> str | None:
    """The field of an article that a column or key of that name stands for; `id` does for itself alone."""
    return _called(name)[0]


def _called(name: str) -> tuple[str | None, int]:
    """With the place of the name among those for that field."""
    if name == "id":
        return "id", 0
    return _CALLED.get(_folded(name), (None, 0)) if len(name) <= MAX_TOLD_CHARS else (None, 0)


class Keys:
    """Those of one file, whose rows and objects may each have others."""

    def __init__(self) -> None:
        self._unread: dict[str, None] = {}

    def fields(self, given: Mapping[str, object]) -> dict[str, object]:
        """What is given, by the names of an article's fields; of a text that is HTML its words.

        Where several names stand for one field, the first of `OTHER_NAMES` counts that makes sense, its own before all;
        of several texts under other names the longest, since the others are its teaser.
        """
        several = defaultdict[str, list[tuple[int, str]]](list)
        for name, value in given.items():
            own, rank = _called(name)
            if own and (own == "id" or not _is_missing(value)):  # a blank id is wrong, and not passed over
                several[own].append((rank, name))
        chosen = {own: _chosen(own, sorted(names), given) for own, names in several.items()}
        for name, value in given.items():
            if not (name in chosen.values() or name in _OF_THE_LIBRARY or _is_missing(value)):
                self._note_unread(name)
        return {own: _value(own, name, given[name]) for own, name in chosen.items()}

    def _note_unread(self, name: str) -> None:
        if len(self._unread) <= MAX_TOLD:
            self._unread[name[:MAX_TOLD_CHARS]] = None

    def note(self, item: str) -> Iterator[Note]:
        """What there is to say of the names in the file `item`."""
        if self._unread:
            names = [repr(name) for name in self._unread][:MAX_TOLD]
            others = " and others" if len(self._unread) > MAX_TOLD else ""
            own = ", ".join(("text", *DESCRIBED, "id"))
            yield Note(item, f"has fields that are not read, {', '.join(names)}{others}: those of an article are {own}")


def _is_missing(value: object) -> bool:
    return value in (None, "", []) or (isinstance(value, str) and value.isspace())


def _chosen(own: str, names: Sequence[tuple[int, str]], given: Mapping[str, object]) -> str:
    """Of the ranked names for the field `own` the one that counts."""
    if own == "text" and names[0][0] > 0:
        return max((name for _, name in names), key=lambda name: _length(given[name]))
    return next((name for _, name in names if is_understood(own, given[name])), names[0][1])


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def _value(own: str, name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if own == "text":
        return field_text(value)
    return value[3:] if own == "author" and name != own and value[:3].lower() == "by " else value
