/* What the first load leaves out: the sheets, the strings of the scripts that work in them, and these scripts. */

import { addStrings } from "./strings.js";

let rest = null;
let wishes = 0;

/** Asked before something is loaded to be opened; it tells afterwards whether that is still the last wish. */
export function wish() {
  const mine = ++wishes;
  return () => mine === wishes;
}

/** What `load()` imports, once the sheets and strings are here. */
export async function later(load) {
  rest ??= fetchRest();
  try {
    await rest;
  } catch (error) {
    rest = null; // it may come the next time
    throw error;
  }
  return load();
}

async function fetchRest() {
  const [strings, sheets] = await Promise.all([fetched(`/strings/${document.documentElement.lang}`), fetched("/sheets")]);
  addStrings(JSON.parse(strings));
  // markup of this page's own server; what is taken in reaches the page as text alone (`dom.js`)
  document.body.append(...new DOMParser().parseFromString(sheets, "text/html").body.children);
}

async function fetched(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.text();
}
