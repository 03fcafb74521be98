import { useSearchParams } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { Card } from "../../parts/card.js";
import { Icon } from "../../parts/icon.js";
import { Empty, Missing } from "../../parts/list-states.js";
import { MayButton } from "../../parts/may-button.js";
import { PageHead } from "../../parts/page-head.js";
import { AddRepo } from "./add-repo.js";
import { ChangeMachine } from "./change-machine.js";
import { PushesCard } from "./pushes-card.js";
import { RepoDetail } from "./repo-detail.js";
import { RepoList } from "./repo-list.js";
import { type ReposData, useReposData } from "./repos-data.js";
import "./repos.css";

const LEAD =
  "Repos that this hub hands to machines, and what became of every change. A change counts as applied only when the machine’s own configuration shows it.";

export function ReposPage({ repoId }: { readonly repoId: string | undefined }) {
  const [params, setParams] = useSearchParams();
  const data = useReposData();
  const doing = params.get("do");
  const open = (what: string | undefined) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (what === undefined) next.delete("do");
      else next.set("do", what);
      return next;
    });
  return (
    <>
      <PageHead
        title="Shared repos"
        tab={repoId === undefined ? "Shared repos" : `${repoId} · Shared repos`}
        lead={LEAD}
        actions={
          <>
            <MayButton role={Role.ADMIN} onClick={() => open("machine")}>
              Change one machine …
            </MayButton>
            <MayButton role={Role.ADMIN} className="btn btn-primary" onClick={() => open("add")}>
              <Icon name="plus" size={14} />
              Add a repo …
            </MayButton>
          </>
        }
      />
      <Content data={data} repoId={repoId} doing={doing} open={open} />
      <AddRepo open={doing === "add"} onClose={() => open(undefined)} />
      <ChangeMachine open={doing === "machine"} onClose={() => open(undefined)} />
    </>
  );
}

interface ContentProps {
  readonly data: ReposData;
  readonly repoId: string | undefined;
  readonly doing: string | null;
  readonly open: (what: string | undefined) => void;
}

function Content({ data, repoId, doing, open }: ContentProps) {
  const { repos, standingOf } = data;
  if (repos.data === undefined) {
    return (
      <Card title="Repos">
        <Missing query={repos} what="The shared repos could not be read" rpc="hub.v1.PushService/ListSharedRepos" />
      </Card>
    );
  }
  const all = repos.data.repos;
  const shown = all.find(({ repo }) => repo?.id === repoId);
  if (all.length === 0) {
    return (
      <>
        <NoRepos />
        {(data.pushes.data?.pushes.length ?? 0) > 0 && <PushesCard data={data} />}
      </>
    );
  }
  return (
    <div className="pair">
      <RepoList repos={all} shown={repoId} standingOf={standingOf} />
      <div className="stack">
        {repoId !== undefined && shown === undefined && (
          <Card title={repoId}>
            <Empty title={`This hub shares no repo “${repoId}”.`}>
              <p className="muted">It may have been removed. Machines that had it keep it.</p>
            </Empty>
          </Card>
        )}
        {shown !== undefined && <RepoDetail key={repoId} shared={shown} data={data} doing={doing} open={open} />}
        <PushesCard data={data} {...(shown === undefined ? {} : { repoId: shown.repo?.id ?? "" })} />
      </div>
    </div>
  );
}

function NoRepos() {
  return (
    <Card title="Repos">
      <Empty title="No repo is shared yet.">
        <p className="muted measure">
          Enter the address and the password of a repo here once, and every machine that you choose gets it, and each
          change of it. “Add a repo” copies one from a machine that shows its configuration, or takes one by hand.
        </p>
      </Empty>
    </Card>
  );
}
