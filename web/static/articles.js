/* The way to the articles' sheet. What works in it (`library.js` and what that imports) is loaded when it is first
 * needed: with the sheet, with files dropped on the page, and with jobs that were followed before a reload. */

import { remedies } from "./api.js";
import { clearNotice, find, isVisitor, kept, notify } from "./dom.js";
import { later, wish } from "./later.js";

export function prepareArticles() {
  find("open-library").addEventListener("click", openLibrary);
  find("first-add").addEventListener("click", openLibrary);
  if (!isVisitor) acceptDrops((files) => use((library) => library.takeFiles(files)));
  if (kept.get("jobs", "sessionStorage")) use(() => {});
}

export const openLibrary = () => open(() => {});

export const searchLibrary = () => open(() => find("article-search").select());

export const rebuildIndex = () => open((library) => library.rebuild());

/** As in `jobs.js`; resolves to nothing where that could not be loaded. */
export const followJob = (id, title) => use((library) => library.followJob(id, title));

function open(act) {
  const isWanted = wish();
  return use((library) => {
    if (!isWanted()) return;
    library.open();
    act(library);
  });
}

async function use(act) {
  clearNotice("notices", "load");
  let library;
  try {
    library = await later(() => import("./library.js"));
  } catch (error) {
    notify("notices", "load", error.message, remedies(error, () => use(act)));
    return null;
  }
  return act(library);
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
