// Taking back from anywhere, what was done by whom, lists with a name, and everything by Ctrl-K.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decisions } from "./at-desk.mjs";
import { assertAccessible, assertFits } from "./browser.mjs";
import { atDesk, service, sorrows } from "./opened.mjs";

const statuses = (ids) => Promise.all(ids.map((id) => service.status(id)));

test("z takes back after a reload, and on a page that shows no list: one comment after the other, then many as one", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(5));
  for (const nth of [0, 1, 2]) await page.locator(".item .select").nth(nth).check();
  await page.keyboard.press("Shift+S");
  await page.getByText("3 comments marked as spam.").waitFor();
  for (const n of [1, 2]) {
    await page.keyboard.press("a");
    await page.locator(".decided").nth(n + 2).waitFor();
  }
  assert.deepEqual(await statuses(ids), ["approved", "approved", "spam", "spam", "spam"]);
  await page.reload();
  await page.keyboard.press("z");
  await page.getByText("1 comment taken back.").waitFor();
  assert.deepEqual(await statuses(ids), ["pending", "approved", "spam", "spam", "spam"]);
  await page.goto(`${service.url}/desk/me`);
  await page.keyboard.press("z");
  await page.locator(".toast", { hasText: "1 comment taken back." }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/desk/me", "it is said where one is");
  assert.deepEqual(await statuses(ids), ["pending", "pending", "spam", "spam", "spam"]);
  await page.goto(`${service.url}/desk/settings`);
  await page.keyboard.press("z");
  await page.locator(".toast", { hasText: "3 comments taken back." }).waitFor();
  assert.deepEqual(await statuses(ids), ["pending", "pending", "pending", "pending", "pending"]);
  await visitor.leave();
});

test("z leaves alone what somebody else decided about since, and says when nothing is left", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(2));
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  await service.decide(ids[1], "trash");
  await page.goto(`${service.url}/desk/me`);
  const nothing = page.locator(".toast", { hasText: "Nothing that you decided in the last day is left" });
  for (let n = 0; n < 20 && await nothing.count() === 0; n += 1) {
    await page.keyboard.press("z");
    await page.locator(".toast").waitFor();
  }
  await nothing.waitFor();
  assert.deepEqual(await statuses(ids), ["pending", "trash"]);
  await visitor.leave();
});

test("what was decided stays in its place as a line with its own Undo, however many keys follow", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(6));
  await page.keyboard.press("j");
  for (const key of ["a", "s", "a"]) await page.keyboard.press(key);
  await page.locator(".decided").nth(2).waitFor();
  // Whoever clicks sooner has not read the line.
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  assert.deepEqual((await decisions(service, ids)).slice(0, 4), ["approve", "spam", "approve", ""]);
  await page.locator(".decided", { hasText: "Marked as spam: Ophelia" }).getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("1 comment taken back.").waitFor();
  assert.deepEqual(await statuses(ids), ["pending", "pending", "pending", "approved", "pending", "approved"]);
  assert.equal(await page.locator(".decided").count(), 2);
  await visitor.leave();
});

for (const [told, options] of [["with script", {}], ["without script", { javaScriptEnabled: false }]]) {
  test(`the record of activity says who did what, and takes back one or many: ${told}`, async () => {
    const { visitor, page, ids, site, list } = await atDesk(sorrows(4), options);
    await service.decide(ids[0], "approve");
    await page.goto(list);
    for (const nth of [0, 1]) await page.locator(".item .select").nth(nth).check();
    await page.locator(".bulk").getByRole("button", { name: "Trash" }).click();
    await page.getByText("2 comments moved to the trash.").waitFor();
    await page.goto(list);
    await page.getByRole("link", { name: "Activity" }).click();
    const line = (text) => page.locator("#decisions li", { hasText: site }).filter({ hasText: text });
    await line("2 comments moved to the trash").getByText("Horatio").waitFor();
    await line("approved: a comment by Ophelia").getByText("API").waitFor();
    await line("2 comments moved to the trash").getByRole("button", { name: /^Undo/ }).click();
    await page.getByText("2 comments taken back.").waitFor();
    await line("approved: a comment by Ophelia").getByRole("button", { name: /^Undo/ }).click();
    await page.getByText("1 comment taken back.").waitFor();
    assert.deepEqual(await statuses(ids), ["pending", "pending", "pending", "pending"]);
    if (options.javaScriptEnabled !== false) await assertAccessible(page);
    await assertFits(page);
    await visitor.leave();
  });

  test(`a list gets a name and with it an address, and loses it: ${told}`, async () => {
    const { visitor, page, site } = await atDesk(sorrows(2), options);
    await page.getByText("Keep this list").click();
    await page.getByLabel("Name", { exact: true }).fill("Sorrows & more");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    const link = page.getByRole("navigation", { name: "Saved lists" }).getByRole("link", { name: "Sorrows & more" });
    assert.equal(await link.getAttribute("aria-current"), "page");
    await page.goto(`${service.url}/desk/views/${encodeURIComponent("Sorrows & more")}`);
    assert.equal(new URL(page.url()).searchParams.get("site"), site);
    if (options.javaScriptEnabled !== false) await assertAccessible(page);
    await page.goto(`${service.url}/desk/views`);
    await page.getByRole("button", { name: "Remove the list Sorrows & more" }).click();
    await page.getByRole("heading", { name: "None yet" }).waitFor();
    assert.equal((await page.goto(`${service.url}/desk/views/Sorrows`)).status(), 404);
    await visitor.leave();
  });
}

test("Ctrl-K leads to every place and does every act by a few letters", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(3));
  await page.getByText("Keep this list").click();
  await page.getByLabel("Name", { exact: true }).fill("Battalions");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.waitForLoadState();
  await page.keyboard.press("j");
  await page.locator(".item.current").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Where to, or what to do?" }).waitFor();
  await assertAccessible(page);
  await page.keyboard.type("spam");
  await page.getByRole("option", { name: /Mark as spam/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("1 comment marked as spam.").waitFor();
  assert.equal(await service.status(ids[2]), "spam");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("priv");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${service.url}/desk/privacy`);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("battal");
  await page.getByRole("option", { name: /Battalions/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/desk\?status=pending&site=/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("no such thing");
  await page.getByText("Nothing is called that").waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("take back");
  await page.keyboard.press("Enter");
  await page.getByText("1 comment taken back.").waitFor();
  await visitor.leave();
});

test("fifty decisions by keyboard take at most fifty-two keys", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(60));
  let keys = 0;
  const press = async (key) => { keys += 1; await page.keyboard.press(key); };
  await press("j");
  for (let n = 0; n < 50; n += 1) {
    await page.locator(".item.current").waitFor();
    await press(n % 3 ? "a" : "s");
  }
  const end = Date.now() + 20_000;
  let decided;
  do { decided = (await decisions(service, ids)).filter(Boolean); } while (decided.length < 50 && Date.now() < end);
  assert.equal(decided.length, 50);
  assert.ok(decided.every((one) => one === "approve" || one === "spam"), "each once");
  assert.ok(keys <= 52, `${keys} keys`);
  await visitor.leave();
});
