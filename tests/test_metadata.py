"""What a page says of itself: each field, where it comes from, and what makes no sense."""

import json

import pytest
from items import OPENS, VOTED, article

from index.article import Article
from index.ingest.bylines import behind_title, credit, dates_in, ends_in_credit, is_about, is_name, people

TITLE = "Council votes to build a bridge"
STORY = f"<p>{VOTED}</p><p>{OPENS}</p>"


def found(head: str = "", above: str = f"<h1>{TITLE}</h1>", below: str = "", lang: str = "") -> Article:
    body = f"<body>{above}<div>{STORY}</div>{below}</body>"
    return article("a.html", f"<!doctype html><html{lang}><head><meta charset=utf-8>{head}</head>{body}</html>")


def linked(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def news(**fields: object) -> str:
    return linked({"@context": "https://schema.org", "@type": "NewsArticle", **fields})


def meta(**content: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{said}">' for name, said in content.items())


def said(article: Article, field: str) -> tuple[str | None, str | None]:
    return getattr(article, field), article.found_in.get(field)


@pytest.mark.parametrize(
    ("head", "above", "where"),
    [
        ("", f"<h1>{TITLE}</h1>", "h1"),
        ("<title>Oldport Times</title>", f"<h1>{TITLE}</h1>", "h1"),
        ("<title>Six piers, one vote - Oldport Times</title>", f"<h1>{TITLE}</h1>", "h1"),
        (f"<title>{TITLE} - Oldport Times</title>", f"<h1>Oldport Times</h1><h1>{TITLE}</h1>", "h1"),
        (f"<title>{TITLE}</title>", f"<h1><span class=kicker>Traffic</span> {TITLE}</h1>", "h1"),
        ("", f"<h1><span class=label>Live</span> {TITLE}</h1>", "h1"),
        (meta(og__title=TITLE), f"<h1>{TITLE}<br><small>It took seven years</small></h1>", "h1"),
        (f"<title>{TITLE}</title>", f"<h1>{TITLE}</h2><i>Ada Quill</i>", "h1"),
        (f"<title>{TITLE} | Oldport Times</title>", "", "title element"),
        (f"<title>Oldport Times | {TITLE}</title>", "", "title element"),
        (f"<title>{TITLE} - Oldport Times</title>", f"<p><b>{TITLE}</b></p>", "title element"),
        (f"<title>Oldport Times: {TITLE}</title>", f"<h3>{TITLE}</h3>", "title element"),
        (f"<title>{TITLE} — Oldport Times</title>" + meta(og__site_name="Oldport Times"), "", "title element"),
        (meta(og__title=f"{TITLE} | Oldport Times"), "<h1>Traffic</h1>", "meta og:title"),
        (news(headline=TITLE), "", "JSON-LD headline"),
        (
            "<title>Oldport Times</title>",
            f"<a href=/>Oldport Times</a><h1>Oldport Times</h1><h2>{TITLE}</h2>",
            "heading over the story",
        ),
        ("<title>Start</title>", f"<p><font size=5>{TITLE}</font></p>", "heading over the story"),
        ("", f'<div itemscope itemtype="https://schema.org/NewsArticle"><b itemprop=headline>{TITLE}</b></div>', None),
    ],
)
def test_the_title_is_the_headline_without_the_name_of_the_site(head: str, above: str, where: str | None) -> None:
    assert said(found(head, above), "title") == (TITLE, where or "microdata headline")


@pytest.mark.parametrize(
    ("head", "above", "expected", "where"),
    [
        (news(author={"@type": "Person", "name": "Ada Quill"}), "", "Ada Quill", "JSON-LD author"),
        (news(author=[{"name": "Ada Quill"}, "Tom Reed"]), "", "Ada Quill, Tom Reed", "JSON-LD author"),
        (news(author="https://x.example/ada"), "<p class=byline>By Tom Reed</p>", "Tom Reed", "byline"),
        (
            linked({"@graph": [{"@type": "Article", "author": {"@id": "#1"}}, {"@id": "#1", "name": "Ada Quill"}]}),
            *("", "Ada Quill", "JSON-LD author"),
        ),
        ('<meta name="author" content="Ada Quill">', "", "Ada Quill", "meta author"),
        (
            '<meta name="citation_author" content="Ada Quill"><meta name="citation_author" content="Tom Reed">',
            *("", "Ada Quill, Tom Reed", "meta citation_author"),
        ),
        (meta(article__author="https://x.example/ada"), "<i class=author-name>Ada Quill</i>", "Ada Quill", "byline"),
        (
            meta(og__site_name="Oldport Times") + '<meta name="author" content="Oldport Times">',
            *('<p class="c-Byline">By Ada Quill and Tom Reed, Science Editor</p>', "Ada Quill, Tom Reed", "byline"),
        ),
        ("", "<p>By <a rel=author href=/ada>Ada Quill</a></p>", "Ada Quill", "rel=author link"),
        ("", "<p><a href=/people/ada-quill>Ada Quill</a></p>", "Ada Quill", "link to the author"),
        ("", "<p>Von Ada Quill, Oldport</p>", "Ada Quill", "line under the headline"),
        ("", "<p>Ada Quill | 3. März 2024</p>", "Ada Quill", "line under the headline"),
        (
            "",
            "<div itemscope itemtype='http://schema.org/Article'><i itemprop=author itemscope><b itemprop=name>Ada"
            " Quill</b></i></div>",
            *("Ada Quill", "microdata author"),
        ),
        ('<meta name="author" content="admin">', "", None, None),
        ('<meta name="author" content="post@oldport.example">', "", None, None),
        ("", f"<p>{VOTED}</p><blockquote>So it is.<p class=byline>Agda Holm</p></blockquote>", None, None),
    ],
)
def test_authors_are_the_names_and_nothing_else(head: str, above: str, expected: str | None, where: str | None) -> None:
    assert said(found(head, f"<h1>{TITLE}</h1>{above}"), "author") == (expected, where)


def test_the_author_of_a_comment_is_not_the_articles() -> None:
    comment = (
        "<div id=comments><div><span class=author>gull</span> <time datetime=2024-03-04>now</time> No!</div></div>"
    )
    other = '<div itemscope itemtype="https://schema.org/Comment"><i itemprop=author>gull</i></div>'
    for below in (comment, other):
        assert said(found(below=below), "author") == (None, None)
        assert said(found(below=below), "published_at") == (None, None)


@pytest.mark.parametrize(
    ("head", "above", "expected", "where"),
    [
        (meta(article__published_time="2024-03-03T10:15:00+01:00"), "", "2024-03-03T10:15:00+01:00", None),
        (news(datePublished="2024-03-03T10:15:00Z"), "", "2024-03-03T10:15:00+00:00", "JSON-LD datePublished"),
        ('<meta name="date" content="2024-03-03">', "", "2024-03-03", "meta date"),
        (
            '<meta name="date" content="2024-03-03">',
            "<time pubdate datetime='2024-03-03T10:15:00+01:00'>today</time>",
            *("2024-03-03T10:15:00+01:00", "time element"),
        ),
        (
            '<meta name="date" content="2024-03-03">',
            "<time datetime='2024-03-05T10:15'></time>",
            "2024-03-03",
            "meta date",
        ),
        ("", "<time class=entry-date>March 3, 2024</time>", "2024-03-03", "time element"),
        ("", "<abbr class=published itemprop=datePublished title='2024-03-03'>3d</abbr>", "2024-03-03", None),
        ("", "<p class=dateline>Published 3 March 2024</p>", "2024-03-03", "date line"),
        ("", "<div class=fecha>Domingo, 3 de marzo de 2024</div>", "2024-03-03", "date line"),
        ("", "<p>Ada Quill, le 3 mars 2024 à 8h05</p>", "2024-03-03T08:05:00", "line under the headline"),
        ("", "<p class=date>03/04/2024</p>", None, None),
        ("", "<p class=date>Nov. 3</p>", None, None),
        ('{"@type":"NewsArticle","datePublished":"2024-03-03",}', "", "2024-03-03", "JSON-LD datePublished"),
        ('<!-- {"@type":"NewsArticle", "a": "b"c", "datePublished": "2024-03-03"} -->', "", "2024-03-03", None),
    ],
)
def test_a_date_is_where_the_page_states_one(head: str, above: str, expected: str | None, where: str | None) -> None:
    if not head.startswith(("<meta", "<script")) and head:
        head, where = f'<script type="application/ld+json">{head}</script>', "JSON-LD datePublished"
    one = found(head, f"<h1>{TITLE}</h1>{above}")
    assert one.published_at == expected
    assert where is None or one.found_in["published_at"] == where


def test_the_date_of_today_over_the_headline_is_not_the_articles() -> None:
    today = "<div class=date>Monday, 4 March 2024</div>"
    assert found(above=f"{today}<h1>{TITLE}</h1>").published_at is None
    assert found(above=f"{today}<h1>{TITLE}</h1><div class=date>3 March 2024</div>").published_at == "2024-03-03"
    assert found(above=f"<div class=post-date>3 March 2024</div><h1>{TITLE}</h1>").published_at == "2024-03-03"


def test_in_a_language_that_puts_the_day_first_numbers_are_a_date() -> None:
    above = f"<h1>{TITLE}</h1><p class=date>03/04/2024</p>"
    assert found(above=above, lang=" lang=fr").published_at == "2024-04-03"
    assert found(above=above, lang=" lang=en-GB").published_at == "2024-04-03"
    assert found(above=above, lang=" lang=en-US").published_at is None


def test_published_and_updated_are_told_apart() -> None:
    times = "<time datetime=2024-03-03>3 March</time> Updated: <time datetime=2024-03-05>5 March</time>"
    both = found(above=f"<h1>{TITLE}</h1><main><p>{times}</p></main>")
    assert (both.published_at, both.updated_at) == ("2024-03-03", "2024-03-05")
    lines = found(above=f"<h1>{TITLE}</h1><p class=dates>Publié le 3 mars 2024. Mis à jour le 5 mars 2024</p>")
    assert (lines.published_at, lines.updated_at) == ("2024-03-03", "2024-03-05")
    stated = found(news(dateModified="2024-03-05") + meta(article__published_time="2024-03-03"))
    assert stated.found_in["updated_at"] == "JSON-LD dateModified"


@pytest.mark.parametrize(
    ("head", "above", "expected", "where"),
    [
        (meta(og__site_name="Oldport Times"), "", "Oldport Times", "meta og:site_name"),
        (news(publisher={"name": "Oldport Times"}), "", "Oldport Times", "JSON-LD publisher"),
        (linked({"@type": "WebSite", "name": "Oldport Times"}), "", "Oldport Times", "JSON-LD WebSite"),
        ('<meta name="publisher" content="Oldport Times">', "", "Oldport Times", "meta publisher"),
        (f"<title>{TITLE} - Oldport Times</title>", "", "Oldport Times", "title element"),
        ("", "<nav><a href=/>Home</a></nav><a href=/><img src=a.gif alt='Oldport Times'></a>", "Oldport Times", None),
        (meta(article__publisher="https://www.facepage.example/oldport"), "", None, None),
        (meta(og__site_name="Oldport " * 20), "", None, None),
    ],
)
def test_the_source_is_who_publishes(head: str, above: str, expected: str | None, where: str | None) -> None:
    one = found(head, f"{above}<h1>{TITLE}</h1>")
    assert one.source == expected
    assert where is None or one.found_in["source"] == where


@pytest.mark.parametrize(
    ("head", "above", "expected", "where"),
    [
        (meta(article__section="Traffic"), "", "Traffic", "meta article:section"),
        (news(articleSection=["Traffic", "Rivers"]), "", "Traffic", "JSON-LD articleSection"),
        (
            linked({"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"item": {"name": "Traffic"}}]}),
            *("", "Traffic", "JSON-LD breadcrumb"),
        ),
        ("", "<nav class=breadcrumbs><a href=/>Home</a> » <a href=/t>Traffic</a></nav>", "Traffic", "breadcrumb"),
        ("", "<a rel='category tag' href=/t>Traffic</a>", "Traffic", "rel=category link"),
        ("", "<p class=kicker>Traffic</p>", "Traffic", "section label"),
    ],
)
def test_the_section_is_the_last_step_to_the_article(head: str, above: str, expected: str, where: str) -> None:
    assert said(found(head, f"{above}<h1>{TITLE}</h1>"), "section") == (expected, where)


@pytest.mark.parametrize(
    ("head", "below", "expected"),
    [
        (news(image={"creditText": "Ada Quill"}), "", "Ada Quill"),
        (news(image=[{"copyrightHolder": {"name": "Northern Wire"}}]), "", "Northern Wire"),
        (
            "",
            "<figure><img><figcaption>The pier. <i class=credit>Photo: Ada Quill</i></figcaption></figure>",
            "Ada Quill",
        ),
        ("", "<figure><img><figcaption>The pier. © Ada Quill/Wire</figcaption></figure>", "Ada Quill/Wire"),
        ("", "<div class=photo><img><small>The pier. Picture: Ada Quill</small></div>", "Ada Quill"),
        ("", "<p>The pier in May. Foto: Ada Quill</p>", "Ada Quill"),
        ("", "<figure><img><figcaption>A photo of the pier.</figcaption></figure>", None),
    ],
)
def test_the_credit_is_whose_picture_it_is(head: str, below: str, expected: str | None) -> None:
    assert found(head, below=f"<div>{below}</div>").image_credit == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="https://x.example/a/b?page=2&utm_source=mail">', "https://x.example/a/b?page=2"),
        ('<link rel="canonical" href="/a/b">' + meta(og__url="https://x.example/c"), "https://x.example/a/b"),
        (
            '<link rel="canonical" href="https://x.example/">' + meta(og__url="https://x.example/c"),
            "https://x.example/c",
        ),
        ('<link rel="canonical" href="https://x.example/?p=17">', "https://x.example/?p=17"),
        (news(mainEntityOfPage={"@id": "https://x.example/d"}), "https://x.example/d"),
        (news(url="https://x.example/e"), "https://x.example/e"),
    ],
)
def test_the_address_is_the_articles_own(head: str, expected: str) -> None:
    assert found(head).url == expected


@pytest.mark.parametrize(
    ("lang", "head", "expected"),
    [
        (" lang=en-GB", "", "en-GB"),
        (" xml:lang=de", "", "de"),
        ("", '<meta http-equiv="content-language" content="fr">', "fr"),
        ("", meta(og__locale="es_ES"), "es-ES"),
        (" lang='the King’s English'", "", None),
    ],
)
def test_the_language_is_the_one_declared(lang: str, head: str, expected: str | None) -> None:
    assert found(head, lang=lang).language == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ada Quill", "Ada Quill"),
        ("BY ADA QUILL", "Ada Quill"),
        ("Words by Ada Quill & Tom Reed", "Ada Quill, Tom Reed"),
        ("Ada Quill, Tom Reed and Mia van der Berg", "Ada Quill, Tom Reed, Mia van der Berg"),
        ("Ada Quill, science correspondent", "Ada Quill"),
        ("By Ada Quill in Oldport | 3 March 2024, 10:15", "Ada Quill"),
        ("Published March 3, 2024 by Ada Quill (Northern Wire)", "Ada Quill"),
        ("Von Ada Quill und Tom Reed", "Ada Quill, Tom Reed"),
        ("Por José Ortega y Gasset", "José Ortega y Gasset"),
        ("By the Editorial Board", "Editorial Board"),
        ("Sample Desk", "Sample Desk"),
        ("@adaquill", None),
        ("www.oldport.example", None),
        ("The Oldport Times", None),
        ("", None),
    ],
)
def test_people_are_read_from_a_byline(line: str, expected: str | None) -> None:
    assert people(line, "Oldport Times" if "Oldport T" not in line else line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Published 3 March 2024, updated 4 March 2024", [("2024-03-03", False), ("2024-03-04", True)]),
        ("3. März 2024, 8.05 Uhr", [("2024-03-03T08:05:00", False)]),
        ("14.02.2024", [("2024-02-14", False)]),
        ("2024/02/14 10:12", [("2024-02-14T10:12:00", False)]),
        ("2024年2月14日", [("2024-02-14", False)]),
        ("9 maja 2013 i 5 sierpnia 2013", [("2013-05-09", False), ("2013-08-05", False)]),
        ("14/02/2024", [("2024-02-14", False)]),
        ("02/14/2024", [("2024-02-14", False)]),
        ("02/03/2024", []),
        ("30 February 2024", []),
        ("from 1990 to 2024", []),
    ],
)
def test_dates_are_read_from_a_line(line: str, expected: list[tuple[str, bool]]) -> None:
    assert list(dates_in(line)) == expected


