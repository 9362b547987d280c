/* Puts one Answer on the page: the short answer, the sentences with their markers as buttons, then the
 * citations. A refusal says why, and keeps its nearest passages apart from citations. */

import { announce, build, button, dotted, icon, notify, webAddress } from "./dom.js";
import { later } from "./later.js";
import { pieces, series, t } from "./strings.js";
import { day, kind, limits } from "./words.js";

const REFUSALS = {
  no_articles: { what: "answer.no_articles", next: "answer.no_articles_next" },
  no_match: { what: "answer.no_match", next: "answer.no_match_next" },
  no_evidence: { what: "answer.no_evidence", next: "answer.no_evidence_next" },
};

/**
 * Fills `article` with `answer`. Handlers: `open(citation, opener, citations)`, `add()` to add articles,
 * `without(filters, question)` to ask again held to these alone, whatever the question says. `rating` is true, false
 * or null.
 */
export function renderAnswer(article, answer, handlers, rating = null) {
  article.removeAttribute("aria-busy");
  const parts = answer.answered ? answeredParts(answer, handlers) : refusedParts(answer, handlers);
  let at = article.firstChild;
  for (const part of [...parts, foot(answer, rating)]) {
    if (at && stays(at, part)) at = at.nextSibling;
    else article.insertBefore(part, at);
  }
  while (at?.nextSibling) at.nextSibling.remove();
  at?.remove();
}

/** Whether what is there says the same as its successor: then focus and selection stay in it. Markers become buttons. */
function stays(old, part) {
  if (old.className === "sentences" && old.textContent === part.textContent) {
    const named = part.querySelectorAll(".marker");
    old.querySelectorAll(".marker").forEach((plain, i) => plain.replaceWith(named[i]));
    return true;
  }
  return old.isEqualNode(part);
}

/** What a screen reader hears when the answer is complete. */
export function spokenSummary(answer) {
  const unknown = unknownNames(answer.understood ?? {});
  const text = answer.short_answer || answer.answer.replace(/\s*\[\d+\]/g, "");
  const said = answer.answered ? t("answer.spoken", { text, n: answer.citations.length }) : t(refusal(answer).what);
  return [said, ...unknown].join(" ");
}

function answeredParts(answer, handlers) {
  const silent = answer.understood?.silent_sources ?? [];
  return [
    context(answer, handlers),
    ...lead(answer),
    ...(answer.differs?.length ? sideBySide(answer, handlers)
      : [sentences(build("p", { dir: "auto" }, ...withMarkers(answer, handlers)))]),
    notice(answer),
    passageList(t("answer.sources"), answer.citations, handlers),
    silent.length > 0 && build("p", { class: "byline", dir: "auto" }, t("answer.silent", { names: series(silent) })),
  ].filter(Boolean);
}

/** What stands above the sentences; answers stored before doubts were told have none. */
export function lead({ short_answer: short, is_certain: isCertain }) {
  return [
    short && build("p", { class: "short-answer", dir: "auto" }, short),
    isCertain === false && build("p", { class: "next-step" }, t("answer.doubtful")),
  ].filter(Boolean);
}

/** What went wrong with a chat model: known last, and so below what is there already. */
function notice({ notice: words }) {
  return words && build("p", { class: "next-step" }, words);
}

function refusal(answer) {
  return REFUSALS[answer.reason] ?? REFUSALS.no_evidence;
}

function refusedParts(answer, handlers) {
  const { what, next } = refusal(answer);
  const searched = answer.articles_searched > 0 && t("answer.searched", { n: answer.articles_searched });
  const isLimited = what === "answer.no_evidence" && Object.keys(answer.applied_filters ?? {}).length > 0;
  return [
    build("p", { class: "refusal", dir: "auto" }, t(what)),
    build("p", { class: "next-step" }, searched ? `${searched} ` : "", t(isLimited ? "answer.no_evidence_limited" : next)),
    notice(answer),
    answer.reason === "no_articles" && button(t("action.add_articles"), handlers.add, { class: "solid" }),
    context(answer, handlers),
    answer.nearest.length > 0 && passageList(t("answer.nearest"), answer.nearest, handlers),
  ].filter(Boolean);
}

