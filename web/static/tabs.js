/* What other tabs of this browser should know of a conversation: that it has an answer more ("answered"), or that it
 * is gone ("deleted"). Only its id goes over; what was said the other tab asks the server for. */

const channel = new BroadcastChannel("assistant-conversations");

export function tellTabs(event, id) {
  channel.postMessage({ event, id });
}

/** `heard` has a function of the id for each event. */
export function hearTabs(heard) {
  channel.onmessage = ({ data: { event, id } }) => heard[event](id);
}
