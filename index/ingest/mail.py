"""Bytes of an `.eml` file in, its articles out: that of the mail, and those of what is attached to it.

The mail's text is its HTML part, read as a page is, else its plain one; the headers give title, date and sender. A
sender is an outlet where the mail says that it goes to a list or the name sounds like one, otherwise a person. Attached
files of readable formats and forwarded messages are further items, `mail.eml/name.pdf`. Remote content is not loaded.
"""

import datetime as dt
import email
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import PurePosixPath

from index.article import MAX_TEXT_CHARS, Article, InFile, ItemError, clean_text
from index.errors import BadArticle
from index.ingest.archive import Reader
from index.ingest.fields import article_from_fields
from index.ingest.html import read_html
from index.ingest.plain import decoded, unwrapped
from index.ingest.properties import stated_author

MAX_BYTES = 32_000_000
MAX_LINES = 1_000_000
MAX_PARTS = 1_000
MAX_DEPTH = 5
MAX_NESTED = 50
"""Of messages within messages, and of parts within parts."""

MAX_HEADER_CHARS = 1_000
"""What is longer is cut: the parser of headers takes seconds for 10,000 quotation marks."""

MAX_NAME_CHARS = 200
MAX_TEXT_BYTES = 4 * MAX_TEXT_CHARS

