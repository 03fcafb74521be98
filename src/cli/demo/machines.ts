import { HOUR_MS } from "../../client/simulate/rhythm.js";
import type { Role } from "./cast.js";
import { daily, everyHours, plan, weeklySince } from "./plans.js";

const LOCKED =
  "unable to create lock in backend: repository is already locked by PID 4180 on ACCOUNTING-PC by SYSTEM (UID 0, GID 0)";
const NO_SPACE =
  "Fatal: unable to save snapshot: b2_upload_file: 403: storage cap exceeded: no space left in example-cold";
const DENIED = "error: scan: lstat /var/lib/etcd: permission denied; Fatal: unable to save snapshot";

/** Twenty-four machines, and two that want to be: most are well, and there is one of each trouble an operator has. */
export function castAt(nowMs: number): readonly Role[] {
  const since = (hours: number) => weeklySince(nowMs - hours * HOUR_MS);
  return [
    {
      instanceId: "accounting-pc",
      part: "steady",
      plans: [
        plan("receipts", "vault", ["C:\\Receipts"], { gib: 14, added: 0.14 }, everyHours(12, "04:02"), {
          failsDays: 3,
          failure: LOCKED,
        }),
        plan("desktop", "vault", ["C:\\Users\\office\\Desktop"], { gib: 6, added: 0.09 }, everyHours(4, "00:30")),
      ],
      story: "FAILING  its repo has been locked for three days",
    },
    {
      instanceId: "photo-nas",
      part: "steady",
      plans: [
        plan("originals", "b2-cold", ["/volume1/originals"], { gib: 2_300, added: 11 }, daily("01:42"), {
          failsDays: 2,
          failure: NO_SPACE,
        }),
        plan("catalog", "vault", ["/volume1/catalog"], { gib: 38, added: 0.2 }, daily("01:00")),
      ],
    },
    {
      instanceId: "depot-nas",
      part: "gone",
      generation: "seed",
      plans: [
        plan("stock", "vault", ["/volume1/stock"], { gib: 310, added: 2.1 }, daily("01:30"), { stoppedDays: 12 }),
        plan("cameras", "usb-depot", ["/volume1/cameras"], { gib: 900, added: 18 }, daily("02:00"), {
          stoppedDays: 12,
        }),
      ],
      story: "OVERDUE  is gone; its last backup is 12 days old",
    },
    {
      instanceId: "reception-pc",
      part: "gone",
      plans: [plan("data", "vault", ["D:\\Data"], { gib: 24, added: 0.38 }, daily("12:30"), { stoppedDays: 3 })],
    },
    {
      instanceId: "k8s-node-3",
      part: "steady",
      plans: [
        plan("etcd", "s3-fra", ["/var/lib/etcd"], { gib: 2, added: 0.1 }, daily("07:22"), {
          days: 5,
          failsDays: 5,
          failure: DENIED,
        }),
        plan("volumes", "s3-fra", ["/var/lib/kubelet/volumes"], { gib: 220, added: 6.4 }, everyHours(4, "03:00")),
      ],
      story: "NEVER    all five runs of etcd were denied access",
    },
    {
      instanceId: "warehouse-pc",
      part: "steady",
      sends: "nothing",
      plans: [plan("warehouse", "vault", ["C:\\Warehouse"], { gib: 40, added: 0.3 }, daily("19:00"), { days: 60 })],
      story: "UNKNOWN  is connected and sends nothing of its backups",
    },
    {
      instanceId: "clinic-nas",
      part: "steady",
      sends: { allBut: "usb-lab" },
      plans: [
        plan("documents", "vault", ["/volume1/documents"], { gib: 180, added: 1.2 }, daily("03:00")),
        plan("patients", "vault", ["/volume1/patients"], { gib: 95, added: 0.64 }, daily("03:20")),
        plan("images", "b2-cold", ["/volume1/images"], { gib: 1_400, added: 22 }, since(52)),
        plan("lab", "usb-lab", ["/volume1/lab"], { gib: 60, added: 0.8 }, daily("04:30")),
      ],
      story: "UNKNOWN  sends three of its four plans, and a second machine wants its name",
    },
    {
      instanceId: "old-server",
      part: "wrong-clock",
      generation: "seed",
      plans: [plan("srv", "vault", ["/srv"], { gib: 80, added: 0.5 }, daily("02:00"), { days: 30 })],
      snoozedDays: 7,
      story: "UNKNOWN  is refused, since its clock is two hours ahead; snoozed for a week",
    },
    {
      instanceId: "sales-laptop-3",
      part: "gone",
      notAlwaysOn: true,
      plans: [
        plan("home", "vault", ["C:\\Users\\sales"], { gib: 52, added: 0.9 }, daily("11:00"), {
          stoppedDays: 4,
          missing: 0.4,
        }),
      ],
      story: "LATE     is often off, and has been away for four days",
    },
    {
      instanceId: "studio-mac",
      part: "steady",
      plans: [
        plan("projects", "b2-cold", ["/Users/studio/Projects"], { gib: 640, added: 3.8 }, since(2), {
          isStuck: true,
          stoppedDays: 1,
        }),
        plan("library", "vault", ["/Users/studio/Library"], { gib: 210, added: 14 }, since(50)),
      ],
    },
    {
      instanceId: "media-box",
      part: "steady",
      plans: [
        plan("media", "b2-cold", ["/srv/media"], { gib: 3_800, added: 120 }, since(30), {
          isOff: true,
          stoppedDays: 41,
        }),
        plan("config", "vault", ["/etc", "/opt/media"], { gib: 3, added: 0.04 }, daily("03:10")),
      ],
      story: "PAUSED   the schedule of media is off",
    },
    {
      instanceId: "workshop-laptop",
      part: "gone",
      generation: "seed",
      notAlwaysOn: true,
      plans: [plan("home", "vault", ["/home"], { gib: 74, added: 0.42 }, since(100), { missing: 0.1 })],
    },
    {
      instanceId: "archive-nas",
      part: "busy",
      plans: [
        plan("archive", "b2-cold", ["/volume1/archive"], { gib: 2_100, added: 66 }, daily("07:40")),
        plan("shares", "vault", ["/volume1/shares"], { gib: 820, added: 4.9 }, daily("02:00")),
      ],
      story: "OK       has a backup running at nearly all times",
    },
    {
      instanceId: "till-1",
      part: "steady",
      plans: [plan("till", "vault", ["C:\\Till"], { gib: 2, added: 0.054 }, daily("22:00"))],
    },
    {
      instanceId: "till-2",
      part: "flapping",
      plans: [plan("till", "vault", ["C:\\Till"], { gib: 2, added: 0.06 }, daily("22:00"))],
      story: "OK       loses its connection every few seconds and comes back",
    },
    {
      instanceId: "home-assistant-pi",
      part: "steady",
      generation: "seed",
      plans: [plan("config", "vault", ["/config"], { gib: 4, added: 0.06 }, daily("01:20"))],
    },
    {
      instanceId: "wiki",
      part: "steady",
      plans: [plan("data", "s3-fra", ["/var/lib/wiki"], { gib: 9, added: 0.07 }, daily("01:30"))],
    },
    {
      instanceId: "git-forge",
      part: "steady",
      plans: [plan("repos", "s3-fra", ["/srv/git"], { gib: 130, added: 1.9 }, daily("01:35"))],
    },
    {
      instanceId: "db-primary",
      part: "busy",
      plans: [
        plan("dumps", "s3-fra", ["/var/backups/postgresql"], { gib: 22, added: 0.74 }, everyHours(1, "00:00")),
        plan("config", "s3-fra", ["/etc"], { gib: 0.2, added: 0.012 }, daily("01:45")),
      ],
    },
    {
      instanceId: "mailserver",
      part: "busy",
      plans: [
        plan("maildir", "s3-fra", ["/var/mail"], { gib: 340, added: 0.088 }, everyHours(1, "00:48")),
        plan("system", "s3-fra", ["/etc", "/var/lib"], { gib: 18, added: 0.26 }, daily("02:20")),
      ],
    },
    {
      instanceId: "vps-fra-1",
      part: "steady",
      plans: [
        plan("system", "s3-fra", ["/etc", "/var/lib"], { gib: 12, added: 0.31 }, daily("02:30")),
        plan("www", "s3-fra", ["/var/www"], { gib: 88, added: 1.1 }, daily("02:35")),
      ],
    },
    {
      instanceId: "vps-hel-2",
      part: "steady",
      sends: "history",
      plans: [
        plan("system", "s3-fra", ["/etc", "/var/lib"], { gib: 11, added: 0.29 }, daily("02:45"), {
          unreadable: "/var/lib/docker/overlay2/metadata.db",
        }),
      ],
      story: "OK       with warnings: a file of it cannot be read",
    },
    {
      instanceId: "dev-laptop-7",
      part: "steady",
      sends: "read-only",
      notAlwaysOn: true,
      plans: [plan("home", "vault", ["/home/dev"], { gib: 160, added: 2.7 }, everyHours(6, "02:15"), { missing: 0.2 })],
    },
    {
      instanceId: "k8s-node-1",
      part: "steady",
      plans: [plan("etcd", "s3-fra", ["/var/lib/etcd"], { gib: 2, added: 0.13 }, everyHours(1, "00:20"))],
    },
    {
      instanceId: "front-desk-kiosk",
      part: "knocking",
      plans: [plan("kiosk", "vault", ["C:\\Kiosk"], { gib: 1, added: 0.01 }, daily("18:00"), { days: 2 })],
      story: "         knocks, and waits for approval",
    },
    {
      instanceId: "clinic-nas",
      part: "reinstalled",
      plans: [
        plan("documents", "vault", ["/volume1/documents"], { gib: 180, added: 1.2 }, daily("03:00"), { days: 1 }),
      ],
    },
  ];
}
