// What a newcomer meets on the way from page to page, by keyboard, on a phone, without script, on paper.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertFits } from "./browser.mjs";
import { atDesk, service, sorrows } from "./opened.mjs";
import { OPERATOR } from "./service.mjs";

const PHONE = { viewport: { width: 390, height: 700 }, isMobile: true, hasTouch: true };

// Whether all of it is between the edges of the window.
const isInSight = (place) => place.evaluate((element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
});

for (const [told, options] of [["with script", {}], ["without", { javaScriptEnabled: false }], ["on a phone", PHONE]]) {
  test(`what a form did is said where whoever pressed looks, and goes on from there: ${told}`, async () => {
    const { visitor, page } = await atDesk(sorrows(1), options);
    await page.goto(`${service.url}/desk/settings`);
    await page.getByRole("button", { name: "Send me a test mail" }).click();
    const said = page.locator("#mail").getByRole("status");
    await said.waitFor();
    assert.ok(await isInSight(said), "the answer of the test mail is in sight");
    await page.keyboard.press("Tab");
    assert.ok(await page.locator("#mail button").evaluate((button) => button === document.activeElement), "the keyboard goes on in its part");
    await page.goto(`${service.url}/desk/settings`);
    await page.locator("#people summary").click();
    await page.locator("#person-name").fill("Horatio again");
    await page.locator("#person-email").fill(OPERATOR.email);
    await page.locator("#people form button").last().click();
    const wrong = page.locator("#people").getByRole("alert");
    await wrong.waitFor();
    assert.ok(await isInSight(wrong), "what is wrong is in sight");
    if (told !== "without") {
      await page.locator("#person-email:focus").waitFor();
      await assertAccessible(page);
    }
    await assertFits(page);
    await visitor.leave();
  });
}
