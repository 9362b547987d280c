"""Articles as rows of the tables, both ways, and what else every reader and writer of them shares.

A row of `revisions` is one text of an article; where it lay, and which text is the current one, is in `articles`.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, Update, and_, bindparam, insert, update

from index.article import Article, Removed
from index.companies.company_list import Company

REVISION_FIELDS = tuple(f.name for f in fields(Article) if f.name not in {"id", "origin", "removed", "found_in"})
_Key = TypeVar("_Key")
_MANY = 500  # rows asked for by key at once; SQLite bounds the variables of a statement


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One revision of an article, and how it lies in the store."""

    article: Article
    revision: str
    is_current: bool
    added_at: str
    passages: int
    companies: tuple[Company, ...]
    """That its present text names, in order; those of the text before, or none, until it is published."""


def revision_row(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in REVISION_FIELDS} | {
        "article_id": article.id,
        "removed": json.dumps([[line.rule, line.text] for line in article.removed], ensure_ascii=False),
        "found_in": json.dumps(dict(article.found_in), ensure_ascii=False),
    }


def article_of(row: Row[*tuple[Any, ...]], **listed: Any) -> Article:
    """listed: the values of columns that were not asked for."""
    values = {**row._mapping, **listed}
    return Article(
        id=values["article_id"],
        origin=values["origin"],
        removed=tuple(Removed(rule, text) for rule, text in json.loads(values["removed"])),
        found_in=json.loads(values["found_in"]),
        **{name: values[name] for name in REVISION_FIELDS},
    )


def batches(keys: Sequence[_Key]) -> Iterable[Sequence[_Key]]:
    return (keys[i : i + _MANY] for i in range(0, len(keys), _MANY))


def put(connection: Connection, table: Table, row: Mapping[str, object], changed: Iterable[str] | None = None) -> None:
    """Insert `row`, or where one of its primary key is there, give that one the values of `changed`, else all of `row`.

    In a write, which no other is beside.
    """
    change = _change(table, tuple(row if changed is None else changed))
    if not connection.execute(change, {_given(name): value for name, value in row.items()}).rowcount:
        connection.execute(insert(table), row)


@cache
def _change(table: Table, changed: tuple[str, ...]) -> Update:
    own = [column.name for column in table.primary_key]
    its = and_(*(table.c[name] == bindparam(_given(name)) for name in own))
    return update(table).where(its).values({name: bindparam(_given(name)) for name in changed if name not in own})


def _given(name: str) -> str:
    """A column's own name stands for its new value alone."""
    return f"given_{name}"


def now() -> str:
    return moment(dt.datetime.now(dt.UTC))


def moment(at: dt.datetime) -> str:
    """In the form of all moments in the store, which sort as they follow each other. at: in UTC."""
    return at.isoformat(timespec="milliseconds")
