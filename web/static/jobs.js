/* Follows jobs of the server: progress in words and a bar, a way to cancel, and at the end what came of
 * it, which stays with its per-item errors until dismissed. Jobs are followed again after a reload, and what
 * ended before is listed when asked for. */

import { ApiError, call } from "./api.js";
import { announce, build, button, dotted, find, icon, kept, showProgress } from "./dom.js";
import { openArticle } from "./panel.js";
import { pressTwice } from "./press_twice.js";
import { series, t } from "./strings.js";
import { moment } from "./words.js";

const POLL_EVERY_MS = 500;
const EARLIER = 20;
const LOOKED_AT = 50;
const ENDED = ["done", "failed", "cancelled"];

const following = new Map(); // the id of a job: how it ended
let listeners = { onProgress: () => {}, onEnd: () => {} };

/** `onProgress(words, job)` while any job runs (null when none does), `onEnd()` after each and when one is taken back. */
export function prepareJobs(handlers) {
  listeners = handlers;
  find("earlier-jobs").addEventListener("toggle", showEarlier);
  for (const id of JSON.parse(kept.get("jobs", "sessionStorage") || "[]")) followJob(id);
}

/** Shows the job until it has ended and its summary is dismissed; gives it as it ended. */
export function followJob(id, title = t("job.title")) {
  if (!following.has(id)) following.set(id, follow(id, title));
  remember();
  return following.get(id);
}

async function follow(id, title) {
  const place = jobPlace(id, title);
  find("jobs").prepend(place.element);
  let job = null;
  while (!job || !ENDED.includes(job.state)) {
    try {
      job = await call("GET", `/api/jobs/${encodeURIComponent(id)}`);
      place.progress(job);
      listeners.onProgress(ENDED.includes(job.state) ? null : progressWords(job), job);
    } catch (error) {
      if (error instanceof ApiError && [401, 404].includes(error.status)) {
        job = { state: "lost", message: error.status === 404 ? t("job.unknown") : error.message };
        break;
      }
      place.say(t("job.still_trying", { message: error.message }));
    }
    if (!job || !ENDED.includes(job.state)) await new Promise((wake) => setTimeout(wake, POLL_EVERY_MS));
  }
  following.delete(id);
  remember();
  listeners.onProgress(null);
  place.end(job);
  listeners.onEnd();
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
  kept.set("jobs", following.size ? JSON.stringify([...following.keys()]) : null, "sessionStorage");
}

function jobPlace(id, title) {
  const words = build("p", { class: "job-words" }, t("job.sent"));
  const about = build("p", { class: "job-about aside" });
  const bar = build("progress", { "aria-label": title });
  const cancel = button(t("action.cancel"), async () => {
    cancel.disabled = true;
    await call("DELETE", `/api/jobs/${encodeURIComponent(id)}`).then(
      () => (words.textContent = t("job.stopping")),
      (error) => {
        words.textContent = error.message;
        cancel.disabled = false;
      });
  }, { class: "quiet", "aria-label": t("job.cancel_named", { title }) });
  const element = build("div", { class: "job", id: `job-${id}` }, words, about, bar, cancel);
  return {
    element,
    say: (text) => (words.textContent = text),
    progress(job) {
      about.textContent = subject(job);
      words.textContent = cancel.disabled && !ENDED.includes(job.state) ? t("job.stopping") : progressWords(job);
      showProgress(bar, job);
    },
    end(job) {
      const hadFocus = element.contains(document.activeElement);
      const summary = summaryWords(job);
      const dismiss = button(icon("close"), () => element.remove(), { class: "close", "aria-label": t("job.dismiss", { summary }) });
      element.classList.add("ended");
      element.replaceChildren(...outcome(job, true), dismiss);
      if (hadFocus) dismiss.focus();
      announce(summary);
    },
  };
}

function outcome(job, isNew) {
  const errors = job.error_count ?? job.errors?.length ?? 0;
  return [
    build("p", { class: "job-words" }, summaryWords(job)),
    build("p", { class: "job-about aside" }, ...dotted(subject(job), moment(job.finished_at))),
    isNew && stopNext(job),
    addedList(job),
    itemList(job.errors, t("job.errors", { n: errors }), isNew),
    itemList(job.notes, t("job.notes"), isNew),
    takeBack(job),
  ].filter(Boolean);
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
  return build("ul", { class: "job-added" }, ...items.map((item) => build("li", {}, item)));
}

const TAKE_BACK = {
  label: "job.take_back", named: "job.take_back_named", sure: "job.take_back_sure", sureNamed: "job.take_back_sure_named",
  done: "job.taken_back",
};
const TAKE_SOME_BACK = {
  label: "job.take_some", named: "job.take_some_named", sure: "job.take_some_sure", sureNamed: "job.take_some_sure_named",
  done: "job.taken_some",
};

/** A way to remove what a job added, as far as the server names it and it is still there; null where nothing is. */
function takeBack(job) {
  const { kind, added, added_ids: ids = [] } = job;
  if (kind !== "add" || !ids.length) return null;
  const keys = ids.length < added ? TAKE_SOME_BACK : TAKE_BACK;
  const place = build("div", { class: "job-back" }, pressTwice(keys, { n: ids.length }, async () => {
    place.setAttribute("tabindex", "-1");
    try {
      for (const [done, id] of ids.entries()) {
        place.textContent = t("job.removing", { done: done + 1, total: ids.length });
        if (!done) place.focus();
        await call("DELETE", `/api/articles/${encodeURIComponent(id)}`).catch((error) => {
          if (error.status !== 404) throw error; // gone already is as good as removed
        });
      }
      place.textContent = t(keys.done, { n: ids.length });
    } catch (error) {
      place.replaceChildren(`${error.message} `, takeBack(job));
    }
    announce(place.textContent);
    listeners.onEnd();
  }));
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
  if (state !== "done") return errors.length ? t("job.nothing_added") : t("job.failed", { message }).trim();
  if (kind === "publish") return t("job.published");
  if (changes) return t(n > 0 ? "job.changed_rest" : "job.changed", { changes, n });
  if (n > 0) return t(kind === "add" ? "job.nothing_new" : "job.up_to_date", { n });
  return t(errors.length ? "job.nothing_added" : "job.nothing_changed");
}
