"""The text of an article in, out comes the same text without the lines that a news site puts around and between.

Whole lines go, each by a named rule, and what is left keeps its exact form. A rule is a closed form of words, a label
before a headline, a credit that is nothing but names, or wording that only a site uses of itself. A line that quotes
or reports speech is never taken for one, because losing a sentence is worse than keeping a promotion. Lists under
"Related stories" and what stands behind the end of the story go by their position. English only.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from index.article import Removed

MAX_LINE_CHARS = 700
"""A longer line is a paragraph. It also bounds what a pattern is tried on."""
MIN_PATTERN_CHARS = 6
"""No pattern takes a shorter line; half a million lines of one letter would cost ten seconds otherwise."""
MAX_LIST_ITEMS, MAX_ITEM_WORDS, MAX_TAG_WORDS = 12, 20, 4
MAX_BOX_LINES = 8
MAX_THREAD_GAP = 4
MAX_PULL_QUOTES = 20
MIN_PULL_QUOTE_WORDS = 6
MAX_CREDIT_WORDS = 12
MAX_MENU_CHARS = 200
MAX_CAPITAL_WORDS = 6
"""A line in capitals with more words is a sentence in capitals, not names."""


_JOINS = frozenset(
    "a al and at bin by courtesy da de del den der di du e el for from in la le of on the to van via von with y".split()
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    removed: tuple[Removed, ...]
    """In the order in which they stood."""


def clean(text: str, *, title: str | None = None) -> Cleaned:
    """`text` without the lines that are not of the story; where that would be all of them, nothing goes."""
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if line.strip()]
    rules = _rules([lines[n].strip() for n in places], title)
    if None not in rules:
        return Cleaned(text, ())
    gone = {n: rule for n, rule in zip(places, rules, strict=True) if rule}
    return Cleaned(without_lines(lines, gone), tuple(Removed(rule, lines[n]) for n, rule in gone.items()))


def without_lines(lines: list[str], gone: Collection[int]) -> str:
    """The lines but for those at the places in `gone` and the empty ones that would stand doubled or at an end."""
    kept: list[str] = []
    after_gone = False
    for n, line in enumerate(lines):
        if n in gone:
            after_gone = True
        elif line or not after_gone or (kept and kept[-1]):
            kept.append(line)
            after_gone = after_gone and not line
    while after_gone and kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)


def rule_of(line: str) -> str | None:
    """The rule by which a line goes wherever it stands, or None."""
    if len(line) > MAX_LINE_CHARS:
        return None
    words = " ".join(line.split())
    plain = plain_line(words)
    if rule := _PHRASES.get(plain) or _HEADINGS.get(plain):
        return rule
    if len(words) < MIN_PATTERN_CHARS:
        return None
    if credited(words):
        return "photo-credit"
    if _is_address(words):
        return "contact"
    for rule, named in _NAMED:
        if (found := named.match(words)) and is_names(found[1], _CREDIT_JOINS):
            return rule
    for rule, label in _LABELLED:
        if (found := label.match(plain)) and _is_headline(plain[found.end() :]):
            return rule
    if _is_menu(plain):
        return "navigation"
    worded = (rule for rule, wording in _WORDING if wording.match(plain))
    told = (rule for words, rule in _TELLTALES.items() if words in plain)
    rule = next(worded, None) or next(told, None) or _promotion(words, plain)
    return rule if rule and not _SPOKEN.search(plain) else None


def plain_line(line: str) -> str:
    """In small letters, without the marks that lists and links set around their words."""
    return " ".join(line.split()).replace("’", "'").replace("‘", "'").lower().strip(" •*·-–—|»›→←▶:…")


def credited(line: str) -> str | None:
    """Whom a line that is nothing but the credit of a picture names: "Ada Quill/Northern Wire"."""
    found = _CREDIT.match(" ".join(line[:MAX_LINE_CHARS].split()))
    names = found[1].strip(" ()[].") if found else ""
    return names if len(names.split()) <= MAX_CREDIT_WORDS and is_names(names) else None


def is_names(words: str, joins: Collection[str] = _JOINS) -> bool:
    """Whether every word is one of a name, or one that joins names, and one at least is of a name."""
    found = _WORD.findall(words)
    if len(found) > MAX_CAPITAL_WORDS and words.isupper():
        return False
    return any(word[0].isupper() for word in found) and all(
        word[0].isupper() or word[0].isdigit() or word in joins for word in found
    )


def is_sentence(line: str) -> bool:
    """Whether a line ends as one of a story does; a short question is more likely a headline."""
    words = len(line[:MAX_LINE_CHARS].split())
    if _QUESTION_END.search(line[-8:]):
        return words >= 12
    return bool(_SENTENCE_END.search(line[-8:])) and (words >= 4 or not line.isascii())


def _rules(said: list[str], title: str | None) -> list[str | None]:
    """By which rule each line goes; what depends on the lines around comes after what does not."""
    rules = [rule_of(line) for line in said]
    plain = [plain_line(line[:MAX_LINE_CHARS]) for line in said]
    heading = plain_line(title or "")
    begins = next((n for n, line in enumerate(said) if not rules[n] and is_sentence(line)), len(said))
    for n in range(begins):
        if heading and plain[n] == heading:
            rules[n] = "repeated-title"
        else:
            rules[n] = _label(said[n], plain[n]) or rules[n]
    _take_runs(said, plain, rules)
    _take_lists(said, plain, rules, begins)
    _take_boxes(plain, rules)
    _take_threads(plain, rules, begins)
    _take_pull_quotes(said, rules)
    _take_tail(said, rules, _HARD_ENDS, lambda line: is_sentence(line) and not _addresses_reader(line))
    _take_tail(said, rules, _HARD_ENDS | _SOFT_ENDS, is_sentence)
    return rules


def _take_runs(said: list[str], plain: list[str], rules: list[str | None]) -> None:
    """Words such as "Email" or "Sport", which are furniture beside furniture, or two and more of them at the top."""
    n = 0
    while n < len(plain):
        end = n
        while end < len(plain) and (rules[end] or _weak(said[end], plain[end])):
            end += 1
        run = range(n, end)
        if any(rules[i] in _FURNITURE for i in run) or (n == 0 and len(run) > 1):
            for i in run:
                rules[i] = rules[i] or _weak(said[i], plain[i])
        n = end + 1


def _take_lists(said: list[str], plain: list[str], rules: list[str | None], begins: int) -> None:
    """What looks like headlines, or tags, under their heading; above the story it may be the title and the byline."""
    for n, line in enumerate(plain):
        rule = _HEADINGS.get(line) or (rules[n] if _MORE_FROM.match(said[n]) else None)
        if rule is None or n < begins:
            continue
        most = MAX_TAG_WORDS if rule == "tags" else MAX_ITEM_WORDS
        for i in range(n + 1, min(n + 1 + MAX_LIST_ITEMS, len(plain))):
            if not rules[i] and not (_is_headline(plain[i]) and len(plain[i].split()) <= most):
                break
            rules[i] = rules[i] or rule


def _take_boxes(plain: list[str], rules: list[str | None]) -> None:
    """A newsletter's box in the text, between the words that let readers skip it."""
    for end, line in enumerate(plain):
        if line != "after newsletter promotion":
            continue
        above = range(max(0, end - MAX_BOX_LINES), end)
        start = next((n for n in above if _BOX_START.match(plain[n])), end)
        for n in range(start, end):
            rules[n] = rules[n] or "sign-up"


