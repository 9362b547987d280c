"""The text of an article in, out comes the same text without the lines that a news site puts around and between.

Whole lines go, each by a named rule, and what is left keeps its exact form. A rule is a closed form of words, a label
before a headline, a credit that is nothing but names, or wording that only a site uses of itself. A line that quotes
or reports speech is never taken for one, because losing a sentence is worse than keeping a promotion. Lists under
"Related stories" and what stands behind the end of the story go by their position. English only.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from index.article import Removed

MAX_LINE_CHARS = 700
"""A longer line is a paragraph. It also bounds what a pattern is tried on."""
MAX_LIST_ITEMS, MAX_ITEM_WORDS, MAX_TAG_WORDS = 12, 20, 4
MAX_BOX_LINES = 8
MAX_THREAD_GAP = 4
MAX_PULL_QUOTES = 20
MIN_PULL_QUOTE_WORDS = 6
MAX_CREDIT_WORDS = 12


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
    rules = _rules([lines[n] for n in places], title)
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
    plain = plain_line(line)
    if rule := _PHRASES.get(plain) or _HEADINGS.get(plain):
        return rule
    if credited(line):
        return "photo-credit"
    for rule, named in _NAMED:
        if (found := named.match(line)) and is_names(found[1], _CREDIT_JOINS):
            return rule
    for rule, label in _LABELLED:
        if (found := label.match(plain)) and _is_headline(plain[found.end() :]):
            return rule
    if _is_menu(plain):
        return "navigation"
    worded = (rule for rule, wording in _WORDING if wording.match(plain))
    told = (rule for words, rule in _TELLTALES.items() if words in plain)
    rule = next(worded, None) or next(told, None) or _promotion(line, plain)
    return rule if rule and not _SPOKEN.search(plain) else None


def plain_line(line: str) -> str:
    """In small letters, without the marks that lists and links set around their words."""
    return " ".join(line.split()).replace("’", "'").replace("‘", "'").lower().strip(" •*·-–—|»›→←▶:…")


def credited(line: str) -> str | None:
    """Whom a line that is nothing but the credit of a picture names: "Ada Quill/Northern Wire"."""
    found = _CREDIT.match(line) if len(line) <= MAX_LINE_CHARS else None
    names = found[1].strip(" ()[].") if found else ""
    return names if len(names.split()) <= MAX_CREDIT_WORDS and is_names(names) else None


def is_names(words: str, joins: Collection[str] = _JOINS) -> bool:
    """Whether every word is one of a name, or one that joins names, and one at least is of a name."""
    found = _WORD.findall(words)
    return any(word[0].isupper() for word in found) and all(
        word[0].isupper() or word[0].isdigit() or word in joins for word in found
    )


def is_sentence(line: str) -> bool:
    """Whether a line ends as one of a story does; a short question is more likely a headline."""
    words = len(line[:MAX_LINE_CHARS].split())
    if _QUESTION.search(line[-8:]):
        return words >= 12
    return bool(_SENTENCE_END.search(line[-8:])) and (words >= 4 or not line.isascii())


def _rules(said: list[str], title: str | None) -> list[str | None]:
    """By which rule each line goes; what depends on the lines around comes after what does not."""
    rules = [rule_of(line) for line in said]
    plain = [plain_line(line[:MAX_LINE_CHARS]) for line in said]
    begins = next((n for n, line in enumerate(said) if not rules[n] and is_sentence(line)), len(said))
    for n in range(begins):
        if title and plain[n] == plain_line(title):
            rules[n] = "repeated-title"
        elif label := _LABELS.get(plain[n]) or next((r for r, form in _LABEL_FORMS if form.match(plain[n])), None):
            rules[n] = label
    _take_runs(said, plain, rules)
    _take_lists(plain, rules, begins)
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


def _take_lists(plain: list[str], rules: list[str | None], begins: int) -> None:
    """What looks like headlines, or tags, under their heading; above the story it may be the title and the byline."""
    for n, line in enumerate(plain):
        rule = _HEADINGS.get(line) or (rules[n] if rules[n] and _MORE_FROM.match(line) else None)
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
        start = next((n for n in above if re.match(r"skip past newsletter|sign up (?:to|for) ", plain[n])), end)
        for n in range(start, end):
            rules[n] = rules[n] or "sign-up"


def _take_threads(plain: list[str], rules: list[str | None], begins: int) -> None:
    """Readers' comments: from their heading to the last "Reply" or "2 hours ago" that is not far from the one before."""
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
            for i in range(n + 1, end + 1):
                rules[i] = rules[i] or "comments"
        n = end + 1


