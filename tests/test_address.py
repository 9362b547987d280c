"""Pages, feeds and sitemaps are read from a web server on loopback, through the real guard and the real manners."""

import gzip
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from http_server import Clock, Site, in_turn, plain, unless_known

from index.article import Article, Item, ItemError, More, Unchanged, article_id
from index.errors import Cancelled
from index.ingest.address import read_address
from index.ingest.apart import ReaderApart
from index.ingest.feed import MAX_BYTES
from index.ingest.fetch import Page
from index.ingest.listing import MAX_ENTRIES
from index.ingest.page import read_page
from index.ingest.polite import Fetcher

PARAGRAPHS = [
    "The ferry between Harwick and Stone Island stopped on Monday, after its only captain retired.",
    "Sixty people live on the island, and most of their food, post and medicine came with it.",
    "The county says that a new captain has been found and that the crossing opens again in May.",
]


class NewsSite(Site):
    """With a reader of what is there."""

    def __init__(self, reader: ReaderApart) -> None:
        super().__init__()
        self.reader = reader

    def put(self, path: str, content_type: str, body: bytes, **headers: str) -> None:
        self.replies[path] = plain(body, content_type, 200, **headers)

    def read(self, path: str) -> list[Item]:
        found = read_address(self.url + path, fetcher=Fetcher(allow_loopback=True), reader=self.reader)
        return [item for item in found if not isinstance(item, More)]


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderApart]:
    with closing(ReaderApart()) as reader:
        yield reader


@pytest.fixture
def site(reader: ReaderApart) -> Iterator[NewsSite]:
    site = NewsSite(reader)
    yield site
    site.close()


def page(title: str, head: str = "", paragraphs: list[str] = PARAGRAPHS) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def rss(items: str, encoding: str = "utf-8") -> bytes:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Harwick Post</title>{items}</channel></rss>"
    ).encode(encoding)


def article(items: list[Item]) -> Article:
    [item] = items
    assert isinstance(item, Article), item
    return item


def error(items: list[Item]) -> ItemError:
    [item] = items
    assert isinstance(item, ItemError), item
    return item


def test_page_becomes_one_article_named_by_its_address(site: NewsSite) -> None:
    site.put("/ferry", "text/html; charset=utf-8", page("The ferry stops"))
    found = article(site.read("/ferry"))
    assert found.title == "The ferry stops"
    assert all(paragraph in found.text for paragraph in PARAGRAPHS)
    assert found.url == found.origin == site.url + "/ferry"
    assert found.id == article_id(url=site.url + "/ferry", path=None, text="")


def test_canonical_address_on_the_same_site_names_the_article(site: NewsSite) -> None:
    head = f"<link rel='canonical' href='{site.url}/ferry'>"
    site.put("/ferry?from=mail", "text/html", page("The ferry stops", head))
    found = article(site.read("/ferry?from=mail"))
    assert found.url == site.url + "/ferry"
    assert found.origin == site.url + "/ferry?from=mail"
    assert found.id == article_id(url=site.url + "/ferry", path=None, text="")


@pytest.mark.parametrize("claimed", ["https://other.test/ferry", "javascript:alert(1)", "http://[", "SITE/", "SITE"])
def test_canonical_address_elsewhere_or_of_the_home_page_is_not_taken(claimed: str, site: NewsSite) -> None:
    head = f"<link rel='canonical' href='{claimed.replace('SITE', site.url)}'>"
    site.put("/ferry", "text/html", page("The ferry stops", head))
    assert article(site.read("/ferry")).url == site.url + "/ferry"


def test_the_url_of_an_article_has_no_tracking_and_leads_to_its_page(site: NewsSite) -> None:
    site.put("/ferry/?id=7&utm_source=mail", "text/html", page("The ferry stops"))
    found = article(site.read("/ferry/?id=7&utm_source=mail#top"))
    assert found.url == site.url + "/ferry/?id=7"
    assert found.origin == site.url + "/ferry/?id=7&utm_source=mail#top"


