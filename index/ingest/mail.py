"""An `.eml` file in, its articles out: that of the mail, and those of what is attached to it.

The mail's text is its HTML part, read as a page is, else its plain one; the headers give title, date and sender. A
sender is an outlet where the mail says that it goes to a list or the name sounds like one, otherwise a person. Of one
that was forwarded as plain text its own headers count, which stand in the text, and its page where there is one, too.
Attached files of readable formats and messages are further items, `mail.eml/name.pdf`; a note that hands them on is
none where one of them gave an article. Remote content is not loaded.
"""

import datetime as dt
import email
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from email.policy import EmailPolicy
from io import SEEK_END, BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from index.article import MAX_TEXT_CHARS, Article, InFile, ItemError, Note, Removed, clean_text
from index.errors import BadArticle
from index.ingest.archive import Reader
from index.ingest.clean import is_sentence
from index.ingest.dates import iso_date
from index.ingest.fields import article_from_fields
from index.ingest.html import read_html
from index.ingest.plain import decoded, unwrapped
from index.ingest.properties import stated_author

MAX_BYTES = 16_000_000
"""With an attached file of 12 MB; the parser takes six times as much."""

MAX_LINES = 300_000
"""Each takes 50 bytes more than it has: so many are MAX_BYTES of an attachment, in lines of 76 characters."""

MAX_HEADERS, MAX_HEADER_BYTES = 50_000, 4_000_000
"""Of lines that look like a header, of which a mail may have some in its text; and of such a line."""

MAX_PARTS = 1_000
MAX_DEPTH = 5
MAX_NESTED = 50
"""Of messages within messages, and of parts within parts."""

MAX_HEADER_CHARS = 1_000
"""What is longer is cut: the parser of headers takes seconds for 10,000 quotation marks."""

MAX_NOTE_CHARS, MIN_STORY_WORDS = 500, 8
"""A longer text over what is forwarded, or beside what is attached, is no mere note; of a sentence of a story in it."""

MAX_FORWARDED_LINES, MIN_WRAPPED_CHARS = 30, 70
"""Of headers in a text, and of such a line that goes on in the next, with the first word there."""

MAX_NAME_CHARS = 200
MAX_TEXT_BYTES = 4 * MAX_TEXT_CHARS

_PART = re.compile(rb"content-type[ \t]*:", re.IGNORECASE)
_HEADER = re.compile(rb"[!-9;-~]{1,100}+:")
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
_PLACE, _FORWARDED_PLACE = "mail header", "header of the forwarded mail"
_FORWARDED = re.compile(r"(?:^|\n)(?:-{2,40} ?Forwarded message ?-{2,40}|Begin forwarded message:)\n\s{0,9}", re.I)
_FORWARDED_HEADER = re.compile(r"\*?(From|Date|Sent|Subject|To|Cc|Reply-To):\*? *(.*)", re.I)
_OF_A_NOTE = re.compile(
    r"(?i:\b(?:you|your|me|my|fyi|hi|hello|dear|thanks|please)\b)|\bI(?:['’]|\s(?:am|had|have|hope|just|liked?|read"
    r"|saw|think|thought|told|want|will|would)\b)"
)
_QUOTATION = re.compile(r"[\"“”«»]")
_DOCUMENT = (
    r"(?:the|our|my|an?) (?:[\w-]+ ){0,3}(?:article|column|document|file|pdf|piece|release|report|statement|story)s?"
)
_HANDS_ON = re.compile(
    r"(?:\b(?:please|kindly|you will|you['’]ll) |(?:^|[.!?:(] ?))(?:find|see) (?:the )?"
    r"(?:attached|attachments?|enclosed)\b"
    r"|(?:^|[.!?:] )(?:attached|enclosed) (?:please find|you will find|find)\b"
    rf"|(?:^|[.!?:] )(?:attached|enclosed) (?:is|are) {_DOCUMENT}"
    rf"|\b{_DOCUMENT} (?:is|are) (?:attached|enclosed)\b|\b(?:I|we) (?:attach|enclose) {_DOCUMENT}",
    re.I | re.M,
)
_LINK = re.compile(r"\s{0,2}<\s?(?:https?://|mailto:)[^\s<>]{1,2000}>", re.I)
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=\S)\*(?![\w*])")