def _take_pull_quotes(said: list[str], rules: list[str | None]) -> None:
    """A line that is a quotation and stands, word for word, in a longer line as well."""
    quoted = [
        n for n, line in enumerate(said) if not rules[n] and _QUOTED_LINE.fullmatch(line[:MAX_LINE_CHARS].strip())
    ]
    for n in quoted[:MAX_PULL_QUOTES]:
        words = said[n].strip(" \"“”‘’'.,")
        if len(words.split()) >= MIN_PULL_QUOTE_WORDS and any(
            words in line for i, line in enumerate(said) if not rules[i] and len(line) > len(said[n])
        ):
            rules[n] = "pull-quote"


def _take_tail(
    said: list[str], rules: list[str | None], marks: Collection[str], is_story: Callable[[str], bool]
) -> None:
    """What stands behind the first line that ends a story, if nothing like story does; never more than stands before."""
    start = len(said)
    while start and (rules[start - 1] or not is_story(said[start - 1])):
        start -= 1
    end = next((n for n in range(start, len(said)) if rules[n] in marks), len(said))
    chars = [0 if rule else len(line) for line, rule in zip(said, rules, strict=True)]
    if sum(chars[end:]) <= sum(chars[:end]):
        rules[end:] = [rule or "after-the-end" for rule in rules[end:]]


def _weak(line: str, plain: str) -> str | None:
    if _COUNT.fullmatch(plain):
        return "share-bar"
    return _WEAK.get(plain) or ("photo-credit" if _NAME_AND_AGENCY.fullmatch(line) and is_names(line) else None)


def _is_headline(plain: str) -> bool:
    return 1 <= len(plain.split()) <= 25 and not _NO_HEADLINE_END.search(plain[-8:])


def _addresses_reader(line: str) -> bool:
    plain = plain_line(line[:MAX_LINE_CHARS])
    return bool(_READER.search(plain)) and not _SPOKEN.search(plain)


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
    parts = _MENU_MARK.split(plain)
    known = sum(part in _WEAK or part in _PHRASES for part in parts)
    breadcrumb = parts[0] == "home" and len(plain) <= 150 and not _NO_HEADLINE_END.search(plain)
    return len(parts) > 1 and (known >= max(2, 0.6 * len(parts)) or (breadcrumb and not _TABLE_ROW.search(plain)))


def _phrases(table: Mapping[str, str]) -> dict[str, str]:
    """Each phrase with its rule, from phrases parted by ";" or a line break."""
    return {
        phrase.strip(): rule
        for rule, phrases in table.items()
        for phrase in re.split("[;\n]", phrases)
        if phrase.strip()
    }


def _patterns(table: Mapping[str, tuple[str, ...]]) -> list[tuple[str, re.Pattern[str]]]:
    """One for each rule, of its alternatives."""
    return [(rule, re.compile("|".join(f"(?:{form})" for form in forms))) for rule, forms in table.items()]


_CREDIT_JOINS = _JOINS | frozenset(
    "additional associated compiled contributed correspondent correspondents edited editing editor graphics photography"
    " photos produced production report reported reporter reporters reporting research staff story this translated"
    " translation writer writers writing written".split()
)
_ARTICLE = "(?:article|story|content|piece|post|column|essay|feature|interview|page|recap|summary|text|update)"
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!…。！][\"'”’»)\]]*$")
_QUESTION = re.compile(r"[?？][\"'”’»)\]]*$")
_NO_HEADLINE_END = re.compile(r"[.;,。][\"'”’»)\]]*$")
_QUOTED_LINE = re.compile(r"[\"“‘'].*[\"”’']")
_NAME_AND_AGENCY = re.compile(r"\s*[^\s/]{2,20}(?: [^\s/]{2,20}){1,2} ?/ ?[^/]{2,40}")
_COUNT = re.compile(r"\d{1,4}(?:\.\d)?k?|\d{1,2}/\d{1,2}|\d{1,2} of \d{1,2}")
_READER = re.compile(r"\b(?:you|your|our|us|we)\b")
_SPOKEN = re.compile(
    r"[\"“”«»]|\b(?:said|says|told|tells|wrote|writes|asked|asks|added|adds|explained|explains|announced|promised|warned"
    r"|warns|argued|argues|advised|advises|testified|joked|replied|pleaded|complained|recalled|claimed|claims|insisted"
    r"|shouted|called|according to|read the|ended)\b"
)
_CREDIT = re.compile(
    r"\s*[\[(]?\s*(?:"
    r"(?:(?:file|stock|cover|lead|main|top|header|banner|featured?|hero) )?"
    r"(?:photo|photograph|image|picture|illustration|artwork|photography)s?\s?"
    r"(?:credits?\b|sources?\b|courtesy\b|copyright\b|provided\b|supplied\b|by\b|via\b|©)\s*[:,/]?(?: (?:by|of)\b)?"
    r"|(?:video|graphic|chart|map|animation|cartoon)s?\s(?:credit\b:?|courtesy of\b|by\b:?)"
    r"|(?:file )?(?:photo|image|picture|illustration|photographer)\s?[:/]|photo from\b"
    r"|credits?\s?(?::|\.\.\.|…)"
    r")\s*(\S.*)",
    re.IGNORECASE,
)
_MENU_MARK = re.compile(r" ?[|•·›»>] ?| / ")
_TABLE_ROW = re.compile(r"\|.*\d")
_MORE_FROM = re.compile(r"more (?:from|in|by|on) ")
_THREAD_CONTROL = re.compile(
    r"(reply|report|report abuse|log in (?:or register )?to (?:comment|reply)|load more comments|upvote)"
    r"|like|\d+ likes?|sort by\b.{0,20}|(?:about |over )?(?:\d{1,2}|an?) (?:minute|hour|day|week|month|year)s? ago"
)

