// The list below the rules: faults with what mends them, then the checks that fail.
import { told } from "./checks.js";

const SHOWN = 20;

function element(tag, given, ...children) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...children);
  return made;
}

/** What leads to a line, from 1, of a file. */
function placeOf(file, line) {
  if (file === null) return element("span", { textContent: "book" });
  const shown = element("button", { type: "button", className: "place", textContent: `${file}:${line}` });
  shown.dataset.place = shown.textContent;
  return shown;
}

function fixButton(title, run) {
  const button = element("button", { type: "button", className: "fix", textContent: title });
  button.addEventListener("click", run);
  return button;
}

/** Fills the list. Only the file on the screen, `shown`, is mended; `mend` takes fixes. */
export function fillFaults(list, { faults, checks, shown, mend }) {
  const items = faults.slice(0, SHOWN).map((fault) => {
    const item = element("li", { className: fault.severity }, placeOf(fault.file, fault.line), ` ${fault.message}`);
    const fixes = fault.file === shown ? fault.fixes : [];
    const shownByFix = fixes.some(({ title }) => title === fault.help);
    if (fault.help && !shownByFix) item.append(element("span", { className: "help", textContent: fault.help }));
    for (const fix of fixes) item.append(" ", fixButton(fix.title, () => mend(fix)));
    return item;
  });
  if (faults.length > SHOWN) items.push(element("li", { textContent: `and ${faults.length - SHOWN} more` }));
  const certain = faults.filter(({ file }) => file === shown).flatMap(({ fixes }) => fixes.filter((fix) => fix.certain).slice(0, 1));
  if (certain.length > 1) {
    items.unshift(element("li", {}, fixButton(`Mend these ${certain.length}`, () => mend(...certain))));
  }
  for (const check of checks.filter(({ wrong }) => wrong)) {
    const said = check.kind === "example" ? "this example" : "this claim is";
    items.push(element("li", { className: "error" }, placeOf(check.file, check.line), ` ${said} ${told(check.text)}`));
  }
  list.replaceChildren(...items);
}

const counted = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;

/** The faults and the checks in a few words, and the worst of them; `current` are checks of this very text. */
export function summary(faults, checks, current) {
  const errors = faults.filter(({ severity }) => severity === "error").length;
  const warnings = faults.length - errors;
  const wrong = (kind) => checks.filter((one) => one.kind === kind && one.wrong).length;
  const [examples, claims] = [wrong("example"), wrong("claim")];
  const said = [
    errors && counted(errors, "error"),
    warnings && counted(warnings, "warning"),
    examples && `${counted(examples, "example")} ${examples === 1 ? "fails" : "fail"}`,
    claims && `${counted(claims, "claim")} broken`,
  ].filter(Boolean);
  const kind = errors || examples || claims ? "error" : warnings ? "warning" : "";
  const holds = current && checks.length > 0 && !checks.some(({ text }) => text.startsWith("undecided"));
  return { text: said.join(", ") || (holds ? "no faults, all checks hold" : "no faults"), kind };
}
