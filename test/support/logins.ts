import { type APIRequestContext, type Cookie, request } from "playwright-core";
import { PASSWORD } from "./callers.js";

// A cookie is taken only from who can set this header: a page of the same origin.
const OF_A_PAGE = { "connect-protocol-version": "1" };

/** Signs people in without a page and keeps their cookies: a password is slow to check, as it must be. */
export class Logins {
  readonly #known = new Map<string, APIRequestContext>();

  /** @param url where the hub is reached, with the path of a proxy */
  async cookiesOf(url: string, user: string): Promise<readonly Cookie[]> {
    const key = `${user} ${url}`;
    const own =
      this.#known.get(key) ?? (await request.newContext({ extraHTTPHeaders: OF_A_PAGE, ignoreHTTPSErrors: true }));
    this.#known.set(key, own);
    const call = (rpc: string, data: object) =>
      own.post(url.replace(/\/?$/u, `/hub.v1.AccessService/${rpc}`), { data });
    // Whoever signed out in a test before signs in anew.
    if (!(await call("WhoAmI", {})).ok()) {
      const answer = await call("Login", { username: user, password: PASSWORD });
      if (!answer.ok()) throw new Error(`${user} was not signed in: ${await answer.text()}`);
    }
    return (await own.storageState()).cookies;
  }

  async close(): Promise<void> {
    for (const one of this.#known.values()) await one.dispose();
    this.#known.clear();
  }
}
