// Draws an icon as a PNG: node draw_icon.mjs MODULES PICTURE.svg WIDTH OUT.png
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, picture, width, out] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const { initWasm, Resvg } = require("@resvg/resvg-wasm");

await initWasm(await readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
const drawn = new Resvg(await readFile(picture, "utf8"), { fitTo: { mode: "width", value: Number(width) } });
await writeFile(out, drawn.render().asPng());
