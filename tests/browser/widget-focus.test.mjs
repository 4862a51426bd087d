// The widget for those who use it by keyboard or by voice: focus goes where a person would look for it, and what is written on a
// button is in its name.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertFits, launch, Visitor } from "./browser.mjs";
import { Service } from "./service.mjs";

let service, browser;
before(async () => { [service, browser] = await Promise.all([Service.start(), launch()]); });
after(async () => {
  await browser.close();
  await service.stop();
});

const approved = async (text, more = {}) => {
  const id = await service.posted("demo", text, { page: "/demo", ...more });
  await service.decide(id, "approve");
  return id;
};
// What has the focus, in the widget too.
const focused = (page) => page.evaluate(() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at.getAttribute("aria-label") ?? at.name ?? at.localName;
});

test("whoever gives up a reply is back at its button, and whoever comes back to the tab is where they were", async () => {
  await approved("Against my will I am sent to bid you come in to dinner.", { name: "Beatrice" });
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`);
  const reply = page.getByRole("button", { name: "Reply to Beatrice" });
  await reply.focus();
  const name = await focused(page);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Reply to Beatrice" }).waitFor();
  assert.equal(await focused(page), "text");
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await focused(page), name);
  await approved("You take pleasure then in the message?", { name: "Benedick" });
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByText("pleasure then in the message").waitFor();
  assert.equal(await focused(page), name, "the list is patched, not made anew");
  await visitor.leave();
});

test("a button is called what is written on it, in every language", async () => {
  await approved("Thou and I are too wise to woo peaceably.", { name: "Benedick" });
  for (const locale of ["en", "de", "es", "fr", "pt", "id", "ar", "zh"]) {
    const visitor = await Visitor.enter(browser, [service.url], { locale, viewport: { width: 390, height: 844 } });
    const page = await visitor.page();
    await page.route("**/demo", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace(/<html lang="[^"]*"/, `<html lang="${locale}"`) });
    });
    await page.goto(`${service.url}/demo`);
    await page.getByText("too wise to woo").waitFor();
    const buttons = await page.locator("hamlet-comments li button").evaluateAll((all) => all.map((one) => [one.textContent.trim(), one.getAttribute("aria-label")]));
    assert.ok(buttons.length > 0);
    for (const [written, called] of buttons) assert.ok(!called || called.startsWith(written), `${locale}: “${written}” is called “${called}”`);
    await assertFits(page);
    await visitor.leave();
  }
});
