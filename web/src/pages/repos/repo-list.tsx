import { Link } from "wouter";
import type { SharedRepo } from "../../../../gen/hub/v1/pushes_pb.js";
import { Card } from "../../parts/card.js";
import { many } from "../../words/sizes.js";
import { countStandings } from "./push-states.js";
import { repoPlace } from "./repo-draft.js";
import type { StandingOf } from "./repos-data.js";

interface RepoListProps {
  readonly repos: readonly SharedRepo[];
  readonly shown: string | undefined;
  readonly standingOf: StandingOf;
}

/** The shared repos, each with how far it is. */
export function RepoList({ repos, shown, standingOf }: RepoListProps) {
  return (
    <Card title="Repos" footer={<Link href="/repos">All changes</Link>}>
      <nav className="repos" aria-label="Shared repos">
        {repos.map((shared) => {
          const id = shared.repo?.id ?? "";
          const current = id === shown;
          return (
            <Link key={id} href={`/repos/${encodeURIComponent(id)}`} aria-current={current ? "page" : undefined}>
              <span className="name">{id}</span>
              <span>{shared.shares.length === 0 ? "nobody" : many(shared.shares.length, "machine")}</span>
              <span className="trunc">{repoPlace(shared.repo?.uri ?? "")}</span>
              <span>{summary(shared, standingOf)}</span>
            </Link>
          );
        })}
      </nav>
    </Card>
  );
}

/** `all applied`, `2 refused, 1 pending`. */
function summary({ repo, shares }: SharedRepo, standingOf: StandingOf): string {
  const counts = countStandings(shares.map((share) => standingOf(repo?.id ?? "", share)));
  const [only] = counts;
  if (only === undefined) return "not shared yet";
  if (counts.length === 1 && only.word === "Applied") return "all applied";
  return counts
    .filter(({ word }) => word !== "Applied")
    .slice(0, 2)
    .map(({ word, count }) => `${count} ${word.toLowerCase()}`)
    .join(", ");
}
