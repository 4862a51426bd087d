// The widget: on our own demo, and on a page of another origin under that page's own policy.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { assertAccessible, launch, Visitor } from "./browser.mjs";
import { Service } from "./service.mjs";

let service, browser, host, hostUrl, policy;

// A blog of somebody else's, with the widget on every page.
const serveHost = async () => {
  host = createServer((request, response) => {
    const lang = new URL(request.url, "http://x").searchParams.get("lang") ?? "en";
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(service.url) });
    response.end(`<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>A blog</title>
<link rel="icon" href="data:,"><main><h1>A blog</h1><hamlet-comments site="blog" page="/post"></hamlet-comments></main><script src="${service.url}/embed.js" async></script>`);
  }).listen(0, "127.0.0.1");
  await once(host, "listening");
  hostUrl = `http://127.0.0.1:${host.address().port}`;
};

const strict = (origin) => `default-src 'none'; script-src ${origin}; connect-src ${origin}; img-src ${origin} data:`;

before(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  policy = strict;
  await serveHost();
  await service.call("POST", "sites", { slug: "blog", name: "Blog", origins: [hostUrl], policy: { proof_of_work_bits: 12, spam_threshold: 1.0 } });
  await service.call("POST", "sites", { slug: "plain", name: "Plain", origins: [hostUrl] });
});
after(async () => {
  await browser.close();
  host.close();
  await service.stop();
});

const fill = async (page, { name = "Beatrice", email = "beatrice@messina.example", text }) => {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Comment", { exact: true }).fill(text);
};

const approved = async (text, more = {}) => {
  const id = await service.posted("demo", text, { page: "/demo", ...more });
  await service.decide(id, "approve");
  return id;
};

test("the first comments take one request, and nothing else is asked before someone writes", async () => {
  await approved("Here's a fine revolution, if we had the trick to see it.");
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`, { waitUntil: "commit" });
  await page.getByText("fine revolution").waitFor();
  const asked = visitor.requests.filter(({ url }) => url.includes("/api/"));
  assert.deepEqual(asked.map(({ method, url }) => [method, new URL(url).pathname]), [["GET", "/api/v1/sites/demo/comments"]]);
  await page.getByLabel("Name").focus();
  await page.waitForRequest(/form-token/).catch(() => {});
  assert.equal(await page.getByText("Your email address will not be published.").count(), 1);
  await assertAccessible(page);
  await visitor.leave();
});

test("the script and its worker are small, and asked for again only by their tag", async () => {
  // What the browser counts has the heads of answers in it, and in some versions its own request for an icon.
  const answer = await fetch(`${service.url}/embed.js`, { headers: { "Accept-Encoding": "gzip" } });
  assert.equal(answer.headers.get("content-encoding"), "gzip");
  const bytes = Number(answer.headers.get("content-length"));
  assert.ok(bytes > 0);
  console.log(`embed.js: ${bytes} bytes compressed`);
  assert.ok(bytes <= 12 * 1024, `${bytes}`);
  for (const name of ["embed.js", "embed-worker.js"]) {
    const first = await fetch(`${service.url}/${name}`);
    const tag = first.headers.get("etag");
    assert.match(first.headers.get("cache-control"), /max-age/);
    const again = await fetch(`${service.url}/${name}`, { headers: { "If-None-Match": tag } });
    assert.equal(again.status, 304);
  }
});

test("what is wrong is said by its field, and the draft outlives the page", async () => {
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#field-name-error", { hasText: "Please fill this in." }).waitFor();
  await page.locator("#field-name:focus").waitFor();
  await fill(page, { email: "beatrice at messina", text: "I wonder that you will still be talking." });
  await page.getByLabel("Web site").fill("not a site");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#field-email-error", { hasText: "This is not an email address." }).waitFor();
  await page.locator("#field-website-error", { hasText: "This is not a web address." }).waitFor();
  assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
  await assertAccessible(page);
  await page.reload();
  assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), "I wonder that you will still be talking.");
  assert.equal(await page.getByLabel("Email").inputValue(), "", "the address is not kept");
  await page.getByLabel("Email").fill("beatrice@messina.example");
  await page.getByLabel("Web site").fill("");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment awaits review").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), "", "what was sent is no draft");
  await visitor.leave();
});

test("a comment that could not be sent is kept and can be sent again, once", async () => {
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`);
  await fill(page, { text: "Speak low, if you speak love: twice if need be." });
  let lost = 0;
  await page.route("**/api/v1/sites/demo/comments", async (route) => {
    if (route.request().method() !== "POST" || lost++) return route.fallback();
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment was not sent.").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment awaits review").waitFor();
  const { comments } = await service.call("GET", "comments?site=demo&q=Speak+low");
  assert.equal(comments.length, 1, "the answer was lost, not the comment");
  await visitor.leave();
});

