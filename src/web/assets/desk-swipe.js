// On a touch screen a comment is decided about by drawing it aside: towards the end of the line it is approved, towards
// the beginning it is spam. The buttons do the same; nothing can be done by drawing alone. What was done can be undone, as after a button.

import { decide, outcome } from "./desk-decisions.js";
import { $, element, form, select, single, wasDrawn } from "./desk-list.js";
import { say } from "./desk-words.js";

// A finger has to go so far before it is clear that it goes sideways, and so far, of the row's width, to decide.
const BEGINS = 12;
const SHARE = 0.35;
// At most so many pixels, on wide screens.
const FAR = 160;

const forwards = document.documentElement.dir === "rtl" ? -1 : 1;
let drawn = null; // { row, id, x, y, by, begun, hint }

// What a row that is drawn so far would be: nothing where it is that already.
const meant = ({ row, by }) => {
  const decision = by * forwards > 0 ? "approve" : "spam";
  return row.dataset.status === outcome[decision] ? null : decision;
};
const isFar = ({ row, by }) => Math.abs(by) >= Math.min(FAR, row.offsetWidth * SHARE);

const show = () => {
  const { row, by, hint } = drawn;
  const decision = meant(drawn);
  // Where there is nothing to decide it gives way a little and no more.
  const shown = decision ? by : Math.sign(by) * Math.min(Math.abs(by), BEGINS * 2);
  row.style.setProperty("--drawn", `${shown}px`);
  hint.className = `drawn ${decision ?? ""} ${by > 0 ? "right" : "left"}`;
  hint.textContent = decision ? say(`verb-${decision}`) : "";
  hint.classList.toggle("far", Boolean(decision) && isFar(drawn));
};
const begin = () => {
  drawn.begun = true;
  drawn.hint = element("span", "drawn");
  drawn.hint.setAttribute("aria-hidden", "true");
  drawn.row.classList.add("drawing");
  drawn.row.append(drawn.hint);
};
const end = () => {
  const { row, hint, begun } = drawn;
  drawn = null;
  if (!begun) return;
  hint.remove();
  row.classList.remove("drawing");
  row.style.removeProperty("--drawn");
};
// Text that is being selected is not drawn away, and neither is what has its own way of being touched.
const isFree = (target) => !target.closest("a, button, input, select, textarea, label, summary") && getSelection().isCollapsed;

if (form && !single) {
  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("#queue .item:not(.leaving)");
    if (drawn) { end(); return; } // a second finger, wherever: it is no drawing aside
    if (event.pointerType !== "touch" || !event.isPrimary || !row || !isFree(event.target)) return;
    drawn = { row, id: event.pointerId, x: event.clientX, y: event.clientY, by: 0, begun: false };
  });
  form.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawn?.id) return;
    drawn.by = event.clientX - drawn.x;
    if (!drawn.begun) {
      if (Math.abs(event.clientY - drawn.y) > BEGINS || !getSelection().isCollapsed) { drawn = null; return; }
      if (Math.abs(drawn.by) < BEGINS) return;
      begin();
    }
    show();
  });
  // Else the browser takes a quick finger for one that sets the page going, and the next tap for one that stops it: it would click nothing.
  form.addEventListener("touchmove", (event) => { if (drawn?.begun && event.cancelable) event.preventDefault(); }, { passive: false });
  form.addEventListener("pointerup", (event) => {
    if (event.pointerId !== drawn?.id) return;
    const { row, begun } = drawn;
    const decision = begun && isFar(drawn) && meant(drawn);
    end();
    if (!decision) return;
    select(row, { still: true });
    wasDrawn();
    decide([row], decision, true);
  });
  ["pointercancel", "lostpointercapture"].forEach((name) => form.addEventListener(name, (event) => { if (event.pointerId === drawn?.id) end(); }));
  addEventListener("keydown", (event) => { if (drawn && event.key === "Escape") end(); });
}
