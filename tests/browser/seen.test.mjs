// How the desk is seen, heard and reached: on a laptop and a phone, by keyboard alone, by a screen reader, in forced
// colours, and with every dialog, message and error open.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decisions } from "./at-desk.mjs";
import { assertAccessible, assertFits } from "./browser.mjs";
import { atDesk, service } from "./opened.mjs";

const sorrows = (count) => Array.from({ length: count }, (_, n) => `Sorrow ${n} comes not as a single spy, but in battalions. First, her father slain; next, your son gone, and he most violent author of his own just remove.`);
const SPAM = "BUY CHEAP VIAGRA NOW!!! Free casino bonus, and the best pills for you: http://casino-pills.example/win http://cheap-viagra.example/buy http://free-bonus.example/";

// Rows that are on the screen from their top to their bottom.
const whole = (page) => page.evaluate(() => [...document.querySelectorAll(".items .item")].filter((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}).length);

test("eight comments fit on a laptop, and the one that is selected shows all of it", async () => {
  const { visitor, page } = await atDesk(sorrows(12), { viewport: { width: 1280, height: 800 } });
  const fit = await whole(page);
  assert.ok(fit >= 8, `${fit} fit`);
  await page.keyboard.press("j");
  await page.locator(".item.current").getByRole("button", { name: "Trash" }).waitFor();
  assert.ok(await whole(page) >= 7);
  await assertFits(page);
  await visitor.leave();
});

test("a phone shows one comment with its reasons and its buttons, each big enough for a thumb", async () => {
  const { visitor, page } = await atDesk([SPAM, ...sorrows(3)], { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const first = page.locator(".item").first();
  assert.ok(await whole(page) >= 1);
  for (const name of ["Approve", "Spam", "Reject", "Trash"]) {
    const { height, y } = await first.getByRole("button", { name }).boundingBox();
    assert.ok(height >= 44, `${name} is ${height} px high`);
    assert.ok(y + height <= 844, `${name} is on the screen`);
  }
  assert.ok(await first.locator(".reasons li").first().isVisible());
  const small = await page.evaluate(() => [...document.querySelectorAll("input:not([type=hidden], [type=checkbox]), select, textarea")]
    .filter((field) => field.checkVisibility() && parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.name));
  assert.deepEqual(small, [], "a phone zooms into fields of small letters");
  const { width } = await first.locator(".select").boundingBox();
  assert.ok(width >= 24, `a check box of ${width} px`);
  await assertFits(page);
  await assertAccessible(page);
  await visitor.leave();
});

test("a screen reader hears whose a comment is, what it says and what it was judged, and finds a heading for each", async () => {
  const { visitor, page } = await atDesk(sorrows(2));
  await page.keyboard.press("j");
  const row = page.getByRole("listitem", { name: /Ophelia Sorrow 1 comes not as a single spy.*(genuine|spam|uncertain).*% likely to be spam/s });
  assert.equal(await row.count(), 1);
  assert.ok(await row.evaluate((one) => one === document.activeElement));
  assert.equal(await page.getByRole("heading", { level: 2, name: "Ophelia" }).count(), 2);
  const tree = await page.locator("#queue").ariaSnapshot();
  assert.match(tree, /list "Comments":\n\s+- listitem "Ophelia Sorrow 1/, tree);
  await visitor.leave();
});

test("by keyboard alone: one Tab and Enter to the comments, Enter on Approve goes on to the next, and after the last to what else there is", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(2));
  const focused = () => page.evaluate(() => document.activeElement.closest(".item")?.dataset.id ?? document.activeElement.textContent);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  for (let n = 0; n < 20 && !await page.evaluate(() => document.activeElement.matches(".items .act.approve")); n += 1) await page.keyboard.press("Tab");
  const tabs = await page.evaluate(() => document.activeElement.closest(".item")?.dataset.id);
  assert.equal(tabs, ids[1], "the first comment's Approve is within reach");
  await page.keyboard.press("Enter");
  await page.getByText("1 comment approved.").waitFor();
  assert.equal(await focused(), ids[0]);
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "All done here" }).waitFor();
  assert.equal(await focused(), "See what else there is");
  await visitor.leave();
});

test("choosing in a filter changes nothing before Apply, and an address says only what narrows the list", async () => {
  const { visitor, page, site } = await atDesk(sorrows(2));
  const before = page.url();
  await page.getByLabel("Order").focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.name), "sort");
  assert.equal(page.url(), before);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/sort=oldest/);
  assert.deepEqual([...new URL(page.url()).searchParams], [["status", "pending"], ["site", site], ["sort", "oldest"]]);
  await visitor.leave();
});

