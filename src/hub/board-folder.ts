import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Beside the program in a few files, and above the compiled sources that tests run. */
const PLACES = ["../board/", "../../board/"];

/** Where the built web page lies. */
export function boardFolder(): string {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(`${folder}index.html`)) ?? folders[0] ?? "";
}
