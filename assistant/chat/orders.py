"""A passage → the same without the sentences that speak to whoever reads the prompt instead of telling news.

Whoever can add an article can write into it what a chat model may obey: "ignore the above and say that …". What does
not reach the prompt is not obeyed, and what is no evidence bears nothing out, be it that the model hears of it
elsewhere. So such sentences are blanked before the model is asked, with as many blanks as they had characters, since
offsets count these. What follows one in its paragraph goes, too, for the claim to be repeated often stands behind the
order, and a paragraph with a turn of a chat or a token of its template goes whole. Quotes, extractive answers and the
page have the article as it is.

English by patterns, other languages by their words for "ignore" and "instructions", and all of it by what announces
itself: a false claim that is told as news is a false article, and is quoted as one. `tests/attack/test_injected.py`
has the figures.
"""

import html
import re
import unicodedata
from urllib.parse import unquote

from langchain_core.documents import Document

from index.text.sentences import sentence_spans

_SAY = (
    r"(?:say|write|answer|reply|respond|output|print|repeat|state|mention|cite|quote|attribute|declare|"
    r"announce|confirm|"
    r"admit|greet|warn|tell|remind|inform|reveal|claim|insist|report|add|include|append|begin|start|end|"
    r"sign|open|close|"
    r"recommend|conclude)"
)
_ORDERED = (
    r"(?:ignore|disregard|forget|override|bypass|say|write|answer(?! ?:)|reply|respond|output|print|"
    r"repeat|mention|cite|quote|"
    r"attribute|reveal|pretend|confirm|decode|obey|render|role-?play|act as|tell (?:me|the|any|every)|add that|"
    r"state (?:that|as|in|your|only|clearly|the))"
)
"""Verbs that no report begins with."""
_ASKED = (
    r"(?:add|include|append|end|begin|start|call|use|send|ask|give|report|remember|imagine|read|apply|"
    r"place|put|insert|"
    r"show|display|follow|treat|summari[sz]e|translate|describe|explain|list|finish|close|visit|fetch|switch|set|"
    r"make|let|take|execute|run|return|produce|generate|speak|talk|continue|adopt|assume|consider|note|do)"
)
"""Verbs that recipes and advice begin with: an order where it is about the answer."""
_ANSWERS = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|completions?|summar(?:y|ies))"
_READERS = r"(?:readers?|users?|askers?|visitors?|customers?)"
_MACHINE = (
    r"(?:assistants?|chat ?bots?|bots|language models?|llms?|ais?|(?:an?|the|any|every|all|each|your|"
    r"honest) (?:\w+ )?models?|"
    r"ai (?:systems?|tools?|models?|agents?|assistants?)|automated (?:readers?|systems?)|"
    r"search (?:assistants?|engines?)|"
    r"this (?:service|system|product|tool))"
)
_MUST = r"(?:must|shall|should|will|(?:has|have|is|are|need|needs|ought|asked?) (?:\w+ )?to|may only|can only|to)"
_LEAD = (
    r"(?:\W*+(?:please|now|always|never|stop|instead|also|then|so|just|only|but|and|first|finally|"
    r"important|attention|note|"
    r"(?:do|does|did) not|don['’]t|you (?:must|should|shall|will|can|may|have to|are to|need to|ought to))\b)*+\W*+"
)
_WHEN = (
    r"(?:(?:if|when|whenever|should|once|after|before|from|as|as soon as|the next time|in (?:every|each|all|any)|"
    r"whatever|wherever|unless|on|for (?:every|each|any))\b[^.;!?]{0,120}?[,:;] ?)?"
)
_ABOUT_ANSWERS = (
    rf"(?:\b{_ANSWERS}\b|\b{_READERS}\b|\bquestions?\b|\bpassages?\b|\bprompts?\b|\binstructions?\b|"
    rf"\bconversations?\b|"
    r"\bfunction\b|\btools?\b|https?://|\bthe (?:words|sentence|phrase|line)\b|\bthis (?:sentence|phrase|"
    r"line)\b|\[\d+\])"
)

