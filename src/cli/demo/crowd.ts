import { Random } from "../../client/simulate/random.js";
import type { Role } from "./cast.js";
import { daily, type DemoPlan, type Oddities, plan } from "./plans.js";

const SITES = ["aachen", "bergen", "cork", "delft", "essen", "fulda", "graz", "husum"] as const;
const KINDS = ["pc", "laptop", "till", "nas", "web", "db"] as const;
type Kind = (typeof KINDS)[number];
const DAYS = 90;
const LOCKED =
  "unable to create lock in backend: repository is already locked by PID 912 on vault by root (UID 0, GID 0)";
const NO_SPACE = "Fatal: unable to save snapshot: write /srv/vault/data/3f: no space left on device";
const DENIED = "Fatal: unable to open config file: stat /mnt/backup/config: permission denied";

interface Fate extends Pick<Role, "part" | "notAlwaysOn" | "sends"> {
  /** Of so many in a hundred. */
  readonly share: number;
  readonly oddities: Oddities;
}

const WELL: Fate = { share: 0, part: "steady", oddities: {} };
const FATES: readonly Fate[] = [
  { share: 2, part: "steady", oddities: { failsDays: 2, failure: LOCKED } },
  { share: 1, part: "steady", oddities: { failsDays: 5, failure: NO_SPACE } },
  { share: 2, part: "gone", oddities: { stoppedDays: 9 } },
  { share: 1, part: "steady", oddities: { failsDays: DAYS, failure: DENIED } },
  { share: 1, part: "steady", sends: "nothing", oddities: {} },
  { share: 2, part: "gone", notAlwaysOn: true, oddities: { stoppedDays: 3 } },
  { share: 1, part: "steady", oddities: { isOff: true, stoppedDays: 20 } },
  { share: 1, part: "steady", oddities: { unreadable: "/var/lib/app/live.db" } },
  { share: 1, part: "busy", oddities: {} },
];

/** So many more machines, a few with each trouble: for looking at a large fleet. Their history is backups alone. */
export function crowd(size: number, seed: number): Role[] {
  const random = Random.of(seed, "demo/crowd");
  const counts = new Map<string, number>();
  return Array.from({ length: size }, () => {
    const kind = random.pick(KINDS);
    const place = `${random.pick(SITES)}-${kind}`;
    const number = (counts.get(place) ?? 0) + 1;
    counts.set(place, number);
    const { part, notAlwaysOn, sends, oddities } = fateOf(random);
    return {
      instanceId: `${place}-${String(number).padStart(2, "0")}`,
      part,
      plans: plansOf(kind, random, oddities),
      ...(notAlwaysOn === undefined ? {} : { notAlwaysOn }),
      ...(sends === undefined ? {} : { sends }),
    };
  });
}

function fateOf(random: Random): Fate {
  let left = random.next() * 100;
  for (const fate of FATES) {
    left -= fate.share;
    if (left < 0) return fate;
  }
  return WELL;
}

function plansOf(kind: Kind, random: Random, oddities: Oddities): readonly [DemoPlan, ...DemoPlan[]] {
  const time = () => daily(`${random.between(0, 23)}:${random.between(0, 11) * 5}`);
  const thin = { days: DAYS, isThin: true } as const;
  const some = (gib: number) => ({ gib: gib * (0.5 + random.next()), added: gib * 0.005 });
  const troubled = { ...thin, ...oddities };
  switch (kind) {
    case "pc":
    case "till":
      return [plan("data", "vault", ["C:\\Data"], some(30), time(), troubled)];
    case "laptop":
      return [plan("home", "vault", ["/home"], some(80), time(), troubled)];
    case "nas":
      return [
        plan("shares", "vault", ["/volume1/shares"], some(900), time(), troubled),
        plan("archive", "b2-cold", ["/volume1/archive"], some(2_000), time(), thin),
      ];
    case "web":
      return [
        plan("system", "s3-fra", ["/etc", "/var/lib"], some(12), time(), thin),
        plan("www", "s3-fra", ["/var/www"], some(60), time(), troubled),
      ];
    case "db":
      return [plan("dumps", "s3-fra", ["/var/backups/postgresql"], some(40), time(), troubled)];
  }
}
