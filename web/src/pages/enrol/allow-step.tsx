import { ConnectError } from "@connectrpc/connect";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { Mark } from "../../parts/mark.js";
import { useHasRole, useMay } from "../../session/session.js";
import type { Labels } from "../../words/labels.js";
import { AllowForm } from "./allow-form.js";
import { Running } from "./running.js";
import { Step } from "./step.js";
import type { Wishes } from "./wishes.js";

interface AllowStepProps {
  readonly wishes: Wishes;
  readonly onChange: (wishes: Wishes) => void;
  readonly labels: Labels;
  readonly onVersion: (version: string) => void;
  readonly error: unknown;
  readonly busy: boolean;
  readonly onMake: () => void;
  readonly onKnock: () => void;
}

/** The first step: what is allowed, and then a token, or the way without one. */
export function AllowStep({ wishes, onChange, labels, onVersion, error, busy, onMake, onKnock }: AllowStepProps) {
  const admin = useHasRole(Role.ADMIN);
  const operator = useHasRole(Role.OPERATOR);
  const { may, why } = useMay(Role.ADMIN);
  const byToken = labels.joins === "token" && admin;
  return (
    <>
      <Step n={1} state="now" title="What may this machine do?">
        {operator && <Running />}
        <AllowForm
          wishes={wishes}
          onChange={onChange}
          labels={labels}
          onVersion={onVersion}
          byToken={byToken}
          onSubmit={byToken ? onMake : onKnock}
        >
          {labels.joins === "token" && !admin && <WhoMay operator={operator} />}
          {error !== null && (
            <div className="note v-failing" role="alert">
              <Mark name="failing" />
              <div>
                <b>The token could not be made.</b> {ConnectError.from(error).rawMessage}
              </div>
            </div>
          )}
          <div className="actions">
            {byToken ? (
              <button type="submit" className="btn btn-primary" disabled={!may || busy} title={why}>
                Make the token
              </button>
            ) : (
              operator && (
                <button type="submit" className="btn btn-primary">
                  {labels.joins === "token" ? "Go on without a token" : "Show the steps"}
                </button>
              )
            )}
          </div>
        </AllowForm>
      </Step>
      <Step n={2} state="todo" title={byToken ? "Give it the token" : "Tell it of this hub"} />
      <Step n={3} state="todo" title="The machine arrives" />
    </>
  );
}

function WhoMay({ operator }: { readonly operator: boolean }) {
  return (
    <div className="note v-unknown">
      <Mark name="unknown" />
      <div>
        <b>Admins make tokens, since passwords may go to whoever has one.</b>{" "}
        {operator
          ? "Ask an admin for one, or go on without: the machine knocks, and you let it in by its key."
          : "Ask an admin for one, or an operator to let the machine in by its key. Viewers look only."}
      </div>
    </div>
  );
}
