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
from index.library import Library
from web.cli.terminal import ProgressLine, plain, print_report
from web.settings import Settings


def add(args: Namespace, settings: Settings) -> int:
    with closing(Library(settings.data_dir, settings.embedding_model)) as library, ProgressLine() as progress:
        items = _read(args.items, settings.articles, library.reader)
        if args.dry_run:
            items = _shown(items, progress)
        report = library.add(items, dry_run=args.dry_run, progress=progress)
    print_report(report, is_dry_run=args.dry_run)
    return 1 if report.errors else 0


def _shown(items: Iterator[Item], progress: ProgressLine) -> Iterator[Item]:
    """`items`, each article printed as it would be taken in: what is known of it, and what was left out of it."""
    for item in items:
        if isinstance(item, Article):
            progress.clear()
            print(plain("\n".join(_lines(item))) + "\n")
        yield item


def _lines(article: Article) -> Iterator[str]:
    yield f"{article.title} ({len(article.text):,} characters)"
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
