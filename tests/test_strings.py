"""The page's strings: each is there, each is used, and every language has the same; a request gets its language."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from web.language import LANGUAGES, OF_TEMPLATES, Strings, for_later, for_scripts, strings
from web.security.access import BROWSER_COOKIE
from web.security.sign_in import TOKEN_COOKIE
from web.settings import Settings

WEB = Path(__file__).parents[1] / "web"
KEY = r"[a-z]+\.[a-z_]+"
ENGLISH = strings("en")
OTHERS = sorted(set(LANGUAGES) - {"en"})
FORMS = {"one", "other"}
"""The plural categories of the languages so far; another language may need more."""


def quoted(folder: str, suffix: str) -> set[str]:
    """What is a key by its looks in the files there."""
    text = "".join(path.read_text(encoding="utf-8") for path in (WEB / folder).glob(f"*{suffix}"))
    return set(re.findall(rf"""["']({KEY})["']""", text))


IN_SCRIPTS = quoted("static", ".js")
IN_TEMPLATES = set(
    re.findall(rf"\bt\('({KEY})'", "".join(p.read_text(encoding="utf-8") for p in (WEB / "templates").iterdir()))
)


def placeholders(text: str | dict[str, str]) -> list[set[str]]:
    forms = [text] if isinstance(text, str) else [text[form] for form in sorted(text)]
    return [set(re.findall(r"\{(\w+)\}", form)) for form in forms]


def test_every_key_that_is_used_exists_and_every_key_is_used() -> None:
    assert set(ENGLISH) == IN_SCRIPTS | IN_TEMPLATES


def test_the_scripts_get_the_strings_that_they_use() -> None:
    assert for_scripts("en").keys() | for_later("en").keys() >= IN_SCRIPTS
    assert {key for key in ENGLISH if key.startswith(OF_TEMPLATES)} <= IN_TEMPLATES - IN_SCRIPTS


def first_scripts() -> dict[str, str]:
    """Those that the page loads at once, by name."""
    first: dict[str, str] = {}
    waiting = ["chat.js"]
    while waiting:
        name = waiting.pop()
        if name not in first:
            first[name] = (WEB / "static" / name).read_text(encoding="utf-8")
            waiting += re.findall(r'^import [^;]*?"\./([\w-]+\.js)";', first[name], re.M)
    return first


def test_no_script_of_the_first_load_uses_a_string_that_comes_later(client: FlaskClient) -> None:
    first = first_scripts()
    used = {key for text in first.values() for key in re.findall(rf"""["']({KEY})["']""", text)}
    assert used <= for_scripts("en").keys()
    assert not {"library.js", "jobs.js", "reader.js", "about.js", "conversations.js"} & first.keys()
    assert client.get("/strings/de").json == for_later("de")
    assert client.get("/strings/xx").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_load_weighs_less_than_100_kb(client: FlaskClient, language: str) -> None:
    page = client.get("/", headers={"Accept-Language": language}).data
    style = (WEB / "static" / "style.css").read_bytes()
    assert len(page) + len(style) + sum(len(text.encode()) for text in first_scripts().values()) < 100_000


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 article was searched."),
        ("en", 10_000, "10,000 articles were searched."),
        ("de", 1, "1 Artikel wurde durchsucht."),
        ("de", 10_000, "10.000 Artikel wurden durchsucht."),
    ],
)
def test_the_templates_have_numbers_and_their_forms_as_the_language_has_them(
    app: Flask, language: str, n: int, said: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert render_template_string("{{ t('answer.searched', n=n) }}", n=n) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_complete_and_no_key_stands_twice(language: str) -> None:
    pairs: list[list[str]] = []
    text = (WEB / "strings" / f"{language}.json").read_text(encoding="utf-8")
    json.loads(text, object_pairs_hook=lambda found: pairs.append([key for key, _ in found]))
    assert all(len(keys) == len(set(keys)) for keys in pairs)
    assert all(set(forms) == FORMS for forms in strings(language).values() if isinstance(forms, dict))


@pytest.mark.parametrize("language", OTHERS)
def test_another_language_has_the_keys_forms_and_placeholders_of_english(language: str) -> None:
    other: Strings = strings(language)
    assert list(other) == list(ENGLISH)
    for key, english in ENGLISH.items():
        assert type(other[key]) is type(english), key
        english_names = set().union(*placeholders(english))
        assert all(names <= english_names for names in placeholders(other[key])), key
        assert set().union(*placeholders(other[key])) == english_names, key


def language_of(client: FlaskClient, accept: str = "", path: str = "/") -> str:
    reply = client.get(path, headers={"Accept-Language": accept} if accept else {})
    assert {"Accept-Language", "Cookie"} <= set(reply.vary)
    [language] = re.findall(r'<html lang="(\w+)">', reply.text)
    return str(language)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr,en;q=0.3,de;q=0.7", "de"),
        ("de;q=0,en", "en"),
        ("fr,*;q=0.5", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_the_page_speaks_the_first_accepted_language_that_is_shipped(
    client: FlaskClient, accept: str, language: str
) -> None:
    assert language_of(client, accept) == language


@pytest.mark.parametrize(
    ("cookie", "language"), [("en", "en"), ("de", "de"), ("xx", "de"), ("../en", "de"), ("", "de")]
)
def test_the_cookie_wins_where_it_names_a_language_that_is_shipped(
    client: FlaskClient, cookie: str, language: str
) -> None:
    client.set_cookie("assistant_language", cookie)
    assert language_of(client, "de-DE") == language


def test_the_sign_in_page_speaks_it_too(app: Flask, settings: Settings) -> None:
    assert "assistant_language" not in (TOKEN_COOKIE, BROWSER_COOKIE)
    with app.test_request_context(headers={"Accept-Language": "de"}):
        page = app.jinja_env.get_template("login.html")
        context = {"is_wrong": True}
        app.update_template_context(context)
        assert "Zugangstoken" in page.render(context)


def test_the_page_carries_the_strings_of_its_scripts_and_nothing_in_them_ends_the_block(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "de"}).text
    [block] = re.findall(r'<script type="application/json" id="strings">(.*?)</script>', page, re.DOTALL)
    assert json.loads(block) == for_scripts("de")
    assert "<" not in block


def test_what_stands_in_a_sentence_of_the_page_is_in_its_place(client: FlaskClient) -> None:
    page = client.get("/sheets").text
    assert ".csv .docx" in page
    assert "up to 1 MB at once." in page
