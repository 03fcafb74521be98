import {
  type BrowserLocationHook,
  type BrowserSearchHook,
  useBrowserLocation,
  useSearch,
} from "wouter/use-browser-location";
import { BASE_PATH } from "../root.js";
import { keptEncoded } from "../words/addresses.js";

/**
 * The address as it stands, encoded: the router decodes what it is given once, and whoever takes a name out of it does
 * so again, after which `a%2Fb` and `a/b` would be one machine.
 */
export const useEncodedLocation: BrowserLocationHook = (options) => {
  const [path, navigate] = useBrowserLocation(options);
  const within = path.startsWith(BASE_PATH) ? BASE_PATH.length : 0;
  return [path.slice(0, within) + keptEncoded(path.slice(within)), navigate];
};

export const useEncodedSearch: BrowserSearchHook = (options) => keptEncoded(useSearch(options));
