// The hand: no decision that nobody meant, and none lost, however fast or twice something is pressed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decisions } from "./at-desk.mjs";
import { assertAccessible, assertFits } from "./browser.mjs";
import { atDesk, browser, service, sorrows } from "./opened.mjs";

const later = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const slowly = (page, milliseconds) => page.route(/\/api\/v1\/|cursor=/, async (route) => {
  await later(milliseconds);
  await route.continue().catch(() => {}); // the page may have gone on
});
// Waits until so many of the comments are decided about, and a moment more in which none else may be.
const decided = async (ids, count) => {
  const ends = Date.now() + 15_000;
  let found;
  do {
    found = await decisions(service, ids);
  } while (found.filter(Boolean).length < count && Date.now() < ends);
  await later(700);
  return decisions(service, ids);
};
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test("twenty keys at 80 ms, with 400 ms of latency and the end of a page among them, decide twenty comments, each once", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(40));
  await slowly(page, 400);
  for (let n = 0; n < 10; n += 1) await page.keyboard.press("j");
  for (let n = 0; n < 20; n += 1) {
    await page.keyboard.press("a");
    await later(80);
  }
  const wanted = Array.from({ length: 40 }, (_, n) => (n >= 9 && n < 29 ? "approve" : ""));
  assert.deepEqual(await decided(ids, 20), wanted);
  assert.equal(await page.getByText("faster").count(), 0, "nobody is blamed");
  await page.keyboard.press("z");
  await page.getByText("1 comment taken back.").waitFor();
  assert.equal(await service.status(ids[11]), "pending", "the last one comes back");
  await visitor.leave();
});

test("keys that are faster than the next page wait for it", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(30));
  await slowly(page, 1500);
  await page.keyboard.press("j");
  for (let n = 0; n < 30; n += 1) {
    await page.keyboard.press("a");
    await later(20);
  }
  assert.deepEqual(await decided(ids, 30), Array.from({ length: 30 }, () => "approve"));
  await page.getByRole("heading", { name: "All done here" }).waitFor();
  await visitor.leave();
});

for (const [told, leave] of [
  ["loaded again", (page) => page.reload()],
  ["left for another", (page) => page.goto(`${service.url}/desk/activity`)],
]) {
  test(`no key is lost where the page is ${told} while they are under way`, async () => {
    const { visitor, page, ids } = await atDesk(sorrows(20));
    const session = await visitor.context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: -1, uploadThroughput: -1 });
    await page.keyboard.press("j");
    for (let n = 0; n < 12; n += 1) {
      await page.keyboard.press("a");
      await later(40);
    }
    await leave(page);
    assert.deepEqual(await decided(ids, 12), ids.map((_, n) => (n < 12 ? "approve" : "")));
    await page.keyboard.press("z");
    await page.getByText("1 comment taken back.").waitFor();
    await visitor.leave();
  });
}

test("two keys 150 ms apart hit two comments, and a key held down one", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(5));
  await slowly(page, 400);
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await later(150);
  await page.keyboard.press("s");
  assert.deepEqual(await decided(ids, 2), ["approve", "spam", "", "", ""]);
  for (let n = 0; n < 5; n += 1) await page.keyboard.down("r");
  await page.keyboard.up("r");
  assert.deepEqual(await decided(ids, 3), ["approve", "spam", "reject", "", ""]);
  await visitor.leave();
});

test("a decision and its taking back pressed at once end with the comment as it was, and those that got lost come back by name", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(4));
  await slowly(page, 300);
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.keyboard.press("z");
  await page.getByText("1 comment taken back.").waitFor();
  assert.equal(await service.status(ids[3]), "pending");
  await page.unrouteAll();
  await page.route("**/api/v1/decisions", (route) => (route.request().postData().includes(ids[3]) ? route.abort() : route.continue()));
  await page.keyboard.press("a");
  await page.keyboard.press("a");
  await page.locator(".item", { hasText: "Sorrow 3" }).getByText("Not approved.").waitFor();
  await page.locator(".decided", { hasText: "Approved: Ophelia" }).waitFor();
  assert.deepEqual(await decisions(service, ids), ["approve", "approve", "", ""]);
  assert.equal(await page.locator(".item").count(), 3);
  await visitor.leave();
});

