/* An article with the cited sentence marked. Keys and buttons step through the citations that it was opened from,
 * in whatever articles they are. Loaded when the first article is opened. */

import { about, related } from "./about.js";
import { ApiError, call, remedies } from "./api.js";
import { actionControls, announce, build, dotted, find, webAddress } from "./dom.js";
import { singleKeys } from "./keys.js";
import { t } from "./strings.js";
import { day, kind } from "./words.js";

const dialog = find("reader");
const heading = find("reader-title");
const body = find("reader-body");
const toMark = find("to-mark");
const askAbout = find("ask-about");
const steps = [[find("previous-citation"), -1], [find("next-citation"), 1]];
const KEYS = { j: 1, n: 1, k: -1, p: -1 };

let loading = null;
let shown = null;
let row = []; // the places to step through, and which of them is open
let at = 0;

prepare();

function prepare() {
  for (const [control, by] of steps) control.addEventListener("click", () => step(by));
  toMark.addEventListener("click", () => body.querySelector("mark")?.scrollIntoView({ block: "center" }));
  dialog.addEventListener("keydown", (event) => {
    const isAlone = !(event.ctrlKey || event.metaKey || event.altKey) && singleKeys();
    if (isAlone && Object.hasOwn(KEYS, event.key) && !event.target.matches("input, textarea, select")) step(KEYS[event.key]);
  });
}

/** Shows an article at a place; both as `openArticle` of `panel.js` takes them. */
export function read(place, among) {
  row = among;
  at = row.indexOf(place);
  return load(place);
}

export const shownArticle = () => shown;

/** What is still on its way is not shown any more. */
export const stop = () => loading?.abort();

/** To the place so many further on in the row; the focus stays on its control. */
async function step(by) {
  const place = row[at + by];
  if (!place) return;
  at += by;
  await load(place);
  if (row[at] === place) announce(t("reader.place_said", { at: at + 1, all: row.length, title: place.title || t("article.untitled"), quote: place.quote }));
}

/** The focus goes from the heading on to the sentence, so that Tab leads on from there; on a control it stays. */
async function load(place) {
  const focused = document.activeElement;
  const isWithin = dialog.contains(focused);
  await fill(place);
  const isLost = !focused.isConnected || focused.closest("[hidden]");
  const isElsewhere = ![focused, document.body].includes(document.activeElement); // meanwhile, by who reads
  if (isWithin && !isElsewhere && (isLost || focused === heading)) (body.querySelector("mark") ?? heading).focus({ preventScroll: true });
}

async function fill(place) {
  if (shown && shown.id === place.article_id && shown.revision === place.revision) {
    const rest = body.querySelectorAll(":scope > .about, :scope > .related");
    render(shown, place);
    body.append(...rest);
    return;
  }
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  shown = null;
  heading.textContent = place.title || t("article.title");
  askAbout.hidden = true;
  showPlace(false);
  body.replaceChildren(build("p", { class: "aside" }, t("article.opening")));
  try {
    const article = await fetchArticle(place, signal);
    if (signal.aborted) return;
    render(article, place);
    body.append(about(article), related(article));
  } catch (error) {
    if (!signal.aborted) renderFailure(error, place);
  }
}

async function fetchArticle({ article_id: id, revision }, signal) {
  const path = `/api/articles/${encodeURIComponent(id)}`;
  try {
    return await call("GET", revision ? `${path}?revision=${encodeURIComponent(revision)}` : path, { signal });
  } catch (error) {
    // the cited revision may be gone while the article is still there; its present text is better than none
    if (revision && error instanceof ApiError && error.status === 404) return call("GET", path, { signal });
    throw error;
  }
}

function renderFailure(error, place) {
  const gone = error.status === 404;
  body.replaceChildren(
    build("p", { class: "notice", role: "alert" },
      gone ? t("reader.gone") : error.message,
      ...actionControls(remedies(error, gone ? null : () => load(place), t("reader.open_again")))),
    place.quote ? build("blockquote", { dir: "auto" }, place.quote) : "",
  );
}

function render(article, place) {
  shown = article;
  heading.textContent = article.title || t("article.untitled");
  const span = citedSpan(article.text, place);
  body.replaceChildren(...[
    build("p", { class: "byline" }, ...dotted(
      article.source, article.author, day(article.published_at) || t("article.undated"),
      article.updated_at && t("article.updated", { day: day(article.updated_at) }),
      article.section,
      article.provenance && build("span", { class: "badge", title: article.provenance_evidence }, kind(article.provenance)))),
    companies(article),
    originalLink(article, span && article.text.slice(span.start, span.end)),
    note(article, place, span),
    build("div", { class: "text", lang: article.language }, ...textParts(article.text, span)),
  ].filter(Boolean));
  showPlace(Boolean(span));
  askAbout.hidden = false;
  dialog.scrollTop = 0;
  body.querySelector("mark")?.scrollIntoView({ block: "center" });
}

