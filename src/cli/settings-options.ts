import { type Command, Option } from "commander";
import { envName, type Setting } from "../config/settings.js";

/** Offers settings as flags, with their help, variable and default. */
export function addSettings(command: Command, settings: readonly Setting<unknown>[]): Command {
  for (const setting of settings) command.addOption(settingOption(setting).helpGroup(`${setting.group}:`));
  return command;
}

function settingOption(setting: Setting<unknown>): Option {
  const { name, kind, help } = setting;
  const notes = [`env: ${envName(name)}`];
  const fallback = typeof setting.default === "function" ? setting.defaultHelp : setting.default;
  if (fallback !== null && fallback !== undefined && fallback !== "") notes.unshift(`default: ${fallback}`);
  const flags = kind.placeholder === "" ? `--${name} [true|false]` : `--${name} <${kind.placeholder}>`;
  const option = new Option(flags, `${help} (${notes.join(", ")})`);
  return kind.list === true ? option.argParser(collect) : option;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Options as commander gives them (camel case), by the setting's name. */
export function flagsOf(
  options: Readonly<Record<string, unknown>>,
): Record<string, string | boolean | readonly string[] | undefined> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => {
      const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const isFlag = typeof value === "string" || typeof value === "boolean" || Array.isArray(value);
      return isFlag ? [[name, value as string | boolean | readonly string[]]] : [];
    }),
  );
}
