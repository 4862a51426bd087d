// Every page: no fault that axe finds, nothing that scrolls sideways, light, dark and on a phone,
// and no heavier than its budget.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, signInFirst, Visitor, weigh } from "./browser.mjs";
import { Service } from "./service.mjs";

const BUDGET = 60 * 1024;

let service, browser, paths, state;
before(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  const visitor = await Visitor.enter(browser, [service.url]);
  await signInFirst(await visitor.page(), service);
  state = await visitor.context.storageState();
  const { comments: [one] } = await service.call("GET", "comments?status=spam");
  const long = "Words".repeat(200);
  await service.posted("demo", `A ${long} http://${long.slice(0, 60)}.example/${long}`, { page: `/${long}`.slice(0, 300), name: "N".repeat(100), page_title: long.slice(0, 150) });
  paths = [
    "/demo", "/sites/demo/form?page=/demo", "/sign-out", "/docs", "/desk/no-such-page",
    "/desk", "/desk?status=spam", "/desk?status=trash", "/desk?status=pending&q=nothing+like+this", "/desk?since=nonsense",
    `/desk/comments/${one.id}`, "/desk/me", "/desk/model?site=demo", "/desk/settings", "/desk/settings/sites/demo", "/desk/privacy", "/desk/blocks", "/desk/imports",
    "/desk/statistics", "/desk/activity", "/desk/batches", "/desk/views", `/desk/comments/${one.id}/edit`, `/desk/comments/${one.id}/block`,
  ];
  await visitor.leave();
});
after(async () => {
  await browser.close();
  await service.stop();
});

for (const [look, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["on a phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
]) {
  test(`every page is accessible and fits: ${look}`, async () => {
    const visitor = await Visitor.enter(browser, [service.url], { ...options, storageState: state });
    const page = await visitor.page();
    for (const path of paths) {
      await page.goto(service.url + path, { waitUntil: "load" });
      await assertAccessible(page);
      await assertFits(page);
    }
    await visitor.leave();
    const stranger = await Visitor.enter(browser, [service.url], options);
    const entry = await stranger.page();
    for (const path of ["/sign-in", "/sign-in/no-such-link"]) {
      await entry.goto(service.url + path);
      await assertAccessible(entry);
      await assertFits(entry);
    }
    await stranger.leave();
  });
}

test("pages are light, with all that they load", async () => {
  for (let n = 0; n < 25; n++) await service.posted("demo", `${n}: thrift, thrift, Horatio! The funeral baked meats did coldly furnish forth the marriage tables.`);
  const context = await browser.newContext({ storageState: state });
  for (const path of ["/desk", paths.find((path) => path.startsWith("/desk/comments/")), "/desk/me", "/desk/model?site=demo", "/desk/settings", "/desk/settings/sites/demo", "/desk/privacy", "/desk/blocks", "/desk/imports", "/sites/demo/form?page=/demo", "/demo"]) {
    const bytes = await weigh(context, service.url + path);
    console.log(`${path.replace(/[0-9a-f-]{36}/, "…")}: ${bytes} bytes compressed, all in all`);
    assert.ok(bytes > 0 && bytes <= BUDGET, `${path}: ${bytes}`);
  }
  await context.close();
});
