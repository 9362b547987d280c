/* What the reader wants answers held to: dates, sources, companies, one article. Shown as chips under the box,
 * each removable, and sent with every question until removed. */

import { call } from "./api.js";
import { build, button, find } from "./dom.js";
import { t } from "./strings.js";
import { day } from "./words.js";

const CHIP_TITLE_CHARS = 40;

const fields = { after: find("narrow-after"), before: find("narrow-before"), source: find("narrow-source"), company: find("narrow-company") };
let article = null;
let sources = []; // what was chosen of them
let companies = []; // as they were typed
let known = [];

export function prepareNarrowing() {
  for (const field of [fields.after, fields.before]) field.addEventListener("change", showChips);
  fields.source.addEventListener("change", addSource);
  fields.company.addEventListener("change", addCompany);
  fields.source.addEventListener("input", () => fields.source.setCustomValidity(""));
  find("narrow").addEventListener("toggle", offerNames);
  find("ask-form").noValidate = true; // a source left half typed keeps nobody from asking
}

/** The filters to send, as the API takes them; null when nothing is narrowed. */
export function chosenFilters() {
  const filters = {
    ...(fields.after.value && { after: fields.after.value }),
    ...(fields.before.value && { before: fields.before.value }),
    ...(sources.length && { source: sources }),
    ...(companies.length && { company: companies }),
    ...(article && { article_id: [article.id] }),
  };
  return Object.keys(filters).length ? filters : null;
}

export function keepToArticle(chosen) {
  article = chosen;
  showChips();
}

export function clearNarrowing() {
  for (const field of Object.values(fields)) field.value = "";
  sources = [];
  companies = [];
  keepToArticle(null);
}

/** Shuts the fields, which on a phone would cover the answer; the chips go on saying what holds. */
export function foldNarrowing() {
  find("narrow").open = false;
}

async function offerNames() {
  if (!find("narrow").open) return;
  const [ofSources, ofCompanies] = await Promise.all(["sources", "companies"].map((kind) =>
    call("GET", `/api/${kind}`).then((found) => found[kind].map(({ name }) => name), () => [])));
  known = ofSources;
  for (const [id, names] of [["sources", ofSources], ["companies", ofCompanies]]) {
    find(id).replaceChildren(...names.map((value) => build("option", { value })));
  }
}

/** The one in the field to those chosen, as it is written among those known; one that no article has stays there. */
function addSource() {
  const typed = fields.source.value.trim();
  const name = known.length ? known.find((one) => one.toLowerCase() === typed.toLowerCase()) : typed;
  if (name) {
    sources = [...new Set([...sources, name])];
    fields.source.value = "";
  } else if (typed) {
    fields.source.setCustomValidity(t("limit.unknown", { name: typed }));
    fields.source.reportValidity();
  }
  showChips();
}

/** Also a ticker or another name than those offered: the answer says whether any article names it. */
function addCompany() {
  const typed = fields.company.value.trim();
  if (typed) companies = [...new Set([...companies, typed])];
  fields.company.value = "";
  showChips();
}

function showChips() {
  const empty = (field) => () => (field.value = "");
  const chips = [
    fields.after.value && [t("limit.from", { day: day(fields.after.value) }), empty(fields.after)],
    fields.before.value && [t("limit.until", { day: day(fields.before.value) }), empty(fields.before)],
    ...sources.map((name) => [t("limit.source", { name }), () => (sources = sources.filter((one) => one !== name))]),
    ...companies.map((name) => [t("limit.company", { name }), () => (companies = companies.filter((one) => one !== name))]),
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