def test_charset_of_the_server_goes_before_the_page_and_a_wrong_one_does_no_harm(site: NewsSite) -> None:
    words = [paragraph + " Größe, café, naïve." for paragraph in PARAGRAPHS]
    latin = page("Größe", "<meta charset='utf-8'>", words).decode().encode("latin-1")
    site.put("/latin", "text/html; charset=ISO-8859-1", latin)
    site.put("/wrong", "text/html; charset=no-such", page("Größe", "<meta charset='utf-8'>", words))
    site.put("/marked", "text/html; charset=latin-1", b"\xef\xbb\xbf" + page("Größe", "", words))
    for path in ("/latin", "/wrong", "/marked"):
        found = article(site.read(path))
        assert found.title == "Größe"
        assert "café, naïve." in found.text


def test_plain_text_becomes_an_article(site: NewsSite) -> None:
    site.put("/ferry.txt", "text/plain; charset=utf-8", "\n\n".join(PARAGRAPHS).encode())
    found = article(site.read("/ferry.txt"))
    assert all(paragraph in found.text for paragraph in PARAGRAPHS)
    assert found.url == site.url + "/ferry.txt"


def test_address_that_cannot_be_had_is_one_error(site: NewsSite) -> None:
    found = error(site.read("/gone"))
    assert found.item == site.url + "/gone"
    assert "status 404" in found.message


def test_the_error_of_an_address_with_a_password_repeats_it_nowhere(site: NewsSite) -> None:
    address = site.url.replace("//", "//me:secret@")
    found = error(list(read_address(address, fetcher=Fetcher(allow_loopback=True), reader=site.reader)))
    assert found.item.startswith("http://…@127.0.0.1")
    assert "secret" not in found.message


def test_address_inside_is_an_error_unless_tests_ask(site: NewsSite) -> None:
    site.put("/", "text/html", page("Inside"))
    assert (
        "not on the public internet"
        in error(list(read_address(site.url + "/", fetcher=Fetcher(), reader=site.reader))).message
    )
    assert site.requests == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b""),
        ("text/html", b"<html><body></body></html>"),
        ("text/plain", b" \n "),
        ("application/json", b"{}"),
        ("application/feed+json", b"{}"),
        ("application/gzip", b"\x1f\x8b"),
        ("application/gzip", gzip.compress(b"\x89PNG", mtime=0)),
        ("application/xml", b"<urlset/>"),
        ("text/xml", b""),
        ("application/rss+xml", b"not xml at all"),
        ("application/rss+xml", rss("")),
        ("image/png", b"\x89PNG"),
    ],
)
def test_what_holds_no_article_is_one_error_that_names_the_address(
    content_type: str, body: bytes, site: NewsSite
) -> None:
    site.put("/x", content_type, body)
    assert error(site.read("/x")).item == site.url + "/x"


WORDS = "A line that names <rss> and <urlset>, and goes on for as long as it takes to be an article of its own."
ESCAPED = WORDS.replace("<", "&lt;")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", f"<html><p>{ESCAPED}"),
        ("application/xhtml+xml", f"<html><body><p>{ESCAPED}</p></body></html>"),
        ("application/xml", f"<?xml version='1.0'?><!-- <rss> --><html><body><p>{ESCAPED}</p></body></html>"),
        ("text/plain", WORDS),
    ],
)
def test_page_is_read_as_what_it_is(content_type: str, body: str) -> None:
    found = read_page(Page("https://example.org/x", content_type, body.encode()))
    assert isinstance(found, Article), found
    assert found.text == WORDS


