"""Labels on pages: the article's own make it opinion, sponsored or a release; those of what stands around it do not."""

import json
import time

import pytest
from items import OPENS, VOTED, article

from index.article import Removed, article_id
from index.ingest.labels import MAX_AROUND

TITLE = "Warm homes without the smoke"
HEAD = f"<h1>{TITLE}</h1>"
STORY = f"<p>{VOTED}</p><p>{OPENS}</p>"
LINK = '<a href="/7">Why the old bridge should be left alone</a>'
MENU = '<a href="/">Home</a><a href="/n">News</a><a href="/o">Opinion</a><a href="/s">Sport</a>'


def page(body: str) -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{TITLE} | Harbour Gazette</title></head><body>{body}</body></html>"
    )


@pytest.mark.parametrize(
    ("kind", "label", "body"),
    [
        ("sponsored", "Sponsored content", f"<article><p class=kicker>Sponsored content</p>{HEAD}{STORY}"),
        ("sponsored", "SPONSORED", f"<article><span class=eyebrow>SPONSORED</span>{HEAD}{STORY}"),
        (
            "sponsored",
            "Paid Post by Hearthwell",
            f"<main>{HEAD}<div class=byline>Paid Post by <b>Hearthwell</b></div>{STORY}",
        ),
        (
            "sponsored",
            "Paid Post",
            f"<article><header>{HEAD}<p class=byline><span class=tag>Paid Post</span> 3 May 2024</p></header>{STORY}",
        ),
        (
            "sponsored",
            "Advertisement feature",
            f"<header><div class=ad-label>Advertisement feature</div></header><article>{HEAD}{STORY}",
        ),
        (
            "sponsored",
            "Advertiser content from Hearthwell Heat Pumps",
            f"<div class=sponsor-strip><a href=/h>Advertiser content from Hearthwell Heat Pumps</a></div>{HEAD}{STORY}",
        ),
        (
            "sponsored",
            "Presented by Hearthwell",
            f"<article>{HEAD}<div class=sponsor><img src=logo.png>Presented by Hearthwell</div>{STORY}",
        ),
        (
            "sponsored",
            "Sponsored content",
            f"<div class=partner><span>Sponsored content</span> <span>Hearthwell</span> <a href=/w>Why?</a></div>"
            f"{HEAD}<div class=body>{STORY}</div>",
        ),
        (
            "sponsored",
            "Partner content",
            f"<article>{HEAD}<h2>How a street in Oldport gave up its chimneys</h2>"
            f"<div class=meta><time>3 May 2024</time> <span>Partner content</span></div>{STORY}",
        ),
        (
            "sponsored",
            "Branded Content",
            f"{HEAD}<div class=body><p class=label><strong>Branded Content</strong></p>{STORY}</div>",
        ),
        (
            "sponsored",
            "Paid for by Hearthwell",
            f"<article>{HEAD}<p class=standfirst>{VOTED}</p><p>Paid for by Hearthwell</p>{STORY}",
        ),
        ("sponsored", "Advertorial", f"<article><h1><span>Advertorial</span> {TITLE}</h1>{STORY}"),
        ("opinion", "Opinion", f"<article><a class=kicker href=/opinion>Opinion</a>{HEAD}{STORY}"),
        ("opinion", "OPINION", f"<nav>{MENU}</nav><div class=ribbon>OPINION</div><main>{HEAD}{STORY}"),
        (
            "opinion",
            "Editorial",
            f"<article><h4>Editorial</h4>{HEAD}<p class=byline>By the board</p>{STORY}",
        ),
        (
            "opinion",
            "Guest essay",
            f"<article><header>{HEAD}<div class=by><img src=a.png><div>Guest essay</div><div>Ada Quill</div></div>"
            f"</header>{STORY}",
        ),
        ("opinion", "Comment", f"<div class=section-label>Comment</div>{HEAD}{STORY}"),
        (
            "opinion",
            "Commentary",
            f"<table><tr><td><font size=2>Commentary</font>{HEAD}{STORY}</td></tr></table>",
        ),
        ("opinion", "Viewpoint", f"<article>{HEAD}<p>Viewpoint<br>Ada Quill<br>3 May 2024</p>{STORY}"),
        ("press-release", "Press release", f"<article><p class=doctype>Press release</p>{HEAD}{STORY}"),
        (
            "press-release",
            "PRESS RELEASE No. 188/2021",
            f"<h3 class=type>PRESS RELEASE No. 188/2021</h3>{HEAD}{STORY}",
        ),
        (
            "press-release",
            "News provided by",
            f"<article>{HEAD}<div class=meta><span>News provided by</span> <b>Gullwing Foods</b></div>{STORY}",
        ),
        (
            "press-release",
            "FOR IMMEDIATE RELEASE",
            f"{HEAD}<div class=info>FOR IMMEDIATE RELEASE</div><div>{STORY}</div>",
        ),
        (
            "opinion",
            "Opinion columnist",
            f"<article><header>{HEAD}<div><a href=/a>Ada Quill</a> <b>Opinion columnist</b></div></header>{STORY}",
        ),
        ("sponsored", "Paid post by", f"<article>{HEAD}<div><span>Paid post by</span><img alt=Quay></div>{STORY}"),
        (
            "opinion",
            "Op-ed",
            f"<h1>Harbour Gazette</h1><div>Op-ed</div>{HEAD}{STORY}",
        ),
        (
            "machine-written",
            "AI-generated summary",
            f"<article>{HEAD}<div class=meta>AI-generated summary</div>{STORY}",
        ),
    ],
)
def test_a_label_at_the_headline_is_the_articles(kind: str, label: str, body: str) -> None:
    found = article("a.html", page(body))
    assert (found.provenance, found.provenance_evidence) == (kind, label)
    assert label in [line.text for line in found.removed]
    assert "beside-the-story" not in [line.rule for line in found.removed if line.text == label]
    assert label not in found.text.split("\n")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("opinion", '{"@type": "OpinionNewsArticle"}'),
        ("opinion", '{"@graph": [{"@type": ["NewsArticle", "OpinionNewsArticle"]}]}'),
        ("sponsored", '{"@type": "AdvertiserContentArticle"}'),
        (None, '{"@type": "ReportageNewsArticle"}'),
        (None, '{"@type": "NewsArticle", "hasPart": {"@type": "OpinionNewsArticle"}}'),
    ],
)
def test_a_type_of_article_in_the_json_ld_is_a_label_and_no_line_of_the_page(kind: str | None, said: str) -> None:
    found = article("a.html", page(f'<script type="application/ld+json">{said}</script><article>{HEAD}{STORY}'))
    assert (found.provenance, found.provenance_evidence) == (kind, None)
    assert found.found_in.get("provenance") == (kind and "JSON-LD @type")
    assert not any("Article" in line.text for line in found.removed)