def test_a_line_about_the_article_is_told_from_a_sentence() -> None:
    about = ["By Ada Quill", "3 March 2024", "Ada Quill, le 3 mars 2024", "Publié le 3 mars 2024 à 8h05"]
    assert all(map(is_about, about))
    prose = [
        "By far the longest bridge",
        "It was on 3 March 2024 that the council of Oldport voted on its bridge",
        "So",
    ]
    assert not any(map(is_about, prose))
    assert is_name("Ada van der Quill")
    assert is_name("A. Quill-Reed")
    assert not any(map(is_name, ("Ada", "What is next", "- -", "Ada Quill said", "Oldport, 3 March", "")))


def test_what_runs_into_a_title_is_told_from_it() -> None:
    assert behind_title(TITLE, TITLE) == ""
    assert behind_title(f"{TITLE}By Ada Quill", TITLE) == "By Ada Quill"
    assert behind_title(f"{TITLE} By Ada Quill", TITLE) == "By Ada Quill"
    assert behind_title(f"{TITLE} and a road", TITLE) is None
    assert behind_title("Another line", TITLE) is None
    assert behind_title("Another line", "") is None


def test_credits_are_told_from_captions() -> None:
    assert ends_in_credit("The council after its vote. Photo: Ada Quill/Wire")
    assert ends_in_credit("The council after its vote (Foto: Ada Quill)")
    assert not ends_in_credit("She showed them a photo: it was of the old bridge.")
    assert credit("Photo: Ada Quill / Wire.") == "Ada Quill / Wire"
    assert credit("(Photograph by Ada Quill)") == "Ada Quill"
    assert credit("https://x.example") is None


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">' + '{"@graph":' * 50_000 + "</script>",
        linked([[[1, None, {"@type": None, "author": {"name": {"name": 3}}, "image": [[1], {"creator": [[]]}]}]]]),
        linked({"@type": ["NewsArticle"], "author": [None, {"@id": 7}], "publisher": 3, "url": ["x"], "headline": [4]}),
        linked({"@type": "BreadcrumbList", "itemListElement": [3, {"item": {"name": 4}}, {"name": None}]}),
        "<meta property><meta content=x><meta name=author content=' '><meta name=date content=x>",
        f'<meta name="author" content="{"By " * 20_000}"><title>{"| " * 50_000}</title>',
        "<link rel=canonical><link rel=canonical href='http://['><meta property=og:url content='http://['>",
    ],
)
def test_nonsense_is_left_out_and_never_an_error(head: str) -> None:
    one = found(head)
    assert one.title == TITLE
    assert one.found_in == {"title": "h1"}


def test_a_million_of_the_worst_characters_take_one_pass() -> None:
    for worst in ("by ", "1 May 2024 ", "photo ", "| ", "a, b and ", "(", "1.", " ", "A. "):
        line = worst * (1_000_000 // len(worst))
        people(line, "")
        list(dates_in(line))
        credit(line)
        assert not is_about(line)
        assert not ends_in_credit(line)
