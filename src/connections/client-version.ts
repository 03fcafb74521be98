import type { Generation } from "../store/store.js";

/** The HTTP library that releases of Backrest were built with, as it names itself. */
const BUILT_WITH: Readonly<Record<string, string>> = {
  "connect-go/1.19.1": "Backrest v1.13",
  "connect-go/1.20.0": "Backrest v1.14",
};

/** Which Backrest talks like this; empty where that does not tell. A guess for people, since anybody can say anything. */
export function clientVersion(userAgent: string, generation: Generation | undefined): string {
  const [program = ""] = userAgent.split(" ", 1);
  if (!program.startsWith("connect-go/")) return "";
  if (generation === "seed") return "Backrest v1.11 or v1.12";
  if (generation === "current") return BUILT_WITH[program] ?? "Backrest v1.13 or later";
  return BUILT_WITH[program] === "Backrest v1.14" ? "Backrest v1.14" : "Backrest";
}
