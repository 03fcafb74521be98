import { HubError } from "../errors.js";

/** The longest instance, repo or plan id, in UTF-16 units, that the hub accepts from anybody. */
export const MAX_ID_LENGTH = 128;

// Control characters, and those that change the direction of text: an id that looks like another one on a screen.
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Refuses an id that cannot be shown or kept safely.
 * @throws HubError `permission_denied`, naming what is wrong with it
 */
export function assertId(what: string, id: string): void {
  if (id === "")
    throw new HubError("permission_denied", `the ${what} is empty; set one in this machine's Backrest configuration`);
  if (id.length > MAX_ID_LENGTH) {
    throw new HubError(
      "permission_denied",
      `the ${what} is ${id.length} characters long; at most ${MAX_ID_LENGTH} are accepted`,
    );
  }
  if (UNSAFE.test(id)) {
    throw new HubError("permission_denied", `the ${what} holds control or text-direction characters; use plain text`);
  }
}
