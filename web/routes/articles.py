"""Articles: the list, one with its text, its revisions and what is near to it; taking in, removing, restoring."""

from dataclasses import asdict

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema

from index.errors import IndexFault, UnknownArticle, shown
from index.store.rows import StoredArticle
from index.text.difference import difference
from web.errors import Refused
from web.replies import Json, article_json, change_json, listed_json, related_json
from web.routes.errors import errors
from web.routes.jobs import Started, started
from web.routes.sent import BODIES, TAKEN_IN, sent
from web.schemas.replies import (
    ArticleReply,
    ArticlesReply,
    CompaniesReply,
    DifferenceReply,
    JobStarted,
    PreviewReply,
    RelatedReply,
    RevisionsReply,
    SourcesReply,
)
from web.schemas.requests import ArticlePath, ArticlesQuery, DifferenceQuery, RevisionQuery
from web.services import services

api = APIBlueprint("articles", __name__, url_prefix="/api", abp_responses=errors(404, 422))


@api.get("/articles", responses={200: ArticlesReply})
def list_articles(query: ArticlesQuery) -> Json:
    """Stored articles without their texts, newest first or in another order."""
    try:
        page = services().library.articles(query.as_selection(), query.limit, query.cursor)
    except IndexFault as error:
        if query.cursor is None:
            raise
        raise Refused(422, str(error), field="cursor") from error
    entries = [listed_json(listed) for listed in page.articles]
    return {"articles": entries, "next_cursor": page.next_cursor, "total": page.total}


@api.get("/sources", responses={200: SourcesReply})
def list_sources() -> Json:
    """The sources of stored articles by name, the 1,000 that have most."""
    return {"sources": [asdict(source) for source in services().library.sources()]}


@api.get("/companies", responses={200: CompaniesReply})
def list_companies() -> Json:
    """The companies that stored articles name, by name, the 1,000 that most name."""
    return {"companies": [asdict(company) for company in services().library.companies()]}


@api.get("/articles/<article_id>", responses={200: ArticleReply})
def get_article(path: ArticlePath, query: RevisionQuery) -> Json:
    """One article with its text, as it is now or in the revision that a citation names."""
    return article_json(_revision(path.article_id, query.revision))


@api.get("/articles/<article_id>/revisions", responses={200: RevisionsReply})
def list_revisions(path: ArticlePath) -> Json:
    """The states of an article, the one first taken in last first; the present one is marked."""
    found = services().library.history(path.article_id)
    if not found:
        raise UnknownArticle(f"There is no article {shown(path.article_id)}.")
    return {"revisions": [asdict(revision) for revision in found]}


@api.get("/articles/<article_id>/difference", responses={200: DifferenceReply})
def show_difference(path: ArticlePath, query: DifferenceQuery) -> Json:
    """What became of each sentence between two revisions; without `to`, the present one."""
    old, new = _revision(path.article_id, query.from_), _revision(path.article_id, query.to)
    changes = difference(old.article.text, new.article.text, new.article.language)
    return {
        "article_id": path.article_id,
        "from": old.revision,
        "to": new.revision,
        "changes": [change_json(change, old.article.text, new.article.text) for change in changes],
    }


@api.get("/articles/<article_id>/related", responses={200: RelatedReply})
def list_related(path: ArticlePath) -> Json:
    """Up to six articles nearest to one by meaning, nearest first; none while the index does not show it yet."""
    library = services().library
    if library.article(path.article_id) is None:
        raise UnknownArticle(f"There is no article {shown(path.article_id)}.")
    return {"articles": [related_json(related) for related in library.snapshot().related(path.article_id)]}


def _revision(article_id: str, revision: str | None) -> StoredArticle:
    stored = services().library.article(article_id, revision)
    if stored is None:
        raise UnknownArticle(f"There is no article {shown(article_id)}" + (" in that revision." if revision else "."))
    return stored


@api.delete("/articles/<article_id>", responses={204: None})
def remove_article(path: ArticlePath) -> tuple[str, int]:
    """Remove an article. No answer uses it from here on; the index files follow. Within an hour it can be restored."""
    serving = services()
    g.subject = title = serving.library.titles([path.article_id]).get(path.article_id)
    serving.library.hide([path.article_id])
    serving.jobs.publish_removal(title or path.article_id)
    return "", 204


for body in BODIES:
    api.components_schemas[body.__name__] = Schema(**get_model_schema(body))


@api.post(
    "/articles",
    responses={202: JobStarted, **errors(400, 413, 415, 429)},
    openapi_extensions={"requestBody": TAKEN_IN},
)
def add_articles() -> Started:
    """Take in files, the page or feed at an address, or articles written out."""
    wanted, jobs = sent(), services().jobs
    if wanted.files:
        return started(jobs.add_files(wanted.files))
    if wanted.url:
        return started(jobs.add_address(wanted.url))
    return started(jobs.add_articles(wanted.articles))


@api.post(
    "/articles/preview",
    responses={200: PreviewReply, **errors(400, 413, 415, 429)},
    openapi_extensions={"requestBody": TAKEN_IN},
)
def preview_articles() -> Json:
    """What adding the same would take in and change: the first 20 items, as far as 15 seconds reach. Stores nothing."""
    return services().jobs.previews.look(sent()).as_json()


@api.post("/articles/<article_id>/restore", responses={202: JobStarted, **errors(409, 429)})
def restore_article(path: ArticlePath) -> Started:
    """Bring back an article that was removed within the last hour, as it was. Needs no body."""
    serving = services()
    serving.library.restore(path.article_id)
    return started(serving.jobs.publish_restored())
