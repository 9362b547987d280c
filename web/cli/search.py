"""`assistant search`: ranked passages, no answer."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing

from assistant.assistant import Assistant
from index.search.filters import Filters
from web.cli import UsageError
from web.cli.terminal import no_articles, plain, print_json, warn_if_degraded
from web.in_words import heading
from web.limits import DEFAULT_HITS
from web.opened import open_library
from web.replies import found_json
from web.settings import Settings


def search(args: Namespace, settings: Settings) -> int:
    filters = read_filters(args)
    with closing(open_library(settings)) as library:
        warn_if_degraded(library.status(), settings.data_dir)
        found = Assistant(library).search(args.query, filters, args.top_k or DEFAULT_HITS)
        unknown = library.snapshot().unknown_companies(filters.company)
        has_articles = bool(found.hits) or library.status().articles > 0
    if args.json:
        print_json(found_json(found, filters, unknown))
        return 0
    say_unknown(unknown)
    for rank, hit in enumerate(found.hits, start=1):
        where = heading(hit.article.title, hit.article.source, hit.article.published_at)
        print(plain(f"{rank}. {where}  {hit.score:.2f}\n   {' '.join(hit.text.split())}\n"))
    if not found.hits:
        print("No passage was found." if has_articles else no_articles(settings.articles), file=sys.stderr)
    return 0


def read_filters(args: Namespace) -> Filters:
    """Raises UsageError where no day is between the dates."""
    if args.after and args.before and args.after > args.before:
        raise UsageError(f"--after {args.after} is later than --before {args.before}")
    names = {name: tuple(getattr(args, name)) for name in ("source", "author", "company")}
    return Filters(after=args.after, before=args.before, **names)


def say_unknown(companies: Sequence[str]) -> None:
    for name in companies:
        print(plain(f"No article names the company “{name}”."), file=sys.stderr)
