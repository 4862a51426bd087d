// The desk with script: keys, decisions without loading the page again, undo, news of arrivals.
// Everything here has a form that does the same without it.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const csrf = $("meta[name=csrf]").content;
  const form = $("#queue");
  const single = $("[data-single]");
  const done = []; // what was decided here, latest last: [{id, version, item, place}]
  const words = { approve: "approved", spam: "marked as spam", reject: "rejected", trash: "moved to the trash", hold: "put back into the queue" };
  const outcome = { approve: "approved", spam: "spam", reject: "rejected", trash: "trash", hold: "pending" };
  const plural = (n) => (n === 1 ? "1 comment" : `${n} comments`);

  const post = async (path, body) => {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) };
  };

  // Messages

  const toast = (text, undoable) => {
    const box = document.createElement("div");
    box.className = "toast";
    const p = document.createElement("p");
    p.textContent = text;
    box.append(p);
    if (undoable) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quietly";
      button.textContent = "Undo ";
      const kbd = document.createElement("kbd");
      kbd.textContent = "z";
      button.append(kbd);
      button.addEventListener("click", undo);
      box.append(button);
    }
    $("#toast").replaceChildren(box);
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => $("#toast").replaceChildren(), 12000);
  };

  const shift = (status, by) => {
    const count = $(`.tabs [data-status="${status}"] .count`);
    if (count) count.textContent = String(Math.max(0, Number(count.textContent) + by));
    if ($("#total") && form.dataset.status === status) $("#total").textContent = count.textContent;
  };

  // The list

  const items = () => $$(".items .item");
  const current = () => $(".item.current") || (single ? single : null);
  const select = (item) => {
    $$(".item.current").forEach((one) => one.classList.remove("current"));
    if (!item) return;
    item.classList.add("current");
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const move = (by) => {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf($(".item.current"));
    select(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]);
  };
  const checked = () => items().filter((item) => $(".select", item).checked);
  const tell = () => {
    if (!$("#selected")) return;
    const n = checked().length;
    $("#selected").textContent = n ? `${n} selected` : "Select all shown";
    $("#select-all").checked = n > 0 && n === items().length;
  };

  const takeOut = (item) => {
    const place = item.nextElementSibling;
    if (item.classList.contains("current")) select(place || item.previousElementSibling);
    item.remove();
    tell();
    return place;
  };
  const putBack = (entry, version, status) => {
    const { item, place } = entry;
    item.classList.remove("leaving");
    update(item, version, status);
    $(".select", item).checked = false;
    if (!item.isConnected) $(".items").insertBefore(item, place && place.isConnected ? place : null);
    cleared();
    tell();
  };
  const update = (item, version, status) => {
    item.dataset.version = version;
    item.dataset.status = status;
    const key = `${item.dataset.id}:${version}`;
    const box = $(".select", item);
    if (box) box.value = key;
    $$(".act", item).forEach((button) => { button.value = `${button.dataset.decision}:${key}`; });
  };

  // Deciding

  const decide = async (chosen, decision) => {
    const wanted = chosen.filter((item) => item.dataset.status !== outcome[decision]);
    if (!wanted.length) return;
    if (wanted.length > 20 && !confirm(`${plural(wanted.length)}: ${decision}?`)) return;
    const entries = wanted.map((item) => ({ item, from: item.dataset.status, id: item.dataset.id, version: Number(item.dataset.version) }));
    wanted.forEach((item) => item.classList.add("leaving"));
    const next = wanted.includes(current()) ? wanted[wanted.length - 1].nextElementSibling : null;
    let answer;
    try {
      answer = await post("/api/v1/decisions", { decision, items: entries.map(({ id, version }) => ({ id, version })) });
    } catch { answer = { ok: false, status: 0 }; }
    if (!answer.ok) {
      wanted.forEach((item) => item.classList.remove("leaving"));
      toast(answer.status === 401 || answer.status === 403 ? "You are signed out. Load the page again." : "That did not work: the service does not answer. Try again.");
      return;
    }
    const batch = [];
    let late = 0;
    answer.body.results.forEach((result, n) => {
      const entry = entries[n];
      if (result.result === "done") {
        shift(entry.from, -1);
        shift(result.status, 1);
        entry.version = result.version;
        entry.place = takeOut(entry.item);
        batch.push(entry);
        return;
      }
      late += 1;
      entry.item.classList.remove("leaving");
      if (result.status) update(entry.item, result.version, result.status);
      else takeOut(entry.item);
    });
    if (batch.length) done.push(batch);
    if (next && next.isConnected) select(next);
    const told = batch.length ? `${plural(batch.length)} ${words[decision]}.` : "";
    const other = answer.body.results.find((result) => result.result === "stale");
    const faster = late ? ` Someone was faster with ${plural(late)}${other ? `: now ${other.status}` : ""}. Look again.` : "";
    toast(told + faster, batch.length > 0);
    cleared();
  };

  // Once the last of the list is decided about, its place says so; taking back is still possible.
  const cleared = () => {
    $("#cleared")?.remove();
    if (items().length) return;
    const box = document.createElement("div");
    box.id = "cleared";
    box.className = "empty";
    const title = document.createElement("h2");
    title.textContent = "All done here";
    const link = document.createElement("a");
    link.href = $("nav.pages a")?.href || location.href;
    link.textContent = "See what else there is";
    box.append(title, link);
    $(".items").after(box);
  };

  const undo = async () => {
    const batch = done.pop();
    if (!batch) {
      const server = $("#toast form[action='/desk/undo']");
      if (server) server.submit();
      return;
    }
    let back = 0;
    for (const entry of batch.reverse()) {
      const answer = await post(`/api/v1/comments/${entry.id}/undo`, { version: entry.version });
      if (!answer.ok) continue;
      back += 1;
      shift(answer.body.from, -1);
      shift(answer.body.status, 1);
      putBack(entry, answer.body.version, answer.body.status);
      select(entry.item);
    }
    toast(back === batch.length ? `${plural(back)} taken back.` : `${plural(back)} taken back; someone changed the rest since.`);
  };

  if (form && !single) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || (button.name === "decision" && $("[name=matching]", form)?.checked)) return;
      event.preventDefault();
      if (button.name === "one") decide([button.closest(".item")], button.dataset.decision);
      else if (checked().length) decide(checked(), button.value);
      else toast("Select comments first.");
    });
    const all = $("#select-all");
    all.hidden = false;
    all.addEventListener("change", () => {
      items().forEach((item) => { $(".select", item).checked = all.checked; });
      tell();
    });
    form.addEventListener("change", tell);
    form.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (item && !event.target.closest("a, button, input")) select(item);
    });
    tell();
  }

  const marks = $("#marks");
  if (marks) {
    const show = () => document.body.classList.toggle("plain-text", !marks.checked);
    marks.checked = localStorage.getItem("marks") !== "off";
    marks.addEventListener("change", () => { localStorage.setItem("marks", marks.checked ? "on" : "off"); show(); });
    show();
  }
  $$(".filters select").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));

  // Keys

  const help = $("#help");
  const keysOn = $("#keys-on");
  keysOn.checked = localStorage.getItem("keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
  $("#help-button").hidden = false;
  $("#help-button").addEventListener("click", () => help.showModal());

  const decisions = { a: "approve", s: "spam", r: "reject", d: "trash", u: "hold" };
  const press = (decision, many) => {
    if (single) {
      const button = $(`.act[data-decision="${decision}"]`, single);
      if (button) button.click();
      return;
    }
    if (many) { if (checked().length) decide(checked(), decision); return; }
    if (current()) decide([current()], decision);
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || help.open) return;
    const key = event.key.toLowerCase();
    if (event.key === "?") { help.showModal(); return; }
    if (!keysOn.checked) return;
    if (decisions[key]) press(decisions[key], event.shiftKey);
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "z") undo();
    else if (key === "x" && event.shiftKey) $("#select-all")?.click();
    else if (key === "x" && current() && !single) { $(".select", current()).click(); }
    else if (key === "enter" && event.target === current() && !single) $(".when", current()).click();
    else return;
    event.preventDefault();
  });

  // News, told without moving the list: pushed while the page is seen, asked for twice a minute
  // where no stream stands.

  const arrivals = $("#arrivals");
  const pendingCount = $('.tabs [data-status="pending"] .count');
  const look = async () => {
    const filter = new URLSearchParams(location.search);
    if (document.hidden || !pendingCount || filter.has("cursor")) return;
    const query = new URLSearchParams({ status: "pending", limit: "1" });
    ["site", "q", "page", "author", "check"].forEach((name) => { if (filter.get(name)) query.set(name, filter.get(name)); });
    if (["band", "since", "until", "link"].some((name) => filter.get(name))) return;
    const response = await fetch(`/api/v1/comments?${query}`).catch(() => null);
    if (!response || !response.ok) return;
    const { counts } = await response.json();
    const more = counts.pending - Number(pendingCount.textContent);
    if (more <= 0) { arrivals.hidden = true; return; }
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = `${more} new: show`;
    arrivals.replaceChildren(link);
    arrivals.hidden = false;
  };
  let stream = null;
  const listen = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource("/desk/news");
    stream.addEventListener("arrival", look);
    stream.addEventListener("displaced", () => stream.close());
  };
  if (arrivals) {
    listen();
    document.addEventListener("visibilitychange", listen);
    setInterval(() => { if (stream?.readyState !== EventSource.OPEN) { listen(); look(); } }, 30000);
  }
})();
