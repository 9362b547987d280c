"""ZIP archives with a second end, which is the one that counts."""

import struct


def behind_zip64(data: bytes, comment_bytes: int) -> bytes:
    """A ZIP archive whose plain end says that it is empty, behind a ZIP64 end that says what is in it."""
    end = data.rindex(b"PK\5\6")
    entries, size, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    wide = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    return (
        data[:end]
        + wide
        + locator
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, 0, comment_bytes)
        + b"a" * comment_bytes
    )
