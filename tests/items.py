"""Reading one item: an article, or the error in its place."""

from index.article import Article, ItemError
from index.ingest.formats import read_item

VOTED = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
OPENS = "Work on the piers begins in May and the bridge opens to traffic two years later, engineers said."


def article(name: str, data: str | bytes) -> Article:
    [item] = read_item(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(item, Article), item
    return item


def error(name: str, data: str | bytes) -> ItemError:
    [item] = read_item(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(item, ItemError), item
    return item
