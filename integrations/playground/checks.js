// What examples come to and the verdicts on claims, behind their lines.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

const LONGEST = 45;
const made = StateEffect.define();

class Remark extends WidgetType {
  constructor({ text, wrong }) {
    super();
    Object.assign(this, { text, wrong });
  }
  eq(other) {
    return other.text === this.text && other.wrong === this.wrong;
  }
  toDOM() {
    const shown = document.createElement("span");
    shown.className = this.wrong ? "check wrong" : "check";
    const text = told(this.text);
    shown.textContent = `${this.wrong ? "✗" : "✓"} ${text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text}`;
    shown.title = text;
    return shown;
  }
}

/** A remark without the request that a broken claim names, which the tab of claims shows. */
export const told = (text) => text.replace(/ by \{.*\}: /, ": ");

/** The extension that holds them, and moves them with their lines. */
export const remarks = StateField.define({
  create: () => Decoration.none,
  update(found, transaction) {
    for (const effect of transaction.effects) if (effect.is(made)) return effect.value;
    return found.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Shows the remarks on a text, by lines from 1. */
export function showRemarks(view, checks) {
  const { doc } = view.state;
  const shown = checks
    .filter(({ line }) => line <= doc.lines)
    .map((check) => Decoration.widget({ widget: new Remark(check), side: 1 }).range(doc.line(check.line).to));
  view.dispatch({ effects: made.of(Decoration.set(shown, true)) });
}
