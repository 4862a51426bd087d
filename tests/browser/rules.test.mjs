// Lists of block rules on their page: tried, added, handed out and removed; and the reason of a decision by its key.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertAccessible, assertFits } from "./browser.mjs";
import { atDesk, service } from "./opened.mjs";

const ways = [["with script", {}], ["without script", { javaScriptEnabled: false }]];

for (const [told, options] of ways) {
  test(`a list of rules is tried, then added, hits what comes, is handed out and removed: ${told}`, async () => {
    const word = told === "with script" ? "pipistrelle" : "noctule";
    const { visitor, page, site } = await atDesk([`A ${word} flew over the castle.`, "The readiness is all."], { acceptDownloads: true, ...options });
    const right = async () => {
      // axe needs script; what it would look at is the same.
      if (options.javaScriptEnabled !== false) await assertAccessible(page);
      await assertFits(page);
    };
    await page.goto(`${service.url}/desk/blocks`);
    const list = page.getByLabel("The list");
    await list.fill(`${word}\n*.${word}.example\n`);
    await page.locator("#import-site").selectOption(site);
    await page.locator("#import").getByLabel("they are spam").check();
    await page.locator("#import button[value=try]").click();
    await page.locator("#import [role=status]").waitFor();
    const tried = await page.locator("#import [role=status]").textContent();
    assert.match(tried, /\b1\b/, `it says what it would have hit: ${tried}`);
    const rules = JSON.stringify(await service.call("GET", `sites/${site}/blocks`));
    assert.ok(!rules.includes(word), "nothing is added by a trial");
    assert.ok((await list.inputValue()).startsWith(word), "what was written is still there");
    await right();
    await page.locator("#import button[value=add]").click();
    const row = page.locator("tbody tr", { hasText: word }).first();
    await row.waitFor();
    assert.match(await row.textContent(), /1 of/, "what it hit of late");
    await right();
    const id = await service.posted(site, `Another ${word}, and it is late.`);
    assert.equal(await service.status(id), "spam");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save the rules as a file" }).click()]);
    const text = await readFile(await file.path(), "utf8");
    assert.match(text, new RegExp(`^word,${word},spam,`, "m"));
    await list.fill("");
    for (let left = await page.locator("tbody tr", { hasText: word }).count(); left > 0; left -= 1) {
      await page.locator("tbody tr", { hasText: word }).first().getByRole("button").click();
      await page.waitForLoadState();
    }
    assert.equal(await page.locator("tbody tr", { hasText: word }).count(), 0);
    const after = await service.posted(site, `One more ${word}, and then to bed.`);
    assert.equal(await service.status(after), "pending");
    await visitor.leave();
  });
}

test("a list with lines that are no rules says which, and keeps what was written", async () => {
  const { visitor, page, site } = await atDesk([]);
  await page.goto(`${service.url}/desk/blocks`);
  await page.getByLabel("The list").fill(`good.example\n${"x".repeat(400)}\n`);
  await page.locator("#import-site").selectOption(site);
  await page.locator("#import button[value=try]").click();
  await page.locator("#import li", { hasText: "2" }).waitFor();
  assert.ok((await page.getByLabel("The list").inputValue()).includes("good.example"));
  await assertAccessible(page);
  await visitor.leave();
});

const reasonOf = async (id) => {
  const { history } = await service.call("GET", `comments/${id}`);
  return history.filter(({ action }) => action === "decided").map(({ decision, reason }) => `${decision} ${reason ?? ""}`).join();
};

test("w rejects and says why: one comment, several, and the one that is opened", async () => {
  const { visitor, page, ids } = await atDesk(Array.from({ length: 5 }, (_, n) => `Sorrow ${n} comes not as a single spy.`));
  const choose = async (typed) => {
    await page.locator("dialog[open]").waitFor();
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  };
  await page.keyboard.press("w");
  assert.equal(await page.locator("dialog[open]").count(), 0, "nothing is selected yet");
  await page.keyboard.press("j");
  await page.keyboard.press("w");
  const options = await page.locator("dialog[open] [role=option]").allTextContents();
  assert.deepEqual(options, ["abuse", "off topic", "adds nothing", "private information", "pretends to be somebody", "against the law"].map((why) => `Reject: ${why}`));
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await choose("off");
  await page.getByText("1 comment rejected.").waitFor();
  assert.equal(await reasonOf(ids[4]), "reject off_topic");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  assert.equal(await reasonOf(ids[3]), "approve ", "the reason was for one rejection");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+W");
  await choose("abuse");
  await page.getByText("2 comments rejected.").waitFor();
  assert.deepEqual([await reasonOf(ids[2]), await reasonOf(ids[1])], ["reject abuse", "reject abuse"]);
  await page.goto(`${service.url}/desk/comments/${ids[0]}`);
  await page.keyboard.press("w");
  await choose("private");
  await page.getByText("1 comment rejected.").waitFor();
  assert.equal(await reasonOf(ids[0]), "reject private_information");
  await page.goto(`${service.url}/desk/comments/${ids[0]}`);
  await page.locator(".history li", { hasText: "decided “reject”" }).getByText("private information").waitFor();
  await page.keyboard.press("z");
  await page.getByText("1 comment taken back.").waitFor();
  assert.equal(await service.status(ids[0]), "pending");
  await visitor.leave();
});