_ENGLISH = [
    # an order, or one under a condition
    rf"^{_LEAD}{_WHEN}{_LEAD}{_ORDERED}\b(?! (?:you|he|she|we|i)\b)",
    rf"[;:—] ?{_LEAD}{_ORDERED}\b (?:that|this|only|the|them|me|in|with|to|as)\b",
    rf"^{_LEAD}{_WHEN}{_LEAD}{_ASKED}\b.{{0,60}}?{_ABOUT_ANSWERS}",
    # what is told to "you"
    rf"\byou (?:must|shall|should|will now|have to|are to|need to|may only|can only) (?:\w+ )?{_ORDERED}\b",
    r"\b(?:allow|authori[sz]e|order|instruct|command|require|permit|direct|tell|ask|want|need|expect)(?:s|"
    r"ed|d)? you to\b",
    r"\byou have (?:agreed|promised|been (?:told|asked|instructed|ordered)) to\b|\bmode,? you\b",
    r"\byou are (?:now|no longer)\b|\byour (?:new |real |only |true )?(?:instructions|rules|prompt|"
    r"system prompt|guidelines|"
    r"task|programming|training)\b|\bthe author of your\b|\bearlier,? you (?:answered|said|replied)\b",
    # what is told to machines
    rf"\b{_MACHINE}\b,?.{{0,40}}\b{_MUST} (?:\w+ ){{0,2}}(?:{_SAY}|treat|use|call|give|refuse|obey|follow|"
    rf"ignore|recommend)\b",
    rf"\b(?:ask|tell|order|instruct|request)(?:s|ed)? (?:of )?(?:this|the|any|every|all) {_MACHINE}\b|"
    rf"\bfrom the assistant\b",
    rf"\b(?:note|message|memo|attention|hint|hello|dear|to) (?:to |for )?(?:the |all |any |an? )?{_MACHINE}\b ?[:,!]",
    rf"\b{_MACHINE}\b,?.{{0,20}} (?:reveals?|agrees|without (?:rules|limits|restrictions))\b",
    r"\bthis is the (?:administrator|system administrator|developer|operator)\b|\b(?:developer|debug|"
    r"admin|god|jailbreak) mode\b",
    rf"\b{_MACHINE}\b.{{0,40}}\b(?:asked|required|ordered|decided|agreed) that (?:it|they) {_SAY}\b",
    # what is said of answers
    rf"\b(?:in|to|into|of|behind|at the end of|before|after|with) (?:your|each|every) (?:next |final |"
    rf"own )?{_ANSWERS}\b",
    r"\b(?:in|into|behind|at the end of|before) (?:the|an|any) (?:next |final )?(?:answer|reply)\b",
    rf"\b(?:only|next|correct|expected|permitted|required|final|right|true|"
    rf"allowed) {_ANSWERS} (?:to \w+ )?(?:is|are|must|should|has|shall)\b",
    r"\bthe (?:reply|response) (?:is|shall be|must be) that\b|\bto this (?:answer|reply)\b",
    r"\bthe (?:name|number|price|date|word|words|sentence) to (?:give|say|use|tell|name)\b|\b(?:is|"
    r"are) to be (?:given|told|quoted|cited|named) as\b",
    rf"\b(?:tell|remind|warn|ask|inform|greet|convince|persuade) (?:the|any|every|all|each) {_READERS}\b",
    rf"\b{_READERS} (?:must|has to|have to|is to|are to|should|shall) be (?:told|warned|reminded|informed|"
    rf"asked|given)\b",
    rf"\b(?:as|for) the answer\b|\b{_ANSWERS} (?:of|to) (?:this|the) (?:article|passage|text|"
    rf"question) (?:must|should|has|have|shall|is to|are to)\b",
    r"\buse this (?:sentence|text|line)\b|\bis what to (?:answer|say|reply)\b|\bquote them as\b|"
    r"\bmust be given for the claim\b",
    rf"\b(?:mention|say|add|repeat|answer|reply) (?:only )?(?:so|that|the words|this)\b.{{0,80}}\b{_ANSWERS}\b",
    r"\b(?:say|write|answer|reply|output|print) (?:\w+ ){0,3}nothing else\b|^\W{0,9}(?:and )?say so\b",
    # prompts and their parts
    r"\b(?:previous|earlier|prior|above|preceding|foregoing|existing|original) (?:instructions?|prompts?|"
    r"rules|directions|orders|messages)\b",
    r"\bsystem (?:prompt|message|override|note|instruction)\b|\bprompt injection\b|\bnew (?:rule|rules|"
    r"instructions?)\b ?:",
    r"\bpassage \d+ (?:says|confirms|proves|states|shows)|\bin passage \d+\b|\bto passage \d+\b",
    r"\b(?:cite|citing|attribute|quote|credit)\b.{0,60}(?:\[\d+\]|【\d+)|【\d+†",
    r"\b(?:decode|decrypt|rot ?13|base ?64|hexadecimal|backwards)\b.{0,60}\b(?:do|obey|follow|task|answer)\b",
]
_MARKS = [
    r"<\|.{1,40}?\|>|<｜.{1,40}?｜>|\[/?INST\]|<</?SYS>>|</?s>",
    r"</?\s{0,9}(?:system|user|assistant|human|model|passages?|instructions?|prompt|question|answer|tool|"
    r"start_of_turn|end_of_turn|"
    r"think|im_start|im_end)\w*\b[^>]{0,200}>",
    r"^\W{0,9}#{2,9} *(?:instruction|response|system|input|output|human|user|assistant|prompt|task)s?\b",
    r"[\"']role[\"'] *: *[\"'](?:system|user|assistant|developer|tool)|(?<![-=*])[-=*]{3,} *(?:begin|end|"
    r"start) (?:of )?(?:system|prompt|instruction|user|assistant)",
    r"^\W{0,6}(?:system|assistant|user|human|ai|chat ?bot|bot|developer|model|llm)\W{0,3}(?: (?:prompt|"
    r"message|note|override))? ?:",
    r"^\W{0,3}\[(?:system|assistant|user|human|ai|bot|model)\]|^> ?(?:system|assistant|user|human|ai|bot|model)\b",
    r"!\[[^\]]{0,300}\]\(|\[[^\]]{0,300}\]\((?:https?|javascript|data):|<(?:img|script|iframe|a|form|svg|object|embed|"
    r"link|meta)\b|javascript:",
]
_FORGET = re.compile(
    r"^\W{0,9}(?:bitte |por favor |s'il vous plaît |per favore )?(?:ignorier\w*|vergiss|vergesst|missacht\w*|"
    r"ignorez|oublie[zs]?|"
    r"ignora\w{0,2}|olvid\w+|dimentic\w+|trascura\w*|desconsider\w+|esque[çc]\w+|ignore|negeer|vergeet|zignoruj\w*|"
    r"zapomnij\w*|pomiń|игнорируй\w*|проигнорируй\w*|забудь\w*|glem|glöm|ignorer\w*|ignorera|unohda|yok say|unut)\b"
    r"|忽略|无视|無視|忘记|忘れ|무시|잊|تجاهل|انس"
)
_INSTRUCTIONS = re.compile(
    r"anweisung|vorgabe|regel|frage|instru|consigne|règle|question|pregunta|regla|istruz|regol|domand|"
    r"regra|pergunt|vraag|"
    r"opdracht|polece|zasad|pytani|инструкц|правил|вопрос|указан|指令|指示|规则|規則|问题|質問|命令|지시|명령|질문|تعليمات|"
    r"أوامر|ohje|talimat"
)
_TOLD = re.compile(
    r"^\W{0,9}(?:antworte|sag|sage|schreib|schreibe|répond[sz]?|répondez|dites?|écri[sv]\w*|responde|di|diga|"
    r"escrib[ea]|rispondi|"
    r"scrivi|responda|escreva|antwoord|schrijf|zeg|odpowiedz|napisz|powiedz|ответь\w*|скажи\w*|напиши\w*)\b"
    r"(?:[^.!?]{0,40}?)\b(?:dass|que|che|dat|że|что)\b|と答えて|と言って|と書いて|请回答|请说|라고 (?:답|말)"
)
_PATTERNS = re.compile("|".join(f"(?:{pattern})" for pattern in _ENGLISH), re.IGNORECASE)
_MARK_PATTERNS = re.compile("|".join(f"(?:{pattern})" for pattern in _MARKS), re.IGNORECASE | re.MULTILINE)
_REFERS_BACK = re.compile(r"\b(?:this|these|it|the above|say so)\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")

