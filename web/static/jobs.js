/* Follows jobs of the server: progress in words and a bar, a way to cancel, and at the end what came of
 * it, which stays with its per-item errors until dismissed, over a reload too. What ended before is listed when
 * asked for. */

import { ApiError, call } from "./api.js";
import { announce, build, button, dotted, find, icon, kept, showProgress } from "./dom.js";
import { openArticle } from "./panel.js";
import { series, t } from "./strings.js";
import { moment } from "./words.js";

const POLL_EVERY_MS = 500;
const EARLIER = 20;
const LOOKED_AT = 50;
const MAX_REMEMBERED = 50;
const ENDED = ["done", "failed", "cancelled"];

const following = new Map(); // the id of a job that is not dismissed: how it ended
let listeners = { onProgress: () => {}, onProblem: () => {}, onEnd: () => {} };

/** `onProgress(words, job)` while any job runs (null when none does), `onProblem(words)` when one has ended badly while the
 *  sheet is shut, `onEnd()` after each and when one is taken back. */
export function prepareJobs(handlers) {
  listeners = handlers;
  find("earlier-jobs").addEventListener("toggle", showEarlier);
  for (const id of JSON.parse(kept.get("jobs", "sessionStorage") || "[]")) followJob(id, t("job.title"), true);
}

/** Shows the job until it has ended and its summary is dismissed; gives it as it ended. `isKnown`: one of before a reload. */
export function followJob(id, title = t("job.title"), isKnown = false) {
  if (!following.has(id)) following.set(id, follow(id, title, isKnown));
  remember();
  return following.get(id);
}

async function follow(id, title, isKnown) {
  const place = jobPlace(id, title);
  find("jobs").prepend(place.element);
  let job = null;
  for (;;) {
    try {
      job = await call("GET", `/api/jobs/${encodeURIComponent(id)}`);
      place.progress(job);
      if (ENDED.includes(job.state)) break;
      listeners.onProgress(progressWords(job), job);
    } catch (error) {
      if (error instanceof ApiError && [401, 404].includes(error.status)) {
        job = { state: "lost", message: error.status === 404 ? t("job.unknown") : error.message };
        break;
      }
      place.say(t("job.still_trying", { message: error.message }));
    }
    isKnown = false; // its end is news
    await new Promise((wake) => setTimeout(wake, POLL_EVERY_MS));
  }
  const summary = summaryWords(job);
  listeners.onProgress(null);
  place.end(job, summary);
  if (hasProblem(job) && !find("library").open) listeners.onProblem(`${summary} ${itemsWords(job)}`.trim());
  else if (!isKnown) announce(summary);
  if (!isKnown) listeners.onEnd();
  if (job.next_job_id) followJob(job.next_job_id, t("job.next"));
  return job;
}

/** What came of the last jobs that changed something or failed and are not shown above. */
async function showEarlier() {
  if (!find("earlier-jobs").open) return;
  const place = find("earlier-jobs").querySelector("div");
  try {
    const { jobs } = await call("GET", `/api/jobs?limit=${LOOKED_AT}`);
    const told = jobs.filter((job) => ENDED.includes(job.state) && !find(`job-${job.id}`)
      && (job.state !== "done" || job.added || job.updated || job.removed || job.errors.length)).slice(0, EARLIER);
    place.replaceChildren(...told.map((job) => build("div", { class: "job ended" }, ...outcome(job, false))),
      told.length ? "" : build("p", { class: "aside" }, t("job.none")));
  } catch (error) {
    place.replaceChildren(build("p", { class: "aside" }, error.message));
  }
}

function remember() {
  kept.set("jobs", following.size ? JSON.stringify([...following.keys()].slice(-MAX_REMEMBERED)) : null, "sessionStorage");
}

