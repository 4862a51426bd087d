// Deciding and taking back. What a person does is seen at once; the service is asked in turn, and where it
// says no, the comment comes back with the reason.

import { $, $$, SETTLES, after, bear, bringBack, checked, cleared, current, element, fold, form, goOn, isFresh, isLoading, name, replace, rows, select, shift, single, stir, sweep, tell, update } from "./desk-list.js";
import { failure, inTurn, post, root } from "./desk-requests.js";

const words = { approve: "approved", spam: "marked as spam", reject: "rejected", trash: "moved to the trash", hold: "put back into the queue" };
const outcome = { approve: "approved", spam: "spam", reject: "rejected", trash: "trash", hold: "pending" };
const verbs = { approve: "Approve", spam: "Mark as spam", reject: "Reject", trash: "Move to the trash", hold: "Put back into the queue" };
const MANY = 20;
const plural = (n) => (n === 1 ? "1 comment" : `${n} comments`);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const named = (list) => (list.length === 1 ? `The comment by ${name(list[0])} was` : `${plural(list.length)} were`);

const done = []; // what was decided here and can be taken back, latest last: lists of entries
const trouble = new WeakMap(); // row: how often it came back, for what waited behind is then off
const troubles = (row) => trouble.get(row) ?? 0;
let steps = 0; // what the person did, counted
let buffered = null; // decisions pressed while the next page is loaded

export const toast = (text, undoable) => {
  const box = element("div", "toast");
  box.append(element("p", "", text));
  if (undoable) {
    const button = element("button", "quietly", "Undo ");
    button.type = "button";
    button.append(element("kbd", "", "z"));
    button.addEventListener("click", () => { button.disabled = true; undo(); });
    box.append(button);
  }
  bear(box);
  $("#toast").replaceChildren(box);
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => $("#toast").replaceChildren(), 12000);
};