class _BoundedHeaders(EmailPolicy):
    """policy.default with headers cut."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:MAX_HEADER_CHARS]


_POLICY = _BoundedHeaders()


def read_mail(name: str, file: BinaryIO, suffixes: frozenset[str], read: Reader) -> Iterator[InFile]:
    """The mail's article, and those of attached files whose names end in one of `suffixes`, as `read` gives them."""
    return _items(name, _parsed(file), suffixes, read, depth=0)


def _parsed(file: BinaryIO) -> EmailMessage:
    _check(file.seek(0, SEEK_END), MAX_BYTES, "bytes")
    file.seek(0)
    lines = parts = headers = 0
    for some in file:
        lines += 1 + some.count(b"\r", 0, -2)  # which the parser takes for the end of a line, too
        _check(lines, MAX_LINES, "lines")
        for line in some.splitlines():
            parts += _PART.match(line) is not None
            if _HEADER.match(line):
                headers += 1
                _check(len(line), MAX_HEADER_BYTES, "bytes in one header")
    _check(parts, MAX_PARTS, "parts")
    _check(headers, MAX_HEADERS, "headers")
    file.seek(0)
    try:
        message = email.message_from_binary_file(file, policy=_POLICY)
    except MemoryError:
        raise
    except Exception as error:  # the parser of headers has faults of its own; parts within parts without end
        raise BadArticle(f"is too damaged to be read ({type(error).__name__}): save its text") from error
    if not isinstance(message, EmailMessage) or not any(header in message for header in _HEADERS):
        raise BadArticle("is no mail (it has neither a sender nor a subject nor a date): save it from the mail program")
    return message


def _check(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise BadArticle(f"has {count:,} {what}, at most {limit:,} are read: save its text and its attachments")


def _items(name: str, message: EmailMessage, suffixes: frozenset[str], read: Reader, depth: int) -> Iterator[InFile]:
    if message.get_content_type() in _ENCRYPTED:
        raise BadArticle("is encrypted: save it decrypted")
    bodies = [body for kind in ("html", "plain") if (body := _body(message, kind)) is not None]
    article = problem = None
    try:
        article = _article(name, message, bodies)
    except BadArticle as error:
        problem = error
    attached = [(part, _file_name(part)) for part in _attached(message) if all(part is not body for body in bodies)]
    attached = [(part, stated) for part, stated in attached if PurePosixPath(stated).suffix.lower() in suffixes]
    note = article.text if article and attached and len(article.text) <= MAX_NOTE_CHARS else ""
    hands_on, has_given = _HANDS_ON.search(note) is not None, False
    if article and not hands_on:
        yield article
    for item in _items_attached(name, attached, suffixes, read, depth):
        has_given = has_given or isinstance(item, Article)
        yield item
    if article and hands_on:
        said = f"hands on what is attached, and is no article itself: “{' '.join(note.split())}”"
        yield Note(name, said) if has_given else article
    if problem and not attached:
        raise problem


def _items_attached(
    name: str, attached: Sequence[tuple[EmailMessage, str]], suffixes: frozenset[str], read: Reader, depth: int
) -> Iterator[InFile]:
    names: list[str] = []
    for part, stated in attached:
        suffix = PurePosixPath(stated).suffix.lower()
        names.append(stated)
        inner = f"{name}/{stated if names.count(stated) == 1 else f'{len(names)}-{stated}'}"
        try:
            if suffix == ".zip":
                raise BadArticle("is an archive in a mail: save it, and add it by itself")
            if suffix != ".eml":
                content = _payload(part)
                part.set_payload("")  # which is in memory once more
                yield from read(inner, content)
            elif depth == MAX_DEPTH:
                raise BadArticle(f"is a mail within {MAX_DEPTH} others: save it, and add it by itself")
            else:
                yield from _items(inner, _forwarded(part), suffixes, read, depth + 1)
        except BadArticle as error:
            yield ItemError(inner, str(error))


def _article(name: str, message: EmailMessage, bodies: Sequence[EmailMessage]) -> Article:
    """That of the first body that has one, with what the headers say."""
    texts = [(_text(body), body.get_content_type() == "text/html") for body in bodies]
    place, over = _PLACE, list[str]()
    if forward := next(filter(None, (_forward(text) for text, is_page in texts if not is_page)), None):
        message, over, text = forward
        place, texts = _FORWARDED_PLACE, [*((page, True) for page, is_page in texts if is_page), (text, False)]
    title, sent = _REPLY.sub("", _header(message, "Subject"), count=1), _sent(message)
    problem = BadArticle("has no text: add what the mail is about")
    for text, is_page in texts:
        if not text.strip():
            continue
        try:
            article = _body_article(name, text, title, over, is_page=is_page)
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
            removed=(*(Removed("forwarding", line) for line in over), *article.removed),
            found_in={**article.found_in, **{field: place for field, value in said.items() if value}},
        )
    raise problem


