import type { Labels } from "../../words/labels.js";
import type { Piece } from "../../words/pieces.js";

/** Backrest dials within a second of being saved; who is still at the steps after this is not disturbed much. */
const AFTER_MS = 40_000;

/** Whether nothing has come for so long that somebody should be told where to look. */
export function isSilent(sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs >= AFTER_MS;
}

/** Why nothing at all comes of a machine that was told of the hub, the likeliest first: Backrest is silent about each. */
export function silenceCauses(labels: Labels, address: string): readonly (readonly Piece[])[] {
  const { general, knownHosts, fields, buttons } = labels;
  const unreachable: readonly Piece[] = [
    "The address does not reach the hub from there. Open ",
    { code: address },
    " in a browser on that machine: the hub must answer.",
  ];
  if (knownHosts === undefined) {
    return [
      [{ code: "instance" }, " in its config.json is empty."],
      [{ code: fields.instanceUrl }, " there does not begin with http://."],
      ["Backrest ran while the file was edited and has written over it. Look whether the hub still stands in it."],
      unreachable,
    ];
  }
  return [
    [{ ui: fields.instanceId }, " under ", { path: general }, " is empty there."],
    [{ ui: fields.instanceUrl }, " under ", { path: knownHosts }, " does not begin with http:// or https://."],
    [
      "It was not saved with ",
      { ui: buttons.save },
      ": then the hub is gone when ",
      { path: knownHosts },
      " is opened anew.",
    ],
    unreachable,
  ];
}
