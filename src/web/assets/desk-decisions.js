// Deciding and taking back. What a person does is seen at once; the service is asked in turn, and where it
// says no, the comment comes back with the reason.

import { $, $$, SETTLES, after, bear, bringBack, checked, cleared, current, decisionOf, element, fold, form, goOn, isFresh, isLoading, name, remark, replace, rows, select, shift, single, stir, tell, update } from "./desk-list.js";
import { failure, inTurn, isSignedOut, post, root } from "./desk-requests.js";
import { list, moment, say } from "./desk-words.js";

export const outcome = { approve: "approved", spam: "spam", reject: "rejected", trash: "trash", hold: "pending" };
const MANY = 20;
const one = (row) => say("comment-by", { who: name(row) });
const named = (chosen) => (chosen.length === 1 ? one(chosen[0]) : say("comments", { count: chosen.length }));
const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

const done = []; // what was decided here and can be taken back, latest last: lists of entries
const trouble = new WeakMap(); // row: how often it came back, for what waited behind is then off
const troubles = (row) => trouble.get(row) ?? 0;
export const mine = new Set(); // comments that were decided about here
let steps = 0; // what the person did, counted
let buffered = null; // decisions pressed while the next page is loaded

// Says what was done, until the next is.
export const toast = (text, undoable, link) => {
  const box = element("div", "toast");
  box.append(element("p", "", text));
  if (link) {
    const a = element("a", "", link.text);
    a.href = link.href;
    box.append(a);
  }
  if (undoable) {
    const button = element("button", "quietly", `${say("undo")} `);
    button.type = "button";
    button.append(element("kbd", "", "z"));
    button.addEventListener("click", () => { button.disabled = true; undo(); });
    box.append(button);
  }
  const close = element("button", "quietly", "×");
  close.type = "button";
  close.setAttribute("aria-label", say("close"));
  close.addEventListener("click", () => { box.remove(); (current() ?? $("#content")).focus({ preventScroll: true }); });
  box.append(close);
  bear(box);
  $("#toast").replaceChildren(box);
};
// Signed out: where to sign in, to come back to this list.
const signIn = () => ({ text: say("sign-in"), href: `${root}sign-in?next=${encodeURIComponent(`/desk${location.search}`)}` });

// Asks before many are decided about; nothing is the first choice.
const sure = (question, verb) => new Promise((resolve) => {
  const box = element("dialog");
  const yes = element("button", "", verb);
  const no = element("button", "plain", say("leave-them"));
  const p = element("p");
  yes.type = no.type = "button";
  no.autofocus = true;
  yes.addEventListener("click", () => box.close("yes"));
  no.addEventListener("click", () => box.close());
  box.addEventListener("close", () => { box.remove(); resolve(box.returnValue === "yes"); });
  p.append(yes, " ", no);
  box.append(element("h2", "", question), p);
  box.setAttribute("aria-label", question);
  document.body.append(box);
  box.showModal();
});

// Selects the row after the ones that are decided about, or waits for the next page.
const step = (chosen, byPointer) => {
  const next = after(chosen[chosen.length - 1]);
  const moves = !byPointer || !current() || chosen.some((row) => row === current());
  return () => {
    if (moves) select(next, { still: byPointer });
    goOn(next, arrived);
    if (moves && !next && isLoading()) buffered = [];
  };
};
const arrived = (first) => {
  const pressed = buffered;
  buffered = null;
  cleared();
  if (!pressed) return;
  if (first) select(first);
  if (!first && pressed.length) toast(say("not-loaded", { count: pressed.length }));
  if (first) pressed.forEach(([decision, why]) => press(decision, false, why));
};

