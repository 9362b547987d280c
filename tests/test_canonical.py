"""One article, one address: which variants are one, which pairs stay two, and what holds for any text."""

import random

import pytest

from index.text.canonical import MAX_CHARS, canonical, is_web_address, without_tracking

BRIDGE = "https://example.org/2021/bridge-opens"
SAME = {
    BRIDGE: [
        BRIDGE,
        "http://example.org/2021/bridge-opens",
        "HTTPS://EXAMPLE.org./2021/bridge-opens",
        "https://www.example.org/2021/bridge-opens",
        "https://m.example.org/2021/bridge-opens",
        "https://mobile.example.org/2021/bridge-opens",
        "https://amp.example.org/2021/bridge-opens",
        "https://www.m.example.org/2021/bridge-opens",
        "http://example.org:80/2021/bridge-opens",
        "https://example.org:443/2021/bridge-opens",
        "https://example.org:/2021/bridge-opens",
        "https://reader:secret@example.org/2021/bridge-opens",
        "https://example.org/2021/bridge-opens/",
        "https://example.org//2021///bridge-opens//",
        "https://example.org/2021/./x/../bridge-opens",
        "https://example.org/../2021/bridge-opens",
        "https://example.org/2021/%62ridge%2dopens",
        "https://example.org/2021/%2e/bridge-opens",
        "https://example.org/2021/bridge-opens#top",
        "https://example.org/2021/bridge-opens#:~:text=The%20bridge",
        "https://example.org/2021/bridge-opens#!",
        "https://example.org/2021/bridge-opens?",
        "https://example.org/2021/bridge-opens?&",
        "https://example.org/2021/bridge-opens/index.html",
        "https://example.org/2021/bridge-opens/index.php",
        "https://example.org/2021/bridge-opens/amp",
        "https://example.org/2021/bridge-opens/amp/",
        "https://example.org/2021/bridge-opens.amp",
        "https://example.org/amp/2021/bridge-opens",
        "https://amp.example.org/amp/2021/bridge-opens/amp/index.html?amp",
        "https://example.org/2021/bridge-opens?amp=1",
        "https://example.org/2021/bridge-opens?outputType=amp",
        "https://example.org/2021/bridge-opens?output=AMP&amp_js_v=0.1&usqp=mq331AQ",
        "https://example.org/2021/bridge-opens?utm_source=a&utm_medium=b&UTM_Campaign=c&%75tm_term=d",
        "https://example.org/2021/bridge-opens?utm_source=a&amp;utm_medium=b&amp;amp;fbclid=c",
        "https://example.org/2021/bridge-opens?gclid=1&dclid=2&msclkid=3&yclid=4&igshid=5&_ga=2.1-3",
        "https://example.org/2021/bridge-opens?mc_cid=1&mc_eid=2&cmpid=3&ncid=4&CMP=share_btn_tw",
        "https://example.org/2021/bridge-opens?ref=home&ref_src=twsrc%5Etfw&share=facebook",
        "https://example.org/2021/bridge-opens?src=rss&from=newsletter&source=twitter&mod=rss",
        "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/2021/bridge-opens/amp",
        "https://example-org.cdn.ampproject.org/v/s/amp.example.org/2021/bridge-opens?amp_js_v=0.1#referrer=x",
        "https://cdn.ampproject.org/c/example.org/2021/bridge-opens",
        "https://www.google.com/amp/s/www.example.org/2021/bridge-opens/?usqp=mq331AQ",
        "https://www.google.co.uk/amp/s/amp.example.org/2021/bridge-opens.amp",
        "http://google.de/amp/example.org/2021/bridge-opens",
        "https://www.google.com/amp/s/www-example-org.cdn.ampproject.org/c/s/www.example.org/2021/bridge-opens",
        "\x01 https://example.org/2021/bridge-opens",
    ],
    "https://example.org/": [
        "http://www.example.org",
        "https://example.org//",
        "https://example.org/index.html",
        "https://example.org?utm_source=x",
    ],
    "https://example.org/?id=1": [
        "https://example.org?id=1",
        "https://example.org/index.php?id=1",
        "https://example.org/?amp&id=1",
        "https://www.google.com/amp/s/example.org/?id=1",
    ],
    "https://example.org/s?a=2&b=1&b=3&c": [
        "https://example.org/s?b=1&c&a=2&b=3",
        "https://example.org/s/?c&b=1&a=2&utm_source=d&b=3#e",
    ],
    "https://example.org/bridge.html": ["https://example.org/bridge.amp.html", "https://example.org/bridge.html/amp"],
    "https://example.org/bridge-5": ["https://example.org/bridge-5/amp", "https://example.org/amp/bridge-5"],
    "https://example.org/caf%C3%A9%2Fbar~": ["http://example.org/café%2fbar%7E", "http://example.org/caf%c3%a9%2Fbar~"],
    "https://example.org/100%25?q=5%25%20up": ["https://example.org/100%?q=5%%20up"],
    "https://example.org/#!/story/5": ["https://example.org#!/story/5", "http://www.example.org/#!/story/5"],
    "https://xn--bcher-kva.example/a": [
        "https://bücher.example/a",
        "https://BU\u0308CHER。example/a",
        "https://www.XN--BCHER-KVA.example/a",
    ],
    "https://bbc.example.co.uk/a": ["https://www.bbc.example.co.uk/a", "https://m.bbc.example.co.uk/a"],
    "https://en.example.org/wiki/A": ["https://en.m.example.org/wiki/A"],
    "https://[2001:db8::1]:8080/a": ["http://[2001:0DB8:0:0::1]:8080/a/"],
    "https://192.0.2.7/a": ["http://192.0.2.7:80/a"],
}


