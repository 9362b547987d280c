/* The page's entry: asks, shows the answers, and keeps the conversation across a reload. */

import { ask, call, remedies } from "./api.js";
import { prepareAdding } from "./adding.js";
import { renderAnswer, spokenSummary } from "./answer.js";
import { prepareConversations } from "./conversations.js";
import { announce, clearNotice, find, kept, notify } from "./dom.js";
import { addExchange, partialAnswer } from "./exchange.js";
import { prepareJobs } from "./jobs.js";
import { prepareKeys } from "./keys.js";
import { openLibrary, prepareLibrary, refreshLibrary } from "./library.js";
import { chosenFilters, clearNarrowing, foldNarrowing, keepToArticle, prepareNarrowing } from "./narrowing.js";
import { closeReader, openArticle, prepareReader, readerIsPanel } from "./reader.js";
import { prepareState, refreshState, showJob, showWelcome } from "./state.js";
import { t } from "./strings.js";

const box = find("question");
const conversation = find("conversation");

let sessionId = kept.get("session");
let running = null; // the AbortController of the answer under way
let opening = 0; // counts openings, so that a slow earlier one does not overwrite a later one

start();

function start() {
  prepareReader({ onAskAbout: askAboutArticle });
  prepareLibrary({ onRemoved: refreshState });
  prepareAdding({ openLibrary });
  prepareNarrowing();
  prepareConversations({
    current: () => sessionId,
    onOpen: (id) => {
      leaveConversation();
      openSession(id);
    },
    onDeleted: (id) => id === sessionId && newConversation(),
  });
  prepareJobs({
    onProgress: showJob,
    onEnd: () => {
      refreshState();
      refreshLibrary();
    },
  });
  prepareBox();
  prepareState();
  prepareKeys({ onNew: beginAnew });
  find("new-conversation").addEventListener("click", beginAnew);
  openSession(sessionId);
}

function prepareBox() {
  box.value = kept.get("draft", "sessionStorage") ?? "";
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
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog:modal")) return;
    if (running) running.abort();
    else if (readerIsPanel()) closeReader();
  });
}

function submit() {
  const question = box.value.trim();
  if (running) return;
  box.focus();
  if (!question) return;
  setBox("");
  foldNarrowing();
  answerQuestion(question, chosenFilters());
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
async function answerQuestion(question, filters, understand = true) {
  const abort = new AbortController();
  const exchange = addExchange(conversation, question);
  const partial = partialAnswer(exchange.article);
  setRunning(abort);
  keepDraft(question);
  clearNotice("notices", "ask");
  clearNotice("notices", "session");
  showWelcome();
  exchange.element.scrollIntoView({ block: "start" });
  try {
    const answer = await ask(requestBody(question, filters, understand), {
      signal: abort.signal,
      onSources: partial.sources,
      onDelta: partial.delta,
    });
    renderInto(exchange.article, answer);
    remember(answer.session_id);
    keepDraft();
    announce(spokenSummary(answer));
  } catch (error) {
    if (exchange.element.isConnected) endEarly(error, { abort, exchange, partial, question, filters, understand });
  } finally {
    if (running === abort) setRunning(null);
  }
}

function requestBody(question, filters, understand) {
  return {
    question, ...(sessionId && { session_id: sessionId }), ...(filters && { filters }), ...(!understand && { understand }),
  };
}

function endEarly(error, { abort, exchange, partial, question, filters, understand }) {
  const again = { label: t("ask.again"), run: () => askAgain(exchange, question, filters, understand) };
  if (abort.signal.aborted) {
    partial.end(t("ask.stopped"), again);
    keepDraft();
    return;
  }
  if (error.status === 404 && sessionId) {
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

function renderInto(article, answer, rating = null) {
  renderAnswer(article, answer, {
    open: openArticle,
    add: openLibrary,
    asWords: () => running || answerQuestion(answer.standalone_question, filtersGiven(answer), false),
    rate: (isPositive, text) => rate(answer.message_id, isPositive, text),
  }, rating);
}

/** The filters of an answer without those that were read out of its question. */
function filtersGiven({ applied_filters: applied, understood }) {
  return Object.fromEntries(Object.entries(applied).filter(([name]) => !(name in understood.filters)));
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
  for (const { question, answer, feedback } of messages) {
    const rating = feedback?.is_positive ?? null;
    renderInto(addExchange(conversation, question).article, answer, rating);
  }
  if (messages.at(-1)?.question === box.value) { // it was answered while the page was away
    setBox("");
    keepDraft();
  }
  conversation.lastElementChild?.scrollIntoView({ block: "start" });
}
