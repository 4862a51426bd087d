// The list: which comment is selected, how a decided one folds up and comes back, and that no click meets
// another comment than the one that was seen. Deciding itself is in desk-decisions.js.

import { say } from "./desk-words.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Time within which a click where rows moved is taken for the second half of a double click.
export const SETTLES = 400;
// Rows left below the current one from which on the next page is loaded.
const NEARLY_OUT = 8;

export const form = $("#queue");
export const single = $("[data-single]");
const list = $(".items");
const places = new WeakMap(); // row: its place in the list, by number
const born = new WeakMap(); // line of a decided row, or a message: when it came
export const bear = (box) => born.set(box, performance.now());
let moved = -Infinity;
let count = 0;
// On a phone the buttons of a card stay above its lower edge only once its text is seen: nobody decides about what they cannot read.
const seen = "IntersectionObserver" in window && new IntersectionObserver((entries) => {
  entries.forEach(({ target, isIntersecting, boundingClientRect }) => target.closest(".item")?.classList.toggle("seen", isIntersecting || boundingClientRect.top < 0));
}, { rootMargin: "0px 0px -112px" });
const number = (row) => {
  places.set(row, count += 1);
  if (seen && $("p.text", row)) seen.observe($("p.text", row));
};
$$(".items .item").forEach(number);

export const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

// Rows that can be decided about.
export const rows = () => $$(".items .item:not(.leaving)");
export const current = () => $(".item.current") || single;
export const checked = () => rows().filter((row) => $(".select", row).checked);
export const decisionOf = (button) => button.value.split(":")[0];
export const name = (row) => $("header h2, header h1", row).textContent;

export const select = (row, { still = false } = {}) => {
  $$(".item.current").forEach((one) => one.classList.remove("current"));
  if (!row) { $("#content").focus({ preventScroll: true }); return; }
  row.classList.add("current");
  row.focus({ preventScroll: true });
  sessionStorage.setItem("current", row.id);
  if (!still) row.scrollIntoView({ block: "nearest" });
};
export const move = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf($(".item.current"));
  select(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]);
};
export const after = (row) => rows().find((one) => places.get(one) > places.get(row));

export const tell = () => {
  if (!$("#selected")) return;
  const n = checked().length;
  $("#selected").textContent = n ? say("selected", { count: n }) : say("select-all");
  $("#select-all").checked = n > 0 && n === rows().length;
};
export const shift = (status, by) => {
  const shown = $(`.tabs [data-status="${status}"] .count`);
  if (shown) shown.textContent = String(Math.max(0, Number(shown.textContent) + by));
  if (shown && $("#total") && form.dataset.status === status) $("#total").textContent = shown.textContent;
};

export const stir = () => { moved = performance.now(); };
// Drawing aside has no second half: what is tapped after it, however soon, is meant.
let drew = -Infinity;
let clicked = 0;
export const wasDrawn = () => { drew = performance.now(); };
// Whether a row came to where it is so lately that nobody can have read what is there now.
const unsettled = (since, event) => event.timeStamp - since < SETTLES;
export const isFresh = (row) => performance.now() - Number(row.dataset.returned ?? -Infinity) < SETTLES;

