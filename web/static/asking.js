/* Asking: one question at a time, its answer as it is written, and what becomes of it when it is stopped, broken off or
 * edited. What the conversation is that it belongs to is `session.js`'s. */

import { ask, remedies } from "./api.js";
import { renderAnswer, spokenSummary } from "./answer.js";
import { openLibrary } from "./articles.js";
import { box, keepDraft, setBox } from "./box.js";
import { announce, clearNotice, find, notify } from "./dom.js";
import { addExchange, partialAnswer } from "./exchange.js";
import { chosenFilters, foldNarrowing } from "./narrowing.js";
import { openArticle } from "./panel.js";
import { answeredHere, catchUp, catchUpIfBehind, currentSession, newConversation } from "./session.js";
import { mustWait, showWelcome, untilReady } from "./state.js";
import { t } from "./strings.js";
import { clearNext, suggestNext } from "./suggest.js";

const conversation = find("conversation");

let running = null; // the AbortController of the answer under way
let editing = null; // the exchange whose question is in the box to be asked anew

export const isAsking = () => Boolean(running);

export const stopAsking = () => running?.abort();

export const isEditing = () => Boolean(editing);

/** Asks what stands in the box. */
export function submit() {
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

/** Asks one that was picked, held to what is chosen. */
export function askPicked(question) {
  if (!running) answerQuestion(question, chosenFilters());
}

/** An exchange of before, with its answer; gives its element. */
export function addMessage({ question, answer, feedback }) {
  const exchange = addExchange(conversation, question, edit);
  renderInto(exchange, answer, feedback?.is_positive ?? null);
  return exchange.element;
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
  if (conversation.contains(document.activeElement)) exchange.element.focus({ preventScroll: true }); // Tab goes on from there
  try {
    const answer = await askWhenReady(() => requestBody(question, filters, understand, replaced), abort.signal, partial);
    renderInto(exchange, answer);
    answeredHere(answer.session_id);
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
    catchUpIfBehind();
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
  const session = currentSession();
  return {
    question, ...(session && { session_id: session }), ...(filters && { filters }), ...(!understand && { understand }),
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

export function leaveEditing() {
  stopEditing();
  setBox("");
  keepDraft();
  box.focus();
}

export function stopEditing() {
  if (!editing) return;
  editing = null;
  find("editing").hidden = true;
}

/** The question as it was, where its new wording was not answered; that goes back into the box. */
function putBack(old, exchange, error) {
  exchange.element.replaceWith(old.element);
  if (error?.code === "conflict") catchUp(); // it was asked anew or went on in another tab: nothing to edit any more
  else edit(old);
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
  if (error.code === "not_found" && currentSession()) {
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
  notify("notices", "ask", error.message ?? String(error), remedies(error, again.run, again.label));
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
  renderAnswer(exchange.article, answer, handlersFor(exchange), rating);
}

function handlersFor(exchange) {
  return {
    open: openArticle,
    add: openLibrary,
    without: (filters, question) => running || answerQuestion(question, filters, false),
  };
}

function setRunning(abort) {
  const focusWillBeLost = [find("stop"), find("send")].includes(document.activeElement);
  running = abort;
  find("stop").hidden = !abort;
  find("send").hidden = Boolean(abort);
  find("hint").textContent = t(abort ? "ask.hint_stop" : "ask.hint");
  if (focusWillBeLost) box.focus({ preventScroll: true });
}
