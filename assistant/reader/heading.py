"""What stands before a passage when it is read: in training and in answering the same."""

from assistant.dates import in_words
from index.text.chunk import TITLE_CHARS


def heading(title: str, published_at: str | None) -> str:
    """The article's title, as far as TITLE_CHARS, and the day of publication if known: "Bridge opens (May 4, 2023)"."""
    day = in_words(published_at)
    return f"{title[:TITLE_CHARS]} ({day})" if day else title[:TITLE_CHARS]
