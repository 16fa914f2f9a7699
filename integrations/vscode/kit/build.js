// Writes `dist`: the extension with its libraries as one file, and beside it the licences of those.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";

const { metafile } = await build({
  entryPoints: ["src/extension.js"],
  outfile: "dist/extension.cjs",
  bundle: true,
  minify: true,
  platform: "node",
  target: "node18",
  format: "cjs",
  external: ["vscode"],
  metafile: true,
});
const folders = Object.keys(metafile.inputs).map((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]);
const notices = [...new Set(folders)].filter(Boolean).sort().map(async (folder) => {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} has no licence`);
  return `${name} ${version}, ${license}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
});
await writeFile("dist/NOTICES.txt", (await Promise.all(notices)).join(`\n${"-".repeat(80)}\n\n`));