def test_pdf_is_read_as_such_whatever_it_holds() -> None:
    found = read_page(Page("https://example.org/x", "application/pdf", b"%PDF-1.7 <rss>"))
    assert isinstance(found, ItemError)
    assert "PDF" in found.message


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/xml", "application/atom+xml"])
@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + rss("<item><description>Words.</description></item>"),
        rss("<item><description>Words.</description></item>", encoding="utf-16"),
        b" <!-- <html> --><feed xmlns='http://www.w3.org/2005/Atom'><entry><summary>Words.</summary></entry></feed>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        b"<channel/><item><description>Words.</description></item></rdf:RDF>",
    ],
    ids=["rss", "utf-16", "atom", "rdf"],
)
def test_feed_is_known_by_what_it_is_not_by_what_its_server_calls_it(
    content_type: str, body: bytes, site: NewsSite
) -> None:
    site.put("/x", content_type, body)
    assert article(site.read("/x")).text == "Words."


# --- feeds ---


def test_feed_gives_the_page_of_each_entry_in_order(site: NewsSite) -> None:
    head = "<meta property='article:published_time' content='2024-03-02'>"
    site.put(
        "/feed",
        "application/rss+xml",
        rss(
            "<item><link>/one</link><pubDate>Mon, 06 Jan 2025 10:00:00 +0200</pubDate></item>"
            "<item><link>/two</link><pubDate>Tue, 07 Jan 2025 10:00:00 GMT</pubDate></item>"
        ),
    )
    site.put("/one", "text/html", page("First crossing"))
    site.put("/two", "text/html", page("Second crossing", head))
    first, second = site.read("/feed")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (site.asked[0], sorted(site.asked[1:])) == ("/feed", ["/one", "/two"])
    assert (first.title, second.title) == ("First crossing", "Second crossing")
    assert (first.url, first.origin) == (site.url + "/one", site.url + "/one")
    assert first.published_at == "2025-01-06T10:00:00+02:00"  # the entry's, as the page has none
    assert second.published_at is not None
    assert second.published_at.startswith("2024-03-02")  # the page's own
    assert first.found_in["published_at"] == first.found_in["source"] == "feed entry"
    assert second.found_in.get("published_at") != "feed entry"


def test_text_of_the_entry_stands_in_for_a_page_that_is_gone(site: NewsSite) -> None:
    site.put(
        "/feed",
        "text/xml; charset=utf-8",
        rss(
            "<item><title>Tea &amp;amp; toast &lt;b&gt;&amp;#8217;s&lt;/b&gt;</title><link>/gone</link>"
            "<author>Ann Reed</author><pubDate>2025-01-06</pubDate><description>Short.</description>"
            "<content:encoded><![CDATA[<p>The <b>long</b> one.<br>A line.</p><script>alert(1)</script>"
            "<ul><li>café</li></ul>]]></content:encoded></item>"
        ),
    )
    found = article(site.read("/feed"))
    assert found == Article(
        id=article_id(url=site.url + "/gone", path=None, text=""),
        title="Tea & toast ’s",
        text="The long one.\nA line.\n\ncafé",
        origin=site.url + "/feed",
        url=site.url + "/gone",
        source="Harwick Post",
        author="Ann Reed",
        published_at="2025-01-06",
        found_in=dict.fromkeys(["title", "url", "source", "author", "published_at", "text"], "feed entry"),
    )


def test_atom_entry_without_a_link_is_its_own_text(site: NewsSite) -> None:
    site.put(
        "/atom",
        "application/atom+xml",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Log</title><entry><id>urn:1</id>'
        b"<updated>2025-02-03T04:05:06Z</updated><summary>2 &lt; 3, the log says.</summary></entry></feed>",
    )
    found = article(site.read("/atom"))
    assert found.text == found.title == "2 < 3, the log says."
    assert found.url is None
    assert found.published_at == found.updated_at == "2025-02-03T04:05:06+00:00"
    assert found.source == "Log"


def test_feed_cannot_take_the_place_of_another_sites_article(site: NewsSite) -> None:
    link = "http://10.0.0.1/ferry"
    site.put(
        "/feed",
        "application/rss+xml",
        rss(f"<item><link>{link}</link><description>No.</description></item>"),
    )
    found = article(site.read("/feed"))
    assert found.text == "No."
    assert found.url == link
    assert found.id != article_id(url=link, path=None, text="")


