import { createContextKey } from "@connectrpc/connect";
import type { HubError } from "../errors.js";
import type { Role } from "./roles.js";

export type CallerKind = "admin-token" | "user" | "access-token" | "proxy";

/** Who calls. */
export interface Caller {
  readonly name: string;
  readonly kind: CallerKind;
  readonly role: Role;
}

/** A session that began with a password. */
export interface UserSession {
  readonly sessionId: string;
  readonly userId: number;
  readonly expiresMs: number;
}

/** A caller with what it showed. */
export interface KnownCaller extends Caller {
  /** Set when the caller showed what a login gave. */
  readonly session?: UserSession;
  /** Who it is now: streams live longer than tokens and roles. An error says why it is nobody any more. */
  readonly now: () => Caller | HubError;
}

/** Handlers find here who calls; only what is open to everybody is called by nobody. */
export const kCaller = createContextKey<KnownCaller | undefined>(undefined, { description: "who calls" });

/** The name under which what the caller makes is kept. */
export function callerName(values: { get(key: typeof kCaller): KnownCaller | undefined }): string {
  return values.get(kCaller)?.name ?? "";
}
