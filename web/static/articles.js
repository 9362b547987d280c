/* The way to the sheets with the articles and with one article. What works in them (`library.js`, `reader.js` and what
 * these import) is loaded when it is first needed: with the sheet, with files dropped on the page, and with jobs that were
 * followed before a reload. */

import { clearNotice, find, kept, notify } from "./dom.js";
import { later } from "./later.js";
import { t } from "./strings.js";

export function prepareArticles() {
  find("open-library").addEventListener("click", openLibrary);
  find("first-add").addEventListener("click", openLibrary);
  acceptDrops((files) => {
    sheet.open();
    withLibrary((library) => library.takeFiles(files));
  });
  if (kept.get("jobs", "sessionStorage")) withLibrary(() => {});
}

// the sheet opens at once, so that a key pressed next finds it open
export function openLibrary() {
  sheet.open();
  withLibrary((library) => library.refresh());
}

export function searchLibrary() {
  openLibrary();
  find("article-search").select();
}

export function rebuildIndex() {
  openLibrary();
  withLibrary((library) => library.rebuild());
}

export const followJob = (id, title) => withLibrary((library) => library.followJob(id, title));

/** As the reader's own: `place`, what it is opened from, and the places to step through. */
export function openArticle(place, from = document.activeElement, among = [place]) {
  return use(() => import("./reader.js"), (module) => module.openArticle(place, from, among));
}

export function readerIsPanel() {
  return reader.open && !reader.matches(":modal");
}

export function closeReader() {
  if (reader.open) use(() => import("./reader.js"), (module) => module.closeReader());
}

const withLibrary = (act) => use(() => import("./library.js"), act);

async function use(load, act) {
  clearNotice("notices", "load");
  let module;
  try {
    module = await later(load);
  } catch {
    notify("notices", "load", t("error.unreachable"), [{ label: t("action.try_again"), run: () => use(load, act) }]);
    return;
  }
  return act(module);
}

function acceptDrops(onFiles) {
  const overlay = find("drop-here");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const hide = () => overlay.togglePopover(false);
  window.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    overlay.togglePopover(true);
  });
  window.addEventListener("dragleave", (event) => event.relatedTarget === null && hide());
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hide();
    onFiles([...event.dataTransfer.files]);
  });
}
