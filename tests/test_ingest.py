"""Real bytes in, exact articles and errors out, for every format."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from index.article import ID_PATTERN, MAX_TEXT_CHARS, Article, ItemError, article_id, clean_text
from index.errors import BadArticle
from index.ingest import SUFFIXES, article_from_fields, read_item
from index.ingest.dates import date_in_name, iso_date
from index.ingest.jsonl import MAX_LINE_BYTES

VOTED = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
OPENS = "Work on the piers begins in May and the bridge opens to traffic two years later, engineers said."


def article(name: str, data: str | bytes) -> Article:
    [item] = read_item(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(item, Article), item
    return item


def error(name: str, data: str | bytes) -> ItemError:
    [item] = read_item(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(item, ItemError), item
    return item


# Any format


def test_suffixes_are_the_formats_that_are_read() -> None:
    assert {".txt", ".md", ".html", ".htm", ".jsonl"} == SUFFIXES


@pytest.mark.parametrize("name", ["a.exe", "a", ".txt", "a.txt.zip", ""])
def test_another_format_is_an_error_that_lists_those_read(name: str) -> None:
    found = error(name, "text")
    assert found.item == name
    assert ".htm, .html, .jsonl, .md, .txt" in found.message


def test_a_suffix_may_be_in_capitals() -> None:
    assert article("NOTES.TXT", "One line.").text == "One line."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("data", [b"", b" \n\t\n", "\ufeff".encode()])
def test_a_blank_file_is_an_error(name: str, data: bytes) -> None:
    assert "text" in error(name, data).message


def test_a_blank_archive_has_no_items() -> None:
    assert list(read_item("a.jsonl", b"\n\n")) == []


def test_a_date_in_the_file_name_counts_where_the_article_states_none() -> None:
    assert article("news/2021-03-29-bridge.txt", "One line.").published_at == "2021-03-29"
    assert article("2021-03-29.md", "---\ndate: 2020-01-02\n---\nOne line.").published_at == "2020-01-02"
    assert article("2021-02-30.txt", "One line.").published_at is None
    assert article("2021-03-29/bridge.txt", "One line.").published_at is None


def test_a_file_is_known_by_its_path_and_not_by_its_text() -> None:
    before, after = article("news/bridge.txt", "One line."), article("news/bridge.txt", "Another line.")
    assert before.id == after.id == article_id(url=None, path="news/bridge.txt", text="")
    assert before.id.startswith("news-bridge-txt-")
    assert before.revision != after.revision
    assert before.origin == "news/bridge.txt"


def test_the_seed_article_is_read_whole() -> None:
    path = Path(__file__).parent.parent / "seeds" / "000_afa32b4702511f54.txt"
    seed = article(path.name, path.read_bytes())
    assert seed.title.startswith("Israel has rebuffed U.S. pressure")
    assert seed.title.endswith("…")
    assert len(seed.title) <= 120
    assert seed.text == path.read_text(encoding="utf-8").strip()
    assert seed.published_at is None


# Dates


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2021-03-29", "2021-03-29"),
        (" 20210329 ", "2021-03-29"),
        ("2021/03/29", "2021-03-29"),
        ("2021-03-29T10:00:00Z", "2021-03-29T10:00:00+00:00"),
        ("2021-03-29T10:00:00.5+02:00", "2021-03-29T10:00:00.500000+02:00"),
        ("2021-03-29 10:00", "2021-03-29T10:00:00"),
        ("2021-03-29 10:00:00 -0700", "2021-03-29T10:00:00-07:00"),
        ("2021-03-29 10:00:00 UTC", "2021-03-29T10:00:00+00:00"),
        ("Mon, 29 Mar 2021 10:00:00 GMT", "2021-03-29T10:00:00+00:00"),
        ("29 Mar 2021 10:00:00 EDT", "2021-03-29T10:00:00-04:00"),
        ("Mon, 29 Mar 2021 10:00:00 +0530", "2021-03-29T10:00:00+05:30"),
        ("29 March 2021", "2021-03-29"),
        ("March 29, 2021", "2021-03-29"),
        ("Sept. 3, 2023", "2023-09-03"),
        ("1969-07-20", "1969-07-20"),
        (date(2021, 3, 29), "2021-03-29"),
        (datetime(2021, 3, 29, 10, tzinfo=UTC), "2021-03-29T10:00:00+00:00"),
    ],
)
def test_dates_come_out_as_iso_8601(stated: object, expected: str) -> None:
    assert iso_date(stated) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "2021",
        "2021-03",
        "March 29",
        "29 Mar 21 10:00:00 GMT",
        "03/29/2021",
        "2021-02-30",
        "31 June 2021",
        "yesterday",
        "10:00",
        "Marathon 3, 2021",
        "29 Mar 2021 10:00:00 XYZ",
        "٢٠٢١-٠٣-٢٩",
        "2021-03-29T25:00",
        1617012000,
        20210329.0,
        True,
        None,
        ["2021-03-29"],
        "2021-03-29" * 1000,
        "0000-01-01",
    ],
)
def test_what_would_take_a_guess_is_no_date(stated: object) -> None:
    assert iso_date(stated) is None


@pytest.mark.parametrize("name", ["20210329.txt", "a-2021-03-29.txt", "2021-03-290.txt", "2021-13-01.txt", ""])
def test_a_file_name_that_does_not_start_with_a_date(name: str) -> None:
    assert date_in_name(name) is None


# Plain text


def test_a_first_line_that_stands_alone_is_the_title() -> None:
    found = article("a.txt", f"\nA new bridge\n\n{VOTED}\r\n{OPENS}\r\n")
    assert found.title == "A new bridge"
    assert found.text == f"{VOTED}\n{OPENS}"


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is new.\n\nIt opens.",
        "“Is it new?”\n\nIt is.",
        "A bridge\nIt opens.",
        "A bridge",
        f"{'x' * 201}\n\nIt is.",
    ],
)
def test_any_other_first_line_stays_in_the_text(text: str) -> None:
    assert article("a.txt", text).text == text


@pytest.mark.parametrize(
    "paragraph",
    [
        "The council voted on Tuesday to build a new bridge over the river,\nafter years of debate.",
        "The council voted on Tuesday evening to build a new\nbridge over the river, after years of debate in\n"
        "Oldport and on the far bank. Dr. Berg spoke, those of\nSt. John's did not.",
        "   Indented paragraphs, too, were often typed with a line break at\n   the margin\n",
    ],
)
def test_a_paragraph_wrapped_by_hand_is_one_line(paragraph: str) -> None:
    text = f"It is so.\n\n{paragraph}\n\nIt opens."
    assert article("a.txt", text).text == f"It is so.\n\n{' '.join(paragraph.split())}\n\nIt opens."


@pytest.mark.parametrize(
    "lines",
    [
        "Apples and pears\nlemons and limes\nplums",
        "shall open\nin May",
        "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
        "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;",
        "The council votes to close the old bridge in the spring of next year\n"
        "Mayor of Oldport resigns over the plan for the new one and its costs\nBridges close",
        "- The council voted on Tuesday to build a new bridge over the river,\n"
        "  after years of debate, and the work on its piers begins in May.\n- The old bridge closes.",
        "1. The council voted on Tuesday to build a new bridge over the river\n"
        "and the old one closes in the spring of next year, before the floods\n2. That is all.",
        "A heading\nand then a line that is as long as a line of a paragraph that is wrapped by hand.",
        f"{VOTED}\nand {'so ' * 40}on.",
    ],
)
def test_lines_that_were_not_wrapped_stay(lines: str) -> None:
    text = f"It is so.\n\n{lines}\n\nIt opens."
    assert article("a.txt", text).text == text


def test_a_title_made_from_the_text_is_its_first_sentence_or_is_cut_at_a_word() -> None:
    assert article("a.txt", f"{VOTED} {OPENS}").title == VOTED
    assert article("a.txt", "word " * 100).title == "word " * 23 + "word…"
    assert article("a.txt", "x" * 500).title == "x" * 119 + "…"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_western_text_is_read_in_any_usual_encoding(encoding: str) -> None:
    text = "Le café est fermé. À bientôt, dit l'élève."
    assert article("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Café"),
        ("cp1252", "He said “no” – then left."),
        ("cp1250", "Zażółć gęślą jaźń w ogrodzie."),
        ("cp1251", "Привет, это новая статья о городе и его жителях."),
        ("shift_jis", "今日は天気がいいです。明日も晴れるでしょう。"),
    ],
)
def test_the_likeliest_encoding_is_taken_when_none_is_stated(encoding: str, text: str) -> None:
    assert article("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"text\0more", b"\xff\xfe\x00", b"\x7fELF\x02\x01\x01\0" * 9]
)
def test_what_is_not_text_is_an_error(data: bytes) -> None:
    assert "is not text" in error("a.txt", data).message


def test_more_text_than_an_article_may_hold_is_an_error() -> None:
    assert "5,000,001 characters" in error("a.txt", "x" * (MAX_TEXT_CHARS + 1)).message
    assert "20,000,001 bytes" in error("a.txt", b"x" * (4 * MAX_TEXT_CHARS + 1)).message


def test_cleaning_takes_one_pass_over_a_million_blanks() -> None:
    assert (
        clean_text("a" + " " * 1_000_000 + "b \u00a0\t\n\n\n\nc\f\u200bd\0")
        == "a" + " " * 1_000_000 + "b\n\nc\n\u200bd"
    )


# Markdown

MARKDOWN = """---
title: A new bridge
author: [Jane Doe, John Roe]
source: The Daily News
date: 2021-03-29
updated: 2021-03-30 08:00:00 +02:00
url: https://news.example/bridge
language: en
provenance: wire
draft: true
---

