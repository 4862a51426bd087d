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
const reachable = (page) => page.evaluate(() => (
  [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter((element) => {
    if (element.disabled || element.type === "hidden" || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.matches("summary") && element.parentElement.querySelector("summary") !== element) return false;
    if (element.type !== "radio") return true;
    const chosen = element.form.querySelector(`input[name="${element.name}"]:checked`);
    return element === (chosen ?? element.form.querySelector(`input[name="${element.name}"]`));
  }).map((element, at) => { element.dataset.nth = at; return element.outerHTML.slice(0, 160); })
));

// Where the focus is, and what is wrong with how it is seen.
const focus = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  const x = Math.min(Math.max((left + right) / 2, 1), innerWidth - 1);
  const isOnTop = (y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.control === element);
  };
  const faults = [
    [outlineStyle === "none" || parseFloat(outlineWidth) < 1, "no outline"],
    [width < 2 || height < 2, "too small to be seen"],
    [bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth, "out of sight"],
    [![top + 2, (top + bottom) / 2, bottom - 2].some((y) => y > 0 && y < innerHeight && isOnTop(y)), "under something else"],
  ].filter(([is]) => is).map(([, fault]) => fault);
  return { nth: element.dataset.nth, faults, what: element.outerHTML.slice(0, 160) };
});

// What is wrong with a page for whoever has the Tab key alone.
const walk = async (page) => {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => { one.open = true; }));
  const all = await reachable(page);
  await page.evaluate(() => document.querySelector("[data-nth='0']").focus());
  const [wrong, reached] = [[], []];
  for (let at = await focus(page); at && reached.length < MOST; at = await focus(page)) {
    // A field for a day has several places of its own, which the browser marks.
    const isSame = at.nth === reached.at(-1);
    if (reached.includes(at.nth) && !isSame) break;
    if (at.nth === undefined) wrong.push(`not expected: ${at.what}`);
    if (!isSame) at.faults.forEach((fault) => wrong.push(`${fault}: ${at.what}`));
    reached.push(at.nth);
    await page.keyboard.press("Tab");
  }
  all.forEach((what, nth) => { if (!reached.includes(String(nth))) wrong.push(`not reached: ${what}`); });
  const order = reached.filter((nth) => nth !== undefined).map(Number);
  if (order.some((nth, at) => nth < order[at - 1])) wrong.push(`in another order: ${order.join(" ")}`);
  return wrong;
};

for (const [told, options] of LOOKS) {
  test(`with Tab alone all of a page is reached, in its order, and seen: ${told}`, async () => {
    const { visitor, page, ids: [id], list, site } = await atDesk(sorrows(3), options);
    const pages = ["activity", "batches", `model?site=${site}`, "statistics", "settings", `settings/sites/${site}`, "imports", "privacy", "blocks",
      "views", "me", `comments/${id}`, `comments/${id}/edit`, `comments/${id}/block`];
    for (const address of [list, ...pages.map((one) => `${service.url}/desk/${one}`)]) {
      await page.goto(address);
      assert.deepEqual(await walk(page), [], address);
    }
    await visitor.leave();
  });
}
