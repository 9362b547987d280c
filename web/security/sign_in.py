"""The cookie that a browser shows instead of the token: signed with the token and a key that the database keeps.

With the token alone a guess at it could be tried as a cookie, which nobody counts, or on a cookie that was stolen,
which nobody sees. Every server on the database takes the cookies of all.
"""

import secrets
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select

from index.store.database import Database

TOKEN_COOKIE = "assistant_token"  # nosec B105 # its name, no password
SIGNED_IN_SECONDS = 30 * 86_400
MAX_COOKIE_CHARS = 200
KEY_BYTES = 32

metadata = MetaData()

signing = Table(
    "signing",
    metadata,
    Column("number", Integer, primary_key=True),  # one row
    Column("key", LargeBinary, nullable=False),
)


def forget_key(database: Path) -> None:
    """Take the key out of a copy of a database, so that who comes by it cannot try guesses at the token as cookies."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [signing.name]).fetchone():
            connection.execute("PRAGMA secure_delete = ON")  # overwritten, too
            connection.execute(f"DELETE FROM {signing.name}")  # nosec B608 # no value


class SignIn:
    def __init__(self, database: Database, token: str) -> None:
        database.create(metadata)
        with database.write() as connection:  # whoever is first makes it
            key = connection.scalar(select(signing.c.key))
            if key is None:
                key = secrets.token_bytes(KEY_BYTES)
                connection.execute(insert(signing).values(number=1, key=key))
        self._has_token = bool(token)
        self._signer = TimestampSigner(
            key + token.encode(), salt="assistant.signed-in", key_derivation="hmac", digest_method=sha256
        )

    def cookie(self) -> str:
        """Good for SIGNED_IN_SECONDS; another token makes it void."""
        return self._signer.sign(secrets.token_urlsafe(12)).decode()

    def accepts(self, cookie: str) -> bool:
        if not self._has_token or not cookie or len(cookie) > MAX_COOKIE_CHARS:
            return False
        try:
            self._signer.unsign(cookie.encode("utf-8", "surrogatepass"), max_age=SIGNED_IN_SECONDS)
        except BadSignature:  # also one that has expired
            return False
        return True
