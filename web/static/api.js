/* Talks to the server: JSON in and out, one kind of error, and the event stream of an answer. */

import { t } from "./strings.js";

/** What the server, or the lack of one, said. `status` is 0 when no reply came. */
export class ApiError extends Error {
  constructor(message, { code = "", status = 0, location = null } = {}) {
    super(message);
    Object.assign(this, { code, status, location });
  }
}

const ADVICE = { 401: "error.signed_out", 413: "error.too_large", 429: "error.too_much", 503: "error.not_ready" };

/** The reply to one request, its body parsed; null where it has none. */
export async function call(method, path, { body, signal } = {}) {
  return payload(await request(method, path, { body, signal }));
}

/** The reply to one request. A page that is not signed in is led to the form for that: this is 401, too. */
export async function request(method, path, { body, signal } = {}) {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      keepalive: method === "DELETE", // it may be the last thing a page does
      credentials: "same-origin",
      headers: body && !form ? { "Content-Type": "application/json" } : {},
      body: body && !form ? JSON.stringify(body) : body,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(t("error.unreachable"));
  }
  if (response.redirected) throw new ApiError(t(ADVICE[401]), { status: 401 });
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // a proxy's error page: its status is all there is to tell
  }
  const { status } = response;
  const advice = () => (ADVICE[status] ? t(ADVICE[status]) : t("error.status", { status: String(status) }));
  return new ApiError((status !== 401 && error.message) || advice(), {
    code: error.code,
    status,
    location: response.headers.get("Location"),
  });
}

async function payload(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError(t("error.unreadable"), { status: response.status });
  }
}

/** Asks with a stream: `on.sources`, `on.lead` and `on.delta` as they come, resolves to the whole Answer. */
export async function ask(question, signal, on) {
  const response = await request("POST", "/api/ask", { body: { ...question, stream: true }, signal });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return payload(response);
  for await (const { name, data } of events(response.body)) {
    if (name === "sources" || name === "lead") on[name](data);
    else if (name === "delta") on.delta(data.text);
    else if (name === "done") return data;
    else if (name === "error") throw new ApiError(data.error.message, { code: data.error.code, status: 500 });
  }
  throw new ApiError(t("error.broken_off"));
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error) => {
        throw error.name === "AbortError" ? error : new ApiError(t("error.broken_off"));
      });
      if (done) return;
      const blocks = (waiting + value).split(/\r?\n\r?\n/);
      waiting = blocks.pop();
      yield* blocks.map(parseEvent).filter(Boolean);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parseEvent(block) {
  const fields = block.split(/\r?\n/).map((line) => /^(event|data): ?(.*)$/.exec(line)).filter(Boolean);
  const data = fields.filter(([, field]) => field === "data").map(([, , value]) => value).join("\n");
  if (!data) return null;
  try {
    return { name: fields.findLast(([, field]) => field === "event")?.[2] ?? "message", data: JSON.parse(data) };
  } catch {
    throw new ApiError(t("error.unreadable"));
  }
}

/** The actions that mend an error: signing in, or doing the same once more. */
export function remedies(error, run, label = t("action.try_again")) {
  if (error.status === 401) return [{ label: t("action.sign_in"), href: "/login" }];
  return run ? [{ label, run }] : [];
}

/** The id of the job that an error names, or null. */
export function runningJob(error) {
  return /\/api\/jobs\/([^/?#]+)/.exec(error.location ?? "")?.[1] ?? null;
}
