// What a person may ask for, by the privacy page: looked up by a form, handed out, erased.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertAccessible, assertFits, signIn, Visitor } from "./browser.mjs";
import { browser, service } from "./opened.mjs";

for (const [told, email, options] of [
  ["with script", "gertrude@elsinore.example", {}],
  ["without script, on a phone", "ophelia@elsinore.example", { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
]) {
  test(`what is held about a person is looked up, handed out, and erased when it is confirmed: ${told}`, async () => {
    const looked = async (page) => {
      // axe needs script; what it would look at is the same.
      if (options.javaScriptEnabled !== false) await assertAccessible(page);
      await assertFits(page);
    };
    const text = "The rue has come up beside the gate.";
    const id = await service.posted("default", text, { name: "Gertrude", email });
    const visitor = await Visitor.enter(browser, [service.url], { acceptDownloads: true, ...options });
    const page = await visitor.page();
    await signIn(page, service);
    await page.getByRole("link", { name: "Privacy" }).click();
    const held = page.locator("#held");
    const ask = async () => {
      await page.locator("#person").getByLabel("Email").fill(email);
      await page.getByRole("button", { name: "Look it up" }).click();
    };
    await ask();
    await held.getByRole("row", { name: "Comments on default, pending 1" }).waitFor();
    assert.equal(page.url(), `${service.url}/desk/privacy#person`, "the address is not in the page's own");
    await looked(page);

    const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download all of it" }).click()]);
    assert.equal(kept.suggestedFilename(), "held-about-you.json");
    const { comments } = JSON.parse(await readFile(await kept.path(), "utf8"));
    assert.deepEqual(comments.map((comment) => comment.text), [text]);

    const erase = page.getByRole("button", { name: "Erase all of it" });
    await erase.click();
    assert.equal(await page.locator("[name=sure]:invalid").count(), 1, "the browser asks to confirm");
    assert.equal(await service.status(id), "pending", "nothing is erased before");
    await page.getByLabel("It cannot be undone, and I am sure").check();
    await erase.click();
    await page.getByRole("status").getByText("Erased: 1 comment.").waitFor();
    await page.locator("#erasures").getByRole("row", { name: "just now Horatio 1 comment" }).first().waitFor();
    assert.equal(await page.getByText(email).count(), 0, "whose it was is not told");
    await looked(page);
    await assert.rejects(service.status(id), /404/);
    await ask();
    await held.getByText("Nothing is held about this address").waitFor();
    await looked(page);
    assert.ok(visitor.requests.every(({ url }) => !decodeURIComponent(url).includes(email)));
    await visitor.leave();
  });
}
