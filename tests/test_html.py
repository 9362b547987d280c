"""Pages: their text, what is left out of it, and what is no page."""

import json
import re

import pytest
from items import OPENS, VOTED, article, error

from index.article import Article, ItemError, Removed, article_id
from index.ingest.fields import BESIDE, MAX_FIELD_CHARS
from index.ingest.formats import read_item
from index.ingest.html import HIDDEN, MAX_PARAGRAPHS

SAYS = "“I have looked at that river every morning since I was born,” said Agda Holm, 71, whose kitchen faces it."
ENDS = "By then, the chairman said, the town should have decided what to call it."
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
        removed=(
            Removed("navigation", "Home"),
            Removed("navigation", "Sport"),
            Removed("date-line", "March 29"),
            Removed("copyright", "© 2024 The Daily News. All rights reserved."),
        ),
        found_in={
            "title": "h1",
            "url": "link canonical",
            "source": "meta og:site_name",
            "author": "meta author",
            "published_at": "time element",
            "updated_at": "meta article:modified_time",
            "language": "html lang",
            "provenance": "meta provenance",
        },
    )


@pytest.mark.parametrize(
    "line",
    [
        "<p>Sign up for our newsletter</p>",
        "<p>Subscribe</p>",
        "<p>Share this article</p>",
        "<p>Comments</p>",
        "<p>Advertisement</p>",
        "<h3>Related articles</h3>",
    ],
)
@pytest.mark.parametrize("place", [1, 3, 9])
def test_a_line_of_the_sites_own_within_the_story_goes_alone_and_is_kept_with_the_article(
    line: str, place: int
) -> None:
    story = [f"On day {n} the council of Oldport met and voted on the harbour road and its lamps." for n in range(12)]
    paragraphs = [f"<p>{sentence}</p>" for sentence in story]
    paragraphs.insert(place, line)
    found = article("a.html", page(body=f"<article><h1>Council meets</h1>{''.join(paragraphs)}</article>"))
    assert found.text == "\n\n".join(story)
    assert re.sub("<.*?>", "", line) in {removed.text for removed in found.removed}


@pytest.mark.parametrize("sentence", ["Share this view, the mayor said.", "Sign up begins on Monday."])
def test_a_sentence_that_begins_like_a_line_of_the_sites_own_stays(sentence: str) -> None:
    body = f"<article><h1>Council</h1><p>{VOTED}</p><p>{sentence}</p><p>{OPENS}</p></article>"
    assert article("a.html", page(body=body)).text == f"{VOTED}\n\n{sentence}\n\n{OPENS}"


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


@pytest.mark.parametrize(
    "address", ["https://x.example/", "javascript:alert(1)", "http://[", f"https://x.example/{'a' * MAX_FIELD_CHARS}"]
)
def test_an_address_that_names_no_article_is_not_its_url(address: str) -> None:
    found = article("a.html", page(f'<link rel="canonical" href="{address}">'))
    assert found.url is None
    assert found.id == article_id(url=None, path="a.html", text="")


def text(body: str, head: str = "", lang: str = ' lang="en"') -> str:
    return article("a.html", page(head, body, lang)).text


def story(*paragraphs: str) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


