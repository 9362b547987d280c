/* The page's entry: asks, shows the answers, and keeps the conversation across a reload. */

import { ask, call, remedies } from "./api.js";
import { renderAnswer, spokenSummary } from "./answer.js";
import { openLibrary, prepareArticles } from "./articles.js";
import { announce, clearNotice, find, kept, notify } from "./dom.js";
import { addExchange, partialAnswer } from "./exchange.js";
import { prepareKeys } from "./keys.js";
import { chosenFilters, clearNarrowing, foldNarrowing, keepToArticle, prepareNarrowing } from "./narrowing.js";
import { closeReader, openArticle, prepareReader, readerIsPanel } from "./panel.js";
import { mustWait, prepareState, showWelcome, untilReady } from "./state.js";
import { later, wish } from "./later.js";
import { t } from "./strings.js";
import { clearNext, prepareSuggestions, suggestNext } from "./suggest.js";
import { hearTabs, tellTabs } from "./tabs.js";

const box = find("question");
const conversation = find("conversation");

let sessionId = conversation.dataset.session ?? kept.get("session"); // the form may have asked before this script came
let editing = null; // the exchange whose question is in the box to be asked anew
let running = null; // the AbortController of the answer under way
let behind = false; // whether the conversation went on in another tab while an answer is under way here
let openPast = null;
let opening = 0; // counts openings, so that a slow earlier one does not overwrite a later one

start();

function start() {
  prepareReader({ onAskAbout: askAboutArticle });
  prepareArticles();
  prepareNarrowing();
  prepareSuggestions((question) => running || answerQuestion(question, chosenFilters()));
  find("open-conversations").addEventListener("click", openConversations);
  hearTabs({
    answered: (id) => id === sessionId && catchUp(),
    deleted: (id) => id === sessionId && loseConversation(),
  });
  prepareBox();
  prepareState();
  prepareKeys({ onNew: beginAnew });
  find("new-conversation").addEventListener("click", beginAnew);
  if (location.pathname !== "/") history.replaceState(null, "", "/"); // a reload must not send the form again
  openSession(sessionId);
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
  } catch { // its module did not come
    notify("notices", "session", t("error.unreachable"), [{ label: t("action.try_again"), run: openConversations }]);
  }
}