def _take_threads(plain: list[str], rules: list[str | None], begins: int) -> None:
    """Readers' comments: from their heading to the last "Reply" or "2 hours ago" not far from the one before."""
    n = begins
    while n < len(plain):
        end, replies = n, 0
        if rules[n] == "comments":
            i = n + 1
            while i < len(plain) and i - end <= MAX_THREAD_GAP:
                if control := _THREAD_CONTROL.fullmatch(plain[i]):
                    end = i
                    replies += control[1] is not None
                i += 1
        if replies:
            rules[n : end + 1] = ["comments"] * (end + 1 - n)
        n = end + 1


def _take_pull_quotes(said: list[str], rules: list[str | None]) -> None:
    """A line that is a quotation and stands, word for word, in a longer line as well."""
    quoted = [n for n, line in enumerate(said) if not rules[n] and _QUOTED_LINE.fullmatch(line[:MAX_LINE_CHARS])]
    for n in quoted[:MAX_PULL_QUOTES]:
        words = said[n].strip(" \"“”‘’'.,").lower()
        if len(words.split()) >= MIN_PULL_QUOTE_WORDS and any(
            words in line.lower() for i, line in enumerate(said) if not rules[i] and len(line) > len(said[n])
        ):
            rules[n] = "pull-quote"


def _take_tail(
    said: list[str], rules: list[str | None], marks: Collection[str], is_story: Callable[[str], bool]
) -> None:
    """What stands behind the first line that ends a story, if none of it is like a story; never more than before it."""
    start = len(said)
    while start and (rules[start - 1] or not is_story(said[start - 1])):
        start -= 1
    end = next((n for n in range(start, len(said)) if rules[n] in marks), len(said))
    chars = [0 if rule else len(line) for line, rule in zip(said, rules, strict=True)]
    if sum(chars[end:]) <= sum(chars[:end]):
        rules[end:] = [rule or "after-the-end" for rule in rules[end:]]


def _label(line: str, plain: str) -> str | None:
    """What kind of text this is, said in a line above it."""
    named = any((found := form.match(line)) and is_names(found[1]) for form in _NAMED_LABELS)
    return "sponsored-label" if named else _LABELS.get(plain)


def _weak(line: str, plain: str) -> str | None:
    if _COUNT.fullmatch(plain):
        return "share-bar"
    return _WEAK.get(plain) or ("photo-credit" if _NAME_AND_AGENCY.fullmatch(line) and is_names(line) else None)


def _is_headline(plain: str) -> bool:
    return 1 <= len(plain.split()) <= 25 and not _NO_HEADLINE_END.search(plain[-8:])


def _addresses_reader(line: str) -> bool:
    plain = plain_line(line[:MAX_LINE_CHARS])
    return bool(_READER.search(plain)) and not _SPOKEN.search(plain)


