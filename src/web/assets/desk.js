// The desk with script: keys, decisions without loading the page again, undo, news of arrivals.
// Everything here has a form that does the same without it.

import { press, undo } from "./desk-decisions.js";
import { $, $$, current, move, single } from "./desk-list.js";
import { root } from "./desk-requests.js";

const marks = $("#marks");
if (marks) {
  const show = () => document.body.classList.toggle("plain-text", !marks.checked);
  marks.checked = localStorage.getItem("marks") !== "off";
  marks.addEventListener("change", () => { localStorage.setItem("marks", marks.checked ? "on" : "off"); show(); });
  show();
}
$$(".filters select").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));

// Keys

const help = $("#help");
const keysOn = $("#keys-on");
keysOn.checked = localStorage.getItem("keys") !== "off";
keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
$("#help-button").hidden = false;
$("#help-button").addEventListener("click", () => help.showModal());

const decisions = { a: "approve", s: "spam", r: "reject", d: "trash", u: "hold" };
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || $("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (event.key === "?") { help.showModal(); return; }
  // Enter on a check box would press the form's first button.
  if (key === "enter" && event.target.matches("input[type=checkbox]")) { event.preventDefault(); return; }
  if (!keysOn.checked) return;
  // A key that is held down goes through the list, and does nothing else.
  if (event.repeat && key !== "j" && key !== "k") {
    if (decisions[key] || key === "enter") event.preventDefault();
    return;
  }
  if (decisions[key]) press(decisions[key], event.shiftKey);
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "z") undo();
  else if (key === "x" && event.shiftKey) $("#select-all")?.click();
  else if (key === "x" && current() && !single) { $(".select", current()).click(); }
  else if (key === "enter" && event.target === current() && !single) $(".when", current()).click();
  else return;
  event.preventDefault();
});

// News, told without moving the list: pushed while the page is seen, asked for twice a minute
// where no stream stands.

const arrivals = $("#arrivals");
const pendingCount = $('.tabs [data-status="pending"] .count');
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
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = `${more} new: show`;
  arrivals.replaceChildren(link);
  arrivals.hidden = false;
};
let stream = null;
const listen = () => {
  if (document.hidden) { stream?.close(); stream = null; return; }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(`${root}desk/news`);
  stream.addEventListener("arrival", look);
  stream.addEventListener("displaced", () => stream.close());
};
if (arrivals) {
  listen();
  document.addEventListener("visibilitychange", listen);
  setInterval(() => { if (stream?.readyState !== EventSource.OPEN) { listen(); look(); } }, 30000);
}
