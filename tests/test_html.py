"""Pages: the text, what the page says of itself, and what is no page."""

import json

import pytest
from items import OPENS, VOTED, article, error

from index.article import Article, ItemError, article_id
from index.ingest.fields import MAX_FIELD_CHARS
from index.ingest.formats import read_item

HEAD = """<title>A new bridge | The Daily News</title>
<meta property="og:title" content="A new bridge at last"><meta property="og:site_name" content="The Daily News">
<meta name="author" content="Jane Doe"><meta name="provenance" content="wire">
<meta property="article:modified_time" content="2021-03-30T08:00:00Z">
<link rel="canonical" href="https://news.example/2021/bridge">"""
BODY = f"""<nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>
<article><h1>A new bridge at last</h1><time datetime="2021-03-29T10:00:00+02:00">March 29</time>
<p>{VOTED}</p><p>Second <b>bold</b> and <a href="/x">linked</a> paragraph. {OPENS}</p><h2>What next</h2>
<ul><li>First the piers</li><li>Then the deck</li></ul><blockquote><p>“We did it,” she said.</p></blockquote>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2020</td><td>5</td></tr></table></article>
<footer>© 2024 The Daily News. All rights reserved.</footer>"""


def page(head: str = "", body: str = f"<article><p>{VOTED}</p><p>{OPENS}</p></article>", lang: str = "") -> str:
    return f"<!doctype html><html{lang}><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"


def test_a_page_gives_its_text_and_what_it_says_of_itself() -> None:
    assert article("saved/bridge.html", page(HEAD, BODY, ' lang="en-GB"')) == Article(
        id=article_id(url="https://news.example/2021/bridge", path=None, text=""),
        title="A new bridge at last",
        text=f"{VOTED}\n\nSecond bold and linked paragraph. {OPENS}\n\nWhat next\n\nFirst the piers\nThen the deck\n\n"
        "“We did it,” she said.\n\nYear | Cost\n2020 | 5",
        origin="saved/bridge.html",
        url="https://news.example/2021/bridge",
        source="The Daily News",
        author="Jane Doe",
        published_at="2021-03-29T10:00:00+02:00",
        updated_at="2021-03-30T08:00:00+00:00",
        language="en-GB",
        provenance="wire",
    )


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta property="article:published_time" content="2021-03-29">', "2021-03-29"),
        ('<meta name="DC.date" content="bad"><meta name="pubdate" content="2021-03-29">', "2021-03-29"),
        (json_ld({"@type": "NewsArticle", "datePublished": "2021-03-29"}), "2021-03-29"),
        (
            json_ld(
                {
                    "@graph": [
                        {"@type": "WebPage", "datePublished": "2020-01-01"},
                        {"@type": ["Thing", "BlogPosting"], "datePublished": "2021-03-29"},
                    ]
                }
            ),
            "2021-03-29",
        ),
        (json_ld({"@type": "Comment", "datePublished": "2021-03-29"}), None),
        (json_ld([1, None, {"@graph": [3]}, {"@type": 4}, {"@type": "Report", "datePublished": 5}]), None),
        ('<script type="application/ld+json">{broken</script>', None),
        ('<link rel="canonical" href="https://x.example/2021/03/29/bridge">', None),
    ],
)
def test_a_date_counts_only_where_the_page_states_it(head: str, expected: str | None) -> None:
    assert article("a.html", page(head)).published_at == expected


def test_dates_in_prose_and_dates_of_other_things_are_not_the_articles() -> None:
    prose = f"<article><p>Published March 29, 2021. {VOTED}</p><p>{OPENS}</p></article><p>© 2024</p>"
    times = '<time datetime="2020-01-01">a</time><time datetime="2020-01-02">b</time>'
    others = f"<article><p>{VOTED}</p><p>{OPENS}</p></article><aside>{times}</aside>"
    assert article("a.html", page(body=prose)).published_at is None
    assert article("a.html", page(body=others)).published_at is None


@pytest.mark.parametrize(
    "address", ["https://x.example/", "javascript:alert(1)", "http://[", f"https://x.example/{'a' * MAX_FIELD_CHARS}"]
)
def test_an_address_that_names_no_article_is_not_its_url(address: str) -> None:
    found = article("a.html", page(f'<link rel="canonical" href="{address}">'))
    assert found.url is None
    assert found.id == article_id(url=None, path="a.html", text="")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_a_page_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    text = "Совет проголосовал во вторник за строительство нового моста через реку после долгих лет споров."
    markup = page(body=f"<article><p>{text}</p></article>").replace("charset=utf-8", f'charset="{encoding}"')
    assert article("a.htm", markup.encode(encoding)).text == text


def test_an_xhtml_page_with_its_declaration_is_read() -> None:
    markup = '<?xml version="1.0" encoding="iso-8859-1"?>' + page(body=f"<p>Café: {VOTED}</p>").replace("utf-8", "x")
    assert article("a.html", markup.encode("latin-1")).text == f"Café: {VOTED}"


@pytest.mark.parametrize(
    "data",
    [
        "words without any markup",
        "<html><body></body></html>",
        f"<html><body>{'<div>' * 1_000}{VOTED}{'</div>' * 1_000}</body></html>",
        "<" * 1_000,
        "<!--" * 1_000,
        "{}",
    ],
)
def test_a_page_without_text_says_so(data: str) -> None:
    assert "no text found" in error("a.html", data).message


def test_a_page_over_the_bound_is_an_error() -> None:
    assert "at most 5,000,000" in error("a.html", b"<p>" + b"x" * 5_000_000).message


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000,
        "<table><tr><td>" * 2_000,
        "<ul><li>" * 2_000,
        "<p " + "a=b " * 20_000 + ">",
        "<br>" * 20_000,
        "\ud800&#0;&#xD800;\x01",
    ],
)
def test_hostile_pages_are_read_or_refused(body: str) -> None:
    [item] = read_item("a.html", page(body=body + VOTED).encode("utf-8", "surrogatepass"))
    assert isinstance(item, Article | ItemError)
