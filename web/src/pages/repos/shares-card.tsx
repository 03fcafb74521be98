import { useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { RepoShare, SharedRepo } from "../../../../gen/hub/v1/pushes_pb.js";
import { Card } from "../../parts/card.js";
import { Empty } from "../../parts/list-states.js";
import { MarkWord } from "../../parts/mark.js";
import { MayButton } from "../../parts/may-button.js";
import { many } from "../../words/sizes.js";
import { useHeld } from "../../parts/use-held.js";
import { countStandings, rank, shareKey } from "./push-states.js";
import type { ReposData } from "./repos-data.js";
import { SendAgain } from "./send-again.js";
import { SharesTable } from "./shares-table.js";
import { Unshare } from "./unshare.js";

const FIRST = 20;

interface SharesCardProps {
  readonly shared: SharedRepo;
  readonly data: ReposData;
  readonly share: () => void;
}

/** With whom a repo is shared, and how far it is with each: what asks for somebody first. */
export function SharesCard({ shared: { repo, shares }, data: { standingOf, last }, share }: SharesCardProps) {
  const repoId = repo?.id ?? "";
  const [all, setAll] = useState(false);
  const [again, setAgain] = useState<RepoShare>();
  const [unsharing, setUnsharing] = useState<string>();
  const rows = shares
    .map((each) => ({
      share: each,
      standing: standingOf(repoId, each),
      push: last.get(shareKey(repoId, each.instanceId)),
    }))
    .sort((one, other) => rank(one.standing) - rank(other.standing));
  const [held, hold] = useHeld(rows, ({ share: { instanceId } }) => instanceId, repoId);
  const shown = all ? held : held.slice(0, FIRST);
  return (
    <Card
      title={shares.length === 0 ? "Shared with nobody" : `On ${many(shares.length, "machine")}`}
      footer={
        held.length > shown.length && (
          <>
            {held.length - shown.length} more.
            <button type="button" className="btn btn-quiet" onClick={() => setAll(true)}>
              Show all {held.length}
            </button>
          </>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty title="No machine has it from this hub yet.">
          <MayButton role={Role.ADMIN} onClick={share}>
            Share {repoId} …
          </MayButton>
        </Empty>
      ) : (
        <>
          <div className="body counts">
            {countStandings(rows.map(({ standing }) => standing)).map(({ mark, word, count }) => (
              <span key={word} className="row">
                <MarkWord name={mark} word={word} /> <b>{count}</b>
              </span>
            ))}
          </div>
          <SharesTable repoId={repoId} rows={shown} again={setAgain} unshare={setUnsharing} {...hold} />
        </>
      )}
      {repo !== undefined && again !== undefined && (
        <SendAgain repo={repo} share={again} onClose={() => setAgain(undefined)} />
      )}
      {unsharing !== undefined && (
        <Unshare repoId={repoId} instanceId={unsharing} onClose={() => setUnsharing(undefined)} />
      )}
    </Card>
  );
}
