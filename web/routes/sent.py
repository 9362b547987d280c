"""What a request sends to be taken in, or to be looked at first: files, articles written out, or an address.

flask-openapi3 knows one kind of body a route; these take several, so they are described by hand and checked here.
"""

from flask import request
from pydantic import ValidationError

from index.errors import BadArticle, shown
from index.ingest.fields import check_fields
from web.error_replies import MAX_FIELD_NAME_CHARS, invalid
from web.errors import Refused
from web.jobs.intake import Sent
from web.schemas.requests import AddressBody, ArticleBody, ArticlesBody

BODIES = (AddressBody, ArticleBody, ArticlesBody)
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


def sent() -> Sent:
    """What the request sends. Raises Refused."""
    if request.mimetype == "multipart/form-data":
        return _sent_files()
    body = request.get_json()
    try:
        # one article may have its url; an address alone is fetched
        if "articles" in body:
            articles = ArticlesBody.model_validate(body).articles
            return Sent(articles=[article.model_dump(exclude_none=True) for article in articles])
        if "url" in body and "text" not in body:
            return Sent(url=AddressBody.model_validate(body).url)
        fields = ArticleBody.model_validate(body).model_dump(exclude_none=True)
        # Of several, a bad one is an item's error, a field that does not fit a note on it; alone both are told here
        check_fields(fields)
        return Sent(articles=[fields])
    except ValidationError as error:
        raise invalid(error) from error
    except BadArticle as error:
        raise Refused(422, f"The article {error}.") from error


def _sent_files() -> Sent:
    unexpected = {name or "" for name in (*request.form, *request.files)} - {"file"}  # a part may have no name: None
    if unexpected:
        name = sorted(unexpected)[0]
        message = f"The form has a part {shown(name)}; expected parts named 'file' with a file each."
        raise Refused(422, message, field=name[:MAX_FIELD_NAME_CHARS])
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Refused(422, "The form has no file.", field="file")
    return Sent(files)
