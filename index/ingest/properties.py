"""A document's properties in, those out that a person filled in.

PDF and Word files carry a title, an author and dates of their own. Programs fill them in too, with the name of the
file, a login or themselves, and such values say nothing of the article. An author may be who saved the file: a byline
in the text goes before. The dates are the file's and say nothing of the article.
"""

import re

MAX_TITLE_CHARS = 300
_FILE = re.compile(
    r"\.(?:docx?|docm|rtf|odt|pages|pdf|indd|qxd|qxp|pptx?|xlsx?|txt|md|html?|tex|dvi|e?ps|jpe?g|png|tiff?)$", re.I
)
_PLACEHOLDER = re.compile(
    r"(?:microsoft (?:word|excel|powerpoint|office).*|\(?untitled\)?.*|(?:new |word )?document ?\d*|doc ?\d*|title|"
    r"layout ?\d*|slide ?\d*|page ?\d*|scan.{0,20}|print.{0,20}|powerpoint presentation|[(]?anonymous[)]?|"
    r"unspecified|unknown|no title|none|null|about:blank)",
    re.I,
)
_ADDRESS = re.compile(r"(?:https?|file|ftp):|www\.|[A-Z]:\\", re.I)
_NO_PERSON = frozenset(
    "admin administrator anonymous (anonymous) author default guest hp dell lenovo asus acer toshiba none null office "
    "owner pc python-docx root test unknown unspecified user word adobe".split()
) | {
    "microsoft office user",
    "office user",
    "microsoft account",
    "microsoft corporation",
    "windows user",
    "un-named",
    "default user",
}


def stated_title(value: str | None) -> str | None:
    """`value` as a title; None for a file's name, an address or what a program writes where nothing is known."""
    title = " ".join((value or "").split())
    is_name = " " not in title and re.search(r"[\d_/\\]", title)
    if not any(map(str.isalpha, title)) or len(title) > MAX_TITLE_CHARS or is_name:
        return None
    return None if _FILE.search(title) or _PLACEHOLDER.fullmatch(title) or _ADDRESS.match(title) else title


def stated_author(value: str | None) -> str | None:
    """`value` as the author or authors; None for a login, a mail address or a program."""
    author = " ".join((value or "").split())
    is_login = " " not in author and author == author.lower()
    if not any(map(str.isalpha, author)) or len(author) > MAX_TITLE_CHARS or re.search(r"[\d@\\/_]", author):
        return None
    return None if author.lower() in _NO_PERSON or (is_login and author.isascii()) else author
