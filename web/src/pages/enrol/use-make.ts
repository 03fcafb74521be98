import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { PairingService } from "../../../../gen/hub/v1/pairing_pb.js";
import { keepMade } from "./made-token.js";
import { type Grants, requestOf, type Wishes } from "./wishes.js";

/** Makes a token and keeps it, then leads to it. */
export function useMake(onMade: (id: string, grants: Grants) => void) {
  const client = useQueryClient();
  const { mutate, error, isPending } = useMutation(PairingService.method.createPairingToken);
  const run = (wishes: Wishes) =>
    mutate(requestOf(wishes), {
      onSuccess: (made) => {
        const id = String(made.token?.id ?? "");
        keepMade(client, id, made);
        onMade(id, wishes.grants);
      },
    });
  return { run, error, busy: isPending };
}
