import { HubError } from "../errors.js";

const MIN_PASSWORD_LENGTH = 10;
/** The longest password that is looked at; hashing a longer one would only cost time. */
export const MAX_PASSWORD_LENGTH = 256;
const NAME = /^[\p{L}\p{N}._@+-]{1,64}$/u;

/** Names of users and access tokens: no `:`, which Basic parts them by, and nothing that hides in a line of text. */
export function assertName(what: string, name: string): void {
  if (NAME.test(name) && name === name.normalize("NFC")) return;
  throw new HubError(
    "invalid_argument",
    `${JSON.stringify(name.slice(0, 64))} cannot be the name of ${what}; use 1 to 64 letters, digits and . _ @ + -`,
  );
}

/** @throws HubError `invalid_argument`, never with the password in it */
export function assertPassword(password: string): void {
  const length = Array.from(password).length;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    throw new HubError(
      "invalid_argument",
      `the password has ${length} characters; use ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH}`,
    );
  }
  if (/\p{Cc}/u.test(password)) {
    throw new HubError("invalid_argument", "the password holds a control character, such as NUL or a line break");
  }
}

/** Whether it is worth hashing what was given for a password: no user can have any other. */
export function couldBePassword(password: string): boolean {
  return password !== "" && password.length <= 2 * MAX_PASSWORD_LENGTH && !password.includes("\0");
}
