import { Argument, type Command } from "commander";
import type { CliContext } from "./context.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** A command with what may follow it; the program itself has an empty path. */
interface Shape {
  readonly path: readonly string[];
  readonly words: readonly { readonly word: string; readonly help: string }[];
}

export function completionCommand(program: Command, context: CliContext): void {
  program
    .command("completion")
    .description("Print a script that completes commands and flags in a shell.")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nFor this session: source <(backrest-hub completion bash); for fish: backrest-hub completion fish | source",
    )
    .action((shell: Shell) => context.out(SCRIPTS[shell](shapesOf(program, []))));
}

const SCRIPTS: Readonly<Record<Shell, (shapes: readonly Shape[]) => string>> = { bash, zsh, fish };

function shapesOf(command: Command, path: readonly string[]): Shape[] {
  const subcommands = command.commands.filter((child) => child.name() !== "help");
  const words = [
    ...subcommands.map((child) => ({ word: child.name(), help: child.description() })),
    ...command.registeredArguments.flatMap((argument) =>
      (argument.argChoices ?? []).map((word) => ({ word, help: "" })),
    ),
    ...command.options.map((option) => ({ word: option.long ?? option.flags, help: option.description })),
    { word: "--help", help: "show what the command does" },
  ];
  return [{ path, words }, ...subcommands.flatMap((child) => shapesOf(child, [...path, child.name()]))];
}

function bash(shapes: readonly Shape[]): string {
  return `# bash completion of backrest-hub
_backrest_hub() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    ${walk(shapes)}
  done
  ${choose(shapes)}
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _backrest_hub backrest-hub
`;
}

function zsh(shapes: readonly Shape[]): string {
  return `#compdef backrest-hub
_backrest_hub() {
  local word path_="" words_=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${walk(shapes).replaceAll("path", "path_")}
  done
  ${choose(shapes).replaceAll("$path", "$path_").replaceAll("words=", "words_=")}
  compadd -- \${=words_} || _files
}
compdef _backrest_hub backrest-hub
`;
}

/** Follows the words that are commands; values of flags are passed over. */
function walk(shapes: readonly Shape[]): string {
  const commands = shapes.filter(({ path }) => path.length > 0).map(({ path }) => `" ${path.join(" ")}"`);
  return `case "$path $word" in ${commands.join("|")}) path="$path $word" ;; esac`;
}

function choose(shapes: readonly Shape[]): string {
  const cases = shapes.map(({ path, words }) => {
    const pattern = path.map((name) => ` ${name}`).join("");
    return `    "${pattern}") words="${words.map(({ word }) => word).join(" ")}" ;;`;
  });
  return ['case "$path" in', ...cases, "  esac"].join("\n");
}

function fish(shapes: readonly Shape[]): string {
  const lines = shapes.flatMap((shape) => {
    const when = conditionOf(shape, shapes);
    return shape.words.map(({ word, help }) => {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c backrest-hub -n '${when}' ${what} -d '${help.replace(/['\\]/g, "\\$&")}'`;
    });
  });
  return `# fish completion of backrest-hub\n${lines.join("\n")}\n`;
}

function conditionOf({ path }: Shape, shapes: readonly Shape[]): string {
  if (path.length === 0) return "__fish_use_subcommand";
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const children = shapes.filter(
    (other) => other.path.length === path.length + 1 && path.every((name, i) => other.path[i] === name),
  );
  if (children.length > 0)
    seen.push(`not __fish_seen_subcommand_from ${children.map((child) => child.path.at(-1)).join(" ")}`);
  return seen.join("; and ");
}