/** How the question was understood and what it was held to, where that is not what was typed. */
export function context({ question, standalone_question: standalone, applied_filters: applied = {}, understood = {} }, { without }) {
  const { filters: read = {}, newest_first: newestFirst, counted_from: countedFrom } = understood;
  const unknown = unknownNames(understood);
  const all = limits(applied);
  const chosen = all.filter(({ phrase }) => !limits(read).some((other) => other.phrase === phrase));
  const removable = all.filter((limit) => !chosen.includes(limit));
  if (newestFirst) removable.push({ phrase: t("answer.newest_first"), rest: applied });
  if (standalone === question && !all.length && !removable.length && !unknown.length) return null;
  const chip = ({ phrase, rest }) => build("li", {}, button(phrase, () => without(rest, standalone ?? question), {
    "aria-label": t("answer.without", { limit: phrase }),
  }));
  return build("div", { class: "context" },
    standalone && standalone !== question && build("p", { dir: "auto" }, understoodAs(standalone)),
    chosen.length > 0 && build("ul", { class: "chips", "aria-label": t("answer.limited") },
      ...chosen.map(chip)),
    removable.length > 0 && build("ul", { class: "chips", "aria-label": t("answer.read_out") },
      build("li", { class: "says" }, t("answer.read_out")), ...removable.map(chip)),
    countedFrom && build("p", {}, t("answer.counted_from", { day: day(countedFrom) })),
    unknown.map((words) => build("p", { dir: "auto" }, words)));
}

function unknownNames({ unknown_sources: sources = [], unknown_companies: companies = [] }) {
  return [...sources.map((name) => t("limit.unknown", { name })), ...companies.map((name) => t("limit.unknown_company", { name }))];
}

/** A question that took the one before it along carries it in brackets at its end. */
function understoodAs(question) {
  const [, asked, topic] = /^(.+?) \((.+)\)$/s.exec(question) ?? [];
  return topic ? t("answer.understood_topic", { question: asked, topic }) : t("answer.understood", { question });
}

export function sentences(...children) {
  return build("div", { class: "sentences" }, ...children);
}

/** Text in pieces: each marker, the blanks around it, and what stands between, which keeps its own direction. */
export function atMarkers(text, marked) {
  return text.split(/(\[\d+\]|^\s+|\s+(?=\[\d+\])|(?<=\])\s+)/).filter(Boolean).map((piece, i) => {
    if (/^\[\d+\]$/.test(piece)) return marked(piece);
    return i && piece.trim() ? build("bdi", {}, piece) : piece; // the first alone says the paragraph's direction
  });
}

function withMarkers({ answer: text, citations }, handlers) {
  return atMarkers(text, (piece) => {
    const citation = citations.find(({ index }) => index === Number(piece.slice(1, -1)));
    return citation ? marker(citation, citations, handlers) : piece;
  });
}

/** Sentences that tell the same otherwise, each under its source and day, and then what else the answer says. */
function sideBySide(answer, handlers) {
  const rivals = answer.citations.filter(({ index }) => answer.differs.includes(index));
  const told = answer.answer.match(/.+?(?:\[\d+\])+/gs) ?? [];
  const others = told.filter((sentence) => !answer.differs.some((index) => sentence.endsWith(`[${index}]`)));
  return [
    build("section", { class: "differs" },
      build("h3", {}, t("answer.differs")),
      build("ul", {}, ...rivals.map((citation) => build("li", {},
        build("p", { class: "byline" }, ...dotted(day(citation.published_at) || t("article.undated"), citation.source || citation.title)),
        build("p", { class: "sentences", dir: "auto" }, `${citation.quote} `, marker(citation, answer.citations, handlers)))))),
    others.length > 0 && sentences(build("p", { dir: "auto" }, ...withMarkers({ ...answer, answer: others.join("").trim() }, handlers))),
  ];
}