def _is_address(words: str) -> bool:
    """ "Ada Quill, 555-0142, ada@example.org"."""
    names, _, address = words.rpartition(" ")
    return "@" in address and is_names(names)


def _promotion(line: str, plain: str) -> str | None:
    """An imperative that offers what the site itself makes: advice to readers of the story has no "our" in it."""
    if not _OFFER.match(plain) or not (product := _PRODUCT.search(plain)):
        return None
    titled = _is_headline(plain) and is_names(_OFFER_WORDS.sub("", line))
    if _OWN.search(plain) or _MEDIA.search(plain) or titled:
        return "app-promotion" if _APP.search(product[0]) else "sign-up"
    return None


def _is_menu(plain: str) -> bool:
    """Names of a site's pages in one line: "Home | News | Sport", "Home › Business"."""
    if len(plain) > MAX_MENU_CHARS:
        return False
    parts = _MENU_MARK.split(plain)
    known = sum(part in _WEAK or part in _PHRASES for part in parts)
    breadcrumb = parts[0] == "home" and not _NO_HEADLINE_END.search(plain)
    return len(parts) > 1 and (known >= max(2, 0.6 * len(parts)) or (breadcrumb and not _TABLE_ROW.search(plain)))


def _phrases(table: Mapping[str, str]) -> dict[str, str]:
    """Each phrase with its rule; phrases are parted by ";"."""
    return {" ".join(phrase.split()): rule for rule, phrases in table.items() for phrase in phrases.split(";")}


def _patterns(table: Mapping[str, Sequence[str]]) -> list[tuple[str, re.Pattern[str]]]:
    """One pattern for each rule, of its alternatives."""
    return [(rule, re.compile("|".join(f"(?:{form})" for form in forms))) for rule, forms in table.items()]


