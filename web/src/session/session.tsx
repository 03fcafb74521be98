import { Code, type ConnectError } from "@connectrpc/connect";
import { createConnectQueryKey, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { AccessService, type Caller, Role } from "../../../gen/hub/v1/access_pb.js";
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
  readonly otherwise: ReactNode;
  readonly loading: ReactNode;
  readonly failed: (error: ConnectError, retry: () => void) => ReactNode;
}

/** Shows its children to who is signed in, and follows the hub for them. */
export function SignedIn({ children, otherwise, loading, failed }: SignedInProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(AccessService.method.whoAmI, {}, { retry: retryUnlessRefused });
  const streamSignedOut = useLivePart(({ link }) => link.state === "signed-out");
  const key = useMemo(() => createConnectQueryKey({ schema: AccessService.method.whoAmI, cardinality: "finite" }), []);
  useEffect(() => onSignedOut(() => void client.invalidateQueries({ queryKey: key })), [client, key]);
  useEffect(() => {
    if (streamSignedOut) void client.invalidateQueries({ queryKey: key });
  }, [streamSignedOut, client, key]);
  const caller = error === null ? data?.caller : undefined;
  const name = caller?.name;
  useEffect(() => {
    if (name !== undefined) follow();
  }, [name]);
  if (caller !== undefined) return <CallerContext value={caller}>{children}</CallerContext>;
  if (error === null) return loading;
  return error.code === Code.Unauthenticated ? otherwise : failed(error, () => void refetch());
}

function retryUnlessRefused(failures: number, error: ConnectError): boolean {
  return error.code !== Code.Unauthenticated && error.code !== Code.PermissionDenied && failures < 2;
}
