"""Feeds saved as files: the entries' own words, each known by its link."""

import zipfile
from io import BytesIO

import pytest
from articles import Folder
from items import OPENS, VOTED, article, error

from index.article import Article, ItemError, Note, article_id
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
        ("<project>It opens.</project>", "is no feed: of XML files RSS and Atom feeds are read"),
        ("It opens.", "is no feed: of XML files"),
        (rss(), "The feed has no entries."),
        (" ", "is empty"),
    ],
)
def test_what_is_no_feed_says_so(data: str, problem: str) -> None:
    assert error("a.xml", data).message.startswith(problem)


def test_a_page_saved_as_xml_is_a_page() -> None:
    page = f'<?xml version="1.0"?><html><body><p>{VOTED}</p><p>{OPENS}</p></body></html>'
    assert article("a.xml", page).text == f"{VOTED}\n\n{OPENS}"


def test_every_entry_of_a_saved_feed_is_read() -> None:
    entries = [ENTRY.replace("example.org/bridge", f"example.org/{n}") for n in range(120)]
    found = list(read_item("a.xml", rss(*entries).encode()))
    assert [item.url for item in found if isinstance(item, Article)] == [f"https://example.org/{n}" for n in range(120)]
    assert len(found) == 120


def test_a_feed_that_speaks_of_a_sitemap_is_a_feed() -> None:
    entry = ENTRY.replace("A bridge", "<![CDATA[What <urlset> is]]>")
    assert article("a.xml", rss("<!-- <urlset> -->", entry)).url == "https://example.org/bridge"


def test_in_a_folder_and_in_an_archive_it_is_left_out_and_told_and_takes_no_page_s_place(
    library: Library, folder: Folder
) -> None:
    page = f"""<html><head><link rel="canonical" href="https://example.org/bridge"><title>A bridge</title></head><body>
        <article><p>{VOTED}</p><p>{OPENS}</p><p>And there is more.</p></article></body></html>"""
    folder.write("page.html", page)
    folder.write("feed.xml", rss(ENTRY))
    for report in (library.rebuild(folder.path), library.rebuild(folder.path, full=True)):
        [note] = report.notes
        assert (report.errors, report.added + report.unchanged) == ((), 1)
        assert "left out (feed.xml): use .csv, " in note.message
        assert note.message.endswith(".zip; add a saved feed by itself")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("page.html", page)
        archive.writestr("pom.xml", "<project/>")
    item, told = read_item("a.zip", packed.getvalue())
    assert isinstance(item, Article)
    assert isinstance(told, Note)
    assert "left out (pom.xml)" in told.message


def test_the_words_of_a_feed_do_not_take_the_place_of_the_page_s(library: Library) -> None:
    page = article("a.jsonl", f'{{"url": "https://example.org/bridge", "text": "{VOTED} {OPENS} And more."}}')
    library.add([page])
    assert library.add([article("a.xml", rss(ENTRY))]).unchanged == 1
    assert [stored.passages for stored in library.articles().articles] == [1]
