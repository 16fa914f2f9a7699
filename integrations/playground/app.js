// The page: what is on the screen, what is asked of Python, and what it answers.
import { makeEditor } from "./editor.js";
import { fillFaults, summary } from "./faults.js";
import { packed, unpacked } from "./link.js";
import { startPython } from "./python.js";
import { fillForm, readForm } from "./request.js";
import { mark, tabsOf } from "./tabs.js";

const PAUSE = 120; // ms without a key before a question
const REST = 400; // ms without a key before the checks, which may take longer than a key should wait
const LONG = 2000; // ms more, where an answer takes long

const python = startPython();
const [examples, colours] = await Promise.all(
  ["./examples.json", "./colours.json"].map(async (path) => (await fetch(path)).json()),
);
const at = (id) => document.getElementById(id);
const tabs = tabsOf(document.querySelector("[role=tablist]"), (name) => showTab(name));
const screen = { example: examples[0], files: {}, file: "", tab: "guide", request: null, day: "", form: null };
/** What was on the screen of each example when another was chosen: nothing that was written is lost. */
const left = new Map();
let texts = new Map();
let faults = [];
let checks = null;
let answered = false; // whether Python has said anything of this example
let current = false; // whether the checks are those of the text as it stands
let notice = "";
let timer = 0;
let links = 0;

const editor = makeEditor(at("editor"), {
  colours,
  changed(text) {
    screen.files[screen.file] = text;
    notice = "";
    current = false;
    later();
  },
  async words(place) {
    const asked = question();
    return asked.files ? (await python({ ...asked, ask: "words", file: screen.file, at: place })).words : [];
  },
});

// ---- questions and answers ------------------------------------------------------------------------

let busy = false;
let wanted = false;

const changed = () => Object.entries(screen.files).filter(([name, text]) => screen.example.files[name] !== text);

function question() {
  const { example, files, tab, request, day } = screen;
  const asked = { tab, request, at: day, base: example.base, before: example.base ? null : example.files[example.entry] };
  const came = example.book && changed().length === 0;
  return came ? { ...asked, book: example.book } : { ...asked, files: { ...files }, entry: example.entry };
}

function later() {
  document.body.dataset.waiting = "yes";
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
  keepLink();
}

/** Asks what is on the screen; while Python is busy, only the last question waits. */
async function ask() {
  clearTimeout(timer);
  delete document.body.dataset.waiting;
  at("again").hidden = changed().length === 0;
  keepLink();
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    const begun = performance.now();
    document.body.setAttribute("aria-busy", "true");
    try {
      const answer = await python(question());
      document.body.dataset.took = Math.round(performance.now() - begun);
      if (!wanted) show(answer);
    } catch (error) {
      at("status").textContent = `failed: ${error.message.trim().split("\n").at(-1)}`;
    }
  }
  busy = false;
  document.body.removeAttribute("aria-busy");
  document.body.dataset.answers = Number(document.body.dataset.answers ?? 0) + 1;
  if (!document.body.dataset.waiting) timer = setTimeout(askChecks, REST + Math.min(2 * Number(document.body.dataset.took), LONG));
}

/** Asks what the examples come to and whether the claims hold, once nobody types. */
async function askChecks() {
  const asked = question();
  const found = await python({ ...asked, ask: "checks" }).catch(() => null);
  if (!found || JSON.stringify(asked) !== JSON.stringify(question())) return;
  checks = found.checks;
  current = true;
  showFaults();
  document.body.dataset.checked = document.body.dataset.answers;
}

function show(answer) {
  faults = answer.faults;
  answered = true;
  if (faults.some(({ severity }) => severity === "error")) checks = null;
  showFaults();
  const stale = answer.html === null;
  at("panel").classList.toggle("stale", stale);
  at("stale").hidden = !stale || screen.tab === "guide";
  if (stale) return;
  const form = JSON.stringify(answer.form);
  if (screen.request && !answer.form.models.includes(screen.request.model)) screen.request = null;
  if (form !== JSON.stringify(screen.form)) {
    screen.form = answer.form;
    fillForm(at("request"), screen.form, screen.request ?? screen.form.first);
  }
  at("panel").innerHTML = answer.html;
  for (const one of at("panel").querySelectorAll("[data-place]")) { // a rule of a book below is in no file here
    one.disabled = !(one.dataset.place.replace(/:\d+$/, "") in screen.files);
  }
}

function showFaults() {
  const here = ({ file }) => (file ?? screen.file) === screen.file;
  editor.faults(faults.filter(here));
  editor.checks((checks ?? []).filter(here));
  fillFaults(at("faults"), { faults, checks: checks ?? [], shown: screen.file, mend: editor.mend });
  if (!answered && !notice) return;
  const { text, kind } = summary(faults, checks ?? [], current);
  at("status").textContent = notice || text;
  at("status").className = notice ? "warning" : kind;
}

