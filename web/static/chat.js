/* The page's entry: prepares its parts and says what one does to another. */

import { prepareArticles } from "./articles.js";
import { askPicked, isAsking, isEditing, leaveEditing, stopAsking, submit } from "./asking.js";
import { box, prepareBox } from "./box.js";
import { find } from "./dom.js";
import { prepareKeys } from "./keys.js";
import { clearNarrowing, keepToArticle, prepareNarrowing } from "./narrowing.js";
import { closeReader, prepareReader, readerIsPanel } from "./panel.js";
import { newConversation, prepareSession } from "./session.js";
import { prepareState } from "./state.js";
import { prepareSuggestions } from "./suggest.js";

start();

function start() {
  prepareReader({ onAskAbout: askAboutArticle });
  prepareArticles();
  prepareNarrowing();
  prepareSuggestions(askPicked);
  prepareBox(submit);
  prepareState();
  prepareKeys({ onNew: beginAnew });
  find("stop").addEventListener("click", stopAsking);
  find("stop-editing").addEventListener("click", leaveEditing);
  find("new-conversation").addEventListener("click", beginAnew);
  document.addEventListener("keydown", escape);
  if (location.pathname !== "/") history.replaceState(null, "", "/"); // a reload must not send the form again
  prepareSession();
}

/** Esc takes back one thing at a time. */
function escape({ key }) {
  if (key !== "Escape" || document.querySelector("dialog:modal")) return;
  if (isAsking()) stopAsking();
  else if (isEditing()) leaveEditing();
  else if (readerIsPanel()) closeReader();
}

function askAboutArticle(article) {
  keepToArticle(article);
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  box.focus();
}

function beginAnew() {
  newConversation();
  clearNarrowing();
  box.focus();
}
