// The desk: by key, in bulk, without script, and with somebody else at work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Visitor } from "./browser.mjs";
import { atDesk, browser, service } from "./opened.mjs";
import { OPERATOR } from "./service.mjs";

const TEXTS = ["To be, or not to be.", "Whether 'tis nobler in the mind to suffer.", "Or to take arms against a sea of troubles."];

test("every key does what the help says", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  const current = (text) => page.locator(".item.current", { hasText: text }).waitFor();
  const told = (text) => page.locator(".toast", { hasText: text }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await current("sea of troubles");
  await page.keyboard.press("j");
  await current("nobler");
  await page.keyboard.press("k");
  await current("sea of troubles");
  for (const [key, word, status] of [["a", "approved", "approved"], ["s", "marked as spam", "spam"], ["r", "rejected", "rejected"], ["d", "moved to the trash", "trash"]]) {
    await page.keyboard.press(key);
    await told(`1 comment ${word}`);
    assert.equal(await service.status(ids[2]), status);
    await page.keyboard.press("z");
    await told("1 comment taken back");
    await current("sea of troubles");
    assert.equal(await service.status(ids[2]), "pending");
  }
  await page.keyboard.press("x");
  await page.getByText("1 selected").waitFor();
  await page.keyboard.press("Shift+X");
  await page.getByText("3 selected").waitFor();
  await page.keyboard.press("Shift+A");
  await told("3 comments approved");
  await page.getByRole("heading", { name: "All done here" }).waitFor();
  await page.keyboard.press("z");
  await told("3 comments taken back");
  for (const id of ids) assert.equal(await service.status(id), "pending");
  await page.getByLabel("Search").focus();
  await page.keyboard.type("as");
  assert.equal(await page.locator(".item").count(), 3, "keys are off while typing");
  await page.locator("body").click({ position: { x: 2, y: 2 } });
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByLabel("Use these keys").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+X");
  assert.equal(await page.locator(".select:checked").count(), 0, "keys can be switched off");
  await visitor.leave();
});

test("a key is answered before the service answers, and an item whose decision got lost stays", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route("**/api/v1/decisions", async (route) => {
    await held;
    await route.abort();
  });
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.locator(".item.leaving", { hasText: "sea of troubles" }).waitFor();
  release();
  await page.locator(".toast", { hasText: "the service does not answer" }).waitFor();
  assert.equal(await page.locator(".item:not(.leaving)").count(), 3);
  assert.equal(await service.status(ids[2]), "pending");
  await visitor.leave();
});

test("an opened comment is decided about by key and the page says so", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS.slice(0, 1));
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Judgement" }).waitFor();
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  assert.equal(await service.status(ids[0]), "approved");
  await page.keyboard.press("z");
  await page.getByText("1 comment taken back.").waitFor();
  assert.equal(await service.status(ids[0]), "pending");
  await visitor.leave();
});

test("without script the desk decides, selects, takes back, and asks before it decides about all", async () => {
  const many = Array.from({ length: 30 }, (_, n) => `Sorrow ${n} of the battalions.`);
  const { visitor, page, ids } = await atDesk(many, { javaScriptEnabled: false });
  const newest = page.locator(".item").first();
  await newest.getByRole("button", { name: "Approve" }).click();
  await page.getByText("1 comment approved.").waitFor();
  assert.equal(await service.status(ids[29]), "approved");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("1 comment taken back.").waitFor();
  assert.equal(await service.status(ids[29]), "pending");
  for (const at of [0, 1]) await page.locator(".item .select").nth(at).check();
  await page.locator(".bulk").getByRole("button", { name: "Trash" }).click();
  await page.getByText("2 comments moved to the trash.").waitFor();
  await page.getByLabel(/that match, on every page/).check();
  await page.locator(".bulk").getByRole("button", { name: "Spam" }).click();
  await page.getByRole("heading", { name: "Mark as spam: 28 comments?" }).waitFor();
  await page.getByRole("button", { name: "Mark as spam: all 28" }).click();
  await page.getByText("28 comments marked as spam.").waitFor();
  assert.equal(await service.status(ids[0]), "spam");
  await visitor.leave();
});

test("the slower of two moderators is told, and nothing of the faster one's is lost", async () => {
  const { visitor, page, ids, list } = await atDesk(TEXTS.slice(0, 2));
  const email = "rosencrantz@elsinore.example";
  const { sign_in_link: link } = await service.call("POST", "moderators", { name: "Rosencrantz", email });
  const other = await Visitor.enter(browser, [service.url]);
  const slower = await other.page();
  await slower.goto(link);
  await slower.getByLabel(/password/i).fill(OPERATOR.password);
  await slower.locator("main form button").click();
  await slower.waitForURL(`${service.url}/desk`);
  await slower.goto(list);
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  await slower.keyboard.press("j");
  await slower.keyboard.press("s");
  await slower.locator(".toast", { hasText: "Horatio was faster with the comment by Ophelia: now approved." }).waitFor();
  await slower.locator(".item.current", { hasText: TEXTS[1] }).getByText(/Horatio decided before you: approved, \d+ s ago/).waitFor();
  assert.equal(await slower.locator(".tabs [data-status=approved] .count").textContent(), "1");
  assert.equal(await service.status(ids[1]), "approved");
  await slower.goto(`${service.url}/desk/comments/${ids[1]}`);
  await slower.locator(".history li", { hasText: "Horatio" }).getByText("decided “approve”").waitFor();
  await visitor.leave();
  await other.leave();
});

test("arrivals are announced as they come, and the list stays where it is", async () => {
  const { visitor, page, list } = await atDesk(TEXTS.slice(0, 1));
  await service.posted(new URL(list).searchParams.get("site"), "O, from this time forth, my thoughts be bloody.");
  await page.getByRole("link", { name: "1 new: show" }).waitFor();
  assert.equal(await page.locator(".item").count(), 1);
  await page.getByRole("link", { name: "1 new: show" }).click();
  await page.locator(".item", { hasText: "from this time forth" }).waitFor();
  await visitor.leave();
});

test("what a colleague decides appears in the row at once and by name, the selection stays, and a key for it is not lost on another", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  const streamed = page.waitForResponse(/desk\/news/);
  await page.reload();
  await streamed;
  await page.keyboard.press("j");
  await page.locator(".item.current", { hasText: "sea of troubles" }).waitFor();
  await service.decide(ids[2], "spam");
  await page.locator(".item.current", { hasText: "sea of troubles" }).getByText(/demo decided before you: marked as spam, \d+ s ago/i).waitFor();
  assert.equal(await page.locator(".tabs [data-status=spam] .count").textContent(), "1");
  assert.equal(await page.locator(".tabs [data-status=pending] .count").textContent(), "2");
  await service.decide(ids[1], "approve");
  await page.locator(".item", { hasText: "nobler" }).getByText(/demo decided before you: approved/i).waitFor();
  assert.equal(await page.locator(".item.current", { hasText: "sea of troubles" }).count(), 1);
  assert.equal(await service.status(ids[0]), "pending");
  await visitor.leave();
});
