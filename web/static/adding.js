/* Ways in for articles: files picked or dropped, pasted text, an address; and the rebuild. Each gives a
 * job to follow. What was typed stays until the server has taken it. */

import { call, remedies } from "./api.js";
import { build, button, clearNotice, find, notify } from "./dom.js";
import { followJob, runningJob } from "./jobs.js";
import { t } from "./strings.js";

const MAX_UPLOAD_MB = Number(document.body.dataset.maxUploadMb);

/** `openLibrary()` shows where the progress of dropped files can be seen. */
export function prepareAdding({ openLibrary }) {
  find("files").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = ""; // so that the same file can be picked again
  });
  find("paste").addEventListener("click", openPaste);
  find("rebuild").addEventListener("click", rebuild);
  find("address-form").addEventListener("submit", addAddress);
  acceptDrops((files) => {
    openLibrary();
    addFiles(files);
  });
}

export async function rebuild() {
  await start("/api/index/rebuild", {}, t("add.rebuilding"));
}

/** True when the server took it, or is at it already. Otherwise says why, and offers the same once more.
 *  `onEnd(job)` when what it took has ended. */
async function start(path, body, title, onEnd = () => {}) {
  clearNotice("library-notices", "add");
  try {
    const { job_id: id } = await call("POST", path, { body });
    followJob(id, title).then((job) => job && onEnd(job));
    return true;
  } catch (error) {
    const running = error.status === 409 && runningJob(error);
    if (running) followJob(running);
    else report(error.message, error, () => start(path, body, title, onEnd));
    return Boolean(running);
  }
}

function report(sentence, error, again) {
  notify("library-notices", "add", sentence, remedies(error, again && { label: t("action.try_again"), run: again }));
}

async function addFiles(files) {
  if (!files.length) return;
  const megabytes = files.reduce((sum, file) => sum + file.size, 0) / 2 ** 20;
  if (megabytes > MAX_UPLOAD_MB) {
    report(t("add.too_large", { megabytes: Math.ceil(megabytes), limit: MAX_UPLOAD_MB }), {});
    return;
  }
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  const sending = build("div", { class: "job" },
    build("p", { class: "job-words" }, t("add.sending", { n: files.length })),
    build("progress", { "aria-label": t("add.sending_files") }));
  find("jobs").prepend(sending);
  await start("/api/articles", form, t("add.adding_files", { n: files.length }));
  sending.remove();
}

async function addAddress(event) {
  event.preventDefault();
  const field = find("address");
  const typed = field.value.trim();
  if (!typed) {
    field.focus();
    return;
  }
  const url = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`;
  const giveBack = ({ state }) => {
    if (state !== "done" && !field.value) field.value = typed; // to be mended rather than typed again
  };
  if (await start("/api/articles", { url }, t("add.adding", { what: url }), giveBack) && field.value.trim() === typed) field.value = "";
}

/** The form exists only while it is open: the question box is the page's one textarea otherwise. */
function openPaste() {
  const field = (label, control) => build("label", {}, build("span", {}, label), control);
  const title = build("input", { type: "text", autocomplete: "off", dir: "auto" });
  const source = build("input", { type: "text", autocomplete: "off", dir: "auto" });
  const date = build("input", { type: "date" });
  const text = build("textarea", { rows: 10, required: true, dir: "auto" });
  const problem = build("p", { role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    if (!text.value.trim()) {
      problem.textContent = t("add.no_text");
      text.focus();
      return;
    }
    const given = { title: title.value.trim(), source: source.value.trim(), published_at: date.value };
    const article = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    try {
      const { job_id: id } = await call("POST", "/api/articles", { body: { ...article, text: text.value } });
      followJob(id, given.title ? t("add.adding", { what: given.title }) : t("add.adding_pasted"));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  const dialog = build("dialog", { class: "form-dialog", "aria-labelledby": "paste-title", onclose: () => dialog.remove() },
    build("h2", { id: "paste-title" }, t("add.paste")),
    build("form", { onsubmit: submit, novalidate: true },
      field(t("add.title"), title),
      build("div", { class: "pair" }, field(t("add.source"), source), field(t("add.published"), date)),
      field(t("add.text"), text),
      problem,
      build("div", { class: "add-row end" },
        button(t("action.cancel"), () => dialog.close()),
        build("button", { type: "submit", class: "solid" }, t("add.article")))));
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
}

function acceptDrops(onFiles) {
  const overlay = find("drop-here");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const hide = () => overlay.togglePopover(false);
  window.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    overlay.togglePopover(true);
  });
  window.addEventListener("dragleave", (event) => event.relatedTarget === null && hide());
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hide();
    onFiles([...event.dataTransfer.files]);
  });
}
