import { useQuery } from "@connectrpc/connect-query";
import { useCallback, useMemo } from "react";
import { PushService, type RepoShare } from "../../../../gen/hub/v1/pushes_pb.js";
import { useLivePart } from "../../live/live.js";
import { lastPushes, type Standing, shareKey, shareStanding } from "./push-states.js";

export type StandingOf = (repoId: string, share: RepoShare) => Standing;

/** Shared repos and pushes; both are read anew when the hub says that they changed. */
export function useReposData() {
  const repos = useQuery(PushService.method.listSharedRepos, {});
  const pushes = useQuery(PushService.method.listPushes, {});
  const machines = useLivePart((state) => state.machines);
  const last = useMemo(() => lastPushes(pushes.data?.pushes ?? []), [pushes.data]);
  const standingOf: StandingOf = useCallback(
    (repoId, share) =>
      shareStanding(share, last.get(shareKey(repoId, share.instanceId)), machines.get(share.instanceId)?.connected),
    [last, machines],
  );
  return { repos, pushes, last, standingOf, machines };
}

export type ReposData = ReturnType<typeof useReposData>;
