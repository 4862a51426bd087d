// The desk with script: keys, decisions without loading the page again, undo, news of arrivals.
// Everything here has a form that does the same without it.

import { press, undo } from "./desk-decisions.js";
import "./desk-drafts.js";
import { $, $$, checked, current, move, select, single } from "./desk-list.js";
import "./desk-news.js";
import { palette } from "./desk-palette.js";
import { root } from "./desk-requests.js";
import "./desk-swipe.js";
import { say } from "./desk-words.js";

// Choices about how the list looks, kept in the browser.
for (const [id, off, name] of [["marks", "plain-text", false], ["roomy", "roomy", true]]) {
  const box = $(`#${id}`);
  if (!box) continue;
  const show = () => document.body.classList.toggle(off, box.checked === name);
  if (localStorage.getItem(id)) box.checked = localStorage.getItem(id) === "on";
  box.addEventListener("change", () => { localStorage.setItem(id, box.checked ? "on" : "off"); show(); });
  show();
}
// Fields that were left empty are not sent, so that a list's address says only what narrows it.
$(".filters")?.addEventListener("formdata", ({ formData }) => {
  [...formData].forEach(([name, value]) => { if (!value || (name === "sort" && value === "newest")) formData.delete(name); });
});
// Back from a comment's page: the same one is selected.
if ($(".items") && performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  const row = document.getElementById(sessionStorage.getItem("current") ?? "");
  if (row?.matches(".items .item")) select(row, { still: true });
}

// What is to be put right has the focus: where an address names a part of the page, the browser goes there instead.
if (location.hash) addEventListener("load", () => $("[aria-invalid=true]")?.focus());

// A file that was tried is still chosen when it is to be imported: a page cannot choose one again by itself.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-keeps-file]");
  if (!form) return;
  event.preventDefault();
  const files = form.elements.file.files;
  const button = $("button", form);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = $("main", page);
    if (answer.redirected || !main) return location.reload();
    $("main").replaceWith(main);
    const kept = $("[data-keeps-file]", main);
    if ($("[name=tried]", kept)) kept.elements.file.files = files;
    $("[role=status], [role=alert]", main)?.scrollIntoView({ block: "center" });
  } catch {
    button.disabled = false;
  }
});

// Keys

const help = $("#help");
const keysOn = $("#keys-on");
keysOn.checked = localStorage.getItem("keys") !== "off";
keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
$("#help-button").hidden = false;
$("#help-button").addEventListener("click", () => help.showModal());
$("#palette-button").hidden = false;
$("#palette-button").addEventListener("click", () => palette(acts()));

const decisions = { a: "approve", s: "spam", r: "reject", d: "trash", u: "hold" };
// The letter that a key has, or on keyboards of other scripts that it would have where it is.
const letter = ({ key, code }) => (/^[a-z?/]$|^\w\w/i.test(key) || !/^Key[A-Z]$/.test(code ?? "") ? key : code.slice(-1)).toLowerCase();

// Why a comment is rejected, as the form's menu has it.
const reasons = () => $$("[name=reason] option").map((option) => option.value).filter(Boolean);
const because = (many) => reasons().map((reason) => ({ label: say("reject-because", { reason: say(`why-${reason}`) }), run: () => press("reject", many, reason) }));
const open = (row, place = "") => {
  if (row && !single) location.assign(`${$(".when", row).getAttribute("href")}${place}`);
  else if (single && place) location.hash = place;
};
// Opens the field for an answer.
const answer = () => {
  const details = $("#answer details");
  if (!details) return;
  details.open = true;
  $("textarea", details).focus();
};
if (location.hash === "#answer") answer();
const acts = () => [
  ...(current() ? Object.entries(decisions).map(([key, decision]) => ({ label: say(`verb-${decision}`), more: key, key: true, run: () => press(decision) })) : []),
  ...(current() && reasons().length ? [{ label: say("reject-why"), more: "w", key: true, run: () => palette(because(), true) }] : []),
  { label: say("undo-last"), more: "z", key: true, run: () => undo() },
  { label: say("keys"), more: "?", key: true, run: () => help.showModal() },
];
const go = {
  j: () => ($("a[rel=next].next") ? $("a[rel=next].next").click() : move(1)),
  k: () => (single ? history.back() : move(-1)),
  z: () => undo(),
  t: () => open(current(), "#thread"),
  e: () => { if (current()) location.assign(`${root}desk/comments/${current().dataset.id}/edit`); },
  b: () => { if (current()) location.assign(`${root}desk/comments/${current().dataset.id}/block`); },
  "/": () => $("#search")?.focus(),
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && letter(event) === "k" && !$("dialog[open]")) {
    event.preventDefault();
    palette(acts());
    return;
  }
  if (event.key === "Escape" && event.target.matches("#search")) { (current() ?? $("#content")).focus({ preventScroll: true }); return; }
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || event.isComposing || $("dialog[open]")) return;
  const key = letter(event);
  if (event.key === "?") { help.showModal(); return; }
  // Enter on a check box would press the form's first button.
  if (key === "enter" && event.target.matches("input[type=checkbox]")) { event.preventDefault(); return; }
  if (!keysOn.checked) return;
  // A key that is held down goes through the list, and does nothing else.
  if (event.repeat && key !== "j" && key !== "k") {
    if (decisions[key] || key === "enter") event.preventDefault();
    return;
  }
  if (key === "r" && event.shiftKey && !checked().length) { if (single) answer(); else open(current(), "#answer"); event.preventDefault(); return; }
  if (decisions[key]) press(decisions[key], event.shiftKey);
  else if (key === "w" && reasons().length && (event.shiftKey ? checked().length : current())) palette(because(event.shiftKey), true);
  else if (key === "x" && event.shiftKey) $("#select-all")?.click();
  else if (key === "x" && current() && !single) { $(".select", current()).click(); }
  else if (key === "enter" && event.target === current() && !single) open(current());
  else if (go[key] && !event.shiftKey) go[key]();
  else return;
  event.preventDefault();
});
