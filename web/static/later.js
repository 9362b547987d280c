/* What is loaded when it is first needed: a module, and with the first of them their strings and style sheet. */

import { build } from "./dom.js";
import { addStrings } from "./strings.js";

let rest = null;

/** What `load()` imports, once all that it needs is here. */
export async function later(load) {
  rest ??= Promise.all([addStrings(), addStyle()]);
  try {
    const [module] = await Promise.all([load(), rest]);
    return module;
  } catch (error) {
    rest = null; // it may come the next time
    throw error;
  }
}

function addStyle() {
  return new Promise((resolve, reject) => {
    document.head.append(build("link", { rel: "stylesheet", href: "/static/sheets.css", onerror: reject, onload: () => {
      document.body.classList.add("whole");
      resolve();
    } }));
  });
}
