/* The stored articles: a list that is searched, sorted and narrowed by the server, a page at a time; open one, remove it,
 * take that back. Loaded when the articles are first needed. */

import { addFiles, prepareAdding, rebuild } from "./adding.js";
import { call, remedies } from "./api.js";
import { announce, build, button, clearNotice, dotted, drawer, find, isVisitor, notify } from "./dom.js";
import { articleRemoved, articleRestored, followJob, prepareJobs } from "./jobs.js";
import { openArticle } from "./panel.js";
import { hearState, refreshState, showJob } from "./state.js";
import { t } from "./strings.js";
import { day, kind, moment } from "./words.js";

const PAGE = 50;
const MAX_ROWS = 500;
const TYPING_PAUSE_MS = 250;

const sheet = drawer("library");
const list = find("article-list");
const search = find("article-search");
const limits = {
  sort: find("article-sort"), source: find("article-source"), company: find("article-company"),
  after: find("article-after"), before: find("article-before"),
};
let listing = new AbortController();
let cursor = null;

prepare();

function prepare() {
  let pause = null;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(listArticles, TYPING_PAUSE_MS);
  });
  for (const field of Object.values(limits)) field.addEventListener("change", listArticles);
  find("clear-articles").addEventListener("click", () => {
    for (const field of [search, limits.source, limits.company, limits.after, limits.before]) field.value = "";
    search.focus();
    listArticles();
  });
  find("more-articles").addEventListener("click", showMore);
  find("first-articles").addEventListener("click", async () => {
    await listArticles();
    list.querySelector("button")?.focus();
  });
  hearState(showState);
  prepareAdding();
  prepareJobs({
    onProgress: showJob,
    onProblem: (words) => notify("notices", "job", words, [{ label: t("job.show"), run: showJobs }]),
    onEnd: () => {
      refreshState();
      if (sheet.dialog.open) refresh();
    },
  });
}

export function open() {
  clearNotice("notices", "job");
  sheet.open();
  refresh();
}

/** Out of a notice, which goes: the focus comes back to what opens the sheet otherwise. */
function showJobs() {
  find("open-library").focus();
  open();
}

/** Files that were dropped on the page. */
export function takeFiles(files) {
  open();
  addFiles(files);
}

export { followJob, rebuild };

function refresh() {
  offer(limits.source, "sources");
  offer(limits.company, "companies");
  listArticles();
}

/** The list afresh. What was just removed and can be taken back stays at its top, and the focus where it is. */
async function listArticles() {
  listing.abort();
  listing = new AbortController();
  const focused = list.contains(document.activeElement) && document.activeElement.closest("li");
  await addPage(null, listing.signal, (rows) => list.replaceChildren(...list.querySelectorAll(".removed"), ...rows));
  if (!focused || list.contains(document.activeElement)) return;
  const again = focused.isConnected ? focused : [...list.children].find(({ id }) => id === focused.id);
  (again?.querySelector("button") ?? search).focus();
}

async function showMore() {
  let last = list.lastElementChild;
  await addPage(cursor, listing.signal, (rows) => {
    list.append(...rows);
    while (list.children.length > MAX_ROWS) list.firstElementChild.remove();
    find("first-articles").hidden = list.children.length < MAX_ROWS;
  });
  last?.nextElementSibling?.querySelector("button").focus();
}

async function addPage(from, signal, place) {
  const asked = new URLSearchParams({ limit: PAGE });
  const given = Object.entries(limits).map(([name, { type, value }]) => [name, type === "date" ? whole(value) : value]);
  for (const [name, value] of [["q", search.value.trim()], ...given, ["cursor", from]]) if (value) asked.set(name, value);
  clearNotice("library-notices", "list");
  try {
    const { articles, next_cursor: next, total } = await call("GET", `/api/articles?${asked}`, { signal });
    if (signal.aborted) return;
    if (!from) find("first-articles").hidden = true;
    place(articles.map(row));
    cursor = next;
    find("more-articles").hidden = !next;
    say(total);
  } catch (error) {
    if (error.name === "AbortError") return;
    notify("library-notices", "list", error.message, remedies(error, listArticles));
  }
}