export const decide = async (chosen, decision, byPointer = false, why = "") => {
  // A colleague decided the same: there is nothing to do but to go on.
  if (!byPointer && chosen.length === 1 && chosen[0].dataset.status === outcome[decision] && $(".since", chosen[0])) { steps += 1; select(after(chosen[0]) ?? chosen[0]); return; }
  const wanted = chosen.filter((row) => row.dataset.status !== outcome[decision] && !isFresh(row) && !row.classList.contains("leaving"));
  if (!wanted.length) return;
  steps += 1;
  if (wanted.length > MANY && !(await sure(say("sure", { verb: say(`verb-${decision}`), count: wanted.length }), say("sure-yes", { verb: say(`verb-${decision}`), count: wanted.length })))) return;
  const entries = wanted.map((row) => ({ row, decision, id: row.dataset.id, from: row.dataset.status, troubles: troubles(row) }));
  const go = step(wanted, byPointer);
  wanted.forEach((row) => fold(row, say(`line-${decision}`, { who: name(row) }), byPointer && wanted.length === 1));
  go();
  tell();
  done.push(entries);
  entries.forEach(({ id }) => mine.add(id));
  const at = steps;
  await inTurn(entries.map(({ id }) => id), () => ask(entries, decision, why));
  report(entries, decision, at);
};

// Sends what is still meant: an entry whose row came back in the meantime is off.
const ask = async (entries, decision, why) => {
  const meant = entries.filter((entry) => entry.troubles === troubles(entry.row));
  meant.forEach((entry) => { entry.version = Number(entry.row.dataset.version); });
  if (!meant.length) return;
  const alone = meant.filter(({ row }) => !row.dataset.copies);
  const answers = alone.length && post(`${root}api/v1/decisions`, { decision, reason: why || undefined, items: alone.map(({ id, version }) => ({ id, version })) });
  await Promise.all(meant.map(async (entry) => {
    entry.answer = alone.includes(entry) ? of(await answers, alone.indexOf(entry)) : await withCopies(entry, decision, why);
    read(entry, decision);
    if (!entry.done) trouble.set(entry.row, troubles(entry.row) + 1);
  }));
};
const of = (answer, n) => (answer.ok ? answer.body.results[n] : { result: "failed", status: answer.status });
// A comment that stands for near copies is decided about with those that were there when the list was made: as one.
const withCopies = async (entry, decision, why) => {
  const { ok, status, body } = await post(`${root}api/v1/comments/${entry.id}/copies/decisions`, { decision, reason: why || undefined, version: entry.version, until: entry.row.dataset.at });
  if (status === 404) return { result: "not_found" };
  if (status === 409 && body.current) return { result: "stale", ...body.current };
  if (!ok) return { result: "failed", status };
  entry.batch = body.batch;
  entry.together = body.decided;
  return { result: "done", status: body.status, version: body.version };
};
const read = (entry, decision) => {
  const { result, status, version, changed } = entry.answer;
  // Sent before by this very person, and the answer got lost.
  const again = result === "stale" && changed?.by_you && changed.action === "decided" && changed.decision === decision && version === entry.version + 1;
  const many = entry.together ?? 1;
  if (status && result !== "failed" && status !== entry.from) { shift(entry.from, -many); shift(status, many); }
  if (result === "done" || result === "stale") update(entry.row, version, status);
  entry.done = result === "done" || again;
};

