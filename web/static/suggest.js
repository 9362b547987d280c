/* Questions that the articles answer: some to begin with, two to go on with after the newest answer. They
 * come when the server has found them and stand below all else; without any, or on an error, nothing does. */

import { call } from "./api.js";
import { build, button, find } from "./dom.js";
import { t } from "./strings.js";

let ask = () => {};
let suggested = null;

/** `ask(question)` when one is picked. */
export function prepareSuggestions(onPick) {
  ask = onPick;
}

/** Under the box of an empty conversation, anew for each generation of the index. */
export async function suggestFirst(generation) {
  if (generation === suggested) return;
  suggested = generation;
  find("first-questions").querySelector("ul").replaceChildren(...(await found("/api/suggestions")).map(item));
}

/** Under an exchange, until the next question is asked. */
export async function suggestNext({ element }) {
  const { message } = element.dataset;
  const questions = message ? await found(`/api/suggestions?message_id=${encodeURIComponent(message)}`) : [];
  if (!questions.length || element !== element.parentElement?.lastElementChild) return;
  element.append(build("section", { class: "next-questions", "aria-label": t("suggest.next") },
    build("h3", {}, t("suggest.next")), build("ul", {}, ...questions.map(item))));
}

export function clearNext() {
  for (const place of document.querySelectorAll(".next-questions")) place.remove();
}

async function found(path) {
  return call("GET", path).then(({ questions }) => questions, () => []);
}

function item(question) {
  return build("li", {}, button(question, () => ask(question), { class: "link", dir: "auto" }));
}
