// The desk's pages with dialogs, menus and errors open, in every look: no fault that axe finds, and nothing that scrolls sideways.
// The list's own states are in seen.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertFits, Visitor } from "./browser.mjs";
import { atDesk, browser, service, sorrows } from "./opened.mjs";

const LOOKS = [
  ["as it is", {}],
  ["dark", { colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
  ["at 400 %", { viewport: { width: 320, height: 256 } }],
  ["from right to left, on a phone", { locale: "ar-EG", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
];

for (const [told, options] of LOOKS) {
  test(`nothing is wrong with a dialog, a menu or an error open: ${told}`, async () => {
    const { visitor, page, ids, list } = await atDesk(sorrows(28), options);
    const right = async () => { await assertAccessible(page); await assertFits(page); };
    const go = (path) => page.goto(service.url + path);
    await page.keyboard.press("j");
    for (const key of ["Control+k", "w"]) {
      await page.keyboard.press(key);
      await page.locator("dialog[open] [role=option]").first().waitFor();
      await right();
      await page.keyboard.press("Escape");
    }
    // Many at once: the page that asks, and the line that says so afterwards.
    await page.locator("[name=matching]").check();
    await page.locator(".bulk button[value=reject]").click();
    await page.locator(".confirm form").waitFor();
    await right();
    await page.goto(list);
    // A comment by itself, everything on it unfolded; and a change of its text that comes too late.
    await go(`/desk/comments/${ids[0]}`);
    for (const summary of await page.locator("main details > summary").all()) await summary.click();
    await right();
    await go(`/desk/comments/${ids[0]}/edit`);
    await service.decide(ids[0], "trash");
    await page.locator("#text").fill("Sorrows come.");
    await page.locator("main form p > button").last().click();
    await page.locator("#stale").waitFor();
    await right();
    await go(`/desk/comments/${ids[1]}/block`);
    await right();
    // One's own account, with what is wrong by its field.
    await go("/desk/me");
    await page.locator("#new_password").fill("short");
    await page.locator("main form p > button").first().click();
    await page.locator("[role=alert]").first().waitFor();
    await right();
    await go("/desk/views");
    await right();
    await go("/desk/statistics?days=365");
    await right();
    await visitor.leave();

    const stranger = await Visitor.enter(browser, [service.url], options);
    const entry = await stranger.page();
    await entry.goto(`${service.url}/sign-in`);
    await entry.locator("[name=email]").fill("yorick@elsinore.example");
    await entry.locator("[name=password]").fill("alas, poor Yorick");
    await entry.locator("main form button").click();
    await entry.locator("[role=alert]").first().waitFor();
    await assertAccessible(entry);
    await assertFits(entry);
    await stranger.leave();
  });
}

test("a first look at the statistics says that there is nothing yet, and what will be", async () => {
  const { visitor, page, site } = await atDesk([]);
  await page.goto(`${service.url}/desk/statistics?site=${site}`);
  await page.getByText("Since yesterday no comment came.").waitFor();
  await page.getByRole("heading", { name: "Nothing yet." }).waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Main" }).locator("[aria-current]").textContent(), "Statistics");
  await visitor.leave();
});

for (const [told, viewport] of [["a phone", { width: 390, height: 844 }], ["400 %", { width: 320, height: 256 }]]) {
  test(`what was done is said beside the buttons that are pressed next, on a phone and at 400 %: ${told}`, async () => {
    const { visitor, page } = await atDesk(sorrows(6), { viewport });
    await page.keyboard.press("j");
    for (let n = 0; n < 3; n += 1) {
      await page.keyboard.press("a");
      const toast = page.locator(".toast", { hasText: "1 comment approved." });
      await toast.waitFor();
      const button = page.locator(".item.current").getByRole("button", { name: "Approve" });
      // Nothing lies over it once it holds still; the sentence is there for longer than that is waited for.
      await button.click({ trial: true, timeout: 3000 });
      assert.ok(await toast.isVisible(), `decision ${n + 1} is still said`);
    }
    await visitor.leave();
  });
}

test("in forced colours a chart's legend keeps its colours and its lines their dashes", async () => {
  const { visitor, page } = await atDesk(sorrows(2), { forcedColors: "active" });
  await service.decide((await service.call("GET", "comments?status=spam&limit=1")).comments[0].id, "spam");
  const { comments: [genuine] } = await service.call("GET", "comments?site=demo&status=pending&limit=1");
  if (genuine) await service.decide(genuine.id, "approve");
  await page.goto(`${service.url}/desk/model?site=demo`);
  const keys = await page.locator(".key span").evaluateAll((all) => all.map((one) => {
    const { forcedColorAdjust, backgroundColor } = getComputedStyle(one, "::before");
    return [forcedColorAdjust, backgroundColor];
  }));
  assert.ok(keys.length >= 2);
  assert.ok(keys.every(([adjust]) => adjust === "none"), JSON.stringify(keys));
  assert.equal(new Set(keys.map(([, colour]) => colour)).size, 2);
  const dashes = await page.locator(".chart .line.ham").evaluateAll((all) => all.map((one) => getComputedStyle(one).strokeDasharray));
  assert.ok(dashes.every((dash) => dash !== "none"), JSON.stringify(dashes));
  await visitor.leave();
});

test("a threshold to begin with, or of the model's page, is filled in on the site's and saved there", async () => {
  const { visitor, page, site, ids } = await atDesk(sorrows(3));
  await service.decide(ids[0], "approve");
  await page.goto(`${service.url}/desk/settings/sites/${site}`);
  const strict = page.getByRole("listitem").filter({ hasText: "Strict" });
  assert.match(await strict.textContent(), /85 % .*put aside: 0 of 0 spam caught, 0 of 1 genuine blocked/);
  await strict.getByRole("link").click();
  await page.getByText("85 % is filled in below and not saved yet.").waitFor();
  assert.equal(await page.getByLabel("Spam from").inputValue(), "85");
  assert.equal((await service.call("GET", `sites/${site}`)).policy.spam_threshold, 1, "nothing is saved by a link");
  await assertAccessible(page);
  await assertFits(page);
  await page.goto(`${service.url}/desk/model?site=${site}`);
  await page.locator("#what-if [type=range]").fill("0.9");
  await page.getByRole("link", { name: "Use this threshold" }).click();
  await page.getByText("90 % is filled in below and not saved yet.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  assert.equal((await service.call("GET", `sites/${site}`)).policy.spam_threshold, 0.9);
  await visitor.leave();
});
