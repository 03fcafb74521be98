import { OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { History } from "../../../src/client/history.js";
import type { Random } from "../random.js";
import { backup, hook, prune } from "../sample-operations.js";

/** The plans that operations belong to. */
export const PLANS = ["plan-0", "plan-1", "plan-2"] as const;

const STATUSES = [
  OperationStatus.STATUS_SUCCESS,
  OperationStatus.STATUS_ERROR,
  OperationStatus.STATUS_WARNING,
  OperationStatus.STATUS_INPROGRESS,
];

/** Changes a history at random, with a clock of its own. */
export class RandomChanges {
  readonly #random: Random;
  #clock = 1_700_000_000_000;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param transforms whether operations may change without anybody being told */
  async make(history: History, times: number, { transforms } = { transforms: true }): Promise<void> {
    for (let n = 0; n < times; n++) {
      this.#one(history, n, transforms);
      if (this.#random.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #one(history: History, n: number, transforms: boolean): void {
    const all = history.all();
    const one = this.#random.pick(all);
    this.#clock += this.#random.below(100_000);
    const start = { unixTimeStartMs: BigInt(this.#clock) };
    const plan = this.#random.pick(PLANS) ?? PLANS[0];
    switch (this.#random.below(8)) {
      case 0:
      case 1:
        history.add({ ...backup(plan), ...start });
        break;
      case 2:
        history.start({ ...prune(plan), ...start });
        break;
      case 3:
        if (one !== undefined) history.add({ ...hook(one.id, one.planId), flowId: one.flowId, ...start });
        break;
      case 4:
        if (one !== undefined) {
          const status = STATUSES[this.#random.below(STATUSES.length)] ?? OperationStatus.STATUS_ERROR;
          history.update(one.id, { status, displayMessage: `m${n}` });
        }
        break;
      case 5:
        if (one !== undefined && transforms) history.transform(one.id, { displayMessage: `t${this.#random.below(9)}` });
        break;
      case 6: {
        // Often the last one, whose id is then used again after a restart.
        const victim = this.#random.chance(0.6) ? all.toSorted((a, b) => Number(b.id - a.id))[0] : one;
        if (victim !== undefined)
          history.delete(...all.filter(({ flowId }) => flowId === victim.flowId).map(({ id }) => id));
        break;
      }
      default:
        history.delete(BigInt(this.#random.below(1000)) + 10_000n);
    }
  }
}
