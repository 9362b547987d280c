/* What state the articles are in: the line under the title, the notice when the index is not whole, and
 * the welcome with its first step or the newest articles. */

import { call, remedies, runningJob } from "./api.js";
import { followJob, rebuildIndex } from "./articles.js";
import { build, button, clearNotice, dotted, find, isVisitor, notify, showProgress } from "./dom.js";
import { later } from "./later.js";
import { openArticle } from "./panel.js";
import { t } from "./strings.js";
import { suggestFirst } from "./suggest.js";
import { day } from "./words.js";

const ASK_AGAIN_AFTER_MS = 15_000;
const FEEDS_AFTER_MS = 60_000;
const NEWEST = 3;

let health = null;
let status = "unknown";
let jobWords = null;
let first = null; // the job that the server began with, while it is followed
let waiting = []; // what is to go on when the index is up to date
let timer = null;
let alarmed = "";
let told = () => {};

export function prepareState() {
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshState());
  const { firstJob } = document.body.dataset; // told with the page: to ask health for it would be an error in the console
  if (firstJob) awaitFirst(firstJob);
  else refreshState();
}

async function awaitFirst(job) {
  first = job;
  changeStatus("building");
  showState();
  const ended = await followJob(job, t("state.building"));
  first = null;
  if (ended) refreshState();
  else timer = setTimeout(refreshState, ASK_AGAIN_AFTER_MS); // what follows it could not be loaded
}

/** Whether there is nothing to answer from before the index is built. */
export function mustWait() {
  return status === "building" && "mustWait" in document.body.dataset;
}

/** `onState(health)` now and with each change; health is null while the server is not reached. */
export function hearState(onState) {
  told = onState;
  told(health);
}

/** Asks the server how it is, and asks again by itself while it is not well. */
export async function refreshState() {
  clearTimeout(timer);
  if (first) return; // whose end leads here again
  try {
    health = await call("GET", "/api/health");
    changeStatus(health.status);
    showAlarms();
    showState();
    for (const goOn of waiting.splice(0)) goOn();
    await suggestFirst(health.generation); // which stand above the newest: these come after them, so that nothing moves
    await showNewest();
  } catch (error) {
    const job = error.code === "not_ready" && runningJob(error);
    if (job) return awaitFirst(job);
    if (!error.status) health = null;
    changeStatus(error.status ? status : "offline", error);
    showState();
  }
  if (!["ok", "empty"].includes(status)) timer = setTimeout(refreshState, ASK_AGAIN_AFTER_MS);
  else if (health?.feeds.length) timer = setTimeout(refreshState, FEEDS_AFTER_MS);
}

/** Resolves when the index is up to date after the server's start. */
export function untilReady(signal) {
  return new Promise((resolve, reject) => {
    waiting.push(resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    refreshState();
  });
}

/** Shows how far a job is in place of the count of articles; null when none runs. */
export function showJob(words, job) {
  jobWords = words;
  const [bar, said] = find("building").children;
  showProgress(bar, job);
  said.textContent = words ?? "";
  showState();
}

/** The welcome is there while the conversation is empty. */
export function showWelcome() {
  const blank = find("conversation").childElementCount === 0;
  const empty = status === "empty";
  const building = status === "building";
  document.body.classList.toggle("blank", blank);
  find("question").placeholder = t(blank ? "ask.question" : "ask.follow_up");
  find("welcome").hidden = !blank;
  find("newest").hidden = !blank || empty || !find("newest").querySelector("li");
  find("first-step").hidden = isVisitor || !empty;
  find("building").hidden = !building;
  find("welcome-heading").textContent = t(empty ? "state.empty" : building ? "state.building" : "state.welcome");
  find("welcome-text").textContent = t(empty ? "state.empty_text" : building ? "state.building_text" : "state.welcome_text");
}

// a notice comes with a change only: once dismissed, it stays away while nothing has changed
function changeStatus(next, error) {
  if (next === status) return;
  status = next;
  clearNotice("notices", "state");
  if (status === "offline") notify("notices", "state", error.message, remedies(error, refreshState));
  if (status === "degraded") {
    notify("notices", "state", t("state.degraded"),
      isVisitor ? [] : [{ label: t("action.rebuild"), run: rebuildIndex }]);
  }
}

function showState() {
  find("state").textContent = jobWords ?? stateWords();
  told(health);
  showWelcome();
}

function stateWords() {
  if (status === "building") return t("state.building");
  if (!health) return t("state.offline");
  if (!health.articles) return t("state.empty");
  const newest = day(health.newest_article);
  return t(newest ? "state.articles_newest" : "count.articles", { n: health.articles, day: newest });
}

function showAlarms() {
  const said = health.alarms.join(" ");
  if (said === alarmed) return;
  alarmed = said;
  clearNotice("notices", "alarms");
  if (said) later(() => import("./alarms.js")).then(({ tellAlarms }) => tellAlarms(health), () => (alarmed = ""));
}

async function showNewest() {
  const { articles } = await call("GET", `/api/articles?limit=${NEWEST}`);
  find("newest").querySelector("ul").replaceChildren(...articles.map(newestItem));
  showWelcome();
}

function newestItem({ id, title, source, published_at: published }) {
  const open = (event) => openArticle({ article_id: id, title }, event.currentTarget);
  return build("li", {},
    button(title || t("article.untitled"), open, { class: "title", dir: "auto" }),
    build("p", { class: "byline" }, ...dotted(source, day(published) || t("article.undated"))));
}
