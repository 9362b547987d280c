/* Follows jobs of the server: progress in words and a bar, a way to cancel, and at the end what came of
 * it, which stays with its per-item errors until dismissed. Jobs are followed again after a reload, and what
 * ended before is listed when asked for. */

import { ApiError, call } from "./api.js";
import { announce, build, button, dotted, find, icon, kept, pressTwice } from "./dom.js";
import { openArticle } from "./reader.js";
import { count, moment, series } from "./words.js";

const POLL_EVERY_MS = 500;
const EARLIER = 20;
const LOOKED_AT = 50;
const ENDED = ["done", "failed", "cancelled"];

const following = new Set();
let listeners = { onProgress: () => {}, onEnd: () => {} };

/** `onProgress(words)` while any job runs (null when none does), `onEnd()` after each and when one is taken back. */
export function prepareJobs(handlers) {
  listeners = handlers;
  find("earlier-jobs").addEventListener("toggle", showEarlier);
  for (const id of JSON.parse(kept.get("jobs", "sessionStorage") || "[]")) followJob(id);
}

/** Shows the job until it has ended and its summary is dismissed; gives it as it ended. */
export async function followJob(id, title = "Working on the articles") {
  if (following.has(id)) return;
  remember(id, true);
  const place = jobPlace(id, title);
  find("jobs").prepend(place.element);
  let job = null;
  while (!job || !ENDED.includes(job.state)) {
    try {
      job = await call("GET", `/api/jobs/${encodeURIComponent(id)}`);
      place.progress(job);
      listeners.onProgress(ENDED.includes(job.state) ? null : progressWords(job));
    } catch (error) {
      if (error instanceof ApiError && [401, 404].includes(error.status)) {
        job = { state: "lost", message: error.status === 404 ? "The server no longer knows of this job." : error.message };
        break;
      }
      place.say(`${error.message} Still trying.`);
    }
    if (!job || !ENDED.includes(job.state)) await new Promise((wake) => setTimeout(wake, POLL_EVERY_MS));
  }
  remember(id, false);
  listeners.onProgress(null);
  place.end(job);
  listeners.onEnd();
  if (job.next_job_id) followJob(job.next_job_id, "Indexing what was taken in");
  return job;
}

/** The id of the job that a 409 names, or null. */
export function runningJob(error) {
  return /\/api\/jobs\/([^/?#]+)/.exec(error.location ?? "")?.[1] ?? null;
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
      told.length ? "" : build("p", { class: "aside" }, "None."));
  } catch (error) {
    place.replaceChildren(build("p", { class: "aside" }, error.message));
  }
}

function remember(id, running) {
  if (running) following.add(id);
  else following.delete(id);
  kept.set("jobs", following.size ? JSON.stringify([...following]) : null, "sessionStorage");
}

