/* One question with its answer while that is being written: the text as it comes, a line that says what
 * is going on, and what is left of it when it ends early. */

import { atMarkers, context, lead, sentences } from "./answer.js";
import { announce, build, button } from "./dom.js";
import { t } from "./strings.js";

/** Appends question and an empty answer to `conversation`; `onEdit(exchange)` when it is to be asked in other words. */
export function addExchange(conversation, question, onEdit) {
  const article = build("article", { class: "answer", "aria-label": t("exchange.answer_to", { question }) });
  const element = build("div", { class: "exchange", tabindex: "-1" },
    build("div", { class: "asked" },
      build("h2", { class: "question", dir: "auto" }, question),
      button(t("exchange.edit"), () => onEdit(exchange), { class: "quiet edit" })),
    article);
  const exchange = { element, article, question };
  conversation.append(element);
  return exchange;
}

/**
 * Fills the exchange's article piece by piece, each piece below what is there, so that nothing moves that is
 * being read. Handlers as `renderAnswer` takes them. `end(sentence, again)` says why it stays incomplete.
 */
export function partialAnswer({ article, question }, handlers) {
  const note = build("p", { class: "aside working" }, t("exchange.searching"));
  const text = build("p", { dir: "auto" });
  const add = (...parts) => note.before(...parts.filter(Boolean));
  article.setAttribute("aria-busy", "true"); // the finished answer is announced, not its pieces
  article.append(note);
  return {
    started: () => text.isConnected,
    sources({ passages, ...understood }) {
      add(context({ question, ...understood }, handlers));
      note.textContent = passages.length ? placesOf(passages) : t("exchange.nothing");
    },
    lead: (found) => add(...lead(found)),
    wait() {
      note.textContent = t("exchange.waiting");
      announce(note.textContent);
    },
    goOn: () => (note.textContent = t("exchange.searching")),
    delta(piece) {
      if (!text.isConnected) add(sentences(text));
      text.append(...atMarkers(piece, (label) => build("span", { class: "marker" }, label)));
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
