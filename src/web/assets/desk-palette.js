// Ctrl-K: every place and every act of the desk by a few letters of its name. What it offers is on the page
// already, as a link, a button or a key.

import { $, $$, element } from "./desk-list.js";
import { root } from "./desk-requests.js";
import { say } from "./desk-words.js";

const LISTED = 12;
let saved = null; // links to saved lists, once they were asked for

const views = async () => {
  saved ??= fetch(`${root}desk/views`).then((answer) => answer.text()).then((text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    return $$("#views li > a", page).map((link) => ({ label: link.textContent, more: say("saved-list"), href: link.getAttribute("href") }));
  }).catch(() => []);
  return saved;
};
const label = (link) => [...link.childNodes].filter((node) => !node.matches?.("kbd, .count")).map((node) => node.textContent).join("").trim();
const places = () => $$(".top nav a, .tabs a, .me > a").map((link) => ({ label: label(link), href: link.getAttribute("href") }));

// `alone`: what is offered is all there is, as in a menu.
export const palette = async (acts, alone = false) => {
  const box = element("dialog", "palette");
  const field = element("input");
  const list = element("ul");
  Object.assign(field, { type: "text", autocomplete: "off", placeholder: say("what-to-do") });
  Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "commands", "aria-autocomplete": "list", "aria-label": say("what-to-do") })
    .forEach(([name, value]) => field.setAttribute(name, value));
  list.id = "commands";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", say("what-to-do"));
  box.setAttribute("aria-label", say("what-to-do"));
  box.append(field, list);
  document.body.append(box);
  let commands = alone ? acts : [...acts, ...places()];
  let at = 0;
  let shown = [];
  const run = (command) => {
    box.close();
    if (command.href) location.assign(command.href);
    else command.run();
  };
  const mark = () => $$("[role=option]", list).forEach((option, n) => {
    option.setAttribute("aria-selected", String(n === at));
    if (n === at) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  });
  const show = () => {
    const typed = field.value.trim().toLocaleLowerCase();
    shown = commands.filter((command) => command.label.toLocaleLowerCase().includes(typed)).slice(0, LISTED);
    at = 0;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(...shown.map((command, n) => {
      const option = element("li", "", command.label);
      option.id = `command-${n}`;
      option.setAttribute("role", "option");
      if (command.more) option.append(element(command.key ? "kbd" : "span", "", command.more));
      option.addEventListener("click", () => run(command));
      return option;
    }));
    if (!shown.length) {
      const none = element("li", "quiet", say("nothing-like-that"));
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    mark();
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && shown.length) { at = (at + by + shown.length) % shown.length; mark(); event.preventDefault(); }
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); if (shown[at]) run(shown[at]); }
  });
  box.addEventListener("close", () => box.remove());
  show();
  box.showModal();
  field.focus();
  if (alone) return;
  commands = [...commands, ...await views()];
  if (box.open) show();
};
