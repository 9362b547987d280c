/* Ways in for articles: files picked or dropped, pasted text, an address; and the rebuild. Each but the last is looked at
 * first (`preview.js`) and then gives a job to follow. What was typed stays until the server has taken it. */

import { call, remedies, runningJob } from "./api.js";
import { build, button, clearNotice, find, notify } from "./dom.js";
import { followJob } from "./jobs.js";
import { previewed } from "./preview.js";
import { t } from "./strings.js";

const MAX_UPLOAD_MB = Number(document.body.dataset.maxUploadMb);
const MAX_PREVIEWED = 20;

export function prepareAdding() {
  find("files").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = ""; // so that the same file can be picked again
  });
  find("paste").addEventListener("click", openPaste);
  find("rebuild").addEventListener("click", rebuild);
  find("address-form").addEventListener("submit", addAddress);
}

export async function rebuild() {
  await start("/api/index/rebuild", {}, t("add.rebuilding"));
}

/** True when the server took it, or is at it already. Otherwise says why, and offers the same once more. */
async function start(path, body, title) {
  clearNotice("library-notices", "add");
  try {
    const { job_id: id } = await call("POST", path, { body });
    followJob(id, title);
    return true;
  } catch (error) {
    const running = error.status === 409 && runningJob(error);
    if (running) followJob(running);
    else report(error.message, remedies(error, () => start(path, body, title)));
    return Boolean(running);
  }
}

function report(sentence, actions = []) {
  notify("library-notices", "add", sentence, actions);
}

export async function addFiles(files) {
  if (!files.length) return;
  const megabytes = files.reduce((sum, file) => sum + file.size, 0) / 2 ** 20;
  if (megabytes > MAX_UPLOAD_MB) {
    report(t("add.too_large", { megabytes: Math.ceil(megabytes), limit: MAX_UPLOAD_MB }));
    return;
  }
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  const title = t("add.adding_files", { n: files.length });
  const add = () => sent(t("add.sending", { n: files.length }), () => start("/api/articles", form, title));
  if (files.length > MAX_PREVIEWED) {
    await add();
    report(t("preview.too_many", { n: MAX_PREVIEWED }));
  } else {
    await lookAt(form, t("preview.reading_files", { n: files.length }), add, find("files"));
  }
}

async function addAddress(event) {
  event.preventDefault();
  const field = find("address");
  const typed = field.value.trim();
  field.focus();
  if (!typed) return;
  const url = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`;
  const add = async () => {
    if (await start("/api/articles", { url }, t("add.adding", { what: url })) && field.value.trim() === typed) field.value = "";
  };
  await lookAt({ url }, t("preview.reading", { what: url }), add, field);
}

/** Shows what `body` would add; `add()` then does it. Where that cannot be told, it may be added all the same. */
async function lookAt(body, words, add, origin) {
  clearNotice("library-notices", "add");
  const abort = new AbortController();
  const started = document.activeElement;
  try {
    const found = await sent(words, (signal) => call("POST", "/api/articles/preview", { body, signal }), abort);
    const leave = () => {
      card.remove();
      origin.focus();
    };
    const card = previewed(found, {
      add: () => {
        leave();
        add();
      },
      leave,
    });
    find("previews").prepend(card);
    if ([started, document.body].includes(document.activeElement)) card.querySelector("h3").focus();
  } catch (error) {
    if (error.name === "AbortError") return;
    report(error.message, [
      ...remedies(error, () => lookAt(body, words, add, origin)),
      ...(error.status && error.status !== 401 ? [{ label: t("preview.skip"), run: add }] : []),
    ]);
  }
}

/** Shows that something is on its way for as long as it takes. With `abort` it can be called off. */
async function sent(words, send, abort) {
  const cancel = abort && button(t("action.cancel"), () => abort.abort(), { class: "quiet", "aria-label": t("job.cancel_named", { title: words }) });
  const place = build("div", { class: "job" },
    build("p", { class: "job-words", role: "status" }, words), build("progress", { "aria-label": words }), cancel);
  find("jobs").prepend(place);
  try {
    return await send(abort?.signal);
  } finally {
    if (place.contains(document.activeElement)) find("library-title").focus();
    place.remove();
  }
}

let pasted = {}; // what was typed and is not added yet, by field

/** The form exists only while it is open: the question box is the page's one textarea otherwise. */
function openPaste() {
  const field = (label, control) => build("label", {}, build("span", {}, label), control);
  const title = build("input", { type: "text", autocomplete: "off", dir: "auto" });
  const source = build("input", { type: "text", autocomplete: "off", dir: "auto" });
  const date = build("input", { type: "date" });
  const text = build("textarea", { rows: 10, required: true, dir: "auto" });
  const problem = build("p", { role: "alert" });
  const next = build("button", { type: "submit", class: "solid" }, t("preview.show"));
  const fields = { title, source, published_at: date, text };
  const written = () => Object.fromEntries(Object.entries(fields)
    .map(([name, { value }]) => [name, name === "text" ? value : value.trim()]).filter(([, value]) => value));
  const fail = (words, field) => {
    problem.textContent = words;
    field.focus();
  };
  const submit = async (event) => {
    event.preventDefault();
    if (!text.value.trim()) return fail(t("add.no_text"), text);
    next.disabled = true;
    try {
      const body = written();
      const found = await call("POST", "/api/articles/preview", { body });
      problem.textContent = "";
      const card = previewed(found, {
        add: async () => {
          try {
            const { job_id: id } = await call("POST", "/api/articles", { body });
            form.reset();
            pasted = {};
            dialog.close();
            followJob(id, body.title ? t("add.adding", { what: body.title }) : t("add.adding_pasted"));
          } catch (error) {
            back();
            fail(error.message, next);
          }
        },
        leave: () => back(),
        leaveLabel: t("preview.edit"),
      });
      const back = () => {
        card.remove();
        form.hidden = false;
        text.focus();
      };
      form.hidden = true;
      dialog.append(card);
      card.querySelector("h3").focus();
    } catch (error) {
      fail(error.message, text);
    } finally {
      next.disabled = false;
    }
  };
  const form = build("form", { onsubmit: submit, novalidate: true },
    field(t("add.title"), title),
    build("div", { class: "pair" }, field(t("add.source"), source), field(t("add.published"), date)),
    field(t("add.text"), text),
    problem,
    build("div", { class: "add-row" }, next, button(t("action.cancel"), () => dialog.close())));
  const close = () => {
    pasted = written();
    dialog.remove();
  };
  const dialog = build("dialog", { class: "form-dialog", "aria-labelledby": "paste-title", onclose: close },
    build("h2", { id: "paste-title" }, t("add.paste")), form);
  for (const [name, field] of Object.entries(fields)) field.value = pasted[name] ?? "";
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
}
