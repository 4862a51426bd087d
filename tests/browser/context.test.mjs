// What is around a comment: the thread, an answer, a block rule; and the first steps of somebody who begins.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertFits, launch, signInFirst, Visitor } from "./browser.mjs";
import { atDesk, service } from "./opened.mjs";
import { Service } from "./service.mjs";

const bare = (options) => options.javaScriptEnabled === false;
const ways = [["with script", {}], ["without script", { javaScriptEnabled: false }]];

for (const [told, options] of ways) {
  test(`a comment is approved and answered in one, in the moderator's name, and readers see both: ${told}`, async () => {
    const { visitor, page, ids, site } = await atDesk(["What do you read, my lord?"], options);
    if (bare(options)) {
      await page.locator(".item .when").click();
      await page.locator("#answer summary").click();
    } else {
      await page.keyboard.press("j");
      await page.keyboard.press("Shift+R");
      await page.waitForURL(/#answer$/);
    }
    await page.getByLabel(/published under the name Horatio/).fill("Words, words, words.");
    if (!bare(options)) await assertAccessible(page);
    await page.getByRole("button", { name: "Publish the answer" }).click();
    await page.getByText("Your answer is published.").waitFor();
    const { comments } = await (await fetch(`${service.url}/api/v1/sites/${site}/comments?page=/post`)).json();
    assert.deepEqual(comments.map(({ name, text, parent }) => [name, text, parent]), [
      ["Ophelia", "What do you read, my lord?", null],
      ["Horatio", "Words, words, words.", ids[0]],
    ]);
    const { history } = await service.call("GET", `comments/${comments[1].id}`);
    assert.ok(history.some(({ action, by }) => action === "decided" && by === "Horatio"), JSON.stringify(history));
    await visitor.leave();
  });

  test(`what a comment says is changed with a reason, readers see that it was, and z brings it back: ${told}`, async () => {
    const { visitor, page, ids, site } = await atDesk(["Words, words, http://words.example words."], options);
    if (bare(options)) {
      await page.locator(".item .when").click();
      await page.locator("#edit").click();
    } else {
      await page.keyboard.press("j");
      await page.keyboard.press("e");
    }
    await page.getByLabel("What it says").fill("Words, words, words.");
    await page.getByLabel("Why, for the history").fill("no advertisements");
    if (!bare(options)) await assertAccessible(page);
    await page.getByRole("button", { name: "Save the change" }).click();
    await page.getByText("The text is changed, and the old one is in the history.").waitFor();
    await page.getByText("no advertisements").waitFor();
    await page.getByText("The text before").click();
    await page.locator(".history .text", { hasText: "http://words.example" }).waitFor();
    if (!bare(options)) await assertAccessible(page);
    await service.call("POST", `comments/${ids[0]}/decisions`, { decision: "approve", version: 2 });
    const { comments: [shown] } = await (await fetch(`${service.url}/api/v1/sites/${site}/comments?page=/post`)).json();
    assert.equal(shown.text, "Words, words, words.");
    assert.ok(shown.edited_at);
    await page.reload();
    if (bare(options)) await page.locator(`form[action$="/edit/undo"] button`).click();
    else await page.keyboard.press("z");
    await page.getByText("The text is as it was before the change.").waitFor();
    assert.equal((await service.call("GET", `comments/${ids[0]}`)).text, "Words, words, http://words.example words.");
    await visitor.leave();
  });

  test(`what can be blocked of a comment is offered with what it would have hit, and the rule works, is listed and goes: ${told}`, async () => {
    const { visitor, page, site } = await atDesk(["Buy pots: http://pots-and-nets.example/sale", "Good night, sweet prince."], options);
    await page.goto(`${page.url()}&sort=oldest`);
    if (bare(options)) {
      await page.locator(".item .when").first().click();
      await page.locator("#block").click();
    } else {
      await page.keyboard.press("j");
      await page.keyboard.press("b");
    }
    await page.getByLabel(/the address o\*\*\*@e\*\*\*\.example/).waitFor();
    await page.getByLabel(/pots-and-nets\.example Would have hit 1 of the last 2 comments, 0 of them approved/).check();
    if (!bare(options)) await assertAccessible(page);
    await page.getByLabel("they are spam").check();
    await page.getByRole("button", { name: "Block", exact: true }).click();
    await page.getByText("The rule is in force.").waitFor();
    if (!bare(options)) await assertAccessible(page);
    await assertFits(page);
    const id = await service.posted(site, "More pots at http://www.pots-and-nets.example/", { email: "gertrude@elsinore.example" });
    assert.equal(await service.status(id), "spam");
    const row = page.getByRole("row", { name: new RegExp(`pots-and-nets.example.*${site}`) });
    await row.getByRole("button", { name: "Remove the rule pots-and-nets.example" }).click();
    await page.locator("h1", { hasText: "Blocked" }).waitFor();
    assert.equal(await row.count(), 0);
    await visitor.leave();
  });
}

test("a phrase that hits nearly everything is added only by whoever insists", async () => {
  const { visitor, page, ids } = await atDesk(Array.from({ length: 6 }, (_, n) => `Sorrow ${n} of battalions.`));
  await page.goto(`${service.url}/desk/comments/${ids[0]}/block`);
  await page.getByLabel("the word or phrase").check();
  await page.getByLabel("Word or phrase", { exact: true }).fill("sorrow");
  await page.getByRole("button", { name: "Only try" }).click();
  await page.getByRole("status").filter({ hasText: "Would have hit 6 of the last 6 comments, 0 of them approved." }).waitFor();
  await page.getByRole("button", { name: "Block", exact: true }).click();
  await page.getByRole("alert").getByText(/would have hit 6 of the last 6/).waitFor();
  assert.equal(await page.getByLabel("Word or phrase", { exact: true }).inputValue(), "sorrow", "nothing is lost");
  await page.getByLabel("Add it although it hits so many").check();
  await page.getByRole("button", { name: "Block", exact: true }).click();
  await page.getByText("The rule is in force.").waitFor();
  await visitor.leave();
});

test("the thread around a comment is a key away, with what it answers and what answers it", async () => {
  const { visitor, page, ids, site } = await atDesk(["What do you read, my lord?"]);
  await service.decide(ids[0], "approve");
  const answer = async (text, parent) => {
    const id = await service.posted(site, text, { parent });
    await service.decide(id, "approve");
    return id;
  };
  const words = await answer("Words, words, words.", ids[0]);
  await answer("What is the matter, my lord?", words);
  await service.posted(site, "Between who?", { parent: words, name: "Hamlet" });
  await page.reload();
  await page.keyboard.press("j");
  await page.keyboard.press("t");
  await page.waitForURL(/#thread$/);
  assert.deepEqual(await page.locator(".thread p").allTextContents(), ["What do you read, my lord?", "Words, words, words.", "Between who?"]);
  await page.goto(`${service.url}/desk/comments/${words}`);
  assert.deepEqual(await page.locator(".thread p").allTextContents(), ["What do you read, my lord?", "Words, words, words.", "What is the matter, my lord?"]);
  await assertAccessible(page);
  await visitor.leave();
});

test("whoever begins is led from the address to the desk, and each first step is ticked once it is done", async (t) => {
  const fresh = await Service.start();
  const own = await launch();
  t.after(async () => {
    await own.close();
    await fresh.stop();
  });
  const visitor = await Visitor.enter(own, [fresh.url]);
  const page = await visitor.page();
  await page.goto(`${fresh.url}/`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await signInFirst(page, fresh);
  const { comments } = await fresh.call("GET", "comments?status=pending&limit=100");
  if (comments.length) await fresh.call("POST", "decisions", { decision: "approve", items: comments.map(({ id, version }) => ({ id, version })) });
  await page.goto(`${fresh.url}/`);
  await page.getByRole("heading", { name: "First steps" }).waitFor();
  await assertAccessible(page);
  const done = () => page.locator(".start .done").allTextContents().then((all) => all.length);
  assert.equal(await done(), 0, "the demo's own site is nobody's");
  await fresh.call("POST", "sites", { slug: "blog", origins: ["https://blog.example"] });
  await page.reload();
  assert.equal(await done(), 1);
  await fetch(`${fresh.url}/api/v1/sites/blog/comments?page=/post`, { headers: { Origin: "https://blog.example" } });
  await page.reload();
  assert.equal(await done(), 2);
  const id = await fresh.posted("blog", "A document in madness.");
  await fresh.decide(id, "approve");
  await page.reload();
  assert.equal(await done(), 3);
  await fresh.call("POST", "moderators", { name: "Marcellus", email: "marcellus@elsinore.example" });
  await page.reload();
  assert.equal(await done(), 4);
  await visitor.leave();
});
