// News, told without moving the list: pushed while the page is seen, asked for twice a minute where no stream
// stands.

import { mark, mine } from "./desk-decisions.js";
import { $, element, shift, single } from "./desk-list.js";
import { root } from "./desk-requests.js";
import { say } from "./desk-words.js";

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
// A colleague, or this person elsewhere, decided about a comment that is shown: its row says so and stays. A key that was
// on its way finds the comment changed.
const learn = ({ data }) => {
  const told = JSON.parse(data);
  const row = document.getElementById(`c-${told.id}`);
  if (told.by_you && mine.has(told.id)) return;
  if (!row || row.matches(".leaving") || row.dataset.status === told.status) return;
  if (row.matches(".items .item")) {
    shift(row.dataset.status, -1);
    shift(told.status, 1);
  }
  mark(row, told);
};
let stream = null;
const listen = () => {
  if (document.hidden) { stream?.close(); stream = null; return; }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(`${root}desk/news`);
  stream.addEventListener("arrival", look);
  stream.addEventListener("decision", learn);
  stream.addEventListener("displaced", () => stream.close());
};
if (arrivals || single) {
  listen();
  document.addEventListener("visibilitychange", listen);
  setInterval(() => { if (stream?.readyState !== EventSource.OPEN) { listen(); look(); } }, 30000);
}
if (pendingCount) new MutationObserver(countInTitle).observe(pendingCount, { childList: true, characterData: true, subtree: true });
