// What a screen reader is told is what somebody has read and found good.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { open } from "./browser.mjs";
import { HELD, trees } from "./tree.mjs";

let service, browser;
before(async () => {
  [service, browser] = await open();
});
after(async () => {
  await browser.close();
  await service.stop();
});

test("the accessibility tree is the one that was read through: npm run tree -- --write after a change that is meant", async () => {
  assert.equal(await trees(service, browser), await readFile(HELD, "utf8"));
});
