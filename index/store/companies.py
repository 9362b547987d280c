"""The companies that stored articles name: kept up with articles and list, looked up for filters and lists.

What the present text of an article names is noted with the list that it was gone through by, not as it comes in but
before the next publish, for all that have no note by the present list: so new articles, those of a library from before
and all after a change of the list are one case, and none is embedded again. Filters ask here and not the index, which
needs not be built anew either.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, insert, or_, select

from index.companies.company_list import Company, CompanyList, shipped
from index.companies.listings import Listing, alike, asked
from index.companies.names import name_key
from index.companies.recognise import companies_in
from index.progress import Progress
from index.store.database import Database
from index.store.schema import IS_CURRENT, articles, companies, companies_read, revisions

AT_ONCE = 10
"""Articles whose texts are held in memory, of up to 8 MB each."""
MAX_LISTED = 1_000
MAX_OF_AN_ARTICLE = 1_000
"""Companies that are noted, the first."""

_TEXTS = (
    select(articles.c.id, articles.c.revision, revisions.c.title, revisions.c.text)
    .join(revisions, IS_CURRENT)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class ListedCompany:
    name: str
    ticker: str | None
    exchange: str | None
    articles: int


class Companies:
    def __init__(self, database: Database, known: CompanyList | None) -> None:
        """The tables are `Store`'s, which makes them. known: None for the shipped list, read when it is needed."""
        self._database = database
        self._own_list = known

    @property
    def _known(self) -> CompanyList:
        return self._own_list or shipped()

    def update(self, progress: Progress) -> None:
        """Note what present articles name that have no note by the present list."""
        known = self._known
        with self._database.read() as connection:
            ids = list(connection.scalars(_unread(known.version)))
        for done in range(0, len(ids), AT_ONCE):
            progress("indexing", done, len(ids))
            with self._database.read() as connection:
                rows = connection.execute(_TEXTS, {"ids": ids[done : done + AT_ONCE]}).all()
            found = {
                (row.id, row.revision): [one.company for one in companies_in(row.title, row.text, known)]
                for row in rows
            }
            with self._database.write() as connection:
                _note(connection, known.version, found)

    def naming(self, values: Sequence[str]) -> Select[tuple[str]]:
        """Ids of the articles that name one of the companies.

        values: each a name or alias, or a ticker with or without its exchange or "$", whatever its case.
        """
        return select(companies.c.article_id).where(or_(*(self._is_one(value) for value in values)))

    def ids_naming(self, values: Sequence[str]) -> list[str]:
        with self._database.read() as connection:
            return list(connection.scalars(self.naming(values)))

    def known(self, values: Iterable[str]) -> dict[str, str]:
        """Of the values, as for `naming`, those that an article names → the company's name, the ticker where none
        has it."""
        its = companies.c
        found = {}
        with self._database.read() as connection:
            for value in values:
                names = select(its.name).where(self._is_one(value)).order_by(its.name == its.ticker, its.name)
                name = connection.scalar(names.limit(1))
                if name is not None:
                    found[value] = name
        return found

    def all(self) -> tuple[ListedCompany, ...]:
        """The MAX_LISTED that most articles name, by name."""
        its = companies.c
        count = func.count().label("articles")
        most = (
            select(its.name, func.max(its.ticker).label("ticker"), func.max(its.exchange).label("exchange"), count)
            .group_by(its.name)
            .order_by(count.desc(), its.name)
            .limit(MAX_LISTED)
            .subquery()
        )
        with self._database.read() as connection:
            rows = connection.execute(select(most).order_by(most.c.name))
            return tuple(ListedCompany(row.name, row.ticker, row.exchange, row.articles) for row in rows)

    def _is_one(self, value: str) -> ColumnElement[bool]:
        """Of the list by the name that it has there; of others by their own, or its beginning, or by their ticker."""
        its = companies.c
        listed = self._known.named(value)
        parts: list[ColumnElement[bool]] = [its.name.in_([company.name for company in listed])]
        if one := asked(value):
            parts.append(_has(one))
        if not listed:
            own = or_(its.key == name_key(value), its.key.startswith(f"{name_key(value)} ", autoescape=True))
            # an article may have the ticker without the name, which another has
            its_tickers = select(companies.c.ticker).where(own)
            parts += [own, and_(its.name == its.ticker, its.ticker.in_(its_tickers))]
        return or_(*parts)


def named_by(connection: Connection, article_ids: Sequence[str]) -> dict[str, tuple[Company, ...]]:
    """What each of those articles names, in order; those that name none are left out."""
    its = companies.c
    rows = select(companies).where(its.article_id.in_(article_ids)).order_by(its.article_id, its.place)
    found: dict[str, list[Company]] = defaultdict(list)
    for row in connection.execute(rows):
        listings = (Listing(row.exchange, row.ticker),) if row.ticker else ()
        found[row.article_id].append(Company(row.name, listings))
    return {article_id: tuple(each) for article_id, each in found.items()}


def _has(one: Listing) -> ColumnElement[bool]:
    its = companies.c
    if one.exchange is None:
        return its.ticker == one.ticker
    return and_(its.ticker == one.ticker, or_(its.exchange.is_(None), its.exchange.in_(alike(one.exchange))))


def _unread(version: str) -> Select[tuple[str]]:
    """Ids of the articles whose present revision was not gone through by that list."""
    its = companies_read.c
    is_read = and_(its.article_id == articles.c.id, its.revision == articles.c.revision, its.list == version)
    return select(articles.c.id).outerjoin(companies_read, is_read).where(its.list.is_(None)).order_by(articles.c.id)


def _note(connection: Connection, version: str, found: Mapping[tuple[str, str], Sequence[Company]]) -> None:
    """In place of what was noted before. found: by article and revision; of those that are no more it is left out."""
    ids = [article_id for article_id, _ in found]
    present = select(articles.c.id, articles.c.revision).where(articles.c.id.in_(ids))
    noted = [tuple(row) for row in connection.execute(present) if tuple(row) in found]
    for table in (companies_read, companies):
        connection.execute(delete(table).where(table.c.article_id.in_([article_id for article_id, _ in noted])))
    read = [{"article_id": article_id, "revision": revision, "list": version} for article_id, revision in noted]
    rows = [
        {"article_id": key[0]} | _row(place, company)
        for key in noted
        for place, company in enumerate(found[key][:MAX_OF_AN_ARTICLE])
    ]
    for table, new in ((companies_read, read), (companies, rows)):
        if new:
            connection.execute(insert(table), new)


def _row(place: int, company: Company) -> dict[str, object]:
    return {
        "place": place,
        "name": company.name,
        "key": name_key(company.name),
        "exchange": company.exchange,
        "ticker": company.ticker,
    }
