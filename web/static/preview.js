/* What adding would take in, article by article, as the server tells it; then it is added, or not. */

import { build, button, dotted } from "./dom.js";
import { itemList } from "./jobs.js";
import { t } from "./strings.js";
import { day, kind } from "./words.js";

const BEGINNING_CHARS = 300;

let cards = 0;

/** `add()` and `leave()` are called once the reader has chosen. */
export function previewed({ articles, errors, notes, more }, { add, leave, leaveLabel = t("preview.leave") }) {
  const id = `preview-${++cards}`;
  const isOfUse = more || articles.some(({ outcome }) => outcome !== "unchanged");
  return build("section", { class: "preview", "aria-labelledby": id },
    build("h3", { id, tabindex: "-1" }, heading(articles, more)),
    articles.length > 0 && build("ul", {}, ...articles.map(item)),
    more && build("p", { class: "aside" }, t("preview.more")),
    itemList(errors, t("job.errors", { n: errors.length }), true),
    itemList(notes, t("job.notes"), false),
    build("div", { class: "add-row" },
      isOfUse && button(t("preview.add"), add, { class: "solid" }),
      button(isOfUse ? leaveLabel : t("preview.close"), leave)));
}

function heading(articles, more) {
  if (!articles.length) return t(more ? "preview.unknown" : "preview.nothing");
  const changes = articles.filter(({ outcome }) => outcome !== "unchanged").length;
  return changes ? t("preview.title", { n: changes }) : t("preview.known");
}

function item(article) {
  const { title, source, author, published_at: published, provenance, words, beginning } = article;
  return build("li", {},
    build("p", { class: "preview-title", dir: "auto" }, title || t("article.untitled")),
    build("p", { class: "byline" }, ...dotted(
      build("b", {}, outcome(article)), source, author, day(published) || t("article.undated"),
      provenance && build("span", { class: "badge" }, kind(provenance)), t("preview.words", { n: words }))),
    build("p", { class: "beginning", dir: "auto", lang: article.language }, cut(beginning)),
    leftOut(article));
}

/** Between two words, where the server cut it off. */
function cut(beginning) {
  return [...beginning].length < BEGINNING_CHARS ? beginning : `${beginning.replace(/\s+\S*$/, "")}…`;
}

function outcome({ outcome: what, differing }) {
  if (what === "updated") return differing ? t("preview.updated", { n: differing }) : t("preview.updated_fields");
  return t(what === "new" ? "preview.new" : "preview.unchanged");
}

function leftOut({ removed, removed_count: n }) {
  if (!n) return null;
  return build("details", { class: "aside" },
    build("summary", {}, t("about.left_out", { n })),
    build("ul", {}, ...removed.map(({ rule, text }) =>
      build("li", {}, build("span", { class: "badge" }, rule), " ", build("bdi", {}, text))),
      n > removed.length && build("li", {}, t("job.others", { n: n - removed.length }))));
}
