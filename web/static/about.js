/* What is known of an article beside its text: what kind it is and why, where its date and names come from,
 * what was taken out of it, and what changed from one revision to the next; and what is near to it. Loaded with the first
 * article that is opened. */

import { call } from "./api.js";
import { build, button, dotted } from "./dom.js";
import { openArticle } from "./reader.js";
import { pieces, t } from "./strings.js";
import { day, kind, moment } from "./words.js";

const FIELDS = {
  title: "field.title", url: "field.url", source: "field.source", author: "field.author",
  published_at: "field.published", updated_at: "field.updated", language: "field.language", section: "field.section",
  image_credit: "field.image", provenance: "field.kind", origin: "field.origin", added_at: "field.added",
};

/** What is near to it by meaning, in a place that stays empty where nothing is. */
export function related(article) {
  const place = build("section", { class: "related", hidden: true, "aria-labelledby": "related-title" },
    build("h3", { id: "related-title" }, t("about.related")));
  call("GET", `/api/articles/${encodeURIComponent(article.id)}/related`).then(({ articles }) => {
    place.append(build("ul", {}, ...articles.map(({ article_id: id, title, source, published_at: published }) => build("li", {},
      button(title || t("article.untitled"), (event) => openArticle({ article_id: id, title }, event.currentTarget), { class: "title", dir: "auto" }),
      build("p", { class: "byline" }, ...dotted(source, day(published) || t("article.undated")))))));
    place.hidden = !articles.length;
  }, () => {}); // the article is read without them
  return place;
}

/** Closed at first; the revisions are asked for when it is opened. */
export function about(article) {
  const revisions = build("div");
  const element = build("details", { class: "about" },
    build("summary", {}, t("about.title")),
    fields(article), evidence(article), removedLines(article.removed ?? []), revisions);
  element.addEventListener("toggle", () => {
    if (!element.open) return;
    element.scrollIntoView({ block: "start" });
    showRevisions(article, revisions);
  }, { once: true });
  return element;
}

function fields(article) {
  const stated = Object.entries(FIELDS).filter(([name]) => article[name]);
  return build("dl", {}, ...stated.flatMap(([name, label]) => [
    build("dt", {}, t(label)),
    build("dd", { dir: "auto" }, said(name, article[name]),
      told(name, article) && build("span", { class: "aside" }, ` ${t("about.found", { where: told(name, article) })}`)),
  ]));
}

/** Where a field was found; of a kind that the article's own words tell, those words follow below. */
function told(name, { found_in: where, provenance_evidence: words }) {
  return name === "provenance" && words ? null : where?.[name];
}

function said(name, value) {
  if (name === "provenance") return kind(value);
  if (name === "added_at") return moment(value);
  return name.endsWith("_at") ? day(value) : value;
}

function evidence({ provenance, provenance_evidence: words }) {
  if (!provenance || !words) return "";
  return build("p", {}, ...pieces("about.evidence", { kind: kind(provenance), words: build("q", { dir: "auto" }, words) }));
}

function removedLines(removed) {
  if (!removed.length) return "";
  return build("details", {},
    build("summary", {}, t("about.left_out", { n: removed.length })),
    build("ul", {}, ...removed.map(({ rule, text }) =>
      build("li", {}, build("span", { class: "badge" }, rule), " ", build("bdi", {}, text)))));
}

async function showRevisions(article, place) {
  const path = `/api/articles/${encodeURIComponent(article.id)}`;
  try {
    const { revisions } = await call("GET", `${path}/revisions`);
    if (revisions.length < 2) return;
    place.append(build("p", {}, t("about.revisions", { n: revisions.length })), build("ul", {}, ...revisions.map((revision, n) =>
      build("li", {}, t(revision.is_current ? "about.revision_present" : "about.revision", { when: moment(revision.added_at, "medium") }), " ",
        ...(n + 1 < revisions.length ? whatChanged(path, revisions[n + 1].revision, revision.revision) : [])))));
  } catch (error) {
    place.append(build("p", { class: "aside" }, error.message));
  }
}

/** A button that shows and hides what changed, and the place for it, which is filled when it is first asked for. */
function whatChanged(path, from, to) {
  const place = build("div", { hidden: true });
  let isKnown = false;
  const control = button(t("about.what_changed"), async () => {
    if (!isKnown) {
      try {
        const { changes } = await call("GET", `${path}/difference?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
        const shown = changes.filter(({ kind }) => kind !== "same");
        place.replaceChildren(shown.length ? build("ul", { class: "changes" }, ...shown.map(changed))
          : build("span", { class: "aside" }, t("about.not_text")));
        isKnown = true;
      } catch (error) {
        place.replaceChildren(build("span", { class: "aside" }, error.message));
      }
      place.hidden = false;
    } else {
      place.hidden = !place.hidden;
    }
    control.setAttribute("aria-expanded", String(!place.hidden));
  }, { class: "quiet", "aria-expanded": "false" });
  return [control, place];
}

function changed({ kind, old, new: now, words }) {
  if (kind === "removed") return build("li", { dir: "auto" }, build("del", {}, old.text));
  if (kind === "added") return build("li", { dir: "auto" }, build("ins", {}, now.text));
  return build("li", { dir: "auto" }, ...edited(old, now, words));
}

/** The new sentence with the old words struck out beside what stands for them. */
function edited(was, sentence, words) {
  const characters = [...sentence.text]; // the API counts characters, not UTF-16 units
  const pieces = [];
  let at = sentence.start;
  let oldAt = was.start;
  for (const { old, new: now } of words) {
    // what was only taken out has its place in the old sentence alone: as far behind the edit before it as there
    const start = now ? now.start : at + old.start - oldAt;
    pieces.push(characters.slice(at - sentence.start, start - sentence.start).join(""));
    if (old) pieces.push(build("del", {}, old.text), " ");
    if (now) pieces.push(build("ins", {}, now.text));
    oldAt = old ? old.end : oldAt + start - at;
    at = now ? now.end : start;
  }
  return [...pieces, characters.slice(at - sentence.start).join("")];
}
