/* Past conversations: a list to reopen or delete one. The conversation on view is the chat's business. */

import { call, remedies } from "./api.js";
import { actionControls, build, button, drawer, find, pressTwice } from "./dom.js";
import { t } from "./strings.js";
import { moment } from "./words.js";

const DELETE = {
  label: "past.delete", named: "past.delete_named", sure: "past.delete_sure", sureNamed: "past.delete_sure_named",
};

const past = drawer("conversations");

/** `onOpen(id)` reopens one, `onDeleted(id)` is called after it is gone, `current()` names the one on view. */
export function prepareConversations({ onOpen, onDeleted, current }) {
  find("open-conversations").addEventListener("click", () => {
    past.open();
    list();
  });

  async function list() {
    const place = find("conversation-list");
    try {
      const { sessions } = await call("GET", "/api/sessions");
      place.replaceChildren(sessions.length
        ? build("ul", { class: "past" }, ...sessions.map(row))
        : build("p", { class: "aside" }, t("past.none")));
    } catch (error) {
      place.replaceChildren(build("p", { class: "notice", role: "alert" }, error.message,
        ...actionControls(remedies(error, { label: t("action.try_again"), run: list }))));
    }
  }

  function row(session) {
    const title = session.title || t("past.untitled");
    const open = () => {
      past.close();
      onOpen(session.id);
    };
    const element = build("li", {},
      build("div", {},
        button(title, open, { class: "title", dir: "auto", "aria-current": session.id === current() ? "true" : null }),
        build("p", { class: "byline" }, `${moment(session.updated_at)} · ${t("count.questions", { n: session.messages })}`)),
      pressTwice(DELETE, { title }, (control) => remove(session.id, element, control)));
    return element;
  }

  async function remove(id, element, control) {
    control.disabled = true;
    try {
      await call("DELETE", `/api/sessions/${encodeURIComponent(id)}`);
    } catch (error) {
      if (error.status !== 404) {
        control.disabled = false;
        element.append(build("p", { class: "problem", role: "alert" }, error.message));
        return;
      }
    }
    const neighbour = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    (neighbour?.querySelector("button") ?? past.dialog.querySelector(".close")).focus();
    if (!find("conversation-list").querySelector("li")) list();
    onDeleted(id);
  }
}
