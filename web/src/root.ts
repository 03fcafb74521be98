/**
 * Where the hub is served, with a slash at the end. A proxy may serve it at any path, so the page that the hub gives out
 * says how many steps it is to there.
 */
export const ROOT: URL = new URL(
  document.querySelector<HTMLMetaElement>('meta[name="hub-root"]')?.content ?? "./",
  location.href,
);

/** The path before the pages' own, without a slash at the end; empty at the top of an origin. */
export const BASE_PATH: string = ROOT.pathname.replace(/\/$/u, "");
