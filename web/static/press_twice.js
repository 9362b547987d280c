/* A button for what cannot be taken back. */

import { announce, button } from "./dom.js";
import { t } from "./strings.js";

const ARMED_FOR_MS = 30_000;

/** A button that acts on its second press; the first asks. Leaving it, or half a minute, disarms it.
 *  `keys` of strings: `label`, its accessible name `named`, and both once it was pressed, `sure` and `sureNamed`. */
export function pressTwice(keys, values, run) {
  let timer = null;
  const say = (label, name) => {
    control.textContent = t(label, values);
    control.setAttribute("aria-label", t(name, values));
    control.classList.toggle("armed", label === keys.sure);
  };
  const disarm = () => {
    clearTimeout(timer);
    timer = null;
    say(keys.label, keys.named);
  };
  const control = button("", () => {
    if (timer !== null) {
      disarm();
      run(control);
      return;
    }
    say(keys.sure, keys.sureNamed);
    announce(t(keys.sureNamed, values));
    timer = setTimeout(disarm, ARMED_FOR_MS);
  }, { class: "quiet" });
  disarm();
  control.addEventListener("blur", () => timer !== null && disarm());
  return control;
}
