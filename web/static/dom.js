/* Builds elements out of text. Nothing here or elsewhere parses data as HTML: articles, answers and
 * titles reach the page as text nodes and attribute values only. */

import { t } from "./strings.js";

/** They turn the writing direction beyond their own text. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const plain = (value) => (typeof value === "string" ? value.replace(TURNS, "") : value);

export const find = (id) => document.getElementById(id);

/** Who may change nothing. */
export const isVisitor = document.body.classList.contains("visitor");

/** A new element; attributes that are null or false are left out, `on…` ones are listeners. */
export function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : plain(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false).map(plain));
  return element;
}

/** A push button that does not submit. */
export function button(label, onclick, attributes = {}) {
  return build("button", { type: "button", onclick, ...attributes }, label);
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Pieces that are there, with a middle dot between those in one line; each keeps its own writing direction. */
export function dotted(...pieces) {
  return pieces.filter(Boolean).flatMap((piece, i) => [i > 0 && " ", build("span", { class: "piece" }, build("bdi", {}, piece))]);
}

/** `url` where a link may lead there: http and https only, so that no `javascript:` is ever followed. */
export function webAddress(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Without a job, or where it is not known how much there is, the bar only moves. */
export function showProgress(bar, job) {
  if (job?.total > 0) Object.assign(bar, { max: job.total, value: job.done });
  else bar.removeAttribute("value");
}

const announcer = find("announcer");

/** Says `text` to screen readers, once. It may be in a dialog that is gone by now. */
export function announce(text) {
  const place = document.activeElement?.closest("dialog:modal") ?? document.body; // what is outside of it is not read
  if (announcer.parentNode !== place) place.append(announcer);
  announcer.textContent = text;
}

/** Puts one notice of that kind under `place`, in place of the last. Actions: `{label, run}` or `{label, href}`.
 *  `sentence` may be an element instead, which then is all. */
export function notify(place, kind, sentence, actions = []) {
  clearNotice(place, kind);
  const dismiss = button(icon("close"), () => clearNotice(place, kind), { class: "close", "aria-label": t("action.dismiss") });
  find(place).append(build("div", { class: "notice", "data-kind": kind, role: "alert" },
    sentence instanceof Element ? sentence : build("p", {}, sentence, ...actionControls(actions)), dismiss));
}

/** Links and buttons for actions, each with a space before it. */
export function actionControls(actions) {
  return actions.flatMap(({ label, run, href }) =>
    [" ", href ? build("a", { href }, label) : button(label, run, { class: "quiet" })]);
}

export function clearNotice(place, kind) {
  find(place).querySelector(`[data-kind="${kind}"]`)?.remove();
}

/** A drawer: opens as a modal dialog on its heading. The browser gives the focus back when it closes. */
export function drawer(id) {
  const dialog = find(id);
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  return {
    dialog,
    open() {
      if (dialog.open) return;
      dialog.showModal();
      dialog.querySelector("h2").focus();
    },
    close: () => dialog.close(),
  };
}

/** What this browser keeps between visits; nothing where storage is switched off. */
export const kept = {
  get: (name, area = "localStorage") => {
    try {
      return window[area].getItem(`assistant.${name}`);
    } catch {
      return null;
    }
  },
  set: (name, value, area = "localStorage") => {
    try {
      if (value) window[area].setItem(`assistant.${name}`, value);
      else window[area].removeItem(`assistant.${name}`);
    } catch {
      // a full or forbidden storage costs the memory of this page, not its work
    }
  },
};
