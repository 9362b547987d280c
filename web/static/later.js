/* What the first load leaves out: the sheets, the strings of the scripts that work in them, and these scripts. */

import { ApiError, request } from "./api.js";
import { addStrings, t } from "./strings.js";

let rest = null;
let wishes = 0;

/** Asked before something is loaded to be opened; it tells afterwards whether that is still the last wish. */
export function wish() {
  const mine = ++wishes;
  return () => mine === wishes;
}

/** What `load()` imports, once the sheets and strings are here. What did not come may come the next time. */
export async function later(load) {
  rest ??= fetchRest().catch((error) => {
    rest = null;
    throw error;
  });
  await rest;
  return load().catch(() => {
    throw new ApiError(t("error.unreachable"));
  });
}

async function fetchRest() {
  const [strings, sheets] = await Promise.all([fetched(`/strings/${document.documentElement.lang}`), fetched("/sheets")]);
  addStrings(JSON.parse(strings));
  // markup of this page's own server; what is taken in reaches the page as text alone (`dom.js`)
  document.body.append(...new DOMParser().parseFromString(sheets, "text/html").body.children);
}

const fetched = async (path) => (await request("GET", path)).text();
