/* Dates, kinds and filters in words. A date is shown as the article states it: its day is never moved
 * into the reader's time zone, so that page, JSON and command line name the same day. */

import { locale, t } from "./strings.js";

const STATED = [
  { year: "numeric" },
  { year: "numeric", month: "short" },
  { year: "numeric", month: "short", day: "numeric" },
].map((parts) => new Intl.DateTimeFormat(locale, { ...parts, timeZone: "UTC" }));

/** "4 Apr 2024" of an ISO 8601 date or date-time, as much of it as is stated; "" of nothing. */
export function day(iso) {
  const [stated] = /^\d{4}(-\d{2}(-\d{2})?)?/.exec(iso ?? "") ?? [];
  return stated ? STATED[stated.split("-").length - 1].format(new Date(stated)) : "";
}

/** The reader's own date and time, for what happened here and not in the news; `timeStyle` "medium" has seconds. */
export function moment(iso, timeStyle = "short") {
  const date = new Date(iso ?? "");
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle }).format(date);
}

const KINDS = {
  "machine-written": "kind.machine", wire: "kind.wire", "press-release": "kind.release",
  opinion: "kind.opinion", sponsored: "kind.sponsored", sample: "kind.sample",
};

/** The kind of an article in words; one that somebody gave it stays as it is. */
export function kind(provenance) {
  return Object.hasOwn(KINDS, provenance) ? t(KINDS[provenance]) : provenance;
}

const LIMITS = {
  after: (value) => t("limit.from", { day: day(value) }),
  before: (value) => t("limit.until", { day: day(value) }),
  source: (name) => t("limit.source", { name }),
  author: (name) => t("limit.author", { name }),
  company: (name) => t("limit.company", { name }),
  phrase: (words) => t("limit.phrase", { words }),
};

/** Each filter of those that the API takes: a short phrase for it, and the `rest` of them. Two days make one period. */
export function limits(filters) {
  const { article_id: articles, ...others } = filters;
  const { after, before, ...undated } = filters;
  const isPeriod = after && before;
  const found = Object.entries(others).filter(([name]) => !isPeriod || !["after", "before"].includes(name))
    .flatMap(([name, values]) => [values].flat().map((value) => {
      const left = [values].flat().filter((one) => one !== value);
      return { phrase: LIMITS[name](value), rest: { ...filters, [name]: left.length ? left : undefined } };
    }));
  if (isPeriod) found.unshift({ phrase: after === before ? day(after) : t("limit.period", { first: day(after), last: day(before) }), rest: undated });
  if (articles?.length) found.push({ phrase: t("limit.articles", { n: articles.length }), rest: others });
  return found;
}
