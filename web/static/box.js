/* The question box: what is typed in it, which comes back after a reload. */

import { find, kept } from "./dom.js";

export const box = find("question");

/** `onSubmit()` when what stands in it is to be asked. */
export function prepareBox(onSubmit) {
  box.value = kept.get("draft", "sessionStorage") ?? box.value;
  fitBox();
  box.addEventListener("input", () => {
    fitBox();
    keepDraft();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSubmit();
  });
  find("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit();
  });
}

export function setBox(text) {
  box.value = text;
  fitBox();
}

/** Grows the box with its text where the style sheet's `field-sizing` is not known. */
function fitBox() {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** What is typed, or asked and not yet answered, comes back after a reload. */
export function keepDraft(asked = "") {
  kept.set("draft", box.value || asked, "sessionStorage");
}