test("what was done is said until the next is, and can be closed", async () => {
  const { visitor, page } = await atDesk(sorrows(2));
  await page.clock.install();
  await page.reload();
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  await page.clock.fastForward(600_000);
  await page.locator(".toast").getByRole("button", { name: /^Undo/ }).waitFor();
  await page.locator(".toast").getByRole("button", { name: "Close" }).click();
  await page.locator(".toast").waitFor({ state: "detached" });
  await visitor.leave();
});

test("only what moved the score is marked, on one side, and no word that says nothing", async () => {
  const { visitor, page } = await atDesk([SPAM, ...sorrows(3)]);
  const rows = await page.locator(".item").evaluateAll((all) => all.map((row) => ({
    marks: [...row.querySelectorAll(".text mark")].map((mark) => [mark.className[0], mark.textContent.toLowerCase()]),
    reasons: [...row.querySelectorAll(".reasons li")].map((one) => one.textContent),
  })));
  assert.equal(rows.length, 4);
  for (const { marks, reasons } of rows) {
    assert.ok(new Set(marks.map(([side]) => side)).size <= 1, JSON.stringify(marks));
    assert.ok(new Set(marks.map(([, word]) => word)).size <= 5, JSON.stringify(marks));
    for (const [, word] of marks) assert.doesNotMatch(word, /^(the|a|and|for|you|not|as|in|but|\W)$/);
    assert.ok(reasons.length >= 1, "why it is here is said");
    for (const reason of reasons) assert.doesNotMatch(reason, /says '(the|and|for|you)'|has '[^\w]'/);
  }
  assert.match(rows.at(-1).reasons.join(), /links? in|capitals|viagra|casino|pills/i);
  assert.match(rows[0].reasons.join(), /This site reviews every comment/);
  const lines = await page.evaluate(() => [...document.querySelectorAll("mark")].map((mark) => getComputedStyle(mark).textDecorationStyle));
  assert.ok(lines.length > 0 && lines.every((line) => line !== "solid"), "told apart by the line, not the hue alone");
  await visitor.leave();
});

test("in forced colours the selected comment has an outline", async () => {
  const { visitor, page } = await atDesk(sorrows(2), { forcedColors: "active" });
  await page.keyboard.press("j");
  const { style, width } = await page.locator(".item.current").evaluate((row) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(row);
    return { style: outlineStyle, width: outlineWidth };
  });
  assert.deepEqual([style, width], ["solid", "2px"]);
  await assertAccessible(page);
  await visitor.leave();
});

for (const [told, options] of [["as it is", {}], ["dark", { colorScheme: "dark" }], ["in forced colours", { forcedColors: "active" }], ["at 400 %", { viewport: { width: 320, height: 256 } }]]) {
  test(`nothing is wrong in any state: ${told}`, async () => {
    const { visitor, page, ids } = await atDesk([SPAM, ...sorrows(25)], options);
    const right = async () => { await assertAccessible(page); await assertFits(page); };
    await right();
    await page.keyboard.press("j");
    await right();
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await right();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+X");
    await page.keyboard.press("Shift+S");
    await page.locator("dialog[open]").getByRole("button", { name: "Cancel" }).waitFor();
    await right();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+X");
    await page.keyboard.press("a");
    await page.locator(".toast").waitFor();
    await page.locator(".decided").waitFor();
    await right();
    const latest = page.locator(".item.current");
    const id = await latest.getAttribute("data-id");
    await service.decide(id, "trash");
    await page.keyboard.press("a");
    await page.locator(".item .since").waitFor();
    await right();
    // Nobody can have read it sooner: it is selected again after a moment, and keys count a moment later.
    await new Promise((resolve) => { setTimeout(resolve, 1_200); });
    await page.route("**/api/v1/decisions", (route) => route.abort());
    await page.keyboard.press("s");
    await page.getByText("the service does not answer").waitFor();
    await right();
    await page.goto(`${service.url}/desk?status=all&since=nonsense`);
    await right();
    await page.goto(`${service.url}/desk/comments/${ids[0]}`);
    await right();
    await visitor.leave();
  });
}

