// What a newcomer does in the first minute, in the order of the README.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, signInFirst, Visitor } from "./browser.mjs";
import { Service } from "./service.mjs";

let service, browser;
before(async () => { [service, browser] = await Promise.all([Service.start(), launch()]); });
after(async () => {
  await browser.close();
  assert.equal(await service.stop(), 0, "SIGTERM ends the service cleanly");
});

test("a newcomer posts, sees it held and why, approves by key, sees it published, marks it as spam, undoes that, retrains and sees the new figures", async () => {
  const text = "Which of the two beans stood the wind better, and do you still grow the fig?";
  const visitor = await Visitor.enter(browser, [service.url]);
  const article = await visitor.page();
  await article.goto(`${service.url}/demo`);
  await article.getByLabel("Name").fill("Rosalind");
  await article.getByLabel("Email").fill("rosalind@arden.example");
  await article.getByLabel("Comment", { exact: true }).fill(text);
  await article.getByRole("button", { name: "Send" }).click();
  await article.getByRole("status").getByText("Your comment awaits review").waitFor();
  assert.equal(await article.getByText(text).count(), 0, "nobody sees it yet");

  const desk = await visitor.page();
  await signInFirst(desk, service);
  const item = desk.locator(".item", { hasText: text });
  await item.getByText("r***@a***.example").waitFor();
  assert.ok(await item.locator(".reasons li").count() > 0, "the reason is told");
  await desk.keyboard.press("j");
  await desk.locator(".item.current", { hasText: text }).waitFor();
  await desk.keyboard.press("a");
  await desk.getByText("1 comment approved.").waitFor();
  await item.waitFor({ state: "detached" });

  await article.reload();
  await article.getByText(text).waitFor();

  await desk.goto(`${service.url}/desk?status=approved`);
  await desk.keyboard.press("j");
  await desk.keyboard.press("s");
  await desk.getByText("1 comment marked as spam.").waitFor();
  await article.reload();
  await article.getByText("No comments yet.").waitFor();
  await desk.keyboard.press("z");
  await desk.getByText("1 comment taken back.").waitFor();
  await article.reload();
  await article.getByText(text).waitFor();

  await desk.getByRole("link", { name: "Model" }).click();
  await desk.getByText("The model that ships with the program").waitFor();
  await desk.getByRole("button", { name: "Train a model" }).click();
  const run = desk.locator(".run").first();
  await run.getByRole("row", { name: /Spam caught/ }).waitFor({ timeout: 120_000 });
  const caught = await run.getByRole("row", { name: /Spam caught/ }).textContent();
  assert.match(caught, /\d+\.\d %\s*\d+\.\d %/, "this model's figure beside the live one's");
  assert.deepEqual(await run.locator(".gate li").allTextContents(), [], "it passes the gate");
  await run.getByRole("button", { name: "Put it into use" }).click();
  await run.locator(".status", { hasText: "live" }).waitFor();
  await desk.getByText("The site's own model").waitFor();
  await visitor.leave();
});
