// What a screen reader reads out of the desk's pages, as a tree: `npm run tree` prints it, `npm run tree -- --write` puts it
// into trees.txt, which a test holds. Times, scores and identifiers are left out, for they differ from run to run.

import { writeFile } from "node:fs/promises";
import { atDesk } from "./at-desk.mjs";
import { open } from "./browser.mjs";

export const HELD = new URL("trees.txt", import.meta.url);

const TEXTS = ["What do you read, my lord?", "Sorrow comes not as a single spy, but in battalions."];

const plain = (tree, site) => tree
  .replaceAll(site, "SITE")
  .replace(/code: \S+/g, "code: FOLDER")
  .replace(/(just now|\d+ (s|min|seconds?|minutes?) ago)/g, "WHEN")
  .replace(/(almost certainly|probably|likely|perhaps) (genuine|spam)|uncertain/g, "VERDICT")
  .replace(/\d+ %/g, "N %")
  .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")
  .replace(/\d\d:\d\d/g, "HH:MM")
  .replace(/\d{4}-\d\d-\d\d/g, "DAY")
  .replace(/\n\s+- \/url: .*/g, "");

// The trees of the pages, each with its name.
export const trees = async (service, browser) => {
  const { visitor, page, ids, site } = await atDesk(service, browser, TEXTS);
  await service.decide(ids[0], "approve");
  await service.posted(site, "Words, words, words.", { parent: ids[0], name: "Hamlet", email: "hamlet@elsinore.example" });
  const all = [];
  const take = async (name, where = "body") => {
    all.push(`## ${name}\n\n${plain(await page.locator(where).first().ariaSnapshot(), site)}\n`);
  };
  await page.reload();
  await page.keyboard.press("j");
  await page.locator(".item.current").waitFor();
  await take("The queue, its first comment selected");
  await page.keyboard.press("a");
  await page.getByText("1 comment approved.").waitFor();
  await page.locator(".decided").waitFor();
  await take("After a decision", "main");
  await page.keyboard.press("Control+k");
  await page.locator("dialog[open]").waitFor();
  await take("Where to, or what to do", "dialog[open]");
  await page.keyboard.press("Escape");
  await page.goto(`${service.url}/desk/comments/${ids[0]}`);
  await page.getByRole("heading", { name: "History" }).waitFor();
  await take("A comment by itself", ".opened > div");
  await visitor.leave();
  return all.join("\n");
};

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [service, browser] = await open();
  try {
    const found = await trees(service, browser);
    if (process.argv.includes("--write")) await writeFile(HELD, found);
    else console.log(found);
  } finally {
    await browser.close();
    await service.stop();
  }
}