def test_entry_errors_come_one_by_one_among_the_articles(site: NewsSite) -> None:
    site.put(
        "/feed",
        "application/rss+xml",
        rss(
            "<item><link>/gone</link></item>"
            "<item><link>http://169.254.169.254/latest/meta-data/</link></item>"
            "<item><link>file:///etc/passwd</link></item>"
            "<item><title>Nothing</title></item>"
            "<item><link>/feed</link></item>"
            "<item><link>/one</link></item>"
        ),
    )
    site.put("/one", "text/html", page("First crossing"))
    *errors, last = site.read("/feed")
    assert isinstance(last, Article)
    assert [e.item for e in errors if isinstance(e, ItemError)] == [
        site.url + "/gone",
        "http://169.254.169.254/latest/meta-data/",
        "file://etc/passwd",
        "entry 4",
        site.url + "/feed",
    ]
    assert "It is a feed where a page was expected" in [e.message for e in errors if isinstance(e, ItemError)][-1]
    assert sorted(site.asked) == ["/feed", "/feed", "/gone", "/one"]  # a feed in a feed is not followed


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "urn:1", "file:///etc/passwd"])
def test_link_that_is_not_on_the_web_is_not_kept(link: str, site: NewsSite) -> None:
    site.put(
        "/feed",
        "text/xml",
        rss(f"<item><link>{link}</link><description>Words.</description></item>"),
    )
    assert article(site.read("/feed")).url is None


def test_entries_after_the_fiftieth_are_named_not_read(site: NewsSite) -> None:
    items = "".join(f"<item><description>Entry {n}.</description></item>" for n in range(1, 61))
    site.put("/feed", "application/rss+xml", rss(items))
    *read, last = site.read("/feed")
    assert [item.text for item in read if isinstance(item, Article)] == [f"Entry {n}." for n in range(1, 51)]
    assert len({item.id for item in read if isinstance(item, Article)}) == MAX_ENTRIES
    assert isinstance(last, ItemError)
    assert "60 entries and the first 50" in last.message
    assert last.item == site.url + "/feed (after entry 50)"


def test_how_many_entries_a_feed_has_is_said_before_the_first_is_read(site: NewsSite) -> None:
    site.put("/feed", "text/xml", rss("<item><link>/one</link></item><item><link>/gone</link></item>" + "<item/>" * 60))
    site.put("/one", "text/html", page("First crossing"))
    first, *rest = read_address(site.url + "/feed", fetcher=Fetcher(allow_loopback=True), reader=site.reader)
    assert first == More(len(rest) - 1)
    assert not any(isinstance(item, More) for item in rest)


def test_feed_that_kills_its_reader_costs_itself_alone(site: NewsSite) -> None:
    site.put("/feed", "text/xml", rss("<item><description>Words.</description></item>"))
    site.read("/feed")
    child = site.reader.pid
    assert child is not None
    os.kill(child, signal.SIGSTOP)  # as one that hangs
    threading.Timer(1, os.kill, [child, signal.SIGKILL]).start()
    found = error(site.read("/feed"))
    assert found.item == site.url + "/feed"
    assert "ended the reader" in found.message
    assert article(site.read("/feed")).text == "Words."


def test_feed_that_is_not_well_formed_is_read(site: NewsSite) -> None:
    site.put(
        "/feed",
        "application/rss+xml",
        rss("<item><title>A & B&nbsp;C</title><description>Half a <b>word</description></item>")[:-20],
    )
    assert article(site.read("/feed")).title == "A & B C"


@pytest.mark.parametrize("damage", [b"&#xFFFFFFFF;", b"&#55296;", b"\x00", b"]]><![", b"<link>http://[</link>"])
def test_damaged_feed_is_read_or_is_one_error(damage: bytes, site: NewsSite) -> None:
    item = b"<item><title>A</title><description>Words DAMAGE here</description></item>"
    site.put("/feed", "text/xml", rss(item.decode())[:-15].replace(b"DAMAGE", damage))
    [found] = site.read("/feed")
    assert isinstance(found, ItemError) or (isinstance(found, Article) and found.text.startswith("Words"))


