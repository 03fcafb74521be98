import { useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { type PairingToken, PairingService } from "../../../../gen/hub/v1/pairing_pb.js";
import { Failed } from "../../parts/list-states.js";
import { Mark } from "../../parts/mark.js";
import { said } from "../../parts/toasts.js";
import { isolated } from "../../words/isolated.js";
import { useHasRole } from "../../session/session.js";
import { many } from "../../words/sizes.js";
import { ArriveStep } from "./arrive-step.js";
import { madeToken } from "./made-token.js";
import { Step } from "./step.js";
import { TokenStep } from "./token-step.js";
import { AllowedStep, type WayProps } from "./way.js";
import { FIRST_WISHES, grantsWords, type Wishes, wishesOf } from "./wishes.js";

interface ByTokenProps extends WayProps {
  readonly tokenId: string;
  readonly onMake: (wishes: Wishes) => void;
  readonly error: unknown;
}

/** An enrolment with a token that was made: from giving it to the machine to seeing that machine. */
export function ByToken(props: ByTokenProps) {
  const { tokenId, grants, labels, address, onAddress, onVersion, onAnother, onMake, error } = props;
  const made = madeToken(useQueryClient(), tokenId);
  const mayList = useHasRole(Role.OPERATOR);
  const list = useQuery(PairingService.method.listPairingTokens, {}, { enabled: mayList });
  const token = list.data?.tokens.find(({ id }) => String(id) === tokenId) ?? made?.token;
  const gone = list.data !== undefined && !list.isFetching && token === undefined;
  const came = (token?.usedBy.length ?? 0) > 0;
  const { ref, open, setOpen } = useOpenUntil(token?.usedBy[0]);
  const again = () => onMake(token === undefined ? { ...FIRST_WISHES, grants } : wishesOf(token, grants));
  if (!mayList || gone) return <NotThere gone={gone} onAnother={onAnother} />;
  return (
    <>
      <AllowedStep
        note={token === undefined ? grantsWords(grants) : `${grantsWords(grants)}; ${termsOf(token)}`}
        {...(came ? { another: "Enrol another" } : {})}
        onAnother={onAnother}
      />
      <TokenStep
        ref={ref}
        token={token}
        made={made}
        grants={grants}
        labels={labels}
        onVersion={onVersion}
        address={address}
        onAddress={onAddress}
        open={open}
        onOpen={setOpen}
        done={came}
        onAgain={again}
      />
      {error !== null && (
        <li>
          <Failed what="The token could not be made" error={error} rpc="hub.v1.PairingService/CreatePairingToken" />
        </li>
      )}
      {list.error !== null && (
        <li>
          <Failed
            what="The token could not be looked up"
            error={list.error}
            rpc="hub.v1.PairingService/ListPairingTokens"
            retry={() => void list.refetch()}
          />
        </li>
      )}
      <ArriveStep
        token={token}
        grants={grants}
        address={address}
        labels={labels}
        onAgain={again}
        onAnother={onAnother}
      />
    </>
  );
}

/** Steps are folded away once the machine is there, but never under somebody's hands. */
function useOpenUntil(name: string | undefined) {
  const came = name !== undefined;
  const ref = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(!came);
  const before = useRef(came);
  useEffect(() => {
    if (came === before.current) return;
    before.current = came;
    // Whoever stays at the steps is told at the edge of the window.
    const busy = document.hasFocus() && (ref.current?.matches(":hover, :focus-within") ?? false);
    if (name === undefined) return;
    if (busy) said(`${isolated(name)} is here.`);
    else setOpen(false);
  }, [came, name]);
  return { ref, open, setOpen };
}

function NotThere({ gone, onAnother }: { readonly gone: boolean; readonly onAnother: () => void }) {
  return (
    <Step n={1} state="now" title="This enrolment cannot be shown">
      <div className="note v-unknown">
        <Mark name="unknown" />
        <div>
          {gone
            ? "Its token was revoked, or it ended more than a week ago. Machines that came with it stay."
            : "Operators and admins see tokens. A machine that arrives appears on the fleet."}
        </div>
        <button type="button" className="btn" onClick={onAnother}>
          Begin anew
        </button>
      </div>
    </Step>
  );
}

function termsOf({ maxUses, forInstance }: PairingToken): string {
  if (forInstance !== undefined) return `only ${forInstance}`;
  return maxUses === 0 ? "any number of machines" : many(maxUses, "machine");
}