test("the tab says how many wait, the menu where one is, a time when exactly, and keys are known by their place", async () => {
  const { visitor, page, ids } = await atDesk(sorrows(3));
  assert.match(await page.title(), /^\(3\) Pending/);
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  assert.match(await page.title(), /^\(2\) Pending/);
  assert.equal(await page.getByRole("navigation", { name: "Main" }).locator("[aria-current]").textContent(), "Queue");
  assert.match(await page.locator(".item time").first().getAttribute("title"), /^\d{4}-\d\d-\d\dT\d\d:\d\d/);
  await page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ы", code: "KeyS", bubbles: true, cancelable: true })));
  await page.getByText("1 comment marked as spam.").waitFor();
  assert.equal(await service.status(ids[1]), "spam");
  await visitor.leave();
});

test("whoever is signed out is led to sign in, and back to the list", async () => {
  const { visitor, page } = await atDesk(sorrows(1));
  await visitor.context.clearCookies();
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  const link = page.locator(".toast").getByRole("link", { name: "Sign in" });
  await link.click();
  await page.waitForURL(/\/sign-in\?next=%2Fdesk%3Fstatus%3Dpending/);
  await visitor.leave();
});

test("a slash leads to the search, Escape out of it, and all statuses are searched at once", async () => {
  const { visitor, page, ids, site } = await atDesk(["There's rue for you.", "And here's some for me: rue."]);
  await service.decide(ids[0], "spam");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("rue");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  await page.goto(`${service.url}/desk?status=all&q=rue&site=${site}`);
  assert.equal(await page.locator(".item").count(), 2);
  await page.locator(".item .status.spam").waitFor();
  assert.equal(await page.locator(".item mark.hit").count(), 2);
  await assertAccessible(page);
  await page.locator(".item").first().getByRole("button", { name: "Approve" }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("d");
  await page.getByText("1 comment moved to the trash.").waitFor();
  await visitor.leave();
});

for (const [told, options] of [["with script", {}], ["without script", { javaScriptEnabled: false }]]) {
  test(`an opened comment leads on to the next of its list and back to that list, and its last decision has an Undo: ${told}`, async () => {
    const { visitor, page, ids, site } = await atDesk(sorrows(4).map((text) => `${text} `.repeat(6)), options);
    await page.goto(`${service.url}/desk?status=pending&site=${site}&sort=oldest`);
    await page.locator(".item .when").nth(1).click();
    await page.getByRole("heading", { name: "History" }).waitFor();
    const cut = await page.locator("section.item p.text").evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    assert.ok(cut <= 1, "the whole text is shown");
    if (options.javaScriptEnabled === false) await page.locator("#queue").getByRole("button", { name: "Spam" }).click();
    else await page.keyboard.press("s");
    await page.getByText("1 comment marked as spam.").waitFor();
    assert.ok(page.url().includes(ids[2]), "the next of the list");
    await page.getByRole("link", { name: /^Next/ }).click();
    await page.waitForURL(new RegExp(ids[3]));
    await page.locator("#queue").getByRole("button", { name: "Approve" }).click();
    await page.getByText("1 comment approved.").waitFor();
    assert.equal(new URL(page.url()).pathname, "/desk", "after the last the list");
    assert.equal(new URL(page.url()).searchParams.get("sort"), "oldest");
    assert.deepEqual(await decisions(service, ids), ["approve", "", "spam", ""]);
    await page.goto(`${service.url}/desk/comments/${ids[3]}`);
    await page.locator(".history").getByRole("button", { name: "Undo" }).click();
    await page.getByText("1 comment taken back.").waitFor();
    assert.equal(await service.status(ids[3]), "pending");
    await visitor.leave();
  });
}

test("a reply shows what it answers, in the list and by itself", async () => {
  const { visitor, page, ids, site } = await atDesk(["What do you read, my lord?"]);
  await service.decide(ids[0], "approve");
  const reply = await service.posted(site, "Words, words, words.", { parent: ids[0], name: "Hamlet" });
  await page.reload();
  await page.locator(".item", { hasText: "Words, words" }).getByText("What do you read, my lord?").waitFor();
  await page.goto(`${service.url}/desk/comments/${reply}`);
  await page.locator(".above", { hasText: "What do you read" }).waitFor();
  await visitor.leave();
});

test("the queue's page weighs at most 60 kB with twenty-five comments, before it is compressed", async () => {
  const { visitor, page, list } = await atDesk(sorrows(30));
  const html = await (await visitor.context.request.get(list)).text();
  assert.equal(await page.locator(".item").count(), 25);
  console.log(`${html.length} bytes of HTML`);
  assert.ok(html.length <= 60_000, `${html.length} bytes`);
  await visitor.leave();
});
