// The widget on pages of others: odd languages, policies, old browsers, applications that draw their own pages.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { assertAccessible, launch, signInFirst, Visitor } from "./browser.mjs";
import { Service } from "./service.mjs";

let service, browser, host, hostUrl;
// What the host answers, by path: attributes of the html element, what its head holds, its body, its headers.
const pages = new Map();

const element = `<hamlet-comments site="blog"></hamlet-comments>`;
const script = () => `<script src="${service.url}/embed.js" async></script>`;

const serveHost = async () => {
  host = createServer((request, response) => {
    const { html = 'lang="en"', head = "", body, headers = {} } = pages.get(request.url.split(/[?#]/)[0]) ?? {};
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...headers });
    response.end(`<!doctype html><html ${html}><head><meta name="viewport" content="width=device-width"><title>A blog</title><link rel="icon" href="data:,">${head}</head>
<body><main><h1>A blog</h1>${body ?? element + script()}</main></body></html>`);
  }).listen(0, "127.0.0.1");
  await once(host, "listening");
  hostUrl = `http://127.0.0.1:${host.address().port}`;
};

before(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  await serveHost();
  await service.call("POST", "sites", { slug: "blog", name: "Blog", origins: [hostUrl], policy: { spam_threshold: 1.0 } });
  await service.call("POST", "sites", { slug: "work", name: "Work", origins: [hostUrl], policy: { spam_threshold: 1.0, proof_of_work_bits: 8 } });
});
after(async () => {
  await browser.close();
  host.close();
  await service.stop();
});

const approved = async (page, text, more = {}) => {
  const id = await service.posted("blog", text, { page, ...more });
  await service.decide(id, "approve");
  return id;
};

const open = async (path, options = {}) => {
  const visitor = await Visitor.enter(browser, [service.url, hostUrl], options);
  if (options.before) await visitor.context.addInitScript(options.before);
  const page = await visitor.page();
  await page.goto(hostUrl + path);
  return [visitor, page];
};

const send = async (page, text) => {
  await page.getByLabel("Name").fill("Beatrice");
  await page.getByLabel("Email").fill("beatrice@messina.example");
  await page.getByLabel("Comment", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment awaits review").waitFor();
};

const found = async (text) => (await service.call("GET", `comments?site=blog&q=${encodeURIComponent(text)}`)).comments[0];

test("a language that themes write oddly is understood, or passed over", async () => {
  for (const [n, [html, words]] of [
    ['lang="zh-CN,en,default"', "评论"], ['lang="de_DE"', "Kommentare"], ['lang="de-"', "Kommentare"], ['lang="en-US.UTF-8"', "Comments"],
    ['lang="%lang%"', "Comments"], ['lang=""', "Comments"], ['lang="x"', "Comments"], ['lang="ar_EG" dir="rtl"', "التعليقات"],
  ].entries()) {
    const path = `/lang${n}`;
    pages.set(path, { html });
    await approved(path, `Sigh no more, ladies, number ${n}.`);
    const [visitor, page] = await open(path);
    await page.getByText(`number ${n}.`).waitFor();
    await page.getByRole("heading", { name: words }).first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, `${html} scrolls sideways`);
    await visitor.leave();
  }
});

test("a browser of the years before is enough", async () => {
  await approved("/old", "Hey nonny, see https://old.example.org/song for the rest.");
  const before = () => {
    delete URL.canParse;
    delete window.navigation;
    window.CSSStyleSheet = function CSSStyleSheet() { throw new TypeError("Illegal constructor"); };
  };
  const [visitor, page] = await open("/old", { before });
  await page.getByRole("link", { name: "https://old.example.org/song" }).waitFor();
  assert.equal(await page.locator("hamlet-comments ol").first().evaluate((list) => getComputedStyle(list).listStyleType), "none");
  await visitor.leave();
});

test("a canonical address that is not on the site is passed over", async () => {
  for (const [n, href] of ["https://elsewhere.example.org/post", "https://elsewhere.example.org/"].entries()) {
    const path = `/copied${n}`;
    pages.set(path, { head: `<link rel="canonical" href="${href}">` });
    await approved(path, `Men were deceivers ever, ${n}.`);
    const [visitor, page] = await open(path);
    await page.getByText(`deceivers ever, ${n}.`).waitFor();
    await send(page, `One foot in sea and one on shore, ${n}.`);
    assert.equal((await found(`on shore, ${n}.`)).page, path);
    await visitor.leave();
  }
});

test("a canonical link is found among other words for it", async () => {
  pages.set("/words", { head: `<link rel="Canonical shortlink" href="/named">` });
  await approved("/named", "Hey nonny, nonny.");
  const [visitor, page] = await open("/words");
  await page.getByText("Hey nonny").waitFor();
  await visitor.leave();
});

