"""The article: what ingest gives and everything after it reads.

An article is immutable. Its `id` says which article it is and survives edits; its `revision` is a hash
of the content and changes with every edit. All offsets anywhere in the project count the Unicode
characters of `text`.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from index.text.canonical import canonical

ID_PATTERN = re.compile(r"[A-Za-z0-9._~-]{1,128}")
MAX_TEXT_CHARS = 2_000_000
"""A book of a thousand pages; every copy of one with an emoji takes 8 MB."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A line that was taken out of the text, and the name of the rule that did it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as taken in. Dates are ISO 8601 (date or date-time), None when unknown."""

    id: str
    title: str
    text: str
    origin: str
    """The path under the articles folder, the upload's file name, or the address it was fetched from."""
    url: str | None = None
    source: str | None = None
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    language: str | None = None
    section: str | None = None
    image_credit: str | None = None
    provenance: str | None = None
    """What kind of text it is; one of `index.ingest.provenance.KINDS`."""
    provenance_evidence: str | None = None
    """The words of the article, or of a line removed from it, that say so."""
    removed: tuple[Removed, ...] = ()
    """What was taken out of the text as not belonging to it, in its order."""
    found_in: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Where a field's value comes from, by the field's name: "JSON-LD datePublished", "byline"."""

    @property
    def revision(self) -> str:
        """16 hex digits over what the article says, not over where it lay or how that was found out."""
        content = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NOT_CONTENT}
        content["url"] = self.url and canonical(self.url)  # another way to the same text is no other text
        return _digest(json.dumps(content, ensure_ascii=False, sort_keys=True))[:16]


_NOT_CONTENT = {"id", "origin", "provenance_evidence", "removed", "found_in"}


@dataclass(frozen=True, slots=True)
class ItemError:
    """One item that could not be taken in, and why, in words for the person who added it."""

    item: str
    message: str


@dataclass(frozen=True, slots=True)
class Note:
    """What whoever added `item` should know of it, although it did not fail."""

    item: str
    message: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What `address` gave is still what it gave when it was last asked: nothing was read."""

    address: str


@dataclass(frozen=True, slots=True)
class More:
    """So many more items are to come, at most, than were known of: a file, an address or a pasted article counts as
    one until it says that it holds several.
    """

    count: int


InFile = Article | ItemError | Note
"""What reading a file gives."""
Item = InFile | Unchanged | More


def article_id(*, url: str | None, path: str | None, text: str) -> str:
    """A stable id: from the URL (and the same for all its variants), else from the path, else from the text.

    Readable first (a slug), unique second (ten hex digits of the whole key).
    """
    key = canonical(url) if url else path
    if not key:
        return "text-" + _digest(text)[:16]
    slug = re.sub(r"^https?-(www-)?", "", _slug(key))
    return f"{slug[:80].strip('-')}-{_digest(key)[:10]}".lstrip("-")


def namesake_id(article_id: str, text: str) -> str:
    """The id of another article whose file has the same name as that of the one with `article_id`."""
    return f"{article_id}-{_digest(text)[:10]}"


def is_visible(text: str) -> bool:
    """Whether there is more in it than blanks and marks that take no room, such as U+200B."""
    return any(c.isprintable() and c != " " for c in text)


def clean_text(raw: str) -> str:
    """`raw` with one kind of line break and no control characters, trailing blanks or runs of empty lines.

    Characters that turn the writing direction go, too: what stands behind one would read in another order than it is
    quoted in, on a page beyond the text itself. Letters bring their direction with them.
    """
    text = re.sub("\r\n?|[\v\f\x85\u2028]", "\n", raw).replace("\u2029", "\n\n")
    text = re.sub("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u202a-\u202e\u2066-\u2069]", "", text)
    # Not re.sub("[ \t]+\n"), which takes hours over a million blanks in a row.
    text = "\n".join(line.rstrip(" \t\u00a0") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _slug(key: str) -> str:
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
