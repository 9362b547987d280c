/* What the reader wants answers held to: dates, sources, companies, one article. Shown as chips under the box,
 * each removable, and sent with every question until removed. */

import { build, button, find } from "./dom.js";
import { t } from "./strings.js";
import { day } from "./words.js";

const CHIP_TITLE_CHARS = 40;

const dates = { after: find("narrow-after"), before: find("narrow-before") };
const names = { source: [], company: [] }; // what was chosen of them
let article = null;

export function prepareNarrowing() {
  for (const field of Object.values(dates)) field.addEventListener("change", showChips);
  find("narrow").addEventListener("toggle", () => import("./names.js").then(({ offerNames }) => offerNames(choose), () => {}));
  find("ask-form").noValidate = true; // a source left half typed keeps nobody from asking
}

/** The filters to send, as the API takes them; null when nothing is narrowed. */
export function chosenFilters() {
  const filters = {
    after: dates.after.value, before: dates.before.value, ...names, article_id: article ? [article.id] : [],
  };
  const given = Object.entries(filters).filter(([, value]) => value.length);
  return given.length ? Object.fromEntries(given) : null;
}

export function keepToArticle(chosen) {
  article = chosen;
  showChips();
}

export function clearNarrowing() {
  for (const field of Object.values(dates)) field.value = "";
  for (const kind of Object.keys(names)) {
    find(`narrow-${kind}`).value = "";
    names[kind] = [];
  }
  keepToArticle(null);
}

/** Shuts the fields, which on a phone would cover the answer; the chips go on saying what holds. */
export function foldNarrowing() {
  find("narrow").open = false;
}

function choose(kind, name) {
  names[kind] = [...new Set([...names[kind], name])];
  showChips();
}

function showChips() {
  const empty = (field) => () => (field.value = "");
  const one = (label, kind) => names[kind].map((name) =>
    [t(label, { name }), () => (names[kind] = names[kind].filter((other) => other !== name))]);
  const chips = [
    dates.after.value && [t("limit.from", { day: day(dates.after.value) }), empty(dates.after)],
    dates.before.value && [t("limit.until", { day: day(dates.before.value) }), empty(dates.before)],
    ...one("limit.source", "source"),
    ...one("limit.company", "company"),
    article && [t("limit.article", { title: shortened(article.title || t("limit.one_article")) }), () => (article = null)],
  ].filter(Boolean);
  const list = find("narrowed");
  list.hidden = chips.length === 0;
  list.replaceChildren(...chips.map(([label, remove]) => build("li", {}, button(label, () => {
    remove();
    showChips();
    find("question").focus();
  }, { "aria-label": t("limit.remove", { limit: label }) }))));
}

function shortened(title) {
  return title.length > CHIP_TITLE_CHARS ? `${title.slice(0, CHIP_TITLE_CHARS).trimEnd()}…` : title;
}