test("a page of 240 pixels fits, however long names and words are and however deep the replies", async () => {
  const name = "Wolfeschlegelsteinhausenbergerdorff";
  let parent = await approved("/narrow", `${"x".repeat(200)} https://a.example/${"y".repeat(300)}`, { name: "N".repeat(90) });
  for (let depth = 0; depth < 6; depth += 1) parent = await approved("/narrow", `Sigh no more, ${depth}.`, { parent, name });
  for (const html of ['lang="en"', 'lang="ar" dir="rtl"']) {
    pages.set("/narrow", { html });
    const [visitor, page] = await open("/narrow", { viewport: { width: 240, height: 500 } });
    await page.getByText("Sigh no more, 5.").waitFor();
    await page.locator("article button").last().click();
    const [whole, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.equal(whole, seen, html);
    await visitor.leave();
  }
});

test("a page whose address the service does not know says so, and shows the comments once it does", async () => {
  const origins = ["https://elsewhere.example"];
  await service.call("POST", "sites", { slug: "strange", name: "Strange", origins, policy: { spam_threshold: 1.0 } });
  await service.decide(await service.posted("strange", "Sigh no more, strangers.", { page: "/strange" }), "approve");
  for (const [n, site] of ["strange", "nowhere"].entries()) {
    pages.set(`/strange${n || ""}`, { body: `<hamlet-comments site="${site}"></hamlet-comments>${script()}` });
  }
  const [visitor, page] = await open("/strange1");
  await page.getByText(`does not know this page’s address yet: ${hostUrl}`).waitFor();
  await page.goto(`${hostUrl}/strange`);
  await page.getByText(`does not know this page’s address yet: ${hostUrl}`).waitFor();
  await service.call("PATCH", "sites/strange", { origins: [...origins, hostUrl] });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Sigh no more, strangers.").waitFor();
  assert.equal(await page.getByText("does not know").count(), 0);
  await visitor.leave();
});

test("a page's title of any length and kind is no fault of who writes", async () => {
  pages.set("/title", { body: `${element}<script>document.title = "T\\u2028".repeat(301)</script>${script()}` });
  const [visitor, page] = await open("/title");
  await send(page, "To one thing constant never.");
  await visitor.leave();
});

for (const sandbox of ["allow-scripts", "allow-scripts allow-forms"]) {
  test(`a frame of no origin shows and sends: sandbox="${sandbox}"`, async () => {
    const name = sandbox.includes("forms") ? "forms" : "scripts";
    await approved(`/inner-${name}`, "Seen in a frame.");
    pages.set(`/inner-${name}`, {});
    pages.set(`/outer-${name}`, { body: `<iframe sandbox="${sandbox}" src="/inner-${name}" width="600" height="900"></iframe>` });
    const [visitor, page] = await open(`/outer-${name}`);
    const frame = page.frameLocator("iframe");
    await frame.getByText("Seen in a frame.").waitFor();
    await send(frame, `Sent from a frame, ${name}.`);
    assert.equal((await found(`Sent from a frame, ${name}`)).page, `/inner-${name}`);
    await visitor.leave();
  });
}

test("trusted types, a module, and the script twice", async () => {
  const demanding = { "Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types hamlet" };
  pages.set("/trusted", { headers: demanding, body: `<hamlet-comments site="work"></hamlet-comments>${script()}` });
  const [visitor, page] = await open("/trusted");
  await send(page, "Then sigh not so, but let them go.");
  visitor.faults = visitor.faults.filter((fault) => !fault.includes("importScripts"));
  await visitor.leave();
  pages.set("/module", { body: `${element}<script type="module" src="${service.url}/embed.js"></script>` });
  pages.set("/twice", { body: `${element}${script()}${script().replace("embed.js", "embed.js?again")}` });
  for (const path of ["/module", "/twice"]) {
    await approved(path, `And be you blithe and bonny at ${path}.`);
    const [visitor, page] = await open(path);
    await page.getByText(`bonny at ${path}.`).waitFor();
    await page.waitForLoadState("networkidle");
    await visitor.leave();
  }
});

test("an element whose page changes shows and posts to the new page", async () => {
  pages.set("/app", { body: `<hamlet-comments site="blog" page="/app/one"></hamlet-comments>${script()}` });
  await approved("/app/one", "Converting all your sounds of woe.");
  await approved("/app/two", "Into Hey nonny nonny.");
  const [visitor, page] = await open("/app");
  await page.getByText("sounds of woe").waitFor();
  await page.getByLabel("Comment", { exact: true }).fill("A draft for the first page.");
  const turn = (to) => page.evaluate((to) => document.querySelector("hamlet-comments").setAttribute("page", to), to);
  await turn("/app/two");
  await page.getByText("Hey nonny nonny").waitFor();
  assert.equal(await page.getByText("sounds of woe").count(), 0);
  assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), "");
  await send(page, "Sing no more ditties.");
  assert.equal((await found("no more ditties")).page, "/app/two");
  await turn("/app/one");
  await page.getByText("sounds of woe").waitFor();
  assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), "A draft for the first page.");
  await visitor.leave();
});