OTHER = {"headline": "Why the old bridge should be left alone", "url": "https://example.org/opinion-7"}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("own", [{"headline": TITLE}, {"url": "https://example.org/warm?utm_source=x"}])
def test_the_type_and_the_address_of_another_article_say_nothing_of_this(is_first: bool, own: dict[str, str]) -> None:
    of_this = {"@type": "NewsArticle", "author": "Ada Quill", **own}
    of_other = {"@type": "OpinionNewsArticle", "author": "Tom Reed", "datePublished": "2020-01-01", **OTHER}
    said = json.dumps([of_other, of_this] if is_first else [of_this, of_other])
    head = "" if "headline" in own else '<link rel=canonical href="https://example.org/warm">'
    found = article("a.html", page(f'{head}<script type="application/ld+json">{said}</script><article>{HEAD}{STORY}'))
    assert (found.provenance, found.author, found.published_at) == (None, "Ada Quill", None)
    assert found.url == (None if "headline" in own else "https://example.org/warm")
    assert found.id == article_id(url=found.url, path="a.html", text="")


def test_of_several_articles_none_of_which_is_this_no_type_or_address_counts() -> None:
    said = json.dumps([{"@type": "OpinionNewsArticle", **OTHER}, {"@type": "NewsArticle", "headline": "A third"}])
    found = article("a.html", page(f'<script type="application/ld+json">{said}</script><article>{HEAD}{STORY}'))
    assert (found.provenance, found.url) == (None, None)