def test_entities_that_grow_and_feeds_that_are_long_are_refused(site: NewsSite) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 100}">' for n in range(9))
    bomb = rss("<item><title>x</title><description>&e8;</description></item>").decode()
    bomb = bomb.replace("<rss", f"<!DOCTYPE rss [{entities}]><rss", 1)
    site.put("/bomb", "application/rss+xml", bomb.encode())
    site.put("/long", "application/rss+xml", rss("") + b" " * MAX_BYTES)
    assert all(len(item.text) < 10_000 for item in site.read("/bomb") if isinstance(item, Article))
    assert "the limit is" in error(site.read("/long")).message


def test_external_entity_is_not_opened(site: NewsSite) -> None:
    feed = rss("<item><title>x</title><description>before &inside; after</description></item>").decode()
    feed = feed.replace("<rss", f'<!DOCTYPE rss [<!ENTITY inside SYSTEM "{site.url}/inside">]><rss', 1)
    site.put("/feed", "application/rss+xml", feed.encode())
    site.put("/inside", "text/plain", b"secret")
    assert "secret" not in repr(site.read("/feed"))
    assert site.asked == ["/feed"]


def test_json_feed_gives_its_entries_pages(site: NewsSite) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harwick Post",
        "items": [
            {"url": "/one", "authors": [{"name": "Ann Reed"}], "content_html": "<p>Short.</p>"},
            {"url": "/gone", "title": "Gone", "content_html": "<p>The feed's own words.</p>"},
        ],
    }
    site.put("/feed", "application/feed+json", json.dumps(feed).encode())
    site.put("/one", "text/html", page("First crossing"))
    first, second = site.read("/feed")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert PARAGRAPHS[0] in first.text
    assert (first.title, first.author, first.found_in["author"]) == ("First crossing", "Ann Reed", "feed entry")
    assert (second.title, second.text, second.found_in["text"]) == ("Gone", "The feed's own words.", "feed entry")


def test_entries_come_in_the_feeds_order_whatever_comes_first(site: NewsSite) -> None:
    site.put("/feed", "text/xml", rss("".join(f"<item><link>/{n}</link></item>" for n in range(12))))
    for n in range(12):
        site.put(f"/{n}", "text/html", page(f"Crossing {n}"))
    assert [item.title for item in site.read("/feed") if isinstance(item, Article)] == [
        f"Crossing {n}" for n in range(12)
    ]


def test_overlong_fields_of_an_entry_do_not_cost_the_entry(site: NewsSite) -> None:
    long = "word " * 2_000
    entry = f"<title>{long}</title><author>{long}</author><link>/{'a' * 1_900}</link><description>Words.</description>"
    site.put("/feed", "text/xml", rss(f"<item>{entry}</item>"))
    found = article(site.read("/feed"))
    assert found.text == "Words."
    assert len(found.title) <= 2_000


def test_entries_title_fills_in_for_a_page_that_has_none(site: NewsSite) -> None:
    site.put("/feed", "text/xml", rss("<item><title>The ferry stops</title><link>/x.txt</link></item>"))
    site.put("/x.txt", "text/plain", "\n\n".join(PARAGRAPHS).encode())
    found = article(site.read("/feed"))
    assert (found.title, found.found_in["title"]) == ("The ferry stops", "feed entry")


# --- sitemaps ---


def sitemap(*urls: str) -> bytes:
    return ("<urlset>" + "".join(f"<url>{url}</url>" for url in urls) + "</urlset>").encode()


