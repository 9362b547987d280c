/* The words that may go with a rating: a field under the thumbs. Loaded when an answer is first rated. */

import { build } from "./dom.js";
import { t } from "./strings.js";

const MAX_CHARS = 4_000;

/** A form for them; `handlers` as `renderAnswer` takes them, `opener` has the focus once they are stored. */
export function remarkForm(handlers, rating, opener) {
  const input = build("input", {
    type: "text", maxlength: MAX_CHARS, "aria-label": t(rating ? "remark.right" : "remark.wrong"),
    placeholder: t(rating ? "remark.right_optional" : "remark.wrong_optional"),
  });
  const form = build("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      if (!(await handlers.rate(rating, input.value.trim()))) return;
      opener.focus();
      form.replaceChildren(build("p", { role: "status" }, t("remark.thanks")));
    },
  }, input, build("button", { type: "submit" }, t("remark.send")));
  return build("div", { class: "remark" }, form);
}