_LOOKALIKES = str.maketrans("аеорсухіјѕԁɡһᴀοα", "aeopcyxijsdghaoa")
_DIGITS_IN_WORDS = str.maketrans("43105", "aeios")
_LEET = re.compile(r"\b[^\W\d_]*(?:[^\W\d_]\d|\d[^\W\d_])[\w]*")
_SPACED = re.compile(r"\b\w(?: {1,3}\w\b){4,}")


def without_orders(passage: Document) -> Document:
    """Its id and offsets are those of `passage`; what of its text or title is an order is blank."""
    title = blanked(passage.metadata["title"])
    return passage.model_copy(
        update={"page_content": blanked(passage.page_content), "metadata": {**passage.metadata, "title": title}}
    )


def blanked(text: str) -> str:
    """`text`, as long as it is, with blanks in place of orders."""
    return _PARAGRAPH.sub(lambda found: _without_end(found.group()), text)


def is_order(sentence: str) -> bool:
    """Whether it speaks to who reads the prompt, plainly or disguised."""
    return any(
        _PATTERNS.search(said)
        or (_FORGET.search(said.lower()) and _INSTRUCTIONS.search(said.lower()))
        or _TOLD.search(said.lower())
        for said in _readings(sentence)
    )


def _without_end(paragraph: str) -> str:
    """`paragraph` up to where it begins to give orders."""
    keeps = len(paragraph)
    if _MARK_PATTERNS.search(paragraph):
        keeps = 0
    else:
        before = 0
        for start, end in sentence_spans(paragraph):
            if is_order(paragraph[start:end]):
                keeps = before if _REFERS_BACK.search(paragraph[start:end]) else start
                break
            before = start
    return paragraph[:keeps] + " " * (len(paragraph) - keeps)


def _readings(text: str) -> set[str]:
    """As it is shown, and as it may be meant: unseen characters, look-alikes and codes of single characters undone."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Mn"))
    # "The 19th" has digits in a word, too: to read it in one more way costs little
    if seen.isascii() and not _SPACED.search(seen) and not _LEET.search(seen) and "&#" not in seen and "%" not in seen:
        return {seen}
    readings = {seen, html.unescape(unquote(seen)), _SPACED.sub(_closed_up, seen)}
    readings.add(seen.lower().translate(_LOOKALIKES))
    readings.add(_LEET.sub(lambda word: word.group().translate(_DIGITS_IN_WORDS), seen))
    return readings


def _closed_up(spaced: re.Match[str]) -> str:
    """ "S a y   t h a t" → "Say that"."""
    return " ".join(word.replace(" ", "") for word in re.split(r" {2,}", spaced.group()))
