import { useState } from "react";
import { useSearchParams } from "wouter";
import { PageHead } from "../../parts/page-head.js";
import { labelsOf } from "../../words/labels.js";
import { AllowStep } from "./allow-step.js";
import { ByKnock } from "./by-knock.js";
import { ByToken } from "./by-token.js";
import { useAddress } from "./use-address.js";
import { useMake } from "./use-make.js";
import type { WayProps } from "./way.js";
import { FIRST_WISHES, grantsText, readGrants, type Wishes } from "./wishes.js";
import "./enrol.css";

/** Leads from nothing to a machine that is here and shows what it should. */
export function EnrolPage() {
  const [params, setParams] = useSearchParams();
  const [wishes, setWishes] = useState<Wishes>(() => ({ ...FIRST_WISHES, grants: readGrants(params.get("grants")) }));
  const [address, setAddress] = useAddress();
  const labels = labelsOf(params.get("version"));
  const grants = readGrants(params.get("grants"));
  const go = (next: Readonly<Record<string, string>>, replace = false) =>
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== "")), { replace });
  const stay = () => Object.fromEntries(params);
  const version = params.get("version") ?? "";
  const make = useMake((id, made) => go({ token: id, grants: grantsText(made), version }));
  const tokenId = params.get("token");
  const shared: WayProps = {
    grants,
    labels,
    address,
    onAddress: setAddress,
    onVersion: (next: string) => go({ ...stay(), version: next }, true),
    onAnother: () => {
      setWishes((before) => ({ ...FIRST_WISHES, grants: before.grants }));
      go({ version });
    },
  };
  return (
    <>
      <PageHead
        title="Enrol a machine"
        tab="Enrol"
        lead={
          <>
            Three steps, about two minutes. You need Backrest 1.11 or newer on the machine, and it must reach{" "}
            <span className="wrap-any">{address}</span>.
          </>
        }
      />
      <ol className="steps">
        {tokenId !== null && (
          <ByToken {...shared} key={tokenId} tokenId={tokenId} onMake={make.run} error={make.error} />
        )}
        {tokenId === null && params.get("way") === "knock" && (
          <ByKnock
            {...shared}
            instanceId={params.get("machine") ?? undefined}
            onApproved={(machine) => go({ ...stay(), machine }, true)}
          />
        )}
        {tokenId === null && params.get("way") !== "knock" && (
          <AllowStep
            wishes={wishes}
            onChange={setWishes}
            labels={labels}
            onVersion={shared.onVersion}
            error={make.error}
            busy={make.busy}
            onMake={() => make.run(wishes)}
            onKnock={() => go({ way: "knock", grants: grantsText(wishes.grants), version })}
          />
        )}
      </ol>
    </>
  );
}
