// The pages, each as one script with the packages from npm in it. The packages are bundled as they were published.
import { build } from "esbuild";

/** What each page begins with. Prebuilt's packages are in a folder of their own. */
const entries = { peer: "page/peer.js", prebuilt: "../prebuilt/prebuilt.js" };

const html = (name, styles) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${name}</title>
<link rel="icon" href="data:,">
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join("")}
<style>html, body, #app { height: 100%; margin: 0 }</style>
<div id="app"></div>
<script type="module" src="/${name}.js"></script>
</html>`;

const types = { js: "text/javascript", css: "text/css" };

/** The script of one page, and its styles if it has any. */
async function built(name) {
  const { outputFiles } = await build({
    absWorkingDir: new URL(".", import.meta.url).pathname,
    entryPoints: [{ in: entries[name], out: name }],
    outdir: "/",
    write: false,
    bundle: true,
    format: "esm",
    target: "chrome110",
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}", global: "globalThis" }, // as bundlers of web apps do
    loader: { ".svg": "dataurl", ".png": "dataurl" },
    logLevel: "error",
  });
  return outputFiles;
}

/** Every path that a page may ask for, with what it gets. */
export async function bundle() {
  const files = new Map();
  const add = async (name) => {
    const outputs = await built(name);
    const styles = outputs.map(({ path }) => path).filter((path) => path.endsWith(".css"));
    files.set(`/${name}`, { type: "text/html", contents: html(name, styles) });
    for (const { path, contents } of outputs) files.set(path, { type: types[path.split(".").pop()], contents });
  };
  await Promise.all(Object.keys(entries).map(add));
  return files;
}
