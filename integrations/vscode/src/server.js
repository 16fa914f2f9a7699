// How the language server is started, as a client of the protocol takes it.

/** The program and its arguments. Throws where a setting names none. */
export function serverOptions(command) {
  const [program, ...args] = Array.isArray(command) ? command : [];
  if (!program || ![program, ...args].every((part) => typeof part === "string")) {
    throw new TypeError('`pricelang.command` is a list such as ["pricelang", "lsp"]');
  }
  return { command: program, args };
}

/** What to do where the server did not start. */
export function startHelp(command, error) {
  const line = Array.isArray(command) ? command.join(" ") : String(command);
  return (
    `\`${line}\` did not start: ${error instanceof Error ? error.message : error}. ` +
    "Install it by `pip install 'pricelang[lsp]'`, or name it in the setting `pricelang.command`."
  );
}
