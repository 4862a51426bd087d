// Hamlet's comments as an element: <hamlet-comments site="blog" page="/post"></hamlet-comments>.
// `page` and `lang` may be left out: then it is this page, in the page's language. One request shows
// the comments; nothing else is fetched before someone writes. No text ever becomes markup: every
// node is made here. Its parts are in the files beside this one, and put in where they are named.
(() => {
  "use strict";
  // The page may hold the script twice, and Turbo runs it again at each visit.
  if (customElements.get("hamlet-comments")) return;
  const LANGUAGES = /* languages.json */ {};
  const STYLE = /* widget.css */ "";
  // As a module the script is not the current one, and is found by its name.
  const script = document.currentScript ?? document.querySelector("script[src*='/embed.js']");
  const base = script.src.replace(/\/embed\.js.*$/, "");

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

  // What of a comment can have the focus.
  const CONTROLS = "a, button";

  /* links.js */

  /* page.js */

  /* proof.js */

  // The page's title in one line that the service takes: what is wrong with it is no fault of who writes.
  const title = () => [...document.title.replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ").trim()].slice(0, 300).join("") || undefined;

  // Gives the style to a shadow root. Safari before 16.4 makes no style sheets by script.
  const dress = (shadow) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.append(make("style", {}, STYLE));
    }
    return shadow;
  };

  class HamletComments extends HTMLElement {
    static observedAttributes = ["site", "page", "lang"];

    connectedCallback() {
      // Whoever comes back to the page sees what was approved meanwhile.
      this.returned = () => { if (!document.hidden) this.refresh(); };
      document.addEventListener("visibilitychange", this.returned);
      this.aimed = null;
      this.aims = () => { this.aimed = null; this.aim(); };
      addEventListener("hashchange", this.aims);
      this.unfollow = follow(() => { if (!this.getAttribute("page")) this.begin(true); });
      if (!this.shadowRoot) this.begin();
    }

    disconnectedCallback() {
      document.removeEventListener("visibilitychange", this.returned);
      removeEventListener("hashchange", this.aims);
      this.unfollow();
    }

    // Applications change an attribute and keep the element: what it shows and would send is of the new page at once.
    attributeChangedCallback(name, before, after) {
      if (this.shadowRoot && before !== after) this.begin();
    }

    // Begins anew for the page that the attributes or the address name; `moved` when the address changed below it.
    begin(moved) {
      this.language = languageOf(this);
      this.words = LANGUAGES[this.language.split("-")[0]];
      // A canonical address that did not follow is the page's before.
      this.named = moved && canonical() === this.named ? undefined : canonical();
      this.page = this.getAttribute("page") || this.named || here();
      this.api = `${base}/api/v1/sites/${encodeURIComponent(this.getAttribute("site"))}`;
      this.authorKey = `hamlet author ${this.getAttribute("site")}`;
      this.comments = new Map();
      this.token = this.last = null;
      this.visit = { draftKey: `hamlet ${this.getAttribute("site")} ${this.page}` };
      this.build();
      this.load();
    }

    build() {
      const { words } = this;
      this.count = make("span", { class: "quiet" });
      this.list = make("ol", { "aria-labelledby": "title", "aria-busy": "true" });
      this.below = make("div");
      this.said = make("div", { role: "status", tabindex: "-1" });
      this.form = this.buildForm();
      const shadow = this.shadowRoot ?? dress(this.attachShadow({ mode: "open" }));
      shadow.querySelector("section")?.remove();
      shadow.append(make("section", { lang: this.language, dir: words.dir, "aria-labelledby": "title" },
        make("h2", { id: "title" }, words.comments, " ", this.count), this.list, this.below, this.said, this.form));
      this.home = this.form.parentElement;
      this.restore();
    }

    // The comments

    // One page of the list. A canonical address that is on none of the site's origins (cross-posted articles, `http://` in a
    // theme) is not the page's: then its own is.
    async fetchList(cursor) {
      const query = new URLSearchParams({ page: this.page });
      if (cursor) query.set("cursor", cursor);
      const response = await fetch(`${this.api}/comments?${query}`);
      if (response.ok) return response.json();
      if (response.status !== 422 || this.page !== this.named || this.page === here()) throw response;
      console.info(`hamlet-comments: ${this.page} is not on the site; ${here()} is taken`);
      this.page = here();
      return this.fetchList(cursor);
    }

    async load(cursor) {
      const { visit } = this;
      try {
        const { comments, next_cursor: next } = await this.fetchList(cursor);
        // Meanwhile the element went to another page.
        if (visit !== this.visit) return;
        for (const comment of comments) this.comments.set(comment.id, comment);
        this.show(next);
      } catch (error) {
        if (visit !== this.visit) return;
        console.error("hamlet-comments:", error);
        if (this.comments.size) return;
        const stranger = await this.isStranger(error);
        if (visit !== this.visit) return;
        this.list.setAttribute("aria-busy", "false");
        this.below.replaceChildren(make("p", { role: "alert" }, this.words.failed, " ",
          make("button", { type: "button", class: "plain", onclick: () => this.load() }, this.words.again)),
        stranger ? make("p", { class: "quiet" }, this.words.stranger.replace("{name}", () => location.origin), " ", this.toSettings()) : "");
      }
    }

    // Where whoever runs the site adds this page's origin: it is filled in there, and saved by them.
    toSettings() {
      const settings = `${base}/desk/settings/sites/${encodeURIComponent(this.getAttribute("site"))}`;
      return make("a", { href: `${settings}?origin=${encodeURIComponent(location.origin)}`, target: "_blank", rel: "noopener" }, this.words.addOrigin);
    }

    // Whether the service answers, but not to this page: the browser keeps the answer from a page of an origin that the site
    // does not name, and says so to nobody but the console.
    isStranger(error) {
      if (!(error instanceof TypeError)) return false;
      return fetch(`${this.api}/counts`, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
    }

    // The list anew, as far as it was shown. What could not be fetched leaves everything as it is.
    async refresh() {
      const { visit, comments: before } = this;
      const all = new Map();
      let next;
      try {
        do {
          const answer = await this.fetchList(next);
          for (const comment of answer.comments) all.set(comment.id, comment);
          next = answer.next_cursor;
        } while (next && all.size < before.size);
      } catch { return; }
      if (visit !== this.visit || before !== this.comments) return;
      this.comments = all;
      this.show(next);
    }

    show(next) {
      const focused = this.shadowRoot.activeElement;
      const within = focused?.closest("article");
      const at = within ? [...within.querySelectorAll(CONTROLS)].indexOf(focused) : -1;
      const items = new Map();
      const roots = [];
      for (const comment of this.comments.values()) {
        // One that cannot be shown must not take the others along.
        try { items.set(comment.id, this.item(comment)); } catch (error) { console.error("hamlet-comments:", error); }
      }
      for (const [id, item] of items) {
        const parent = items.get(this.comments.get(id).parent);
        // What it answers may come later in the list; and nothing answers itself, however far around.
        if (!parent || item.contains(parent)) { roots.push(item); continue; }
        if (!parent.replies) parent.append(parent.replies = make("ol"));
        parent.replies.append(item);
      }
      // Home first: a form below a comment that is not shown any more would be lost with what is written in it.
      if (this.list.contains(this.form)) this.home.append(this.form);
      this.list.replaceChildren(...roots);
      this.place();
      // The list is made anew: what had the focus, or what has its place now, has it again.
      if (this.form.contains(focused)) focused.focus();
      else if (at >= 0) this.shadowRoot.getElementById(within.id)?.querySelectorAll(CONTROLS)[at]?.focus({ preventScroll: true });
      this.list.setAttribute("aria-busy", "false");
      const { size } = this.comments;
      this.count.textContent = size ? `(${size.toLocaleString(this.language)}${next ? "+" : ""})` : "";
      this.below.replaceChildren(size ? "" : make("p", { class: "quiet" }, this.words.none),
        next ? make("button", { type: "button", onclick: () => this.load(next) }, this.words.more) : "");
      this.aim(next);
    }

    // Goes to the comment that the address names, which may be further down than what was fetched.
    aim(next) {
      const aim = location.hash.split("#").pop();
      if (!aim.startsWith("comment-") || this.aimed === aim) return;
      const target = this.shadowRoot.getElementById(aim);
      if (!target && next) { this.load(next); return; }
      this.aimed = aim;
      // :target does not reach into a shadow root.
      this.list.querySelectorAll(".aim").forEach((one) => one.classList.remove("aim"));
      target?.classList.add("aim");
      target?.scrollIntoView();
    }

    item({ id, parent, name, website, text, created_at: at, edited_at: edited, edits, avatar }) {
      const { words } = this;
      const author = make("strong", { dir: "auto" }, website ? make("a", { href: website, rel: "ugc nofollow noopener" }, name) : name);
      const when = new Date(at).toLocaleString(this.language, { dateStyle: "medium", timeStyle: "short" });
      const article = make("article", { id: `comment-${id}` },
        parent && this.comments.has(parent) ? make("a", { href: `${route()}#comment-${parent}`, class: "to quiet", dir: "auto" }, `↳ ${this.comments.get(parent).name}`) : null,
        make("header", {}, make("img", { src: base + avatar, alt: "", width: 28, height: 28, loading: "lazy" }), author,
          make("a", { href: `${route()}#comment-${id}` }, make("time", { datetime: at }, when)),
          edited ? make(edits ? "a" : "span", edits ? { href: base + edits, class: "quiet", target: "_blank", rel: "noopener" } : { class: "quiet" }, words.edited) : null),
        ...text.split(/\n{2,}/).map((paragraph) => make("p", { dir: "auto" }, ...linked(paragraph))),
        make("button", { type: "button", class: "plain", "aria-label": words.replyTo.replace("{name}", () => name), onclick: () => this.answer(id, name) }, words.reply));
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
      // A frame that may not send forms (`sandbox` without `allow-forms`) has clicks and no submission.
      this.button = make("button", { onclick: (event) => { event.preventDefault(); this.send(); } }, words.send);
      this.cancel = make("button", { type: "button", class: "plain", hidden: "", onclick: () => this.abandon() }, words.cancel);
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
      this.turn(id, name);
      this.keep();
      this.said.replaceChildren();
      if (id) this.form.elements.text.focus();
    }

    // Gives an answer up, and goes back to the comment that it was meant for.
    abandon() {
      const answered = this.shadowRoot.getElementById(`comment-${this.form.parent}`);
      this.answer(null);
      (answered?.querySelector("button") ?? this.form.elements.text).focus();
    }

    // Makes the form one for an answer to a comment, or for none.
    turn(id, name) {
      Object.assign(this.form, { parent: id, answers: name });
      this.heading.textContent = id ? this.words.replyTo.replace("{name}", () => name) : this.words.write;
      this.cancel.hidden = !id;
      this.place();
    }

    // Where what it answers is not shown, the form is at home, and still an answer to it.
    place() {
      const answered = this.form.parent && this.shadowRoot.getElementById(`comment-${this.form.parent}`);
      if (answered) answered.after(this.form);
      else if (this.form.parentElement !== this.home) this.home.append(this.form);
    }

    // The draft stays in this browser, the address apart, until it is sent.
    keep() {
      const { name, website, text } = this.form.elements;
      const draft = JSON.stringify([name.value, website.value, text.value, this.form.parent, this.form.answers]);
      try { localStorage.setItem(this.visit.draftKey, draft); } catch { /* the browser keeps nothing */ }
    }

    restore() {
      try {
        // Whoever wrote here before need not say who they are again.
        const draft = JSON.parse(localStorage.getItem(this.visit.draftKey) ?? localStorage.getItem(`${this.authorKey} name`)) ?? [];
        ["name", "website", "text"].forEach((field, n) => { this.form.elements[field].value = draft[n] ?? ""; });
        if (draft[2] && draft[3]) this.turn(draft[3], draft[4]);
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
        page: this.page, page_title: title(), name: name.value, email: email.value, website: website.value || undefined,
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
      const { words, form, visit, button } = this;
      const empty = ["name", "email", "text"].filter((field) => !form.elements[field].value.trim());
      this.problem.textContent = "";
      this.said.replaceChildren();
      if (empty.length) { this.refuse(empty.map((field) => ({ field, code: "required" }))); return; }
      button.disabled = true;
      button.textContent = words.sending;
      const slow = setTimeout(() => { button.textContent = words.working; }, 1500);
      let retry = false;
      try {
        const { status, answer } = await this.post(await this.fields());
        const stale = answer.errors?.some(({ field }) => field === "form_token" || field === "proof");
        if (status < 300) this.sent(answer, visit);
        else if (visit !== this.visit) return;
        else if (stale && !again) { this.token = null; retry = true; }
        else if (status === 422) this.refuse(answer.errors);
        else this.problem.textContent = status === 429 ? words.tooMany : words.notSent;
      } catch {
        if (visit === this.visit) this.problem.textContent = words.notSent;
      } finally {
        clearTimeout(slow);
        button.disabled = false;
        button.textContent = words.send;
      }
      if (retry) await this.send(true);
    }

    // After a comment was taken. `visit` is the page's that it was written on: the element may have gone to another meanwhile.
    async sent({ id, status, author_token: author }, visit) {
      const here = visit === this.visit;
      if (here) {
        this.form.elements.text.value = "";
        this.token = this.last = null;
        this.answer(null);
      }
      try {
        localStorage.removeItem(visit.draftKey);
        if (author) localStorage.setItem(this.authorKey, author);
        localStorage.setItem(`${this.authorKey} name`, JSON.stringify([this.form.elements.name.value, this.form.elements.website.value]));
      } catch { /* nothing is kept */ }
      if (!here) return;
      const published = status === "published";
      this.said.textContent = this.words[published ? "published" : "held"];
      this.said.focus();
      this.dispatchEvent(new CustomEvent("hamlet-sent", { bubbles: true, detail: { id, published } }));
      if (!published) return;
      await this.refresh();
      this.shadowRoot.getElementById(`comment-${id}`)?.classList.add("new");
    }
  }

  customElements.define("hamlet-comments", HamletComments);
})();
