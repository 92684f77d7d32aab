// What a browser brings and Node does not, as a page at another origin than the API has it.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html>", { url: "http://localhost:5173/" });
for (const name of ["XMLHttpRequest", "FormData", "Blob", "File", "document"]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}

const { journey } = await import("./built/journey.js");
await journey(JSON.parse(readFileSync("place.json", "utf8")));
console.log("The journey is over.");
process.exit(); // it would wait for connections that are kept open
