// The page: what is on the screen, what is asked of Python, and what it answers.
import { makeEditor } from "./editor.js";
import { packed, unpacked } from "./link.js";
import { fillForm, readForm } from "./request.js";

const worker = new Worker("./worker.js", { type: "module" });
const [examples, colours] = await Promise.all(
  ["./examples.json", "./colours.json"].map(async (path) => (await fetch(path)).json()),
);
const at = (id) => document.getElementById(id);
const tabs = [...document.querySelectorAll("[role=tab]")];
const screen = { example: examples[0], files: {}, file: "", tab: "price", request: null, day: "", form: null };
let texts = new Map();
let faults = [];
let timer = 0;
let links = 0;

const editor = makeEditor(at("editor"), colours, (text) => {
  screen.files[screen.file] = text;
  later();
});

// ---- questions and answers ------------------------------------------------------------------------

let busy = false;
let wanted = false;

function question() {
  const { example, files, tab, request, day } = screen;
  const unchanged = Object.entries(example.files).every(([name, text]) => files[name] === text);
  const asked = { tab, request, at: day, base: example.base, before: example.base ? null : example.files[example.entry] };
  return unchanged && example.book ? { ...asked, book: example.book } : { ...asked, files, entry: example.entry };
}

function answerOf(asked) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(JSON.parse(data.answer)));
    worker.onerror = (event) => reject(new Error(event.message || "Python could not be loaded"));
    worker.postMessage(JSON.stringify(asked));
  });
}

function later() {
  document.body.dataset.waiting = "yes";
  clearTimeout(timer);
  timer = setTimeout(ask, 120);
}

/** Asks what is on the screen; while Python is busy, only the last question waits. */
async function ask() {
  clearTimeout(timer);
  delete document.body.dataset.waiting;
  keepLink();
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    const begun = performance.now();
    document.body.setAttribute("aria-busy", "true");
    try {
      const answer = await answerOf(question());
      document.body.dataset.took = Math.round(performance.now() - begun);
      if (!wanted) show(answer);
    } catch (error) {
      at("status").textContent = `failed: ${error.message.trim().split("\n").at(-1)}`;
    }
  }
  busy = false;
  document.body.removeAttribute("aria-busy");
  document.body.dataset.answers = Number(document.body.dataset.answers ?? 0) + 1;
}

function show(answer) {
  faults = answer.faults;
  showFaults();
  const errors = faults.filter((fault) => fault.severity === "error").length;
  const warnings = faults.length - errors;
  const said = [errors && `${errors} error${errors > 1 ? "s" : ""}`, warnings && `${warnings} warning${warnings > 1 ? "s" : ""}`];
  at("status").textContent = said.filter(Boolean).join(", ") || "no faults";
  at("status").className = errors ? "error" : warnings ? "warning" : "";
  at("panel").classList.toggle("stale", answer.form === null);
  if (answer.form === null) return;
  const form = JSON.stringify(answer.form);
  if (screen.request && !answer.form.models.includes(screen.request.model)) screen.request = null;
  if (form !== JSON.stringify(screen.form)) {
    screen.form = answer.form;
    fillForm(at("request"), screen.form, screen.request ?? screen.form.first);
  }
  at("panel").innerHTML = answer.html;
}

function showFaults() {
  editor.faults(faults.filter((fault) => (fault.file ?? screen.file) === screen.file));
  const items = faults.slice(0, 20).map((fault) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.dataset.place = `${fault.file}:${fault.line}`;
    button.textContent = fault.file ? `${fault.file}:${fault.line}` : "book";
    item.className = fault.severity;
    item.append(button, ` ${fault.message}${fault.help ? `; ${fault.help}` : ""}`);
    for (const fix of fault.file === screen.file ? fault.fixes : []) {
      const mend = document.createElement("button");
      mend.type = "button";
      mend.className = "fix";
      mend.textContent = fix.title;
      mend.addEventListener("click", () => editor.mend(fix));
      item.append(" ", mend);
    }
    return item;
  });
  at("faults").replaceChildren(...items);
}

