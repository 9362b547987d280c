/* Rating an answer: what a press of its thumbs does, and the words that may go with it. Loaded with the first press. */

import { call, remedies } from "./api.js";
import { build, clearNotice, notify } from "./dom.js";
import { t } from "./strings.js";

const MAX_CHARS = 4_000;

/** Pressed again a thumb takes the rating back. The words that may go with either are asked for once it is stored.
 *  `thumbs`: the buttons, as `{ true, false }`. */
export async function press(thumbs, pressed, messageId) {
  const before = rated(thumbs);
  const rating = pressed === before ? null : pressed;
  thumbs.false.parentNode.querySelector(".remark")?.remove();
  show(thumbs, rating);
  if (!(await store(messageId, rating))) return show(thumbs, before);
  if (rating === null || rated(thumbs) !== rating) return;
  thumbs.false.parentNode.querySelector(".remark")?.remove();
  thumbs.false.after(remark(rating, messageId, thumbs[rating]));
}

const rated = (thumbs) => [true, false].find((value) => thumbs[value].ariaPressed === "true") ?? null;

function show(thumbs, rating) {
  for (const value of [true, false]) thumbs[value].ariaPressed = String(value === rating);
}

/** True when the server has it. */
async function store(messageId, isPositive, text) {
  clearNotice("notices", "rate");
  try {
    await call("POST", "/api/feedback", {
      body: { message_id: messageId, is_positive: isPositive, ...(text && { feedback_text: text }) },
    });
    return true;
  } catch (error) {
    notify("notices", "rate", t("rating.not_stored", { message: error.message }), remedies(error));
    return false;
  }
}

/** A field; `opener` has the focus once its words are stored. */
function remark(rating, messageId, opener) {
  const input = build("input", {
    type: "text", maxlength: MAX_CHARS, "aria-label": t(rating ? "rating.right" : "rating.wrong"),
    placeholder: t(rating ? "rating.right_optional" : "rating.wrong_optional"),
  });
  const form = build("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      if (!(await store(messageId, rating, input.value.trim()))) return;
      opener.focus();
      form.replaceChildren(build("p", { role: "status" }, t("rating.thanks")));
    },
  }, input, build("button", { type: "submit" }, t("rating.send")));
  return build("div", { class: "remark" }, form);
}
