"""An address in, the one address that stands for its article out: what article ids are made from.

Only the text of the address is looked at, nothing is fetched. What is taken away is what never tells two articles
of a site apart (protocol, mobile and AMP forms, tracking); a parameter or a part of a path of unknown use stays,
since one article held twice does less harm than two held as one. Left out: short links, print pages,
and whatever else only the server could tell.
"""

import re
import unicodedata
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, urlsplit

MAX_CHARS = 2_000
"""As many as an article's `url` may have (`index.ingest.fields`)."""

_MAX_HOST_CHARS = 253
"""RFC 1035, section 2.3.4; punycode, too, takes time that grows faster than the name."""
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_SHARED_SUFFIX = re.compile(r"(ac|co|com|ed|edu|go|gob|gouv|gov|govt|gub|mil|ne|net|nom|or|org)\.[a-z]{2}")
"""Under these anyone has a site: m.co.uk is not the mobile form of co.uk."""

_TRACKING = frozenset(
    (
        "_ga _gac _gid _gl _openstat amp at_bbc_team at_campaign at_campaign_type at_format at_link_id at_link_origin "
        "at_link_type at_medium at_ptr_name cmp cmpid cvid dclid dicbo epik fb_action_ids fb_action_types fb_ref "
        "fb_source fbclid ftag ftcamp gad_source gbraid gclid gclsrc igsh igshid ito li_fat_id mbid mc_cid mc_eid "
        "mkt_tok msclkid ncid ns_campaign ns_fee ns_linkname ns_mchannel ns_source ocid pk_campaign pk_content pk_kwd "
        "pk_medium pk_source rb_clickid ref_src ref_url referer referrer s_cid smid smtyp sr_share srsltid taid "
        "ttclid twclid usqp vero_id wbraid wt.mc_id wt_mc xtor yclid"
    ).split()
)
_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_", "guce_", "oly_", "_hs", "__hs", "amp_", "at_custom")
_TRACKING_UNLESS_A_NUMBER = frozenset({"ref", "share"})
"""`?ref=home` says where the reader came from, but `?ref=4711` is how some sites number press releases."""
_CHANNEL_NAMES = frozenset("from mod origin source src via".split())
_CHANNELS = frozenset(
    "app atom email facebook fb feed linkedin mail newsletter push reddit rss share social telegram twitter "
    "whatsapp".split()
)
_FORM_NAMES = frozenset("format mode output outputtype view".split())

_INDEX_PAGES = frozenset({"index.html", "index.htm", "index.php"})
_KEPT_CHARS = "%!$&'()*+,;=:@/"
"""What RFC 3986 lets stand in a path beside letters, digits and -._~, which `quote` keeps of itself."""


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, url))
    except ValueError:  # "http://[" among others
        return False


def canonical(url: str) -> str:
    """The address that stands for the article at `url`; the same for all its variants, and for itself.

    https without `www.` and the like, in ASCII, its parameters sorted by name. What is no address of a web page,
    or has more than 2,000 characters, comes back as it is. Never raises.
    """
    # What is taken away can lay bare more of its kind: /amp/amp, a cached page of a cached page.
    while (simpler := _simpler(url)) != url:
        url = simpler
    return url


def without_tracking(url: str) -> str:
    """`url` without its fragment and the parameters that never tell two articles apart, and else as it is: it leads
    where it led. A fragment that is an old way to write a page's path ("#!…") stays. Never raises.
    """
    whole, mark, fragment = url.partition("#")
    page, _, query = whole.partition("?")
    kept = "&".join(piece for piece in query.split("&") if not _tracks(_unescaped(piece)))
    return page + (f"?{kept}" if kept else "") + (mark + fragment if re.match("!.", fragment) else "")


def _simpler(url: str) -> str:
    """`url` with everything taken away once; never longer than `url` if that went through here before."""
    if len(url) > MAX_CHARS:
        return url
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:  # "http://[", "http://example.org:x"
        return url
    if parts.scheme not in {"http", "https"} or host is None:
        return url
    path = _resolved(_percent(parts.path, _KEPT_CHARS))
    query = _query(parts.query)
    if cached := _cached(host, path):
        return f"https://{cached}{query}"
    fragment = "#" + _percent(parts.fragment, _KEPT_CHARS + "?") if re.match("!.", parts.fragment) else ""
    return f"https://{host}{'' if port in {None, 80, 443} else f':{port}'}{_page(path)}{query}{fragment}"


