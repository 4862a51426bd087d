// What was typed beside a comment is kept until the service has it: whoever was signed out meanwhile finds it again. It is kept for this
// tab of the browser alone.

import { $, $$, single } from "./desk-list.js";

const SENT = "sent-drafts";
const fields = () => $$("#note, #answer textarea");
const key = (field) => `draft:${single.dataset.id}:${field.name}`;
const sent = () => JSON.parse(sessionStorage.getItem(SENT) ?? "[]");

// A page that says what was done is the answer to what was sent.
if ($("#toast .toast")) sent().forEach((name) => sessionStorage.removeItem(name));
sessionStorage.removeItem(SENT);

if (single) {
  fields().forEach((field) => {
    const kept = sessionStorage.getItem(key(field));
    if (kept && !field.value) {
      field.value = kept;
      const folded = field.closest("details");
      if (folded) folded.open = true;
    }
    field.addEventListener("input", () => {
      if (field.value) sessionStorage.setItem(key(field), field.value);
      else sessionStorage.removeItem(key(field));
    });
  });
  document.addEventListener("submit", ({ target }) => {
    const names = fields().filter((field) => field.form === target).map(key);
    if (names.length) sessionStorage.setItem(SENT, JSON.stringify(names));
  });
}