@pytest.mark.parametrize(
    "inserted",
    [
        "<div class=related-stories><h3>Old bridges</h3><p>Of eleven bridges that stood, four are left.</p></div>",
        "<aside><p>The river is 212 kilometres long and has been bridged since 1411.</p></aside>",
        '<div role="complementary"><p>The river is 212 kilometres long.</p></div>',
        '<div id="newsletterBox"><p>The morning letter, every weekday at six, in four minutes.</p></div>',
        '<div data-testid="inline-ad"><p>Boots for every bridge, now at half their price.</p></div>',
        "<amp-ad><div>Boots for every bridge, now at half their price.</div></amp-ad>",
        '<form><p>Your address:</p><input name="mail"></form>',
        "<div><h4>One letter a week</h4><p>Join 9,300 readers.</p><form><input></form></div>",
        '<div><h3>Related</h3><ul><li><a href="/1">Ferry late again</a></li></ul></div>',
        '<div><b>Lesen Sie auch</b><a href="/1">Die Fähre kommt wieder zu spät</a></div>',
        '<div><h3>Sur le même sujet</h3><a href="/1">Le bac est en retard</a></div>',
        "<div><h2>Keep reading with a subscription</h2><p>You have read three articles this month.</p></div>",
        '<p>Read more: <a href="/2">What the bridge needs, in six drawings and a map</a></p>',
        '<div><img src="a.jpg"><p>The council after its vote.</p></div>',
        "<figure><img src=a.jpg><figcaption>The council after its vote. It was late.</figcaption></figure>",
        "<p><img src=a.jpg><br><em>The council after its vote. It was late.</em></p>",
        "<p>The council after its vote. Photo: Bo Ek</p>",
        "<div>Advertisement</div>",
        '<blockquote class="pull"><p>“I have looked at that river every morning since I was born.”</p></blockquote>',
        '<div class="note"><p>Got a bridge? <a href="/mail">Write to us</a> about it.</p></div>',
    ],
)
def test_what_stands_among_the_paragraphs_but_is_not_the_story_is_out(inserted: str) -> None:
    says = "“I have looked at that river every morning since I was born,” said Agda Holm."
    assert text(f"<article><h1>A bridge</h1>{story(VOTED, OPENS)}{inserted}{story(says, ENDS)}</article>") == (
        f"{VOTED}\n\n{OPENS}\n\n{says}\n\n{ENDS}"
    )


@pytest.mark.parametrize(
    ("inserted", "left"),
    [
        (f"<div class=shareholders><p>{SAYS}</p></div>", SAYS),
        ("<h2>More than a bridge</h2>", "More than a bridge"),
        ("<h3>Discussion</h3><p>It was long.</p>", "Discussion\n\nIt was long."),
        ("<p><b>What comes next</b></p>", "What comes next"),
        ("<blockquote><p>“Nobody asked us.”</p></blockquote>", "“Nobody asked us.”"),
        ("<ul><li>one pier</li><li>two piers</li></ul>", "one pier\ntwo piers"),
        ("<ol><li>Vote<ul><li>again</li></ul></li></ol>", "Vote\nagain"),
        ("<dl><dt>Who pays?</dt><dd>The town.</dd></dl>", "Who pays?\nThe town."),
        ("<p>One line<br>and another.</p>", "One line\nand another."),
        (
            "<p>It is 9&nbsp;m<sup>2</sup> wide<wbr>ly, co&shy;operatively<q>so</q>.</p>",
            "It is 9 m2 widely, cooperatively“so”.",
        ),
        (
            "<p>It cost <a href=/a>nine million crowns</a>, and <a href=/b>seven years of work</a> went into it.</p>",
            "It cost nine million crowns, and seven years of work went into it.",
        ),
        (
            "<p>It was on <time>Tuesday</time> that <span class=author>Holm</span> spoke.</p>",
            "It was on Tuesday that Holm spoke.",
        ),
        ("<p>It is so.<sup><a href=#fn1>1</a></sup></p>", "It is so."),
        ("<pre>Over the river,\n  under the moon.</pre>", "Over the river,\nunder the moon."),
        (
            "<table><tr><th>Year<th>Cost<tr><td class=date>2020<td><a href=/5>5</a></table>",
            "Year | Cost\n2020 | 5",
        ),
        ("<section><div><div>It spans the river in one leap.</div></div></section>", "It spans the river in one leap."),
        ("<aside><p>Correction: It is six piers.</p></aside>", "Correction: It is six piers."),
    ],
)
def test_what_is_of_the_story_stays(inserted: str, left: str) -> None:
    assert text(f"<article><h1>A bridge</h1>{story(VOTED)}{inserted}{story(OPENS, ENDS)}</article>") == (
        f"{VOTED}\n\n{left}\n\n{OPENS}\n\n{ENDS}"
    )


@pytest.mark.parametrize("short", ["Visitors pay 4 euros.", "It is free.", "Nobody asked why, he said."])
def test_a_short_paragraph_beside_the_only_long_one_stays(short: str) -> None:
    long = f"{VOTED} {OPENS}"
    assert text(f"<article><h1>A bridge</h1><p>{long}</p><p>{short}</p></article>") == f"{long}\n\n{short}"
    assert text(f"<article><h1>A bridge</h1><p>{short}</p><p>{long}</p></article>") == f"{short}\n\n{long}"


