import { BoardList, type WatchBoardResponse } from "../../gen/hub/v1/board_pb.js";
import type { WatchRefusedResponse } from "../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth, PlanHealth, WatchFleetResponse } from "../../gen/hub/v1/fleet_pb.js";
import type { Operation, OperationEvent } from "../../gen/v1/operations_pb.js";
import { plain } from "../logging/pretty.js";
import { headlineOf } from "./fleet-headline.js";
import { verdictName } from "./fleet-table.js";
import { kindOf, statusOf } from "./operation-filters.js";

/** A backup under way is worth a line at each of so many parts. */
const PARTS = 10;

/** What a hub's stream says, a line for each change that a person would notice; it knows what it has said before. */
export class WatchLines {
  readonly #said = new Map<string, string>();

  of({ change }: WatchBoardResponse): string[] {
    switch (change.case) {
      case "fleet":
        return this.#fleet(change.value);
      case "refused":
        return refused(change.value);
      case "operations":
        return operations(change.value);
      case "lists":
        return [`changed: ${change.value.lists.map(listName).join(", ")}`];
      case undefined:
        return [];
    }
  }

  #fleet({ summary, instances, removed }: WatchFleetResponse): string[] {
    const lines = removed.map((instanceId) => {
      for (const key of this.#said.keys()) if (key.startsWith(`${instanceId}\n`)) this.#said.delete(key);
      return `${plain(instanceId)}  removed`;
    });
    for (const machine of instances) lines.push(...this.#machine(machine));
    lines.push(...this.#news("", summary === undefined ? "" : `${headlineOf(summary)}.`));
    return lines;
  }

  #machine(machine: InstanceHealth): string[] {
    const { instanceId, verdict, reason, connected, comingBackUntil, catchUp } = machine;
    const say = (about: string, words: string, more = "") =>
      this.#news(`${instanceId}\n${about}`, words, (text) => `${plain(instanceId)}  ${plain(text)}${plain(more)}`);
    return [
      ...say("verdict", verdictName(verdict), `  ${reason}`),
      ...say("presence", connected ? "connected" : comingBackUntil === undefined ? "not connected" : "coming back"),
      ...say("refused", machine.refused === undefined ? "" : `refused: ${machine.refused.sentence}`),
      ...say("history", catchUp === undefined ? "" : catchingUp(catchUp)),
      ...machine.plans.flatMap((plan) => say(`plan ${plan.planId}`, running(plan))),
    ];
  }

  /** Nothing where the same was said last, nor where there is nothing to say. */
  #news(about: string, words: string, line = (text: string) => text): string[] {
    const before = this.#said.get(about) ?? "";
    if (before === words) return [];
    this.#said.set(about, words);
    return words === "" ? [] : [line(words)];
  }
}

function catchingUp({ received, expected }: NonNullable<InstanceHealth["catchUp"]>): string {
  if (expected === undefined) return "its history is coming in";
  const part = expected === 0n ? 0 : Number((received * BigInt(PARTS)) / expected);
  return `its history is coming in, ${part * PARTS} % of ${expected}`;
}

function running({ planId, runningSince, running: progress }: PlanHealth): string {
  if (runningSince === undefined) return "";
  if (progress === undefined) return `${planId}: a backup runs`;
  return `${planId}: a backup runs, ${Math.floor(progress.fractionDone * PARTS) * (100 / PARTS)} %`;
}

function refused({ change }: WatchRefusedResponse): string[] {
  if (change.case !== "refused") return [];
  const { instanceId, remoteAddress, sentence } = change.value;
  const who = instanceId === "" ? remoteAddress : `"${instanceId}" from ${remoteAddress}`;
  return [plain(`refused: ${who}. ${sentence}`)];
}

function operations({ event }: OperationEvent): string[] {
  switch (event.case) {
    case "createdOperations":
    case "updatedOperations":
      return event.value.operations.map(operationLine);
    case "deletedOperations":
      return [`${event.value.values.length} ${event.value.values.length === 1 ? "operation" : "operations"} removed`];
    default:
      return [];
  }
}

function operationLine(operation: Operation): string {
  const { instanceId, planId, id } = operation;
  return plain(
    [instanceId, planId, kindOf(operation), statusOf(operation), `(${id})`].filter((part) => part !== "").join("  "),
  );
}

/** `pairing tokens`. */
function listName(list: BoardList): string {
  return (BoardList[list] ?? "a list that this program does not know").toLowerCase().replaceAll("_", " ");
}
