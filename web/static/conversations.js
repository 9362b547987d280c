/* Past conversations by day, a page at a time: found by words, reopened, renamed, exported, deleted. A deletion can be
 * taken back until the list is left or loaded again; only then is the server told. Loaded when it is first opened. */

import { call, remedies } from "./api.js";
import { actionControls, build, button, drawer, find, icon, notify } from "./dom.js";
import { locale, t } from "./strings.js";
import { moment } from "./words.js";

const AT_ONCE = 50;
const SEARCH_AFTER_MS = 250;
const MAX_QUERY_CHARS = 100;
const MAX_TITLE_CHARS = 200;
const DAY_MS = 86_400_000;

const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const past = drawer("conversations");
const deleted = new Set(); // ids of which the server is not told yet
const path = (id, rest = "") => `/api/sessions/${encodeURIComponent(id)}${rest}`;

/** Gives what opens the list. `onOpen(id)` reopens one, `onDeleted(id)` is called after it is gone, `current()` names the
 *  one on view. */
export function prepareConversations({ onOpen, onDeleted, current }) {
  const search = build("input", {
    type: "search", maxlength: MAX_QUERY_CHARS, autocomplete: "off",
    placeholder: t("past.search"), "aria-label": t("past.search"),
  });
  const said = build("p", { class: "aside", role: "status" });
  const place = build("div", {});
  const more = button(t("past.more"), () => list(cursor), { hidden: true });
  let turn = 0; // counts lists asked for, so that a slow earlier one does not overwrite a later one
  let cursor = null;
  let timer = null;

  find("conversation-list").append(search, said, place, more);
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(list, SEARCH_AFTER_MS);
  });
  past.dialog.addEventListener("close", flush);
  addEventListener("pagehide", flush);

  return () => {
    past.open();
    list();
  };

  /** From the newest on, or from `after`, where the page before ended. */
  async function list(after = null) {
    const mine = ++turn;
    const query = search.value.trim();
    try {
      await flush();
      const asked = new URLSearchParams({ limit: AT_ONCE, ...(query && { q: query }), ...(after && { cursor: after }) });
      const { sessions, next_cursor: next } = await call("GET", `/api/sessions?${asked}`);
      if (mine !== turn) return;
      cursor = next;
      if (!after) place.replaceChildren();
      const rows = sessions.map(add);
      said.textContent = words(query, place.querySelectorAll("li").length);
      more.hidden = !next;
      if (after) rows[0]?.querySelector("button").focus();
    } catch (error) {
      if (mine !== turn) return;
      said.textContent = "";
      more.hidden = true;
      place.replaceChildren(build("p", { class: "notice", role: "alert" }, error.message,
        ...actionControls(remedies(error, () => list()))));
    }
  }

  /** Under the heading of its day. */
  function add(session) {
    const heading = dayOf(session.updated_at);
    if (place.querySelector("h3:last-of-type")?.textContent !== heading) {
      place.append(build("h3", {}, heading), build("ul", { class: "past" }));
    }
    const element = build("li", {});
    place.lastElementChild.append(element);
    show(element, session);
    return element;
  }

  function show(element, session) {
    const { id, found_in: question, found_text: sentence } = session;
    const title = session.title || t("past.untitled");
    const actions = build("div", { class: "row-actions", role: "group", "aria-label": title, hidden: true },
      button(t("past.rename"), () => rename(element, session), { class: "quiet" }),
      build("a", { class: "button quiet", href: path(id, "/export?format=markdown"), download: true }, t("past.as_markdown")),
      build("a", { class: "button quiet", href: path(id, "/export?format=json"), download: true }, t("past.as_json")),
      button(t("past.delete"), () => remove(element, session, title), { class: "quiet" }));
    const unfold = button(icon("more"), () => {
      actions.hidden = !actions.hidden;
      unfold.setAttribute("aria-expanded", String(!actions.hidden));
    }, { class: "close", "aria-expanded": "false", "aria-label": t("past.actions", { title }), title: t("past.actions_title") });
    element.replaceChildren(
      build("div", {},
        button(title, () => {
          past.close();
          onOpen(id);
        }, { class: "title", dir: "auto", "aria-current": id === current() ? "true" : null }),
        build("p", { class: "byline" }, `${moment(session.updated_at)} · ${t("count.questions", { n: session.messages })}`),
        question && !question.startsWith(session.title) && build("p", { class: "byline", dir: "auto" }, t("past.found_in", { question })),
        sentence && build("p", { class: "found", dir: "auto" }, sentence.replace(/\s*\[\d+\]/g, ""))),
      unfold, actions);
  }

  function rename(element, session) {
    const input = build("input", {
      type: "text", value: session.title, maxlength: MAX_TITLE_CHARS, dir: "auto", "aria-label": t("past.title"),
    });
    const end = () => {
      show(element, session);
      element.querySelector(".title").focus();
    };
    const form = build("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        const title = input.value.trim();
        if (!title || title === session.title) return end();
        try {
          await call("PATCH", path(session.id), { body: { title } });
        } catch (error) {
          form.nextSibling?.remove();
          return form.after(build("p", { class: "problem", role: "alert" }, error.message));
        }
        session.title = title;
        if (form.isConnected) end();
      },
      onkeydown: (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.preventDefault(); // it would close the list
        end();
      },
    }, input, build("button", { type: "submit" }, t("past.keep")));
    element.replaceChildren(form);
    input.select();
    input.focus();
  }

  function remove(element, session, title) {
    deleted.add(session.id);
    const undo = button(t("past.undo"), () => {
      deleted.delete(session.id);
      show(element, session);
      element.querySelector(".title").focus();
    }, { class: "quiet", "aria-label": t("past.undo_named", { title }) });
    element.replaceChildren(build("p", { class: "aside" }, t("past.deleted", { title })), undo);
    undo.focus();
  }

  async function flush() {
    const ids = [...deleted];
    deleted.clear();
    await Promise.all(ids.map(async (id) => {
      try {
        await call("DELETE", path(id));
      } catch (error) {
        if (error.status !== 404) {
          notify("notices", "session", t("past.not_deleted", { message: error.message }), remedies(error));
          return;
        }
      }
      onDeleted(id);
    }));
  }
}

function words(query, n) {
  if (n) return query ? t("past.shown", { n }) : "";
  return t(query ? "past.no_match" : "past.none");
}

function dayOf(iso) {
  const then = new Date(iso);
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (then >= midnight) return t("past.today");
  if (then >= midnight - DAY_MS) return t("past.yesterday");
  if (then >= midnight - 6 * DAY_MS) return t("past.week");
  return month.format(then);
}
