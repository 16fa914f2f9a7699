// A thin client: whatever is said of a book comes from `pricelang lsp`.
import { commands, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { serverOptions, startHelp } from "./server.js";

let client;

async function start() {
  const command = workspace.getConfiguration("pricelang").get("command");
  try {
    client = new LanguageClient("pricelang", "pricelang", serverOptions(command), {
      documentSelector: [
        { scheme: "file", language: "pricelang" },
        { scheme: "untitled", language: "pricelang" },
      ],
    });
    await client.start();
  } catch (error) {
    client = undefined;
    window.showErrorMessage(startHelp(command, error));
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

export async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    commands.registerCommand("pricelang.restart", restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("pricelang.command")) restart();
    }),
  );
  await start();
}

export const deactivate = stop;