// Folds a row up as it is decided about, and keeps its height where a pointer did it: then nothing else
// comes to lie below the pointer.
export const fold = (row, said, keepHeight) => {
  if (keepHeight) row.style.minHeight = `${row.offsetHeight}px`;
  else stir();
  row.dataset.said = said;
  row.classList.remove("current");
  row.classList.add("leaving");
  $$(".since", row).forEach((one) => one.remove());
  $(".select", row).checked = false;
};
// Puts a line in the place of a row that is decided about.
export const replace = (row, text, undo) => {
  const line = element("li", "decided");
  line.style.minHeight = row.style.minHeight;
  line.append(element("p", "", text));
  if (undo) {
    const button = element("button", "quietly", say("undo"));
    button.type = "button";
    button.setAttribute("aria-label", say("undo-line", { what: text }));
    button.addEventListener("click", undo);
    line.append(button);
  }
  bear(line);
  places.set(line, places.get(row));
  row.replaceWith(line);
};
// Brings a row back to its place, with what there is to say about it.
export const bringBack = (row, said) => {
  stir();
  row.classList.remove("leaving");
  row.style.minHeight = "";
  const place = places.get(row);
  if (!row.isConnected) {
    const later = [...list.children].find((one) => places.get(one) >= place);
    list.insertBefore(row, later ?? null);
    if (later?.matches(".decided") && places.get(later) === place) later.remove();
  }
  if (!said) return;
  row.dataset.returned = performance.now();
  remark(row, said);
};
// Says in a row what happened to its comment.
export const remark = (row, said) => {
  const height = row.offsetHeight;
  $$(".since", row).forEach((one) => one.remove());
  const line = element("p", "since", said);
  const link = element("a", "", say("show"));
  link.href = $(".when", row)?.href ?? location.href;
  line.append(" ", link);
  ($("article", row) ?? $("header", row)).append(line);
  if (row.offsetHeight !== height) stir();
};
// Forgets the lines of rows that were decided about and that were scrolled out of sight. Most browsers keep the rest where it is.
const sweepAbove = () => {
  const top = (row) => row.getBoundingClientRect().top;
  const lines = $$(".items .decided").filter((line) => line.getBoundingClientRect().bottom < 0);
  const seen = rows().find((row) => top(row) > 0);
  if (!lines.length || !seen) return;
  const before = top(seen);
  lines.forEach((line) => line.remove());
  requestAnimationFrame(() => { if (Math.abs(top(seen) - before) > 1) stir(); });
};

export const update = (row, version, status) => {
  row.dataset.version = version;
  row.dataset.status = status;
  const key = `${row.dataset.id}:${version}${row.dataset.copies ? ":+" : ""}`;
  $(".select", row).value = key;
  $$(".act", row).forEach((button) => { button.value = `${decisionOf(button)}:${key}`; });
};

// The next page, loaded before this one is out of comments. `arrived` is called with its first row.
let loading = null;
export const isLoading = () => loading !== null;
export const goOn = (from, arrived) => {
  const link = $("nav.pages a[rel=next]");
  const left = from ? rows().filter((row) => places.get(row) >= places.get(from)).length : 0;
  if (!link || loading || left > NEARLY_OUT) return;
  loading = load(link).then(
    (first) => { loading = null; arrived(first); },
    () => { loading = null; arrived(null); },
  );
};
const load = async (link) => {
  const response = await fetch(link.href);
  if (!response.ok || response.redirected) throw new Error("no page");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const known = new Set($$(".items > [id]").map((one) => one.id));
  const more = $$(".items .item", page).filter((row) => !known.has(row.id)).map((row) => document.adoptNode(row));
  more.forEach(number);
  list.append(...more);
  const next = $("nav.pages a[rel=next]", page);
  if (next) link.href = next.getAttribute("href");
  else link.remove();
  tell();
  return more[0];
};

// Once the last of the list is decided about, its place says so; taking back is still possible.
export const cleared = () => {
  $("#cleared")?.remove();
  if ($(".items .item") || loading || $("nav.pages a[rel=next]")) return;
  const box = element("div", "empty");
  box.id = "cleared";
  const link = element("a", "", say("what-else"));
  link.href = $("nav.pages a")?.href || location.href;
  box.append(element("h2", "", say("all-done")), link);
  list.after(box);
  if (!document.activeElement || document.activeElement === document.body || document.activeElement.id === "content") link.focus({ preventScroll: true });
};

if (form && !single) {
  document.addEventListener("click", (event) => {
    const target = event.target.closest(".act, .bulk button, .bulk input, .items .select, .decided button, .toast button");
    if (!target || event.detail === 0) return;
    const box = target.closest(".decided, .toast");
    const isAfterDrawing = box && drew > clicked;
    clicked = event.timeStamp;
    if (isAfterDrawing || (box ? !unsettled(born.get(box) ?? -Infinity, event) : !unsettled(moved, event))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  document.addEventListener("scroll", sweepAbove, { passive: true });
  const all = $("#select-all");
  all.hidden = false;
  all.addEventListener("change", () => {
    rows().forEach((row) => { $(".select", row).checked = all.checked; });
    tell();
  });
  form.addEventListener("change", tell);
  form.addEventListener("click", (event) => {
    const row = event.target.closest(".item:not(.leaving)");
    if (row && !event.target.closest("a, button, input")) select(row);
  });
  tell();
}
