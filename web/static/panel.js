/* The place where an article is read: on a wide window a panel beside the chat, which stays usable; on a phone, or over
 * another dialog, modal. What is in it (`reader.js` and what that imports) is loaded with the first article. */

import { remedies } from "./api.js";
import { actionControls, build, find } from "./dom.js";
import { later } from "./later.js";
import { t } from "./strings.js";

const dialog = find("reader");
const heading = find("reader-title");
const body = find("reader-body");
const narrow = window.matchMedia("(max-width: 60rem)");

let opener = null;
let reader = null;

/** `onAskAbout(article)` is called when the reader wants questions kept to the open article. */
export function prepareReader({ onAskAbout }) {
  dialog.querySelector(".close").addEventListener("click", closeReader);
  dialog.addEventListener("close", afterClose);
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || dialog.matches(":modal")) return;
    event.stopPropagation();
    closeReader();
  });
  find("ask-about").addEventListener("click", () => {
    opener = null;
    closeReader();
    onAskAbout(reader.shownArticle());
  });
  narrow.addEventListener("change", () => {
    if (!dialog.open) return;
    dialog.close();
    show();
  });
}

/** `place`: `article_id`, and where known `title`, `revision`, `start`, `end`, `quote`. `among`: places, it is one. */
export async function openArticle(place, from, among = [place]) {
  if (!dialog.contains(from)) opener = from ?? document.activeElement; // a related article leads back where the first did
  show();
  if (!reader) {
    heading.textContent = place.title || t("article.title");
    body.replaceChildren(build("p", { class: "aside" }, t("article.opening")));
    try {
      reader = await later(() => import("./reader.js"));
    } catch (error) {
      body.replaceChildren(build("p", { class: "notice", role: "alert" }, error.message,
        ...actionControls(remedies(error, () => openArticle(place, opener, among)))));
      return;
    }
  }
  await reader.read(place, among);
}

export function readerIsPanel() {
  return dialog.open && !dialog.matches(":modal");
}

export function closeReader() {
  if (!dialog.open) return;
  dialog.close();
  returnFocus();
}

function show() {
  if (!dialog.open) {
    if (narrow.matches || document.querySelector("dialog:modal")) dialog.showModal();
    else dialog.show();
  }
  document.body.classList.toggle("reading", readerIsPanel());
  dialog.scrollTop = 0;
  heading.focus({ preventScroll: true });
}

function afterClose() {
  if (dialog.open) return; // closed only to come back in the other mode
  reader?.stop();
  document.body.classList.remove("reading");
  // this event comes late: where the browser has moved the focus already, it stays
  if (document.activeElement === document.body) returnFocus();
}

function returnFocus() {
  (opener?.isConnected ? opener : find("question")).focus({ preventScroll: true });
}
