// News, told without moving the list: pushed while the page is seen, asked for twice a minute where no stream
// stands.

import { ago, mark, mine } from "./desk-decisions.js";
import { $, $$, element, remark, shift, single } from "./desk-list.js";
import { root } from "./desk-requests.js";
import { list, say } from "./desk-words.js";

const arrivals = $("#arrivals");
const pendingCount = $('.tabs [data-status="pending"] .count');
const title = document.title.replace(/^\(\d+\) /, "");

// The tab of the browser says how many wait, for whoever reads something else.
export const countInTitle = () => {
  if (!pendingCount || !$('.tabs [aria-current][data-status="pending"]')) return;
  const count = Number(pendingCount.textContent);
  document.title = count ? `(${count}) ${title}` : title;
};
const look = async () => {
  const filter = new URLSearchParams(location.search);
  if (document.hidden || !pendingCount || filter.has("cursor")) return;
  const query = new URLSearchParams({ status: "pending", limit: "1" });
  ["site", "q", "page", "author", "check"].forEach((name) => { if (filter.get(name)) query.set(name, filter.get(name)); });
  if (["band", "since", "until", "link"].some((name) => filter.get(name))) return;
  const response = await fetch(`${root}api/v1/comments?${query}`).catch(() => null);
  if (!response || !response.ok) return;
  const { counts } = await response.json();
  const more = counts.pending - Number(pendingCount.textContent);
  if (more <= 0) { arrivals.hidden = true; return; }
  const link = element("a", "", say("new", { count: more }));
  link.href = location.href;
  arrivals.replaceChildren(link);
  arrivals.hidden = false;
};
// What a page was made with is no news: under load it is sent once the page is there.
const knows = (row, { version }) => Number(row.dataset.version) >= version;
// A colleague, or this person elsewhere, decided about a comment that is shown: its row says so and stays. A key that was
// on its way finds the comment changed.
const learn = ({ data }) => {
  const told = JSON.parse(data);
  const row = document.getElementById(`c-${told.id}`);
  if (told.by_you && mine.has(told.id)) return;
  if (!row || knows(row, told) || row.matches(".leaving") || row.dataset.status === told.status) return;
  if (row.matches(".items .item")) {
    shift(row.dataset.status, -1);
    shift(told.status, 1);
  }
  mark(row, told);
};
// A colleague changed a text that is shown here: who decides about it reads it again first.
const reread = ({ data }) => {
  const told = JSON.parse(data);
  const row = document.getElementById(`c-${told.id}`);
  if (row && !knows(row, told) && !row.matches(".leaving") && !told.by_you) remark(row, say("edited-before-you", { who: told.by, when: ago(told.at) }));
};
// Colleagues who have a comment open that is shown here.
const watch = ({ data }) => {
  const names = new Map();
  JSON.parse(data).forEach(({ id, by }) => names.set(id, [...(names.get(id) ?? []), by]));
  $$(".looking").forEach((line) => line.remove());
  names.forEach((who, id) => {
    const row = document.getElementById(`c-${id}`);
    if (!row || row.matches(".leaving")) return;
    const line = element("p", "looking", say("looking", { who: list(who) }));
    $("header", row).after(line);
  });
};
// Whoever opens a comment has it, for others to see, as long as the page is seen.
const RENEWED = 30000;
const note = (more) => {
  const form = new URLSearchParams({ csrf: $("meta[name=csrf]").content, ...more });
  return [`${root}desk/comments/${single.dataset.id}/looks`, form];
};
const hold = () => {
  if (document.hidden) { navigator.sendBeacon(...note({ ends: "yes" })); return; }
  const [path, body] = note({});
  fetch(path, { method: "POST", body }).catch(() => {});
};
if (single) {
  hold();
  setInterval(() => { if (!document.hidden) hold(); }, RENEWED);
  document.addEventListener("visibilitychange", hold);
  addEventListener("pagehide", () => navigator.sendBeacon(...note({ ends: "yes" })));
}
let stream = null;
const listen = () => {
  if (document.hidden) { stream?.close(); stream = null; return; }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(`${root}desk/news`);
  stream.addEventListener("arrival", look);
  stream.addEventListener("decision", learn);
  stream.addEventListener("edit", reread);
  stream.addEventListener("looks", watch);
  stream.addEventListener("displaced", () => stream.close());
};
if (arrivals || single) {
  listen();
  document.addEventListener("visibilitychange", listen);
  setInterval(() => { if (stream?.readyState !== EventSource.OPEN) { listen(); look(); } }, 30000);
}
if (pendingCount) new MutationObserver(countInTitle).observe(pendingCount, { childList: true, characterData: true, subtree: true });