# A new bridge

The council **voted** on
[Tuesday](https://x.example) &amp; `agreed`. ![A bridge](bridge.png)

<div>no markup</div>

- First <b>the</b> piers
- Then *the* deck
  1. steel
  2. asphalt

> “We did it,” she said.

| Year | Cost |
|------|------|
| 2020 | 5    |

```python
x = 1
```
"""


def test_markdown_becomes_plain_paragraphs() -> None:
    found = article("news/bridge.md", MARKDOWN.replace("\n", "\r\n"))
    assert found == Article(
        id=article_id(url="https://news.example/bridge", path=None, text=""),
        title="A new bridge",
        text="The council voted on Tuesday & agreed.\n\nFirst the piers\nThen the deck\n1. steel\n2. asphalt\n\n"
        "“We did it,” she said.\n\nYear | Cost\n2020 | 5\n\nx = 1",
        origin="news/bridge.md",
        url="https://news.example/bridge",
        source="The Daily News",
        author="Jane Doe, John Roe",
        published_at="2021-03-29",
        updated_at="2021-03-30T08:00:00+02:00",
        language="en",
        provenance="wire",
    )


def test_the_first_top_heading_is_the_title_and_not_text() -> None:
    found = article("a.md", "![logo](x.png)\n\nA *new* bridge\n====\n\nText.\n\n## Next\n\n# Last\n")
    assert found.title == "A new bridge"
    assert found.text == "Text.\n\nNext\n\nLast"


def test_a_heading_that_is_not_the_title_of_the_front_matter_stays() -> None:
    found = article("a.md", "---\ntitle: 1984\n---\n# A bridge\n\nText.")
    assert (found.title, found.text) == ("1984", "A bridge\n\nText.")


def test_malformed_front_matter_is_an_error_with_its_line() -> None:
    assert "front matter, line 4:" in error("a.md", "---\ntitle: x\nauthor: [a, b\n---\nText.").message
    assert "front matter, line 3:" in error("a.md", "---\ntitle: x\nsource: a: b\n---\nText.").message


@pytest.mark.parametrize(
    ("front_matter", "named"),
    [
        ("date: soon", "published_at is 'soon'"),
        ("date: 2021-02-30", "front matter cannot be read"),
        ("url: ftp://x.example/a", "url is 'ftp://x.example/a'"),
        ("language: no", "language is False"),
        ("title: {a: b}", "title is {'a': 'b'}"),
        ("? [a]\n: b", "front matter"),
        ("a: " + "[" * 9_000, "front matter"),
        ("a: " + "x" * 30_000, "20,000"),
        ("a: &a [b, b]\nc: &c [*a, *a]\ntitle: [*c, *c]", "title is [[[...], [...]]"),
        ("x: !!python/object/apply:os.getcwd []", "front matter, line 2"),
    ],
)
def test_front_matter_that_does_not_fit_is_an_error_that_names_it(front_matter: str, named: str) -> None:
    assert named in error("a.md", f"---\n{front_matter}\n---\nText.").message


@pytest.mark.parametrize("text", ["Text only.", "---\nNever closed: yes", "---\nProse between rules.\n---\nText."])
def test_text_without_front_matter_is_all_text(text: str) -> None:
    assert "yes" in article("a.md", text).text or "Text" in article("a.md", text).text


@pytest.mark.parametrize(
    "unit", ["[", "> ", "- ", "*a ", "![a](", "|a|\n|-|\n", "<a ", "`", "1. a\n", "\\", "&a;", "[a]: b\n"]
)
def test_hostile_markdown_is_read_or_refused(unit: str) -> None:
    [item] = read_item("a.md", (unit * (50_000 // len(unit)) + "\n\nend").encode())
    assert isinstance(item, ItemError) or item.text.endswith("end")


# JSON lines


def test_an_archive_gives_one_article_a_line() -> None:
    full = {
        "id": "a.1~x",
        "title": "A  bridge\n",
        "text": "It opens.\r\n",
        "url": "https://x.example/a",
        "source": "News",
        "author": "Jane",
        "published_at": "Mon, 29 Mar 2021 10:00:00 GMT",
        "updated_at": None,
        "language": "en",
        "provenance": "",
        "extra": [1, 2],
    }
    lines = [full, {"text": "By URL.", "url": "https://x.example/b"}, {"text": "By its text."}]
    items = list(read_item("a.jsonl", "\ufeff".encode() + "\n\n".join(map(json.dumps, lines)).encode()))
    assert items[0] == Article(
        id="a.1~x",
        title="A bridge",
        text="It opens.",
        origin="a.jsonl",
        url="https://x.example/a",
        source="News",
        author="Jane",
        published_at="2021-03-29T10:00:00+00:00",
        language="en",
    )
    assert [item.id for item in items[1:] if isinstance(item, Article)] == [
        article_id(url="https://x.example/b", path=None, text=""),
        article_id(url=None, path=None, text="By its text."),
    ]


def test_one_bad_line_does_not_lose_the_others() -> None:
    bad = [b'{"text": "cut', b"[1]", b'{"title": "none"}', b'{"text": "\xff"}', b"[" * 100_000, b"1" * 5_000, b"NaN"]
    data = b"\n".join([b'{"text": "First."}', *bad, b'{"text": "Last."}'])
    items = list(read_item("b/a.jsonl", data))
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "Last."]
    assert [item.item for item in items if isinstance(item, ItemError)] == [f"b/a.jsonl:{n}" for n in range(2, 9)]


def test_a_line_over_the_bound_is_that_lines_error() -> None:
    data = b'{"text": "' + b"x" * MAX_LINE_BYTES + b'"}\n{"text": "Last."}'
    first, last = read_item("a.jsonl", data)
    assert isinstance(first, ItemError)
    assert "at most 16,000,000" in first.message
    assert isinstance(last, Article)


# Fields


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("text", 5, "text is 5"),
        ("text", "\0 \ud800", "text is"),
        ("text", None, "has no text"),
        ("id", "a b", "id is 'a b'"),
        ("id", "", "id is ''"),
        ("id", "x" * 129, "..."),
        ("id", "a\n", "id is"),
        ("url", "javascript:alert(1)", "url is 'javascript:alert(1)'"),
        ("url", "https://", "url is"),
        ("url", "http://[", "url is"),
        ("url", "https://a b.example/", "url is"),
        ("published_at", "29/03/2021", "published_at is '29/03/2021'"),
        ("updated_at", 1617012000, "updated_at is 1617012000"),
        ("title", ["a"], "title is ['a']"),
        ("title", "x" * 2_001, "2,000"),
        ("language", True, "language is True"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_it(field: str, value: object, named: str) -> None:
    with pytest.raises(BadArticle) as caught:
        article_from_fields({"text": "Text.", field: value}, origin="pasted", path=None)
    assert named in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_number_too_long_to_write_out_is_an_error_too() -> None:
    with pytest.raises(BadArticle, match="author is a number too long to show"):
        article_from_fields({"text": "Text.", "author": 10**5_000}, origin="pasted", path=None)


def test_lone_surrogates_are_left_out() -> None:
    found = article_from_fields({"text": "a\ud800b", "title": "c\udfffd"}, origin="pasted", path=None)
    assert (found.text, found.title) == ("ab", "cd")
    assert ID_PATTERN.fullmatch(found.id)


# HTML

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


@pytest.mark.parametrize("address", ["https://x.example/", "javascript:alert(1)", "http://["])
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
