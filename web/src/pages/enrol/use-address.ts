import { useState } from "react";
import { ROOT } from "../../root.js";
import { addressOf } from "../../words/addresses.js";

const KEY = "hub-address";

/** The address that machines are to dial: the page's own until somebody writes another, which lasts as long as the tab. */
export function useAddress(): readonly [string, (address: string) => void] {
  const [address, setAddress] = useState(() => sessionStorage.getItem(KEY) ?? addressOf(ROOT.href));
  const change = (next: string) => {
    sessionStorage.setItem(KEY, next);
    setAddress(next);
  };
  return [address, change];
}
