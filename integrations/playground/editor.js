// The editor of the rules: colours from the list that the grammar gives, and faults with their fixes.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { Tag } from "@lezer/highlight";

/** The language of `colours.json`. */
function language({ statement, patterns }) {
  const beginning = new RegExp(statement, "y");
  const rest = patterns.map(([kind, regex]) => [kind, new RegExp(regex, "y")]);
  const kinds = ["statement", "subject", ...new Set(patterns.map(([kind]) => kind))];
  const tags = Object.fromEntries(kinds.map((kind) => [kind, Tag.define()]));
  const match = (regex, stream) => {
    regex.lastIndex = stream.pos;
    return regex.exec(stream.string);
  };
  const parser = {
    tokenTable: tags,
    startState: () => ({ subject: 0 }),
    token(stream, state) {
      if (stream.sol()) {
        const found = match(beginning, stream);
        state.subject = found?.[3] ? found[0].length : 0;
        if (found) {
          stream.pos += found[1].length;
          return "statement";
        }
      }
      if (stream.eatSpace()) return null;
      if (stream.pos < state.subject) {
        stream.pos = state.subject;
        return "subject";
      }
      for (const [kind, regex] of rest) {
        const found = match(regex, stream);
        if (found) {
          stream.pos += found[0].length;
          return kind;
        }
      }
      stream.next();
      return "fault";
    },
  };
  const style = HighlightStyle.define(kinds.map((kind) => ({ tag: tags[kind], class: `c-${kind}` })));
  return [StreamLanguage.define(parser), syntaxHighlighting(style)];
}

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

export function makeEditor(parent, colours, changed) {
  const extensions = [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    lintGutter(),
    indentUnit.of("  "),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    language(colours),
    EditorView.contentAttributes.of({ "aria-label": "Rules of the book" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent });
  const mend = ({ edits }) =>
    view.dispatch({
      changes: edits.map((edit) => ({ ...span(view.state.doc, edit), insert: edit.text })),
    });
  return {
    view,
    mend,
    /** A text as the editor holds it, with a history of its own. */
    state: (doc) => EditorState.create({ doc, extensions }),
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
          actions: fault.fixes.map((fix) => ({
            name: fix.title,
            apply: () => mend(fix),
          })),
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
