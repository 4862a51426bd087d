// Near copies as one row: one key, one undo.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, open, signIn, Visitor } from "./browser.mjs";

let service, browser;
before(async () => {
  [service, browser] = await open({ HAMLET_INTAKE__CAMPAIGN_WINDOW_COMMENTS: "50000" });
});
after(async () => {
  await browser.close();
  await service.stop();
});

const AGENTS = ["Wanda Petrov", "Rita Malone", "Ingrid Voss", "Carl Benson"];
const offer = (n) => `My uncle lost ${31 + n}00 dollars to a forex broker and ${AGENTS[n % 4]} at chainrecovery24 got every cent back within four days; write to her on telegram before they close the case.`;
const post = (site, n, text = offer(n)) => service.posted(site, text, { page: `/post-${n % 5}`, name: `Reader ${n}`, email: `r${n}@elsinore.example` });
const statuses = (ids) => Promise.all(ids.map((id) => service.status(id)));

test("fourteen near copies are one row, which one key decides about and one z takes back", async () => {
  for (const slug of ["one", "two"]) await service.call("POST", "sites", { slug, policy: { spam_threshold: 1.0 } });
  const ids = [];
  for (let n = 0; n < 15; n += 1) ids.push(await post(n % 2 ? "one" : "two", n));
  const other = await post("one", 99, "May I plant the rosemary beside the north wall, or is it too wet there in March?");
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await signIn(page, service);
  await page.goto(`${service.url}/desk?status=pending`);
  const row = page.locator(".item", { hasText: "With 14 near copies on 10 pages of 2 sites" });
  await row.waitFor();
  assert.equal(await page.locator(".item", { hasText: "chainrecovery24" }).count(), 1);
  await assertAccessible(page);
  await assertFits(page);
  const waiting = Number(await page.locator('.tabs [data-status="pending"] .count').textContent());
  await row.click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("s");
  await page.getByText("15 comments marked as spam.").waitFor();
  assert.deepEqual(new Set(await statuses(ids)), new Set(["spam"]));
  assert.equal(await service.status(other), "pending");
  assert.equal(Number(await page.locator('.tabs [data-status="pending"] .count').textContent()), waiting - 15);
  await page.keyboard.press("z");
  await page.getByText("15 comments taken back.").waitFor();
  assert.deepEqual(new Set(await statuses(ids)), new Set(["pending"]));
  assert.equal(Number(await page.locator('.tabs [data-status="pending"] .count').textContent()), waiting);
  // And again, after a reload, from another page.
  await page.reload();
  await row.click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("s");
  await page.getByText("15 comments marked as spam.").waitFor();
  await page.goto(`${service.url}/desk/me`);
  await page.keyboard.press("z");
  await page.locator(".toast", { hasText: "15 comments taken back." }).waitFor();
  assert.deepEqual(new Set(await statuses(ids)), new Set(["pending"]));
  // The copies one by one.
  await page.goto(`${service.url}/desk?status=pending`);
  await row.getByRole("link", { name: "Show them" }).click();
  await page.getByText("Only near copies of one comment.").waitFor();
  assert.equal(await page.locator(".item").count(), 15);
  await page.locator(".item .act.spam").first().click();
  await page.getByText("1 comment marked as spam.").waitFor();
  assert.equal((await statuses(ids)).filter((status) => status === "spam").length, 1);
  await visitor.leave();
});

test("copies that somebody decided about meanwhile are left alone", async () => {
  const ids = [];
  const text = (n) => `The council of Helsingør sells ${n + 4} old ferries next week, and whoever rings Mr Lindqvist before noon has one for half of what the scrap dealers in Malmö offered him.`;
  for (let n = 0; n < 4; n += 1) ids.push(await post("one", n + 200, text(n)));
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await signIn(page, service);
  await page.goto(`${service.url}/desk?status=pending&site=one`);
  const row = page.locator(".item", { hasText: "With 3 near copies" });
  await row.waitFor();
  await service.decide(ids[0], "approve");
  await page.goto(`${service.url}/desk?status=pending&site=one`);
  await service.decide(ids[3], "approve");
  await page.locator(".item", { hasText: "near cop" }).filter({ hasText: "ferries" }).click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("s");
  await page.getByText(/was faster|before you/).first().waitFor();
  assert.deepEqual(await statuses(ids), ["approved", "pending", "pending", "approved"], "nothing was decided beside what was seen");
  await visitor.leave();
});
