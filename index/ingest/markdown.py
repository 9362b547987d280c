"""Bytes of a `.md` file in, an article out: front matter as its fields, the body as plain paragraphs.

The body goes through a CommonMark parser and comes out without markup: the text of links, code and tables
stays, images and raw HTML do not. List items stand one a line, those of numbered lists with their number.
"""

from collections.abc import Iterator, Sequence

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Article
from index.errors import BadArticle
from index.ingest.fields import article_from_fields
from index.ingest.keys import Keys
from index.ingest.plain import decoded

MAX_CHARS = 1_000_000
"""The worst of so many (nothing but "1. a" or "[") take ten seconds; ordinary prose takes 0.1 s."""

MAX_LINES = 30_000
"""So many items of a list take 60 MB; prose that is wrapped at 60 characters has 17,000 lines within MAX_CHARS."""

MAX_INLINE_CHARS = 20_000
"""In a longer paragraph markup is left as it is: the parser is quadratic in brackets never closed."""

MAX_FRONT_MATTER_CHARS = 20_000


def read_markdown(name: str, data: bytes) -> Article:
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > MAX_CHARS:
        raise BadArticle(f"has {len(text):,} characters, at most {MAX_CHARS:,} of Markdown are read: split the file")
    if (lines := text.count("\n")) > MAX_LINES:
        raise BadArticle(f"has {lines:,} lines, at most {MAX_LINES:,} of Markdown are read: split the file")
    fields, body = _front_matter(text)
    heading, paragraphs = _paragraphs(body)
    title = fields.get("title") or heading
    if heading and title != heading:
        paragraphs.insert(0, heading)
    found_in = dict.fromkeys(fields, "front matter") | ({} if fields.get("title") else {"title": "first heading"})
    stated = {**fields, "title": title, "text": "\n\n".join(paragraphs)}
    return article_from_fields(stated, origin=name, path=name, found_in=found_in)


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    """The fields between the `---` lines at the top, by the names of an article's fields, and what follows them."""
    handler = YAMLHandler()
    parts = text if not handler.detect(text) else handler.FM_BOUNDARY.split(text, 2)
    if isinstance(parts, str) or len(parts) < 3:
        return {}, text
    _, block, body = parts
    if len(block) > MAX_FRONT_MATTER_CHARS:
        raise BadArticle(f"has front matter of {len(block):,} characters, at most {MAX_FRONT_MATTER_CHARS:,} are read")
    try:
        # The C loader of libyaml ends the process on brackets nested 60,000 deep.
        values = handler.load(block, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = text[: text.find(block)].count("\n") + 1 + (mark.line if mark else 0)
        problem = getattr(error, "problem", None) or "not YAML"
        raise BadArticle(f"front matter, line {line}: {problem}: put the value in quotes or mend the YAML") from error
    except (ValueError, RecursionError, TypeError) as error:
        # A date such as 2021-02-30; brackets without end; a list as a key.
        raise BadArticle(
            f"front matter cannot be read ({str(error)[:100]}): mend the YAML between the --- lines"
        ) from error
    if not isinstance(values, dict):
        return {}, text  # two rules with prose between them
    return Keys().fields({str(key): _scalar(value) for key, value in values.items()}), body


def _scalar(value: object) -> object:
    """What a person means by it: `title: 1984` is a title."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _paragraphs(body: str) -> tuple[str | None, list[str]]:
    """The first top heading, and all other text; a list or table is one paragraph, a line an item or row."""
    # Raw HTML has to be let in to be known as such and left out; inline markup is parsed in `_plain`.
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("inline")
    references: dict[str, object] = {}
    heading: str | None = None
    paragraphs: list[list[str]] = []
    depth, number, row = 0, "", list[str]()
    tokens = parser.parse(body, references)
    for before, token in zip([Token("", "", 0), *tokens], tokens, strict=False):
        line = ""
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "table_open":
                paragraphs += [[]] if depth == 0 else []
                depth += 1
            case "bullet_list_close" | "ordered_list_close" | "table_close":
                depth -= 1
            case "list_item_open":
                number = f"{token.info}{token.markup} " if token.info else ""
            case "fence" | "code_block":
                line = token.content.rstrip("\n")
            case "inline" if before.type in {"th_open", "td_open"}:
                row.append(_plain(parser, token.content, references))
            case "inline" if before.type == "heading_open" and before.tag == "h1" and heading is None:
                heading = _plain(parser, token.content, references)
            case "inline":
                line = number + _plain(parser, token.content, references)
                number = ""
            case "tr_close":
                line, row = " | ".join(row), []
        if line and depth:
            paragraphs[-1].append(line)
        elif line:
            paragraphs.append([line])
    return heading, ["\n".join(lines) for lines in paragraphs]


def _plain(parser: MarkdownIt, content: str, references: dict[str, object]) -> str:
    """Inline Markdown without its markup; a line break within a paragraph is a blank."""
    if len(content) > MAX_INLINE_CHARS:
        return content.replace("\n", " ")
    tokens: list[Token] = []
    parser.inline.parse(content, parser, references, tokens)
    return "".join(_words(tokens)).strip()


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"text", "text_special", "code_inline"}:
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield " " if token.type == "softbreak" else "\n"