test("what a colleague decided is left alone among fast keys, and the row says who it was", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(5));
  await slowly(page, 300);
  await service.decide(ids[3], "spam");
  await page.keyboard.press("j");
  for (let n = 0; n < 3; n += 1) {
    await page.keyboard.press("a");
    await later(80);
  }
  const row = page.locator(".item", { hasText: "Sorrow 3" });
  await row.getByText(/demo decided before you: marked as spam, \d+ s ago/i).waitFor();
  assert.deepEqual(await decided(ids, 3), ["approve", "spam", "approve", "", ""]);
  assert.equal(await row.getByRole("button", { name: "Spam" }).count(), 0, "it is spam already");
  await row.getByRole("button", { name: "Approve" }).click();
  assert.equal((await decided(ids, 3))[1], "spam approve", "who has seen that may decide otherwise");
  await visitor.leave();
});

for (const [told, gap] of [["a double click", 180], ["a slow double click", 700]]) {
  test(`${told} decides one comment`, async () => {
    const { visitor, page, ids } = await atDesk(sorrows(8));
    for (const nth of [1, 2, 3]) {
      const button = page.locator(".item:not(.leaving)").first().getByRole("button", { name: "Approve" });
      await button.click({ trial: true });
      const { x, y, width, height } = await button.boundingBox();
      await page.mouse.click(x + width / 2, y + height / 2);
      await later(gap);
      await page.mouse.click(x + width / 2, y + height / 2);
      assert.equal((await decided(ids, nth)).filter(Boolean).length, nth);
      await page.mouse.wheel(0, 40);
      await page.mouse.wheel(0, -40);
      await later(500);
    }
    await visitor.leave();
  });
}

test("a double click on a button of many, on a comment's own page, or without script decides once", async () => {
  const { visitor, page, ids, list } = await atDesk(sorrows(8));
  for (const nth of [0, 1]) await page.locator(".item .select").nth(nth).check();
  await page.locator(".bulk").getByRole("button", { name: "Approve" }).dblclick({ delay: 40 });
  assert.deepEqual(await decided(ids, 2), ["approve", "approve", "", "", "", "", "", ""]);
  await page.goto(`${service.url}/desk/comments/${ids[5]}`);
  const twice = async (page, button, gap) => {
    await button.click({ trial: true });
    const { x, y, width, height } = await button.boundingBox();
    await page.mouse.click(x + width / 2, y + height / 2);
    await later(gap);
    await page.mouse.click(x + width / 2, y + height / 2);
  };
  for (const [nth, gap] of [[5, 180], [4, 5]]) {
    await page.goto(`${service.url}/desk/comments/${ids[nth]}`);
    await twice(page, page.getByRole("button", { name: "Approve" }), gap);
    assert.equal((await decided(ids, 8 - nth)).filter(Boolean).length, 8 - nth);
  }
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await visitor.context.storageState() });
  const bare = await plain.newPage();
  // The service hears both clicks, and the second hits the page that the first one leaves, however busy the machine is.
  await bare.route(/\/desk/, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    if (route.request().method() === "POST") await later(400);
    await route.fulfill({ response }).catch(() => {}); // the second click took the place of the first
  });
  for (const nth of [3, 2]) {
    await bare.goto(list);
    await twice(bare, bare.locator(".item").first().getByRole("button", { name: "Approve" }), 5);
    assert.equal((await decided(ids, 8 - nth)).filter(Boolean).length, 8 - nth);
    assert.equal(await bare.getByText("1 comment approved.").count(), 1);
  }
  await plain.close();
  await visitor.leave();
});

