import { StoreFault } from "./fault.js";

export function tooLarge(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "an answer holds at most 50,000 operations and 32 MiB; ask for fewer (last_n) or with a narrower selector (a plan, a repo or a peer)",
  );
}

export function tooManyIds(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "a query names at most 10,000 ids; ask in several parts, or with another field of the selector",
  );
}

export function tooManyFound(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "this concerns more than 1,000,000 operations; name fewer with a narrower selector (a plan, a repo or a peer)",
  );
}

export function tooManyGroups(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "this concerns more than 200,000 combinations of machine, plan and repo; name machines, plans or repos in the filter",
  );
}
