import { useEffect } from "react";
import { Link } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { useLivePart } from "../../live/live.js";
import { Icon } from "../../parts/icon.js";
import { Mark } from "../../parts/mark.js";
import { ROOT } from "../../root.js";
import { useCaller, useHasRole } from "../../session/session.js";
import "./first-machine.css";

/** What a hub without machines shows: the way to the first one. */
export function FirstMachine() {
  const caller = useCaller();
  const mayEnrol = useHasRole(Role.OPERATOR);
  useEffect(() => {
    document.title = "The first machine · Backrest Hub";
  }, []);
  return (
    <div className="first">
      <section className="card big" aria-labelledby="first">
        <div className="stack-2">
          <h1 id="first">The hub is running. No machine reports yet.</h1>
          <p className="lead">
            Enrol the first one: about two minutes, and you will see its plans, its history and whether it is backed up.
          </p>
        </div>
        {mayEnrol ? (
          <div className="actions">
            <Link className="btn btn-primary" href="/enrol">
              <Icon name="plus" size={14} />
              Enrol the first machine
            </Link>
          </div>
        ) : (
          <p className="muted">You are signed in as a viewer: an operator or an admin enrols machines.</p>
        )}
        <ul className="first-steps">
          <li>
            <Icon name="check" size={18} />
            <div>
              <b>You are signed in as {caller.name}.</b>{" "}
              <span className="muted">Your password and those of others are in the settings.</span>{" "}
              <Link href="/settings">Open settings</Link>
            </div>
          </li>
          <Address />
          <Knocking />
          <li>
            <Mark name="unknown" size={18} />
            <div>
              <b>Back up the hub itself, once a machine is enrolled.</b>{" "}
              <span className="muted">Its identity must never change: machines know it by its key.</span>
            </div>
          </li>
        </ul>
      </section>
      <div className="trio">
        <div>
          <h2>What a machine needs</h2>
          <p className="small muted">
            Backrest 1.11 or newer, unmodified. It opens one connection to the hub; the hub never calls a machine.
          </p>
        </div>
        <div>
          <h2>What the hub sees</h2>
          <p className="small muted">
            Operations: what ran, when, how much, which error. Files and snapshots stay where they are.
          </p>
        </div>
        <div>
          <h2>What the hub does not do</h2>
          <p className="small muted">
            It does not start backups and it cannot restore. Machines keep working when the hub is down, and catch up
            later.
          </p>
        </div>
      </div>
    </div>
  );
}

/** Where machines will call, and whether that goes in clear text. */
function Address() {
  const clear = ROOT.protocol === "http:";
  return (
    <li>
      <span className={clear ? "v v-warning" : "v v-ok"}>
        <Mark name={clear ? "warning" : "ok"} size={18} />
      </span>
      <div>
        <b>You reach it at {ROOT.origin}.</b>{" "}
        <span className="muted">
          {clear
            ? "That is clear text, which the hub accepts from near networks only. Behind a proxy or with a certificate, open that address."
            : "Machines can call the same address."}
        </span>{" "}
        <Link href="/enrol">The address for machines</Link>
      </div>
    </li>
  );
}

/** Somebody tries already. */
function Knocking() {
  const refused = useLivePart((state) => state.refused);
  if (refused.size === 0) return null;
  return (
    <li>
      <span className="v v-refused">
        <Mark name="refused" size={18} />
      </span>
      <div>
        <b>A machine has called and was refused.</b> <Link href="/connections">See cause and cure</Link>
      </div>
    </li>
  );
}
