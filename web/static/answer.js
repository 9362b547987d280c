/* Puts one Answer on the page: the short answer, the sentences with their markers as buttons, then the
 * citations. A refusal says why, and keeps its nearest passages apart from citations. */

import { build, button, dotted, icon, webAddress } from "./dom.js";
import { pieces, series, t } from "./strings.js";
import { day, filterPhrases } from "./words.js";

const REFUSALS = {
  no_articles: { what: "answer.no_articles", next: "answer.no_articles_next" },
  no_match: { what: "answer.no_match", next: "answer.no_match_next" },
  no_evidence: { what: "answer.no_evidence", next: "answer.no_evidence_next" },
};

const MAX_REMARK_CHARS = 4_000;

/** Below this probability the reader of an answer is told that it may be beside the point. */
const SURE = 0.5;

/**
 * Fills `article` with `answer`. Handlers: `open(citation, opener, citations)`, `rate(isPositive, text)` which resolves
 * to whether it was stored (null takes the rating back), `add()` to add articles, `asWords()` to ask again without what
 * was read out of the question.
 * `rating` is true, false or null.
 */
export function renderAnswer(article, answer, handlers, rating = null) {
  article.removeAttribute("aria-busy");
  article.replaceChildren(
    ...(answer.notice ? [build("p", { class: "next-step" }, answer.notice)] : []),
    ...(answer.answered ? answeredParts(answer, handlers) : refusedParts(answer, handlers)),
    foot(answer, handlers, rating),
  );
}

/** What a screen reader hears when the answer is complete. */
export function spokenSummary(answer) {
  if (!answer.answered) return t(refusal(answer).what);
  const text = answer.short_answer || answer.answer.replace(/\s*\[\d+\]/g, "");
  return t("answer.spoken", { text, n: answer.citations.length });
}

function answeredParts(answer, handlers) {
  const silent = answer.understood?.silent_sources ?? [];
  return [
    context(answer, handlers),
    answer.short_answer && build("p", { class: "short-answer", dir: "auto" }, answer.short_answer),
    isDoubtful(answer) && build("p", { class: "next-step" }, t("answer.doubtful")),
    build("div", { class: "sentences" }, build("p", { dir: "auto" }, ...withMarkers(answer, handlers))),
    passageList(t("answer.sources"), answer.citations, handlers),
    silent.length > 0 && build("p", { class: "byline", dir: "auto" }, t("answer.silent", { names: series(silent) })),
  ].filter(Boolean);
}

/** Where there is no confidence, as for what somebody said, nothing was for a probability to decide. */
function isDoubtful({ answerer, citations, confidence }) {
  return answerer === "extractive" && confidence !== null && citations.every(({ score }) => score < SURE);
}

function refusal(answer) {
  return REFUSALS[answer.reason] ?? REFUSALS.no_evidence;
}

function refusedParts(answer, handlers) {
  const { what, next } = refusal(answer);
  return [
    build("p", { class: "refusal", dir: "auto" }, t(what)),
    build("p", { class: "next-step" }, t(next)),
    answer.reason === "no_articles" && button(t("action.add_articles"), handlers.add, { class: "solid" }),
    context(answer, handlers),
    answer.nearest.length > 0 && passageList(t("answer.nearest"), answer.nearest, handlers),
  ].filter(Boolean);
}

/** How the question was understood and what it was held to, where that is not what was typed. */
function context(answer, handlers) {
  const understood = answer.standalone_question && answer.standalone_question !== answer.question;
  const phrases = filterPhrases(answer.applied_filters ?? {});
  const read = readOut(answer.understood);
  if (!understood && !phrases.length && !read) return null;
  return build("div", { class: "context" },
    understood && build("p", { dir: "auto" }, understoodAs(answer.standalone_question)),
    phrases.length > 0 && build("ul", { class: "chips", "aria-label": t("answer.limited") },
      ...phrases.map((phrase) => build("li", {}, phrase))),
    read && build("p", { class: "byline" }, `${read} `, button(t("answer.ask_without"), handlers.asWords,
      { class: "link", title: t("answer.ask_without_title") })));
}

/** What was read out of the question and not chosen; answers stored before that was told have none. */
function readOut(understood) {
  const { filters = {}, newest_first: newestFirst, counted_from: countedFrom } = understood ?? {};
  const phrases = [...filterPhrases(filters), newestFirst && t("answer.newest_first")].filter(Boolean);
  if (!phrases.length) return "";
  return [
    t("answer.read_out", { limits: phrases.join(", ") }),
    countedFrom && t("answer.counted_from", { day: day(countedFrom) }),
  ].filter(Boolean).join(" ");
}

/** A question that took the one before it along carries it in brackets at its end. */
function understoodAs(question) {
  const [, asked, topic] = /^(.+?) \((.+)\)$/s.exec(question) ?? [];
  return topic ? t("answer.understood_topic", { question: asked, topic }) : t("answer.understood", { question });
}

