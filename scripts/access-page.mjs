// Writes the table in docs/access.md anew from the table of rpcs in src/access/rpc-roles.ts. Build first.
import { readFileSync, writeFileSync } from "node:fs";
import { rulesTable } from "../dist/src/access/rules-table.js";

const page = new URL("../docs/access.md", import.meta.url);
const text = readFileSync(page, "utf8");
const marks = /(<!-- rpc roles: begin -->\n)[\s\S]*(<!-- rpc roles: end -->)/;
writeFileSync(
  page,
  text.replace(marks, (_, begin, end) => `${begin}\n${rulesTable()}\n${end}`),
);