_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!…。！][\"'”’»)\]]*$")
_QUESTION_END = re.compile(r"[?？][\"'”’»)\]]*$")
_NO_HEADLINE_END = re.compile(r"[.;,。][\"'”’»)\]]*$")
_QUOTED_LINE = re.compile(r"[\"“‘'].*[\"”’']")
_COUNT = re.compile(r"\d{1,4}(?:\.\d)?k?|\d{1,2}/\d{1,2}|\d{1,2} of \d{1,2}")
_NAME_AND_AGENCY = re.compile(r"[^\s/]{2,20}(?: [^\s/]{2,20}){1,2} ?/ ?[^/]{2,40}")
_MENU_MARK = re.compile(r" ?[|•·›»>] ?| / ")
_TABLE_ROW = re.compile(r"\|.*\d")
_READER = re.compile(r"\b(?:you|your|our|us|we)\b")
_SPOKEN = re.compile(
    r"[\"“”«»]|\b(?<!you )(?:said|says|told|tells|wrote|writes|asked|asks|added|adds|explained|explains|announced"
    r"|promised|warned|warns|argued|argues|advised|advises|testified|joked|replied|pleaded|complained|recalled"
    r"|claimed|claims|insisted|shouted|called|according to)\b"
)
"""A quotation or reported speech: the words of somebody in the story, whatever they are like."""
_CREDIT = re.compile(
    r"[\[(]? ?(?:"
    r"(?:(?:file|stock|cover|lead|main|top|header|banner|featured?|hero) )?"
    r"(?:photo|photograph|image|picture|illustration|artwork|photography)s?\s?"
    r"(?:credits?\b|sources?\b|courtesy\b|copyright\b|provided\b|supplied\b|by\b|via\b|©)\s*[:,/]?(?: (?:by|of)\b)?"
    r"|(?:video|graphic|chart|map|animation|cartoon)s?\s(?:credit\b:?|courtesy of\b|by\b:?)"
    r"|(?:file )?(?:photo|image|picture|illustration|photographer)\s?[:/]|photo from\b"
    r"|credits?\s?(?::|\.\.\.|…)"
    r") ?(\S.*)",
    re.IGNORECASE,
)
_MORE_FROM = re.compile(r"(?i:more|popular|also) (?i:from|in|by|about|on) (.{1,60})$")
_BOX_START = re.compile(r"skip past newsletter|sign up (?:to|for) ")
_THREAD_CONTROL = re.compile(
    r"(reply|report|report abuse|log in (?:or register )?to (?:comment|reply)|load more comments|upvote)"
    r"|like|\d+ likes?|sort by\b.{0,20}|(?:about |over )?(?:\d{1,2}|an?) (?:minute|hour|day|week|month|year)s? ago"
)
_CREDIT_JOINS = frozenset(
    "a additional al and associated at bin by contributed correspondent correspondents courtesy da de del den der di"
    " du e edited editing editor el for from graphics in la le of on photography photos production report reported"
    " reporter reporters reporting research staff story the this to translated van via von wire with writer writers"
    " writing y".split()
)
_PHRASES = _phrases(
    {
        "navigation": """
            skip to content; skip to main content; skip to navigation; skip to primary navigation; skip to footer;
            back to top; return to top; my account; search query; submit search; toggle navigation; toggle menu; open
            menu; close menu; main menu; site map; sitemap; view all; see all; see all newsletters; terms of service;
            terms of use; terms and conditions; terms & conditions; privacy policy; privacy notice; privacy statement;
            cookie policy; do not sell my personal information; accessibility statement; set as homepage; older post;
            newer post; previous article; next article; previous post; next post; scroll down for video; order
            reprints; today's paper; rights & permissions; reuse this content; acquire licensing rights; latest issue;
            open in app; log in or register; sign in or register; here's how you know; https; show key events only
        """,
        "advertisement": """
            advertisement; advertisements; skip advertisement; advertisement - scroll to continue; ad feedback; story
            continues below; article continues below; story continues below advertisement; article continues below
            advertisement; continue reading below; sponsor message; supported by; sponsored links; sponsored stories;
            promoted stories; remove ads; why am i seeing this ad?
        """,
        "share-bar": """
            share; share this; share this article; share this story; share this page; share this post; share this
            update; share article; share full article; share on facebook; share on twitter; share on x; share on
            whatsapp; share on linkedin; share via email; share by email; share to facebook; share to twitter; share
            with friends; share options; copy link; link copied; link copied!; copy link to clipboard; link copied to
            clipboard; email this; e-mail this; email article; email this article; print article; print this article;
            print this page; print this story; save article; save this article; gift article; gift this article;
            thanks for sharing!; like this; like loading...; like loading; permalink; story saved; add to reading
            list; view on facebook; view on instagram; tweet this; sign in to save this article; click here to share
            on social media
        """,
        "read-more": """
            read more; learn more; see more; show more; load more; view more; read full article; read the full story;
            continue reading; show less
        """,
        "listen": """
            listen now; hear this story; listen to this story; listen to this article; listen to article; play audio;
            read transcript; download audio
        """,
        "media-player": """
            play video; watch video; video player is loading; this video can not be played; toggle caption; enlarge
            this image; enlarge image; hide caption; show caption; open image in gallery; view gallery; view image in
            fullscreen; image caption; image caption,; media caption; image source; expand image; fullscreen; open
            gallery; close gallery; unmute; tap to unmute; picture gallery
        """,
        "follow-us": """
            follow us; follow us on social media; follow us on google news; follow this author; follow author; follow
            this topic; follow this author's opinions; connect with us; find us on facebook; like us on facebook; stay
            connected
        """,
        "sign-up": """
            subscribe; subscribe now; subscribe today; subscribe here; sign up; sign up now; sign up here; sign up
            today; register now; register for free; subscribe for free; start free trial; start your free trial;
            unsubscribe; manage subscription; manage your subscription; update your preferences; free daily
            newsletter; free weekly newsletter; daily newsletter; weekly newsletter; get our newsletter; get our daily
            newsletter; join our newsletter; newsletter sign up; newsletter signup; sign up for newsletters; enter
            your email; enter your email address; your email address; invalid email; please enter a valid email
            address; thank you for signing up!; thank you for signing up; thanks for signing up!; thank you for
            subscribing; thank you for subscribing!; skip past newsletter promotion; after newsletter promotion;
            donate now; view in browser; become a member; become a subscriber; unlock this article; subscribe to
            continue reading; subscribe to read; this article is for subscribers only; subscribers only; get unlimited
            access; create an account; create a free account
        """,
        "app-promotion": """
            get the app; download the app; download our app; download our free app; get our app; use our app;
            available on the app store and google play; download on the app store; get it on google play; turn on
            notifications; turn on desktop notifications; allow notifications; enable notifications
        """,
        "cookie-notice": """
            we value your privacy; your privacy choices; accept all; accept all cookies; accept cookies; reject all;
            reject all cookies; reject cookies; allow all; allow all cookies; manage cookies; manage preferences;
            manage choices; manage options; manage cookie preferences; cookie settings; cookie preferences; cookie
            notice; cookie consent; necessary cookies only; only necessary cookies; accept and continue; accept &
            continue; agree and proceed; save preferences
        """,
        "comments": """
            comments; comment; comments section; reader comments; leave a comment; leave a reply; leave a reply cancel
            reply; post a comment; post comment; add a comment; write a comment; submit comment; comment on this
            story; comment on this article; join the conversation; join the discussion; have your say; start the
            conversation; be the first to comment; be the first to comment!; view comments; show comments; read
            comments; read the comments; hide comments; load comments; view all comments; load more comments; comments
            are closed; comments are closed.; comments on this page are closed.; comments on this article are closed.;
            no comments; no comments yet; log in to comment; sign in to comment; log in or register to comment; please
            log in to comment; comment guidelines; reader interactions; name *; email *
        """,
        "feedback": """
            was this page helpful?; was this article helpful?; did you find this article helpful?; was this helpful?;
            is this page useful?; send us your feedback; send feedback; give feedback; give us feedback; suggest a
            correction; report an error; report a correction; report a mistake; report a typo; report this ad; submit
            a correction; send a letter to the editor; write a letter to the editor; submit a letter; submit a tip;
            send us a tip; suggest an edit
        """,
        "contact": """
            media contact; media contacts; press contact; press contacts; media inquiries; media enquiries
        """,
        "end-mark": "###; # # #; ends; [ends]; ___",
        "release-label": """
            for immediate release; news provided by; for release on receipt; press release; news release
        """,
        "disclaimer": "disclosure statement; disclaimer",
        "copyright": "all rights reserved; all rights reserved.",
        "machine-disclosure": """
            ai-generated; ai generated; ai-generated content; ai-generated article; ai-generated summary; written by
            ai; automated article; by ai; machine-generated; generated by ai; generated with ai; created with ai
        """,
        "sample-disclosure": "sample article written for this project.",
    }
)
_HEADINGS = _phrases(
    {
        "related-stories": """
            related; related story; related stories; related article; related articles; related content; related
            coverage; related news; related posts; related reading; related links; related internet links; related
            videos; see also; also read; read also; read next; read this next; up next; what to read next; keep
            reading; more stories; most read; most popular; most viewed; most shared; most watched; most commented;
            most watched news videos; popular; popular stories; popular now; popular posts; popular articles;
            trending; trending now; trending stories; trending news; recommended; recommended for you; recommended
            stories; recommended reading; recommended articles; you may also like; you may like; you might also like;
            you might like; you may have missed; you may also be interested in; you might be interested in; you may
            also enjoy; more on this story; more on this topic; more on this; more to explore; more coverage; more
            news; more headlines; explore more; latest news; latest stories; latest headlines; latest posts; latest
            articles; recent posts; recent stories; top stories; top news; top headlines; editors' picks; editor's
            picks; editor's choice; editors' choice; don't miss; in case you missed it; from our partners; around the
            web; from around the web; from the web; promoted content; also from this source; more releases from this
            source; news releases in similar topics; must read; must reads; must-reads; further reading; other
            stories; other news; next story; previous story; similar articles; similar stories; explore; today's top
            stories; in other news; stories you may like
        """,
        "tags": """
            tags; topics; related topics; related tags; suggested topics; more on; more about; follow topic; follow
            topics; filed under; explore more on these topics; read more about; see more on; in this article; in this
            story; keywords; tagged with; posted in
        """,
    }
)
_WEAK = _phrases(
    {
        "share-bar": """
            facebook; twitter; x; whatsapp; telegram; linkedin; reddit; pinterest; flipboard; instagram; youtube;
            tiktok; bluesky; threads; messenger; email; e-mail; print; copy; save; saved; bookmark; like; tweet;
            pocket; sms; link; pin; post; download; embed; gift
        """,
        "media-player": "image; loading; loading...; pause; mute; transcript; listen; watch; slideshow",
        "navigation": """
            home; news; local news; uk news; us news; world news; national news; world; us; uk; politics; business;
            economy; money; markets; finance; sport; sports; local sport; football; scores; fixtures; scores &
            fixtures; opinion; culture; arts; entertainment; lifestyle; life; style; travel; health; science; tech;
            technology; environment; climate; education; weather; video; videos; photos; pictures; podcasts; audio;
            newsletters; live; live feed; tv; radio; shop; jobs; obituaries; puzzles; games; features; food; fact
            check; menu; search; sections; more; log in; login; log out; sign in; register; account; help; faq;
            contact; contact us; about; about us; advertise; advertise with us; careers; archive; archives; latest;
            close; previous; next; my news; e-paper; print edition; magazine; books; film; music; theatre; local;
            region; cookies; privacy; terms; legal; imprint; press; mobile; apps; expand; yes; no; ok; from; author;
            authors; partners; category; key events; explainers; analysis; investigations; website; conversation; got
            it; copyright; donate; community; crime; courts; tides; editorial
        """,
    }
)
"""Words that are furniture only beside furniture."""
_LABELS = _phrases(
    {
        "opinion-label": """
            opinion; opinions; op-ed; editorial; commentary; comment; column; columnists; guest essay; guest column;
            viewpoint; perspective; letters to the editor; letter to the editor; our view; from the editorial board
        """,
        "sponsored-label": """
            sponsored; sponsored content; sponsored post; sponsored article; sponsored story; paid post; paid content;
            paid program; paid partnership; advertorial; advertisement feature; advertising feature; advertiser
            content; promoted; promoted content; partner content; branded content; brand studio; commercial content;
            promotional content; sponsor content
        """,
    }
)
"""Of a text as a whole: they count only above it."""
_ARTICLE = "(?:article|story|content|piece|post|column|essay|feature|interview|page|recap|summary|text|update)"
_NAMED_LABELS = [
    re.compile(r"(?i:sponsored|presented|brought to you) (?i:by|from) (.{1,60})$"),
    re.compile(
        r"(?i:sponsored|paid|promoted|advertiser|partner) (?i:content|post|feature|article|story|program)"
        r" (?i:by|from|for) (.{1,60})$"
    ),
    re.compile(r"(?i:in (?:paid )?partnership with) (.{1,60})$"),
]
_NAMED = [
    (
        "sign-off",
        re.compile(
            r"\(? ?(?i:(?:additional )?(?:reporting|writing|editing)|reported|edited|translated"
            r"|(?:copy|fact)[- ]?(?:edited|checked))(?i: and (?:edited|writing|editing))? (?i:by):?\s+(.+)"
        ),
    ),
    ("sign-off", re.compile(r"(?=.*\b(?:reported from\b|contributed to this\b|contributed(?: reporting)?\.))(.*)")),
    ("machine-disclosure", re.compile(r"(?i:engineered|auto-?generated|generated|automated) (?i:by) (.+)")),
    # names up to the end of the first sentence: what follows may be of any words
    ("copyright", re.compile(r"(?i:copyright ?)?(?:©|(?i:copyright)(?=.{1,4}\d{4})) ?(.{1,80}?)(?:\.\s|\.?$)")),
    ("source-line", re.compile(r"(?:SOURCE:?|Source:)\s+(.{1,80})$")),
    ("contact", re.compile(r"(?i:reach|contact|email|e-mail)(?i: reporter)? (.{1,60}?),? (?:at|on) \S{1,60}@\S")),
    ("sign-up", re.compile(r"(?i:sign up (?:to|for)) (.{1,60})$")),
    ("listen", re.compile(r"(?i:heard on) (.{1,40})$")),
    ("navigation", re.compile(r"(?i:an official website of) (.{1,80})$")),
    ("related-stories", _MORE_FROM),
]
"""What follows is nothing but names."""
_LABELLED = _patterns(
    {
        "see-also": [
            r"(?:see also|also see|see more|read also|also read|read more|read next|read this next|read|more|watch now"
            r"|watch|related(?: stor(?:y|ies)| articles?| coverage| reading| news)?|don't miss|must[- ]read|up next"
            r"|go deeper|explore more|keep reading|continue reading|more on this(?: story)?|see photos"
            r"|you may also like|in photos|in pictures|listen)(?:\s?[:»›>]\s*|\s[–—-]\s)",
        ],
        "tags": [
            r"(?:tags?|topics?|filed (?:under|in)|tagged(?: with| in| as)?|keywords?|posted in|see more on"
            r"|related topics?|explore more on|in this (?:story|article)|follow topics?|hashtags?|more on)\s?:\s*",
        ],
        "share-bar": [r"(?:share(?: or comment on)?|click to share|tweet) (?:this|on) ", r"click to (?:email|print) "],
        "follow-us": [
            r"follow (?:us|me|@\w+) ",
            r"follow .{1,60} (?:on|via) (?:facebook|twitter|x|instagram|telegram|whatsapp|youtube|google news)\b",
        ],
        "sign-up": [
            r"(?:sign up|subscribe|register)(?: now| here| today| free)?\s?[:|]\s*",
            r"subscribe (?:for|from) (?:only |just )?(?=[€$£]\d)",
            r"become an? (?=.{1,40}(?:sponsor|member|subscriber)$)",
        ],
        "comments": [r"(?:show|view|see|read|load|join) (?:all )?\d+ (?:more )?(?=comments?$)"],
        "navigation": [r"skip (?:to|past|next) "],
        "republished": [r"(?:originally|first) published (?:on|by|at) "],
        "disclaimer": [r"market (?:data|news)(?: and \w+)? (?:provided|brought to you|supplied) by "],
    }
)
"""What follows reads as a headline, not as the rest of a sentence."""
_AGO = r"(?:about |over )?(?:\d{1,3}|an?) (?:second|min(?:ute)?|hour|day|week|month|year)s? ago"
_WORDING = _patterns(
    {
        "reading-time": [
            r"(?:(?:estimated )?reading time:? )?(?:about |~)?\d{1,3}[- ]?min(?:ute)?s?(?: read| to read)?$",
            r"listen:? ?\(?\d{1,3}[- ]?min(?:ute)?s?\)?$",
        ],
        "listen": [
            r"listen to (?:this|the) (?:article|story|episode|column)\W{0,3}(?:\d[\d:]* ?(?:min(?:ute)?s?)?)?"
            r"(?: learn more)?$",
            r"\d{1,3}[- ]minute listen$",
        ],
        "read-more": [r"(?:learn|read|find out|see) more (?:at|on):? \S+\.\S+$"],
        "share-bar": [
            r"\d[\d.,]*k? shares?$",
            r"https?://\S+$",
            r"save (?:articles?|stories) to read later\b",
        ],
        "time-stamp": [
            rf"(?:(?:published|updated|posted|last updated)\W{{0,2}})?{_AGO}$",
            r"(?:last )?updated (?:at )?\d{1,2}[.:]\d\d\W{0,2}(?:[ap]\.?m\.?)?(?: \w{2,4})?$",
        ],
        "media-player": [r"image \d+ of \d+$", r"\d+ of \d+ \|$"],
        "photo-credit": [r"(?:item \d+ of \d+|\[\d+/\d+\]) ?\w"],
        "copyright": [r"(?:copyright\s?)?(?:©\s?)?\d{4}(?:\s?[-–]\s?\d{2,4})?\.?$(?<!^\d{4})"],
        "comments": [
            r"\(?\d+\)? comments?$|comments? \(\d+\)$",
            r"(?:want to|would you like to) comment on this",
            r"sort by\W{1,3}\w+$",
            r"save my name, email",
            r"(?:the )?comments below have not been moderated",
            r"required fields are marked",
        ],
        "contact": [
            r"(?:contact|reach|email|e-mail) (?:us|the (?:\w+ ){0,3}(?:desk|newsroom|editors?|author|reporters?)) "
            r"(?:at|on|via)\b",
            r"contact us: ",
            r"(?:do you )?(?:have|got|know) (?:a|any) (?:news )?(?:tip|story|stories)\b.{0,40}\?",
            r"letters to the editor (?:of|should|may|can|must) .{0,60}(?:words|sent)\b",
            r"\(\(.{1,80}@.{1,80}\)\)$",
            r"our mailing address is\b",
        ],
        "follow-us": [
            r"follow .{1,60}(?:coverage (?:of|at|on)\b|https?://|@\w)",
            r"(?:find|like|follow|connect with) us (?:on|at) (?:facebook|twitter|x|instagram|telegram|google)\b",
        ],
        "republished": [
            rf"this {_ARTICLE} (?:was |is |has been )?(?:originally |first |previously )"
            r"(?:published|appeared|posted|printed|ran)\b",
            rf"this {_ARTICLE} (?:is|was|has been) (?:re-?published|reprinted|reproduced|syndicated) "
            r"(?:from|with|under|by|here|courtesy)\b",
            rf"(?:a version of )?this {_ARTICLE} (?:first |originally )?(?:appears|appeared|ran) "
            r"(?:on .{1,40}, )?in (?:print (?:on|edition)|the .{1,60}\b(?:issue|edition|magazine)\b)",
            r"republish (?:this|our) (?:article|story|articles|stories)\b",
            r"you (?:may|can|are free to) republish\b",
        ],
        "machine-disclosure": [
            r"(?:(?:disclaimer|disclosure|note|editor's note): )?"
            rf"this (?:{_ARTICLE}|report|forecast|translation) (?:was|is|has been) (?:[\w-]+ ){{0,4}}"
            r"(?:generated|created|written|produced|compiled|prepared|drafted|assembled|made|translated)\b.{0,60}"
            r"\b(?:ai|a\.i\.|artificial intelligence|gpt\S*|chatgpt|(?:large )?language models?|algorithms?|automat\w+"
            r"|bots?|robots?|machine learning|technology (?:from|by|provided by))(?:\W|$)",
            rf"this (?:{_ARTICLE}|report|forecast) (?:was|is|has been) (?:automatically|algorithmically|machine)[- ]?"
            r"(?:generated|written|created|produced)\b",
            r"(?:this|the) [\w-]*\bgpt[\w-]* .{0,80}\bcontent (?:generation|creation)\b.{0,200}\b(?:you|our|us|we)\b",
            r"(?:generative )?(?:ai|artificial intelligence|chatgpt|gpt\S*) (?:tools? )?(?:was|were|has been) used "
            rf"(?:to|in|for)\b.{{0,60}}\bthis {_ARTICLE}\b",
        ],
        "sponsored-note": [
            rf"this {_ARTICLE} (?:was|is|has been) (?:paid for|sponsored) by\b",
            rf"this {_ARTICLE} (?:was|is|has been) (?:\w+ ){{0,3}}"
            r"(?:in (?:paid )?(?:partnership|association) with|on behalf of)\b",
            r"(?:the )?(?:[\w']+ ){0,4}(?:newsroom|news|editorial|editors|journalists|reporters)\b.{0,60}"
            rf"\b(?:no (?:part|role|hand) in|not involved in|did not take part in)\b.{{0,40}}\bthis {_ARTICLE}\b",
        ],
        "opinion-note": [
            r"(?:the |all )?(?:views|opinions)(?:,? (?:and|or|thoughts|views|opinions)\b){0,4} expressed "
            r"(?:here|in this|by (?:the|this) (?:author|writer|column)|are)\b.{0,80}"
            r"\b(?:own|those of|reflect|represent|alone)\b",
            rf"this (?:{_ARTICLE} )?is an? (?:opinion|commentary|op-ed)(?: piece| column| article| essay)?\b",
            r"(?:editorials|columns|op-eds) (?:represent|reflect|are|express) the\b.{0,60}\b(?:board|authors?)\b",
        ],
        "disclaimer": [
            r"disclaimers?: (?!that\b|the word)",
            r"our standards: ",
            rf"this (?:{_ARTICLE}|information|newsletter|site|website) (?:\w+ ){{0,6}}"
            r"(?:for (?:informational|information|general|educational) purposes"
            r"|not (?:\w+ ){0,4}(?:advice|recommendation|substitute))",
            r"(?:no part of this (?:website|site|publication|article|page)|this (?:material|content|publication)) "
            r"may (?:not )?be ",
            r".{1,60}\bfrom any (?:company|organi[sz]ation)\b.{0,60}\bthis article\b",
            r"(?:this|our) (?:article|story|page|post|site|website) (?:may )?(?:contains?|includes?) affiliate links",
            r"(?=.*\b(?:buy|purchase|links?|linked)\b).{0,160}\bwe (?:may|might|will) (?:earn|receive|get) "
            r"(?:an? )?(?:\w+ )?commission\b",
            r"privacy notice: ",
            r"(?:the )?(?:views|opinions|comments)(?: and \w+)? (?:expressed|posted).{0,60}"
            r"\b(?:users|readers|commenters)\b.{0,60}\bnot\b",
            r"proudly powered by ",
        ],
        "cookie-notice": [
            r"(?:we|this (?:web)?site|our (?:web)?site)(?: and (?:our|its) [\d,]* ?(?:partners|vendors))? "
            r"(?:use|uses|store|keep|process) (?:cookies (?:to|and|for|on|in)\b|cookies\.|.{0,60}\byour device\b)",
            r"you can (?:change|withdraw|manage) your .{1,30} at any time\b.{0,60}\b(?:link|footer|privacy|cookie)",
            r"by (?:continuing|using|browsing|clicking|closing)\b.{0,80}\byou (?:agree|accept|consent)\b",
            r"cookies help us ",
        ],
        "sign-up": [
            r"(?:please )?(?:if you (?:value|enjoy|like|appreciate)|thank you for|thanks for)\b.{0,100}"
            r"\b(?:subscri\w+|donat\w+|support (?:us|our))\b",
            r"(?:already|not) an? (?:subscriber|member)\?",
            r"(?:already|don't) have an account\?",
            r"want (?:all|more|unlimited)\b.{0,60}\? (?:subscribe|sign up)",
            r"by (?:submitting|signing up|subscribing|entering|providing|registering)\b.{0,80}"
            r"\byou (?:agree|accept|consent)\b",
            r"(?:was )?(?:this email|this newsletter|this) (?:was )?forwarded\b.{0,40}\?",
            r"(?:forwarded this|trouble viewing this|enjoying (?:this|the)|having trouble)\b.{0,40}\?",
            r"(?:view|read|open) (?:this |it )?(?:email|newsletter|message)?(?: online)? ?in your browser$",
            r"to unsubscribe(?:,| from (?:these|this|our|all))",
            r"this (?:message|email|e-mail) was sent to \S{1,80}@",
            r".{0,80}\b(?:stories|news|newsletter|headlines)\b.{0,40}\b(?:to|in) your inbox\b",
            r"support local journalism\b",
        ],
    }
)
"""How a site speaks of itself, from the beginning of a line."""
_TELLTALES = _phrases(
    {
        "copyright": "all rights reserved.",
        "cookie-notice": "you agree to our use of cookies; you consent to our use of cookies",
        "media-player": "please enable javascript; please turn on javascript; your browser does not support",
        "share-bar": "opens new tab",
        "disclaimer": """
            not responsible for the content of external; this is an archived article
        """,
        "comments": "in the comments below; your email address will not be published",
        "sign-up": """
            unsubscribe at any time; opt out at any time; our newsletter; our daily newsletter; our weekly newsletter;
            our free newsletter; sign up for our; sign up to our; subscribe to our; support our journalism;
            supporting our journalism; supporting our reporting; please consider supporting; please support us;
            please consider subscribing; you are receiving this; you're receiving this; you received this email;
            if you are in reader mode
        """,
        "contact": "send us your; send your story ideas",
    }
)
"""How a site speaks of itself, wherever in a line."""
_OFFER = re.compile(
    r"(?:please |now |new: |also )?(?:sign up|subscribe|register|join|get|download|support|receive|stay|discover|head"
    r"|read|never miss|don't miss|want|follow|check out|unlock|for (?:more|the latest)|tap|click|watch|listen)\b"
)
_PRODUCT = re.compile(
    r"\b(?:newsletters?|inbox|apps?|alerts|notifications|subscriptions?|subscribers|premium|membership|whatsapp|telegram"
    r"|channel|podcast|e-?mails?|breaking news|latest news|headlines|top stories|unlimited access|coverage)\b"
)
_APP = re.compile(r"apps?|notifications")
_OWN = re.compile(r"\b(?:our|us)\b")
_MEDIA = re.compile(
    r"\b(?:latest|breaking|top|biggest|best|big) (?:news|stories|headlines|updates)\b|\byour (?:inbox|home screen)\b"
)
_OFFER_WORDS = re.compile(
    r"\b(?:sign up|subscribe|get|download|join|follow|tap|click|here|now|news|breaking|alerts|app|newsletter|unlimited"
    r"|access|and|free|email)\b",
    re.IGNORECASE,
)
_FURNITURE = frozenset(
    "comments cookie-notice feedback listen media-player navigation read-more reading-time share-bar sign-up tags"
    " time-stamp".split()
)
"""Rules whose lines stand in rows, so that a weak word beside one is furniture too."""
_HARD_ENDS = frozenset("comments copyright disclaimer machine-disclosure sign-off".split())
_SOFT_ENDS = frozenset(
    "app-promotion contact end-mark feedback follow-us opinion-note related-stories release-label republished sign-up"
    " source-line sponsored-note tags".split()
)
"""What ends a story. Behind a hard end even a sentence that speaks to the reader is a promotion."""
