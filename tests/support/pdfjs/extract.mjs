// Prints the lines of text of PDF files as pdf.js reads them: a JSON array of one text per file.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [library, ...files] = process.argv.slice(2);
const { getDocument, VerbosityLevel } = await import(pathToFileURL(library).href);

async function textOf(file) {
  const data = new Uint8Array(await readFile(file));
  const document = await getDocument({ data, verbosity: VerbosityLevel.ERRORS }).promise;
  let text = "";
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    text += items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join("") + "\n";
  }
  await document.destroy();
  return text;
}

const texts = [];
for (const file of files) {
  texts.push(await textOf(file));
}
process.stdout.write(JSON.stringify(texts));