@pytest.mark.parametrize(("one", "variant"), [(one, variant) for one, variants in SAME.items() for variant in variants])
def test_a_variant_is_the_same_article(one: str, variant: str) -> None:
    assert canonical(variant) == one


APART = [
    ("https://example.org/a?page=1", "https://example.org/a?page=2"),
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://example.org/?id=1", "https://example.org/"),
    *((f"https://example.org/x?{name}=1", "https://example.org/x") for name in "p story article v q s t cid".split()),
    ("https://example.org/x?ref=2021-04", "https://example.org/y?ref=2021-04"),
    ("https://example.org/press?ref=4711", "https://example.org/press?ref=4712"),
    ("https://example.org/story?share=12", "https://example.org/story?share=13"),
    ("https://example.org/list?source=harbour-gazette", "https://example.org/list?source=northern-wire"),
    ("https://example.org/search?q=amp", "https://example.org/search"),
    ("https://example.org/x?output=pdf", "https://example.org/x"),
    ("https://example.org/x?utm=1", "https://example.org/x"),
    ("https://example.org/x?id=1&id=2", "https://example.org/x?id=2&id=1"),
    ("https://example.org/x?id=a%26b", "https://example.org/x?id=a&b"),
    ("https://example.org/Bridge", "https://example.org/bridge"),
    ("https://example.org/a?id=Qx", "https://example.org/a?id=qx"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/a%3Fb", "https://example.org/a?b"),
    ("https://example.org/100%25", "https://example.org/100"),
    ("https://example.org/%2525", "https://example.org/%25"),
    ("https://example.org/news/amplifier", "https://example.org/news"),
    ("https://example.org/news/amplifier", "https://example.org/news/lifier"),
    ("https://example.org/amplifier/news", "https://example.org/news"),
    ("https://example.org/glossary/amp", "https://example.org/glossary"),
    ("https://example.org/amp/glossary", "https://example.org/glossary"),
    ("https://example.org/amp", "https://example.org/"),
    ("https://example.org/news/bridge-amp", "https://example.org/news/bridge"),
    ("https://example.org/m.html", "https://example.org/html"),
    ("https://example.org/m/bridge", "https://example.org/bridge"),
    ("https://example.org/my-index.html", "https://example.org/my-"),
    ("https://example.org/index.php/bridge", "https://example.org/bridge"),
    ("https://example.org/a", "https://amp-example.org/a"),
    ("https://example.org/a", "https://mexample.org/a"),
    ("https://example.org/a", "https://news.example.org/a"),
    ("https://example.org/a", "https://example.org:8080/a"),
    ("https://example.org/a", "https://example.com/a"),
    ("https://example.org/#!/story/5", "https://example.org/#!/story/6"),
    ("https://m.co.uk/a", "https://co.uk/a"),
    ("https://www.amp.com.au/a", "https://com.au/a"),
    ("https://m.org/a", "https://org/a"),
    ("https://straße.example/a", "https://strasse.example/a"),
    ("https://example.org/c/s/other.example/a", "https://other.example/a"),
    ("https://google.com.example.org/amp/s/other.example/a", "https://other.example/a"),
    ("https://cdn.ampproject.org.example.org/c/s/other.example/a", "https://other.example/a"),
    ("https://google.com/amp/s/one.example/a", "https://google.com/amp/s/two.example/a"),
    ("https://example.org/save/https://one.example/a", "https://example.org/save/https://two.example/a"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_articles_stay_two(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "news/bridge.txt",
        "javascript:alert(1)",
        "ftp://example.org/a",
        "https://",
        "https:///a",
        "http://[",
        "http://[::1",
        "http://[v1.a:b]/",
        "http://example.org:99999/a",
        "http://example.org:port/a",
        "http://[v1.a@b]/c",
        "http://exa^mple.org/a",
        "http://..example.org/a",
        f"https://{'é' * 254}.example/a/",
        "https://example.org/" + "a/" * (MAX_CHARS // 2),
    ],
)
def test_what_no_browser_opens_or_is_too_long_stays_as_it_is(odd: str) -> None:
    assert canonical(odd) == odd


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("http://www.example.org/b/?utm_source=mail", "http://www.example.org/b/"),
        ("https://m.example.org/b?z=2&fbclid=x&a=1&amp;utm_medium=y#top", "https://m.example.org/b?z=2&a=1"),
        ("https://example.org/B%20c?q=a%2Fb&q=é&ref=4711", "https://example.org/B%20c?q=a%2Fb&q=é&ref=4711"),
        ("https://example.org/b?from=rss&from=town", "https://example.org/b?from=town"),
        ("https://example.org/#!/b?utm_source=mail", "https://example.org/#!/b?utm_source=mail"),
        ("https://example.org/b?#", "https://example.org/b"),
        ("https://example.org:8443/b", "https://example.org:8443/b"),
    ],
)
def test_a_link_without_tracking_is_as_it_was_found_but_for_that(found: str, kept: str) -> None:
    assert without_tracking(found) == kept


PIECES = [
    *'aZé中ß%/?#&=.;:@![]^|\\"<>+~-_',
    *"% %2 %25 %2e %2F %zz //  /.. /. amp /amp .amp .amp.html /amp/ amp. www. m. en. index.html".split(" "),
    *"?amp &amp; amp; utm_source= ref= id=1 #! %61mp %2famp google.com /amp/s/ /c/s/ example.org".split(),
    *("cdn.ampproject.org", "https://", "::1", ":80", ":8080", "\ud800", "\0", "\x1f", "。", "ℂ", "İ", "\u00ad"),
]
HOSTS = [
    "example.org",
    "\ud800.example",
    "www.example.org",
    "x.cdn.ampproject.org",
    "google.com",
    "[::1]",
    "m.co.uk",
    "",
]


def test_any_address_is_taken_and_taken_again_stays() -> None:
    draw = random.Random(7)
    taken = 0
    for _ in range(6_000):
        path = "".join(draw.choices(PIECES, k=draw.randrange(12)))
        url = draw.choice(["https://", "http://"]) + draw.choice(HOSTS) + draw.choice(["", "/"]) + path
        once = canonical(url)
        assert canonical(once) == once, url
        if is_web_address(url):
            taken += 1
            assert is_web_address(once), url
            assert is_web_address(without_tracking(url)), url
            assert once in {url, canonical(without_tracking(url))}, url  # what no browser opens stays as it is
    assert taken > 3_000


@pytest.mark.parametrize(
    "address",
    [
        f"https://example.org{'/amp' * 490}",
        f"https://google.com{'/amp/google.com' * 130}/a",
        f"https://{'m.' * 120}example.org/a",
        f"https://{'m.' * 990}example.org/a",
        f"https://{''.join(map(chr, range(0x4E00, 0x4EF0)))}.example/a",
        f"https://example.org/{'a.' * 980}",
        f"https://example.org/a?{'&' * 1_900}",
        f"https://example.org/a?{'amp;' * 480}",
        f"https://example.org/{'%' * 1_900}",
        f"https://example.org/{'é' * 1_900}",
        f"https://example.org/{'../' * 600}",
        "https://example.org/" + "/amp" * 250_000,
        "https://" + "m." * 500_000 + "example.org/",
    ],
    ids=lambda address: f"{address[8:30]}…{len(address)}",
)
def test_the_worst_of_addresses_comes_to_rest(address: str) -> None:
    once = canonical(address)
    assert canonical(once) == once
