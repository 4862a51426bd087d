// What the desk asks of the service: a few requests at once, but about each comment one after the other,
// so that no key is lost and none overtakes another.

import { say } from "./desk-words.js";

const AT_ONCE = 4;
// Browsers let so many bytes outlive a page, all in all.
const OUTLIVES = 32_000;
// Where the service is: `/`, or a path of another address that it is below.
export const root = document.documentElement.dataset.root;
const csrf = document.querySelector("meta[name=csrf]").content;
const last = new Map(); // comment's id: the end of what was asked about it
const waiting = [];
let running = 0;
let isLeaving = false;

const begin = () => {
  while ((running < AT_ONCE || isLeaving) && waiting.length) {
    running += 1;
    waiting.shift()();
  }
};
const turn = () => new Promise((resolve) => { waiting.push(resolve); begin(); });

// Whoever leaves the page or loads it again has decided all the same: what waits is asked for at once, and what was asked goes on.
addEventListener("pagehide", () => {
  isLeaving = true;
  begin();
});
addEventListener("pageshow", () => { isLeaving = false; });

// Runs `work` once everything that was asked before about these comments is answered.
export const inTurn = (ids, work) => {
  const job = Promise.all(ids.map((id) => last.get(id))).then(async () => {
    await turn();
    try { return await work(); } finally { running -= 1; begin(); }
  });
  const end = job.catch(() => {});
  ids.forEach((id) => last.set(id, end));
  return job;
};

// The answer, or `status` 0 where there was none.
export const post = async (path, body) => {
  const written = JSON.stringify(body);
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: written,
      keepalive: written.length < OUTLIVES,
    });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
};

// Why an answer was none, in words.
export const isSignedOut = (status) => status === 401 || status === 403;
export const failure = (status) => say(isSignedOut(status) ? "signed-out" : "no-answer");
