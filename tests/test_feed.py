"""Feeds as bytes: what an entry says comes out, in one form for RSS, Atom and JSON, whatever was put in."""

import json

import pytest

from index.errors import BadArticle
from index.ingest.feed import MAX_BYTES, MAX_NAMESPACES, MAX_TAGS, read_feed
from index.ingest.fetch import Page
from index.ingest.fields import MAX_FIELD_CHARS
from index.ingest.fragment import html_text
from index.ingest.listing import MAX_ENTRIES, Entry, Feed

URL = "https://news.example.org/feed"


def xml(data: str | bytes, charset: str | None = None) -> Feed:
    return read_feed(Page(URL, "application/rss+xml", data.encode() if isinstance(data, str) else data, charset))


def rss(items: str, channel: str = "<title>Harwick Post</title>") -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{channel}{items}</channel></rss>'
    )


def json_feed(*items: object, **feed: object) -> Feed:
    said = {"version": "https://jsonfeed.org/version/1.1", "title": "Harwick Post", "items": items} | feed
    return read_feed(Page(URL, "application/feed+json", json.dumps(said).encode()))


def only(feed: Feed) -> Entry:
    [entry] = feed.entries
    return entry


def test_rss_entry_says_what_it_says() -> None:
    feed = xml(
        rss(
            "<item><title>Ferry stops</title><link>/ferry</link><dc:creator>Ann Reed</dc:creator>"
            "<pubDate>Mon, 06 Jan 2025 10:00:00 +0200</pubDate><description>Short.</description>"
            "<content:encoded><![CDATA[<p>Long.</p><p>Longer.</p>]]></content:encoded></item>",
            "<title>Harwick Post</title><language>en-GB</language>",
        )
    )
    assert only(feed) == Entry(
        key="https://news.example.org/ferry",
        link="https://news.example.org/ferry",
        title="Ferry stops",
        text="Long.\n\nLonger.",
        source="Harwick Post",
        author="Ann Reed",
        published_at="2025-01-06T10:00:00+02:00",
        language="en-GB",
    )


def test_json_entry_says_what_it_says() -> None:
    feed = json_feed(
        {
            "id": "1",
            "url": "ferry",
            "title": "Ferry <b>stops</b>",
            "content_html": "<p>Long.<p>Longer &amp; longest.",
            "content_text": "Not this.",
            "date_published": "2025-01-06T10:00:00+02:00",
            "date_modified": "2025-01-07T10:00:00Z",
            "authors": [{"name": "Ann Reed"}, {"url": "https://example.org"}, {"name": "Bo Lind"}],
        },
        language="en",
    )
    assert only(feed) == Entry(
        key="https://news.example.org/ferry",
        link="https://news.example.org/ferry",
        title="Ferry stops",
        text="Long.\n\nLonger & longest.",
        source="Harwick Post",
        author="Ann Reed, Bo Lind",
        published_at="2025-01-06T10:00:00+02:00",
        updated_at="2025-01-07T10:00:00+00:00",
        language="en",
    )


@pytest.mark.parametrize(
    "link", ["", " ", "javascript:alert(1)", "urn:1", "http://[", "https://e.org/a b", "https://e.org/\x00"]
)
def test_link_that_is_no_web_address_is_none(link: str) -> None:
    assert only(json_feed({"url": link, "content_text": "Words."})).link is None


def test_json_feed_of_version_one_names_its_author_once_for_all() -> None:
    feed = json_feed(
        {"id": "1", "content_text": "2 < 3"}, version="https://jsonfeed.org/version/1", author={"name": "A"}
    )
    assert (only(feed).author, only(feed).text, only(feed).key) == ("A", "2 < 3", "1")


@pytest.mark.parametrize("item", ["text", None, 7, []])
def test_json_item_that_is_no_object_is_passed_over(item: object) -> None:
    assert json_feed(item, {"content_text": "Words."}).entries[0].text == "Words."


@pytest.mark.parametrize("value", [7, None, True, [], {}, [[]], {"name": {}}, "x\ud800y", "\0", " "])
@pytest.mark.parametrize(
    "name",
    [
        *("id", "url", "title", "content_html", "content_text", "summary", "date_published", "date_modified"),
        *("authors", "author", "language"),
    ],
)
def test_json_field_of_another_kind_is_no_fault(name: str, value: object) -> None:
    entry = only(json_feed({"content_text": "Words.", name: value}))
    assert entry.link is None or entry.link.isprintable()
    for said in (entry.key, entry.title or "", entry.author or "", entry.text):
        assert "\ud800" not in said


