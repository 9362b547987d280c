"""What an add or a rebuild would do, told article by article on stdout while nothing is changed.

An article that would replace another is compared with that one sentence by sentence. Where there is no library yet,
the run has an empty one of its own, so that looking leaves nothing behind.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from index.article import Article
from index.library import DATABASE, Library
from index.store.store import Outcome
from index.tally import OnArticle
from index.text.difference import difference
from web.cli.terminal import ProgressLine, plain
from web.opened import open_library
from web.settings import Settings


@contextmanager
def library_to_look_at(settings: Settings) -> Iterator[Library]:
    """That of `settings`, or an empty one that is gone afterwards."""
    with ExitStack() as stack:
        if not settings.database and not (settings.data_dir / DATABASE).exists():
            nowhere = Path(stack.enter_context(TemporaryDirectory()))
            settings = replace(settings, data_dir=nowhere)
        yield stack.enter_context(closing(open_library(settings)))


def teller(
    library: Library, progress: ProgressLine, describe: Callable[[Article], Iterator[str]] = lambda _: iter(())
) -> OnArticle:
    """What a dry run calls with each article. describe: further lines about one that was read."""

    def tell(article_id: str, outcome: Outcome | Literal["removed"], read: Article | None) -> None:
        stored = library.article(article_id)
        article = read or (stored.article if stored else None)
        if article is None:  # another process removed it meanwhile
            return
        would_be: str = "new" if outcome == "added" else outcome
        if outcome == "updated" and stored:
            would_be += f", {_differing(stored.article, article)}"
        lines = [f"{would_be}: {article.title} ({article.origin}, {len(article.text):,} characters)"]
        progress.clear()
        print(plain("\n".join([*lines, *(describe(read) if read else ())])))

    return tell


def _differing(old: Article, new: Article) -> str:
    changes = difference(old.text, new.text, new.language)
    differing = sum(change.kind != "same" for change in changes)
    match differing:
        case 0:
            return "no sentence differs"
        case 1:
            return "1 sentence differs"
        case _:
            return f"{differing:,} sentences differ"