/** Where in the row this is, which is also the way back to the sentence. */
function showPlace(isMarked) {
  const isRow = row.length > 1;
  const place = { at: at + 1, all: row.length };
  toMark.hidden = !isMarked && !isRow;
  toMark.textContent = isRow ? t("reader.place", place) : t("reader.to_mark");
  if (isRow) toMark.setAttribute("aria-label", t("reader.place_named", place));
  else toMark.removeAttribute("aria-label");
  for (const [control, by] of steps) {
    control.hidden = !isRow;
    control.setAttribute("aria-disabled", String(!row[at + by])); // not disabled: it would lose the focus
  }
}

function note(article, { revision, quote }, span) {
  const missing = quote && !span;
  const sentence =
    missing ? t("reader.sentence_gone")
    : revision && article.revision !== revision ? t("reader.changed")
    : article.is_current === false ? t("reader.as_cited")
    : null;
  if (!sentence) return null;
  return build("div", { class: "notice" },
    build("p", {}, sentence, missing && build("q", { dir: "auto" }, quote)));
}

const MAX_COMPANIES = 12;

function companies({ companies: named = [] }) {
  if (!named.length) return null;
  return build("ul", { class: "chips", "aria-label": t("reader.companies") }, ...named.slice(0, MAX_COMPANIES).map(
    ({ name, exchange, ticker }) => build("li", {}, build("bdi", {},
      [name, name !== ticker && [exchange, ticker].filter(Boolean).join(": ")].filter(Boolean).join(" · ")))));
}

function originalLink({ url, source }, quote) {
  const address = url && webAddress(url);
  if (!address) return null;
  return build("p", { class: "byline" }, build("a", {
    href: quote ? withTextFragment(address, quote) : address, target: "_blank", rel: "noopener noreferrer",
  }, source ? t("reader.original_at", { source }) : t("reader.original")));
}

const FRAGMENT_WORDS = 8;

/** `address` with a fragment that makes the browser scroll to `quote`: its first and last words. */
function withTextFragment(address, quote) {
  // a bare dash is part of the fragment's own grammar, and encodeURIComponent leaves it
  const encode = (words) => encodeURIComponent(words.join(" ")).replaceAll("-", "%2D");
  const words = quote.trim().split(/\s+/);
  const range = words.length <= 2 * FRAGMENT_WORDS ? encode(words)
    : `${encode(words.slice(0, FRAGMENT_WORDS))},${encode(words.slice(-FRAGMENT_WORDS))}`;
  return `${address}${address.includes("#") ? "" : "#"}:~:text=${range}`;
}

/** Where the quote stands, in the UTF-16 units that JavaScript's strings count; null where it does not. */
export function citedSpan(text, { start, end, quote }) {
  if (Number.isInteger(start) && Number.isInteger(end)) {
    const span = { start: utf16Offset(text, start), end: utf16Offset(text, end) };
    if (!quote || text.slice(span.start, span.end) === quote) return span;
  }
  const at = quote ? text.indexOf(quote) : -1;
  return at < 0 ? null : { start: at, end: at + quote.length };
}

/** The API counts Unicode characters; one beyond U+FFFF is two UTF-16 units. */
function utf16Offset(text, characters) {
  let offset = 0;
  for (let i = 0; i < characters && offset < text.length; i++) {
    offset += text.codePointAt(offset) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Paragraphs, the span in one `mark`: a line break inside it does not end its paragraph. */
function textParts(text, span) {
  const breaks = [...text.matchAll(/\n+/g)]
    .map(({ index, 0: run }) => ({ from: index, to: index + run.length }))
    .filter(({ from, to }) => !span || to <= span.start || from >= span.end);
  const starts = [0, ...breaks.map(({ to }) => to)];
  const ends = [...breaks.map(({ from }) => from), text.length];
  return starts.map((from, i) => build("p", { dir: "auto" }, ...marked(text, from, ends[i], span)));
}

function marked(text, from, to, span) {
  if (!span || span.start < from || span.start >= to) return [text.slice(from, to)];
  return [text.slice(from, span.start), build("mark", { tabindex: "-1" }, text.slice(span.start, span.end)), text.slice(span.end, to)];
}
