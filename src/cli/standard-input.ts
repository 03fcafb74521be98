import { HubError } from "../errors.js";

const END_OF_LINE = ["\r", "\n", "\u0004"];
const INTERRUPT = "\u0003";
const BACKSPACE = ["\u0008", "\u007f"];

/** Asks at the terminal without showing what is typed; undefined where there is none. */
export function askSecret(question: string): Promise<string> | undefined {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const done = (): void => {
      stdin.off("data", take).setRawMode(false).pause();
      stderr.write("\n");
    };
    const take = (text: string): void => {
      for (const key of text) {
        if (END_OF_LINE.includes(key)) {
          done();
          resolve(typed.join(""));
          return;
        }
        if (key === INTERRUPT) {
          done();
          reject(new HubError("canceled", "interrupted; nothing was changed"));
          return;
        }
        if (BACKSPACE.includes(key)) typed = typed.slice(0, -1);
        else typed.push(key);
      }
    };
    stderr.write(question);
    stdin.setEncoding("utf8").setRawMode(true).resume().on("data", take);
  });
}

/** Everything that comes, up to 64 KiB. */
export async function readInput(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > 64 * 1024)
      throw new HubError("invalid_argument", "the standard input holds more than a password");
  }
  return text;
}