for (const [told, before] of [["with the Navigation API", () => {}], ["without it", () => { delete window.navigation; }]]) {
  test(`an application that changes the address is followed ${told}`, async () => {
    pages.set("/spa", { head: `<link rel="canonical" href="/spa">` });
    await approved(`/spa`, `Of dumps so dull and heavy, ${told}.`);
    await approved(`/spa/next`, `The fraud of men was ever so, ${told}.`);
    const [visitor, page] = await open("/spa", { before });
    await page.getByText(`dull and heavy, ${told}.`).waitFor();
    await page.evaluate(() => history.pushState({}, "", "/spa/next"));
    await page.getByText(`ever so, ${told}.`).waitFor();
    assert.equal(await page.getByText(`dull and heavy`).count(), 0);
    await page.goBack();
    await page.getByText(`dull and heavy, ${told}.`).waitFor();
    // Where routes stand behind the hash, each has its own list, and a comment's place in it leaves the route.
    const id = await approved(`/spa#!/ballad`, `Then sigh not so, ${told}.`);
    await page.evaluate(() => { location.hash = "#!/ballad"; });
    await page.getByText(`sigh not so, ${told}.`).waitFor();
    assert.equal(await page.getByText(`dull and heavy`).count(), 0);
    const place = page.locator(`#comment-${id} header a`).last();
    await place.click();
    assert.match(page.url(), new RegExp(`/spa#!/ballad#comment-${id}$`));
    await page.getByText(`sigh not so, ${told}.`).waitFor();
    await page.locator(`#comment-${id}.aim`).waitFor();
    await visitor.leave();
  });
}

test("an element that is moved goes on showing what was approved meanwhile", async () => {
  pages.set("/moved", {});
  const [visitor, page] = await open("/moved");
  await page.getByText("No comments yet").waitFor();
  await page.evaluate(() => document.body.append(document.querySelector("hamlet-comments")));
  await approved("/moved", "Since summer first was leafy.");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByText("first was leafy").waitFor();
  await visitor.leave();
});

test("a reply further down a long thread is never lost, and its draft keeps what it answers", async () => {
  // Each text has its length, so that the list goes on in a second answer after half a mebibyte.
  const ids = [];
  for (let n = 0; n < 66; n += 1) ids.push(await approved("/long", `Ballad ${n}: ${"fa la ".repeat(1500)}`, { email: `singer${n}@messina.example` }));
  const last = ids.at(-1);
  const [visitor, page] = await open(`/long#comment-${last}`);
  await page.locator(`#comment-${last}`).waitFor();
  await page.locator(`#comment-${last}`).getByRole("button", { name: /Reply to/ }).click();
  await page.getByLabel("Comment", { exact: true }).fill("An answer that takes its time.");
  await approved("/long", "A late one among the singers.");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForLoadState("networkidle");
  const kept = page.locator(`li:has(> #comment-${last})`).getByLabel("Comment", { exact: true });
  assert.equal(await kept.inputValue(), "An answer that takes its time.");
  await page.goto(`${hostUrl}/long`);
  await page.getByText("Ballad 0:").waitFor();
  await page.getByRole("heading", { name: "Reply to Ophelia" }).waitFor();
  await page.getByLabel("Name").fill("Balthasar");
  await page.getByLabel("Email").fill("balthasar@messina.example");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your comment awaits review").waitFor();
  assert.equal((await found("takes its time")).parent, last);
  await visitor.leave();
});

test("dark pages need to declare nothing, and paper gets the comments alone", async () => {
  pages.set("/dark", { head: "<style>body { background: #16181c; color: #e8e6e3; }</style>" });
  await approved("/dark", "Note notes, forsooth, and nothing.");
  const [visitor, page] = await open("/dark");
  await page.getByText("forsooth").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#field-name-error", { hasText: "Please fill this in." }).waitFor();
  await assertAccessible(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("button", { name: "Send" }).count(), 0);
  assert.equal(await page.getByText("forsooth").isVisible(), true);
  await visitor.leave();
});

