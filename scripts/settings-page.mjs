// Writes docs/settings.md anew from the table of settings in src/config/settings.ts. Build first.
import { writeFileSync } from "node:fs";
import { settingsPage } from "../dist/src/config/settings-page.js";

writeFileSync(new URL("../docs/settings.md", import.meta.url), settingsPage());
