import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

/**
 * Build step: puts every `templates/*.json` into one file that the Worker imports, keyed by id (the file's name), so that
 * adding a template is adding a file.
 */
const source = new URL("../../templates/", import.meta.url);
const target = new URL("../../dist/", import.meta.url);

const names = (await readdir(source)).filter((name) => name.endsWith(".json")).sort();
const entries = await Promise.all(
  names.map(async (name) => {
    try {
      return [name.replace(/\.json$/, ""), JSON.parse(await readFile(new URL(name, source), "utf8"))] as const;
    } catch (error) {
      throw new Error(`templates/${name} is not valid JSON: ${(error as Error).message}`);
    }
  }),
);
await mkdir(target, { recursive: true });
await writeFile(new URL("templates.json", target), JSON.stringify(Object.fromEntries(entries)));
