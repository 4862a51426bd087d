// A file of another system by the form of the page of imports: tried, then imported, with and without script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertFits, signIn, Visitor } from "./browser.mjs";
import { browser, service } from "./opened.mjs";

const lines = ["Peas.", "Beans."].map((text, n) => JSON.stringify({
  id: n, page: `/${text}`, name: "Ada", text, status: "approved", created_at: "2020-01-01T10:00:00Z",
}));
const chosen = { name: "old.jsonl", mimeType: "application/json", buffer: Buffer.from(`${lines.join("\n")}\n`) };

for (const [told, site, options] of [
  ["with script the file stays chosen", "scripted", {}],
  ["without script, on a phone, it is chosen again", "plain", { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
]) {
  test(`a file is tried and then imported: ${told}`, async () => {
    await service.call("POST", "sites", { slug: site });
    const visitor = await Visitor.enter(browser, [service.url], options);
    const page = await visitor.page();
    await signIn(page, service);
    await page.goto(`${service.url}/desk/imports`);
    const form = page.locator("#file form");
    await form.getByLabel("Site").selectOption(site);
    await form.getByLabel("File").setInputFiles(chosen);
    await form.getByRole("button", { name: "See what would come" }).click();
    await page.getByText("2 comments would come of it").waitFor();
    assert.equal(await form.getByLabel("Site").inputValue(), site);
    const scripted = options.javaScriptEnabled !== false;
    if (scripted) await assertAccessible(page);
    await assertFits(page);
    const kept = await form.getByLabel("File").evaluate((input) => input.files.length);
    assert.equal(kept, scripted ? 1 : 0);
    if (!scripted) await form.getByLabel("File").setInputFiles(chosen);
    await form.getByRole("button", { name: "Import it" }).click();
    await page.locator("#imports").getByText("2 new comments").first().waitFor();
    await page.locator("#imports").getByText("jsonl: old.jsonl").first().waitFor();
    await visitor.leave();
  });
}
