"""Articles: the list, one with its text and its revisions, taking in and removing."""

from dataclasses import asdict

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema
from pydantic import ValidationError

from index.difference import difference
from index.errors import BadArticle, IndexFault, UnknownArticle, shown
from index.ingest.fields import check_fields
from index.rows import StoredArticle
from web.error_replies import MAX_FIELD_NAME_CHARS, invalid_reply
from web.errors import Refused
from web.replies import Json, article_json, change_json
from web.routes.errors import errors
from web.schemas import (
    AddressBody,
    ArticleBody,
    ArticlePath,
    ArticleReply,
    ArticlesBody,
    ArticlesQuery,
    ArticlesReply,
    DifferenceQuery,
    DifferenceReply,
    JobStarted,
    RevisionQuery,
    RevisionsReply,
)
from web.services import services

api = APIBlueprint("articles", __name__, url_prefix="/api/articles", abp_responses=errors(404, 422))

Started = tuple[Json, int, dict[str, str]]


@api.get("", responses={200: ArticlesReply})
def list_articles(query: ArticlesQuery) -> Json:
    """Stored articles without their texts, newest first."""
    try:
        page = services().library.articles(query.q, query.limit, query.cursor)
    except IndexFault as error:
        if query.cursor is None:
            raise
        raise Refused(422, str(error), field="cursor") from error
    entries = [article_json(stored, with_text=False) for stored in page.articles]
    return {"articles": entries, "next_cursor": page.next_cursor}


@api.get("/<article_id>", responses={200: ArticleReply})
def get_article(path: ArticlePath, query: RevisionQuery) -> Json:
    """One article with its text, as it is now or in the revision that a citation names."""
    return article_json(_revision(path.article_id, query.revision), with_text=True)


@api.get("/<article_id>/revisions", responses={200: RevisionsReply})
def list_revisions(path: ArticlePath) -> Json:
    """The states of an article, the one first taken in last first; the present one is marked."""
    found = services().library.history(path.article_id)
    if not found:
        raise UnknownArticle(f"There is no article {shown(path.article_id)}.")
    return {"revisions": [asdict(revision) for revision in found]}


@api.get("/<article_id>/difference", responses={200: DifferenceReply})
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


def _revision(article_id: str, revision: str | None) -> StoredArticle:
    stored = services().library.article(article_id, revision)
    if stored is None:
        raise UnknownArticle(f"There is no article {shown(article_id)}" + (" in that revision." if revision else "."))
    return stored


@api.delete("/<article_id>", responses={204: None})
def remove_article(path: ArticlePath) -> tuple[str, int]:
    """Remove an article. No answer uses it from here on; the index files follow."""
    serving = services()
    serving.library.hide([path.article_id])
    serving.jobs.publish_removal(path.article_id)
    return "", 204


# flask-openapi3 knows one kind of body a route; this one takes several, so they are described by hand
for model in (AddressBody, ArticleBody, ArticlesBody):
    api.components_schemas[model.__name__] = Schema(**get_model_schema(model))
FORM = {
    "type": "object",
    "properties": {"file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
    "required": ["file"],
    "additionalProperties": False,
}
TAKEN_IN = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [
                    {"$ref": f"#/components/schemas/{model.__name__}"}
                    for model in (AddressBody, ArticleBody, ArticlesBody)
                ]
            }
        },
        "multipart/form-data": {"schema": FORM},
    },
}


@api.post(
    "",
    responses={202: JobStarted, **errors(400, 413, 415, 429)},
    openapi_extensions={"requestBody": TAKEN_IN},
)
def add_articles() -> Started | Response:
    """Take in files, the page or feed at an address, or articles written out."""
    jobs = services().jobs
    if request.mimetype == "multipart/form-data":
        return _started(_add_files())
    body = request.get_json()
    try:
        # one article may have its url; an address alone is fetched
        if "articles" in body:
            articles = ArticlesBody.model_validate(body).articles
            return _started(jobs.add_articles([article.model_dump(exclude_none=True) for article in articles]))
        if "url" in body and "text" not in body:
            return _started(jobs.add_address(AddressBody.model_validate(body).url))
        fields = ArticleBody.model_validate(body).model_dump(exclude_none=True)
        # Of several, a bad one is the job's error, a field that does not fit a note on its article; alone both are told
        check_fields(fields)
        return _started(jobs.add_articles([fields]))
    except ValidationError as error:
        return invalid_reply(error)
    except BadArticle as error:
        raise Refused(422, f"The article {error}.") from error


def _add_files() -> str:
    unexpected = (set(request.form) | set(request.files)) - {"file"}
    if unexpected:
        name = sorted(unexpected)[0]
        message = f"The form has a part {shown(name)}; expected parts named 'file' with a file each."
        raise Refused(422, message, field=name[:MAX_FIELD_NAME_CHARS])
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Refused(422, "The form has no file.", field="file")
    return services().jobs.add_files(files)


def _started(job_id: str) -> Started:
    return {"job_id": job_id}, 202, {"Location": f"/api/jobs/{job_id}"}