@pytest.mark.parametrize(
    "data",
    [
        *("", "{", "[]", "{}", "7", '"x"', "[" * 100_000, "9" * 10_000, '{"version": 1, "items": []}', "\xff"),
        '{"version": "https://example.org/version/1", "items": [{"content_text": "Words."}]}',
        '{"version": "https://jsonfeed.org/version/1", "items": {}}',
    ],
)
def test_json_that_is_no_feed_with_entries_is_refused(data: str) -> None:
    with pytest.raises(BadArticle):
        read_feed(Page(URL, "application/json", data.encode("latin-1")))


def test_xml_that_is_no_feed_is_refused() -> None:
    for data in ("", "<html><body>x</body></html>", "<x/>", "words"):
        with pytest.raises(BadArticle, match=r"neither a feed nor a sitemap|no entries"):
            xml(data)


def test_charset_of_the_server_is_used() -> None:
    data = rss("<item><title>Größe</title></item>").encode("latin-1")
    assert only(xml(data, "iso-8859-1")).title == "Größe"


def test_entry_given_twice_is_given_once_and_fifty_are_the_most() -> None:
    items = "".join(f"<item><link>/{n // 2}</link><title>{n}</title></item>" for n in range(60))
    feed = xml(rss(items))
    assert feed.count == 60
    assert [entry.title for entry in feed.entries] == [str(n) for n in range(0, MAX_ENTRIES, 2)]


def test_overlong_field_is_cut_and_overlong_link_is_none() -> None:
    long = "word " * 2_000
    feed = xml(
        rss(
            f"<item><title>{long}</title><dc:creator>{long}</dc:creator><link>https://example.org/{'a' * 3_000}</link>"
            f"<pubDate>{long}</pubDate><description>Words.</description></item>",
            f"<title>{long}</title><language>{long}</language>",
        )
    )
    entry = only(feed)
    for said in (entry.title, entry.author, entry.source, entry.language, entry.key):
        assert said is not None
        assert MAX_FIELD_CHARS - 5 <= len(said) <= MAX_FIELD_CHARS
    assert (entry.link, entry.published_at, entry.text) == (None, None, "Words.")


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (rss("") + " " * MAX_BYTES, "the limit is 2,000,000"),
        (rss("<item><x>" + "<x>" * MAX_TAGS), "tags"),
        (rss("<item><x " + "".join(f'a{n}="" ' for n in range(301)) + "/>"), "attributes"),
        (rss("".join(f'<a xmlns:a="http://example.org/{n}"/>' for n in range(MAX_NAMESPACES))), "namespaces"),
    ],
    ids=["bytes", "tags", "attributes", "namespaces"],
)
def test_feed_made_to_take_long_is_refused(data: str, named: str) -> None:
    with pytest.raises(BadArticle, match=named):
        xml(data)


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("Words", "Words"),
        ("<p>One.</p>\n <p>Two\nlines.</p>", "One.\n\nTwo lines."),
        ("One<br>two<BR/>three", "One\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\n\nb\n\nc"),
        ("A <b>bold</b> <i>word</i>.", "A bold word."),
        ("2 < 3 &amp; 4 &lt; 5 &#8217;s", "2 < 3 & 4 < 5 ’s"),
        ("<script>if (a<b) alert('</p>')</script>x<style>p{}</style>y", "xy"),
        ("a<!-- <p>no</p> --> b <!-- open", "a b"),
        ("<img alt='a > b' src=x>c", "c"),
        ("<a href=\"x\">it's</a> <a title=it's>so</a>", "it's so"),
        ("<p>unclosed <b>tag", "unclosed tag"),
        ("x <", "x <"),
        ("<script>never closed", ""),
        ("", ""),
    ],
)
def test_html_of_an_entry_is_its_text(fragment: str, text: str) -> None:
    assert html_text(fragment) == text


@pytest.mark.parametrize(
    "unit",
    [
        *("<a ", "<a", "<!--", "<!", '<a b="', "<a b='", "</a", "<?", "&#", "&a", "<![", "<script>", "</", "<a\n="),
        *("=", "<a =\"='", "<a ='", "<a / ", "<b> ", "<a\"'", "\n \n", " ", "<!-- --> "),
    ],
)
def test_hostile_html_of_a_megabyte_is_read_in_one_pass(unit: str) -> None:
    html_text(unit * (1_000_000 // len(unit)))
    only(json_feed({"title": unit * (1_000_000 // len(unit)), "content_html": "x"}))
