// A newcomer's first minutes: from an empty folder to a comment that was mailed, approved from the mail and shown on a static page
// behind Caddy, below a path. It prints what each step takes: two minutes are the limit that a person would bear.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { launch, Visitor } from "./browser.mjs";
import { MailServer } from "./mail.mjs";
import { has, PROXIES, startProxy } from "./proxies.mjs";
import { freePort, OPERATOR, program } from "./service.mjs";

const proxy = ["caddy", "nginx"].find(has);

const plain = ({ raw }) => Buffer.from(raw, "base64").toString().replaceAll("=\r\n", "").replaceAll("=3D", "=");

test("from an empty folder to a comment on the page", { skip: !proxy && "neither Caddy nor nginx is installed", timeout: 180_000 }, async (t) => {
  const mail = await MailServer.start();
  if (!mail) return t.skip("there is no SMTP server to mail to");
  const [folder, port, inner, browser] = [await mkdtemp(join(tmpdir(), "hamlet-quarter-")), await freePort(), await freePort(), await launch()];
  const [pages, origin] = [join(folder, "pages"), `http://127.0.0.1:${port}`];
  const env = {
    PATH: process.env.PATH,
    HAMLET_DATA_DIR: join(folder, "data"),
    HAMLET_SERVER__LISTEN: `127.0.0.1:${inner}`,
    HAMLET_SERVER__PUBLIC_URL: `${origin}/comments`,
    HAMLET_SERVER__TRUSTED_PROXIES: "127.0.0.1",
    HAMLET_LOG__FILTER: "warn",
    ...mail.variables,
  };
  const begun = performance.now();
  let last = begun;
  const step = (what) => {
    const now = performance.now();
    t.diagnostic(`${((now - last) / 1000).toFixed(1).padStart(5)} s  ${what}`);
    last = now;
  };
  const children = [];
  try {
    const added = spawnSync(program, ["site", "add", "blog", "--origin", origin], { env, encoding: "utf8" });
    assert.equal(added.status, 0, added.stderr);
    step("a site is added by the command");
    const service = spawn(program, ["serve"], { stdio: ["ignore", "pipe", "inherit"], env });
    children.push(service);
    let link;
    for await (const line of createInterface({ input: service.stdout })) {
      link = line.match(/Sign in as the first operator.*: http:\/\/[^/]+(\S+)$/)?.[1];
      if (link) break;
    }
    service.stdout.resume();
    step("the service is up and prints a link");
    await mkdir(pages);
    await writeFile(join(pages, "index.html"), `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A blog</title><link rel="icon" href="data:,"><main><h1>A blog</h1>
<script src="/comments/embed.js" async></script><hamlet-comments site="blog"></hamlet-comments></main>`);
    children.push(await startProxy(PROXIES[proxy], port, pages, `127.0.0.1:${inner}`));
    step(`a static page with the snippet is behind ${proxy}, the service below /comments`);
    const visitor = await Visitor.enter(browser, [origin]);
    const desk = await visitor.page();
    await desk.goto(origin + link);
    await desk.getByLabel("Name").fill(OPERATOR.name);
    await desk.getByLabel("Email").fill(OPERATOR.email);
    await desk.getByLabel("Password").fill(OPERATOR.password);
    await desk.locator("main form button").click();
    await desk.waitForURL(`${origin}/comments/desk`);
    step("the operator has an account and is at the desk");
    const article = await visitor.page();
    await article.goto(`${origin}/`);
    await article.getByLabel("Name").fill("Rosalind");
    await article.getByLabel("Email").fill("rosalind@arden.example");
    const text = "Do you not know I am a woman? When I think, I must speak.";
    await article.getByLabel("Comment", { exact: true }).fill(text);
    await article.getByRole("button", { name: "Send" }).click();
    await article.getByText("Your comment awaits review").waitFor();
    step("a reader's comment is posted and held");
    const letter = await mail.heard("message", (message) => plain(message).includes("Rosalind"));
    step("the mail about it has arrived");
    const decision = await visitor.page();
    await decision.goto(plain(letter).match(new RegExp(`${origin}/comments/m/(?!stop/)[^\\s">]+`))[0]);
    await decision.getByRole("button", { name: /Approve/ }).click();
    await decision.getByText(/approved/i).first().waitFor();
    step("it is approved from the mail");
    await article.reload();
    await article.getByText(text).waitFor();
    step("it is shown on the page");
    await visitor.leave();
    t.diagnostic(`${((last - begun) / 1000).toFixed(1).padStart(5)} s  in all`);
  } finally {
    for (const child of children) {
      const ended = child.exitCode === null && once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
    await Promise.all([browser.close(), mail.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
});
