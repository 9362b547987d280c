"""A conversation as a Markdown file: questions as headings, answers with their markers, citations with their quotes.

What people and articles wrote is escaped so that it shows as it was written and is never markup, a link or HTML. The
addresses of articles are the only links, and each shows where it leads. A viewer that looks for e-mail addresses in
the finished text may still link those. Nearest passages of a refusal are left out: the JSON export has all.
"""

import re
import unicodedata
from urllib.parse import quote

from index.text.canonical import is_web_address
from web.replies import Json

REFUSALS = {
    "no_articles": "There were no articles to answer from.",
    "no_match": "No article was left within these limits.",
    "no_evidence": "The articles do not answer this.",
}
WORDS = {"after": "from", "before": "until", "article_id": "article"}
"""For the filters that the API calls otherwise."""
MAX_NAME_CHARS = 60
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~^$&@]|:(?=[/A-Za-z+])|(?<=www)\.", re.IGNORECASE)
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""The writing direction of what follows, here of the file's own words."""
_LIST_ITEM = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")
_URL_KEPT = "%/:?#[]@!$&'()*+,;=~"


def markdown(session: Json) -> str:
    """`session` as `GET /api/sessions/ID` gives it."""
    blocks = [f"# {escaped(session['title'])}", f"Conversation of {session['created_at'][:10]}."]
    for message in session["messages"]:
        blocks += _message(message["answer"])
    return "\n\n".join(blocks) + "\n"


def file_name(session: Json, suffix: str) -> str:
    """Of letters a to z, digits and hyphens: no system's file names, and no header, take offence at these."""
    plain = unicodedata.normalize("NFKD", session["title"]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_NAME_CHARS].strip("-")
    return f"{words or 'conversation'}.{suffix}"


def escaped(text: str) -> str:
    """`text` as one line of Markdown that shows it as it is."""
    line = " ".join(_TURNS.sub("", text).split())
    return _LIST_ITEM.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", line))


def _message(answer: Json) -> list[str]:
    blocks = [f"## {escaped(answer['question'])}"]
    if (understood := answer["standalone_question"]) != answer["question"]:
        blocks.append(f"Understood as: {escaped(understood)}")
    if answer["applied_filters"]:
        blocks.append(f"Limited to: {_limits(answer['applied_filters'])}")
    if answer["short_answer"]:
        blocks.append(f"**{escaped(answer['short_answer'])}**")
    told = answer["answer"] or REFUSALS.get(answer["reason"] or "", "")
    blocks += [escaped(line) for line in told.splitlines() if line.strip()]
    if answer["as_of"]:
        blocks.append(f"As of {answer['as_of'][:10]}.")
    for citation in answer["citations"]:
        blocks += [_source(citation), f"> {escaped(citation['quote'])}"]
    return blocks


def _limits(filters: Json) -> str:
    said = (
        f"{WORDS.get(name, name)} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in filters.items()
    )
    return escaped("; ".join(said))


def _source(citation: Json) -> str:
    title = escaped(citation["title"]) or "Untitled"
    date = (citation["published_at"] or "undated")[:10]
    names = [escaped(name) for name in (citation["source"], citation["author"]) if name]
    url = citation["url"] or ""
    link = [f"<{quote(url, safe=_URL_KEPT)}>"] if is_web_address(url) else []
    return f"\\[{citation['index']}\\] " + ", ".join([f"**{title}**", *names, escaped(date), *link])
