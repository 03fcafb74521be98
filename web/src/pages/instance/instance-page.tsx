import { Link } from "wouter";
import { useLivePart } from "../../live/live.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { PageHead } from "../../parts/page-head.js";
import { MachinePage } from "./machine-page.js";
import "./instance.css";

/** Everything about one machine. */
export function InstancePage({ instanceId }: { readonly instanceId: string }) {
  const machine = useLivePart(({ machines }) => machines.get(instanceId));
  const isKnown = useLivePart(({ summary }) => summary !== undefined);
  if (machine !== undefined) return <MachinePage machine={machine} />;
  return (
    <>
      <PageHead
        title={instanceId}
        tab={instanceId}
        above={
          <p className="crumb">
            <Link href="/">Fleet</Link>
          </p>
        }
      />
      <section className="card">
        {isKnown ? (
          <Empty isPage title={`No machine is called ${instanceId}`}>
            <p>It was removed, or it never was enrolled here. Its history, if there is any, comes back with it.</p>
            <Link className="btn" href="/">
              Show the fleet
            </Link>
          </Empty>
        ) : (
          <Loading />
        )}
      </section>
    </>
  );
}
