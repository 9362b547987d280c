"""The wording of what a news site puts around its stories, rule by rule: the tables that `clean` goes by.

Phrases are compared whole, in small letters and without the marks around them; patterns are matched from the start of
such a line. The name of a table's row is the name of the rule, as `Removed.rule` gives it. English only.
"""

import re
from collections.abc import Mapping, Sequence


def _phrases(table: Mapping[str, str]) -> dict[str, str]:
    """Each phrase with its rule; phrases are parted by ";"."""
    return {" ".join(phrase.split()): rule for rule, phrases in table.items() for phrase in phrases.split(";")}


def _patterns(table: Mapping[str, Sequence[str]]) -> list[tuple[str, re.Pattern[str]]]:
    """One pattern for each rule, of its alternatives."""
    return [(rule, re.compile("|".join(f"(?:{form})" for form in forms))) for rule, forms in table.items()]


WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
SENTENCE_END = re.compile(r"[.!…。！][\"'”’»)\]]*$")
QUESTION_END = re.compile(r"[?？][\"'”’»)\]]*$")
NO_HEADLINE_END = re.compile(r"[.;,。][\"'”’»)\]]*$")
MARKS = " •*·-–—|»›→←▶:…"
COUNT_BEHIND = re.compile(r"(?<=\w) ?\(\d{1,5}\)$")
COUNT = re.compile(r"\d{1,4}(?:\.\d)?k?|\d{1,2}/\d{1,2}|\d{1,2} of \d{1,2}")
NAME_AND_AGENCY = re.compile(r"[^\s/]{2,20}(?: [^\s/]{2,20}){1,2} ?/ ?[^/]{2,40}")
MENU_MARK = re.compile(r" ?[|•·›»>] ?| / ")
TABLE_ROW = re.compile(r"\|.*\d")
NUMBER = re.compile(r"[-+−–]?[$€£#]?\d.{0,11}$")
"""In a cell of a table, with its unit."""
READER = re.compile(r"\b(?:you|your|our|us|we)\b")
SPOKEN = re.compile(
    r"[\"“”«»]|\b(?<!you )(?:said|says|told|tells|wrote|writes|asked|asks|added|adds|explained|explains|announced"
    r"|promised|warned|warns|argued|argues|advised|advises|testified|joked|replied|pleaded|complained|recalled"
    r"|claimed|claims|insisted|shouted|called|according to)\b"
)
"""A quotation or reported speech: the words of somebody in the story, whatever they are like."""
CREDIT = re.compile(
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
MORE_FROM = re.compile(r"(?i:more|popular|also) (?i:from|in|by|about|on) (.{1,60})$")
BOX_START = re.compile(r"skip past newsletter|sign up (?:to|for) ")
SAID = re.compile(r"(?:([a-z][a-z\d_.-]{1,29})|[^\W\d_][\w.-]{0,29}): \S")
"""What one says who is named in a word: a reader ("jim: good riddance"), whose handle is in small letters and is the
group, or somebody in an interview; years and times are no names."""
TIMED = re.compile(r"(?:[12]\d{3}|\d{1,2}[.:h]\d\d(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?): \S")
"""An entry of a timeline or a log."""
THREAD_CONTROL = re.compile(
    r"(reply|report|report abuse|log in (?:or register )?to (?:comment|reply)|load more comments|upvote)"
    r"|like|\d+ likes?|sort by\b.{0,20}|(?:about |over )?(?:\d{1,2}|an?) (?:minute|hour|day|week|month|year)s? ago"
)
CREDIT_JOINS = frozenset(
    "a additional al and associated at bin by contributed correspondent correspondents courtesy da de del den der di"
    " du e edited editing editor el for from graphics in la le of on photography photos production report reported"
    " reporter reporters reporting research staff story the this to translated van via von wire with writer writers"
    " writing y".split()
)
PHRASES = _phrases(
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
            unsubscribe here; click here to unsubscribe;
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
            for immediate release; news provided by; for release on receipt; press release; news release; media release
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
HEADINGS = _phrases(
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
WEAK = _phrases(
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
NETWORKS = frozenset(
    "bluesky facebook flipboard instagram linkedin messenger pinterest reddit telegram threads tiktok twitter whatsapp"
    " x youtube".split()
)
LABELS = _phrases(
    {
        "opinion-label": """
            opinion; opinions; op-ed; editorial; commentary; comment; column; columnists; guest essay; guest column;
            viewpoint; perspective; opinion columnist; opinion writer; opinion contributor; letters to the editor;
            letter to the editor; our view; from the editorial board
        """,
        "sponsored-label": """
            sponsored; sponsored content; sponsored post; sponsored article; sponsored story; paid post; paid content;
            paid program; paid partnership; advertorial; advertisement feature; advertising feature; advertiser
            content; promoted; promoted content; partner content; branded content; brand studio; commercial content;
            promotional content; sponsor content; paid advertisement; paid announcement; paid article; paid feature;
            paid for content; partner post; promotional feature; native advertising; sponsored by; presented by; paid
            for by; paid post by; paid post from; sponsored content by; sponsored content from
        """,
    }
)
"""Of a text as a whole: they count only above it."""
_ARTICLE = "(?:article|story|content|piece|post|column|essay|feature|interview|page|recap|summary|text|update)"
NAMED_LABELS = [
    re.compile(
        r"(?i:sponsored|presented|brought to you|paid for|paid for and (?:posted|presented)) (?i:by|from) (.{1,60})$"
    ),
    re.compile(
        r"(?i:sponsored|paid|promoted|advertiser|advertisement|partner) (?i:content|post|feature|article|story|program)"
        r" (?i:by|from|for) (.{1,60})$"
    ),
    re.compile(r"(?i:in (?:paid )?partnership with) (.{1,60})$"),
]
NAMED = [
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
    ("follow-us", re.compile(r"(?i:follow) (.{1,60} on .{1,30})$")),
    ("listen", re.compile(r"(?i:heard on) (.{1,40})$")),
    ("navigation", re.compile(r"(?i:an official website of) (.{1,80})$")),
    ("related-stories", MORE_FROM),
]
"""What follows is nothing but names."""
LABELLED = _patterns(
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
            r"subscribe (?:now |today |here )?(?:for|from) (?:only |just )?(?=[€$£]\d)",
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
WORDING = _patterns(
    {
        "reading-time": [
            r"(?:(?:estimated )?reading time:? )?(?:about |~)?\d{1,3}[- ]?min(?:ute)?s?(?: read| to read)?$",
            r"listen:? ?\(?\d{1,3}[- ]?min(?:ute)?s?\)?$",
        ],
        "listen": [
            r"listen to (?:this|the) (?:article|story|episode|column)\W{0,3}(?:\d[\d:]* ?(?:min(?:ute)?s?)?)?\)?"
            r"(?: learn more)?$",
            r"\d{1,3}[- ]minute listen$",
        ],
        "read-more": [
            r"(?:view|read|see) (?:the )?(?:source|original) version on:? \S+\.\S+(?: \S+)?$",
            r"(?:learn|read|find out|see) more (?:at|on):? \S+\.\S+$",
        ],
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
            r"\(?\d+\)? comments?$",
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
            r"(?:do you (?:have|know)|have you(?: got)?|have|got|know) (?:a|any) (?:news )?(?:tip|story)\b.{0,40}\?",
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
        "release-label": [r"(?:press|news|media) release,?:? (?:no\.? ?|nr\.? ?|#)?\d[\d./-]{0,11}$"],
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
            r"(?=.{0,300}\b(?:we|our)\b).{0,300}\bnewsletters?\b.{0,200}"
            r"[.!?…:–—-] (?:sign up|subscribe) (?:here|now|below)[.!]?$",
        ],
    }
)
"""How a site speaks of itself, from the beginning of a line."""
TELLTALES = _phrases(
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
OFFER = re.compile(
    r"(?:please |now |new: |also )?(?:sign up|subscribe|register|join|get|download|support|receive|stay|discover|head"
    r"|read|never miss|don't miss|want|follow|check out|unlock|for (?:more|the latest)|tap|click|watch|listen)\b"
)
PRODUCT = re.compile(
    r"\b(?:newsletters?|inbox|apps?|alerts|notifications|subscriptions?|subscribers|premium|membership|whatsapp|telegram"
    r"|channel|podcast|e-?mails?|breaking news|latest news|headlines|top stories|unlimited access|coverage)\b"
)
APP = re.compile(r"apps?|notifications")
OWN = re.compile(r"\b(?:our|us)\b")
MEDIA = re.compile(
    r"\b(?:latest|breaking|top|biggest|best|big) (?:news|stories|headlines|updates)\b|\byour (?:inbox|home screen)\b"
)
OFFER_WORDS = re.compile(
    r"\b(?:sign up|subscribe|get|download|join|follow|tap|click|here|now|news|breaking|alerts|app|newsletter|unlimited"
    r"|access|and|free|email)\b",
    re.IGNORECASE,
)
FURNITURE = frozenset(
    "comments cookie-notice feedback listen media-player navigation read-more reading-time share-bar sign-up tags"
    " time-stamp".split()
)
"""Rules whose lines stand in rows, so that a weak word beside one is furniture too."""
HARD_ENDS = frozenset("comments copyright machine-disclosure sign-off".split())
SOFT_ENDS = frozenset(
    "disclaimer end-mark feedback opinion-note related-stories republished source-line sponsored-note tags".split()
)
"""What ends a story. Behind a hard end even a sentence that speaks to the reader is a promotion."""