function say(total) {
  const query = search.value.trim();
  const isNarrowed = Boolean(query || limits.source.value || limits.company.value || limits.after.value || limits.before.value);
  find("clear-articles").hidden = !isNarrowed;
  find("article-count").textContent = total ? t(isNarrowed ? "library.found" : "count.articles", { n: total })
    : query ? t("library.no_match", { query }) : t(isNarrowed ? "library.none_left" : "library.empty");
}

/** `kind`: "sources" or "companies", of which there is a list. */
async function offer(chosen, kind) {
  try {
    const { [kind]: found } = await call("GET", `/api/${kind}`);
    const { value } = chosen;
    chosen.replaceChildren(chosen.options[0], ...found.map(({ name, articles }) =>
      build("option", { value: name }, t("library.source", { name, n: articles }))));
    chosen.value = value;
    if (chosen.selectedIndex < 0) chosen.value = "";
  } catch {
    // the list itself says what is wrong
  }
}

function row(article) {
  const element = build("li", { id: `article-${article.id}` });
  show(element, article);
  return element;
}

function show(element, article) {
  const title = article.title || t("article.untitled");
  const from = (event) => openArticle({ article_id: article.id, title }, event.currentTarget);
  element.classList.remove("removed");
  element.replaceChildren(
    build("div", {},
      button(title, from, { class: "title", dir: "auto" }),
      build("p", { class: "byline" }, ...dotted(
        article.source, day(article.published_at) || t("article.undated"),
        article.provenance && build("span", { class: "badge" }, kind(article.provenance)),
        t("count.passages", { n: article.passages }),
        article.copies > 0 && t("library.copies", { n: article.copies }),
        t("library.added", { day: day(article.added_at) })))),
    isVisitor ? "" : button(t("library.remove"), (event) => remove(element, article, title, event.currentTarget),
      { class: "quiet", "aria-label": t("library.remove_named", { title }) }));
}

async function remove(element, article, title, control) {
  control.disabled = true;
  try {
    await call("DELETE", path(article));
  } catch (error) {
    if (error.status !== 404) { // gone already is as good as removed
      fail(element, control, error);
      return;
    }
  }
  const undo = button(t("library.undo"), () => restore(element, article, title, undo),
    { class: "quiet", "aria-label": t("library.undo_named", { title }) });
  element.classList.add("removed");
  element.replaceChildren(build("p", { class: "aside" }, t("library.removed", { title })), undo);
  articleRemoved(article.id);
  undo.focus();
  announce(t("library.removed", { title }));
  refreshState();
}

async function restore(element, article, title, undo) {
  undo.disabled = true;
  try {
    await call("POST", `${path(article)}/restore`);
  } catch (error) {
    fail(element, undo, error);
    return;
  }
  show(element, article);
  element.querySelector("button").focus();
  announce(t("library.restored", { title }));
  articleRestored(article.id);
  refreshState();
}

function fail(element, control, error) {
  control.disabled = false;
  control.focus();
  element.querySelector(".problem")?.remove();
  element.append(build("p", { class: "problem", role: "alert" }, error.message));
}

function path({ id }) {
  return `/api/articles/${encodeURIComponent(id)}`;
}

/** A date whose year is typed in full: a browser tells "0020-01-01" on the way to 2024. */
const whole = (date) => (date < "1000" ? "" : date);

/** At the foot of the sheet. */
function showState(health) {
  find("index-state").textContent = indexWords(health);
  find("feeds").replaceChildren(...(health?.feeds ?? []).map(feedItem));
}

function indexWords(health) {
  if (!health) return "";
  const built = moment(health.last_rebuild_at);
  return [
    t("count.passages", { n: health.passages }),
    t("library.embedded", { model: health.embedding_model.split("@")[0] }),
    built && t("library.index_of", { when: built }),
    health.pending && t("library.pending"),
  ].filter(Boolean).map((words) => ` · ${words}`).join("");
}

function feedItem({ feed, last_good_at: good, failing_since: failing, message, entry_error_count: entries }) {
  const words = failing ? t("library.feed_failing", { when: moment(failing), message })
    : entries ? t("library.feed_entries", { n: entries }) : "";
  return build("li", { class: failing ? "failing" : null },
    ...dotted(feed, good ? t("library.feed_read", { when: moment(good) }) : t("library.feed_unread"), words));
}
