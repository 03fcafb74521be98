import { ConnectError } from "@connectrpc/connect";
import { useState } from "react";
import { Link } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { historyPath, machinePath } from "../../frame/pages.js";
import { useSettingsChange } from "../../machine/use-settings-change.js";
import { said } from "../../parts/toasts.js";
import { useMay } from "../../session/session.js";
import type { NextButton as Next } from "./attention.js";

/** The one thing to do with a machine that needs attention. */
export function NextButton({ machine, button }: { readonly machine: InstanceHealth; readonly button: Next }) {
  const { instanceId } = machine;
  switch (button.kind) {
    case "refused":
      return (
        <Link className="btn" href={`/connections?find=${encodeURIComponent(instanceId)}`}>
          See cause and cure
        </Link>
      );
    case "run": {
      const { plan, operationId } = button;
      return (
        <Link className="btn" href={historyPath({ machine: instanceId, plan: plan.planId, operation: operationId })}>
          Open last run
        </Link>
      );
    }
    case "show-how":
      return (
        <Link className="btn" href={machinePath(instanceId)}>
          Show me how
        </Link>
      );
    case "not-always-on":
      return <NotAlwaysOn instanceId={instanceId} />;
    case "open":
      return (
        <Link className="btn" href={machinePath(instanceId)}>
          Open
        </Link>
      );
  }
}

function NotAlwaysOn({ instanceId }: { readonly instanceId: string }) {
  const { may, why } = useMay(Role.OPERATOR);
  const set = useSettingsChange();
  const [error, setError] = useState<string>();
  const mark = async () => {
    try {
      setError(undefined);
      await set({ instanceId, notAlwaysOn: true });
      said(`${instanceId} is not always on: it may be late by a week.`, {
        label: "Undo",
        run: () => set({ instanceId, notAlwaysOn: false }),
      });
    } catch (reason) {
      setError(ConnectError.from(reason).rawMessage);
    }
  };
  return (
    <>
      {error !== undefined && (
        <span className="v v-failing small" role="alert">
          {error}
        </span>
      )}
      <button
        type="button"
        className="btn"
        aria-disabled={!may}
        title={why ?? "It may then be late by a week before it is overdue."}
        onClick={() => may && void mark()}
      >
        Not always on
      </button>
    </>
  );
}
