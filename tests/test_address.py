"""Pages and feeds are read from a web server on loopback, through the real guard."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index.article import Article, ItemError, article_id
from index.ingest.address import MAX_ENTRIES, MAX_FEED_BYTES, read_address

PARAGRAPHS = [
    "The ferry between Harwick and Stone Island stopped on Monday, after its only captain retired.",
    "Sixty people live on the island, and most of their food, post and medicine came with it.",
    "The county says that a new captain has been found and that the crossing opens again in May.",
]


class Site:
    """`site.pages[path]` is the content type and the body; any other path answers 404."""

    def __init__(self) -> None:
        site = self
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.requests: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                content_type, body = site.pages.get(self.path, ("text/plain", b""))
                self.send_response(200 if self.path in site.pages else 404)
                self.send_header("Content-Type", content_type)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def read(self, path: str) -> list[Article | ItemError]:
        return list(read_address(self.url + path, allow_loopback=True))


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def page(title: str, head: str = "", paragraphs: list[str] = PARAGRAPHS) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def rss(items: str) -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Harwick Post</title>{items}</channel></rss>"
    ).encode()


def article(items: list[Article | ItemError]) -> Article:
    [item] = items
    assert isinstance(item, Article), item
    return item


def error(items: list[Article | ItemError]) -> ItemError:
    [item] = items
    assert isinstance(item, ItemError), item
    return item


def test_page_becomes_one_article_named_by_its_address(site: Site) -> None:
    site.pages["/ferry"] = ("text/html; charset=utf-8", page("The ferry stops"))
    found = article(site.read("/ferry"))
    assert found.title == "The ferry stops"
    assert all(paragraph in found.text for paragraph in PARAGRAPHS)
    assert found.url == found.origin == site.url + "/ferry"
    assert found.id == article_id(url=site.url + "/ferry", path=None, text="")


def test_canonical_address_on_the_same_site_names_the_article(site: Site) -> None:
    head = f"<link rel='canonical' href='{site.url}/ferry'>"
    site.pages["/ferry?from=mail"] = ("text/html", page("The ferry stops", head))
    found = article(site.read("/ferry?from=mail"))
    assert found.url == site.url + "/ferry"
    assert found.origin == site.url + "/ferry?from=mail"
    assert found.id == article_id(url=site.url + "/ferry", path=None, text="")


@pytest.mark.parametrize("claimed", ["https://other.test/ferry", "javascript:alert(1)", "http://[", "SITE/", "SITE"])
def test_canonical_address_elsewhere_or_of_the_home_page_is_not_taken(claimed: str, site: Site) -> None:
    head = f"<link rel='canonical' href='{claimed.replace('SITE', site.url)}'>"
    site.pages["/ferry"] = ("text/html", page("The ferry stops", head))
    assert article(site.read("/ferry")).url == site.url + "/ferry"


def test_charset_of_the_server_goes_before_the_page_and_a_wrong_one_does_no_harm(site: Site) -> None:
    words = [paragraph + " Größe, café, naïve." for paragraph in PARAGRAPHS]
    latin = page("Größe", "<meta charset='utf-8'>", words).decode().encode("latin-1")
    site.pages["/latin"] = ("text/html; charset=ISO-8859-1", latin)
    site.pages["/wrong"] = ("text/html; charset=no-such", page("Größe", "<meta charset='utf-8'>", words))
    site.pages["/marked"] = ("text/html; charset=latin-1", b"\xef\xbb\xbf" + page("Größe", "", words))
    for path in ("/latin", "/wrong", "/marked"):
        found = article(site.read(path))
        assert found.title == "Größe"
        assert "café, naïve." in found.text


def test_plain_text_becomes_an_article(site: Site) -> None:
    site.pages["/ferry.txt"] = ("text/plain; charset=utf-8", "\n\n".join(PARAGRAPHS).encode())
    found = article(site.read("/ferry.txt"))
    assert all(paragraph in found.text for paragraph in PARAGRAPHS)
    assert found.url == site.url + "/ferry.txt"


def test_address_that_cannot_be_had_is_one_error(site: Site) -> None:
    found = error(site.read("/gone"))
    assert found.item == site.url + "/gone"
    assert "status 404" in found.message


def test_address_inside_is_an_error_unless_tests_ask(site: Site) -> None:
    site.pages["/"] = ("text/html", page("Inside"))
    assert "not on the public internet" in error(list(read_address(site.url + "/"))).message
    assert site.requests == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b""),
        ("text/html", b"<html><body></body></html>"),
        ("text/plain", b" \n "),
        ("application/json", b"{}"),
        ("application/feed+json", b"{}"),
        ("application/xml", b"<urlset/>"),
        ("text/xml", b""),
        ("application/rss+xml", b"not xml at all"),
        ("application/rss+xml", rss("")),
        ("image/png", b"\x89PNG"),
    ],
)
def test_what_holds_no_article_is_one_error_that_names_the_address(content_type: str, body: bytes, site: Site) -> None:
    site.pages["/x"] = (content_type, body)
    assert error(site.read("/x")).item == site.url + "/x"


# --- feeds ---


def test_feed_gives_the_page_of_each_entry_in_order(site: Site) -> None:
    head = "<meta property='article:published_time' content='2024-03-02'>"
    site.pages["/feed"] = (
        "application/rss+xml",
        rss(
            "<item><link>/one</link><pubDate>Mon, 06 Jan 2025 10:00:00 +0200</pubDate></item>"
            "<item><link>/two</link><pubDate>Tue, 07 Jan 2025 10:00:00 GMT</pubDate></item>"
        ),
    )
    site.pages["/one"] = ("text/html", page("First crossing"))
    site.pages["/two"] = ("text/html", page("Second crossing", head))
    first, second = site.read("/feed")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert site.requests == ["/feed", "/one", "/two"]
    assert (first.title, second.title) == ("First crossing", "Second crossing")
    assert (first.url, first.origin) == (site.url + "/one", site.url + "/one")
    assert first.published_at == "2025-01-06T10:00:00+02:00"  # the entry's, as the page has none
    assert second.published_at is not None
    assert second.published_at.startswith("2024-03-02")  # the page's own


def test_text_of_the_entry_stands_in_for_a_page_that_is_gone(site: Site) -> None:
    site.pages["/feed"] = (
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
    )


def test_atom_entry_without_a_link_is_its_own_text(site: Site) -> None:
    site.pages["/atom"] = (
        "application/atom+xml",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Log</title><entry><id>urn:1</id>'
        b"<updated>2025-02-03T04:05:06Z</updated><summary>2 &lt; 3, the log says.</summary></entry></feed>",
    )
    found = article(site.read("/atom"))
    assert found.text == found.title == "2 < 3, the log says."
    assert found.url is None
    assert found.published_at == found.updated_at == "2025-02-03T04:05:06+00:00"
    assert found.source == "Log"


def test_feed_cannot_take_the_place_of_another_sites_article(site: Site) -> None:
    link = "http://10.0.0.1/ferry"
    site.pages["/feed"] = (
        "application/rss+xml",
        rss(f"<item><link>{link}</link><description>No.</description></item>"),
    )
    found = article(site.read("/feed"))
    assert found.text == "No."
    assert found.url == link
    assert found.id != article_id(url=link, path=None, text="")


def test_entry_errors_come_one_by_one_among_the_articles(site: Site) -> None:
    site.pages["/feed"] = (
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
    site.pages["/one"] = ("text/html", page("First crossing"))
    *errors, last = site.read("/feed")
    assert isinstance(last, Article)
    assert [e.item for e in errors if isinstance(e, ItemError)] == [
        site.url + "/gone",
        "http://169.254.169.254/latest/meta-data/",
        "file://etc/passwd",
        "entry 4",
        site.url + "/feed",
    ]
    assert "add it by itself if it is a feed" in [e.message for e in errors if isinstance(e, ItemError)][-1]
    assert site.requests == ["/feed", "/gone", "/feed", "/one"]  # a feed in a feed is not followed


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "urn:1", "file:///etc/passwd"])
def test_link_that_is_not_on_the_web_is_not_kept(link: str, site: Site) -> None:
    site.pages["/feed"] = (
        "text/xml",
        rss(f"<item><link>{link}</link><description>Words.</description></item>"),
    )
    assert article(site.read("/feed")).url is None


def test_entries_after_the_fiftieth_are_named_not_read(site: Site) -> None:
    items = "".join(f"<item><description>Entry {n}.</description></item>" for n in range(1, 61))
    site.pages["/feed"] = ("application/rss+xml", rss(items))
    *read, last = site.read("/feed")
    assert [item.text for item in read if isinstance(item, Article)] == [f"Entry {n}." for n in range(1, 51)]
    assert len({item.id for item in read if isinstance(item, Article)}) == MAX_ENTRIES
    assert isinstance(last, ItemError)
    assert "60 entries and the first 50" in last.message


def test_feed_that_is_not_well_formed_is_read(site: Site) -> None:
    site.pages["/feed"] = (
        "application/rss+xml",
        rss("<item><title>A & B&nbsp;C</title><description>Half a <b>word</description></item>")[:-20],
    )
    assert article(site.read("/feed")).title == "A & B C"


@pytest.mark.parametrize("damage", [b"&#xFFFFFFFF;", b"&#55296;", b"\x00", b"]]><![", b"<link>http://[</link>"])
def test_damaged_feed_is_read_or_is_one_error(damage: bytes, site: Site) -> None:
    item = b"<item><title>A</title><description>Words DAMAGE here</description></item>"
    site.pages["/feed"] = ("text/xml", rss(item.decode())[:-15].replace(b"DAMAGE", damage))
    [found] = site.read("/feed")
    assert isinstance(found, ItemError) or found.text.startswith("Words")


def test_entities_that_grow_and_feeds_that_are_long_are_refused(site: Site) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 100}">' for n in range(9))
    bomb = rss("<item><title>x</title><description>&e8;</description></item>").decode()
    bomb = bomb.replace("<rss", f"<!DOCTYPE rss [{entities}]><rss", 1)
    site.pages["/bomb"] = ("application/rss+xml", bomb.encode())
    site.pages["/long"] = ("application/rss+xml", rss("") + b" " * MAX_FEED_BYTES)
    assert all(len(item.text) < 10_000 for item in site.read("/bomb") if isinstance(item, Article))
    assert "the limit is" in error(site.read("/long")).message


def test_external_entity_is_not_opened(site: Site) -> None:
    feed = rss("<item><title>x</title><description>before &inside; after</description></item>").decode()
    feed = feed.replace("<rss", f'<!DOCTYPE rss [<!ENTITY inside SYSTEM "{site.url}/inside">]><rss', 1)
    site.pages["/feed"] = ("application/rss+xml", feed.encode())
    site.pages["/inside"] = ("text/plain", b"secret")
    assert "secret" not in repr(site.read("/feed"))
    assert site.requests == ["/feed"]