def test_boxes_in_the_body_are_told_by_words_that_the_wrapper_may_bear_too() -> None:
    inner = f"<h1>A bridge</h1>{story(VOTED, OPENS)}<div class=paywall><p>Subscribe to read on.</p></div>"
    assert text(f'<div class="page paywall with-sidebar">{inner}</div>') == f"{VOTED}\n\n{OPENS}"


def test_a_paywalls_prompt_goes_though_it_is_most_of_the_page_and_the_story_in_such_a_box_stays() -> None:
    prompt = (
        "You have read all of your free stories this month. Subscribe for 1 euro a week to read the rest, and get the"
        " morning letter, the archive and the crossword with it."
    )
    head = f"<h1>A bridge</h1><p>{VOTED}</p>"
    assert text(f"<article>{head}<div class=paywall><p>{prompt}</p></div></article>") == VOTED
    assert text(f"<article>{head}<div class=paywall>{story(OPENS, SAYS)}</div></article>") == (
        f"{VOTED}\n\n{OPENS}\n\n{SAYS}"
    )
    members = "“Our members pay for it, and you can register them all in one day in the hall,” said Agda Holm, 71."
    assert text(f"<article>{head}<div class=paywall><p>{members}</p></div></article>") == f"{VOTED}\n\n{members}"


@pytest.mark.parametrize(
    "prompt",
    [
        "Already a subscriber? Sign in. You can read three of our stories a month, and this is the fourth.",
        "Sign up for a free account and read on. It takes a minute and gives you the morning letter, too.",
        "This story is for subscribers only, who read everything that we write, on paper and in the archive.",
        "To continue reading, choose a plan. All plans give you unlimited access to the archive and the podcast.",
    ],
)
def test_a_paywalls_prompt_asks_or_offers(prompt: str) -> None:
    inner = f"<div class=paywall><p>{prompt}</p></div>"
    assert text(f"<article><h1>A bridge</h1><p>{VOTED}</p>{inner}</article>") == VOTED


@pytest.mark.parametrize(
    "behind",
    [
        (
            "US Senate members rejected the bill by 51 votes to 49, after a night of debate on what it would cost.",
            "The US House members meet again on Thursday, and a second vote is to be held before the summer.",
        ),
        (
            "Members of the club that gave us the bridge met on Monday, and 410 of them voted to register the name.",
            "Our correspondent counted 12 subscribers to the fund at noon, and there was no sign in the hall of more.",
        ),
    ],
)
def test_a_story_behind_a_paywall_that_speaks_of_members_stays(behind: tuple[str, str]) -> None:
    inner = f"<div class=paywall><p>{behind[0]}</p><p>{behind[1]}</p></div>"
    expected = "\n\n".join((VOTED, *behind))
    assert text(f"<article><h1>A bridge</h1><p>{VOTED}</p>{inner}</article>") == expected


def test_a_story_in_a_box_that_was_never_closed_is_read() -> None:
    assert text(f"<h1>A bridge</h1>{story(VOTED)}<div class=ad>Boots{story(OPENS, SAYS, ENDS * 2)}") == (
        f"{VOTED}\n\nBoots\n\n{OPENS}\n\n{SAYS}\n\n{ENDS * 2}".replace("Boots\n\n", "")
    )


COMMENTS = [
    (
        "gull",
        "I have lived beside this river for forty years, and not one council has ever asked us what we think of it.",
    ),
    (
        "Old rope",
        "Who pays for it? We do. I have kept every bill since 1999 in a shoe box, and none has ever gone down.",
    ),
    ("Bo", "Good. It took them long enough, if you ask those of us who have to row to work every morning of the year."),
]


@pytest.mark.parametrize(
    "behind",
    [
        "<div id=comments>{}</div>",
        "<section class='article-kommentare'>{}</section>",
        "<div><h3>3 comments</h3>{}</div>",
        "<div><h3>Vos avis</h3>{}</div>",
    ],
)
def test_comments_are_out_by_name_and_by_heading(behind: str) -> None:
    cards = "".join(f"<div class=c><b>{who}</b><p>{said}</p></div>" for who, said in COMMENTS)
    assert (
        text(f"<h1>A bridge</h1>{story(VOTED, OPENS, SAYS)}{behind.format(cards)}") == f"{VOTED}\n\n{OPENS}\n\n{SAYS}"
    )


