// Several moderators: whoever opens a comment has it, for the others to see by name; and a text that one of them changed is
// read again by the others before they decide.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atDesk as enter } from "./at-desk.mjs";
import { assertAccessible, open, Visitor } from "./browser.mjs";
import { OPERATOR } from "./service.mjs";

let service, browser, colleague, theirs;
before(async () => {
  [service, browser] = await open();
  const { sign_in_link: link } = await service.call("POST", "moderators", { name: "Rosencrantz", email: "rosencrantz@elsinore.example" });
  colleague = await Visitor.enter(browser, [service.url]);
  theirs = await colleague.page();
  await theirs.goto(link);
  await theirs.getByLabel(/password/i).fill(OPERATOR.password);
  await theirs.locator("main form button").click();
  await theirs.waitForURL(`${service.url}/desk`);
});
after(async () => {
  await colleague.leave();
  await browser.close();
  await service.stop();
});

const atDesk = (texts, options) => enter(service, browser, texts, options);
const TEXTS = ["To be, or not to be.", "Whether 'tis nobler in the mind to suffer."];

test("whoever opens a comment is named in the lists and on the pages of the others until they leave", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  const row = page.locator(".item", { hasText: "nobler" });
  await theirs.goto(`${service.url}/desk/comments/${ids[1]}`);
  await row.getByText("Rosencrantz looks at it").waitFor();
  assert.equal(await page.getByText("looks at it").count(), 1, "that one alone");
  await assertAccessible(page);
  const mine = await visitor.page();
  await mine.goto(`${service.url}/desk/comments/${ids[1]}`);
  await mine.getByText("Rosencrantz looks at it").waitFor();
  await theirs.getByText("Horatio looks at it").waitFor();
  assert.equal(await mine.getByText("Horatio looks at it").count(), 0, "nobody is told of themselves");
  await theirs.goto(`${service.url}/desk/me`);
  await row.getByText("looks at it").waitFor({ state: "detached" });
  await mine.getByText("looks at it").waitFor({ state: "detached" });
  await visitor.leave();
});

test("a text that a colleague changes is said in the row at once", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  const streamed = page.waitForResponse(/desk\/news/);
  await page.reload();
  await streamed;
  await page.keyboard.press("j");
  await theirs.goto(`${service.url}/desk/comments/${ids[1]}/edit`);
  await theirs.locator("textarea").first().fill("Whether 'tis nobler to ask first.");
  await theirs.getByRole("button", { name: "Save" }).click();
  await page.locator(".item.current", { hasText: "nobler" }).getByText(/Rosencrantz changed the text, \d+ s ago\. Read it again\./).waitFor();
  assert.equal(await service.status(ids[1]), "pending");
  await visitor.leave();
});

test("what was decided and taken back before a page was made is no news to it", async () => {
  const { visitor, page, ids } = await atDesk(TEXTS);
  const streamed = page.waitForResponse(/desk\/news/);
  const { version } = await service.decide(ids[0], "spam");
  await service.call("POST", `comments/${ids[0]}/undo`, { version });
  await page.reload();
  await streamed;
  await service.decide(ids[1], "spam");
  await page.locator(".item", { hasText: "nobler" }).getByText("marked as spam").waitFor();
  assert.equal(await page.locator(".item", { hasText: "not to be" }).locator(".since").count(), 0);
  await visitor.leave();
});
