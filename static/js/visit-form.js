// The form of a visit: saves what is typed two seconds after the last change. The page works
// whole without this file: every step is saved when it is sent.

const REST = 2000;
const AGAIN = [3000, 6000, 12000, 30000];
const PATIENCE = 15000;
const HIDDEN = new Set(["csrfmiddlewaretoken", "version", "seen", "step", "submission", "writer", "to"]);

// What stands in a form, by field name: a text, or a list where several boxes bear the name.
export function read(form) {
  const answers = {};
  const several = new Set(
    [...form.querySelectorAll("input[type=checkbox]")].map((box) => box.name).filter((name, i, all) => all.indexOf(name) !== i),
  );
  for (const [name, value] of new FormData(form)) {
    if (HIDDEN.has(name)) continue;
    if (several.has(name)) (answers[name] ??= []).push(value);
    else answers[name] = value;
  }
  return answers;
}

// Puts answers into the form, by field name; fields that are not named stay as they are.
export function fill(form, answers) {
  for (const [name, answer] of Object.entries(answers)) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = Array.isArray(answer) ? answer.includes(field.value) : answer === field.value;
      } else if (field.type !== "hidden") {
        field.value = answer;
      }
    }
  }
}

const cookie = (name) =>
  document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);

export class Saver {
  constructor(form, shown) {
    this.form = form;
    this.shown = shown;
    this.words = form.dataset;
    this.dirty = false;
    this.stopped = false;
    this.failures = 0;
    this.sending = null;
  }

  // Something changed: save when the hand rests.
  touch() {
    this.dirty = true;
    this.later(REST);
  }

  later(delay) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (!this.dirty || this.stopped) return;
    if (this.sending) return this.later(REST);
    this.sending = this.send().finally(() => (this.sending = null));
    await this.sending;
  }

  async send() {
    this.dirty = false;
    const sent = new FormData(this.form);
    const before = read(this.form);
    let answer;
    try {
      answer = await fetch(this.words.draft, this.request(sent, { signal: AbortSignal.timeout(PATIENCE) }));
    } catch {
      return this.fail(this.words.wordsWaiting, false);
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.fail(this.words.wordsSignedOut, true);
    if (answer.status === 409) return this.stop((await answer.json()).words);
    if (answer.status >= 500) return this.fail(this.words.wordsWaiting, true);
    if (!answer.ok) return this.fail(this.words.wordsRefused, true);
    this.accept(await answer.json(), before);
  }

  request(body, more) {
    const token = cookie("csrftoken") ?? body.get("csrfmiddlewaretoken");
    body.delete("csrfmiddlewaretoken");
    body.delete("writer");
    return { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": token }, ...more };
  }

  // The draft holds it. What a colleague wrote elsewhere on this page comes in, unless the hand
  // has been there meanwhile: then the page still knows the old text alone, and both are shown.
  accept(answer, before) {
    const now = read(this.form);
    const hidden = this.form.elements;
    const seen = JSON.parse(answer.seen);
    const known = JSON.parse(hidden.seen.value || "{}");
    for (const [name, theirs] of Object.entries(answer.answers)) {
      if (JSON.stringify(now[name] ?? "") === JSON.stringify(before[name] ?? "")) fill(this.form, { [name]: theirs });
      else if (name in known) seen[name] = known[name];
      else delete seen[name];
    }
    hidden.version.value = answer.version;
    hidden.seen.value = JSON.stringify(seen);
    this.failures = 0;
    this.say(answer.words, "cloud-check", true);
    if (this.dirty) this.later(REST);
  }

  fail(words, online) {
    this.dirty = true;
    this.say(words, "cloud-off", online);
    this.later(AGAIN[Math.min(this.failures++, AGAIN.length - 1)]);
  }

  stop(words) {
    this.stopped = true;
    this.say(words, "triangle-alert", true);
  }

  say(words, icon, online) {
    for (const place of this.shown) {
      place.querySelector("[data-words]").textContent = words;
      const use = place.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
      place.classList.toggle("rust", icon !== "cloud-check");
    }
    for (const line of document.querySelectorAll("[data-line]")) {
      line.hidden = (line.dataset.line === "on") !== online;
    }
  }

  // The page is left: whatever is not saved yet goes out with it.
  part() {
    if (!this.dirty || this.stopped || this.sending) return;
    clearTimeout(this.timer);
    fetch(this.words.draft, this.request(new FormData(this.form), { keepalive: true })).catch(() => {});
  }
}

// “Nothing for now” goes alone: choosing it clears the others, and the other way round.
export function goesAlone(form) {
  form.addEventListener("change", ({ target }) => {
    if (!target.name?.startsWith("needs_") || target.type !== "checkbox" || !target.checked) return;
    for (const box of form.querySelectorAll(`[name="${CSS.escape(target.name)}"]`)) {
      if (box !== target && (box.value === "nothing") !== (target.value === "nothing")) box.checked = false;
    }
  });
}

const form = document.querySelector("form[data-draft]");
if (form) {
  const saver = new Saver(form, document.querySelectorAll("[data-saved]"));
  goesAlone(form);
  form.addEventListener("input", () => saver.touch());
  form.addEventListener("change", () => saver.touch());
  window.addEventListener("online", () => saver.save());
  document.addEventListener("visibilitychange", () => document.hidden && saver.save());
  window.addEventListener("pagehide", () => saver.part());
  form.addEventListener("submit", (event) => {
    clearTimeout(saver.timer);
    if (saver.sending && !saver.stopped) {
      // A save is on its way: the page waits for it, or for three seconds.
      event.preventDefault();
      const { submitter } = event;
      saver.stopped = true;
      const rest = new Promise((done) => setTimeout(done, 3000));
      Promise.race([saver.sending, rest]).then(() => form.requestSubmit(submitter));
      return;
    }
    saver.stopped = true;
  });
  window.addEventListener("pageshow", () => (saver.stopped = false)); // back on a page that was kept
}
