"""Feeds saved as files: the entries' own words, each known by its link."""

import pytest
from items import OPENS, VOTED, article, error

from index.article import Article, ItemError, article_id
from index.ingest.formats import read_item
from index.library import Library

ENTRY = f"""<item><title>A bridge</title><link>https://example.org/bridge</link><pubDate>Mon, 29 Mar 2021 10:00:00 GMT
</pubDate><description>&lt;p&gt;{VOTED}&lt;/p&gt;&lt;p&gt;{OPENS}&lt;/p&gt;</description></item>"""


def rss(*entries: str) -> str:
    channel = "<title>Oldport Courier</title>" + "".join(entries)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}</channel></rss>'


@pytest.mark.parametrize("name", ["in/a.xml", "in/a.RSS"])
def test_an_entry_is_an_article_in_the_feed_s_words_known_by_its_link(name: str) -> None:
    found = article(name, rss(ENTRY))
    assert found == Article(
        id=article_id(url="https://example.org/bridge", path=None, text=""),
        title="A bridge",
        text=f"{VOTED}\n\n{OPENS}",
        origin=name,
        url="https://example.org/bridge",
        source="Oldport Courier",
        published_at="2021-03-29T10:00:00+00:00",
        found_in=dict.fromkeys(("title", "url", "source", "published_at", "text"), "feed entry"),
    )


def test_atom_is_read_and_an_entry_that_is_a_link_alone_says_so() -> None:
    feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Oldport Courier</title>
        <entry><title>One</title><id>urn:one</id><content type="text">{VOTED}</content></entry>
        <entry><title>Two</title><link href="https://example.org/two"/></entry></feed>"""
    one, two = read_item("a.atom", feed.encode())
    assert isinstance(one, Article)
    assert (one.id, one.text) == (article_id(url=None, path="a.atom#urn:one", text=""), VOTED)
    assert two == ItemError(
        "a.atom/https://example.org/two", "is an entry without a text in the feed: add that by its address"
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("<urlset><url><loc>https://example.org/a</loc></url></urlset>", "is a sitemap, which has no texts"),
        ("<note>It opens.</note>", "It is XML but neither a feed nor a sitemap"),
        (rss(), "The feed has no entries."),
        (" ", "is empty"),
    ],
)
def test_what_is_no_feed_says_so(data: str, problem: str) -> None:
    assert error("a.xml", data).message.startswith(problem)


def test_a_page_saved_as_xml_is_a_page() -> None:
    page = f'<?xml version="1.0"?><html><body><p>{VOTED}</p><p>{OPENS}</p></body></html>'
    assert article("a.xml", page).text == f"{VOTED}\n\n{OPENS}"


def test_more_entries_than_are_read_are_told() -> None:
    entries = [ENTRY.replace("example.org/bridge", f"example.org/{n}") for n in range(51)]
    *articles, rest = read_item("a.xml", rss(*entries).encode())
    assert (len(articles), rest) == (
        50,
        ItemError("a.xml", "has 51 entries, of which the first 50 are read: divide it"),
    )


def test_the_words_of_a_feed_do_not_take_the_place_of_the_page_s(library: Library) -> None:
    page = article("a.jsonl", f'{{"url": "https://example.org/bridge", "text": "{VOTED} {OPENS} And more."}}')
    library.add([page])
    assert library.add([article("a.xml", rss(ENTRY))]).unchanged == 1
    assert [stored.passages for stored in library.articles().articles] == [1]