def _host(name: str) -> str | None:
    """`name` in ASCII without what makes it the mobile form of a site; None if nothing can be found under it."""
    if ":" in name:
        return f"[{IPv6Address(name.partition('%')[0]).compressed}]"
    if len(name) > _MAX_HOST_CHARS:
        return None
    # Not the codec "idna", which is of 2003 and makes one site of straße.example and strasse.example.
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower()).replace("。", ".")
    labels = (x if x.isascii() else "xn--" + x.encode("punycode").decode() for x in name.removesuffix(".").split("."))
    if not _HOST.fullmatch(host := ".".join(labels)):
        return None
    if (bare := host.removeprefix("www.")) != host and "." in bare:
        return bare
    found = re.match(r"(?:m|mobile|amp)\.|([a-z]{2,3}\.)m\.", host)  # the latter as in en.m.wikinews.org
    if found and "." in (site := host[found.end() :]) and not _SHARED_SUFFIX.fullmatch(site):
        return (found[1] or "") + site
    return host


def _cached(host: str, path: str) -> str | None:
    """What follows https:// in the publisher's address, where this is the address of a copy in an AMP cache."""
    if re.fullmatch(r"(.+\.)?cdn\.ampproject\.org", host):
        found = re.match(r"/[cv](?:/s)?/([^/]+)", path)
    elif re.fullmatch(r"google\.(com?\.)?[a-z]{2,3}", host):
        found = re.match(r"/amp(?:/s)?/([^/]+)", path)
    else:
        return None
    return path[found.start(1) :] if found and "." in found[1] and _HOST.fullmatch(found[1].lower()) else None


def _resolved(path: str) -> str:
    """`path` without `.`, `..`, doubled slashes and one at its end: "/" or "/…"."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "/" + "/".join(filter(None, segments))


def _page(path: str) -> str:
    """The path of the page of which `path` is the AMP form or the full name."""
    *before, last = path[1:].split("/")
    if last in _INDEX_PAGES:
        return "/" + "/".join(before)
    if last == "amp" and _names_article(before):
        return "/" + "/".join(before)
    if before and before[0] == "amp" and _names_article([*before[1:], last]):
        return path.removeprefix("/amp")
    return re.sub(r"(?<=[^/])\.amp(\.html?)?$", r"\1", path)


def _names_article(segments: list[str]) -> bool:
    """Whether they read like an article's and not like those of a section, such as /glossary of /glossary/amp."""
    return len(segments) > 1 or bool(segments and re.search(r"[-_.\d]", segments[0]))


def _query(query: str) -> str:
    """What of `query` may say which article it is, with the "?", or nothing.

    Sorted by name (equal names keep their order): servers that care about order show another page for another
    order, but never another article.
    """
    pieces = [piece for piece in map(_unescaped, query.split("&")) if piece and not _tracks(piece)]
    kept = [_percent(piece, _KEPT_CHARS + "?") for piece in pieces]
    return "?" + "&".join(sorted(kept, key=lambda piece: piece.partition("=")[0])) if kept else ""


def _unescaped(piece: str) -> str:
    """One of the pieces between "&" that was copied out of HTML, where it is "&amp;"."""
    return re.sub("^(amp;)+", "", piece)


def _tracks(piece: str) -> bool:
    """Whether a parameter says how the reader came, or in which form the page is shown, and not what is on it."""
    name, _, value = piece.partition("=")
    name, value = unquote(name).lower(), value.lower()
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or (name in _TRACKING_UNLESS_A_NUMBER and not value.isdecimal())
        or (name in _CHANNEL_NAMES and value in _CHANNELS)
        or (name in _FORM_NAMES and value == "amp")
    )


def _percent(text: str, kept: str) -> str:
    """`text` in ASCII: escaped only what has to be, in capitals, as RFC 3986, section 6.2.2, has it."""
    escaped = re.sub("%([0-9A-Fa-f]{2})?", _escape, text)
    return quote(escaped, safe=kept, errors="surrogatepass")


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if re.match(r"[A-Za-z0-9._~-]", character) else found[0].upper()
