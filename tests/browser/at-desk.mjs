// A signed-in moderator's page with comments of one test only in the queue.

import { signIn, Visitor } from "./browser.mjs";

const TOGETHER = 20;

// Signed in once for all tests of a file: nobody may try too often.
const sessions = new WeakMap();
const session = async (service, browser) => {
  const visitor = await Visitor.enter(browser, [service.url]);
  await signIn(await visitor.page(), service);
  const storageState = await visitor.context.storageState();
  await visitor.leave();
  return storageState;
};

export const atDesk = async (service, browser, texts, options) => {
  const site = `s${Math.random().toString(36).slice(2, 10)}`;
  await service.call("POST", "sites", { slug: site, policy: { spam_threshold: 1.0 } });
  const ids = [];
  // Nobody may post too many.
  const author = (n) => (texts.length > 50 ? { email: `ophelia${n}@elsinore.example` } : {});
  // Few are posted in their order; of many the order does not matter.
  const bite = texts.length > 100 ? TOGETHER : 1;
  for (let n = 0; n < texts.length; n += bite) {
    ids.push(...await Promise.all(texts.slice(n, n + bite).map((text, at) => service.posted(site, text, author(n + at)))));
  }
  if (!sessions.has(service)) sessions.set(service, session(service, browser));
  const visitor = await Visitor.enter(browser, [service.url], { storageState: await sessions.get(service), ...options });
  const page = await visitor.page();
  const list = `${service.url}/desk?status=pending&site=${site}`;
  await page.goto(list);
  return { visitor, page, ids, list, site };
};

// How often each comment was decided about, the newest first as the queue shows them.
export const decisions = (service, ids) => Promise.all([...ids].reverse().map(async (id) => {
  const { history } = await service.call("GET", `comments/${id}`);
  return history.filter(({ action }) => action === "decided").map(({ decision }) => decision).join(" ");
}));