function withMarkers(answer, handlers) {
  const byIndex = new Map(answer.citations.map((citation) => [citation.index, citation]));
  return answer.answer.split(/(\[\d+\]|\s+(?=\[\d+\])|(?<=\])\s+)/).map((piece, i) => {
    const citation = /^\[\d+\]$/.test(piece) && byIndex.get(Number(piece.slice(1, -1)));
    return citation ? marker(piece, citation, answer.citations, handlers)
      : i && piece.trim() ? build("bdi", {}, piece) : piece; // the first alone says the paragraph's direction
  });
}

function marker(label, citation, citations, handlers) {
  const published = day(citation.published_at);
  const name = t(published ? "answer.marker_dated" : "answer.marker", { ...citation, day: published });
  return button(label, (event) => handlers.open(citation, event.currentTarget, citations),
    { class: "marker", "aria-label": name, title: citation.quote });
}

function passageList(heading, passages, handlers) {
  const ordered = passages.some(({ index }) => index > 0);
  return build("section", { class: ordered ? "sources" : "sources nearest" },
    build("h3", {}, heading),
    build("ol", {}, ...passages.map((passage) => passageItem(passage, passages, ordered, handlers))));
}

function passageItem(passage, passages, numbered, handlers) {
  const open = (event) => handlers.open(passage, event.currentTarget, passages);
  const title = passage.title || t("article.untitled");
  return build("li", {},
    numbered && build("span", { class: "number", "aria-hidden": "true" }, String(passage.index)),
    button(title, open, { class: "title", dir: "auto", "aria-label": t("answer.open", { title }) }),
    build("p", { class: "byline" }, ...dotted(passage.source, passage.author, day(passage.published_at) || t("article.undated"))),
    build("blockquote", { dir: "auto" }, passage.quote),
    webAddress(passage.url) && build("p", { class: "printed" }, webAddress(passage.url)),
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

function foot(answer, handlers, rating) {
  return build("footer", { class: "answer-foot" },
    build("p", {}, answer.as_of ? t("answer.as_of", { day: day(answer.as_of) }) : ""),
    answer.answered && navigator.clipboard && copyButton(answer),
    answer.message_id && thumbs(handlers, rating));
}

function copyButton(answer) {
  return button(t("answer.copy"), async (event) => {
    const control = event.currentTarget;
    await navigator.clipboard.writeText(asPlainText(answer)).then(
      () => (control.textContent = t("answer.copied")),
      () => (control.textContent = t("answer.not_copied")));
    setTimeout(() => (control.textContent = t("answer.copy")), 2000);
  }, { class: "quiet", title: t("answer.copy_title") });
}

function asPlainText(answer) {
  const sources = answer.citations.map((c) =>
    `[${c.index}] ${[c.title, c.source, day(c.published_at), c.url].filter(Boolean).join(", ")}\n    “${c.quote}”`);
  return [answer.question, answer.answer, sources.join("\n")].join("\n\n");
}

/** Pressed again a thumb takes the rating back. The words that may go with either are asked for below. */
function thumbs(handlers, rating) {
  const remark = build("div", { class: "remark", hidden: true });
  const press = async (pressed) => {
    const before = rating;
    show(pressed === before ? null : pressed);
    remark.replaceChildren(...(rating === null ? [] : [remarkForm(handlers, rating, buttons[pressed])]));
    remark.hidden = rating === null;
    if (!(await handlers.rate(rating))) {
      show(before);
      remark.hidden = true;
    }
  };
  const thumb = (value, picture, name) =>
    button(icon(picture), () => press(value), { class: "thumb", "aria-label": name, title: name });
  const buttons = { true: thumb(true, "up", t("answer.good")), false: thumb(false, "down", t("answer.bad")) };
  const show = (value) => {
    rating = value;
    for (const [name, control] of Object.entries(buttons)) control.setAttribute("aria-pressed", String(name === String(value)));
  };
  show(rating);
  return [buttons.true, buttons.false, remark];
}

function remarkForm(handlers, rating, opener) {
  const name = t(rating ? "answer.right" : "answer.wrong");
  const input = build("input", {
    type: "text", maxlength: MAX_REMARK_CHARS, "aria-label": name,
    placeholder: t(rating ? "answer.right_optional" : "answer.wrong_optional"),
  });
  const form = build("form", {
    class: "remark",
    onsubmit: async (event) => {
      event.preventDefault();
      if (!(await handlers.rate(rating, input.value.trim()))) return;
      opener.focus();
      form.replaceChildren(build("p", { role: "status" }, t("answer.thanks")));
    },
  }, input, build("button", { type: "submit" }, t("answer.send")));
  return form;
}
