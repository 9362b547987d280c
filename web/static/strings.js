/* The page's strings in its language, out of the data block that the server put into it: a key and values
 * in, text out. Numbers, plural forms and lists follow the rules that the browser has for the language. */

const language = document.documentElement.lang;
const strings = JSON.parse(document.getElementById("strings").textContent);

/** For Intl: English dates and lists are those of Britain, as everywhere in this project. */
export const locale = language === "en" ? "en-GB" : language;

const number = new Intl.NumberFormat(locale);
const plural = new Intl.PluralRules(locale);
const list = new Intl.ListFormat(locale);

/** Those that the page did not carry. */
export const addStrings = (found) => Object.assign(strings, found);

/** The string of `key`, each `{name}` filled with `values[name]`; of several forms the one for `values.n`. */
export function t(key, values) {
  return pieces(key, values).join("");
}

/** The same in pieces, for where a value is an element or several. */
export function pieces(key, values = {}) {
  const found = strings[key];
  const text = found.other ? found[plural.select(values.n)] : found;
  return text.split(/\{(\w+)\}/).flatMap((piece, i) => (i % 2 ? shown(values[piece]) : piece));
}

function shown(value) {
  return typeof value === "number" ? number.format(value) : value;
}

/** "a", "a and b", "a, b and c". */
export function series(items) {
  return list.format(items);
}