def test_news_sitemap_gives_its_pages_newest_first_and_fills_their_gaps(site: NewsSite) -> None:
    news = (
        "<news:news><news:publication><news:name>Harwick Post</news:name></news:publication>"
        "<news:publication_date>2025-02-03</news:publication_date><news:title>Not the title</news:title></news:news>"
    )
    site.put(
        "/sitemap.xml",
        "application/xml",
        sitemap(
            f"<loc>{site.url}/old</loc><lastmod>2024-01-01</lastmod>",
            f"<loc>{site.url}/new</loc>{news}",
            f"<loc>{site.url}/gone</loc>",
        ),
    )
    site.put("/old", "text/html", page("First crossing"))
    site.put("/new", "text/html", page("Second crossing"))
    new, old, gone = site.read("/sitemap.xml")
    assert isinstance(new, Article)
    assert isinstance(old, Article)
    assert isinstance(gone, ItemError)
    assert (new.title, new.published_at, new.source) == ("Second crossing", "2025-02-03", "Harwick Post")
    assert new.found_in["published_at"] == new.found_in["source"] == "news sitemap"
    assert (old.title, old.published_at, old.source) == ("First crossing", None, None)
    assert gone.item == site.url + "/gone"


def test_index_of_sitemaps_that_lead_in_circles_and_are_packed_is_followed(site: NewsSite) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.url}/1.xml.gz</loc></sitemap><sitemap><loc>/0.xml</loc></sitemap>"
    site.put("/0.xml", "text/xml", f"{index}</sitemapindex>".encode())
    inner = f"<sitemap><loc>{site.url}/2.xml</loc></sitemap><sitemap><loc>{site.url}/0.xml</loc></sitemap>"
    packed = gzip.compress(f"<sitemapindex>{inner}</sitemapindex>".encode())
    site.put("/1.xml.gz", "binary/octet-stream", packed)
    site.put("/2.xml", "text/xml", sitemap(f"<loc>{site.url}/one</loc>"))
    site.put("/one", "text/html", page("First crossing"))
    assert article(site.read("/0.xml")).title == "First crossing"
    assert site.asked == ["/0.xml", "/1.xml.gz", "/2.xml", "/one"]


def test_packed_sitemap_given_itself_is_read(site: NewsSite) -> None:
    site.put("/s.xml.gz", "application/x-gzip", gzip.compress(sitemap(f"<loc>{site.url}/one</loc>")))
    site.put("/one", "text/html", page("First crossing"))
    assert article(site.read("/s.xml.gz")).title == "First crossing"


# --- manners, and what is known already ---


def test_robots_is_honoured_by_the_address_and_by_each_entry(site: NewsSite) -> None:
    site.put("/robots.txt", "text/plain", b"User-agent: *\nDisallow: /private\n")
    site.put("/feed", "text/xml", rss("<item><link>/private/1</link></item><item><link>/one</link></item>"))
    site.put("/one", "text/html", page("First crossing"))
    assert "robots.txt" in error(site.read("/private/2")).message
    first, second = site.read("/feed")
    assert isinstance(first, ItemError)
    assert "robots.txt" in first.message
    assert isinstance(second, Article)
    assert sorted(site.asked) == ["/feed", "/one"]


