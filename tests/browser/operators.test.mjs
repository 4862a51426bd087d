// The operators' pages: training a model from what was decided, sites, people, tokens, keys of
// programs, webhooks, mail that was given up.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, signInFirst, Visitor } from "./browser.mjs";
import { MailServer } from "./mail.mjs";
import { OPERATOR, Service } from "./service.mjs";

let mail, service, browser, visitor, page;
before(async () => {
  mail = await MailServer.start();
  const variables = { ...mail?.variables, HAMLET_WEBHOOKS__ALLOW_NETWORKS: "127.0.0.0/8" };
  [service, browser] = await Promise.all([Service.start(variables), launch()]);
  visitor = await Visitor.enter(browser, [service.url]);
  page = await visitor.page();
  await signInFirst(page, service);
});
after(async () => {
  await visitor.leave();
  await browser.close();
  await service.stop();
  await mail?.stop();
});

// Nothing tells the settings' page what is sent meanwhile: it is asked again until it shows this.
const shownInTime = async (row) => {
  const end = Date.now() + 30_000;
  do {
    assert.ok(Date.now() < end, `${row} is never shown`);
    await page.goto(`${service.url}/desk/settings`);
  } while (await row.count() === 0);
};

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
  await page.getByRole("heading", { name: "In use now" }).waitFor();
  await page.getByRole("button", { name: "Train a model" }).click();
  await page.getByText("The training waits for its turn.").waitFor();
  await page.locator(".run .figures").waitFor({ timeout: 120_000 });
  await page.locator(".run").getByRole("row", { name: /Spam caught/ }).waitFor();
  await assertAccessible(page);
  await assertFits(page);
  const refused = page.getByLabel("although it is not better");
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
  const told = page.locator("#what-if .told");
  await told.getByText("0 put aside").waitFor();
  await page.locator("#what-if").getByRole("slider").fill("0.5");
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
  await page.locator("#sites [role=alert]", { hasText: "Name in addresses" }).waitFor();
  assert.equal(await page.getByLabel("Name in addresses").inputValue(), "Not a slug", "nothing is lost");
  assert.equal(await page.getByLabel("Name in addresses").getAttribute("aria-invalid"), "true");
  await assertAccessible(page);
  await page.getByLabel("Name in addresses").fill("blog");
  await page.getByLabel("Addresses of its pages").fill("https://blog.example.org");
  await page.getByRole("button", { name: "Add the site" }).click();
  await page.waitForURL(`${settings}/sites/blog#content`);
  await page.getByLabel("Spam from").fill("high");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("This is not a number that fits here.").waitFor();
  assert.equal(await page.getByLabel("Spam from").inputValue(), "high", "nothing is lost");
  await page.getByLabel("Spam from").fill("0.9");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("This is not a number that fits here.").waitFor();
  await page.getByLabel("Spam from").fill("90 %");
  await page.getByLabel("Proof of work").fill("8");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const { policy } = await service.call("GET", "sites/blog");
  assert.deepEqual([policy.spam_threshold, policy.proof_of_work_bits], [0.9, 8]);

  await page.goto(settings);
  await page.getByText("Add a moderator").click();
  await page.getByLabel("Name", { exact: true }).fill("Guildenstern");
  await page.getByLabel("Email").fill("guildenstern@elsinore.example");
  await page.locator("#people").getByLabel("only these").check();
  await page.getByRole("button", { name: "Add the moderator" }).click();
  await page.locator("#people [role=alert]", { hasText: "Choose at least one" }).waitFor();
  assert.equal(await page.locator("#people").getByLabel("Name", { exact: true }).inputValue(), "Guildenstern");
  await page.locator("#people").getByLabel("blog", { exact: true }).check();
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