def test_a_disclosure_in_the_text_goes_before_the_type_of_article() -> None:
    said = '<script type="application/ld+json">{"@type": "OpinionNewsArticle"}</script>'
    found = article("a.html", page(f"{said}<article>{HEAD}{STORY}<p>This article was written with the help of AI.</p>"))
    assert found.provenance == "machine-written"


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{HEAD}{STORY}</article><aside><div class=card><span>Sponsored</span>{LINK}</div></aside>",
        f"<aside><div class=card><span>Opinion</span>{LINK}</div></aside><article>{HEAD}{STORY}</article>",
        f"<div class=col><div class=card><span class=kicker>Opinion</span><h3>{LINK}</h3></div></div>{HEAD}{STORY}",
        f"<div><span>Opinion</span>{LINK}</div>{HEAD}{STORY}",
        f"<div><div>Opinion</div>{LINK}</div>{HEAD}{STORY}",
        f"<div>Sponsored</div><div>{LINK}</div>{HEAD}{STORY}",
        f"{HEAD}<p>By Ada Quill</p><div><span>Sponsored content</span>{LINK}</div>{STORY}",
        f"{HEAD}<p>By Ada Quill</p><p>Sponsored content</p><p>{LINK}</p>{STORY}",
        f"<article>{HEAD}<p>{VOTED}</p><div>Sponsored content</div><p>{OPENS}</p></article>",
        f"<article>{HEAD}{STORY}</article><h2>More</h2><div class=i><p class=kicker>Opinion</p><h3>{LINK}</h3></div>",
        f"<article>{HEAD}{STORY}</article><ul class=related><li><b>Paid post</b> {LINK}</li></ul>",
        f"<nav><ul><li><a href=/o>Opinion</a></li><li><a href=/s>Sport</a></li></ul></nav>{HEAD}{STORY}",
        f"<div class=top>{MENU}</div>{HEAD}{STORY}",
        f"<div class=top>{MENU.replace('<a', '<div><a').replace('</a>', '</a></div>')}</div>{HEAD}{STORY}",
        f"<ul>{MENU.replace('<a', '<li><a').replace('</a>', '</a></li>')}</ul>{HEAD}{STORY}",
        f"<section><h2>Opinion</h2><ul><li><a href=/1>The last boat home</a></li></ul></section>{HEAD}{STORY}",
        f"<header><a href=/>Gazette</a> <a href=/o>Opinion</a></header><main>{HEAD}{STORY}</main>",
        f"<div class=ad-slot><span>Sponsored</span><iframe src=x></iframe></div>{HEAD}{STORY}",
        f"<div class=slot><p>Sponsored</p><img src=pump.png></div><article>{HEAD}{STORY}</article>",
        f"<div class=ad><p>Advertisement</p><img src=pump.png></div><article>{HEAD}{STORY}</article>",
        f"<article>{HEAD}<div class=tools><a href=#s>Share</a><a href=#c>Comment</a></div>{STORY}</article>",
        f"<article>{HEAD}{STORY}</article><footer><a href=/p>Press releases</a> <a href=/o>Opinion</a></footer>",
        f"<article>{HEAD}{STORY}<div class=tags><a href=/t>Opinion</a></div></article>",
        f"<article>{HEAD}<p>Sponsored content paid for a third of it. {VOTED}</p>{STORY}",
        f"<article>{HEAD}<p style=display:none>Sponsored content</p>{STORY}</article>",
        f"<article>{HEAD}<div class=promo><h4>{LINK}</h4><p>Opinion</p></div>{STORY}</article>",
        f"<div class=strip><p>{VOTED}</p><p>Opinion</p></div><article>{HEAD}{STORY}</article>",
    ],
)
def test_a_label_of_something_else_is_not_the_articles(body: str) -> None:
    found = article("a.html", page(body))
    assert (found.provenance, found.provenance_evidence) == (None, None)
    assert VOTED in found.text


def test_several_labels_are_all_kept_and_the_weightiest_counts() -> None:
    found = article("a.html", page(f"<p>Opinion</p>{HEAD}<p>Sponsored by Hearthwell</p>{STORY}"))
    assert (found.provenance, found.provenance_evidence) == ("sponsored", "Sponsored by Hearthwell")
    assert found.removed[:2] == (
        Removed("opinion-label", "Opinion"),
        Removed("sponsored-label", "Sponsored by Hearthwell"),
    )


def test_a_page_of_a_thousand_labels_is_read() -> None:
    body = f"{HEAD}{'<div><span>Opinion</span></div>' * 1_000}{STORY}"
    assert article("a.html", page(body)).provenance == "opinion"


def test_elements_nested_around_a_label_do_not_multiply_the_work() -> None:
    """Each was a label of its own, read with all that it stands in: eight such lines took a minute, now 4 s."""
    nested = f"<p>{'<span>' * 240}Opinion{'</span>' * 240}</p>"
    began = time.process_time()
    assert article("a.html", page(f"{nested * 4}{HEAD}{nested * 4}{STORY}")).provenance == "opinion"
    assert time.process_time() - began < 30


def test_a_label_further_from_the_headline_than_pages_nest_is_not_looked_for() -> None:
    def under(depth: int) -> str:
        return f"{HEAD}{'<div>' * depth}<p>Opinion</p>{'</div>' * depth}{STORY}"

    assert article("a.html", page(under(MAX_AROUND - 2))).provenance == "opinion"
    assert article("a.html", page(under(MAX_AROUND))).provenance is None


def test_a_label_in_a_label_of_other_words_is_one_too() -> None:
    body = f"<p><span>Opinion columnist <b><i>Opinion</i></b></span></p>{HEAD}{STORY}"
    assert article("a.html", page(body)).provenance == "opinion"
