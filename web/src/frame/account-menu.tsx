import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { Code, ConnectError } from "@connectrpc/connect";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { AccessService, type Caller, CallerKind } from "../../../gen/hub/v1/access_pb.js";
import { Menu, type MenuItem } from "../parts/menu.js";
import { said } from "../parts/toasts.js";
import { roleWords } from "../words/roles.js";

/** Signs out: the hub forgets the session, and everything that was read is forgotten here. Says so where it fails. */
export function useSignOut(): () => Promise<void> {
  const transport = useTransport();
  const client = useQueryClient();
  return async () => {
    try {
      await callUnaryMethod(transport, AccessService.method.logout, {});
    } catch (reason) {
      // One that the hub knows no more is over, too.
      const { code, rawMessage } = ConnectError.from(reason);
      if (code !== Code.Unauthenticated) return said(`You are still signed in: ${rawMessage}`);
    }
    await client.resetQueries();
  };
}

/** What an account offers, in both bars. */
export function useAccountItems(caller: Caller): readonly MenuItem[] {
  const [, navigate] = useLocation();
  const signOut = useSignOut();
  return [
    { label: "Your account", onSelect: () => navigate("/settings/you") },
    // A proxy that signs people in would do so again at once.
    ...(caller.kind === CallerKind.USER ? [{ label: "Sign out", onSelect: () => void signOut() }] : []),
  ];
}

export function AccountMenu({ caller }: { readonly caller: Caller }) {
  const items = useAccountItems(caller);
  const initials = caller.name.slice(0, 2).toUpperCase();
  return (
    <Menu
      items={items}
      trigger={
        <button
          type="button"
          className="avatar"
          aria-label={`${initials}, signed in as ${caller.name}, ${roleWords(caller.role)}: account`}
        >
          {initials}
        </button>
      }
    />
  );
}