test("a double click on Undo takes one decision back", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(4));
  await slowly(page, 300);
  await page.keyboard.press("j");
  for (const nth of [1, 2]) {
    await page.keyboard.press("a");
    await decided(ids, nth);
  }
  await page.locator(".toast").getByRole("button", { name: /^Undo/ }).dblclick({ delay: 40 });
  await page.getByText("1 comment taken back.").waitFor();
  await later(700);
  assert.deepEqual(await Promise.all(ids.map((id) => service.status(id))), ["pending", "pending", "pending", "approved"]);
  await visitor.leave();
});

test("a double tap on a phone decides one comment", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(8), PHONE);
  for (const nth of [1, 2, 3]) {
    const button = page.locator(".item:not(.leaving)").first().getByRole("button", { name: "Approve" });
    await button.click({ trial: true });
    const { x, y, width, height } = await button.boundingBox();
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await later(200);
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    assert.equal((await decided(ids, nth)).filter(Boolean).length, nth);
  }
  await assertFits(page);
  await visitor.leave();
});

for (const [told, options] of [["with script", {}], ["without script", { javaScriptEnabled: false }]]) {
  test(`Enter in the note or on a check box decides nothing, and a note is added by itself: ${told}`, async () => {
    const { visitor, page, ids, list } = await atDesk(sorrows(30), options);
    await page.locator(".item .select").first().check();
    await page.locator(".item .select").first().press("Enter");
    await page.getByLabel(/that match, on every page/).press("Enter");
    await page.goto(`${service.url}/desk/comments/${ids[0]}`);
    const note = page.getByLabel("Note");
    await note.fill("asks for money");
    await note.press("Enter");
    await note.press("Enter");
    assert.equal(new URL(page.url()).pathname, `/desk/comments/${ids[0]}`);
    assert.equal(await page.locator(".history .note").count(), 0);
    await page.getByRole("button", { name: "Add note" }).click();
    await page.locator(".history .note", { hasText: "asks for money" }).waitFor();
    assert.equal((await decided(ids, 0)).filter(Boolean).length, 0);
    await page.getByLabel("Note").fill("twice");
    await page.getByRole("button", { name: "Spam" }).click();
    await page.locator(".history li", { hasText: "decided “spam”" }).getByText("twice").waitFor();
    await page.goto(`${service.url}/desk/privacy`);
    const email = page.locator("#person").getByLabel("Email");
    await email.fill("ophelia@elsinore.example");
    await email.press("Enter");
    const sure = page.getByLabel(/I am sure/);
    await sure.check();
    await sure.press("Enter");
    await later(300);
    assert.equal(await page.getByRole("button", { name: "Erase all of it" }).count(), 1, "nor does it erase");
    await page.goto(list);
    assert.ok(await page.locator(".item").count() > 0);
    await visitor.leave();
  });
}

test("a thousand decided at once come back by one undo", async () => {
  const { visitor, page, ids, site } = await atDesk(sorrows(1000));
  const counts = async () => (await service.call("GET", `comments?site=${site}&limit=1`)).counts;
  await page.getByLabel(/that match, on every page/).check();
  await page.locator(".bulk").getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Approve: all 1,000" }).click();
  await page.getByText("1,000 comments approved.").waitFor();
  assert.equal((await counts()).approved, 1000);
  await service.decide(ids[0], "spam");
  await page.getByRole("button", { name: "Undo all 1,000" }).waitFor();
  await page.goto(`${service.url}/desk/batches`);
  await page.getByRole("heading", { name: "Decided together" }).waitFor();
  await assertAccessible(page);
  const line = page.locator(".batches li", { hasText: site });
  await line.getByText("1,000 comments approved").waitFor();
  await line.getByRole("button", { name: "Undo all 1,000" }).click();
  await page.getByText("999 comments taken back. 1 was left alone: demo changed it meanwhile.").waitFor({ timeout: 60_000 });
  const now = await counts();
  assert.deepEqual([now.pending, now.approved, now.spam], [999, 0, 1]);
  await visitor.leave();
});
