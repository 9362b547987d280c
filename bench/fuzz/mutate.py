"""Changes that bytes survive: a file within an archive is changed, and the archive is packed anew around it.

Of a ZIP that is changed anywhere, nearly all fail at their checksum, and what reads the files in it is never reached.
"""

import gzip
import random
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from bench.fuzz.seeds import packed

Mutate = Callable[[bytes, int], bytes]
"""Bytes and how many they may become in, changed bytes out: libFuzzer's own."""
Mutator = Callable[[bytes, int, int], bytes]
"""Bytes, how many they may become and a seed."""

RAW_SHARE = 0.2
"""So many changes are made to the archive's own bytes: its directory is read, too."""


def within_zip(mutate: Mutate) -> Mutator:
    def change(data: bytes, max_bytes: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < RAW_SHARE:
            return mutate(data, max_bytes)
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                files = {entry.filename: archive.read(entry) for entry in archive.infolist()[:50]}
        except Exception:  # whatever earlier changes made of it
            return mutate(data, max_bytes)
        if not files:
            return mutate(data, max_bytes)
        # the text is what is read most
        name = chance.choice([*files, *(name for name in files if name.endswith("document.xml"))])
        files[name] = mutate(files[name], max(max_bytes - len(data) + len(files[name]), 1))
        return packed(files)[:max_bytes]

    return change


def within_gzip(mutate: Mutate) -> Mutator:
    def change(data: bytes, max_bytes: int, seed: int) -> bytes:
        if random.Random(seed).random() < RAW_SHARE:
            return mutate(data, max_bytes)
        try:
            return gzip.compress(mutate(gzip.decompress(data), 4 * max_bytes), 1, mtime=0)[:max_bytes]
        except (OSError, EOFError, zlib.error):
            return mutate(data, max_bytes)

    return change


MUTATORS: dict[str, Callable[[Mutate], Mutator]] = {
    "zip": within_zip,
    "docx": within_zip,
    "sitemap-gz": within_gzip,
}
"""Of the formats that need one."""
