import { Code, ConnectError } from "@connectrpc/connect";
import type { Networks } from "../networks.js";
import type { Caller } from "./caller.js";

/** The rules on what may be said in clear text. */
export interface TransportRules {
  /** Refuse every request in clear text that does not come from this machine. */
  readonly requireTls: boolean;
  /** Networks whose callers may send tokens and passwords in clear text. */
  readonly allowClearTextClients: Networks;
  /** Paths of the rpcs whose request or answer is a secret itself. */
  readonly secretPaths: ReadonlySet<string>;
}

/** Whether a password or a token may be sent the way this caller came. */
export function takesSecrets(caller: Caller, { requireTls, allowClearTextClients }: TransportRules): boolean {
  if (caller.encrypted || caller.loopback) return true;
  return !requireTls && allowClearTextClients.contains(caller.address);
}

/** Why a request may not be served the way it came; undefined when it may. */
export function clearTextRefusal(
  caller: Caller,
  request: { readonly path: string; readonly carriesToken: boolean },
  rules: TransportRules,
): ConnectError | undefined {
  if (takesSecrets(caller, rules)) return undefined;
  if (rules.requireTls) {
    return new ConnectError(
      "this hub is only served over TLS: use an https:// address, or let a proxy that --trusted-proxies names serve it",
      Code.FailedPrecondition,
    );
  }
  if (!request.carriesToken && !rules.secretPaths.has(request.path)) return undefined;
  return new ConnectError(
    `a password or token would travel in clear text from ${caller.address}. Either serve the hub over TLS ` +
      "(--tls-cert and --tls-key), or put it behind an https proxy that --trusted-proxies names, or name the network " +
      "with --allow-clear-text-clients if nobody can read along there",
    Code.FailedPrecondition,
  );
}