// Says what became of it: lines for what was decided, and the rows that were not come back.
const report = (entries, decision, at) => {
  const decided = entries.filter((entry) => entry.done);
  const failed = entries.filter((entry) => !entry.done);
  decided.forEach((entry) => {
    if (entry.row.classList.contains("leaving") && !entry.back) replace(entry.row, say(`line-${decision}`, { who: name(entry.row) }), () => undo(entry));
  });
  failed.forEach((entry) => {
    forget(entry);
    if (entry.row.classList.contains("leaving")) giveBack(entry, decision);
  });
  const count = decided.reduce((sum, entry) => sum + (entry.together ?? 1), 0);
  const told = decided.length ? say(`decided-${decision}`, { count }) : "";
  const why = failed.length ? reason(failed) : "";
  const out = failed.some(({ answer }) => answer && isSignedOut(answer.status));
  if (told || why) toast([told, why].filter(Boolean).join(" "), decided.length > 0, out && signIn());
  const conflict = failed.find((entry) => entry.answer?.result === "stale");
  if (conflict) setTimeout(() => callBack(conflict.row, at), SETTLES);
  cleared();
  tell();
};
// Selects a comment again that somebody else had decided about, but for a person who has gone on: the next
// key is for the comment that they see.
const callBack = (row, at) => {
  if (at !== steps || !row.isConnected || row.classList.contains("leaving") || row.classList.contains("current")) return;
  row.dataset.returned = performance.now();
  select(row);
};
const forget = (entry) => {
  done.forEach((entries) => { if (entries.includes(entry)) entries.splice(entries.indexOf(entry), 1); });
  for (let n = done.length - 1; n >= 0; n -= 1) if (!done[n].length) done.splice(n, 1);
};
const giveBack = ({ row, answer }, decision) => {
  if (answer?.result === "not_found") { replace(row, say("gone", { what: one(row) })); return; }
  if (answer?.result !== "stale") { bringBack(row, say(`not-decided-${decision}`)); return; }
  bringBack(row, whoWas(answer));
  $$(".act", row).forEach((button) => { button.hidden = outcome[decisionOf(button)] === answer.status; });
};
// What somebody else decided meanwhile about a row that is shown.
export const mark = (row, { status, action, decision, by, by_you: byYou, at }) => {
  row.dataset.status = status;
  remark(row, whoWas({ status, changed: { action, decision, by, by_you: byYou, at } }));
  $$(".act", row).forEach((button) => { button.hidden = outcome[decisionOf(button)] === status; });
};
const did = (decision) => say(`did-${decision}`);
const whoWas = ({ changed, status }) => {
  const now = say(`now-${status}`);
  if (!changed) return say("changed-now", { status: now });
  const when = ago(changed.at);
  const who = changed.by_you ? say("you") : changed.by;
  if (changed.action.startsWith("edit")) return say("edited-before-you", { who, when });
  if (changed.action === "undone") return say("undone-before-you", { who, status: now, when });
  return say(changed.by_you ? "you-decided" : "before-you", { who, did: did(changed.decision), when });
};
export const ago = (at) => {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  if (seconds < 60) return say("seconds-ago", { count: seconds });
  return seconds < 3600 ? say("minutes-ago", { count: Math.round(seconds / 60) }) : say("at", { when: moment(new Date(at)) });
};
const reason = (failed) => {
  const lost = failed.filter(({ answer }) => !answer || answer.result === "failed");
  if (lost.length) return say("failed", { what: named(lost.map(({ row }) => row)), why: lost[0].answer ? failure(lost[0].answer.status) : say("just-back") });
  const [{ answer }] = failed;
  const what = named(failed.map(({ row }) => row));
  if (answer.result === "not_found") return say("gone", { what });
  const others = [...new Set(failed.filter((entry) => entry.answer.changed && !entry.answer.changed.by_you).map((entry) => entry.answer.changed.by))];
  if (others.length && failed.length === 1) return say("faster", { who: others[0], what, status: say(`now-${answer.status}`) });
  if (others.length) return say("faster-many", { who: list(others), what });
  return say(failed.every((entry) => entry.answer.changed?.by_you) ? "you-before" : "changed", { what });
};

// Taking back

export const undo = async (entry) => {
  const entries = entry ? [entry] : done.pop();
  if (!entries) { undoLast(); return; }
  if (entry) forget(entry);
  steps += 1;
  stir();
  entries.forEach((one) => { one.back = true; bringBack(one.row); one.row.dataset.status = one.from; });
  select(entries[0].row);
  cleared();
  tell();
  const answers = await Promise.all(entries.map((one) => inTurn([one.id], () => takeBack(one))));
  const asked = answers.filter(Boolean);
  const whole = asked.filter((answer) => answer.ok).length;
  const back = asked.reduce((sum, answer) => sum + (answer.body.undone ?? (answer.ok ? 1 : 0)), 0);
  const broken = asked.find((answer) => !answer.ok && answer.status !== 409);
  if (!asked.length) return;
  const rest = broken ? say("some-not-taken-back", { what: say("comments", { count: asked.length - whole }), why: failure(broken.status) }) : say("rest-changed");
  toast([say("taken-back", { count: back }), whole === asked.length ? "" : rest].filter(Boolean).join(" "), false, broken && isSignedOut(broken.status) && signIn());
};