test("answers stand below what they answer", async () => {
  const parent = await approved("Against my will I am sent to bid you come in to dinner.", { name: "Beatrice" });
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo#comment-${parent}`);
  await page.locator(`#comment-${parent}`).getByRole("button", { name: "Reply to Beatrice" }).click();
  await page.getByRole("heading", { name: "Reply to Beatrice" }).waitFor();
  await fill(page, { name: "Benedick", email: "benedick@padua.example", text: "Fair Beatrice, I thank you for your pains." });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment awaits review").waitFor();
  const { comments: [answer] } = await service.call("GET", "comments?site=demo&q=thank+you+for+your+pains");
  assert.equal(answer.parent, parent);
  await service.decide(answer.id, "approve");
  await page.reload();
  await page.locator(`li:has(> #comment-${parent}) > ol`, { hasText: "for your pains" }).waitFor();
  await assertAccessible(page);
  await visitor.leave();
});

const HOSTILE = [
  "<script>alert(1)</script><img src=x onerror=alert(2)>",
  "\"><svg/onload=alert(3)><iframe srcdoc='<script>parent.alert(4)</script>'>",
  "javascript:alert(5) [x](javascript:alert(6)) data:text/html,<script>alert(7)</script>",
  "https://evil.example/\"onmouseover=alert(8)//'><b>https://evil.example/</b>",
  "<style>*{display:none}</style><base href=//evil.example><form action=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
  "{{constructor.constructor('alert(9)')()}} ${alert(10)} <math><mtext></mtext><mglyph><style><img src onerror=alert(11)>",
];

test("markup in a comment is text, in the widget and on the desk", async () => {
  for (const [n, text] of HOSTILE.entries()) {
    await approved(`Specimen ${n}: ${text}`, { name: `<img src=x onerror=alert(${n})>`, email: `mallory${n}@evil.example` });
  }
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`);
  await page.getByText("Specimen 5").waitFor();
  for (const [n, text] of HOSTILE.entries()) await page.getByText(`Specimen ${n}: ${text}`).waitFor();
  const inside = page.locator("hamlet-comments article");
  assert.equal(await inside.locator("script, iframe, svg, style, base, form, meta, b, img:not([src^='http'])").count(), 0);
  for (const link of await inside.locator("p a").all()) {
    assert.match(await link.getAttribute("href"), /^https?:\/\//);
    assert.match(await link.getAttribute("rel"), /nofollow/);
  }
  await visitor.leave();
});

const ADDRESSES = [
  "请看https://example.org/a，谢谢",
  "《一》http://t.example/RUy《二》http://t.example/Rux",
  "See https://en.example.org/wiki/Pea_(plant), (https://example.org/b).",
  "“https://example.org/c” «https://example.org/d» ‘https://example.org/L’Hôpital’",
  "https://例子.测试/路径。 https://example.org吧 &quot;https://example.org/e?a=1&amp;b=2&quot;",
];

test("an address ends in the widget where it ends in the interface's markup", async () => {
  for (const [n, text] of ADDRESSES.entries()) await approved(`Address ${n}: ${text}`, { email: `osric${n}@court.example` });
  const visitor = await Visitor.enter(browser, [service.url]);
  const page = await visitor.page();
  await page.goto(`${service.url}/demo`);
  await page.getByText("Address 4").waitFor();
  const { comments } = await service.call("GET", "sites/demo/comments?page=/demo");
  for (const { html } of comments.filter((comment) => comment.text.startsWith("Address"))) {
    const wanted = [...html.matchAll(/href="([^"]*)"/g)].map(([, url]) => url.replaceAll("&amp;", "&"));
    const shown = page.locator("hamlet-comments article p", { hasText: html.match(/Address \d/)[0] }).locator("a");
    assert.deepEqual(await shown.evaluateAll((links) => links.map((link) => link.getAttribute("href"))), wanted);
  }
  await visitor.leave();
});

for (const [told, chosen] of [
  ["where the page's policy lets no worker start", strict],
  ["in a worker where it does", (origin) => `${strict(origin)}; worker-src blob:`],
]) {
  test(`a page of another origin posts with its proof of work ${told}`, async () => {
    policy = chosen;
    const visitor = await Visitor.enter(browser, [service.url, hostUrl]);
    const page = await visitor.page();
    await page.goto(hostUrl);
    await fill(page, { text: `Let me be that I am and seek not to alter me, ${told}.` });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Your comment awaits review").waitFor();
    // The refusal of the worker is what the first page's policy is for.
    visitor.faults = visitor.faults.filter((fault) => !(chosen === strict && fault.includes("worker")));
    await visitor.leave();
  });
}

test("the widget speaks the page's language, from right to left where that is read so", async () => {
  policy = strict;
  const visitor = await Visitor.enter(browser, [service.url, hostUrl]);
  const page = await visitor.page();
  for (const [lang, words] of [["ar", "التعليقات"], ["de-AT", "Kommentare"], ["zh-Hans", "评论"], ["eo", "Comments"]]) {
    await page.goto(`${hostUrl}/?lang=${lang}`);
    await page.getByRole("heading", { name: words, exact: true }).waitFor();
    const direction = await page.locator("hamlet-comments section").getAttribute("dir");
    assert.equal(direction, lang === "ar" ? "rtl" : "ltr");
    await assertAccessible(page);
  }
  await visitor.leave();
});

test("the plain form does the proof of work that its site asks for", async () => {
  const visitor = await Visitor.enter(browser, [service.url, hostUrl]);
  const page = await visitor.page();
  await page.goto(`${service.url}/sites/blog/form?page=/post`);
  await fill(page, { text: "Done without the widget, and with the work." });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("awaits review").waitFor();
  await visitor.leave();
});