test("a program's key is made, shown once, works, and is revoked", async () => {
  const settings = `${service.url}/desk/settings`;
  const keys = page.locator("#keys");
  await page.goto(settings);
  await keys.getByText("Make a key").click();
  await keys.getByLabel("Program").fill("WordPress");
  await keys.getByLabel("Site").selectOption("default");
  await keys.getByRole("button", { name: "Make the key" }).click();
  const key = await keys.locator(".secret code").textContent();
  await assertAccessible(page);
  const verified = async () => {
    const response = await fetch(`${service.url}/1.1/verify-key`, { method: "POST", body: new URLSearchParams({ key }) });
    return response.text();
  };
  assert.equal(await verified(), "valid");
  await page.goto(`${service.url}/desk/settings/sites/default`);
  await page.getByLabel("What they ask about is kept").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await assertAccessible(page);
  await page.goto(settings);
  assert.equal(await page.getByText(key).count(), 0);
  await keys.getByRole("row", { name: /WordPress default kept for review just now/ }).waitFor();
  await keys.getByRole("button", { name: "Revoke the key of WordPress" }).click();
  await page.getByText("The key is revoked.").waitFor();
  await keys.getByRole("row", { name: /WordPress .* revoked/ }).waitFor();
  assert.equal(await verified(), "invalid");
});

test("a webhook is added, shows how its deliveries fare, and is removed", async () => {
  const taken = [];
  const listener = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(taken.push(request.headers) === 1 ? 503 : 204).end());
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const url = `http://127.0.0.1:${listener.address().port}/hook`;
  const settings = `${service.url}/desk/settings`;
  const webhooks = page.locator("#webhooks");
  const add = async (address) => {
    if (!await webhooks.getByLabel("Address").isVisible()) await webhooks.getByText("Add a webhook").click();
    await webhooks.getByLabel("Address").fill(address);
    await webhooks.getByLabel("Site").selectOption("default");
    await webhooks.getByRole("button", { name: "Add the webhook" }).click();
  };
  await page.goto(settings);
  await add("http://10.0.0.1/hook");
  await webhooks.getByRole("alert").getByText(/not public/).waitFor();
  await add(url);
  const secret = await webhooks.locator(".secret code").textContent();
  assert.match(secret, /^whsec_/);
  await assertAccessible(page);
  await assertFits(page);
  await page.goto(settings);
  assert.equal(await page.getByText(secret).count(), 0);
  await webhooks.getByRole("row", { name: /nothing yet nothing/ }).waitFor();
  await service.posted("default", "There is pansies, that is for thoughts.");
  await shownInTime(webhooks.getByRole("row", { name: /1 waiting, 0 given up it answered 503/ }));
  await assertAccessible(page);
  await webhooks.getByRole("button", { name: `Remove the webhook ${url}` }).click();
  await page.getByText("Removed, and what was still to be told with it.").waitFor();
  assert.equal(await webhooks.getByText(url).count(), 0);
  listener.close();
});

test("a dead letter is seen, retried by its button, and gone", { timeout: 60_000 }, async (t) => {
  if (!mail) return t.skip("no aiosmtpd");
  const settings = `${service.url}/desk/settings`;
  const letters = page.locator("#mail");
  // Whoever was mailed about what came before is mailed again after an interval only.
  const other = await service.call("POST", "moderators", { name: "Bernardo", email: "bernardo@elsinore.example" });
  await mail.answers("550");
  await service.posted("default", "Who's there? Nay, answer me: stand, and unfold yourself.");
  const dead = letters.getByRole("row", { name: /b\*\*\*@e\*\*\*\.example/ });
  await shownInTime(dead);
  await dead.getByText(/No such mailbox|550/).waitFor();
  await assertAccessible(page);
  await mail.answers("accept");
  await dead.getByRole("button", { name: "Try again" }).click();
  await page.getByText("It is tried again at once").waitFor();
  assert.equal(await dead.count(), 0);
  await mail.heard("message", ({ to }) => to.includes("bernardo@elsinore.example"));
  await page.goto(settings);
  assert.equal(await dead.count(), 0);
  const { mails } = await service.call("GET", "outbox?status=sent");
  assert.ok(mails.some(({ moderator }) => moderator === "Bernardo"), JSON.stringify(mails));
  await service.call("DELETE", `moderators/${other.id}`);
});
