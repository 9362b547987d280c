/* The stored articles: list, search, open and remove. */

import { call, remedies } from "./api.js";
import { announce, build, button, clearNotice, dotted, drawer, find, notify, pressTwice } from "./dom.js";
import { openArticle } from "./reader.js";
import { t } from "./strings.js";
import { day, kind } from "./words.js";

const PAGE = 50;
const TYPING_PAUSE_MS = 250;
const REMOVE = {
  label: "library.remove", named: "library.remove_named", sure: "library.remove_sure", sureNamed: "library.remove_sure_named",
};

const library = drawer("library");
let listing = new AbortController();
let cursor = null;
let onRemoved = () => {};

export function prepareLibrary(handlers) {
  onRemoved = handlers.onRemoved;
  let pause = null;
  find("article-search").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(listArticles, TYPING_PAUSE_MS);
  });
  find("more-articles").addEventListener("click", showMore);
  find("open-library").addEventListener("click", openLibrary);
}

export function openLibrary() {
  library.open();
  listArticles();
}

/** Reads the list afresh where it is on view. */
export function refreshLibrary() {
  if (library.dialog.open) listArticles();
}

/** One page of articles, without their text. */
export function fetchArticles({ query = "", limit = PAGE, from = null, signal } = {}) {
  const search = new URLSearchParams({ limit: String(limit) });
  if (query) search.set("q", query);
  if (from) search.set("cursor", from);
  return call("GET", `/api/articles?${search}`, { signal });
}

async function listArticles() {
  listing.abort();
  listing = new AbortController();
  await addPage(null, listing.signal, (rows) => find("article-list").replaceChildren(...rows));
}

async function showMore() {
  const list = find("article-list");
  const next = list.children.length;
  await addPage(cursor, listing.signal, (rows) => list.append(...rows));
  list.children[next]?.querySelector("button").focus();
}

async function addPage(from, signal, place) {
  const query = find("article-search").value.trim();
  clearNotice("library-notices", "list");
  try {
    const { articles, next_cursor: next } = await fetchArticles({ query, from, signal });
    if (signal.aborted) return;
    place(articles.map(row));
    cursor = next;
    find("more-articles").hidden = !next;
    find("article-list-end").textContent = endOfList(query);
  } catch (error) {
    if (error.name === "AbortError") return;
    notify("library-notices", "list", error.message, remedies(error, { label: t("action.try_again"), run: listArticles }));
  }
}

function endOfList(query) {
  if (find("article-list").children.length) return "";
  return query ? t("library.no_match", { query }) : t("library.empty");
}

function row(article) {
  const title = article.title || t("article.untitled");
  const open = (event) => openArticle({ article_id: article.id, title }, event.currentTarget);
  const element = build("li", {},
    build("div", {},
      button(title, open, { class: "title", dir: "auto" }),
      build("p", { class: "byline" }, ...dotted(
        article.source, day(article.published_at) || t("article.undated"),
        Number.isInteger(article.passages) && t("count.passages", { n: article.passages }),
        article.provenance && build("span", { class: "badge" }, kind(article.provenance))))),
    pressTwice(REMOVE, { title }, (control) => remove(article, element, control)));
  return element;
}

async function remove(article, element, control) {
  control.disabled = true;
  clearNotice("library-notices", "remove");
  try {
    await call("DELETE", `/api/articles/${encodeURIComponent(article.id)}`);
  } catch (error) {
    if (error.status !== 404) { // gone already is as good as removed
      control.disabled = false;
      notify("library-notices", "remove", error.message, remedies(error));
      return;
    }
  }
  const neighbour = element.nextElementSibling ?? element.previousElementSibling;
  element.remove();
  find("article-list-end").textContent = endOfList(find("article-search").value.trim());
  announce(t("library.removed", { title: article.title || t("article.untitled") }));
  (neighbour?.querySelector("button") ?? find("article-search")).focus();
  onRemoved();
}
