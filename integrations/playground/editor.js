// The editor of the rules: the language, faults with their fixes, what may stand next, and checks.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { remarks, showRemarks } from "./checks.js";
import { language } from "./language.js";

const TO_WRITE = "…"; // what a fix leaves to its author

/** The place of a line and a column of a fault in a text: both from 1, columns in code points. */
function place(doc, line, column) {
  const row = doc.line(Math.min(line ?? 1, doc.lines));
  const before = [...row.text].slice(0, (column ?? 1) - 1).join("");
  return row.from + before.length;
}

/** Where a fault or an edit begins and ends. */
function span(doc, { line, column, end_line, end_column }) {
  return { from: place(doc, line, column), to: place(doc, end_line, end_column) };
}

/** What may stand at the cursor: `words` is asked with a line and a column in characters, from 0. */
function completing(words) {
  return async (context) => {
    const begun = context.matchBefore(/[A-Za-z0-9_.:@/-]*/);
    if (!begun.text && !context.explicit) return null;
    const row = context.state.doc.lineAt(context.pos);
    const column = [...row.text.slice(0, context.pos - row.from)].length;
    const found = await words([row.number - 1, column]);
    const options = found
      .filter(({ text }) => text !== begun.text)
      .map(({ text, kind }, at) => ({ label: text, detail: kind ?? "", boost: -Math.min(at, 99) }));
    return { from: begun.from, options };
  };
}

export function makeEditor(parent, { colours, changed, words }) {
  const extensions = [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    lintGutter(),
    // Nothing is chosen until somebody chooses, so that Enter stays a new line.
    autocompletion({ override: [completing(words)], selectOnOpen: false, icons: false }),
    keymap.of(completionKeymap),
    language(colours),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    remarks,
    EditorView.contentAttributes.of({ "aria-label": "Rules of the book", "aria-describedby": "keys" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent });
  const mend = (...fixes) => {
    const { doc } = view.state;
    const edits = fixes.flatMap((fix) => fix.edits);
    const changes = edits.map((edit) => ({ ...span(doc, edit), insert: edit.text }));
    const transaction = view.state.update({ changes });
    const left = edits.length === 1 ? edits[0].text.indexOf(TO_WRITE) : -1;
    const anchor = left < 0 ? 0 : transaction.changes.mapPos(changes[0].from, -1) + left;
    view.dispatch(transaction);
    if (left >= 0) view.dispatch({ selection: { anchor, head: anchor + 1 }, scrollIntoView: true });
    view.focus();
  };
  return {
    view,
    mend,
    /** A text as the editor holds it, with a history of its own. */
    state: (doc) => EditorState.create({ doc, extensions }),
    /** Another text in place of this one, which can be undone. */
    replace: (text) =>
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: isolateHistory.of("full"), // what was typed just before is another thing to undo
      }),
    /** Puts a statement at the end of the text, an empty line before it, and goes there. */
    put(text) {
      const { doc } = view.state;
      const from = doc.toString().trimEnd().length;
      const insert = `${from ? "\n\n" : ""}${text}\n`;
      const anchor = from + insert.length - 1;
      view.dispatch({ changes: { from, to: doc.length, insert }, selection: { anchor }, scrollIntoView: true });
      view.focus();
    },
    /** Shows the checks that the file on the screen makes. */
    checks: (found) => showRemarks(view, found),
    /** Shows the faults of the file on the screen. */
    faults(found) {
      const doc = view.state.doc;
      const diagnostics = found.map((fault) => {
        const { from, to } = span(doc, fault);
        return {
          from,
          to: Math.max(from, to),
          severity: fault.severity,
          message: fault.help ? `${fault.message}\nhelp: ${fault.help}` : fault.message,
          actions: fault.fixes.map((fix) => ({ name: fix.title, apply: () => mend(fix) })),
        };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    /** Goes to a line, from 1. */
    goTo(line) {
      const at = place(view.state.doc, line, 1);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
  };
}
