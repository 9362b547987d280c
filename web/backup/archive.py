"""The one file that a backup is: a tar archive with the database, the uploads of unfinished jobs, and their hashes.

Its first member, `manifest-HASH.json`, says which files follow, in which order, how long each is and its SHA-256;
HASH is the manifest's own. Any tar program unpacks it. Here it is read more narrowly than such a program would: regular
files alone, by the names that a backup gives, of exactly the sizes told, so that nothing in it can lead elsewhere; and
nothing is compressed, so that nothing can grow.
"""

import datetime as dt
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from index.disk import sync_folder
from index.errors import StorageFault
from index.library import DATABASE
from web.errors import BackupFault

FORMAT = 1
UPLOAD = re.compile(r"uploads/([0-9a-f]{16})/(0|[1-9]\d{0,5})")
"""Job and number, as `jobs/uploads.py` keeps them."""
MANIFEST = re.compile(r"manifest-([0-9a-f]{16})\.json")
MAX_MANIFEST_BYTES = 16_000_000
BLOCK = tarfile.BLOCKSIZE
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    made_at: str
    articles: int
    members: Mapping[str, Member]
    """By name, in the order of the file; the database first."""


def write(target: Path, files: Mapping[str, Path], articles: int, work: Path) -> Contents:
    """Make `target` of `files` (by the names that they get, the database first), in place of what was there.

    It is there whole, and on the disk, or not at all. work: a folder on the same disk. Raises StorageFault.
    """
    half = work / "half"
    try:
        members = {name: Member(path.stat().st_size, _digest(path)) for name, path in files.items()}
        contents = Contents(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), articles, members)
        with half.open("xb") as file:
            half.chmod(0o600)  # the conversations are in it, too
            manifest = _manifest(contents)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
                archive.addfile(_header(f"manifest-{_short_hash(manifest)}.json", len(manifest)), io.BytesIO(manifest))
                for name, path in files.items():
                    with path.open("rb") as source:
                        archive.addfile(_header(name, members[name].bytes), source)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StorageFault(
            f"The backup {target} could not be written ({error.strerror or error}). Make room there, or name another "
            "place."
        ) from error
    return contents


def unpack(source: Path, folder: Path) -> Contents:
    """Put the files of the backup `source` into `folder`, each checked and on the disk.

    Raises BackupFault where it is not one, damaged or of another format, StorageFault where it cannot be read or kept.
    """
    try:
        with source.open("rb") as file:
            contents = _read_manifest(file)
            size, needed = os.fstat(file.fileno()).st_size, sum(member.bytes for member in contents.members.values())
            if needed > size:
                raise BackupFault(f"it is {size:,} bytes long and says that it holds {needed:,}")
            for name, member in contents.members.items():
                if _next_header(file) != (name, member.bytes):
                    raise BackupFault(f"{name} is not where its manifest says")
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                _copy(file, path, name, member)
            while rest := file.read(CHUNK_BYTES):
                if rest.strip(b"\0"):
                    raise BackupFault("there is more in it than its manifest says")
        for made in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            sync_folder(made)
    except BackupFault as error:
        raise BackupFault(f"{source} is no backup that can be restored: {error}. Nothing was changed.") from error
    except OSError as error:
        raise StorageFault(f"{source} could not be unpacked ({error}). Nothing was changed.") from error
    return contents


def _manifest(contents: Contents) -> bytes:
    files = [{"name": n, "bytes": m.bytes, "sha256": m.sha256} for n, m in contents.members.items()]
    value = {"format": FORMAT, "made_at": contents.made_at, "articles": contents.articles, "files": files}
    return json.dumps(value, indent=1).encode()


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def _read_manifest(file: IO[bytes]) -> Contents:
    name, size = _next_header(file)
    named = MANIFEST.fullmatch(name)
    if not named or size > MAX_MANIFEST_BYTES:
        raise BackupFault(f"it does not begin with a manifest, but with {name[:80]!r}")
    data = b"".join(_body(file, size))
    if _short_hash(data) != named[1]:
        raise BackupFault("its manifest is damaged")
    try:
        value = json.loads(data)
        if value["format"] != FORMAT:
            raise BackupFault(f"it has format {value['format']!r}, this program reads {FORMAT}")
        members = {str(m["name"]): Member(int(m["bytes"]), str(m["sha256"])) for m in value["files"]}
        contents = Contents(str(value["made_at"]), int(value["articles"]), members)
        is_whole = len(members) == len(value["files"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise BackupFault(f"its manifest is not as expected ({error!r})") from error
    names = list(contents.members)
    if not is_whole or names[:1] != [DATABASE] or any(not UPLOAD.fullmatch(name) for name in names[1:]):
        strange = next((n for n in names[1:] if not UPLOAD.fullmatch(n)), "another order or one twice")
        raise BackupFault(f"it holds other files than a backup does: {strange[:80]!r}")
    if any(member.bytes < 0 for member in contents.members.values()):
        raise BackupFault("a file in it has less than no bytes")
    uploads_of(names)
    return contents


def _next_header(file: IO[bytes]) -> tuple[str, int]:
    """Name and size of the member that begins here. Raises BackupFault where none does, or no regular file."""
    try:
        header = tarfile.TarInfo.frombuf(file.read(BLOCK), "utf-8", "strict")
    except (tarfile.HeaderError, ValueError, OverflowError) as error:
        raise BackupFault(f"where a file should begin in it, none does ({error})") from error
    if header.type != tarfile.REGTYPE or header.linkname or header.size < 0:
        raise BackupFault(f"{header.name[:80]!r} in it is no regular file")
    return header.name, header.size


def _body(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The `size` bytes from here on; then the file stands at the next member."""
    left = size
    while left:
        data = file.read(min(left, CHUNK_BYTES))
        if not data:
            raise BackupFault("it is cut off")
        left -= len(data)
        yield data
    padding = file.read(-size % BLOCK)
    if padding.strip(b"\0") or len(padding) != -size % BLOCK:
        raise BackupFault("it is cut off or damaged")


def _copy(file: IO[bytes], path: Path, name: str, member: Member) -> None:
    digest = hashlib.sha256()
    with path.open("xb") as kept:
        for data in _body(file, member.bytes):
            digest.update(data)
            kept.write(data)
        kept.flush()
        os.fsync(kept.fileno())
    if digest.hexdigest() != member.sha256:
        raise BackupFault(f"{name} in it is damaged")


def uploads_of(names: Sequence[str]) -> dict[str, int]:
    """How many uploads there are of each job, of which they are numbered from 0 without a gap. Raises BackupFault."""
    found: dict[str, set[int]] = {}
    for name in names:
        if match := UPLOAD.fullmatch(name):
            found.setdefault(match[1], set()).add(int(match[2]))
    for job_id, numbers in found.items():
        if numbers != set(range(len(numbers))):
            raise BackupFault(f"uploads of the job {job_id} are missing")
    return {job_id: len(numbers) for job_id, numbers in found.items()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _short_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
