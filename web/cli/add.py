"""`assistant add`: articles from files, folders, archives, pages and feeds, taken in with one rebuild."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from index.article import Article, ItemError
from index.ingest.address import read_address
from index.ingest.folder import read_paths
from index.library import Library
from web.cli.terminal import ProgressLine, print_report
from web.settings import Settings


def add(args: Namespace, settings: Settings) -> int:
    with closing(Library(settings.data_dir, settings.embedding_model)) as library, ProgressLine() as progress:
        report = library.add(_read(args.items, settings.articles), progress=progress)
    print_report(report)
    return 1 if report.errors else 0


def _read(items: Sequence[str], articles_folder: Path) -> Iterator[Article | ItemError]:
    for item in items:
        if item.lower().startswith(("http://", "https://")):
            yield from read_address(item)
        else:
            yield from read_paths([Path(item)], articles_folder)
