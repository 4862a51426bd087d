// The operators' pages: training a model from what was decided, sites, people, tokens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, signInFirst, Visitor } from "./browser.mjs";
import { OPERATOR, Service } from "./service.mjs";

let service, browser, visitor, page;
before(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  visitor = await Visitor.enter(browser, [service.url]);
  page = await visitor.page();
  await signInFirst(page, service);
});
after(async () => {
  await visitor.leave();
  await browser.close();
  await service.stop();
});

const NOUNS = ["orchard", "kettle", "harbour", "violin", "ladder", "meadow", "lantern", "bridge", "cellar", "compass"];
const VERBS = ["mended", "painted", "carried", "measured", "planted", "opened", "followed", "counted"];

test("a model is trained from what people decided, its figures are shown, and it goes into use and back", async () => {
  await service.call("POST", "sites", { slug: "learns", policy: { spam_threshold: 1.0 } });
  const decide = async (decision, texts) => {
    const items = [];
    for (const [n, text] of texts.entries()) {
      items.push({ id: await service.posted("learns", text, { email: `${decision}${n}@elsinore.example`, name: `${decision} ${n}` }), version: 1 });
    }
    await service.call("POST", "decisions", { decision, items });
  };
  const pairs = NOUNS.flatMap((noun, n) => VERBS.map((verb, v) => [noun, verb, n * 8 + v]));
  await decide("approve", pairs.map(([noun, verb, n]) => `Last spring my neighbour ${verb} the old ${noun}, and for ${n} days nobody on our street spoke of anything else.`));
  await decide("spam", pairs.map(([noun, verb, n]) => `Win a free ${noun} ${n}!!! Everybody ${verb} theirs, claim now http://bonus-${noun}.example/${verb}${n}`));
  await page.goto(`${service.url}/desk/model?site=learns`);
  await page.getByRole("heading", { name: "Judges now" }).waitFor();
  await page.getByRole("button", { name: "Train a model" }).click();
  await page.getByText("The training waits for its turn.").waitFor();
  await page.locator(".run .figures").waitFor({ timeout: 120_000 });
  await page.locator(".run").getByRole("row", { name: /Spam caught/ }).waitFor();
  await assertAccessible(page);
  await assertFits(page);
  const refused = page.getByLabel("although it does not pass the gate");
  if (await refused.count()) await refused.check();
  await page.getByRole("button", { name: "Put it into use" }).click();
  await page.locator(".run .status", { hasText: "live" }).waitFor();
  await page.getByText(/The site's own model/).waitFor();
  await page.getByRole("button", { name: "Back to the one before" }).click();
  await page.locator(".run .status", { hasText: "retired" }).waitFor();
  await page.getByText(/The model that ships with the program/).waitFor();
});

test("the slider tells what a threshold would have done", async () => {
  await page.goto(`${service.url}/desk/model?site=learns`);
  const told = page.locator(".told");
  await told.getByText("0 put aside").waitFor();
  await page.getByRole("slider").fill("0.5");
  await told.getByText(/of 80 spam caught, \d+ of 80 genuine blocked/).waitFor();
  const caught = Number((await told.textContent()).match(/(\d+) of 80 spam/)[1]);
  assert.ok(caught > 40, `${caught}`);
});

test("sites, people and tokens are made and taken away on their page; a secret is shown once", async () => {
  const settings = `${service.url}/desk/settings`;
  await page.goto(settings);
  await page.getByText("Add a site").click();
  await page.getByLabel("Name in addresses").fill("Not a slug");
  await page.getByRole("button", { name: "Add the site" }).click();
  await page.locator("#sites [role=alert]").waitFor();
  await page.getByText("Add a site").click();
  await page.getByLabel("Name in addresses").fill("blog");
  await page.getByLabel("Origins of its pages").fill("https://blog.example.org");
  await page.getByRole("button", { name: "Add the site" }).click();
  await page.waitForURL(`${settings}/sites/blog`);
  await page.getByLabel("Spam from").fill("high");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("This is not a number that fits here.").waitFor();
  await page.getByLabel("Spam from").fill("0.9");
  await page.getByLabel("Proof of work").fill("8");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const { policy } = await service.call("GET", "sites/blog");
  assert.deepEqual([policy.spam_threshold, policy.proof_of_work_bits], [0.9, 8]);

  await page.goto(settings);
  await page.getByText("Add a moderator").click();
  await page.getByLabel("Name", { exact: true }).fill("Guildenstern");
  await page.getByLabel("Email").fill("guildenstern@elsinore.example");
  await page.getByRole("button", { name: "Add the moderator" }).click();
  const link = await page.locator("#people .secret code").textContent();
  await assertAccessible(page);
  const other = await Visitor.enter(browser, [service.url]);
  const theirs = await other.page();
  await theirs.goto(link);
  await theirs.getByRole("heading", { name: "Welcome, Guildenstern" }).waitFor();
  assert.equal(await theirs.locator("main input").count(), 1, "asked for nothing but the password");
  await theirs.getByLabel(/password/i).fill(OPERATOR.password);
  await theirs.locator("main form button").click();
  await theirs.waitForURL(`${service.url}/desk`);
  assert.equal(await theirs.getByRole("link", { name: "Settings" }).count(), 0);
  assert.equal((await theirs.goto(settings)).status(), 403);
  await other.leave();
  await page.getByRole("button", { name: "Remove Guildenstern" }).click();
  await page.getByText("Removed.").waitFor();

  await page.getByText("Make a token").click();
  await page.getByLabel("What it is for").fill("importer");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = await page.locator("#tokens .secret code").textContent();
  const asked = () => fetch(`${service.url}/api/v1/comments`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await asked()).status, 200);
  await page.goto(settings);
  assert.equal(await page.getByText(token).count(), 0);
  await page.getByRole("button", { name: "Revoke importer" }).click();
  await page.getByText("The token is revoked.").waitFor();
  assert.equal((await asked()).status, 401);
});
