import type { FunctionComponent } from "react";
import { useIsLive } from "../live/live.js";
import { late, type LateState } from "./late.js";
import { Failed, Loading } from "./list-states.js";

/** A page that is loaded when it is first opened. */
export function latePage<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  return late(load, (_props, state) => <Waiting {...state} />);
}

function Waiting({ error, retry }: LateState) {
  const live = useIsLive();
  if (error === undefined) return <Loading />;
  // A hub that is there and does not have it is another version by now, and so is its page.
  return (
    <Failed
      what="This page could not be loaded"
      error={error}
      rpc="a file of the page"
      retry={live ? () => location.reload() : retry}
    />
  );
}