function jobPlace(id, title) {
  const words = build("p", { class: "job-words" }, t("job.sent"));
  const about = build("p", { class: "job-about aside" });
  const bar = build("progress", { "aria-label": title });
  const isStopping = () => cancel.hasAttribute("aria-disabled");
  const cancel = button(t("action.cancel"), async () => {
    if (isStopping()) return;
    cancel.setAttribute("aria-disabled", "true"); // not disabled: it would lose the focus
    await call("DELETE", `/api/jobs/${encodeURIComponent(id)}`).then(
      () => (words.textContent = t("job.stopping")),
      (error) => {
        words.textContent = error.message;
        cancel.removeAttribute("aria-disabled");
      });
  }, { class: "quiet", "aria-label": t("job.cancel_named", { title }) });
  const element = build("div", { class: "job", id: `job-${id}` }, words, about, bar, cancel);
  return {
    element,
    say: (text) => (words.textContent = text),
    progress(job) {
      about.textContent = subject(job);
      words.textContent = isStopping() && !ENDED.includes(job.state) ? t("job.stopping") : progressWords(job);
      showProgress(bar, job);
    },
    end(job, summary) {
      const hadFocus = element.contains(document.activeElement);
      const dismiss = button(icon("close"), () => {
        following.delete(id);
        remember();
        element.remove();
        (find("jobs").querySelector(".close") ?? find("library-title")).focus();
        showEarlier();
      }, { class: "close", "aria-label": t("job.dismiss", { summary }) });
      element.classList.add("ended");
      element.classList.toggle("only-added", tellsOnlyAdded(job));
      element.replaceChildren(...outcome(job, true), dismiss);
      if (hadFocus) dismiss.focus();
    },
  };
}

function outcome(job, isNew) {
  return [
    build("p", { class: "job-words" }, summaryWords(job)),
    build("p", { class: "job-about aside" }, ...dotted(subject(job), moment(job.finished_at))),
    isNew && stopNext(job),
    addedList(job),
    itemList(job.errors, itemsWords(job), isNew),
    itemList(job.notes, t("job.notes"), isNew),
    takeBack(job),
  ].filter(Boolean);
}

/** Whether a job did not do, or not all, of what it was asked to. */
function hasProblem({ state, errors = [] }) {
  return !["done", "cancelled"].includes(state) || errors.length > 0;
}

function tellsOnlyAdded(job) {
  return job.state === "done" && !job.updated && !job.removed && !hasProblem(job) && !job.notes?.length && !job.next_job_id;
}

function itemsWords({ error_count: n }) {
  return n ? t("job.errors", { n }) : "";
}

function subject({ kind, name, is_polled: polled }) {
  if (kind === "rebuild") return t("job.folder");
  if (kind === "publish") return t("job.earlier");
  return polled ? t("job.feed", { name }) : name ?? "";
}

/** A way to stop the job that indexes what a cancelled one took in; null where none does. */
function stopNext({ next_job_id: next }) {
  if (!next) return null;
  const place = build("div", { class: "job-back" }, button(t("job.stop_next"), async () => {
    place.setAttribute("tabindex", "-1");
    place.textContent = t("job.stopping_next");
    place.focus();
    await call("DELETE", `/api/jobs/${encodeURIComponent(next)}`).catch((error) => (place.textContent = error.message));
  }, { class: "quiet" }));
  return place;
}

/** Ways to open the first articles that a job added: in the list they stand by their dates. */
function addedList({ added, added_ids: ids = [], added_titles: titles = [] }) {
  if (!titles.length) return null;
  const items = titles.map((title, n) =>
    button(title || t("article.untitled"), (event) => openArticle({ article_id: ids[n], title }, event.currentTarget), { class: "link", dir: "auto" }));
  if (added > items.length) items.push(t("job.others", { n: added - items.length }));
  return build("ul", { class: "job-added" }, ...items.map((item, n) => build("li", { "data-added": n < titles.length ? ids[n] : null }, item)));
}

/** Shows of an article that jobs added whether it is still there. */
function markAdded(id, isHere) {
  for (const item of document.querySelectorAll(`.job [data-added="${CSS.escape(id)}"]`)) item.hidden = !isHere;
}

/** One was removed elsewhere: a report of which nothing is left to tell is dismissed. */
export function articleRemoved(id) {
  const reports = [...document.querySelectorAll(`#jobs .job:has([data-added="${CSS.escape(id)}"])`)];
  markAdded(id, false);
  for (const report of reports) {
    if (report.classList.contains("only-added") && !report.querySelector(".job-added li:not([hidden])")) report.querySelector(".close").click();
  }
}

export const articleRestored = (id) => markAdded(id, true);

/** A way to remove what a job added, as far as the server names it and it is still there, and then to undo that; null
 *  where nothing is. */
