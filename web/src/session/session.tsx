import type { ConnectError } from "@connectrpc/connect";
import { createConnectQueryKey, useQuery } from "@connectrpc/connect-query";
import { matchQuery, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { AccessService, type Caller, type GetSignInResponse, Role } from "../../../gen/hub/v1/access_pb.js";
import { follow, useIsLive, useLivePart } from "../live/live.js";
import { onSignedOut } from "../rpc/transport.js";

const CallerContext = createContext<Caller | undefined>(undefined);

/** Who is signed in. Only within {@link SignedIn}. */
export function useCaller(): Caller {
  const caller = useContext(CallerContext);
  if (caller === undefined) throw new Error("nobody is signed in here");
  return caller;
}

/** Whether who is signed in has this role, or a higher one. */
export function useHasRole(role: Role): boolean {
  return useCaller().role >= role;
}

/**
 * Whether something that needs a role can be done now, and if not, why, in words for a tooltip: changes wait while the
 * connection is lost, since what is shown may be old.
 */
export function useMay(role: Role): { readonly may: boolean; readonly why: string | undefined } {
  const has = useHasRole(role);
  const live = useIsLive();
  if (!has) return { may: false, why: role === Role.ADMIN ? "Only admins may do this." : "Viewers may not do this." };
  return live ? { may: true, why: undefined } : { may: false, why: "Waits for the connection to the hub." };
}

interface SignedInProps {
  readonly children: ReactNode;
  /** Shown to who is not signed in, at the address that they asked for. */
  readonly otherwise: (ways: GetSignInResponse) => ReactNode;
  readonly failed: (error: ConnectError, retry: () => void) => ReactNode;
}

const SIGN_IN_KEY = createConnectQueryKey({ schema: AccessService.method.getSignIn, cardinality: "finite" });

/** Shows its children to who is signed in, and follows the hub for them. */
export function SignedIn({ children, otherwise, failed }: SignedInProps) {
  const askAgain = useAskWhoIsSignedIn();
  const { data, error, refetch } = useQuery(
    AccessService.method.getSignIn,
    {},
    { staleTime: Number.POSITIVE_INFINITY },
  );
  const streamSignedOut = useLivePart(({ link }) => link.state === "signed-out");
  useEffect(() => {
    // A page that the browser kept aside shows who was signed in then.
    const shown = ({ persisted }: PageTransitionEvent) => void (persisted && askAgain());
    addEventListener("pageshow", shown);
    return () => removeEventListener("pageshow", shown);
  }, [askAgain]);
  useEffect(() => onSignedOut(() => void askAgain()), [askAgain]);
  useEffect(() => {
    if (streamSignedOut) void askAgain();
  }, [streamSignedOut, askAgain]);
  const caller = data?.caller;
  const name = caller?.name;
  useEffect(() => {
    if (name !== undefined) follow();
  }, [name]);
  const who = caller === undefined ? "" : `${caller.role} ${caller.kind} ${caller.name}`;
  const isClean = useForgottenFor(who);
  if (caller !== undefined)
    return isClean ? (
      <CallerContext key={who} value={caller}>
        {children}
      </CallerContext>
    ) : null;
  if (data !== undefined) return otherwise(data);
  return error === null ? null : failed(error, () => void refetch());
}

/** Whether nothing is left of what was read for somebody else, or with another role; forgets it where that is not so. */
function useForgottenFor(who: string): boolean {
  const client = useQueryClient();
  const [cleanFor, setCleanFor] = useState("");
  useEffect(() => {
    if (who === cleanFor) return;
    forgetAll(client);
    setCleanFor(who);
  }, [who, cleanFor, client]);
  return who === cleanFor;
}

function forgetAll(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => !matchQuery({ queryKey: SIGN_IN_KEY }, query) });
  client.getMutationCache().clear();
}

/** Has the page ask the hub anew who is signed in: after signing in or out. */
export function useAskWhoIsSignedIn(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: SIGN_IN_KEY }), [client]);
}
