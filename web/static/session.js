/* The conversation on view: which it is, opened and left, and kept in step with other tabs. */

import { call, remedies } from "./api.js";
import { addMessage, isAsking, stopAsking, stopEditing } from "./asking.js";
import { box, keepDraft, setBox } from "./box.js";
import { clearNotice, find, kept, notify } from "./dom.js";
import { later, wish } from "./later.js";
import { closeReader } from "./panel.js";
import { showWelcome } from "./state.js";
import { t } from "./strings.js";
import { hearTabs, tellTabs } from "./tabs.js";

const conversation = find("conversation");

let sessionId = conversation.dataset.session ?? kept.get("session"); // the form may have asked before this script came
let behind = false; // whether the conversation went on in another tab while an answer is under way here
let openPast = null;
let opening = 0; // counts openings, so that a slow earlier one does not overwrite a later one

export const currentSession = () => sessionId;

/** Shows the conversation that was on view last. */
export function prepareSession() {
  find("open-conversations").addEventListener("click", openConversations);
  hearTabs({
    answered: (id) => id === sessionId && catchUp(),
    deleted: (id) => id === sessionId && loseConversation(),
  });
  openSession(sessionId);
}

/** It goes on, or began, with an answer in this tab. */
export function answeredHere(id) {
  remember(id);
  tellTabs("answered", sessionId);
}

export const catchUpIfBehind = () => behind && catchUp();

function leaveConversation() {
  stopAsking();
  stopEditing();
  opening += 1;
  conversation.replaceChildren();
  closeReader();
  keepDraft();
  for (const kind of ["ask", "session", "rate"]) clearNotice("notices", kind);
}

export function newConversation() {
  leaveConversation();
  remember(null);
  showWelcome();
}

function remember(id) {
  sessionId = id || null;
  kept.set("session", sessionId);
}

async function openConversations() {
  clearNotice("notices", "session");
  const isWanted = wish();
  try {
    openPast ??= (await later(() => import("./conversations.js"))).prepareConversations({
      current: () => sessionId,
      onOpen: (id) => {
        leaveConversation();
        remember(id);
        openSession(id);
      },
      onDeleted: (id) => {
        tellTabs("deleted", id);
        if (id === sessionId) newConversation();
      },
    });
    if (isWanted()) openPast();
  } catch (error) {
    notify("notices", "session", error.message, remedies(error, openConversations));
  }
}

async function openSession(id) {
  const turn = ++opening;
  const load = () => call("GET", `/api/sessions/${encodeURIComponent(id)}`);
  clearNotice("notices", "session");
  try {
    const session = id ? await load() : null;
    if (turn !== opening) return;
    remember(id);
    if (session) showSession(session);
  } catch (error) {
    if (turn !== opening) return;
    const lost = error.status === 404;
    remember(lost ? null : id);
    notify("notices", "session", lost ? t("ask.lost") : t("ask.not_loaded", { message: error.message }),
      lost ? [] : remedies(error, () => openSession(id), t("ask.load_again")));
  }
  document.body.classList.remove("loading");
  showWelcome();
}

function showSession({ messages }) {
  conversation.replaceChildren();
  messages.forEach(addMessage);
  if (messages.at(-1)?.question === box.value) { // it was answered while the page was away
    setBox("");
    keepDraft();
  }
  conversation.lastElementChild?.scrollIntoView({ block: "start" });
}

/** Puts what was answered in another tab where it belongs; nothing else that stands here is touched. */
export async function catchUp() {
  behind = isAsking();
  if (behind || !sessionId) return;
  const id = sessionId;
  const session = await call("GET", `/api/sessions/${encodeURIComponent(id)}`).catch(() => null);
  if (!session || id !== sessionId) return;
  let last = null;
  for (const message of session.messages) {
    const shown = conversation.querySelector(`[data-message="${CSS.escape(message.id)}"]`);
    const element = shown ?? addMessage(message);
    if (!shown) last ? last.after(element) : conversation.prepend(element);
    last = element;
  }
  const stored = new Set(session.messages.map(({ id }) => id));
  for (const element of conversation.querySelectorAll("[data-message]")) {
    if (!stored.has(element.dataset.message)) element.remove(); // asked anew there
  }
}

/** It was deleted in another tab; a question under way here goes back into the box. */
function loseConversation() {
  const asked = isAsking() && conversation.lastElementChild.querySelector(".question").textContent;
  newConversation();
  if (asked && !box.value) setBox(asked);
  keepDraft();
  notify("notices", "session", t("ask.deleted"));
}