class Memory(dict[str, tuple[str | None, str | None]]):
    def put(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self[url] = (etag, last_modified)


class Reader:
    """Reads with one fetcher and what it has learned."""

    def __init__(self, site: NewsSite) -> None:
        self._site = site
        clock = Clock()
        self._fetcher = Fetcher(allow_loopback=True, clock=clock, sleep=clock.sleep)
        self.validators = Memory()

    def read(self, path: str) -> Iterator[Item]:
        found = read_address(
            self._site.url + path, fetcher=self._fetcher, reader=self._site.reader, validators=self.validators
        )
        return (item for item in found if not isinstance(item, More))


def test_page_that_did_not_change_is_said_to_be_unchanged(site: NewsSite) -> None:
    site.replies["/one"] = unless_known('"1"', plain(page("First crossing"), ETag='"1"'))
    reader = Reader(site)
    article(list(reader.read("/one")))
    assert list(reader.read("/one")) == [Unchanged(site.url + "/one")]
    site.replies["/one"] = unless_known('"2"', plain(page("Second crossing"), ETag='"2"'))
    assert article(list(reader.read("/one"))).title == "Second crossing"
    article(site.read("/one"))  # a reader without a memory has it all


def test_page_counts_as_known_only_when_its_article_was_taken(site: NewsSite) -> None:
    """Whoever stops after the article may have failed to store it."""
    site.replies["/one"] = unless_known('"1"', plain(page("First crossing"), ETag='"1"'))
    site.replies["/two"] = unless_known('"2"', plain(b"<p></p>", ETag='"2"'))
    reader = Reader(site)
    assert isinstance(next(reader.read("/one")), Article)
    assert isinstance(error(list(reader.read("/two"))), ItemError)
    article(list(reader.read("/one")))
    error(list(reader.read("/two")))


def test_feed_that_did_not_change_asks_for_no_entry(site: NewsSite) -> None:
    feed = rss("<item><link>/one</link></item><item><link>/two</link></item>")
    site.replies["/feed"] = unless_known('"f"', plain(feed, "text/xml", ETag='"f"'))
    for name in ("one", "two"):
        site.replies[f"/{name}"] = unless_known(f'"{name}"', plain(page(name), ETag=f'"{name}"'))
    reader = Reader(site)
    assert len([item for item in reader.read("/feed") if isinstance(item, Article)]) == 2
    assert list(reader.read("/feed")) == [Unchanged(site.url + "/feed")]
    longer = rss("<item><link>/new</link></item><item><link>/two</link></item>")
    site.put("/feed", "text/xml", longer, ETag='"g"')
    site.put("/new", "text/html", page("new"))
    first, second = reader.read("/feed")
    assert isinstance(first, Article)
    assert second == Unchanged(site.url + "/two")


@pytest.mark.parametrize(("status", "is_asked_again"), [(503, True), (404, False)])
def test_feed_is_asked_whole_again_while_an_entry_may_still_be_had(
    status: int, is_asked_again: bool, site: NewsSite
) -> None:
    feed = rss("<item><link>/one</link><description>Short.</description></item>")
    site.replies["/feed"] = unless_known('"f"', plain(feed, "text/xml", ETag='"f"'))
    site.replies["/one"] = plain(b"", status=status)
    reader = Reader(site)
    assert article(list(reader.read("/feed"))).text == "Short."
    site.put("/one", "text/html", page("First crossing"))
    [found] = reader.read("/feed")
    assert isinstance(found, Article if is_asked_again else Unchanged)


def test_index_of_sitemaps_that_did_not_change_is_followed_all_the_same(site: NewsSite) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.url}/1.xml</loc></sitemap></sitemapindex>".encode()
    site.replies["/s.xml"] = unless_known('"s"', plain(index, "text/xml", ETag='"s"'))
    site.replies["/1.xml"] = unless_known('"1"', plain(sitemap(f"<loc>{site.url}/one</loc>"), "text/xml", ETag='"1"'))
    site.replies["/one"] = unless_known('"one"', plain(page("First crossing"), ETag='"one"'))
    reader = Reader(site)
    article(list(reader.read("/s.xml")))
    assert list(reader.read("/s.xml")) == [Unchanged(site.url + "/one")]


def test_busy_server_is_tried_again(site: NewsSite) -> None:
    site.replies["/one"] = in_turn(plain(b"", status=503), plain(b"", status=503), plain(page("First crossing")))
    assert article(list(Reader(site).read("/one"))).title == "First crossing"


def test_reading_stops_when_told(site: NewsSite) -> None:
    def stop() -> None:
        raise Cancelled("Enough.")

    with pytest.raises(Cancelled, match="Enough"):
        list(read_address(site.url + "/one", fetcher=Fetcher(allow_loopback=True), reader=site.reader, stop=stop))
