"""`assistant articles`, `status`, `audit` and `remove`: what is stored. None of them loads a model to look at it."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing

from index.library import Library
from index.store.catalogue import ListedArticle
from web.cli.terminal import ProgressLine, no_articles, plain, print_json
from web.jobs.freshness import Freshness
from web.opened import open_library
from web.replies import listed_json, status_json
from web.security.audit import Audit, at_the_terminal
from web.settings import Settings

PAGE = 200


def articles(args: Namespace, settings: Settings) -> int:
    with closing(open_library(settings)) as library:
        stored = _all(library)
        if args.json:
            listed = [listed_json(one) for one in stored]
            print_json({"articles": listed, "next_cursor": None, "total": len(listed)})
            return 0
        is_empty = True
        for one in stored:
            is_empty = False
            date = (one.article.published_at or "undated")[:10]
            source = f" ({one.article.source})" if one.article.source else ""
            print(plain(f"{date:<10}  {one.article.id}  {one.article.title}{source}"))
    if is_empty:
        print(no_articles(settings.articles), file=sys.stderr)
    return 0


def status(args: Namespace, settings: Settings) -> int:
    with closing(open_library(settings)) as library:
        freshness = Freshness(library.database, settings.feeds)
        values = status_json(library.status(), settings.llm or "extractive", freshness.feeds())
    if args.json:
        print_json(values)
        return 0
    feeds, alarms = values.pop("feeds"), values.pop("alarms")
    width = max(map(len, values))
    for name, value in values.items():
        print(f"{name:<{width}}  {_in_words(value)}")
    for feed in feeds:
        print(plain(f"feed  {feed['feed']}, last good {feed['last_good_at'] or 'never'}"))
    for alarm in alarms:
        print(plain(f"alarm  {alarm}"))
    return 0


def remove(args: Namespace, settings: Settings) -> int:
    with closing(open_library(settings)) as library, ProgressLine() as progress:
        report = library.remove(args.ids, progress=progress)
        for removed in args.ids:
            Audit(library.database).note(at_the_terminal(), "remove", removed)
    print(f"{report.removed} removed.")
    return 0


def audit(args: Namespace, settings: Settings) -> int:
    """Who changed what and when, the last change first."""
    with closing(open_library(settings)) as library:
        entries = Audit(library.database).all()
        if args.json:
            print_json({"entries": list(entries), "next_cursor": None})
            return 0
        for entry in entries:
            said = (entry["at"], entry["who"], entry["address"], entry["action"], entry["subject"])
            print(plain("  ".join(filter(None, said))))
    return 0


def _in_words(value: str | int | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _all(library: Library) -> Iterator[ListedArticle]:
    cursor = None
    while True:
        page = library.articles(limit=PAGE, cursor=cursor)
        yield from page.articles
        cursor = page.next_cursor
        if cursor is None:
            return