@pytest.mark.parametrize("sign", ["<i>3 March 2024, 12:40</i>", "<i>2 days ago</i>", "<a href=/r>Reply</a>"])
def test_comments_are_out_by_their_make(sign: str) -> None:
    cards = "".join(f"<div class=c><b>{who}</b> {sign}<p>{said}</p></div>" for who, said in COMMENTS[:2])
    body = f"<h1>A bridge</h1>{story(VOTED, OPENS, SAYS)}<div>{cards}</div>"
    assert text(body) == f"{VOTED}\n\n{OPENS}\n\n{SAYS}"


def test_what_several_people_say_in_the_story_stays() -> None:
    cards = "".join(f"<div class=c><p><b>{who}</b></p><p>{said}</p></div>" for who, said in COMMENTS)
    body = f"<article><h1>A bridge</h1>{story(VOTED, OPENS)}{cards}</article>"
    assert text(body) == "\n\n".join((VOTED, OPENS, *(part for comment in COMMENTS for part in comment)))


def test_teasers_are_out_by_their_make() -> None:
    cards = "".join(
        f"<div class=k><a href=/{n}>Ferry late again, for the {n}th time</a><p>{said}</p></div>"
        for n, (_, said) in enumerate(COMMENTS, 4)
    )
    assert text(f"<h1>A bridge</h1>{story(VOTED, OPENS)}<div>{cards}</div>") == f"{VOTED}\n\n{OPENS}"


def test_a_newsletter_of_nothing_but_teasers_is_read() -> None:
    cards = "".join(
        f"<div class=k><h3><a href=/{n}>What {who} says of it</a></h3><p>{said}</p></div>"
        for n, (who, said) in enumerate(COMMENTS)
    )
    found = text(
        f"<h1>The morning letter</h1><p>Good morning, Oldport.</p>{cards}", "<title>The morning letter</title>"
    )
    assert all(said in found for _, said in COMMENTS)


def test_above_the_story_a_standfirst_stays_and_labels_go() -> None:
    above = "<p class=kicker>Traffic</p><h1>A bridge</h1><p class=dek>Eleven voted, and two of them against it.</p>"
    about = "<div class=byline>Ada Quill</div><div class=meta>3 min read</div><time>3 May 2024</time>"
    assert text(f"<p>Skip to content</p>{above}{about}<div>{story(VOTED, OPENS)}</div>") == (
        f"Eleven voted, and two of them against it.\n\n{VOTED}\n\n{OPENS}"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "Von Ada Quill, Oldport",
        "3. März 2024, 10:15 Uhr",
        "Ada Quill | 03.05.2024",
        "Aktualisiert am 3. Mai 2024",
        "Ada Quill",
    ],
)
def test_lines_about_the_article_are_out_in_other_languages_too(lines: str) -> None:
    body = f"<h1>Eine Brücke</h1><p>{lines}</p><div>{story(VOTED, OPENS)}</div>"
    assert text(body, lang=' lang="de"') == f"{VOTED}\n\n{OPENS}"


def test_names_at_the_end_and_headings_of_nothing_are_out() -> None:
    assert text(f"<h1>A bridge</h1>{story(VOTED, OPENS)}<p>(zk)</p><h3>Next</h3>") == f"{VOTED}\n\n{OPENS}"
    assert text(f"<h1>A bridge</h1>{story(VOTED, OPENS)}<p>Ada van Quill</p>") == f"{VOTED}\n\n{OPENS}"


def test_what_is_told_in_line_breaks_is_parted_where_there_are_two() -> None:
    body = f"<h1>A bridge</h1><div class=c>{VOTED}<br><br>{OPENS}<br>\n<br/>{SAYS}</div>"
    assert text(body) == f"{VOTED}\n\n{OPENS}\n\n{SAYS}"


def test_a_table_for_the_layout_is_what_it_holds() -> None:
    side = "<td><b>Tides</b><br>High 06.12<br>Low 12.31</td>"
    cell = f"<td><font size=5><b>A bridge</b></font><br><br>{VOTED}<p>{OPENS}<p>{SAYS}</td>"
    body = f"<table><tr><td colspan=2><a href=/>Packet</a> | <a href=n>News</a></td><tr>{side}{cell}</table>"
    assert text(body, "<title>Packet - A bridge</title>") == f"{VOTED}\n\n{OPENS}\n\n{SAYS}"


