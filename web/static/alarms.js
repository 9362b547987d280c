/* What is wrong with feeds, or too old, in one line that opens. Loaded when there is something to tell. */

import { build, notify } from "./dom.js";
import { t } from "./strings.js";

export function tellAlarms({ alarms, feeds }) {
  const failing = feeds.filter((feed) => feed.failing_since).length;
  const partly = feeds.filter((feed) => feed.entry_error_count).length;
  const words = [
    failing && t("alarm.feeds_failing", { n: failing }),
    partly && t("alarm.feeds_partly", { n: partly }),
    alarms.length > failing + partly && t("alarm.nothing_new"),
  ];
  notify("notices", "alarms", build("details", {},
    build("summary", {}, words.filter(Boolean).join(". ")),
    build("ul", { tabindex: "0" }, ...alarms.map((alarm) => build("li", {}, alarm)))));
}
