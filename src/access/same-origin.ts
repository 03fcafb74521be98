import { HubError } from "../errors.js";

/** Headers that a page of another origin may send only after the hub has allowed it, which it does for no cookie. */
const CUSTOM_HEADERS = ["connect-protocol-version", "x-grpc-web", "x-requested-with"];

/**
 * Why a request whose browser adds the credentials by itself (a cookie, a session at a proxy) may come from a page of
 * another site; undefined when it does not.
 * @param url as it was called, with the host that the caller named
 * @param needsProof refuse also where nothing tells, neither the browser nor a header that only scripts of the own
 * origin can set
 */
export function crossSiteRefusal(
  header: Headers,
  { url, encrypted, needsProof }: { readonly url: string; readonly encrypted: boolean; readonly needsProof: boolean },
): HubError | undefined {
  const site = header.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none" ? undefined : refusal();
  const origin = header.get("origin");
  if (origin !== null) {
    const own = `${encrypted ? "https" : "http"}://${new URL(url).host}`;
    return URL.canParse(origin) && new URL(origin).origin === new URL(own).origin ? undefined : refusal();
  }
  return needsProof && !CUSTOM_HEADERS.some((name) => header.has(name)) ? refusal() : undefined;
}

function refusal(): HubError {
  return new HubError(
    "permission_denied",
    "a login in the browser counts only for pages of the hub's own address; scripts and other pages send an access token (Authorization: Bearer)",
  );
}
