/* The help: a list of the keys, a switch for those without Ctrl, and the language. Loaded when it is first opened. */

import { drawer, find } from "./dom.js";
import { setSingleKeys, singleKeys } from "./keys.js";

const YEAR_SECONDS = 31_536_000;

const help = drawer("help");
const single = find("single-keys");

single.checked = singleKeys();
single.addEventListener("change", () => setSingleKeys(single.checked));
find("language").addEventListener("change", (event) => {
  document.cookie = `assistant_language=${event.target.value}; path=/; max-age=${YEAR_SECONDS}; SameSite=Lax`;
  location.reload();
});

export const open = help.open;
