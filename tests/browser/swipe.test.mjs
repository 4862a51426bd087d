// Drawing a comment aside with a finger: what decides, what does not, and that the buttons and Undo are there all the same.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atDesk, decisions } from "./at-desk.mjs";
import { open } from "./browser.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let service, browser;
before(async () => { [service, browser] = await open(); });
after(async () => { await browser.close(); await service.stop(); });

// Draws a finger from a place in a row by so much, in a few moves; `at` is where on the way it stays, for what is done in between.
const draw = async (page, row, by, { down = 0, from = "p.text", at = async () => {} } = {}) => {
  const finger = await page.context().newCDPSession(page);
  const box = await row.locator(from).first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = (type, points) => finger.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  const place = (part) => ({ x: x + by * part, y: y + down * part, id: 1 });
  await touch("touchStart", [place(0)]);
  for (const part of [0.2, 0.4, 0.6, 0.8, 1]) await touch("touchMove", [place(part)]);
  await at(touch, place(1));
  await touch("touchEnd", []);
  await finger.detach();
};

test("a comment drawn aside far enough is approved or spam, with an Undo, and one that is not stays", async () => {
  const { visitor, page, ids } = await atDesk(service, browser, ["The third peas", "The second peas", "The first peas"], PHONE);
  const row = (n) => page.locator(`#c-${ids[n]}`);
  await draw(page, row(2), 60);
  await draw(page, row(2), 10, { down: -200 });
  await page.evaluate(() => scrollTo(0, 0));
  await draw(page, row(2), 200, { from: "header a.when" });
  assert.equal(await page.locator(".drawing, .drawn, .leaving, .decided").count(), 0);
  await draw(page, row(2), 250, { at: () => page.locator(".drawn.approve.far", { hasText: "Approve" }).waitFor() });
  await page.locator(".decided").filter({ hasText: "Approved" }).waitFor();
  assert.deepEqual(await decisions(service, ids), ["approve", "", ""]);
  // As soon as it is there: a second tap of a double one would be passed over, but drawing aside has none.
  await page.locator("#toast").getByRole("button", { name: "Undo" }).tap();
  await page.locator("#toast", { hasText: "1 comment taken back" }).waitFor();
  await row(2).locator(".actions").waitFor();
  assert.equal(await service.status(ids[2]), "pending");
  await page.evaluate(() => scrollTo(0, 0));
  await draw(page, row(2), -250);
  await page.locator(".decided").filter({ hasText: "Spam" }).waitFor();
  assert.equal(await service.status(ids[2]), "spam");
  await visitor.leave();
});

test("drawing aside ends with a second finger or the end of what it may be, and a mouse draws nothing", async () => {
  const { visitor, page, ids } = await atDesk(service, browser, ["Where is Polonius?", "At supper"], PHONE);
  const row = page.locator(`#c-${ids[1]}`);
  await draw(page, row, 250, { at: (touch, place) => touch("touchStart", [place, { x: 40, y: 700, id: 2 }]) });
  const box = await row.locator("p.text").boundingBox();
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 5, { steps: 5 });
  await page.mouse.up();
  assert.equal(await page.locator(".drawing, .leaving, .decided").count(), 0);
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector(".items p.text")));
  await draw(page, row, 250);
  assert.equal(await page.locator(".drawing, .leaving, .decided").count(), 0);
  assert.deepEqual(await decisions(service, ids), ["", ""]);
  await visitor.leave();
});

test("from right to left a comment is drawn the other way, and under approved ones there is nothing to approve", async () => {
  const { visitor, page, ids, site } = await atDesk(service, browser, ["Not where he eats", "But where he is eaten"], { ...PHONE, locale: "ar" });
  const row = (n) => page.locator(`#c-${ids[n]}`);
  await draw(page, row(1), -250);
  await page.locator(".decided").waitFor();
  assert.equal(await service.status(ids[1]), "approved");
  await page.goto(`${service.url}/desk?status=approved&site=${site}`);
  await draw(page, row(1), -250);
  assert.equal(await page.locator(".drawing, .leaving, .decided").count(), 0);
  assert.equal(await service.status(ids[1]), "approved");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await visitor.leave();
});