def _forward(text: str) -> tuple[EmailMessage, list[str], str] | None:
    """The headers of a mail that was forwarded as text, the lines over its text, and its text; None for any other."""
    text = clean_text(text)
    mark = _FORWARDED.search(text[: 2 * MAX_NOTE_CHARS])
    if mark is None or mark.start() > MAX_NOTE_CHARS or not _is_note(text[: mark.start()]):
        return None
    lines = text[mark.end() :].split("\n")
    if all(line.startswith(">") for line in lines if line):
        lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
    headers: list[tuple[str, str]] = []
    count = 0
    while count < min(len(lines), MAX_FORWARDED_LINES):
        if header := _FORWARDED_HEADER.fullmatch(lines[count][:MAX_HEADER_CHARS]):
            headers.append((header[1].capitalize().replace("Sent", "Date"), header[2]))
        elif headers and _goes_on(lines[count - 1 : count + 2]):
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {lines[count].strip()}"[:MAX_HEADER_CHARS])
        else:
            break
        count += 1
    if not headers:
        return None
    message = EmailMessage(_POLICY)
    for name, value in headers:
        if name in _HEADERS and name not in message:
            with suppress(Exception):  # of the parser
                message[name] = value
    over = [line for line in (*text[: mark.end()].split("\n"), *lines[:count]) if line.strip()]
    behind = unwrapped(clean_text(_LINK.sub("", "\n".join(lines[count:]))))
    return message, over, _BOLD.sub(r"\1", behind)


def _is_note(text: str) -> bool:
    """Whether every sentence of it is short or speaks to somebody, and quotes nobody."""
    return not any(
        is_sentence(line)
        and len(line.split()) >= MIN_STORY_WORDS
        and (_QUOTATION.search(line) or not _OF_A_NOTE.search(line))
        for line in unwrapped(text).split("\n")
    )


def _goes_on(lines: Sequence[str]) -> bool:
    """Whether the second of three lines is of the header in the first: set in, or broken off at the end of a line."""
    before, line, *after = lines
    if not line.strip() or is_sentence(line):
        return False
    is_full = len(before) + 1 + len(line.split()[0]) > MIN_WRAPPED_CHARS
    is_last = not after or not after[0] or _FORWARDED_HEADER.fullmatch(after[0][:MAX_HEADER_CHARS])
    return line[0] in " \t" or bool(is_full and is_last)


def _body_article(name: str, text: str, title: str, over: Sequence[str], *, is_page: bool) -> Article:
    """over: the lines over what was forwarded, which a page begins with and a plain text does not."""
    if not is_page:
        return article_from_fields({"title": title, "text": unwrapped(clean_text(text))}, origin=name, path=name)
    page = read_html(name, text.encode("utf-8-sig", "replace"), begins=_LINK.sub("", "\n".join(over)))
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
    inner = part.get_payload(0) if part.is_multipart() else _parsed(BytesIO(_payload(part)))
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
        if isinstance(sent, dt.datetime):
            return sent.isoformat()
    return iso_date(_header(message, "Date"))  # as programs write it over what they forward


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