function jobPlace(id, title) {
  const words = build("p", { class: "job-words" }, "Sent to the server");
  const about = build("p", { class: "job-about aside" });
  const bar = build("progress", { "aria-label": title });
  const cancel = button("Cancel", async () => {
    cancel.disabled = true;
    await call("DELETE", `/api/jobs/${encodeURIComponent(id)}`).then(
      () => (words.textContent = "Stopping…"),
      (error) => {
        words.textContent = error.message;
        cancel.disabled = false;
      });
  }, { class: "quiet", "aria-label": `Cancel: ${title}` });
  const element = build("div", { class: "job", id: `job-${id}` }, words, about, bar, cancel);
  return {
    element,
    say: (text) => (words.textContent = text),
    progress(job) {
      about.textContent = subject(job);
      words.textContent = cancel.disabled && !ENDED.includes(job.state) ? "Stopping…" : progressWords(job);
      if (job.total > 0) Object.assign(bar, { max: job.total, value: job.done });
      else bar.removeAttribute("value");
    },
    end(job) {
      const hadFocus = element.contains(document.activeElement);
      const summary = summaryWords(job);
      const dismiss = button(icon("close"), () => element.remove(), { class: "close", "aria-label": `Dismiss: ${summary}` });
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
    itemList(job.errors, `${count(errors, "item")} could not be taken in`, isNew),
    itemList(job.notes, "To know about this", isNew),
    takeBack(job),
  ].filter(Boolean);
}

function subject({ kind, name, is_polled: polled }) {
  if (kind === "rebuild") return "Articles folder";
  if (kind === "publish") return "What was taken in before";
  return polled ? `Feed ${name}` : name ?? "";
}

/** A way to stop the job that indexes what a cancelled one took in; null where none does. */
function stopNext({ next_job_id: next }) {
  if (!next) return null;
  const place = build("div", { class: "job-back" }, button("Stop that, too", async () => {
    place.setAttribute("tabindex", "-1");
    place.textContent = "Stopping that, too.";
    place.focus();
    await call("DELETE", `/api/jobs/${encodeURIComponent(next)}`).catch((error) => (place.textContent = error.message));
  }, { class: "quiet" }));
  return place;
}

/** Ways to open the first articles that a job added: in the list they stand by their dates. */
function addedList({ added, added_ids: ids = [], added_titles: titles = [] }) {
  if (!titles.length) return null;
  const items = titles.map((title, n) =>
    button(title || "Untitled", (event) => openArticle({ article_id: ids[n], title }, event.currentTarget), { class: "link", dir: "auto" }));
  if (added > items.length) items.push(`and ${count(added - items.length, "other")}`);
  return build("ul", { class: "job-added" }, ...items.map((item) => build("li", {}, item)));
}

/** A way to remove what a job added, as far as the server names it and it is still there; null where nothing is. */
function takeBack(job) {
  const { kind, added, added_ids: ids = [] } = job;
  if (kind !== "add" || !ids.length) return null;
  const articles = added === 1 ? "the article" : `${ids.length < added ? "" : "the "}${count(ids.length, "article")}`;
  const place = build("div", { class: "job-back" }, pressTwice(`Remove ${articles}`, "that this added", async () => {
    place.setAttribute("tabindex", "-1");
    try {
      for (const [done, id] of ids.entries()) {
        place.textContent = `Removing ${done + 1} of ${ids.length}`;
        if (!done) place.focus();
        await call("DELETE", `/api/articles/${encodeURIComponent(id)}`).catch((error) => {
          if (error.status !== 404) throw error; // gone already is as good as removed
        });
      }
      place.textContent = `Removed ${articles} that this added.`;
    } catch (error) {
      place.replaceChildren(`${error.message} `, takeBack(job));
    }
    announce(place.textContent);
    listeners.onEnd();
  }));
  return place;
}

function itemList(items, summary, isOpen) {
  if (!items?.length) return null;
  return build("details", { class: "job-errors", open: isOpen },
    build("summary", {}, summary),
    build("ul", {}, ...items.map(({ item, message }) =>
      build("li", {}, ...(message.startsWith(item) ? [message] : [build("b", {}, item), " ", message])))));
}

function progressWords({ state, done, total, rate, seconds_left: left }) {
  const of = total > 0 ? ` ${done} of ${total}` : "";
  const pace = (rate ? `, ${rate} a second` : "") + (left ? `, ${duration(left)} left` : "");
  return ({
    queued: "Waiting for its turn",
    reading: `Reading${of}${of ? "" : " the articles"}`,
    embedding: `Embedding${of} passages`,
    indexing: `Indexing${of}${of ? " articles" : ""}`,
    publishing: "Publishing the new index",
  }[state] ?? "Working") + pace;
}

function duration(seconds) {
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function summaryWords(job) {
  const { state, kind, message, added = 0, updated = 0, removed = 0, unchanged = 0, errors = [] } = job;
  if (state === "cancelled") return message || "Cancelled.";
  const changes = [[added, "added"], [updated, "updated"], [removed, "removed"]].filter(([n]) => n > 0);
  if (state !== "done" && changes.length) return `${changed(changes)}, then it failed. ${message || ""}`.trim();
  if (state !== "done") return errors.length ? "Nothing was added." : `This did not work. ${message || ""}`.trim();
  if (kind === "publish") return "What was taken in is indexed.";
  const known = unchanged > 0 ? `${count(unchanged, "article")} unchanged` : "";
  if (changes.length) return `${changed(changes)}${known ? `; ${known}` : ""}.`;
  if (known) return kind === "add" ? `Nothing new: ${known}.` : `Up to date: ${known} in the articles folder.`;
  return errors.length ? "Nothing was added." : "Done. There was nothing to change.";
}

function changed(changes) {
  const words = series(changes.map(([n, what], i) => (i ? `${n} ${what}` : `${count(n, "article")} ${what}`)));
  return words[0].toUpperCase() + words.slice(1);
}
