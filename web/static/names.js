/* The fields in which sources and companies are named: what is offered there, and what becomes of what is typed. Loaded
 * when they are first shown. */

import { call } from "./api.js";
import { build, find } from "./dom.js";
import { t } from "./strings.js";

const KINDS = { source: "sources", company: "companies" };
const known = {};

/** Each time that the fields are shown or shut. `choose(kind, name)` takes what was chosen. */
export async function offerNames(choose) {
  if (!find("narrow").open) return;
  await Promise.all(Object.entries(KINDS).map(async ([kind, several]) => {
    const field = find(`narrow-${kind}`);
    if (!known[kind]) prepare(field, kind, several, choose);
    known[kind] = await call("GET", `/api/${several}`).then((found) => found[several].map(({ name }) => name), () => []);
    find(several).replaceChildren(...known[kind].map((value) => build("option", { value })));
  }));
}

function prepare(field, kind, several, choose) {
  known[kind] = [];
  field.after(build("datalist", { id: several }));
  field.setAttribute("list", several);
  field.addEventListener("input", () => field.setCustomValidity(""));
  field.addEventListener("change", () => {
    const typed = field.value.trim();
    const name = spelled(kind, typed);
    if (name) {
      field.value = "";
      choose(kind, name);
    } else if (typed) {
      field.setCustomValidity(t("limit.unknown", { name: typed }));
      field.reportValidity();
    }
  });
}

/** As it is written among those known. A source that no article has is none; a company has further names and tickers, of
 * which the answer says whether any article names it. */
function spelled(kind, typed) {
  const same = known[kind].find((one) => one.toLowerCase() === typed.toLowerCase());
  return same ?? (kind === "company" || !known[kind].length ? typed : undefined);
}
