import type { SecretKind } from "./secrets.js";

/** Stands where a secret was. */
export const MASK = "***hidden***";

/** The text with its secret parts exchanged for {@link MASK}; an empty text stays empty. */
export function maskText(kind: SecretKind, text: string): string {
  return text === "" ? "" : MASKERS[kind](text);
}

const MASKERS: Readonly<Record<SecretKind, (text: string) => string>> = {
  whole: () => MASK,
  env: maskEnv,
  flag: maskFlag,
  uri: maskUri,
};

/** `NAME=value` keeps its name. */
function maskEnv(entry: string): string {
  const end = entry.indexOf("=") + 1;
  if (end === 0) return MASK;
  return end === entry.length ? entry : entry.slice(0, end) + MASK;
}

/** A bare flag stays, a flag with a value keeps its name, and what is no flag is a value. */
function maskFlag(flag: string): string {
  if (/^(?:--[\w-]+|-\w)$/.test(flag)) return flag;
  const named = /^--[\w-]+[=\s]/.exec(flag)?.[0];
  if (named !== undefined) return named + MASK;
  const short = /^-\w/.exec(flag)?.[0];
  return short === undefined ? MASK : `${short} ${MASK}`;
}

/** Credentials before an `@`, values of a query, and the parameters of an rclone remote that is described in place. */
function maskUri(uri: string): string {
  const queryAt = uri.indexOf("?");
  const address = queryAt === -1 ? uri : uri.slice(0, queryAt);
  const query = queryAt === -1 ? "" : maskQuery(uri.slice(queryAt + 1));
  return (
    maskUserInfo(address.startsWith("rclone:") ? maskRemote(address) : address) + (queryAt === -1 ? "" : `?${query}`)
  );
}

function maskUserInfo(address: string): string {
  const [, prefix = "", rest = ""] =
    /^((?:[A-Za-z0-9]+:)?[A-Za-z][\w+.-]*:\/\/|(?:sftp|rest|s3|swift|b2|azure|gs|rclone|local):)?(.*)$/s.exec(
      address,
    ) ?? [];
  const userInfo =
    /^[^/@]*(?:@[^/@]*)*(?=@[^/@]*(?:\/|$))/.exec(rest)?.[0] ??
    // A slash in a password that was not escaped; a number before it is a port.
    /^[^/:@]*:(?!\d+(?:\/|$)).*(?=@)/s.exec(rest)?.[0];
  if (userInfo === undefined) return address;
  const nameOnly = !userInfo.includes(":") && /(?:sftp|ssh):(?:\/\/)?$/.test(prefix);
  return nameOnly ? address : `${prefix}${MASK}${rest.slice(userInfo.length)}`;
}

function maskQuery(query: string): string {
  return query
    .split("&")
    .map((part) => maskEnv(part))
    .join("&");
}

function maskRemote(address: string): string {
  return address.replace(/,([\w-]+)=("(?:[^"]|"")*"|'(?:[^']|'')*'|[^,:]*)/g, (_, name: string) => `,${name}=${MASK}`);
}
