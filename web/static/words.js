/* Dates, counts and names in words. A date is shown as the article states it: its day is never moved
 * into the reader's time zone, so that page, JSON and command line name the same day. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "4 Apr 2024" of an ISO 8601 date or date-time; "" of nothing. */
export function day(iso) {
  const [, year, month, date] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(iso ?? "") ?? [];
  return [date && Number(date), month && MONTHS[Number(month) - 1], year].filter(Boolean).join(" ");
}

/** The reader's own date and time, for what happened here and not in the news; `timeStyle` "medium" has seconds. */
export function moment(iso, timeStyle = "short") {
  const date = new Date(iso ?? "");
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle }).format(date);
}

const number = new Intl.NumberFormat("en-GB");

export function count(n, noun) {
  return `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c". */
export function series(items) {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

const KINDS = {
  "machine-written": "written by a machine", wire: "news agency report", "press-release": "press release",
  opinion: "opinion", sponsored: "sponsored", sample: "sample",
};

/** The kind of an article in words; one that somebody gave it stays as it is. */
export function kind(provenance) {
  return Object.hasOwn(KINDS, provenance) ? KINDS[provenance] : provenance;
}

/** Filters, as the API takes them, in short phrases. */
export function filterPhrases(filters) {
  const list = (value) => (value === undefined || value === null ? [] : [value].flat());
  return [
    filters.after && `From ${day(filters.after)}`,
    filters.before && `Until ${day(filters.before)}`,
    ...list(filters.source).map((name) => `Source: ${name}`),
    ...list(filters.author).map((name) => `Author: ${name}`),
    ...list(filters.phrase).map((words) => `Phrase: “${words}”`),
    list(filters.article_id).length > 0 && `Only ${count(list(filters.article_id).length, "chosen article")}`,
  ].filter(Boolean);
}