function prepareBox() {
  box.value = kept.get("draft", "sessionStorage") ?? box.value;
  fitBox();
  box.addEventListener("input", () => {
    fitBox();
    keepDraft();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  find("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  find("stop").addEventListener("click", () => running?.abort());
  find("stop-editing").addEventListener("click", leaveEditing);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog:modal")) return;
    if (running) running.abort();
    else if (editing) leaveEditing();
    else if (readerIsPanel()) closeReader();
  });
}

function submit() {
  const question = box.value.trim();
  if (running) return;
  box.focus();
  if (!question) return;
  const replaced = editing;
  setBox("");
  stopEditing();
  foldNarrowing();
  answerQuestion(question, chosenFilters(), true, replaced);
}

function setBox(text) {
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
function keepDraft(asked = "") {
  kept.set("draft", box.value || asked, "sessionStorage");
}

/** `understand`: whether dates, sources and phrases in the question may become filters. */
async function answerQuestion(question, filters, understand = true, replaced = null) {
  const abort = new AbortController();
  const exchange = addExchange(conversation, question, edit);
  const partial = partialAnswer(exchange, handlersFor(exchange));
  replaced?.element.remove();
  clearNext();
  setRunning(abort);
  keepDraft(question);
  clearNotice("notices", "ask");
  clearNotice("notices", "session");
  showWelcome();
  exchange.element.scrollIntoView({ block: "start" });
  try {
    const answer = await askWhenReady(() => requestBody(question, filters, understand, replaced), abort.signal, partial);
    renderInto(exchange, answer);
    remember(answer.session_id);
    tellTabs("answered", sessionId);
    keepDraft();
    announce(spokenSummary(answer));
    suggestNext(exchange);
  } catch (error) {
    if (running === abort) setRunning(null);
    if (!exchange.element.isConnected) return;
    if (replaced) putBack(replaced, exchange, abort.signal.aborted ? null : error);
    else endEarly(error, { abort, exchange, partial, question, filters, understand });
  } finally {
    if (running === abort) setRunning(null);
    if (behind) catchUp();
  }
}

async function askWhenReady(body, signal, partial) {
  for (let waits = mustWait(); ; waits = true) {
    if (waits) {
      partial.wait();
      await untilReady(signal);
      partial.goOn();
    }
    try {
      return await ask(body(), signal, partial);
    } catch (error) {
      if (error.code !== "not_ready") throw error;
    }
  }
}

function requestBody(question, filters, understand, replaced) {
  return {
    question, ...(sessionId && { session_id: sessionId }), ...(filters && { filters }), ...(!understand && { understand }),
    ...(replaced?.element.dataset.message && { replaces: replaced.element.dataset.message }),
  };
}

/** Puts the question of an exchange into the box; what is asked then takes its place. */
function edit(exchange) {
  if (running) return;
  editing = exchange;
  find("editing").hidden = false;
  setBox(exchange.question);
  box.focus();
}

function leaveEditing() {
  stopEditing();
  setBox("");
  keepDraft();
  box.focus();
}

function stopEditing() {
  if (!editing) return;
  editing = null;
  find("editing").hidden = true;
}

/** The question as it was, where its new wording was not answered; that goes back into the box. */
function putBack(old, exchange, error) {
  exchange.element.replaceWith(old.element);
  edit(old);
  setBox(exchange.question);
  keepDraft();
  if (error) notify("notices", "ask", error.message, remedies(error));
}

function endEarly(error, { abort, exchange, partial, question, filters, understand }) {
  const again = { label: t("ask.again"), run: () => askAgain(exchange, question, filters, understand) };
  if (abort.signal.aborted) {
    partial.end(t("ask.stopped"), again);
    keepDraft();
    return;
  }
  if (error.code === "not_found" && sessionId) {
    newConversation();
    answerQuestion(question, filters, understand);
    notify("notices", "session", t("ask.lost"));
    return;
  }
  if (partial.started()) partial.end(t("ask.broken_off"), null);
  else exchange.element.remove();
  if (!box.value) setBox(question);
  keepDraft();
  showWelcome();
  notify("notices", "ask", error.message ?? String(error), remedies(error, again));
}

function askAgain(exchange, question, filters, understand) {
  if (running) return;
  exchange.element.remove();
  if (box.value.trim() === question) setBox("");
  box.focus();
  answerQuestion(question, filters, understand);
}

function renderInto(exchange, answer, rating = null) {
  exchange.element.dataset.message = answer.message_id;
  renderAnswer(exchange.article, answer, handlersFor(exchange, answer.standalone_question), rating);
}

function handlersFor(exchange, standalone = exchange.question) {
  return {
    open: openArticle,
    add: openLibrary,
    without: (filters) => running || answerQuestion(standalone, filters, false),
    rate: (isPositive, text) => rate(exchange.element.dataset.message, isPositive, text),
  };
}

/** True when the server has stored it. */
async function rate(messageId, isPositive, text) {
  clearNotice("notices", "rate");
  try {
    await call("POST", "/api/feedback", {
      body: { message_id: messageId, is_positive: isPositive, ...(text && { feedback_text: text }) },
    });
    return true;
  } catch (error) {
    notify("notices", "rate", t("ask.not_rated", { message: error.message }), remedies(error));
    return false;
  }
}

function setRunning(abort) {
  const focusWillBeLost = [find("stop"), find("send")].includes(document.activeElement);
  running = abort;
  find("stop").hidden = !abort;
  find("send").hidden = Boolean(abort);
  find("hint").textContent = t(abort ? "ask.hint_stop" : "ask.hint");
  if (focusWillBeLost) box.focus({ preventScroll: true });
}

function askAboutArticle(article) {
  keepToArticle(article);
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  box.focus();
}

function remember(id) {
  sessionId = id || null;
  kept.set("session", sessionId);
}

function leaveConversation() {
  running?.abort();
  stopEditing();
  opening += 1;
  conversation.replaceChildren();
  closeReader();
  keepDraft();
  for (const kind of ["ask", "session", "rate"]) clearNotice("notices", kind);
}

function newConversation() {
  leaveConversation();
  remember(null);
  showWelcome();
}

function beginAnew() {
  newConversation();
  clearNarrowing();
  box.focus();
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
      lost ? [] : remedies(error, { label: t("ask.load_again"), run: () => openSession(id) }));
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

function addMessage({ question, answer, feedback }) {
  const exchange = addExchange(conversation, question, edit);
  renderInto(exchange, answer, feedback?.is_positive ?? null);
  return exchange.element;
}

/** Puts what was answered in another tab where it belongs; nothing else that stands here is touched. */
async function catchUp() {
  behind = Boolean(running);
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
  const asked = running && conversation.lastElementChild.querySelector(".question").textContent;
  newConversation();
  if (asked && !box.value) setBox(asked);
  keepDraft();
  notify("notices", "session", t("ask.deleted"));
}
