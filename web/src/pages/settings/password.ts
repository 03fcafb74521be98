/** Letters and digits that nobody takes for one another. */
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 20;

/** A password that nobody guesses: about 115 bits. */
export function newPassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) => void crypto.getRandomValues(bytes),
): string {
  let password = "";
  while (password.length < LENGTH) {
    const [byte = 0] = take(random);
    // Whatever does not divide evenly would make some letters likelier than others.
    if (byte < 256 - (256 % LETTERS.length)) password += LETTERS[byte % LETTERS.length] ?? "";
  }
  return password;
}

function take(random: (bytes: Uint8Array<ArrayBuffer>) => void): Uint8Array {
  const bytes = new Uint8Array(1);
  random(bytes);
  return bytes;
}
