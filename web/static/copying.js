/* An answer with its sources on the clipboard. Loaded when the first is copied. */

import { t } from "./strings.js";
import { day } from "./words.js";

/** Resolves to what is said of it. */
export function copied(answer) {
  return navigator.clipboard.writeText(asPlainText(answer)).then(() => t("copying.done"), () => t("copying.failed"));
}

function asPlainText(answer) {
  const sources = answer.citations.map((c) =>
    `[${c.index}] ${[c.title, c.source, day(c.published_at), c.url].filter(Boolean).join(", ")}\n    “${c.quote}”`);
  return [answer.question, answer.answer, sources.join("\n")].join("\n\n");
}
