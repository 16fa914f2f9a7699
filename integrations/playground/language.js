// The language in the editor: colours from the list that the grammar gives, and where a new line begins.
import { HighlightStyle, StreamLanguage, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { keymap } from "@codemirror/view";
import { Tag } from "@lezer/highlight";

const INDENT = "  ";

/** The language of `colours.json`. */
export function language({ statement, patterns, lines }) {
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
  return [
    StreamLanguage.define(parser),
    syntaxHighlighting(style),
    indentUnit.of(INDENT),
    keymap.of([{ key: "Enter", run: newLine(new Set(lines)) }]),
  ];
}

/**
 * A new line: indented below a statement that has lines (one of `having`), like the line above it below
 * another, and in the first column below an empty one, where the next statement begins.
 */
function newLine(having) {
  return ({ state, dispatch }) => {
    const { from, to } = state.selection.main;
    const row = state.doc.lineAt(from);
    const before = row.text.slice(0, from - row.from);
    const empty = !row.text.trim() && to <= row.to;
    const indent = empty ? "" : having.has(before.match(/^[a-z]+/)?.[0]) ? INDENT : before.match(/^ */)[0];
    const changes = { from: empty ? row.from : from, to, insert: `\n${indent}` };
    const anchor = changes.from + changes.insert.length;
    dispatch(state.update({ changes, selection: { anchor }, scrollIntoView: true, userEvent: "input" }));
    return true;
  };
}
