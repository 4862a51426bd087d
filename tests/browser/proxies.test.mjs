// The whole loop below a path of a blog, behind the proxies that people have, with the configurations in deploy/proxies: a comment is
// posted on a static page, mailed, approved from the mail and shown; the desk works; senders are told apart.
// A proxy that is not installed is skipped, and said to be, unless HAMLET_TEST_REQUIRE_PROXIES=1.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch, Visitor } from "./browser.mjs";
import { MailServer } from "./mail.mjs";
import { has, PROXIES, startProxy } from "./proxies.mjs";
import { freePort, OPERATOR, Service } from "./service.mjs";

// Posts from a loopback address of its own, with a forwarded one made up; answers the status.
const post = (origin, from, text) => new Promise((resolve, reject) => {
  const body = JSON.stringify({ page: "/", name: "Ostler", email: `${from}@inn.example`, text });
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), "X-Forwarded-For": "198.51.100.7" };
  const call = request(`${origin}/comments/api/v1/sites/open/comments`, { method: "POST", localAddress: from, headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  call.on("error", reject);
  call.end(body);
});

for (const [name, proxy] of Object.entries(PROXIES)) {
  const skip = !has(name) && process.env.HAMLET_TEST_REQUIRE_PROXIES !== "1" && `${name} is not installed`;
  test(`behind ${name}, below a path: posted, mailed, approved from the mail, shown`, { skip, timeout: 120_000 }, async () => {
    const mail = await MailServer.start();
    const [port, folder, browser] = [await freePort(), await mkdtemp(join(tmpdir(), "hamlet-proxy-")), await launch()];
    const origin = `http://127.0.0.1:${port}`;
    const service = await Service.start({
      HAMLET_SERVER__PUBLIC_URL: `${origin}/comments`,
      HAMLET_SERVER__TRUSTED_PROXIES: "127.0.0.1",
      HAMLET_INTAKE__NETWORK_HARD_LIMIT: "5",
      HAMLET_MAIL__INTERVAL_SECONDS: "1",
      ...mail?.variables,
    });
    await writeFile(join(folder, "index.html"), `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A blog</title><link rel="icon" href="data:,"><main><h1>A blog</h1>
<script src="/comments/embed.js" async></script><hamlet-comments site="blog"></hamlet-comments></main>`);
    const child = await startProxy(proxy, port, folder, new URL(service.url).host);
    try {
      await service.call("POST", "sites", { slug: "blog", name: "Blog", origins: [origin], policy: { spam_threshold: 1.0, proof_of_work_bits: 8 } });
      await service.call("POST", "sites", { slug: "open", name: "Open", origins: [origin] });
      const visitor = await Visitor.enter(browser, [origin]);
      const desk = await visitor.page();
      await desk.goto(origin + service.link);
      await desk.getByLabel("Name").fill(OPERATOR.name);
      await desk.getByLabel("Email").fill(OPERATOR.email);
      await desk.getByLabel("Password").fill(OPERATOR.password);
      await desk.locator("main form button").click();
      await desk.waitForURL(`${origin}/comments/desk`);

      const article = await visitor.page();
      await article.goto(`${origin}/`);
      await article.getByLabel("Name").fill("Rosalind");
      await article.getByLabel("Email").fill("rosalind@arden.example");
      const text = `Do you not know I am a woman? When I think, I must speak, behind ${name}.`;
      await article.getByLabel("Comment", { exact: true }).fill(text);
      await article.getByRole("button", { name: "Send" }).click();
      await article.getByText("Your comment awaits review").waitFor();
      // The desk hears of it through the proxy, on a page that was open before.
      await desk.getByText(text).or(desk.getByText(/1 new/)).first().waitFor();
      if (mail) {
        const plain = ({ raw }) => Buffer.from(raw, "base64").toString().replaceAll("=\r\n", "").replaceAll("=3D", "=");
        const letter = await mail.heard("message", (message) => plain(message).includes("Rosalind"));
        const link = plain(letter).match(new RegExp(`${origin}/comments/m/(?!stop/)[^\\s">]+`))[0];
        const decision = await visitor.page();
        await decision.goto(link);
        await decision.getByRole("button", { name: /Approve/ }).click();
        await decision.getByText(/approved/i).first().waitFor();
      } else {
        await desk.goto(`${origin}/comments/desk?site=blog`);
        await desk.keyboard.press("j");
        await desk.keyboard.press("a");
        await desk.getByText("1 comment approved.").waitFor();
      }
      await article.reload();
      await article.getByText(text).waitFor();
      const avatar = article.locator("hamlet-comments img").first();
      assert.match(await avatar.getAttribute("src"), new RegExp(`^${origin}/comments/avatars/`));
      for (const [place, heading] of [["model", "Model"], ["settings", "Settings"], ["activity", "Activity"]]) {
        await desk.goto(`${origin}/comments/desk/${place}`);
        await desk.getByRole("heading", { level: 1, name: heading }).waitFor();
      }
      assert.equal(await desk.getByText("all senders count as one").count(), 0);
      const cookies = await visitor.context.cookies();
      assert.deepEqual([...new Set(cookies.map(({ path }) => path))], ["/comments/"], "the blog gets no cookie of the desk");
      await desk.getByRole("button", { name: "Sign out" }).click();
      await desk.waitForURL(`${origin}/comments/sign-in`);
      // Two networks are two senders, in spite of what both claim.
      const first = [];
      for (let n = 0; n < 7; n += 1) first.push(await post(origin, "127.1.0.9", `Number ${n} from the first, behind ${name}`));
      assert.ok(first.includes(429), `${first}`);
      assert.equal(await post(origin, "127.200.7.9", `One from the second, behind ${name}`), 202);
      await visitor.leave();
    } finally {
      child.kill("SIGTERM");
      await Promise.all([service.stop(), browser.close(), mail?.stop()]);
      await rm(folder, { recursive: true, force: true });
    }
  });
}

test("a proxy that the service does not know is noticed, and the operator is shown what to set", async () => {
  const [service, browser] = [await Service.start({ HAMLET_SERVER__TRUSTED_PROXIES: "" }), await launch()];
  try {
    await fetch(`${service.url}/health/live`, { headers: { "X-Forwarded-For": "198.51.100.7" } });
    const visitor = await Visitor.enter(browser, [service.url]);
    const page = await visitor.page();
    await page.goto(service.url + service.link);
    await page.getByLabel("Name").fill(OPERATOR.name);
    await page.getByLabel("Email").fill(OPERATOR.email);
    await page.getByLabel("Password").fill(OPERATOR.password);
    await page.locator("main form button").click();
    await page.getByText("all senders count as one").waitFor();
    await visitor.leave();
  } finally {
    await Promise.all([service.stop(), browser.close()]);
  }
});