// ---- the link -------------------------------------------------------------------------------------

async function keepLink() {
  document.body.dataset.link = "made";
  const { example, files, file, tab, request, day } = screen;
  const changed = Object.entries(files).filter(([name, text]) => example.files[name] !== text);
  const said = { example: example.id, files: Object.fromEntries(changed), file, tab, request, day };
  const last = ++links;
  const text = await packed(said);
  if (last !== links) return;
  history.replaceState(null, "", `#${text}`);
  document.body.dataset.link = "kept";
}

async function fromLink() {
  try {
    return location.hash.length > 1 ? await unpacked(location.hash.slice(1)) : {};
  } catch {
    at("status").textContent = "the link cannot be read; this is the first example";
    return {};
  }
}

// ---- what is shown --------------------------------------------------------------------------------

function begin(example, said = {}) {
  Object.assign(screen, { example, files: { ...example.files }, tab: said.tab ?? screen.tab, form: null });
  Object.assign(screen, { request: said.request ?? null, day: said.day ?? "" });
  for (const [name, text] of Object.entries(said.files ?? {})) {
    if (name in screen.files && typeof text === "string") screen.files[name] = text;
  }
  texts = new Map();
  at("example").value = example.id;
  at("file").replaceChildren(...Object.keys(screen.files).map((name) => new Option(name)));
  at("file-label").hidden = Object.keys(screen.files).length < 2;
  faults = [];
  screen.file = "";
  showFile(said.file in screen.files ? said.file : example.shown);
  showTab(screen.tab);
}

function showFile(name) {
  if (screen.file) texts.set(screen.file, editor.view.state);
  screen.file = name;
  at("file").value = name;
  editor.view.setState(texts.get(name) ?? editor.state(screen.files[name]));
  showFaults();
}

function showTab(name) {
  screen.tab = tabs.some((tab) => tab.dataset.tab === name) ? name : "price";
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === screen.tab;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  at("request").hidden = screen.tab !== "price";
  at("day").hidden = screen.tab !== "table";
  ask();
}

function showView(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll("[data-view]")) {
    if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", button.dataset.view === name);
  }
}

// ---- what a reader does ---------------------------------------------------------------------------

at("example").append(...examples.map(({ id, title }) => new Option(title, id)));
at("example").addEventListener("change", (event) => begin(examples.find(({ id }) => id === event.target.value)));
at("file").addEventListener("change", (event) => {
  showFile(event.target.value);
  keepLink();
});
at("link").addEventListener("click", async () => {
  await keepLink();
  try {
    await navigator.clipboard.writeText(location.href);
    at("link").textContent = "Copied";
  } catch {
    at("link").textContent = "Copy it from the address";
  }
  setTimeout(() => (at("link").textContent = "Copy link"), 2000);
});
for (const form of [at("request"), at("day")]) form.addEventListener("submit", (event) => event.preventDefault());
at("request").addEventListener("input", () => {
  screen.request = readForm(at("request"), screen.form);
  later();
});
at("day").addEventListener("input", () => {
  screen.day = at("day").elements.at.value;
  later();
});
for (const tab of tabs) tab.addEventListener("click", () => showTab(tab.dataset.tab));
document.querySelector("[role=tablist]").addEventListener("keydown", ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step) return;
  const next = tabs[(tabs.findIndex((tab) => tab.dataset.tab === screen.tab) + step + tabs.length) % tabs.length];
  next.focus();
  showTab(next.dataset.tab);
});
for (const button of document.querySelectorAll("button[data-view]")) {
  button.addEventListener("click", () => showView(button.dataset.view));
}
document.addEventListener("click", ({ target }) => {
  const place = target.closest?.("[data-place]")?.dataset.place;
  const [, file, line] = place?.match(/^(.*?):(\d+)/) ?? [];
  if (!(file in screen.files)) return;
  if (file !== screen.file) showFile(file);
  showView("rules");
  editor.goTo(Number(line));
});

const said = await fromLink();
showView("rules");
begin(examples.find(({ id }) => id === said.example) ?? examples[0], said);
