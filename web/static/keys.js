/* The keyboard beyond Enter and Esc: keys that recall a question, go to the box, the articles or a new
 * conversation, and the help that lists them (`help.js`). Keys without Ctrl work outside fields only and can be
 * switched off, since dictation and a slip press them unasked (WCAG 2.1.4). */

import { remedies } from "./api.js";
import { searchLibrary } from "./articles.js";
import { clearNotice, find, kept, notify } from "./dom.js";
import { later, wish } from "./later.js";

const OFF = "off";

const box = find("question");

export const singleKeys = () => kept.get("single-keys") !== OFF;

export const setSingleKeys = (isOn) => kept.set("single-keys", isOn ? null : OFF);

/** `onNew()` begins a new conversation. */
export function prepareKeys({ onNew }) {
  find("open-help").addEventListener("click", openHelp);
  box.addEventListener("keydown", recall);
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const action = event.ctrlKey || event.metaKey ? withCtrl(event, onNew) : singleKeys() && alone(event);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function withCtrl({ key, shiftKey }, onNew) {
  const pressed = (shiftKey ? "Shift+" : "") + key.toUpperCase();
  if (pressed === "K") return () => leaveDialogs() && searchLibrary();
  if (pressed === "Shift+O") return () => leaveDialogs() && onNew();
  return null;
}

async function openHelp() {
  clearNotice("notices", "load");
  const isWanted = wish();
  try {
    const help = await later(() => import("./help.js"));
    if (isWanted()) help.open();
  } catch (error) {
    notify("notices", "load", error.message, remedies(error, openHelp));
  }
}

function alone({ key, target }) {
  if (target.isContentEditable || target.matches("input, textarea, select")) return null;
  if (key === "?") return openHelp;
  if (key === "/" && !document.querySelector("dialog:modal")) return () => box.focus();
  return null;
}

/** Shuts what lies over the page; false where that is a form, which would lose what was typed. */
function leaveDialogs() {
  const open = [...document.querySelectorAll("dialog:modal")];
  if (!open.every((dialog) => dialog.matches(".sheet, #help"))) return false;
  wish(); // what was to open and is not here yet stays shut
  open.forEach((dialog) => dialog.close());
  return true;
}

/** Up in an empty box: the question before; Down goes back. What was typed otherwise is never replaced. */
function recall(event) {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!step || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  const headings = [...find("conversation").querySelectorAll(".question")];
  const asked = [...new Set(headings.map(({ textContent }) => textContent).reverse())];
  const at = asked.indexOf(box.value);
  if (at < 0 && (box.value || step < 0)) return;
  event.preventDefault();
  const next = Math.min(at + step, asked.length - 1);
  box.value = asked[next] ?? "";
  box.dispatchEvent(new Event("input"));
}
