import type { Labels } from "../../words/labels.js";

/** What is to be said about an address before a machine is told to dial it. */
export interface AddressNote {
  /** `wrong` cannot work; `doubt` may not. */
  readonly kind: "wrong" | "doubt";
  readonly words: string;
}

export function addressNote(address: string, labels: Labels): AddressNote | undefined {
  const url = /^https?:\/\//u.test(address) && URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return wrong("Write the whole address, such as https://hub.example.org:9899.");
  if (url.search !== "" || url.hash !== "" || url.username !== "")
    return wrong("Leave out what stands behind ? and #, and names before @.");
  if (/^\/[^/]*:\d+/u.test(url.pathname))
    return wrong("The port stands behind the path. It belongs directly behind the host’s name.");
  if (isLoopback(url.hostname))
    return doubt(
      "This address reaches the hub from its own machine only. For any other machine write the one under which that machine finds the hub, and have the hub listen there (--listen).",
    );
  if (url.protocol === "https:" && !labels.tls)
    return doubt(
      `${labels.name} speaks clear text to https addresses too, and is refused. Update Backrest to 1.14, or write an http address of the hub that only a network which you trust can reach.`,
    );
  if (url.protocol === "http:")
    return doubt(
      labels.joins === "token"
        ? "Over http nobody proves to the machine that it reached this hub before it has paired. What Backrest 1.13 and newer send is encrypted even so. Where there is an https address, write that."
        : "These versions do not encrypt: whoever listens between that machine and the hub reads along. Use it in a network that you trust, and name that network to the hub (--allow-clear-text-peers).",
    );
  return undefined;
}

export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/gu, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127\.\d+\.\d+\.\d+$/u.test(name);
}

function wrong(words: string): AddressNote {
  return { kind: "wrong", words };
}

function doubt(words: string): AddressNote {
  return { kind: "doubt", words };
}