def test_entries_of_a_live_blog_are_read_in_their_order_without_their_times() -> None:
    entries = "".join(
        f"<article><time>2{n}:04</time><h2>{head}</h2><p>{said}</p><div class=share><a href=#>Share</a></div></article>"
        for n, (head, said) in enumerate([("The vote is in", VOTED), ("And now", OPENS), ("From the hall", SAYS)])
    )
    assert text(f"<main><h1>The bridge vote, live</h1>{entries}</main>") == (
        f"The vote is in\n\n{VOTED}\n\nAnd now\n\n{OPENS}\n\nFrom the hall\n\n{SAYS}"
    )


def test_another_article_on_the_same_page_and_a_second_copy_are_out() -> None:
    other = f"<div><header><h1>Ferry late again</h1></header>{story(COMMENTS[0][1], COMMENTS[1][1])}</div>"
    assert text(f"<div><h1>A bridge</h1>{story(VOTED, OPENS, SAYS)}</div>{other}") == f"{VOTED}\n\n{OPENS}\n\n{SAYS}"
    copy = f"<div class=small-screens>{story(VOTED, OPENS)}</div>"
    assert text(f"<main><h1>A bridge</h1><div>{story(VOTED, OPENS)}</div>{copy}</main>") == f"{VOTED}\n\n{OPENS}"


def test_a_headline_that_runs_into_the_text_is_parted_from_it() -> None:
    head = "<title>A bridge over the river</title>"
    body = f"<h1>A bridge over the river</h2><i>Ada Quill</i><p>{VOTED}<p>{OPENS}"
    found = article("a.html", page(head, body))
    assert found.title == "A bridge over the river"
    assert found.text.endswith(f"{VOTED}\n\n{OPENS}")


def test_the_whole_text_of_a_page_that_shows_its_beginning_is_in_its_json_ld() -> None:
    whole = "\n\n".join((VOTED, OPENS, SAYS, ENDS))
    cut = f"<article><h1>A bridge</h1>{story(VOTED)}<div>Log in to read on.</div></article>"
    assert text(cut, json_ld({"@type": "NewsArticle", "articleBody": whole})) == whole
    markup = "".join(f"<p>{part}</p>" for part in whole.split("\n\n"))
    assert text(cut, json_ld({"@type": "NewsArticle", "articleBody": markup})) == whole
    other = json_ld({"@type": "NewsArticle", "articleBody": "Another text. " * 99})
    assert text(cut.replace("Log in to read on.", ""), other) == VOTED


def test_hidden_text_is_out() -> None:
    assert (
        text(f"<h1>A bridge</h1>{story(VOTED)}<p style='display:none'>{ENDS}</p>{story(OPENS)}")
        == f"{VOTED}\n\n{OPENS}"
    )


def test_what_is_left_out_is_kept_with_the_article() -> None:
    hidden = (
        "<div hidden><p>Sport</p><p>Close</p><script>x()</script></div><p style='font-size:0'>Tiny <b>words</b></p>"
    )
    found = article("a.html", page("", f"<h1>A bridge</h1>{story(VOTED, OPENS)}<nav>Sport</nav>{hidden}"))
    assert [line.text for line in found.removed if line.rule == HIDDEN] == ["Tiny", "words", "Close"]
    assert Removed("navigation", "Sport") in found.removed


@pytest.mark.parametrize(
    ("rule", "markup", "words"),
    [
        ("copyright", "© 2024 Harbour Gazette", "© 2024 Harbour Gazette"),
        ("comments", "<h3>147 comments</h3>", "147 comments"),
        ("cookie-notice", "We use cookies to make this site better.", "We use cookies to make this site better."),
        ("sign-up", "Sign up for our newsletter", "Sign up for our newsletter"),
        ("related-stories", "<b>Related stories</b>", "Related stories"),
        ("opinion-label", "<a href=/o>Opinion</a>", "Opinion"),
        ("byline", "By Tom Reed and Reuters", "By Tom Reed and Reuters"),
        (
            "share-bar",
            "<span>Share this article</span><a href=/f>Facebook</a><a href=/x>X</a><button>WhatsApp</button>"
            "<button>Copy link</button>",
            "Share this article Facebook X WhatsApp Copy link",
        ),
        ("navigation", "<a href=/p>Privacy</a><a href=/t>Terms</a><a href=/j>Jobs</a>", "Privacy Terms Jobs"),
        (BESIDE, "<a href=/g>Gulls seen</a><a href=/t>Terns, too</a>", "Gulls seen Terns, too"),
        (BESIDE, "The <a href=/g>Gazette</a>, (<a href=/o>Oldport</a>)", "The Gazette, (Oldport)"),
    ],
)
def test_what_is_left_out_goes_by_the_rule_that_knows_it_and_says_nothing_of_the_article(
    rule: str, markup: str, words: str
) -> None:
    found = article("a.html", page("", f"<main><h1>A bridge</h1>{story(VOTED, OPENS)}</main><footer>{markup}</footer>"))
    assert (found.removed, found.provenance) == ((Removed(rule, words),), None)


