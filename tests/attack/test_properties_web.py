"""What goes out and comes in over HTTP, one value at a time: exports, answers in pieces, cursors, filters, numbers."""

import base64
import json
import re
from contextlib import suppress
from typing import Any

import pytest
from conftest import HashingEmbedder
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import ValidationError
from texts import questions, raw_texts, texts
from werkzeug.datastructures import FileStorage

from index.errors import IndexFault
from index.library import Library
from index.search.filters import Filters
from index.store.catalogue import Selection
from web.conversations.export import escaped, file_name
from web.error_replies import invalid
from web.jobs.intake import MAX_FILE_NAME_CHARS, bare_name
from web.plain import pieces
from web.schemas.requests import (
    ArticlesQuery,
    AskBody,
    FeedbackBody,
    FiltersBody,
    JobsQuery,
    RenameBody,
    SearchBody,
    SessionsQuery,
)

_PLACES = ["", "> ", "# ", "**"]


@given(texts(40), st.sampled_from(_PLACES))
@example("a\x00b", "")
@example("\u202e", "")
def test_what_is_exported_shows_as_it_was_written_and_is_never_markup(text: str, before: str) -> None:
    """But for the characters that would turn the direction of what stands behind them."""
    line = " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", text).split())
    behind = "**" if before == "**" else ""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"{before}{escaped(text)}{behind}")
    inline = [token for token in tokens if token.type == "inline"]
    shown = "".join(child.content for token in inline for child in token.children or [])
    assert len(inline) <= 1
    if line or before != "**":
        assert shown == line.replace("\x00", "\ufffd")
    kinds = {child.type for token in inline for child in token.children or []}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}


@given(raw_texts(20), st.sampled_from(["md", "json"]))
def test_the_name_of_an_export_is_plain(title: str, suffix: str) -> None:
    name = file_name({"title": title}, suffix)
    assert name.removesuffix(f".{suffix}").replace("-", "a").isalnum()
    assert name.isascii()


@given(raw_texts(40))
def test_an_uploads_name_is_one_short_line_and_no_path(name: str) -> None:
    bare = bare_name(FileStorage(filename=name))
    assert 0 < len(bare) <= MAX_FILE_NAME_CHARS
    assert bare.isprintable()
    assert "/" not in bare
    assert "\\" not in bare


@given(texts(30), st.lists(st.integers(1, 9), unique=True, max_size=4))
def test_an_answer_in_pieces_is_the_answer(text: str, indices: list[int]) -> None:
    citations = [{"index": index} for index in indices]
    found = pieces(text, citations)
    assert "".join(piece for piece, _ in found) == text
    assert all(citation is None or piece == f"[{citation['index']}]" for piece, citation in found)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), raw_texts(4)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(raw_texts(2), inner, max_size=4)),
    max_leaves=8,
)
_NUMBERS = st.sampled_from(
    [
        0,
        -1,
        51,
        2**31,
        2**63,
        -(2**63) - 1,
        10**400,
        1.5,
        5.0,
        1e300,
        1e400,
        float("nan"),
        float("-inf"),
        True,
        "5",
        "",
        None,
    ]
)
_DAYS = st.sampled_from(
    ["10000-01-01", "0000-01-01", "2024-02-30", "2024-1-1", "2024-02-29T00:00", "٢٠٢٤-٠١-٠١", 20240101, 1e400]
)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "question": questions(),
    "query": questions(),
    "title": raw_texts(10),
    "message_id": raw_texts(5),
    "is_positive": st.booleans(),
    "top_k": _NUMBERS,
    "limit": _NUMBERS,
    "cursor": st.one_of(_NUMBERS, raw_texts(5)),
    "after": st.one_of(_DAYS, st.dates().map(str)),
    "before": st.one_of(_DAYS, st.dates().map(str)),
    "sort": st.sampled_from(["-published", "passages", "published; drop", ""]),
    "session_id": raw_texts(5),
    "stream": st.sampled_from([True, False, 0, 1, "true", None]),
    "source": st.lists(raw_texts(3), max_size=3),
}
_BODIES = st.fixed_dictionaries(
    {}, optional={name: st.one_of(values, values, _JSON) for name, values in _FIELDS.items()}
)
_MODELS = [AskBody, SearchBody, FiltersBody, RenameBody, FeedbackBody, ArticlesQuery, SessionsQuery, JobsQuery]


@given(_BODIES, st.sampled_from(_MODELS), st.booleans())
def test_a_request_is_taken_within_its_bounds_or_refused_in_words(
    body: dict[str, Any], model: type[Any], is_nested: bool
) -> None:
    known = {name: value for name, value in body.items() if name in model.model_fields}
    if is_nested and "filters" in model.model_fields:
        known["filters"] = {name: value for name, value in body.items() if name in FiltersBody.model_fields}
    try:
        taken = model.model_validate(known)
    except ValidationError as error:
        refused = invalid(error)
        assert refused.status == 422
        assert len(str(refused)) < 1_000
        json.dumps(str(refused))
        return
    json.dumps(taken.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode("utf-8")
    for name, most in {"top_k": 50, "limit": 200, "cursor": 2**63 - 1}.items():
        value = getattr(taken, name, None)
        assert not isinstance(value, int) or 0 <= value <= most
    if isinstance(taken, FiltersBody):
        assert isinstance(taken.as_filters(), Filters)


_CURSORS = st.one_of(
    raw_texts(5),
    st.lists(_JSON, max_size=4)
    .map(lambda value: json.dumps(value).encode())
    .map(base64.urlsafe_b64encode)
    .map(bytes.decode),
    st.tuples(st.sampled_from(["-published", "title", "passages"]), _JSON, _JSON)
    .map(lambda value: json.dumps(value).encode())
    .map(base64.urlsafe_b64encode)
    .map(bytes.decode),
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    library = Library(tmp_path_factory.mktemp("shelf"), embedder=HashingEmbedder())
    yield library
    library.close()


@given(cursor=_CURSORS, sort=st.sampled_from(["-published", "title", "passages", "-added"]), words=raw_texts(4))
def test_a_cursor_that_was_never_given_gives_a_page_or_is_refused(
    shelf: Library, cursor: str, sort: Any, words: str
) -> None:
    try:
        words.encode()
    except UnicodeError:
        words = ""  # which the border refuses
    with suppress(IndexFault):
        assert shelf.articles(Selection(words, (), None, None, sort), 5, cursor).articles == ()
