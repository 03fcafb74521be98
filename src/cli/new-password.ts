import { randomBytes } from "node:crypto";
import { HubError } from "../errors.js";
import type { CliContext } from "./context.js";

export interface NewPassword {
  readonly text: string;
  /** True for one that nobody knows yet. */
  readonly made: boolean;
}

/**
 * A password that never stands in an argument, where process lists show it: from the standard input, asked for at the
 * terminal, or made where nobody sits at one or nothing was typed.
 */
export async function newPassword(
  { passwordStdin }: { readonly passwordStdin?: boolean },
  context: Pick<CliContext, "askSecret" | "readInput">,
): Promise<NewPassword> {
  if (passwordStdin === true) return { text: (await context.readInput()).replace(/\r?\n$/, ""), made: false };
  const typed = await context.askSecret("password (nothing to have one made): ");
  if (typed === undefined || typed === "") return { text: randomBytes(15).toString("base64url"), made: true };
  const again = await context.askSecret("once more: ");
  if (again !== typed)
    throw new HubError("invalid_argument", "the two passwords are not the same; nothing was changed");
  return { text: typed, made: false };
}
