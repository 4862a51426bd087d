// The browser: Debian's Chromium, driven from here. Every page is watched: what it asks of any
// other place, what its policy blocks, and what it throws all fail the test that opened it.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { OPERATOR, Service } from "./service.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => chromium.launch({
  executablePath: process.env.HAMLET_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

// A visitor with cookies of their own. `origins` are the places that their pages may ask.
export class Visitor {
  static async enter(browser, origins, options = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    return new Visitor(context, origins);
  }

  constructor(context, origins) {
    Object.assign(this, { context, origins, faults: [], requests: [] });
    context.setDefaultTimeout(15_000);
  }

  async page() {
    const page = await this.context.newPage();
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      this.requests.push({ method: request.method(), url: request.url() });
      if (protocol.startsWith("http") && !this.origins.includes(origin)) this.faults.push(`asks ${request.url()}`);
    });
    page.on("pageerror", (error) => this.faults.push(`throws ${error}`));
    page.on("dialog", (dialog) => {
      if (dialog.type() === "alert") this.faults.push(`alerts ${dialog.message()}`);
      return dialog.accept();
    });
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) this.faults.push(message.text());
    });
    return page;
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}

// Takes the one-time link and becomes the first operator; stays on the desk.
export const signInFirst = async (page, service) => {
  await page.goto(service.url + service.link);
  await page.getByLabel("Name").fill(OPERATOR.name);
  await page.getByLabel("Email").fill(OPERATOR.email);
  await page.getByLabel("Password").fill(OPERATOR.password);
  await page.locator("main form button").click();
  await page.waitForURL(`${service.url}/desk`);
};

export const signIn = async (page, service, { email, password } = OPERATOR) => {
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.locator("main form button").click();
  await page.waitForURL(`${service.url}/desk`);
};

// A service whose first operator has signed in once, and a browser.
export const open = async (variables) => {
  const [service, browser] = await Promise.all([Service.start(variables), launch()]);
  const visitor = await Visitor.enter(browser, [service.url]);
  await signInFirst(await visitor.page(), service);
  await visitor.leave();
  return [service, browser];
};

// Every rule of axe that WCAG 2.2 AA and its best practices name; none may be broken.
export const assertAccessible = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
  assert.deepEqual(told, [], page.url());
};

export const assertFits = async (page) => {
  const [inside, outside] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(inside <= outside, `${page.url()} scrolls sideways: ${inside} > ${outside}`);
};

// Bytes that a page and all it loads take on the wire, heads included.
export const weigh = async (context, url) => {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  let bytes = 0;
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  session.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.goto(url, { waitUntil: "load" });
  await page.close();
  return bytes;
};
