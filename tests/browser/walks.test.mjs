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

test("paper gets the comments and what is said of them: whole, and nothing that is pressed", async () => {
  const long = `${"The funeral baked meats did coldly furnish forth the marriage tables. ".repeat(6)}Thrift, thrift!`;
  const { visitor, page, ids, list } = await atDesk(["Is it not monstrous?", long], { viewport: { width: 794, height: 1123 } });
  const addresses = [list, `${service.url}/desk/comments/${ids[1]}`, `${service.url}/desk/statistics`, `${service.url}/desk/activity`];
  for (const address of addresses) {
    await page.goto(address);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea, summary, nav a")]
      .filter((element) => element.checkVisibility() && !element.closest(".away, .skip")).map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(shown, [], address);
    await assertFits(page);
    await page.emulateMedia({ media: "screen" });
  }
  await page.goto(list);
  await page.emulateMedia({ media: "print" });
  for (const said of [".text", ".score .words", ".reasons li"]) assert.ok(await page.locator(".items .item").first().locator(said).first().isVisible(), said);
  const cut = await page.locator(".items p.text").evaluateAll((texts) => texts.filter((text) => text.scrollHeight > text.clientHeight + 1).length);
  assert.equal(cut, 0, "each text is whole");
  await visitor.leave();
});

test("in forced colours only the list that is shown has a line below its name", async () => {
  const { visitor, page } = await atDesk(sorrows(1), { forcedColors: "active" });
  const seen = await page.locator(".tabs a").evaluateAll((tabs) => tabs.map((tab) => {
    const ground = getComputedStyle(document.body).backgroundColor;
    return [tab.getAttribute("aria-current"), getComputedStyle(tab).borderBottomColor !== ground];
  }));
  assert.deepEqual(seen, seen.map(([current]) => [current, current === "page"]));
  await visitor.leave();
});

for (const [told, options] of [["with script", {}], ["without script, on a phone", { ...PHONE, javaScriptEnabled: false }]]) {
  test(`a comment and then its site are deleted by hand, and each time the page says so: ${told}`, async () => {
    const { visitor, page, ids, site } = await atDesk(sorrows(2), options);
    await page.goto(`${service.url}/desk/comments/${ids[0]}`);
    await page.locator("#for-good summary").click();
    await page.getByLabel("I know that it cannot be undone").check();
    await page.getByRole("button", { name: "Delete this comment" }).click();
    await page.locator(".toast", { hasText: "It is deleted for good." }).waitFor();
    await page.goto(`${service.url}/desk/settings/sites/${site}`);
    await page.locator("#remove summary").click();
    const name = page.getByLabel(`Type ${site} to confirm`);
    for (const [typed, said] of [["default", "It is still there."], [site, "The site is removed."]]) {
      await name.fill(typed);
      await page.getByRole("button", { name: "Remove this site" }).click();
      const line = page.locator("#sites").getByText(said);
      await line.waitFor();
      assert.ok(await isInSight(line), said);
      if (typed === site) continue;
      await page.goto(`${service.url}/desk/settings/sites/${site}`);
      await page.locator("#remove summary").click();
    }
    await assert.rejects(service.status(ids[1]), /404/);
    await assertFits(page);
    await visitor.leave();
  });
}