// Asks before many are decided about; nothing is the first choice.
const sure = (question, verb) => new Promise((resolve) => {
  const box = element("dialog");
  const yes = element("button", "", verb);
  const no = element("button", "plain", "Leave them");
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
  const moves = !byPointer || chosen.some((row) => row === current());
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
  if (!first && pressed.length) toast(`The next comments could not be loaded: ${pressed.length === 1 ? "a key was" : `${pressed.length} keys were`} not used.`);
  if (first) pressed.forEach((decision) => press(decision));
};

export const decide = async (chosen, decision, byPointer = false) => {
  const wanted = chosen.filter((row) => row.dataset.status !== outcome[decision] && !isFresh(row) && !row.classList.contains("leaving"));
  if (!wanted.length) return;
  steps += 1;
  if (wanted.length > MANY && !(await sure(`${verbs[decision]}: ${plural(wanted.length)}?`, `${verbs[decision]}: ${wanted.length}`))) return;
  if (!byPointer) sweep();
  const entries = wanted.map((row) => ({ row, decision, id: row.dataset.id, from: row.dataset.status, troubles: troubles(row) }));
  const go = step(wanted, byPointer);
  wanted.forEach((row) => fold(row, capital(words[decision]), byPointer && wanted.length === 1));
  go();
  tell();
  done.push(entries);
  const at = steps;
  await inTurn(entries.map(({ id }) => id), () => ask(entries, decision));
  report(entries, decision, at);
};

// Sends what is still meant: an entry whose row came back in the meantime is off.
const ask = async (entries, decision) => {
  const meant = entries.filter((entry) => entry.troubles === troubles(entry.row));
  meant.forEach((entry) => { entry.version = Number(entry.row.dataset.version); });
  if (!meant.length) return;
  const answer = await post(`${root}api/v1/decisions`, { decision, items: meant.map(({ id, version }) => ({ id, version })) });
  meant.forEach((entry, n) => {
    entry.answer = answer.ok ? answer.body.results[n] : { result: "failed", status: answer.status };
    read(entry, decision);
    if (!entry.done) trouble.set(entry.row, troubles(entry.row) + 1);
  });
};
const read = (entry, decision) => {
  const { result, status, version, changed } = entry.answer;
  // Sent before by this very person, and the answer got lost.
  const again = result === "stale" && changed?.by_you && changed.action === "decided" && changed.decision === decision && version === entry.version + 1;
  if (status && result !== "failed" && status !== entry.from) { shift(entry.from, -1); shift(status, 1); }
  if (result === "done" || result === "stale") update(entry.row, version, status);
  entry.done = result === "done" || again;
};

// Says what became of it: lines for what was decided, and the rows that were not come back.
const report = (entries, decision, at) => {
  const decided = entries.filter((entry) => entry.done);
  const failed = entries.filter((entry) => !entry.done);
  decided.forEach((entry) => {
    if (entry.row.classList.contains("leaving") && !entry.back) replace(entry.row, `${capital(words[decision])}: ${name(entry.row)}`, () => undo(entry));
  });
  failed.forEach((entry) => {
    forget(entry);
    if (entry.row.classList.contains("leaving")) giveBack(entry, decision);
  });
  const told = decided.length ? `${plural(decided.length)} ${words[decision]}.` : "";
  const why = failed.length ? reason(failed, decision) : "";
  if (told || why) toast([told, why].filter(Boolean).join(" "), decided.length > 0);
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
const did = (changed, status) => (changed.action === "undone" ? `took a decision back: now ${status}` : `${words[changed.decision] ?? changed.decision}`);
const giveBack = ({ row, answer }, decision) => {
  if (answer?.result === "not_found") { replace(row, `The comment by ${name(row)} is no longer there`); return; }
  if (answer?.result !== "stale") { bringBack(row, `Not ${words[decision]}.`); return; }
  const { changed, status } = answer;
  const who = changed?.by_you ? "You" : changed?.by;
  bringBack(row, who ? `${who} ${changed.action === "undone" ? did(changed, status) : `decided before you: ${did(changed)}`}, ${ago(changed.at)}.` : `It changed meanwhile: now ${status}.`);
  $$(".act", row).forEach((button) => { button.hidden = outcome[button.dataset.decision] === status; });
};
const ago = (at) => {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min ago` : `at ${new Date(at).toLocaleString()}`;
};
const reason = (failed, decision) => {
  const off = failed.filter(({ answer }) => !answer);
  if (off.length) return `${named(off.map(({ row }) => row))} not ${words[decision]}: it had just come back. Look again.`;
  const lost = failed.filter(({ answer }) => answer.result === "failed");
  if (lost.length) return `${named(lost.map(({ row }) => row))} not ${words[decision]}: ${failure(lost[0].answer.status)}`;
  const [{ row, answer }] = failed;
  if (answer.result === "not_found") return `${named(failed.map((entry) => entry.row))} no longer there.`;
  const others = [...new Set(failed.filter((entry) => entry.answer.changed && !entry.answer.changed.by_you).map((entry) => entry.answer.changed.by))];
  const what = failed.length === 1 ? `the comment by ${name(row)}: now ${answer.status}` : plural(failed.length);
  if (others.length) return `${others.join(", ")} ${others.length === 1 ? "was" : "were"} faster with ${what}. Look again.`;
  return failed.every((entry) => entry.answer.changed?.by_you) ? `You had changed ${what}, before. Look again.` : `Changed meanwhile: ${what}. Look again.`;
};

// Taking back

export const undo = async (entry) => {
  const entries = entry ? [entry] : done.pop();
  if (!entries) { $("#toast form")?.requestSubmit(); return; }
  if (entry) forget(entry);
  steps += 1;
  stir();
  entries.forEach((one) => { one.back = true; bringBack(one.row); one.row.dataset.status = one.from; });
  select(entries[0].row);
  cleared();
  tell();
  const answers = await Promise.all(entries.map((one) => inTurn([one.id], () => takeBack(one))));
  const asked = answers.filter(Boolean);
  const back = asked.filter((answer) => answer.ok).length;
  const broken = asked.find((answer) => !answer.ok && answer.status !== 409);
  if (!asked.length) return;
  const rest = broken ? ` ${plural(asked.length - back)} not: ${failure(broken.status)}` : " Somebody changed the rest since.";
  toast(`${plural(back)} taken back.${back === asked.length ? "" : rest}`);
};
const takeBack = async (entry) => {
  if (!entry.done) return null; // it was never decided
  const { row } = entry;
  const answer = await post(`${root}api/v1/comments/${entry.id}/undo`, { version: Number(row.dataset.version) });
  const now = answer.ok ? answer.body : answer.body.current;
  const before = outcome[entry.decision];
  if (now?.status) {
    if (now.status !== before) { shift(before, -1); shift(now.status, 1); }
    update(row, now.version, now.status);
  }
  if (answer.ok) return answer;
  trouble.set(row, troubles(row) + 1);
  if (now) bringBack(row, now.changed ? `${now.changed.by_you ? "You" : now.changed.by} changed it since: now ${now.status}.` : `It changed since: now ${now.status}.`);
  else bringBack(row, "Not taken back.");
  row.dataset.status = now?.status ?? before;
  if (!now) done.push([{ ...entry, back: false }]);
  return answer;
};

// From keys and buttons

export const press = (decision, many) => {
  if (single) { $(`.act[data-decision="${decision}"]`, single)?.click(); return; }
  if (many) { if (checked().length) decide(checked(), decision); return; }
  if (current()) buffered = null;
  if (buffered) { buffered.push(decision); return; }
  if (current()) decide([current()], decision);
  else if (rows().length) toast("Select a comment first: press j.");
};

if (form && !single) {
  let byPointer = false;
  form.addEventListener("click", (event) => { byPointer = event.detail > 0; }, { capture: true });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name === "decision" && $("[name=matching]", form)?.checked) return;
    event.preventDefault();
    if (button?.name === "one") decide([button.closest(".item")], button.dataset.decision, byPointer);
    if (button?.name !== "decision") return;
    if (checked().length) decide(checked(), button.value, byPointer);
    else toast("Select comments first.");
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
