// A service, a browser and the first operator's account for the tests of one file: started before them and stopped after
// them. Each file of tests runs in a process of its own, so each has its own.

import { after, before } from "node:test";
import { atDesk as enter } from "./at-desk.mjs";
import { open } from "./browser.mjs";

export let service, browser;
before(async () => {
  [service, browser] = await open();
});
after(async () => {
  await browser.close();
  await service.stop();
});

// A signed-in moderator's page with comments of one test only in the queue.
export const atDesk = (texts, options) => enter(service, browser, texts, options);

// So many texts, all different.
export const sorrows = (count) => Array.from({ length: count }, (_, n) => `Sorrow ${n} comes not as a single spy, but in battalions.`);
