// Makes the README's pictures from the real pages: `npm run screenshots`, after a cargo build.

import { mkdir, writeFile } from "node:fs/promises";
import { launch, signInFirst } from "./browser.mjs";
import { Service } from "./service.mjs";

const folder = new URL("../../docs/images/", import.meta.url);

const COMMENTS = [
  ["Piotr", "piotr@example.org", "We had the same trouble with the wind on the seventh floor. What helped was a net on the railing, half height, so that the light still comes in."],
  ["SEO Team", "team@example.com", "Dear owner, we checked your site and found errors!! Rank no. 1 on Google in 7 days, 100% guaranteed, contact us at http://rank-first.example/offer"],
  ["Ines", "ines@example.pt", "Could you say more about the feed? Mine go yellow in August whatever I do."],
  ["crypto_king", "king@example.com", "I made $5000 in one week from home, ask me how >>> http://easy-coins.example/join?ref=99"],
  ["Yusuf", "yusuf@example.net", "The empty corner with the chair is the best advice here. Thank you for writing this down."],
];

const look = async (browser, service, state, name, path, options, prepare = () => {}) => {
  const context = await browser.newContext({ locale: "en-GB", storageState: state, deviceScaleFactor: 1.5, viewport: { width: 1120, height: 760 }, ...options });
  const page = await context.newPage();
  await page.goto(service.url + path, { waitUntil: "load" });
  await prepare(page);
  const session = await context.newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 78 });
  await writeFile(new URL(`${name}.webp`, folder), Buffer.from(data, "base64"));
  await context.close();
};

const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const DARK = { colorScheme: "dark" };

await mkdir(folder, { recursive: true });
// With a mail server that nobody reaches, so that no picture says that mail goes to files.
const mail = { HAMLET_MAIL__URL: "smtp://127.0.0.1:9", HAMLET_MAIL__REQUIRE_TLS: "false" };
const [service, browser] = await Promise.all([Service.start(mail), launch()]);
const context = await browser.newContext();
await signInFirst(await context.newPage(), service);
const state = await context.storageState();
const more = { page: "/demo", page_title: "Keeping a garden on a balcony" };
const ids = [];
for (const [name, email, text] of COMMENTS) ids.push(await service.posted("demo", text, { ...more, name, email }));
await service.call("PATCH", "sites/demo", { policy: { spam_threshold: 1.0 } });
const held = await service.posted("demo", "Nice article! My brother sells cheap pots and balcony nets, free shipping this week only, look here: http://pots-and-nets.example/sale", { ...more, name: "Garden Deals", email: "deals@example.org", website: "http://pots-and-nets.example" });

await look(browser, service, state, "desk-light", "/desk?sort=spammiest", {});
await look(browser, service, state, "desk-dark", "/desk?sort=spammiest", DARK);
await look(browser, service, state, "desk-phone", "/desk?sort=spammiest", PHONE);
await look(browser, service, state, "comment-light", `/desk/comments/${held}`, {});
await look(browser, service, state, "comment-dark", `/desk/comments/${held}`, DARK);
for (const id of [ids[0], ids[4]]) await service.decide(id, "approve");
const reply = await service.posted("demo", "Half height is clever: mine was a sail, and went like one.", { ...more, name: "Marta", email: "marta@example.org", parent: ids[0] });
await service.decide(reply, "approve");
const toComments = (page) => page.locator("hamlet-comments").evaluate((element) => element.scrollIntoView());
for (const [n, decision] of ["approve", "spam", "approve", "spam"].entries()) {
  const { comments } = await service.call("GET", "comments?site=demo&status=pending");
  const likely = comments.sort((a, b) => a.score - b.score);
  const chosen = decision === "spam" ? likely.at(-1) : likely[0];
  if (chosen && n < comments.length) await service.decide(chosen.id, decision);
}
const { comments: spam } = await service.call("GET", "comments?site=demo&status=spam");
for (const { id } of spam) await service.decide(id, "spam").catch(() => {});
await look(browser, service, state, "model-light", "/desk/model?site=demo", {});
await look(browser, service, state, "model-dark", "/desk/model?site=demo", DARK);
await look(browser, service, state, "model-phone", "/desk/model?site=demo", PHONE);
await look(browser, service, state, "model-arabic", "/desk/model?site=demo", { locale: "ar" });
await look(browser, service, state, "widget-light", "/demo", {}, toComments);
await look(browser, service, state, "widget-dark", "/demo", DARK, toComments);
await look(browser, service, state, "widget-phone", "/demo", PHONE, toComments);

await browser.close();
await service.stop();