// ---- the link, and what a reload brings back -------------------------------------------------------

function said() {
  const { example, file, tab, request, day } = screen;
  return { example: example.id, files: Object.fromEntries(changed()), file, tab, request, day };
}

/** Keeps the screen at once for a reload, and in the address as soon as it is packed. */
async function keepLink() {
  document.body.dataset.link = "made";
  const last = ++links;
  const now = said();
  history.replaceState(now, "");
  const text = await packed(now);
  if (last !== links) return;
  history.replaceState(now, "", `#${text}`);
  document.body.dataset.link = "kept";
}

async function fromLink() {
  try {
    return location.hash.length > 1 ? await unpacked(location.hash.slice(1)) : {};
  } catch {
    notice = "the link cannot be read; this is the first example";
    return {};
  }
}

// ---- what is shown --------------------------------------------------------------------------------

const exampleOf = (id) => examples.find((one) => one.id === id) ?? examples[0];

function begin(example, said = {}, states = new Map()) {
  Object.assign(screen, { example, files: { ...example.files }, tab: said.tab ?? screen.tab, form: null });
  Object.assign(screen, { request: said.request ?? null, day: said.day ?? "" });
  for (const [name, text] of Object.entries(said.files ?? {})) {
    if (name in screen.files && typeof text === "string") screen.files[name] = text;
  }
  texts = states;
  at("example").value = example.id;
  at("file").replaceChildren(...Object.keys(screen.files).map((name) => new Option(name)));
  at("file-label").hidden = Object.keys(screen.files).length < 2;
  at("day").elements.at.value = screen.day;
  faults = [];
  checks = null;
  answered = current = false;
  screen.file = "";
  showFile(said.file in screen.files ? said.file : example.shown);
  showTab(screen.tab);
}

/** Leaves the example on the screen as it stands, and goes to another as that was left. */
function choose(example) {
  texts.set(screen.file, editor.view.state);
  left.set(screen.example.id, { said: said(), texts });
  const found = left.get(example.id);
  notice = "";
  begin(example, { ...found?.said, tab: screen.tab }, found?.texts);
}

/** The example as it came; the file on the screen can have it undone. */
function again() {
  for (const [name] of changed()) {
    const text = screen.example.files[name];
    if (name === screen.file) editor.replace(text);
    else texts.delete(name);
    screen.files[name] = text;
  }
  later();
}

async function tidy() {
  const { text, why } = await python({ ask: "tidy", file: screen.file, files: { ...screen.files } });
  if (text === null) notice = why;
  else if (text !== screen.files[screen.file]) editor.replace(text);
  showFaults();
}

function showFile(name) {
  if (screen.file) texts.set(screen.file, editor.view.state);
  screen.file = name;
  at("file").value = name;
  editor.view.setState(texts.get(name) ?? editor.state(screen.files[name]));
  showFaults();
}

function showTab(name) {
  screen.tab = tabs.some((tab) => tab.dataset.tab === name) ? name : "guide";
  mark(tabs, screen.tab);
  at("panel").setAttribute("aria-labelledby", `tab-${screen.tab}`);
  at("panel").dataset.tab = screen.tab;
  at("guide").hidden = screen.tab !== "guide";
  at("panel").hidden = screen.tab === "guide";
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
at("example").addEventListener("change", (event) => choose(exampleOf(event.target.value)));
at("file").addEventListener("change", (event) => {
  showFile(event.target.value);
  keepLink();
});
at("again").addEventListener("click", again);
at("tidy").addEventListener("click", tidy);
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
  screen.day = at("day").elements.at.value.trim();
  later();
});
for (const button of document.querySelectorAll("button[data-view]")) {
  button.addEventListener("click", () => showView(button.dataset.view));
}
document.addEventListener("click", ({ target }) => {
  const { place, request } = target.closest?.("[data-place], [data-request]")?.dataset ?? {};
  if (target.matches?.(".put")) {
    showView("rules");
    editor.put(target.parentElement.querySelector("pre").textContent.trimEnd());
  } else if (request) {
    Object.assign(screen, { request: JSON.parse(request), form: null });
    showTab("price");
    at("tab-price").focus();
  }
  const [, file, line] = place?.match(/^(.*?):(\d+)/) ?? [];
  if (!(file in screen.files)) return;
  if (file !== screen.file) showFile(file);
  showView("rules");
  editor.goTo(Number(line));
});
// Another link in the same tab of the browser changes the address alone.
addEventListener("hashchange", async () => {
  notice = "";
  const said = await fromLink();
  left.clear();
  begin(exampleOf(said.example), said);
});

const first = history.state ?? (await fromLink());
showView("rules");
begin(exampleOf(first.example), first);
