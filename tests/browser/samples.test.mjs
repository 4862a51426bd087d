// Labelled data by the model page's form, with and without script, and the report of a model that was
// trained on it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { assertAccessible, assertFits, open, signIn, Visitor } from "./browser.mjs";

let service, browser;
before(async () => {
  [service, browser] = await open({ HAMLET_LEARNING__MAX_UPLOAD_MIB: "1" });
});
after(async () => {
  await browser.close();
  await service.stop();
});

const NOUNS = ["orchard", "kettle", "harbour", "violin", "ladder", "meadow", "lantern", "bridge", "cellar", "compass"];
const VERBS = ["mended", "painted", "carried", "measured", "planted", "opened", "followed", "counted"];
const ROWS = NOUNS.flatMap((noun, n) => VERBS.flatMap((verb, v) => [
  `"Last spring my neighbour ${verb} the old ${noun}, and for ${n * 8 + v} days nobody spoke of anything else.",ham`,
  `"Win a free ${noun}!!! Everybody ${verb} theirs, claim it now http://bonus-${noun}.example/${verb}${v}",spam`,
]));

const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

for (const [told, site, options] of [
  ["with script", "scripted", {}],
  ["without script, on a phone", "plain", { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
]) {
  test(`a file of labels is refused with its wrong lines, then taken in and told of: ${told}`, async () => {
    await service.call("POST", "sites", { slug: site });
    const visitor = await Visitor.enter(browser, [service.url], options);
    const page = await visitor.page();
    await signIn(page, service);
    await page.goto(`${service.url}/desk/model?site=${site}`);
    const send = async (sent) => {
      if (sent) await page.getByLabel("File").setInputFiles(sent);
      await page.getByRole("button", { name: "Upload it" }).click();
    };
    await send();
    assert.equal(await page.locator("#file:invalid").count(), 1, "the browser asks for a file");
    await send(file("wrong.csv", "text,label\nPeas,ham\nBeans,\nRoses,perhaps\n"));
    const alert = page.locator("#samples [role=alert]");
    await alert.getByText("Nothing of it was kept.").waitFor();
    assert.equal(await alert.locator("li").count(), 2);
    await alert.getByText(/^Line 3: /).waitFor();
    // axe needs script; what it would look at is the same.
    if (options.javaScriptEnabled !== false) await assertAccessible(page);
    await assertFits(page);
    await send(file("large.csv", `text,label\n${"Peas and beans and roses,ham\n".repeat(100_000)}`));
    await alert.getByText("may have at most 1048576 bytes").waitFor();
    await page.getByText("No labels yet.").waitFor();

    await page.getByLabel("Name of this data").fill("the old forum");
    await send(file("labels.csv", `text,label\n${ROWS.join("\n")}\n`));
    await page.getByText("All of it counts.").waitFor();
    await page.locator("#samples dl div", { hasText: "New labels" }).getByText("160", { exact: true }).waitFor();
    assert.equal(await page.locator("#samples tbody tr").count(), 2);
    if (options.javaScriptEnabled !== false) await assertAccessible(page);
    await assertFits(page);
    await visitor.leave();
  });
}

test("the report of a model is a file that stands alone", { timeout: 180_000 }, async () => {
  const visitor = await Visitor.enter(browser, [service.url], { acceptDownloads: true });
  const page = await visitor.page();
  await signIn(page, service);
  await page.goto(`${service.url}/desk/model?site=scripted`);
  await page.getByRole("button", { name: "Train a model" }).click();
  const link = page.locator(".run").getByRole("link", { name: "Evaluation report" });
  await link.waitFor({ timeout: 120_000 });
  const version = await page.locator(".run h3 code").textContent();
  const [kept] = await Promise.all([page.waitForEvent("download", { timeout: 120_000 }), link.click()]);
  assert.equal(kept.suggestedFilename(), `evaluation-${version}.html`);
  const path = join(service.folder, kept.suggestedFilename());
  await kept.saveAs(path);
  await page.goto(pathToFileURL(path).href);
  await page.getByRole("heading", { name: `How good is ${version}?` }).waitFor();
  await page.getByText(/Measured on \d+ ham and \d+ spam from the labels of “scripted”/).waitFor();
  assert.ok(await page.locator("figure svg").count() >= 4);
  await assertFits(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await assertFits(page);
  await visitor.leave();
});
