import { Link } from "wouter";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { historyPath } from "../../frame/pages.js";
import { When } from "../../parts/when.js";
import { many, size } from "../../words/sizes.js";
import type { RepoFacts } from "./repos.js";

interface RepoListProps {
  readonly machine: InstanceHealth;
  readonly repos: readonly RepoFacts[];
  /** Repos of which operations come. */
  readonly used: readonly string[];
  /** Whether what tells of measurements, checks and prunes has been read. */
  readonly isRead: boolean;
}

export function RepoList({ machine, repos, used, isRead }: RepoListProps) {
  if (repos.length === 0) return null;
  return (
    <section className="stack-2" aria-label="Repos">
      <h3 className="label">Repos</h3>
      <dl className="kv">
        {repos.map((repo) => (
          <div key={repo.id} className="kv-row">
            <dt>
              <Link href={historyPath({ machine: machine.instanceId, repo: repo.id })}>{repo.id}</Link>
            </dt>
            <dd>
              {placeWords(repo)}
              <div className="dim small">{isRead && <Upkeep repo={repo} comes={used.includes(repo.id)} />}</div>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function placeWords({ kind, sharedBy }: RepoFacts): string {
  if (sharedBy === undefined) return "its configuration is not shown";
  const whose = sharedBy === "" ? "own" : `shared by ${sharedBy}`;
  return kind === "" ? whose : `${kind}, ${whose}`;
}

function Upkeep({ repo, comes }: { readonly repo: RepoFacts; readonly comes: boolean }) {
  const { snapshots, bytes, checkedMs, prunedMs } = repo;
  const isKnown = snapshots !== undefined || checkedMs !== undefined || prunedMs !== undefined;
  if (!isKnown) return comes ? "no measurement, check or prune is known" : "its operations do not come";
  return (
    <>
      {snapshots === undefined ? "no measurement is known" : many(snapshots, "snapshot")}
      {bytes !== undefined && `, ${size(bytes)}`}
      {" · "}
      {checkedMs === undefined ? (
        "no check is known"
      ) : (
        <>
          checked <When at={checkedMs} />
        </>
      )}
      {" · "}
      {prunedMs === undefined ? (
        "no prune is known"
      ) : (
        <>
          pruned <When at={prunedMs} />
        </>
      )}
    </>
  );
}