_PHRASES = _phrases(
    {
        "navigation": """
            skip to content; skip to main content; skip to primary navigation; skip to navigation; skip to footer
            back to top; return to top; my account; search query; submit search; toggle navigation; toggle menu
            open menu; close menu; main menu; site map; sitemap; view all; see all; see all newsletters; terms of service
            terms of use; terms and conditions; terms & conditions; privacy policy; privacy notice; privacy statement
            cookie policy; do not sell my personal information; accessibility statement; set as homepage; older post
            newer post; previous article; next article; previous post; next post; scroll down for video; order reprints
            today's paper; rights & permissions; reuse this content; acquire licensing rights; latest issue; open in app
            powered by wordpress; log in or register; sign in or register; here's how you know; read full article""",
        "advertisement": """
            advertisement; advertisements; skip advertisement; advertisement - scroll to continue; ad feedback
            story continues below; article continues below; story continues below advertisement
            article continues below advertisement; continue reading below; continues below advertisement; sponsor message
            supported by; sponsored links; promoted stories; sponsored stories; paid partner content; this is an ad
            remove ads; why am i seeing this ad?""",
        "share-bar": """
            share; share this; share this article; share this story; share this page; share this post; share article
            share full article; share on facebook; share on twitter; share on x; share on whatsapp; share on linkedin
            share via email; share by email; e-mail this; like loading...; share to facebook; share to twitter; copy link; link copied; link copied!
            copy link to clipboard; link copied to clipboard; email this; email article; email this article; print article
            print this article; print this page; print this story; save article; save this article; gift article
            gift this article; give this article; thanks for sharing!; share this; like this
            click here to share on social media; share with friends; share options; more options; permalink; story saved
            saved; add to reading list; share this update; view on facebook; view on instagram; tweet this; e-mail article
            sign in to save this article; embed; add as preferred source; add as a preferred source on google""",
        "listen": """
            listen; listen now; hear this story; listen to this story; listen to article; listen to the podcast
            play audio; transcript; read transcript; download audio; audio version""",
        "media-player": """
            play video; watch video; video player is loading; this video can not be played; toggle caption
            enlarge this image; enlarge image; hide caption; show caption; open image in gallery; view gallery
            view image in fullscreen; image caption; image caption,; media caption; image source; image; expand image
            fullscreen; full screen; open gallery; close gallery; unmute; mute; swipe for more; tap to unmute; loading
            loading...; pause; slideshow; picture gallery; this content is not available in your region""",
        "follow-us": """
            follow us; follow us on social media; follow us on google news; follow this author; follow author
            follow this topic; follow this author's opinions; connect with us; find us on facebook; like us on facebook
            get the latest updates on social media; stay connected""",
        "sign-up": """
            subscribe; subscribe now; subscribe today; subscribe here; sign up; sign up now; sign up here; sign up today
            register now; register for free; subscribe for free; get started; start free trial; start your free trial
            unsubscribe; manage subscription; manage your subscription; manage preferences; update your preferences
            free daily newsletter; free weekly newsletter; daily newsletter; weekly newsletter; get our newsletter
            get our daily newsletter; join our newsletter; newsletter sign up; newsletter signup; sign up for newsletters
            enter your email; enter your email address; your email address; email address; invalid email
            please enter a valid email address; thank you for signing up!; thank you for signing up; thanks for signing up!
            thank you for subscribing; thank you for subscribing!; skip past newsletter promotion; donate; donate now
            after newsletter promotion; already a subscriber? log in; already a subscriber? sign in; view in browser
            become a member; become a subscriber; continue reading; unlock this article; subscribe to continue reading
            subscribe to read; this article is for subscribers only; subscribers only; premium content; start your day here
            get unlimited access; create an account; create a free account; in-depth reporting for subscribers""",
        "app-promotion": """
            get the app; download the app; download our app; download our free app; get our app; use our app
            available on the app store and google play; download on the app store; get it on google play
            turn on notifications; turn on desktop notifications; allow notifications; enable notifications
            install our app""",
        "cookie-notice": """
            we value your privacy; your privacy choices; your privacy; accept all; accept all cookies; accept cookies
            reject all; reject all cookies; reject cookies; allow all; allow all cookies; manage cookies; manage choices
            manage options; manage cookie preferences; cookie settings; cookie preferences; cookie notice; cookie consent
            necessary cookies only; only necessary cookies; accept and continue; accept & continue; i accept; got it
            agree and proceed; manage my choices; show purposes; consent choices; save preferences""",
        "comments": """
            comments; comment; comments section; reader comments; leave a comment; leave a reply
            leave a reply cancel reply; post a comment; post comment; add a comment; write a comment; submit comment
            comment on this story; comment on this article; join the conversation; join the discussion; have your say
            start the conversation; be the first to comment; be the first to comment!; view comments; show comments
            read comments; hide comments; load comments; comments are closed; comments are closed.; no comments yet
            comments on this page are closed.; comments on this article are closed.; log in to comment; name *; email *
            log in or register to comment; sign in to comment; conversation; reader interactions; no comments; website
            read the comments; view all comments; load more comments; comment guidelines
            please log in to comment""",
        "feedback": """
            was this page helpful?; was this article helpful?; did you find this article helpful?; was this helpful?
            is this page useful?; send us your feedback; send feedback; give feedback; give us feedback; suggest a correction
            report an error; report a correction; report a mistake; report a typo; submit a correction; found an error?
            send a letter to the editor; write a letter to the editor; submit a letter; submit a tip; send us a tip
            report this ad; report an issue; suggest an edit; report a problem with this page""",
        "contact": "media contact; media contacts; press contact; press contacts; media inquiries; media enquiries",
        "end-mark": "###; # # #; -30-; 30; ends; - ends -; -ends-; [ends]; end; the end of release; xxx",
        "release-label": "for immediate release; news provided by; for release on receipt; press release; news release",
        "disclaimer": "disclosure statement; disclaimer; all rights reserved; all rights reserved.; ©; copyright",
        "machine-disclosure": """
            ai-generated; ai generated; ai-generated content; ai-generated article; ai-generated summary; written by ai
            automated article; by ai; machine-generated; generated by ai; generated with ai; created with ai""",
        "sample-disclosure": "sample article written for this project.",
    }
)
_HEADINGS = _phrases(
    {
        "related-stories": """
            related; related stories; related story; related articles; related article; related content; related coverage
            related news; related posts; related reading; related links; related internet links; related videos; see also
            also read; read also; read next; read this next; up next; what to read next; keep reading; more stories
            most read; most popular; most viewed; most shared; most watched; most commented; most watched news videos
            popular; popular stories; popular now; popular posts; popular articles; trending; trending now; trending stories
            trending news; trending topics; recommended; recommended for you; recommended stories; recommended reading
            recommended articles; you may also like; you may like; you might also like; you might like; you may have missed
            you may also be interested in; you might be interested in; more on this story; more on this topic; more on this
            more to explore; more coverage; more news; more headlines; explore more; explore further; latest news; latest
            latest stories; latest headlines; latest posts; latest articles; recent posts; recent stories; top stories
            top news; top headlines; editors' picks; editor's picks; editor's choice; editors' choice; don't miss
            in case you missed it; icymi; best of the site; from our partners; around the web; from around the web
            from the web; promoted content; paid content; also from this source; more releases from this source; must read
            must reads; must-reads; go deeper; dig deeper; further reading; other stories; other news; next story
            previous story; next up; similar articles; similar stories; stories you may like; you may also enjoy; popular on
            today's top stories; today's headlines; in other news; news releases in similar topics; explore""",
        "tags": """
            tags; tag; topics; topic; related topics; related tags; suggested topics; more on; more about; follow topic
            follow topics; filed under; explore more on these topics; read more about; see more on; in this article
            in this story; keywords; tagged with; posted in; categories; people in this story; organizations in this story
            places in this story""",
    }
)
_WEAK = _phrases(
    {
        "share-bar": """
            facebook; twitter; x; whatsapp; telegram; linkedin; reddit; pinterest; flipboard; instagram; youtube; tiktok
            bluesky; threads; messenger; email; e-mail; mail; print; copy; save; bookmark; like; tweet; pocket; line; sms
            copy url; link; pin; post; pdf; download; gift; snapchat; mastodon; rss; viber""",
        "navigation": """
            home; news; local news; uk news; us news; world news; national news; world; us; uk; politics; business; economy
            money; markets; finance; sport; sports; football; scores & fixtures; scores; fixtures; opinion; culture; arts
            entertainment; lifestyle; life; style; travel; health; science; tech; technology; environment; climate
            education; weather; video; videos; photos; pictures; podcasts; podcast; audio; newsletters; newsletter; live
            live feed; tv; radio; shop; jobs; obituaries; puzzles; games; features; food; fact check; menu; search
            sections; more; log in; login; log out; sign in; register; account; help; faq; contact; contact us; about
            about us; advertise; advertise with us; careers; archive; archives; latest; close; previous; next; prev
            my news; my feed; saved stories; subscriptions; e-paper; epaper; print edition; today; magazine; books; film
            music; theatre; tides; local; region; regions; cookies; privacy; terms; legal; imprint; press; mobile; apps
            show more; load more; view more; see more; read more; learn more; expand; collapse; yes; no; ok; from; author
            authors; partners; category; all; stay curious; society; local sport; crime; courts; transport; property; motors
            show key events only; key events; refresh; editorial; explainers; analysis; investigations; community; family""",
        "end-mark": "___; * * *; ***",
    }
)
_LABELS = _phrases(
    {
        "opinion-label": """
            opinion; opinions; op-ed; oped; editorial; commentary; comment; column; columnist; columnists; guest essay
            guest column; guest opinion; viewpoint; perspective; letters to the editor; letter to the editor; leader
            our view; the guardian view; opinion & analysis; opinion | editorial; opinion | column; from the editorial board
            opinion column; opinion piece""",
        "sponsored-label": """
            sponsored; sponsored content; sponsored post; sponsored article; sponsored story; paid post; paid content
            paid program; paid partnership; paid partner content; advertorial; advertisement feature; advertising feature
            advertiser content; promoted; promoted content; partner content; branded content; brand studio
            commercial content; promotional content; special advertising section; sponsor content; in partnership with""",
    }
)
_LABEL_FORMS = _patterns(
    {
        "sponsored-label": (
            r"(?:sponsored|paid|promoted|advertis\w+|partner)(?: content| post| feature| article| story| program)?"
            r" (?:from|by|for) [^.;]{1,60}$",
            r"(?:presented|brought to you) by [^.;]{1,60}$",
            r"in (?:paid )?partnership with [^.;]{1,60}$",
        ),
    }
)
_NAMED = [
    (rule, re.compile(form))
    for rule, form in (
        (
            "sign-off",
            r"\s*\(?\s*(?i:(?:additional )?(?:reporting|writing|editing)|written|reported|edited|compiled|produced"
            r"|translated|illustrated|reviewed|(?:copy|fact)[- ]?(?:edited|checked))(?i: and (?:edited|writing|editing))?"
            r" (?i:by):?\s+(.+)",
        ),
        ("sign-off", r"(?=.*\b(?:reported from\b|contributed to this\b|contributed(?: reporting)?\.))(.*)"),
        ("machine-disclosure", r"\s*(?i:engineered|auto-?generated|generated|automated) (?i:by) (.+)"),
        # up to the end of the first sentence: what follows may be of any words
        ("copyright", r"\s*(?i:copyright\s*)?(?:©|(?i:copyright))\s*(?=[A-Z\d])(.{1,80}?)(?:\.\s|\.?$)"),
        ("source-line", r"\s*(?:SOURCE:?|Source:)\s+(.{1,80})"),
        ("contact", r"\s*(?i:reach|contact|email|e-mail)(?i: reporter)? (.{1,60}?),? (?:at|on) \S{1,60}@\S"),
        ("contact", r"\s*(?i:(?:media |press )?contacts?):\s*(.{1,80})"),
        ("contact", r"\s*(.{1,60}?),? (?:\(?\+?[\d(][\d() .-]{5,20},? )?(?:\S{1,60}@\S{1,60}\.\w{2,10})$"),
        ("sign-up", r"\s*(?i:sign up (?:to|for)) (.{1,60})"),
        ("listen", r"\s*(?i:heard on) (.{1,40})"),
        ("navigation", r"\s*(?i:an official website of) (.{1,80})"),
    )
]
_LABELLED = _patterns(
    {
        "see-also": (
            r"(?:see also|also see|see more|read also|also read|read more|read next|read this next|read|more|watch now"
            r"|watch|related(?: stor(?:y|ies)| articles?| coverage| reading| news)?|don't miss|must[- ]read|recommended"
            r"|up next|go deeper|dig deeper|explore more|keep reading|continue reading|more on this(?: story)?|see photos"
            r"|you may also like|in photos|in pictures|listen)(?:\s?[:»›>]\s*|\s[–—-]\s)",
        ),
        "tags": (
            r"(?:tags?|topics?|filed (?:under|in)|tagged(?: with| in| as)?|keywords?|posted in|see more on|related topics?"
            r"|explore more on|in this (?:story|article)|follow topics?|hashtags?|more on)\s?:\s*",
        ),
        "share-bar": (
            r"(?:share(?: or comment on)?|click to share|tweet|email) (?:this|on) ",
            r"click to (?:email|print) ",
        ),
        "follow-us": (
            r"follow (?:us|me|@\w+) ",
            r"follow .{1,60} (?:on|via) (?:facebook|twitter|x|instagram|telegram|whatsapp|youtube|google news|tiktok)\b",
        ),
        "sign-up": (r"(?:sign up|subscribe|register)(?: now| here| today| free)?\s?[:|]\s*",),
        "comments": (r"(?:show|view|see|read|load|join) (?:all )?\d+ (?:more )?comment",),
        "related-stories": (
            r"more (?:stories )?(?:from|by) ",
            r"more (?:in|about) ",
            r"also on ",
            r"popular (?:in|on) ",
        ),
        "navigation": (r"skip (?:to|past|next) ",),
    }
)
_WORDING = _patterns(
    {
        "reading-time": (
            r"(?:(?:estimated )?reading time:? )?(?:about |~)?\d{1,3}[- ]?min(?:ute)?s?(?: read| reading time| to read)?$",
            r"listen:? ?\(?\d{1,3}[- ]?min(?:ute)?s?\)?$",
        ),
        "listen": (
            r"listen to (?:this|the) (?:article|story|episode|column)\W{0,3}(?:\d[\d:]* ?(?:min(?:ute)?s?)?)?(?: learn more)?$",
            r"\d{1,3}[- ]minute listen$",
        ),
        "read-more": (r"(?:learn|read|find out|see) more (?:at|on):? \S+\.\S+$",),
        "share-bar": (r"\d[\d.,]*k? shares?$",),
        "time-stamp": (
            r"(?:(?:published|updated|posted|last updated)\W{0,2})?(?:about |over )?(?:\d{1,3}|an?) (?:second|min(?:ute)?|hour"
            r"|day|week|month|year)s? ago$",
            r"(?:last )?updated (?:at )?\d{1,2}[.:]\d\d\W{0,2}(?:[ap]\.?m\.?)?(?: \w{2,4})?$",
        ),
        "media-player": (r"image \d+ of \d+$", r"\d+ of \d+ \|$", r"\(?\d+/\d+\)? ?(?:photos|images)$"),
        "photo-credit": (r"(?:item \d+ of \d+|\[\d+/\d+\]) ?\w",),
        "copyright": (r"(?:copyright\s?)?©\s?\d{4}(?:\s?[-–]\s?\d{2,4})?\.?$", r"copyright \d{4}\.?$"),
        "comments": (
            r"\(?\d+\)? comments?$|comments? \(\d+\)$",
            r"(?:want to|would you like to) comment on this",
            r"sort by\W{1,3}\w+$",
            r"save my name, email",
        ),
        "contact": (
            r"(?:contact|reach|email|e-mail|call) (?:us|the (?:\w+ ){0,3}(?:desk|newsroom|editors?|author|team|reporters?)) (?:at|on|via)\b",
            r"contact us: ",
            r"(?:do you )?(?:have|got|know) (?:a|any) (?:news )?(?:tip|story|stories)\b.{0,40}\?",
            r"letters to the editor (?:of|should|may|can|must) .{0,60}(?:words|sent)\b",
            r"\(\(.{1,80}@.{1,80}\)\)$",
            r"our mailing address is\b",
        ),
        "follow-us": (
            r"follow .{1,60}(?:coverage (?:of|at|on)\b|https?://|@\w)",
            r"(?:find|like|follow|connect with) us (?:on|at) (?:facebook|twitter|x|instagram|telegram|youtube|google news)\b",
        ),
        "republished": (
            rf"this {_ARTICLE} (?:was |is |has been )?(?:originally |first |previously )(?:published|appeared|posted|printed|ran)\b",
            rf"this {_ARTICLE} (?:is|was|has been) (?:re-?published|reprinted|reproduced|syndicated) (?:from|with|under|by|here|courtesy)\b",
            rf"(?:a|this) (?:version of this )?{_ARTICLE} (?:first |originally )?(?:appears|appeared|ran) (?:on .{{1,40}}, )?in (?:print|the .{{1,60}}\b(?:issue|edition|magazine))\b",
            r"republish (?:this|our) (?:article|story|articles|stories)\b",
            r"(?:you may|you can|you are free to) republish\b",
            r"(?:originally|first) published (?:on|by|at|in) [^,]{1,60}$",
        ),
        "disclaimer": (
            r"disclaimers?: (?!that\b|the word)",
            r"our standards: ",
            rf"this (?:{_ARTICLE}|information|newsletter|site|website) (?:\w+ ){{0,6}}(?:for (?:informational|information|general|educational) purposes|not (?:\w+ ){{0,4}}(?:advice|recommendation|substitute))",
            r"(?:no part of this (?:website|site|publication|article|page)|this (?:material|content|publication)) may (?:not )?be ",
            r".{1,60}\bfrom any (?:company|organi[sz]ation)\b.{0,60}\bthis article\b",
            r"(?:this|our) (?:article|story|page|post|site|website) (?:may )?(?:contains?|includes?) affiliate links",
            r"privacy notice: ",
            r"(?:market )?(?:data|news)(?: and \w+)? (?:provided|brought to you|supplied|delayed) (?:by|at) ",
            r"(?:the )?(?:views|opinions|comments)(?: and \w+)? (?:expressed|posted).{0,60}\b(?:users|readers|commenters|third parties)\b",
            r"(?:the )?comments below have not been ",
            r"editorial(?:ly)? independen(?:t|ce)\b",
            r"proudly powered by ",
            r"required fields are marked",
        ),
        "opinion-note": (
            r"(?:the |all )?(?:views|opinions)(?:,? (?:and|or|thoughts|views|opinions)\b){0,4} expressed (?:here|above|in this|by (?:the|this) (?:author|writer|column)|are)\b.{0,80}\b(?:own|those of|reflect|represent|alone)\b",
            rf"(?:this is an? |this {_ARTICLE} is an? )(?:opinion|commentary|op-ed|opinion piece|opinion column)\b",
            r"(?:editorials|columns|op-eds|guest columns|letters) (?:represent|reflect|are|express) (?:the|only the)\b.{0,40}\b(?:opinions?|views?)\b",
        ),
        "machine-disclosure": (
            rf"(?:(?:disclaimer|disclosure|note|editor's note): )?(?:this|the) (?:{_ARTICLE}|report|forecast|translation) (?:was|is|has been|were) (?:[\w-]+ ){{0,4}}(?:generated|created|written|produced|compiled|prepared|drafted|assembled|made|translated)\b.{{0,60}}\b(?:ai|a\.i\.|artificial intelligence|gpt\S*|chatgpt|(?:large )?language models?|algorithms?|automat\w+|bots?|robots?|machine learning|technology (?:from|by|provided by))(?:\W|$)",
            rf"(?:this|the) (?:{_ARTICLE}|report|forecast) (?:was|is|has been) (?:automatically|algorithmically|machine)[- ]?(?:generated|written|created|produced)\b",
            r"(?:this|the) [\w-]*\bgpt[\w-]* .{0,80}\bcontent (?:generation|creation)\b.{0,200}\b(?:you|our|us|we)\b",
            rf"(?:generative )?(?:ai|artificial intelligence|chatgpt|gpt\S*) (?:tools? )?(?:was|were|has been) used (?:to|in|for)\b.{{0,60}}\bthis {_ARTICLE}\b",
        ),
        "sponsored-note": (
            rf"this {_ARTICLE} (?:was|is|has been) (?:paid for|sponsored) by\b",
            rf"this {_ARTICLE} (?:was|is|has been) (?:\w+ ){{0,3}}(?:in (?:paid )?(?:partnership|association) with|on behalf of)\b",
            r"(?:the )?(?:[\w']+ ){0,4}(?:newsroom|news|editorial|editors|journalists|reporters)\b.{0,60}\b(?:no (?:part|role|hand) in|not involved in|did not take part in)\b.{0,40}\b(?:content|article|post|advert\w*|it)\b",
        ),
        "sign-up": (
            r"(?:please )?(?:if you (?:value|enjoy|like|appreciate)|thank you for|thanks for)\b.{0,100}\b(?:subscri\w+|donat\w+|support (?:us|our))\b",
            r"(?:already|not) an? (?:subscriber|member)\?",
            r"(?:already|don't) have an account\?",
            r"want (?:all|more|unlimited)\b.{0,60}\? (?:subscribe|sign up)",
            r"by (?:submitting|signing up|subscribing|entering|providing|clicking|registering)\b.{0,80}\byou (?:agree|accept|consent|confirm)\b",
            r"(?:was )?(?:this email|this newsletter|this) (?:was )?forwarded\b.{0,40}\?",
            r"(?:forwarded this|trouble viewing this|enjoying (?:this|the)|having trouble)\b.{0,40}\?",
            r"(?:view|read|open) (?:this |it )?(?:email|newsletter|message)?(?: online)? ?in your browser$",
            r"to unsubscribe(?:,| from (?:these|this|our|all))",
            r"become an? .{1,40}(?:sponsor|member|subscriber)$",
        ),
        "cookie-notice": (
            r"(?:we|this (?:web)?site|our (?:web)?site)(?: and (?:our|its) [\d,]* ?(?:partners|vendors))? (?:use|uses|store|stores|keep|process) (?:cookies (?:to|and|for|on|in)|.{0,60}\b(?:your|a) device\b|cookies\.)",
            r"you can change your (?:mind|choices|preferences|settings|consent) at any time",
            r"by (?:continuing|using|browsing|clicking|closing)\b.{0,80}\b(?:cookies|terms)\b",
            r"cookies help us ",
        ),
    }
)
_TELLTALES = {
    "all rights reserved.": "copyright",
    "you agree to our use of cookies": "cookie-notice",
    "you consent to our use of cookies": "cookie-notice",
    "please enable javascript": "media-player",
    "please turn on javascript": "media-player",
    "your browser does not support": "media-player",
    "opens new tab": "share-bar",
    "not responsible for the content of external": "disclaimer",
    "we may earn a": "disclaimer",
    "we may earn commission": "disclaimer",
    "we may receive a commission": "disclaimer",
    "earn us a commission": "disclaimer",
    "this is an archived article": "disclaimer",
    "in the comments below": "comments",
    "your email address will not be published": "comments",
    "unsubscribe at any time": "sign-up",
    "opt out at any time": "sign-up",
    "straight to your inbox": "sign-up",
    "delivered to your inbox": "sign-up",
    "delivered to you": "sign-up",
    "our daily newsletter": "sign-up",
    "our weekly newsletter": "sign-up",
    "our free newsletter": "sign-up",
    "our newsletter": "sign-up",
    "sign up for our": "sign-up",
    "sign up to our": "sign-up",
    "subscribe to our": "sign-up",
    "log into your account": "sign-up",
    "support our journalism": "sign-up",
    "supporting our journalism": "sign-up",
    "supporting our reporting": "sign-up",
    "support local journalism": "sign-up",
    "please consider supporting": "sign-up",
    "please consider subscribing": "sign-up",
    "please support us": "sign-up",
    "you are receiving this": "sign-up",
    "you're receiving this": "sign-up",
    "you received this email": "sign-up",
    "this message was sent to": "sign-up",
    "this email was sent to": "sign-up",
    "send us your": "contact",
    "send your story ideas": "contact",
}
_OFFER = re.compile(
    r"(?:please |now |new: |also )?(?:sign up|subscribe|register|join|get|download|support|receive|stay|discover|never miss"
    r"|don't miss|want|like|love|follow|check out|unlock|upgrade|for|find|try|enjoy|tap|click|head|read|watch|listen)\b"
)
_PRODUCT = re.compile(
    r"\b(?:newsletters?|inbox|app|apps|alerts|notifications|subscriptions?|subscribers|premium|membership|whatsapp|telegram"
    r"|channel|podcast|e-?mails?|breaking news|latest news|headlines|top stories|unlimited access|live video|coverage)\b"
)
_APP = re.compile(r"\b(?:app|apps|notifications)\b")
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
    "share-bar navigation comments sign-up read-more media-player cookie-notice feedback tags time-stamp reading-time listen".split()
)
_HARD_ENDS = frozenset("copyright comments sign-off machine-disclosure disclaimer".split())
_SOFT_ENDS = frozenset(
    "related-stories tags follow-us sign-up app-promotion republished contact feedback end-mark opinion-note"
    " sponsored-note release-label source-line".split()
)
"""What ends a story. Behind a hard one even a sentence that speaks to the reader is a promotion."""
