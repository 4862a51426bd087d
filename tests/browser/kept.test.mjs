// What is typed is kept, what is odd fits, and what is not read yet has no buttons under the thumb.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atDesk } from "./at-desk.mjs";
import { assertFits, open } from "./browser.mjs";
import { OPERATOR } from "./service.mjs";

let service, browser;
before(async () => { [service, browser] = await open(); });
after(async () => { await browser.close(); await service.stop(); });

test("whoever is signed out while they decide finds their note again, until it is in the history", async () => {
  const { visitor, page, ids } = await atDesk(service, browser, ["Good my lord, how does your honour?"]);
  await page.goto(`${service.url}/desk/comments/${ids[0]}`);
  const note = page.getByLabel(/^Note/);
  await note.fill("asks for money, seen before");
  await visitor.context.clearCookies();
  await page.locator(".act.approve").click();
  await page.getByLabel("Email").fill(OPERATOR.email);
  await page.getByLabel("Password").fill(OPERATOR.password);
  await page.locator("main form button").click();
  await page.locator(".act.approve").waitFor();
  assert.equal(await service.status(ids[0]), "pending");
  assert.equal(await note.inputValue(), "asks for money, seen before");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.locator(".history .note", { hasText: "asks for money" }).waitFor();
  assert.equal(await note.inputValue(), "");
  await page.reload();
  assert.equal(await note.inputValue(), "");
  await visitor.leave();
});

test("names, titles and addresses of any length and script fit, in the list and opened", async () => {
  const { visitor, page, site } = await atDesk(service, browser, ["plain"]);
  const odd = [
    { text: "x".repeat(4000), name: "🦊🦊🦊", page_title: "A title without an end ".repeat(9).slice(0, 200) },
    { text: "Nothing but the name", name: "\u202eمحمد بن سلمان الأندلسي", page: `/${"y".repeat(300)}` },
    { text: `https://example.org/${"z".repeat(300)}`, name: "W".repeat(80), website: `https://${"q".repeat(60)}.example.org/${"r".repeat(200)}` },
  ];
  const ids = [];
  for (const [n, { text, ...more }] of odd.entries()) ids.push(await service.posted(site, text, { email: `odd${n}@elsinore.example`, ...more }));
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of [`/desk?site=${site}`, ...ids.flatMap((id) => [`/desk/comments/${id}`, `/desk/comments/${id}/block`, `/desk/comments/${id}/edit`]), "/desk/activity"]) {
      await page.goto(service.url + path);
      await assertFits(page);
    }
  }
  await visitor.leave();
});

test("on a phone a card that only begins to be seen has no buttons under the thumb, and one that is read has", async () => {
  const texts = Array.from({ length: 4 }, (_, n) => `Verse ${n}. ${"To be, or not to be, that is the question. ".repeat(20)}`);
  const { visitor, page } = await atDesk(service, browser, texts, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const peep = (n) => page.locator(".items .item").nth(n).evaluate((row) => {
    const [text, buttons] = ["p.text", "footer"].map((one) => row.querySelector(one).getBoundingClientRect());
    return { isRead: text.top < innerHeight - 112, areSeen: buttons.top < innerHeight && buttons.bottom > 0 };
  });
  const settled = () => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))); }));
  await page.locator(".items .item.seen").first().waitFor();
  const second = await page.locator(".items .item").nth(1).evaluate((row) => row.getBoundingClientRect().top);
  for (const top of [0, second - 840, second - 790, second - 400, second]) {
    await page.evaluate((to) => scrollTo(0, to), Math.max(0, top));
    await settled();
    for (const n of [0, 1, 2]) {
      const { isRead, areSeen } = await peep(n);
      assert.ok(isRead || !areSeen, `card ${n} at ${top}`);
    }
  }
  assert.ok((await peep(1)).areSeen);
  await visitor.leave();
});