test("without script a reader sees the comments, follows their feed, and is thanked", async () => {
  const id = await approved("/plain", "Is it not strange that <b>sheep's guts</b> should hale souls out of men's bodies?");
  const [visitor, page] = await open("/plain", { javaScriptEnabled: false });
  await page.goto(`${service.url}/sites/blog/comments?page=/plain`);
  await page.getByText("<b>sheep's guts</b>").waitFor();
  const feed = await fetch(`${service.url}/sites/blog/comments.atom?page=/plain`);
  assert.equal(feed.headers.get("content-type"), "application/atom+xml; charset=utf-8");
  const xml = await feed.text();
  assert.match(xml, new RegExp(`urn:uuid:${id}`));
  assert.doesNotMatch(xml, /<b>|@/);
  await page.getByRole("link", { name: "Reply to Ophelia" }).click();
  await page.getByLabel("Name").fill("Benedick");
  await page.getByLabel("Email").fill("benedick@padua.example");
  await page.getByLabel("Comment", { exact: true }).fill("Well, a horn for my money, when all's done.");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("awaits review").waitFor();
  assert.equal(await page.getByRole("link", { name: "Back to the article" }).getAttribute("href"), `${hostUrl}/plain`);
  assert.equal((await found("horn for my money")).parent, id);
  await visitor.leave();
});

test("a form of a page that sends no referrer, or is in another encoding, is taken or shown again whole", async () => {
  const fields = `<input name="page" value="/foreign"><input name="name" value="Jürgen"><input name="email" value="jurgen@messina.example"><textarea name="text">Grüße: the greater the wit.</textarea><button>Post</button>`;
  const action = () => `${service.url}/api/v1/sites/blog/comments`;
  const body = (attributes) => `<form method="post" action="${action()}" ${attributes}>${fields}</form>`;
  pages.set("/quiet", { head: '<meta name="referrer" content="no-referrer">', body: body("") });
  const [visitor, page] = await open("/quiet");
  await page.getByRole("button", { name: "Post" }).click();
  await page.getByText("awaits review").waitFor();
  await visitor.leave();
  for (const [path, extra, told] of [["/latin", "", "see that it reads"], ["/declared", '<input type="hidden" name="_charset_">', "awaits review"]]) {
    pages.set(path, { headers: { "Content-Type": "text/html; charset=iso-8859-1" }, body: body('accept-charset="iso-8859-1"').replace("<button", `${extra}<button`).replaceAll("ü", "&uuml;").replace("ß", "&szlig;").replace("wit.", `wit, at ${path}.`) });
    const [visitor, page] = await open(path);
    await page.getByRole("button", { name: "Post" }).click();
    await page.getByText(told).first().waitFor();
    if (!extra) {
      assert.equal(await page.getByLabel("Name").inputValue(), "Jürgen");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByText("awaits review").waitFor();
    }
    const kept = await found(`wit, at ${path}.`);
    assert.equal(kept.name, "Jürgen");
    assert.equal(kept.text, `Grüße: the greater the wit, at ${path}.`);
    await visitor.leave();
  }
});

test("a page whose address the service does not know leads to where an operator adds it", async () => {
  pages.set("/stray", { body: `<hamlet-comments site="strict"></hamlet-comments>${script()}` });
  await service.call("POST", "sites", { slug: "strict", name: "Strict", origins: ["https://elsewhere.example"] });
  const [visitor, page] = await open("/stray");
  await page.getByText(`does not know this page’s address yet: ${hostUrl}`).waitFor();
  await assertAccessible(page);
  const link = page.getByRole("link", { name: "Add it at the desk" });
  const settings = await link.getAttribute("href");
  await visitor.leave();

  const operator = await Visitor.enter(browser, [service.url]);
  const desk = await operator.page();
  await signInFirst(desk, service);
  await desk.goto(settings);
  await desk.getByText(`${hostUrl} is filled in below and not saved yet.`).waitFor();
  assert.deepEqual((await service.call("GET", "sites/strict")).origins, ["https://elsewhere.example"], "nothing is saved by a link");
  await desk.getByRole("button", { name: "Save" }).click();
  await desk.getByText("Saved.").waitFor();
  await operator.leave();

  const [reader, article] = await open("/stray");
  await article.getByText("No comments yet").waitFor();
  await reader.leave();
});

test("where the service does not answer at all the widget blames no page", async () => {
  pages.set("/down", {});
  const visitor = await Visitor.enter(browser, [service.url, hostUrl]);
  const page = await visitor.page();
  await page.route(/api\/v1/, (route) => route.abort());
  await page.goto(`${hostUrl}/down`);
  await page.getByText("The comments could not be loaded.").waitFor();
  await page.unroute(/api\/v1/);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("No comments yet").waitFor();
  await visitor.leave();
});
