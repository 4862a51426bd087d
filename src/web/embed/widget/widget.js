// Hamlet's comments as an element: <hamlet-comments site="blog" page="/post"></hamlet-comments>.
// `page` and `lang` may be left out: then it is this page, in the page's language. One request shows
// the comments; nothing else is fetched before someone writes. No text ever becomes markup: every
// node is made here.
(() => {
  "use strict";
  const LANGUAGES = /* languages.json */ {};
  const STYLE = /* widget.css */ "";
  const base = new URL(document.currentScript.src).origin;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);

  // An element with its attributes (those with a null value left out) and children.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  // What an address is made of, and where its host goes over into another script: as in src/text/links.rs.
  const RUN = /https?:\/\/(?:(?!&(?:lt|gt|quot|apos|nbsp|#\w+);)[!#-;=?-_a-{}~\p{L}\p{M}\p{N}\u200c\u200d]|[\u2010-\u2013\u2019](?=[\p{L}\p{N}]))+/giu;
  const OVER = /^(https?:\/\/[^/?#\\]*\.[a-z]{2,})[^\0-\x7f][^./?#\\]*(?:[/?#\\].*)?$/iu;

  // The address at the start of a run: brackets that it opened belong to it, punctuation at its end does not.
  const address = (run) => {
    const open = { ")": 0, "]": 0, "}": 0 };
    const closer = { "(": ")", "[": "]", "{": "}" };
    let end = 0;
    for (let at = 0; at < run.length; at += 1) {
      const c = run[at];
      if (closer[c]) open[closer[c]] += 1;
      else if (c in open && (open[c] -= 1) < 0) break;
      else if (!"?!.,:;*'".includes(c)) end = at + 1;
    }
    return run.slice(0, end).replace(OVER, "$1");
  };

  // Text with its web addresses as links.
  const linked = (text) => {
    const pieces = [];
    let done = 0;
    for (const { 0: run, index } of text.matchAll(RUN)) {
      const url = address(run);
      if (index < done || !URL.canParse(url)) continue;
      pieces.push(text.slice(done, index), make("a", { href: url, rel: "ugc nofollow noopener" }, url));
      done = index + url.length;
    }
    return [...pieces, text.slice(done)];
  };

  // Runs a search in a worker: ours, or on another origin's page one that imports ours. Where the
  // page's policy lets neither start, it is done here, a slice at a time.
  const prove = (token, bits) => {
    const address = `${base}/embed-worker.js`;
    return new Promise((resolve, reject) => {
      const own = base === location.origin;
      const url = own ? address : URL.createObjectURL(new Blob([`importScripts("${address}")`], { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
      worker.onerror = reject;
      worker.postMessage({ token, bits });
    }).catch(() => new Promise((resolve, reject) => {
      document.head.append(make("script", {
        src: address,
        onerror: reject,
        onload: () => {
          const step = window.hamletSearch(token, bits);
          const slice = () => {
            const proof = step(2000);
            if (proof === null) setTimeout(slice);
            else resolve(proof);
          };
          slice();
        },
      }));
    }));
  };

  class HamletComments extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      const wanted = this.lang || this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
      this.language = LANGUAGES[wanted.split("-")[0].toLowerCase()] ? wanted : "en";
      this.words = LANGUAGES[this.language.split("-")[0].toLowerCase()];
      this.page = this.getAttribute("page") || document.querySelector("link[rel=canonical]")?.href || location.href.split("#")[0];
      this.api = `${base}/api/v1/sites/${encodeURIComponent(this.getAttribute("site"))}`;
      this.draftKey = `hamlet ${this.getAttribute("site")} ${this.page}`;
      this.authorKey = `hamlet author ${this.getAttribute("site")}`;
      this.comments = new Map();
      this.build();
      this.load();
      // Whoever comes back to the page sees what was approved meanwhile.
      this.returned = () => { if (!document.hidden) this.load(); };
      document.addEventListener("visibilitychange", this.returned);
    }

    disconnectedCallback() {
      document.removeEventListener("visibilitychange", this.returned);
    }

    build() {
      const { words } = this;
      const dir = this.language.startsWith("ar") ? "rtl" : "ltr";
      this.count = make("span", { class: "quiet" });
      this.list = make("ol", { "aria-labelledby": "title", "aria-busy": "true" });
      this.below = make("div");
      this.said = make("div", { role: "status", tabindex: "-1" });
      this.form = this.buildForm();
      this.shadowRoot.append(make("section", { lang: this.language, dir, "aria-labelledby": "title" },
        make("h2", { id: "title" }, words.comments, " ", this.count), this.list, this.below, this.said, this.form));
      this.home = this.form.parentElement;
      this.restore();
    }

    // The comments

    async load(cursor) {
      let answer;
      try {
        const query = new URLSearchParams({ page: this.page });
        if (cursor) query.set("cursor", cursor);
        const response = await fetch(`${this.api}/comments?${query}`);
        if (!response.ok) throw response;
        answer = await response.json();
      } catch {
        if (this.comments.size) return;
        this.list.setAttribute("aria-busy", "false");
        this.below.replaceChildren(make("p", { role: "alert" }, this.words.failed, " ",
          make("button", { type: "button", class: "plain", onclick: () => this.load() }, this.words.again)));
        return;
      }
      if (!cursor) this.comments.clear();
      for (const comment of answer.comments) this.comments.set(comment.id, comment);
      this.show(answer.next_cursor);
    }

    show(next) {
      const form = this.form.closest("li") && this.form;
      const focused = this.shadowRoot.activeElement;
      const items = new Map();
      const roots = [];
      for (const comment of this.comments.values()) items.set(comment.id, this.item(comment));
      for (const comment of this.comments.values()) {
        const item = items.get(comment.id);
        const parent = items.get(comment.parent);
        // What it answers may come later in the list; and nothing answers itself, however far around.
        if (!parent || item.contains(parent)) { roots.push(item); continue; }
        if (!parent.replies) parent.append(parent.replies = make("ol"));
        parent.replies.append(item);
      }
      this.list.replaceChildren(...roots);
      if (form) items.get(form.parent)?.querySelector("article").after(form);
      if (focused && this.form.contains(focused)) focused.focus();
      this.list.setAttribute("aria-busy", "false");
      const { size } = this.comments;
      this.count.textContent = size ? `(${size.toLocaleString(this.language)}${next ? "+" : ""})` : "";
      this.below.replaceChildren(size ? "" : make("p", { class: "quiet" }, this.words.none),
        next ? make("button", { type: "button", onclick: () => this.load(next) }, this.words.more) : "");
      const aim = location.hash.slice(1);
      if (aim.startsWith("comment-") && this.aimed !== aim) this.shadowRoot.getElementById(this.aimed = aim)?.scrollIntoView();
    }

    item({ id, name, website, text, created_at: at, avatar }) {
      const { words } = this;
      const author = make("strong", { dir: "auto" }, website ? make("a", { href: website, rel: "ugc nofollow noopener" }, name) : name);
      const when = new Date(at).toLocaleString(this.language, { dateStyle: "medium", timeStyle: "short" });
      const article = make("article", { id: `comment-${id}` },
        make("header", {}, make("img", { src: base + avatar, alt: "", width: 28, height: 28, loading: "lazy" }), author,
          make("a", { href: `#comment-${id}` }, make("time", { datetime: at }, when))),
        ...text.split(/\n{2,}/).map((paragraph) => make("p", { dir: "auto" }, ...linked(paragraph))),
        make("button", { type: "button", class: "plain", "aria-label": words.replyTo.replace("{name}", name), onclick: () => this.answer(id, name) }, words.reply));
      return make("li", {}, article);
    }

    // The form

    field(name, label, attributes, note) {
      const id = `field-${name}`;
      const input = make(attributes.rows ? "textarea" : "input", { id, name, "aria-describedby": `${note ? `${id}-note ` : ""}${id}-error`, ...attributes });
      return make("div", {}, make("label", { for: id }, ...label), input,
        note ? make("p", { class: "quiet note", id: `${id}-note` }, note) : null,
        make("p", { class: "error", id: `${id}-error` }));
    }

    buildForm() {
      const { words } = this;
      const optional = make("span", { class: "quiet" }, ` (${words.optional})`);
      this.heading = make("h3", { id: "form-title" }, words.write);
      this.button = make("button", {}, words.send);
      this.cancel = make("button", { type: "button", class: "plain", hidden: "", onclick: () => this.answer(null) }, words.cancel);
      this.problem = make("p", { class: "error", role: "alert" });
      const form = make("form", {
        novalidate: "", "aria-labelledby": "form-title",
        onsubmit: (event) => { event.preventDefault(); this.send(); },
        oninput: (event) => { this.mark(event.target.name, ""); this.keep(); },
        onfocusin: () => { this.wantToken().catch(() => {}); },
      },
      this.heading,
      make("div", { class: "row" },
        this.field("name", [words.name], { required: "", autocomplete: "name", maxlength: 100 }),
        this.field("email", [words.email], { required: "", type: "email", autocomplete: "email", maxlength: 254, dir: "ltr" }, words.private)),
      this.field("website", [words.website, optional], { inputmode: "url", autocomplete: "url", dir: "ltr" }),
      this.field("text", [words.text], { required: "", rows: 5, dir: "auto" }),
      make("div", { class: "empty", "aria-hidden": "true" }, make("input", { name: "subject", tabindex: "-1", autocomplete: "off" })),
      make("label", { class: "check" }, make("input", { type: "checkbox", name: "notify_replies" }), words.notify),
      this.problem,
      make("div", { class: "end" }, this.button, this.cancel));
      form.parent = null;
      return form;
    }

    // Moves the form below the comment that it answers; home again for none.
    answer(id, name) {
      this.form.parent = id;
      this.heading.textContent = id ? this.words.replyTo.replace("{name}", name) : this.words.write;
      this.cancel.hidden = !id;
      if (id) this.shadowRoot.getElementById(`comment-${id}`).after(this.form);
      else this.home.append(this.form);
      this.said.replaceChildren();
      if (name) this.form.elements.text.focus();
    }

    // The draft stays in this browser, the address apart, until it is sent.
    keep() {
      const { name, website, text } = this.form.elements;
      const draft = JSON.stringify([name.value, website.value, text.value]);
      try { localStorage.setItem(this.draftKey, draft); } catch { /* the browser keeps nothing */ }
    }

    restore() {
      try {
        const draft = JSON.parse(localStorage.getItem(this.draftKey)) ?? [];
        ["name", "website", "text"].forEach((field, n) => { this.form.elements[field].value = draft[n] ?? ""; });
      } catch { /* nothing was kept */ }
    }

    // What proves to the site that the next comment is by who wrote the last: a token, no address.
    author() {
      try { return localStorage.getItem(this.authorKey) ?? undefined; } catch { return undefined; }
    }

    mark(field, message) {
      const place = this.shadowRoot.getElementById(`field-${field}-error`);
      if (!place) return false;
      place.textContent = message;
      this.form.elements[field].setAttribute("aria-invalid", String(Boolean(message)));
      return true;
    }

    // Says by each field what is wrong with it, and goes to the first.
    refuse(errors) {
      const { words } = this;
      const known = { required: words.required, too_long: words.tooLong, "email invalid": words.badEmail, "website invalid": words.badWebsite };
      const others = errors.filter(({ field, code, message }) => !this.mark(field, known[`${field} ${code}`] ?? known[code] ?? message));
      this.problem.textContent = others.map(({ message }) => message).join(" ") || words.invalid;
      this.form.querySelector("[aria-invalid=true]")?.focus();
    }

    // The token, with its work begun; kept until it is used, so that what is sent again is the same.
    wantToken() {
      this.token ??= this.fetchToken().catch((error) => { this.token = null; throw error; });
      return this.token;
    }

    async fetchToken() {
      const response = await fetch(`${this.api}/form-token`);
      if (!response.ok) throw response;
      const { form_token, proof_of_work: work } = await response.json();
      const proof = work && prove(form_token, work.bits);
      proof?.catch(() => { this.token = null; });
      return { form_token, proof };
    }

    async fields() {
      const { name, email, website, text, subject, notify_replies: notify } = this.form.elements;
      const { form_token, proof } = await this.wantToken();
      const work = await proof;
      return {
        page: this.page, page_title: document.title, name: name.value, email: email.value, website: website.value || undefined,
        text: text.value, notify_replies: notify.checked, subject: subject.value || undefined,
        parent: this.form.parent ?? undefined, form_token, proof: work ?? undefined, author_token: this.author(),
      };
    }

    // Sends a body, a repeated one under its old key, so that nothing is stored twice.
    async post(fields) {
      const body = JSON.stringify(fields);
      if (this.last?.body !== body) {
        const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
        this.last = { body, key };
      }
      const response = await fetch(`${this.api}/comments`, {
        method: "POST", body,
        headers: { "Content-Type": "application/json", "Idempotency-Key": this.last.key },
      });
      return { status: response.status, answer: await response.json() };
    }

    async send(again) {
      const { words, form } = this;
      const empty = ["name", "email", "text"].filter((field) => !form.elements[field].value.trim());
      this.problem.textContent = "";
      this.said.replaceChildren();
      if (empty.length) { this.refuse(empty.map((field) => ({ field, code: "required" }))); return; }
      this.button.disabled = true;
      this.button.textContent = words.sending;
      const slow = setTimeout(() => { this.button.textContent = words.working; }, 1500);
      try {
        const { status, answer } = await this.post(await this.fields());
        const stale = answer.errors?.some(({ field }) => field === "form_token" || field === "proof");
        if (status < 300) this.sent(answer);
        else if (stale && !again) { this.token = null; this.retry = true; }
        else if (status === 422) this.refuse(answer.errors);
        else this.problem.textContent = status === 429 ? words.tooMany : words.notSent;
      } catch {
        this.problem.textContent = words.notSent;
      }
      clearTimeout(slow);
      this.button.disabled = false;
      this.button.textContent = words.send;
      if (this.retry) { this.retry = false; await this.send(true); }
    }

    async sent({ id, status, author_token: author }) {
      this.form.elements.text.value = "";
      try {
        localStorage.removeItem(this.draftKey);
        if (author) localStorage.setItem(this.authorKey, author);
      } catch { /* nothing is kept */ }
      this.token = this.last = null;
      this.answer(null);
      const published = status === "published";
      this.said.textContent = this.words[published ? "published" : "held"];
      this.said.focus();
      this.dispatchEvent(new CustomEvent("hamlet-sent", { bubbles: true, detail: { id, published } }));
      if (!published) return;
      await this.load();
      this.shadowRoot.getElementById(`comment-${id}`)?.classList.add("new");
    }
  }

  customElements.define("hamlet-comments", HamletComments);
})();