_PART = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_REPLY = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|sv|vs)\s?:\s*){1,9}", re.IGNORECASE)
_ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_HEADERS = ("From", "Subject", "Date", "Received")
_NO_NAME = re.compile(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post")
_PERSON_OF = re.compile(r"(?P<author>(?:\S{1,40} ){1,3}\S{1,40}) (?:from|at|@|via|\|) (?P<source>\S.{1,80})")
_OUTLET = re.compile(
    r"the\b|.*\b(?:news|newsletters?|newsroom|times|post|herald|daily|weekly|gazette|journal|tribune|ledger|press|media|"
    r"today|magazine|review|bulletin|digest|briefing|alerts?|team|editors|staff|\d+)\b",
    re.IGNORECASE,
)
_PLACE = "mail header"


class _BoundedHeaders(EmailPolicy):
    """policy.default with headers cut."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:MAX_HEADER_CHARS]


_POLICY = _BoundedHeaders()


def read_mail(name: str, data: bytes, suffixes: frozenset[str], read: Reader) -> Iterator[InFile]:
    """The mail's article, and those of attached files whose names end in one of `suffixes`, as `read` gives them."""
    return _items(name, _parsed(data), suffixes, read, depth=0)


def _parsed(data: bytes) -> EmailMessage:
    for count, limit, what in (
        (len(data), MAX_BYTES, "bytes"),
        (data.count(b"\n"), MAX_LINES, "lines"),
        (len(_PART.findall(data)), MAX_PARTS, "parts"),
    ):
        if count > limit:
            raise BadArticle(f"has {count:,} {what}, at most {limit:,} are read: save its text and its attachments")
    try:
        message = email.message_from_bytes(data, policy=_POLICY)
    except MemoryError:
        raise
    except Exception as error:  # the parser of headers has faults of its own; parts within parts without end
        raise BadArticle(f"is too damaged to be read ({type(error).__name__}): save its text") from error
    if not isinstance(message, EmailMessage) or not any(header in message for header in _HEADERS):
        raise BadArticle("is no mail (it has neither a sender nor a subject nor a date): save it from the mail program")
    return message


def _items(name: str, message: EmailMessage, suffixes: frozenset[str], read: Reader, depth: int) -> Iterator[InFile]:
    if message.get_content_type() in _ENCRYPTED:
        raise BadArticle("is encrypted: save it decrypted")
    bodies = [body for kind in ("html", "plain") if (body := _body(message, kind)) is not None]
    article = problem = None
    try:
        article = _article(name, message, bodies)
    except BadArticle as error:
        problem = error
    if article:
        yield article
    names: list[str] = []
    for part in _attached(message):
        stated = _file_name(part)
        suffix = PurePosixPath(stated).suffix.lower()
        if suffix not in suffixes or any(part is body for body in bodies):
            continue
        names.append(stated)
        inner = f"{name}/{stated if names.count(stated) == 1 else f'{len(names)}-{stated}'}"
        try:
            if suffix == ".zip":
                raise BadArticle("is an archive in a mail: save it, and add it by itself")
            if suffix != ".eml":
                yield from read(inner, _payload(part))
            elif depth == MAX_DEPTH:
                raise BadArticle(f"is a mail within {MAX_DEPTH} others: save it, and add it by itself")
            else:
                yield from _items(inner, _forwarded(part), suffixes, read, depth + 1)
        except BadArticle as error:
            yield ItemError(inner, str(error))
    if problem and not names:
        raise problem


def _article(name: str, message: EmailMessage, bodies: Sequence[EmailMessage]) -> Article:
    """That of the first body that has one, with what the headers say."""
    title, sent = _REPLY.sub("", _header(message, "Subject"), count=1), _sent(message)
    problem = BadArticle("has no text: add what the mail is about")
    for body in bodies:
        if not (text := _text(body)).strip():
            continue
        try:
            article = _body_article(name, text, title, is_page=body.get_content_type() == "text/html")
        except BadArticle as error:
            problem = error
            continue
        author, source = _sender(message)
        author = author if article.author is None else None  # its own byline knows better
        said = {"title": title, "published_at": sent, "author": author, "source": source}
        return replace(
            article,
            title=title or article.title,
            published_at=sent or article.published_at,
            author=author or article.author,
            source=source or article.source,
            found_in={**article.found_in, **{field: _PLACE for field, value in said.items() if value}},
        )
    raise problem


def _body_article(name: str, text: str, title: str, *, is_page: bool) -> Article:
    if not is_page:
        return article_from_fields({"title": title, "text": unwrapped(clean_text(text))}, origin=name, path=name)
    page = read_html(name, text.encode("utf-8-sig", "replace"))
    is_headed = title and page.found_in.get("title") == "h1" and page.title != title
    if not is_headed:
        return page
    beside = tuple(line for line in page.removed if line.text != page.title)
    return replace(page, text=f"{page.title}\n\n{page.text}", removed=beside)


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    with suppress(Exception):  # on parts that are not what they say
        body = message.get_body((kind,))
        return body if isinstance(body, EmailMessage) else None
    return None


def _attached(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """The parts that are not parts within parts; a forwarded message is one, and what is attached to it its own."""
    if message.get_content_maintype() == "message" or not message.is_multipart():
        yield message
    elif depth < MAX_NESTED:
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _attached(part, depth + 1)


def _file_name(part: EmailMessage) -> str:
    """The last part of the name that is stated, without what no name should have; "" where there is none."""
    stated = ""
    with suppress(Exception):
        stated = part.get_filename() or ""
    name = PurePosixPath(_NO_NAME.sub("", stated).replace("\\", "/")).name[-MAX_NAME_CHARS:]
    if part.get_content_type() == "message/rfc822" and not name.lower().endswith(".eml"):
        return f"{name or 'message'}.eml"
    return name


def _forwarded(part: EmailMessage) -> EmailMessage:
    inner = part.get_payload(0) if part.is_multipart() else _parsed(_payload(part))
    if not isinstance(inner, EmailMessage):
        raise BadArticle("is no mail: save it from the mail program")
    return inner


def _payload(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(body: EmailMessage) -> str:
    content, charset = _payload(body), body.get_content_charset()
    with suppress(LookupError, ValueError):
        if charset and len(content) <= MAX_TEXT_BYTES:
            return content.decode(charset)
    return decoded(content)


def _header(message: EmailMessage, name: str) -> str:
    with suppress(Exception):
        return " ".join(clean_text(str(message.get(name, ""))).split())
    return ""


def _sent(message: EmailMessage) -> str | None:
    with suppress(Exception):
        sent = message["Date"].datetime
        return sent.isoformat() if isinstance(sent, dt.datetime) else None
    return None


def _sender(message: EmailMessage) -> tuple[str | None, str | None]:
    """Who wrote and what published it, by the name of the sender."""
    name = ""
    with suppress(Exception):
        name = " ".join(clean_text(message["From"].addresses[0].display_name).split())
    if person := _PERSON_OF.fullmatch(name):
        return stated_author(person["author"]), person["source"]
    if not name or any(header in message for header in _LISTS) or _OUTLET.match(name):
        return None, name or None
    return stated_author(name), None
