/* One question with its answer while that is being written: the text as it comes, a line that says what
 * is going on, and what is left of it when it ends early. */

import { announce, build, button } from "./dom.js";
import { t } from "./strings.js";

/** Appends question and an empty answer to `conversation`. */
export function addExchange(conversation, question) {
  const article = build("article", { class: "answer", "aria-label": t("exchange.answer_to", { question }) });
  const element = build("div", { class: "exchange" },
    build("h2", { class: "question", dir: "auto" }, question), article);
  conversation.append(element);
  return { element, article };
}

/** Fills `article` piece by piece. `end(sentence, again)` says why it stays incomplete. */
export function partialAnswer(article) {
  const note = build("p", { class: "aside working" }, t("exchange.searching"));
  const text = build("p", { class: "sentences", dir: "auto" });
  article.setAttribute("aria-busy", "true"); // the finished answer is announced, not its pieces
  article.append(note, text);
  return {
    started: () => text.textContent !== "",
    sources(passages) {
      note.textContent = passages.length ? placesOf(passages) : t("exchange.nothing");
    },
    delta(piece) {
      text.append(document.createTextNode(piece));
    },
    end(sentence, again) {
      article.removeAttribute("aria-busy");
      note.remove();
      article.append(build("p", { class: "aside" }, sentence, " ",
        again && button(again.label, again.run, { class: "quiet" })));
      announce(sentence);
    },
  };
}

function placesOf(passages) {
  const articles = new Set(passages.map(({ article_id: id }) => id));
  return t("exchange.reading", { n: passages.length, articles: t("count.articles", { n: articles.size }) });
}
