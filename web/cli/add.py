"""`assistant add`: articles from files, folders, archives, pages and feeds, taken in with one rebuild."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from index.article import Article, Item, More
from index.ingest.address import read_address
from index.ingest.apart import ReaderApart
from index.ingest.fields import DESCRIBED
from index.ingest.folder import read_paths
from index.ingest.polite import Fetcher
from index.ingest.target import without_password
from web.cli.dry_run import library_to_look_at, teller
from web.cli.terminal import ProgressLine, print_report
from web.opened import open_library
from web.security.audit import Audit, at_the_terminal
from web.settings import Settings


def add(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where an item failed; the others are taken in all the same."""
    with ProgressLine() as progress:
        if args.dry_run:
            with library_to_look_at(settings) as library:
                items = _read(args.items, settings.articles, library.reader)
                told = teller(library, progress, _known)
                report = library.add(items, dry_run=True, progress=progress, on_article=told)
        else:
            with closing(open_library(settings)) as library:
                items = _read(args.items, settings.articles, library.reader)
                Audit(library.database).note(at_the_terminal(), "add", ", ".join(map(without_password, args.items)))
                report = library.add(items, progress=progress)
    print_report(report, is_dry_run=args.dry_run)
    return 1 if report.errors else 0


def _known(article: Article) -> Iterator[str]:
    """What is known of it beside its title and text, and what was left out of it."""
    for name in DESCRIBED[1:]:
        if value := getattr(article, name):
            where = article.found_in.get(name)
            yield f"  {name}: {value}" + (f" (from {where})" if where else "")
    if article.provenance_evidence:
        yield f"  because it says: {article.provenance_evidence}"
    for removed in article.removed:
        yield f"  left out ({removed.rule}): {removed.text}"


def _read(items: Sequence[str], articles_folder: Path, reader: ReaderApart) -> Iterator[Item]:
    fetcher = Fetcher()
    yield More(len(items))
    for item in items:
        if item.lower().startswith(("http://", "https://")):
            yield from read_address(item, fetcher=fetcher, reader=reader)
        else:
            yield from read_paths([Path(item)], reader, articles_folder)
