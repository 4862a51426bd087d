// Every page of the desk with the Tab key alone: whatever can be pressed is reached, once, in the order of the page, shows that it
// has the focus, and lies in sight and under nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atDesk, service, sorrows } from "./opened.mjs";

const LOOKS = [
  ["as it is", {}],
  ["in forced colours", { forcedColors: "active" }],
  ["at 400 %", { viewport: { width: 320, height: 256 } }],
  ["from right to left", { locale: "ar-EG" }],
  ["without script", { javaScriptEnabled: false }],
];
const MOST = 400;

// What Tab should reach, in the order of the page: of the buttons of a choice the one that is chosen.
const reachable = (page) => page.evaluate(() => {
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter((element) => {
    if (element.disabled || element.type === "hidden" || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.matches("summary") && element.parentElement.querySelector("summary") !== element) return false;
    if (element.type !== "radio") return true;
    const chosen = element.form.querySelector(`input[name="${element.name}"]:checked`);
    return element === (chosen ?? element.form.querySelector(`input[name="${element.name}"]`));
  }).map((element, at) => { element.dataset.nth = at; return element.outerHTML.slice(0, 160); });
});

// Where the focus is, and what is wrong with how it is seen.
const focus = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shown = element.matches("input[type=file]") ? element : element.closest("label.switch") ?? element;
  const style = getComputedStyle(shown);
  const { top, bottom, left, right, width, height } = shown.getBoundingClientRect();
  const faults = [];
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) faults.push("no outline");
  if (width < 2 || height < 2) faults.push("too small to be seen");
  if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) faults.push("out of sight");
  const x = Math.min(Math.max((left + right) / 2, 1), innerWidth - 1);
  const inside = [top + 2, (top + bottom) / 2, bottom - 2].filter((y) => y > 0 && y < innerHeight);
  const seen = inside.some((y) => { const hit = document.elementFromPoint(x, y); return hit && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.control === element); });
  if (!faults.length && !seen) faults.push("under something else");
  return { nth: element.dataset.nth, faults, what: element.outerHTML.slice(0, 160) };
});

for (const [told, options] of LOOKS) {
  test(`with Tab alone all of a page is reached, in its order, and seen: ${told}`, async () => {
    const { visitor, page, ids, list, site } = await atDesk(sorrows(3), options);
    const paths = ["activity", "batches", `model?site=${site}`, "statistics", "settings", `settings/sites/${site}`, "imports", "privacy", "blocks", "views", "me",
      `comments/${ids[0]}`, `comments/${ids[0]}/edit`, `comments/${ids[0]}/block`].map((path) => `${service.url}/desk/${path}`);
    const wrong = [];
    for (const address of [list, ...paths]) {
      await page.goto(address);
      const path = address.replace(service.url, "").replace(site, "SITE").replace(ids[0], "ID");
      await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => { one.open = true; }));
      const all = await reachable(page);
      await page.evaluate(() => document.querySelector("[data-nth='0']").focus());
      const reached = [];
      for (let at = await focus(page); at && reached.length < MOST; at = await focus(page)) {
        if (at.nth === undefined) wrong.push(`${path}: not expected: ${at.what}`);
        else if (reached.includes(at.nth) && at.nth !== reached.at(-1)) break;
        // A field for a day has several places of its own, which the browser marks.
        if (at.nth !== reached.at(-1)) at.faults.forEach((fault) => wrong.push(`${path}: ${fault}: ${at.what}`));
        reached.push(at.nth);
        await page.keyboard.press("Tab");
      }
      all.forEach((what, at) => { if (!reached.includes(String(at))) wrong.push(`${path}: not reached: ${what}`); });
      const order = reached.filter((nth) => nth !== undefined).map(Number);
      if (order.some((at, n) => n && at < order[n - 1])) wrong.push(`${path}: in another order: ${order.join(" ")}`);
    }
    assert.deepEqual(wrong, []);
    await visitor.leave();
  });
}
