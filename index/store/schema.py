"""The tables of the corpus. The database is the truth; the index folder is a cache of one state of it.

`articles` says which revision is current, `revisions` keeps every text that was ever cited, `passages` and
`embeddings` hold what the index is built from, `signatures`, `copy_bands` and `copies` which articles are copies,
`companies` and `companies_read` which companies each names, `listing` what articles are listed by, `last_words` which
were given by a job that overtook others, `trash` what was removed by hand within the hour, `removals` and `files` what
the articles folder is compared with. Triggers bump `corpus.seq` and draw a new `corpus.mark` at every change, so that
an index can say which state of which corpus it shows (`state.py`).
"""

import secrets

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    event,
    insert,
    select,
    text,
)

from index.store.dialects import TRIGGERS, LongInteger, Text

metadata = MetaData()

BY_HAND, IN_FOLDER, REPLACED_BY_HAND = 0, 1, 2
"""`articles.in_folder`: added by hand; comes and goes with a file of the articles folder; such a one whose text was
replaced by hand, so that the next rebuild reads its file again."""

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("in_folder", Integer, nullable=False),
    Column("chunker", Integer, nullable=False),
    Column("added_at", Text, nullable=False),
    Index("articles_by_origin", "origin"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text),
    Column("source", Text),
    Column("author", Text),
    Column("published_at", Text),
    Column("updated_at", Text),
    Column("language", Text),
    Column("section", Text),
    Column("image_credit", Text),
    Column("provenance", Text),
    Column("provenance_evidence", Text),
    Column("removed", Text, nullable=False, server_default="[]"),  # JSON: [[rule, text], …]
    Column("found_in", Text, nullable=False, server_default="{}"),  # JSON: {field: where}
    Column("added_at", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "revision"),
)

IS_CURRENT = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision)
"""Joins articles and what each is now."""

passages = Table(
    "passages",
    metadata,
    Column("id", LongInteger, primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("embedding_key", LargeBinary(16), nullable=False),
    ForeignKeyConstraint(
        ["article_id", "revision"], ["revisions.article_id", "revisions.revision"], ondelete="CASCADE"
    ),
    Index("passages_by_article", "article_id"),
    Index("passages_by_embedding", "embedding_key"),
    sqlite_autoincrement=True,  # an id is never reused
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("key", LargeBinary(16), nullable=False),  # hash of the embedded text
    Column("model", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # (dim,) little-endian float32, unit
    PrimaryKeyConstraint("key", "model"),
)

listing = Table(
    "listing",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Text, nullable=False),  # the one that is noted here
    Column("published", Text, nullable=False),  # as this and the next ones, "" where it is not known
    Column("added", Text, nullable=False),
    Column("title", Text, nullable=False),  # this and what follows without case and accents
    Column("source", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("words", Text, nullable=False),  # title, source, author and origin, a line each
)

signatures = Table(
    "signatures",
    metadata,
    Column("number", LongInteger, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("revision", Text, nullable=False),  # the one that was signed
    Column("shingles", Integer, nullable=False),
    Column("minima", LargeBinary, nullable=False),
)

copy_bands = Table(
    "copy_bands",
    metadata,
    Column("band", LongInteger, nullable=False),
    Column("number", ForeignKey("signatures.number", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("band", "number"),
    Index("copy_bands_by_number", "number"),
    sqlite_with_rowid=False,
)

copies = Table(
    "copies",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("copy_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),  # every pair both ways
    PrimaryKeyConstraint("article_id", "copy_id"),
    Index("copies_by_copy", "copy_id"),
)

companies_read = Table(
    "companies_read",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Text, nullable=False),  # the one that was gone through
    Column("list", Text, nullable=False),  # `CompanyList.version` of the one that it was gone through by
)

companies = Table(
    "companies",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),  # in the order in which the article names them
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),  # of the name, as `name_key` gives it
    Column("exchange", Text),
    Column("ticker", Text),
    PrimaryKeyConstraint("article_id", "place"),
    Index("companies_by_name", "name", "ticker", "exchange"),
    Index("companies_by_ticker", "ticker"),
)

removals = Table(
    "removals",
    metadata,
    Column("seq", LongInteger, nullable=False),  # corpus.seq after the removal
    Column("article_id", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("by_hand", Integer, nullable=False),  # 1: the articles folder may not bring this revision back
    PrimaryKeyConstraint("seq", "article_id"),
    Index("removals_by_article", "article_id", "revision"),
)

last_words = Table(
    "last_words",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("number", LongInteger, nullable=False),  # of the job
)

trash = Table(
    "trash",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("removed_at", Text, nullable=False),
    Column("seq", LongInteger, nullable=False),  # of its removal
    Column("article", Text, nullable=False),  # JSON: the row
    Column("revisions", Text, nullable=False),  # JSON: the rows
    Index("trash_by_time", "removed_at"),
)

files = Table(
    "files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("size", LongInteger, nullable=False),
    Column("modified", Float, nullable=False),
)

folder_articles = Table(
    "folder_articles",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("folder", Text, nullable=False),  # of one machine of several, the one that read its file last
)

validators = Table(
    "validators",
    metadata,
    Column("number", LongInteger, primary_key=True),  # grows, so that the oldest can be forgotten
    Column("url", Text, nullable=False, unique=True),
    Column("etag", Text),
    Column("last_modified", Text),
    sqlite_autoincrement=True,
)

corpus = Table(
    "corpus",
    metadata,
    Column("seq", LongInteger, nullable=False),
    Column("id", Text, nullable=False, server_default=""),
    Column("mark", Text, nullable=False, server_default=""),
)

rebuilds = Table("rebuilds", metadata, Column("completed_at", Text, nullable=False))  # one row: the last one


@event.listens_for(metadata, "after_create")
def _begin(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    if connection.scalar(select(corpus.c.seq)) is None:
        connection.execute(insert(corpus).values(seq=0, id=new_corpus_id()))
    for statement in TRIGGERS[connection.dialect.name]:
        connection.execute(text(statement))


def new_corpus_id() -> str:
    return secrets.token_hex(16)