// Nothing was decided on this page: the service knows what this person decided last. Where a list is shown it is
// loaded again; another page only says what was taken back.
let asking = false;
const undoLast = async () => {
  const last = $("#toast form") ?? $("#undo-last");
  if ($(".tabs") || single || $("#decisions")) { last.requestSubmit(); return; }
  if (asking) return;
  asking = true;
  const answer = await fetch(last.action, { method: "POST", body: new URLSearchParams({ ...Object.fromEntries(new FormData(last)), back: "/desk/activity" }) }).catch(() => null);
  asking = false;
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page && $(".toast p", page);
  toast(said ? said.textContent : capital(say("no-answer")));
};
const takeBack = async (entry) => {
  if (!entry.done) return null; // it was never decided
  const { row } = entry;
  if (entry.batch) return takeBackCopies(entry);
  const answer = await post(`${root}api/v1/comments/${entry.id}/undo`, { version: Number(row.dataset.version) });
  const now = answer.ok ? answer.body : answer.body.current;
  const before = outcome[entry.decision];
  if (now?.status) {
    if (now.status !== before) { shift(before, -1); shift(now.status, 1); }
    update(row, now.version, now.status);
  }
  if (answer.ok) return answer;
  trouble.set(row, troubles(row) + 1);
  if (now) bringBack(row, since(now));
  else bringBack(row, say("not-taken-back"));
  row.dataset.status = now?.status ?? before;
  if (!now) done.push([{ ...entry, back: false }]);
  return answer;
};

const takeBackCopies = async (entry) => {
  const { row } = entry;
  const answer = await post(`${root}api/v1/batches/${entry.batch}/undo`, {});
  if (!answer.ok) {
    trouble.set(row, troubles(row) + 1);
    bringBack(row, say("not-taken-back"));
    row.dataset.status = outcome[entry.decision];
    done.push([{ ...entry, back: false }]);
    return answer;
  }
  const { undone, changed, left } = answer.body;
  shift(outcome[entry.decision], -undone);
  shift(entry.from, undone);
  update(row, Number(row.dataset.version) + 1, entry.from);
  return changed || left ? { ...answer, ok: false, status: 409, body: answer.body } : answer;
};

const since = ({ changed, status: word }) => {
  const status = say(`now-${word}`);
  if (!changed) return say("changed-now", { status });
  return changed.by_you ? say("changed-since-you", { status }) : say("changed-since", { who: changed.by, status });
};

// From keys and buttons

// The reason that the form's menu has is for one rejection, and not for those after it.
const whyOf = (decision) => {
  const menu = $("[name=reason]", form);
  const why = decision === "reject" && menu ? menu.value : "";
  if (menu) menu.value = "";
  return why;
};
export const press = (decision, many, why = "") => {
  if (single) {
    if (why) $("[name=reason]", single).value = why;
    $(`.act.${decision}`, single)?.click();
    return;
  }
  if (many) { if (checked().length) decide(checked(), decision, false, why); return; }
  if (current()) buffered = null;
  if (buffered) { buffered.push([decision, why]); return; }
  if (current()) decide([current()], decision, false, why);
  else if (rows().length) toast(say("select-first"));
};

if (form && !single) {
  let byPointer = false;
  form.addEventListener("click", (event) => { byPointer = event.detail > 0; }, { capture: true });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name === "decision" && $("[name=matching]", form)?.checked) return;
    event.preventDefault();
    if (button?.name === "one") decide([button.closest(".item")], decisionOf(button), byPointer, whyOf(decisionOf(button)));
    if (button?.name !== "decision") return;
    if (checked().length) decide(checked(), button.value, byPointer, whyOf(button.value));
    else toast(say("select-some"));
  });
}

// A form that decides is sent once, however often its button is pressed until the next page is there.
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  const action = event.submitter?.getAttribute("formaction") ?? event.target.getAttribute("action") ?? "";
  if (event.defaultPrevented || !/^\/desk\/(decisions|undo|batches|comments)/.test(action)) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
addEventListener("pageshow", (event) => { if (event.persisted) $$("form").forEach((one) => sent.delete(one)); });
