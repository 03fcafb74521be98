import { ALL_SETTINGS, envName, GROUPS, type Setting } from "./settings.js";

const INTRODUCTION = `# Settings

Each setting can be given in three ways; of several, the first one in this list counts:

1. as a flag: \`backrest-hub serve --listen :9899\`
2. as a variable of the environment: \`BACKREST_HUB_LISTEN=:9899\`
3. in a JSON file that \`--config\` or \`BACKREST_HUB_CONFIG\` names:

\`\`\`json
{
  "listen": ":9899",
  "tls-cert": "cert.pem",
  "tls-key": "key.pem",
  "allow-clear-text-peers": ["10.8.0.0/24", "192.168.1.7"]
}
\`\`\`

Relative paths count from the working directory, in the file from the file's own directory. A list is written with commas, as a flag several times, or in the file as an array.

The hub checks all settings when it starts. If any is wrong it does not start, and says of every one that is wrong where it stands, what was found and what is accepted:

\`\`\`
error: 2 settings are wrong:
  listen: "here" (from the flag --listen) is not accepted; accepted is HOST:PORT, …
  log-level: "loud" (from the variable BACKREST_HUB_LOG_LEVEL) is not accepted; accepted is one of error, warn, info, debug
\`\`\`
`;

/** docs/settings.md, made from the one table of settings. */
export function settingsPage(): string {
  const sections = GROUPS.map((group) => {
    const settings = ALL_SETTINGS.filter((setting) => setting.group === group);
    return `\n## ${group}\n\n${settings.map(section).join("\n")}`;
  });
  return INTRODUCTION + sections.join("");
}

function section(setting: Setting<unknown>): string {
  const { name, kind, help } = setting;
  return [
    `### \`${name}\``,
    "",
    help,
    "",
    `- Default: ${defaultOf(setting)}`,
    `- Accepted: ${kind.accepts.replaceAll("*", "`*`")}`,
    `- Variable: \`${envName(name)}\``,
    "",
  ].join("\n");
}

function defaultOf({ default: fallback, defaultHelp }: Setting<unknown>): string {
  if (typeof fallback === "function") return defaultHelp ?? "depends on the machine";
  return fallback === null || fallback === "" ? "none" : `\`${fallback}\``;
}
