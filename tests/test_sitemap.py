"""Sitemaps as bytes, and a dictionary of the others that they lead to in place of the web."""

import gzip
from collections.abc import Iterable, Iterator

import pytest

from index.errors import FetchRefused, NotServed
from index.ingest.fetch import NotModified, Page
from index.ingest.listing import MAX_ADDRESSES
from index.ingest.sitemap import MAX_LISTED, read_sitemap
from index.ingest.sitemaps import MAX_SITEMAPS, Listed, follow_sitemap

URL = "https://news.example.org/sitemap.xml"


class Web:
    """`pages[address]` is the sitemap there; `asked` is what was asked for, in order."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []

    def fetch_all(self, addresses: Iterable[str]) -> Iterator[Page | NotModified | FetchRefused]:
        for address in addresses:
            self.asked.append(address)
            if address in self.pages:
                kind = "application/gzip" if address.endswith(".gz") else "application/xml"
                yield Page(address, kind, self.pages[address])
            else:
                yield NotServed(f"{address} answered with status 404", 404)

    def read(self, data: str | bytes) -> Listed:
        page = Page(URL, "application/xml", data.encode() if isinstance(data, str) else data)
        return follow_sitemap(URL, URL, read_sitemap(page), self.fetch_all, read_sitemap)


@pytest.fixture
def web() -> Web:
    return Web()


def urlset(*urls: str) -> str:
    inner = "".join(f"<url>{url}</url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'


def index_of(*sitemaps: str) -> str:
    return "<sitemapindex>" + "".join(f"<sitemap>{sitemap}</sitemap>" for sitemap in sitemaps) + "</sitemapindex>"


def loc(path: str, lastmod: str = "") -> str:
    dated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<loc>https://news.example.org{path}</loc>{dated}"


def news(path: str, date: str, title: str) -> str:
    return (
        f"<loc>https://news.example.org{path}</loc><news:news><news:publication><news:name>Harwick Post</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news>"
    )


def paths(listed: Listed) -> list[str]:
    return [(entry.link or "").removeprefix("https://news.example.org") for entry in listed.entries]


def messages(listed: Listed) -> list[str]:
    return [error.message for error in listed.errors]


def test_addresses_come_newest_first_and_undated_ones_last_in_their_order(web: Web) -> None:
    listed = web.read(
        urlset(
            loc("/none-1"),
            loc("/january", "2025-01-01"),
            loc("/noon-in-harwick", "2025-03-01T12:00:00+02:00"),
            loc("/ten-thirty-utc", "2025-03-01T10:30:00Z"),
            loc("/none-2", "last week"),
            loc("/february", "2025-02-01"),
        )
    )
    assert paths(listed) == ["/ten-thirty-utc", "/noon-in-harwick", "/february", "/january", "/none-1", "/none-2"]
    assert (listed.errors, listed.is_index) == ((), False)


def test_news_sitemap_says_title_date_and_source(web: Web) -> None:
    [entry] = web.read(urlset(news("/ferry", "2025-01-06T10:00:00+02:00", "Ferry &amp; <![CDATA[tide]]>"))).entries
    assert (entry.title, entry.published_at) == ("Ferry & tide", "2025-01-06T10:00:00+02:00")
    assert (entry.source, entry.language, entry.updated_at, entry.text) == ("Harwick Post", "en", None, "")


def test_date_of_the_news_goes_before_lastmod(web: Web) -> None:
    listed = web.read(
        urlset(
            news("/old", "2024-01-01", "Old") + "<lastmod>2025-06-01</lastmod>",
            loc("/new", "2025-01-01"),
        )
    )
    assert paths(listed) == ["/new", "/old"]


def test_addresses_of_images_and_other_languages_are_not_those_of_pages(web: Web) -> None:
    listed = web.read(
        urlset(
            "<image:image><image:loc>https://news.example.org/a.jpg</image:loc></image:image>"
            "<xhtml:link rel='alternate' href='https://news.example.org/de'/>" + loc("/a")
        )
    )
    assert paths(listed) == ["/a"]


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "file:///etc/passwd", "http://[", "https://e.org/" + "a" * 3_000]
)
def test_what_is_no_web_address_is_passed_over(link: str, web: Web) -> None:
    assert paths(web.read(urlset(f"<loc>{link}</loc>", loc("/a")))) == ["/a"]


def test_article_in_two_sitemaps_is_listed_once_with_what_the_news_says(web: Web) -> None:
    web.pages["https://news.example.org/all.xml"] = urlset(loc("/a", "2025-02-02"), loc("/b", "2025-02-01")).encode()
    web.pages["https://news.example.org/news.xml"] = urlset(news("/a", "2025-01-01", "Title")).encode()
    listed = web.read(index_of(loc("/all.xml"), loc("/news.xml")))
    assert [(entry.link, entry.title) for entry in listed.entries] == [
        ("https://news.example.org/a", "Title"),
        ("https://news.example.org/b", None),
    ]
    assert (listed.errors, listed.is_index) == ((), True)


def test_two_hundred_newest_of_all_sitemaps_are_taken_and_the_rest_counted(web: Web) -> None:
    for n in range(3):
        dates = [f"20{99 - m // 12:02}-{12 - m % 12:02}-0{n + 1}" for m in range(300)]
        web.pages[f"https://news.example.org/{n}.xml"] = urlset(*(loc(f"/{n}/{date}", date) for date in dates)).encode()
    listed = web.read(index_of(*(loc(f"/{n}.xml") for n in range(3))))
    assert len(listed.entries) == MAX_ADDRESSES
    # three a month: 66 months back from December 2099, and two of the month before
    assert paths(listed)[:4] == ["/2/2099-12-03", "/1/2099-12-02", "/0/2099-12-01", "/2/2099-11-03"]
    assert paths(listed)[-1] == "/1/2094-06-02"
    assert messages(listed) == ["It lists 900 addresses and the 200 newest were read: add others by their own."]
    assert listed.errors[0].item == URL + " (older addresses)"


def test_newest_sitemaps_go_first_and_twenty_are_the_most(web: Web) -> None:
    listed = web.read(index_of(*(loc(f"/{n}.xml", f"2025-01-{n:02}") for n in range(1, 31))))
    assert web.asked == [f"https://news.example.org/{n}.xml" for n in range(30, 30 - MAX_SITEMAPS + 1, -1)]
    assert messages(listed)[:-1] == [f"{address} answered with status 404" for address in web.asked]
    assert "20 in 3 levels" in messages(listed)[-1]


def test_sitemaps_that_lead_in_circles_are_read_once(web: Web) -> None:
    web.pages["https://news.example.org/1.xml"] = index_of(loc("/sitemap.xml"), loc("/1.xml"), loc("/2.xml")).encode()
    web.pages["https://news.example.org/2.xml"] = urlset(loc("/a")).encode()
    listed = web.read(index_of(loc("/1.xml"), loc("/sitemap.xml"), loc("/2.xml"), loc("/1.xml")))
    assert web.asked == ["https://news.example.org/1.xml", "https://news.example.org/2.xml"]
    assert (paths(listed), listed.errors) == (["/a"], ())


def test_fourth_level_is_not_read(web: Web) -> None:
    for n in (1, 2, 3):
        web.pages[f"https://news.example.org/{n}.xml"] = index_of(loc(f"/{n + 1}.xml")).encode()
    listed = web.read(index_of(loc("/1.xml")))
    assert web.asked == ["https://news.example.org/1.xml", "https://news.example.org/2.xml"]
    assert "3 levels" in messages(listed)[-1]


def test_packed_sitemap_is_unpacked_within_bounds(web: Web) -> None:
    web.pages["https://news.example.org/1.xml.gz"] = gzip.compress(urlset(loc("/a")).encode())
    web.pages["https://news.example.org/2.xml.gz"] = gzip.compress(b" " * 20_000_000)
    web.pages["https://news.example.org/3.xml.gz"] = urlset(loc("/b")).encode()
    listed = web.read(index_of(loc("/1.xml.gz"), loc("/2.xml.gz"), loc("/3.xml.gz")))
    assert paths(listed) == ["/a"]
    assert "unpack to more than" in messages(listed)[0]
    assert "damaged" in messages(listed)[1]


@pytest.mark.parametrize(
    "data",
    [
        " \n" + urlset(loc("/a")),
        "\ufeff" + urlset(loc("/a")),
        urlset(loc("/a")).replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16"),
        urlset(loc("/a")).replace("<urlset", "<sm:urlset xmlns:sm='x'").replace("</urlset", "</sm:urlset"),
        "<!DOCTYPE urlset>" + urlset(loc("/a")).partition("?>")[2],
        "<urlset><url><loc>\n https://news.example.org/a\n</loc></url></urlset>",
    ],
    ids=["blanks", "mark", "utf-16", "prefix", "doctype", "spaced"],
)
def test_odd_but_plain_sitemap_is_read(data: str | bytes, web: Web) -> None:
    listed = web.read(data)
    assert (paths(listed), listed.errors) == (["/a"], ())


def test_damaged_sitemap_gives_what_stands_before_the_damage(web: Web) -> None:
    listed = web.read(f"<urlset><url>{loc('/a')}</url><url>{loc('/b?x=1&y=2')}</url><url>{loc('/c')}</url></urlset>")
    assert paths(listed) == ["/a"]
    assert "The sitemap is damaged" in messages(listed)[0]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("", "damaged"),
        ("<urlset/>", "lists no addresses"),
        ("<html/>", "no sitemap"),
        ("<?xml version='1.0' encoding='nope'?><urlset/>", "damaged"),
        ("<?xml version='1.0' encoding='shift_jis'?><urlset/>", "damaged"),
        ("<urlset>" + "<a>" * 1_000_000, "deep"),
        ("<urlset><url>" + "<loc>" + "a" * 5_000_000, "damaged"),
    ],
)
def test_what_lists_nothing_is_one_error(data: str, named: str, web: Web) -> None:
    listed = web.read(data)
    assert listed.entries == ()
    [message] = messages(listed)
    assert named in message


@pytest.mark.parametrize(
    "declared",
    [
        "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "https://news.example.org/"}">' for n in range(9)),
        '<!ENTITY e8 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "https://news.example.org/p"> %p;',
        f'<!ATTLIST url a CDATA "{"x" * 100_000}">',
        "<!ELEMENT url ANY>",
    ],
    ids=["grows", "file", "parameter", "default", "element"],
)
def test_sitemap_that_declares_anything_is_refused(declared: str, web: Web) -> None:
    listed = web.read(f"<!DOCTYPE urlset [{declared}]><urlset><url><loc>&e8;</loc></url></urlset>")
    assert listed.entries == ()
    assert messages(listed) == ["The sitemap declares entities of its own, and is not read for that."]
    assert web.asked == []


def test_addresses_after_the_fifty_thousandth_are_not_read(web: Web) -> None:
    listed = web.read(urlset(*(f"<loc>https://e.org/{n}</loc>" for n in range(MAX_LISTED + 1))))
    assert len(listed.entries) == MAX_ADDRESSES
    assert messages(listed) == [
        "The sitemap lists more than 50,000 addresses; those after them are not read.",
        "It lists 50,000 addresses and the 200 newest were read: add others by their own.",
    ]
