// What a screen reader reads out is what somebody has read and found good.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { browser, service } from "./opened.mjs";
import { HELD, trees } from "./tree.mjs";

test("the accessibility tree is the one that was read through: npm run tree -- --write after a change that is meant", async () => {
  assert.equal(await trees(service, browser), await readFile(HELD, "utf8"));
});
