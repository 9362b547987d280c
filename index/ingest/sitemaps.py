"""A sitemap in, the newest of the addresses that it leads to out.

An index of sitemaps is followed, newest first, within bounds. Sitemaps are fetched here and read by whoever is given.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from index.article import ItemError
from index.errors import FetchRefused
from index.ingest.fetch import NotModified, Page
from index.ingest.listing import MAX_ADDRESSES, MAX_NEWEST, Entry, Sitemap
from index.ingest.target import without_password

MAX_SITEMAPS = 20
MAX_LEVELS = 3

FetchAll = Callable[[Iterable[str]], Iterator[Page | NotModified | FetchRefused]]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a sitemap leads to."""

    entries: tuple[Entry, ...]
    """The newest first; those without a date are last, in the order in which they are listed."""
    errors: tuple[ItemError, ...]
    """By the sitemap that is at fault; what was left out for its number is no fault of the one that was given."""
    is_index: bool


def follow_sitemap(
    address: str, url: str, sitemap: Sitemap, fetch_all: FetchAll, read: Callable[[Page], Sitemap]
) -> Listed:
    """The 200 newest addresses of the sitemap, or of the 20 sitemaps at most that it leads to in three levels.

    address, url: the one that was given for it, and where it was found. `fetch_all` gives the other sitemaps.
    """
    errors: list[ItemError] = []
    newest: list[tuple[float, Entry]] = []
    count = 0
    asked = {address, url}
    opened: Iterable[tuple[str, Sitemap]] = [(address, sitemap)]
    sitemaps_left, is_index, all_read = MAX_SITEMAPS - 1, False, True
    for level in range(1, MAX_LEVELS + 1):
        sitemaps: dict[str, float] = {}
        for where, found in opened:
            if found.problem:
                errors.append(ItemError(without_password(where), found.problem))
            count += found.count
            newest = heapq.nlargest(MAX_NEWEST, chain(newest, found.newest), key=_when)
            sitemaps.update((link, when) for when, link in found.sitemaps if link not in asked)
        is_index |= bool(sitemaps)
        chosen = heapq.nlargest(sitemaps_left if level < MAX_LEVELS else 0, sitemaps, key=sitemaps.__getitem__)
        all_read &= len(chosen) == len(sitemaps)
        sitemaps_left -= len(chosen)
        asked.update(chosen)
        opened = zip(chosen, (_sitemap(found, read) for found in fetch_all(chosen)), strict=True)
    if not all_read:
        errors.append(
            ItemError(
                f"{address} (further sitemaps)",
                f"It leads to more sitemaps than are read, which is {MAX_SITEMAPS} in {MAX_LEVELS} levels, the newest "
                "of each: add others by their own addresses.",
            )
        )
    entries = _different(entry for _, entry in newest)
    if len(entries) > MAX_ADDRESSES or count > len(newest):
        errors.append(
            ItemError(
                f"{address} (older addresses)",
                f"It lists {count:,} addresses and the {MAX_ADDRESSES} newest were read: add others by their own.",
            )
        )
    if not entries and not errors:
        errors.append(ItemError(address, "The sitemap lists no addresses."))
    return Listed(tuple(entries[:MAX_ADDRESSES]), tuple(errors), is_index)


def _sitemap(found: Page | NotModified | FetchRefused, read: Callable[[Page], Sitemap]) -> Sitemap:
    return read(found) if isinstance(found, Page) else Sitemap(problem=str(found))


def _when(listed: tuple[float, object]) -> float:
    return listed[0]


def _different(entries: Iterable[Entry]) -> list[Entry]:
    """One for each link, the one that says most."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        if entry.title or entry.key not in kept:
            kept[entry.key] = entry
    return list(kept.values())