def test_more_paragraphs_than_trafilatura_is_asked_about_are_read() -> None:
    many = [f"{n}. {VOTED}" for n in range(MAX_PARAGRAPHS + 1)]
    assert text(f"<nav>Sport</nav><main><h1>A bridge</h1>{story(*many)}</main>") == "\n\n".join(many)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_a_page_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    text = "Совет проголосовал во вторник за строительство нового моста через реку после долгих лет споров."
    markup = page(body=f"<article><p>{text}</p></article>").replace("charset=utf-8", f'charset="{encoding}"')
    assert article("a.htm", markup.encode(encoding)).text == text


POLISH = "W nocy z wtorku na środę spłonęło składowisko opon przy ulicy Kolejowej. Nikt nie ucierpiał, mówią strażacy."
JAPANESE = (
    "北浜の港湾委員会は月曜日の夜、古い穀物岸壁を牡蠣の養殖会社に貸し出すことを決めた。岸壁は九年間使われていなかった。"
)


@pytest.mark.parametrize(
    "declared", ["", "utf-8", "iso-8859-1", "windows-1252", "iso-8859-2", "windows-1250", "nonsense"]
)
@pytest.mark.parametrize("encoding", ["iso-8859-2", "cp1250", "utf-8"])
def test_a_wrong_declaration_does_not_spoil_the_text(encoding: str, declared: str) -> None:
    markup = page(body=f"<article><p>{POLISH}</p></article>").replace("charset=utf-8", f"charset={declared}")
    assert article("a.html", markup.encode(encoding)).text == POLISH


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1"])
def test_japanese_is_read_in_its_old_encodings(encoding: str, declared: str) -> None:
    markup = page(body=f"<p>{JAPANESE}</p>", lang=" lang=ja").replace("charset=utf-8", f"charset={declared}")
    assert article("a.html", markup.encode(encoding)).text == JAPANESE


def test_one_broken_letter_does_not_make_another_encoding_of_a_page() -> None:
    markup = page(body=f"<p>{POLISH} {POLISH}</p>").encode().replace("ś".encode(), b"\xc5", 1)
    assert article("a.html", markup).text.count("ś") == 2 * POLISH.count("ś") - 1


def test_lines_of_markup_end_nowhere_in_japanese() -> None:
    wrapped = JAPANESE.replace("月曜日", "月\n  曜日")
    assert text(f"<h1>岸壁</h1><p>{wrapped}</p>", lang=" lang=ja") == JAPANESE


def test_an_xhtml_page_with_its_declaration_is_read() -> None:
    markup = '<?xml version="1.0" encoding="iso-8859-1"?>' + page(body=f"<p>Café: {VOTED}</p>").replace("utf-8", "x")
    assert article("a.html", markup.encode("latin-1")).text == f"Café: {VOTED}"


@pytest.mark.parametrize(
    "markup", [f"<p>{VOTED}</p>", f"<article>{VOTED}</article>", f"<DIV class=a><p>{VOTED}</p></DIV>"]
)
def test_a_part_of_a_page_is_read(markup: str) -> None:
    assert article("a.html", markup).text == VOTED


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
    assert "at most 100,000 are read" in error("a.html", page(body="<p>a" * 50_000)).message
    assert "at most 100,000 are read" in error("a.html", page(body="<p a=b c d>a" * 25_000)).message
    assert "100,003 tags, at most 100,000 are read" in error("a.html", page(body="<!--<p>-->" * 99_999)).message
    assert "at most 250,000 are read" in error("a.html", page(body="<p " + "a=" * 250_001)).message
    assert "at most 1,000,000 are read" in error("a.html", page(body="<p>" + "So it is. " * 100_001)).message
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