function takeBack({ kind, added, added_ids: ids = [] }) {
  if (kind !== "add" || !ids.length) return null;
  const isAll = ids.length === added;
  const here = [...ids];
  const removed = [];
  const place = build("div", { class: "job-back", tabindex: "-1" });

  const offer = (said, control) => place.replaceChildren(...(said ? [said, " "] : []), control);
  const remover = () => button(t(isAll ? "job.take_back" : "job.take_some", { n: here.length }), remove, {
    class: "quiet", "aria-label": t(isAll ? "job.take_back_named" : "job.take_some_named", { n: here.length }),
  });
  const undoer = () => button(t("library.undo"), undo, {
    class: "quiet", "aria-label": t("job.undo_named", { n: removed.length }),
  });
  const remove = () => go("job.removing", here, async (id) => {
    try {
      await call("DELETE", `/api/articles/${encodeURIComponent(id)}`);
      removed.push(id);
    } catch (error) {
      if (error.status !== 404) throw error; // gone already is as good as removed
    }
    markAdded(id, false);
  }, () => offer(t(isAll ? "job.taken_back" : "job.taken_some", { n: ids.length }), removed.length ? undoer() : ""), remover);
  const undo = () => go("job.restoring", removed, async (id) => {
    await call("POST", `/api/articles/${encodeURIComponent(id)}/restore`);
    here.push(id);
    markAdded(id, true);
  }, () => offer(t("job.restored", { n: here.length }), remover()), undoer);

  /** Takes one after the other out of `waiting`; what could not be done is offered again, with the reason. */
  async function go(words, waiting, act, end, again) {
    const total = waiting.length;
    try {
      while (waiting.length) {
        place.textContent = t(words, { done: total - waiting.length + 1, total });
        if (waiting.length === total) place.focus();
        await act(waiting[0]);
        waiting.shift();
      }
      end();
    } catch (error) {
      offer(error.message, again());
    }
    (place.querySelector("button") ?? place).focus();
    announce(place.firstChild.textContent);
    listeners.onEnd();
  }

  offer("", remover());
  return place;
}

/** What is said of several items, under a heading that opens; null where nothing is. */
export function itemList(items, summary, isOpen) {
  if (!items?.length) return null;
  return build("details", { class: "job-errors", open: isOpen },
    build("summary", {}, summary),
    build("ul", {}, ...items.map(({ item, message }) =>
      build("li", {}, ...(message.startsWith(item) ? [message] : [build("b", {}, item), " ", message])))));
}

const STATES = {
  queued: "job.queued", reading: "job.reading", embedding: "job.embedding", indexing: "job.indexing",
  publishing: "job.publishing",
};
const STATES_OF = { reading: "job.reading_of", embedding: "job.embedding_of", indexing: "job.indexing_of" };

function progressWords({ state, done, total, rate, seconds_left: left }) {
  let progress = t((total > 0 && STATES_OF[state]) || STATES[state] || "job.working", { done, total });
  if (rate) progress = t("job.at_rate", { progress, rate });
  return left ? t("job.time_left", { progress, left: duration(left) }) : progress;
}

function duration(seconds) {
  if (seconds < 100) return t("job.seconds", { n: seconds });
  if (seconds < 6000) return t("job.minutes", { n: Math.round(seconds / 60) });
  return t("job.hours", { n: Math.round(seconds / 360) / 10 });
}

// what an articles' job may have done: told first, and told after another
const CHANGES = {
  added: ["job.articles_added"],
  updated: ["job.articles_updated", "job.updated"],
  removed: ["job.articles_removed", "job.removed"],
};

function summaryWords(job) {
  const { state, kind, message = "", unchanged: n = 0, errors = [] } = job;
  if (state === "cancelled") return message || t("job.cancelled");
  const done = Object.keys(CHANGES).filter((name) => job[name] > 0);
  const changes = series(done.map((name, i) => t(CHANGES[name][i && 1], { n: job[name] })));
  if (state !== "done" && changes) return t("job.failed_after", { changes, message }).trim();
  if (state !== "done" && errors.length) {
    const said = errors.some((error) => error.message === message) ? "" : message; // it stands below, with its item
    return `${t("job.nothing_added")} ${said}`.trim();
  }
  if (state !== "done") return t("job.failed", { message }).trim();
  if (kind === "publish") return t("job.published");
  if (changes) return t(n > 0 ? "job.changed_rest" : "job.changed", { changes, n });
  if (n > 0) return t(kind === "add" ? "job.nothing_new" : "job.up_to_date", { n });
  return t(errors.length ? "job.nothing_added" : "job.nothing_changed");
}
