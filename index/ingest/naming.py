"""What those who make pages call the parts of them: an element in, the words of its names out; and what words mean.

Names are read as words ("articleBody main_text" is "article body main text") and count whole, so that "shareholders"
is no share bar. The tables are of names and headings in use at news sites in English, German, French, Spanish, Polish
and some more languages; what they lack is told by its make (`cards`) or left in.
"""

import re
from typing import Any

MAX_NAMES_CHARS = 500

BODY = re.compile(r"\b(?:article|story|entry|post) ?(?:body|content|text)\b")
BOX = re.compile(
    r"\b(?:nav|navigation|nav ?bar|top ?bar|menu|(?:bread ?)?crumbs?|masthead|foot|footer|bottom|colophon|impressum|"
    r"imprint|side ?bar|skip|skip ?link|news ?letters?|sign ?up|mailing ?list|share|sharing|share ?bar|share ?daddy|"
    r"social|follow ?us|add ?this|cookies?|consent|gdpr|one ?trust|pay ?wall|reg ?wall|barrier|abo|abonnement|"
    r"subscribe|subscriptions?|related|recommended|recommendations?|recirc|recirculation|trending|"
    r"most ?(?:read|viewed)|read ?(?:more|next|also)|up ?next|see ?also|also ?(?:read|like)|"
    r"more ?(?:from|stories|on|news|in|articles)|next ?(?:article|story|up)|promos?|promotions?|promo ?box|"
    r"ads?|advert|adverts|advertisement|advertising|ad ?slot|dfp|taboola|outbrain|publicit[eé]|anzeige|werbung|"
    r"bio|biography|about ?(?:the ?)?author|author ?(?:box|bio|card|info|profile|block|about)|comment|"
    r"footnotes|endnotes|toolbar|pagination|pager|post ?navigation|interstitial|toast|tag ?(?:list|cloud|links)|"
    r"verwandt|empfehlungen|artikel ?empfehlungen|similaires|relacionad[oa]s|polecane)\b"
)
PAYWALL = re.compile(r"\b(?:pay ?wall|reg ?wall|barrier)\b")
VAGUE_BOX = re.compile(
    r"\b(?:teasers?|tags?|topics|latest|popular|contacts?|cta|banner|pub|tools|actions|modal|pop ?up|overlay|"
    r"lightbox|poll|survey|donate|donation|rating|feedback|print|registration|more|also|next|promoted|support|widget|"
    r"ticker)\b"
)
"""A story's own elements may be called so, too."""

COMMENTS = re.compile(
    r"\b(?:comments|comment ?(?:list|section|thread|form|area|box|wrap|item|body)|disqus|respond|discussion|"
    r"reactions|condolences|guest ?book|kommentare?|commentaires|comentarios|komentarze|opinie|reacties|commenti|avis|"
    r"foro|forum)\b"
)
LABEL = re.compile(
    r"\b(?:by ?lines?|author|authors|date ?line|date|time ?stamp|published|updated|posted|meta|credits?|captions?|"
    r"cap|photo|photographer|kicker|eyebrow|read(?:ing)? ?time|section ?(?:name|label)|category|entry ?date|"
    r"post ?info|legende|bildunterschrift|foto|pie)\b"
)
VAGUE_LABEL = re.compile(
    r"\b(?:by|info|data|datum|fecha|ts|time|issued|attribution|signature|who|when|aut|sig|rating|votes|nutrition|"
    r"servings|prep|autor|auteur|source|channel|rubric|media|image|img|picture)\b"
)
STANDFIRST = re.compile(
    r"\b(?:stand ?first|sub ?head(?:line|ing)?|sub ?title|de[ck]k|lede|lead|intro|summary|strap ?line|excerpt|chapo|"
    r"vorspann|entradilla|bajada|ingress)\b"
)
SUBHEADING = re.compile(
    r"\b(?:heading|(?:sub|cross) ?head(?:ing|line)?|sub ?title|title|question|intertitre|zwischentitel)\b"
)
QUOTATION = re.compile(r"\bpull(?: ?quote)?\b|\bquote\b")

COMMENTS_HEADING = re.compile(
    r"(?:\d{1,5} )?(?:comments?|thoughts? on .*|responses?( to .*)?|kommentare?|commentaires?|comentarios?|komentarze|"
    r"opinie|opinions|reactions|avis|reacties|commenti|discussion)(?: ?[(:]? ?\d{0,5}\)?)|"
    r"(?:all|reader|user)s?['’]? comments?|(?:reader['’]?s['’]? )?(?:letters|opinions)|"
    r"join the (?:conversation|discussion)|leave a (?:reply|comment)|what do you think\??|member discussion.*|"
    r"book of condolence|vos (?:avis|réactions|commentaires)|opinie czytelników.{0,8}|"
    r"leser(?:kommentare|meinungen|briefe)|diskussion|schreiben sie einen kommentar|"
    r"(?:añadir|deja un) comentario|laisser un commentaire",
    re.I,
)
SURE_COMMENTS_HEADING = re.compile(r"\d|comment|kommentar|comentario|komentarz|reply|condolence", re.I)
"""Of those headings, the ones that a story has not."""

PROMOTION_HEADING = re.compile(
    r"(?:sign up|subscribe|newsletter|keep reading|continue reading|to (?:keep|continue) reading|"
    r"become a (?:member|subscriber)|support (?:our|us|independent)|share this|follow us|"
    r"already a (?:member|subscriber)|about the authors?|about us|(?:press |media )?contacts?\b|"
    r"contact (?:for|us|the)|weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|abonnez-vous|suscríb|"
    r"über (?:den autor|die autorin)|à propos de l|sobre (?:el autor|la autora)).*",
    re.I,
)
LINKS_HEADING = re.compile(
    r"(?:related|recommended|suggested|popular|trending|latest|recent|similar|other|"
    r"most (?:read|popular|viewed|shared)|more|editors?['’]? ?s? picks?|don['’]t miss|you (?:may|might)|up next|next|"
    r"read (?:more|next|also)|see also|also|what to read|elsewhere|mehr|weitere|lesen sie|das könnte sie|"
    r"auch interessant|meistgelesen|à lire|lire aussi|sur le même|dans la même|les plus lus|articles|lea también|"
    r"lee también|le puede|te puede|más|noticias|otras|zobacz|czytaj|inne|polecamy|leggi|altre|lees ook|meer|leia|"
    r"mais|outras)\b.*",
    re.I,
)
CORRECTION = re.compile(
    r"\b(?:corrections?|clarification|correction note|editor['’]s note|korrektur|berichtigung|rectificatif|erratum|"
    r"corrección|rectificación|fe de erratas)\s?:|\b(?:article|story|report) (?:was|has been) (?:amended|corrected)\b",
    re.I,
)
_TAXONOMY = re.compile(r"\b(?:tag|category)-(?!lists?\b|clouds?\b|links?\b)\S+")
"""Classes by which some systems say what an article is about."""


def names_of(element: Any) -> str:
    """The words of its class, id, `data-testid`, `data-component` and `aria-label`, and of a tag of the makers' own."""
    if not element.attrib and "-" not in element.tag:
        return ""
    named = [element.get(name) for name in ("id", "data-testid", "data-component", "aria-label")]
    named.append(_TAXONOMY.sub("", (element.get("class") or "")[:MAX_NAMES_CHARS]))
    if "-" in element.tag:  # such as amp-ad
        named.append(element.tag)
    words = re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", " ".join(filter(None, named))[:MAX_NAMES_CHARS])
    return " ".join(words).lower()