function marker(citation, citations, handlers) {
  return button(`[${citation.index}]`, (event) => handlers.open(citation, event.currentTarget, citations),
    { class: "marker", "aria-label": markerName(citation), title: citation.quote });
}

function markerName(citation) {
  const published = day(citation.published_at);
  return t(published ? "answer.marker_dated" : "answer.marker", { ...citation, day: published });
}

function passageList(heading, passages, handlers) {
  const ordered = passages.some(({ index }) => index > 0);
  return build("section", { class: ordered ? "sources" : "sources nearest" },
    build("h3", {}, heading),
    build("ol", {}, ...passages.map((passage, i) => passageItem(passage, passages, ordered, handlers, passages[i - 1]))));
}

/** Its article is named unless the one `before` has named it. */
function passageItem(passage, passages, numbered, handlers, before) {
  const open = (event) => handlers.open(passage, event.currentTarget, passages);
  const title = passage.title || t("article.untitled");
  const index = String(passage.index);
  const again = numbered && before && before.article_id === passage.article_id && before.revision === passage.revision;
  return build("li", again ? { class: "again" } : {},
    again ? button(index, open, { class: "number", "aria-label": markerName(passage) }) : [
      numbered && build("span", { class: "number", "aria-hidden": "true" }, index),
      button(title, open, { class: "title", dir: "auto", "aria-label": t("answer.open", { title }) }),
      build("p", { class: "byline" }, ...dotted(passage.source, passage.author, day(passage.published_at) || t("article.undated"),
        passage.provenance && build("span", { class: "badge" }, kind(passage.provenance)))),
    ],
    build("blockquote", { dir: "auto" }, passage.quote),
    !again && webAddress(passage.url) && build("p", { class: "printed" }, webAddress(passage.url)),
    passage.also_in?.length > 0 && copies(passage, handlers));
}

function copies({ also_in: alsoIn }, handlers) {
  const links = alsoIn.map((copy) => button(
    [copy.source || copy.title, day(copy.published_at)].filter(Boolean).join(", "),
    (event) => handlers.open(copy, event.currentTarget),
    { class: "link", title: copy.title }));
  return build("p", { class: "byline" },
    ...pieces("answer.also_in", { articles: links.flatMap((link, i) => (i ? ["; ", link] : [link])) }));
}

function foot(answer, rating) {
  return build("footer", { class: "answer-foot" },
    build("p", {}, answer.as_of ? t("answer.as_of", { day: day(answer.as_of) }) : ""),
    answer.answered && navigator.clipboard && copyButton(answer),
    answer.message_id && thumbs(answer.message_id, rating));
}

function copyButton(answer) {
  return button(t("answer.copy"), async (event) => {
    const control = event.currentTarget;
    const said = await navigator.clipboard.writeText(asPlainText(answer)).then(() => "answer.copied", () => "answer.not_copied");
    announce((control.textContent = t(said)));
    setTimeout(() => (control.textContent = t("answer.copy")), 2000);
  }, { class: "quiet", title: t("answer.copy_title") });
}

function asPlainText(answer) {
  const sources = answer.citations.map((c) =>
    `[${c.index}] ${[c.title, c.source, day(c.published_at), c.url].filter(Boolean).join(", ")}\n    “${c.quote}”`);
  return [answer.question, answer.short_answer, answer.answer, sources.join("\n")].filter(Boolean).join("\n\n");
}

/** What a press does is `rating.js`'s. */
function thumbs(messageId, rating) {
  const thumb = (value, picture, name) => button(icon(picture),
    () => later(() => import("./rating.js")).then(
      ({ press }) => press(buttons, value, messageId), ({ message }) => notify("notices", "rate", message)),
    { class: "thumb", "aria-label": name, title: name, "aria-pressed": String(rating === value) });
  const buttons = { true: thumb(true, "up", t("answer.good")), false: thumb(false, "down", t("answer.bad")) };
  return [buttons.true, buttons.false];
}
