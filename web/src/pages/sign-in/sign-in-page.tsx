import { useEffect } from "react";
import type { GetSignInResponse } from "../../../../gen/hub/v1/access_pb.js";
import { useAskWhoIsSignedIn } from "../../session/session.js";
import { Icon } from "../../parts/icon.js";
import { useLivePart } from "../../live/live.js";
import { FirstUserForm } from "./first-user-form.js";
import { NeedsTlsNote } from "./needs-tls-note.js";
import { SignInForm } from "./sign-in-form.js";

/** Lets somebody in: with name and password, or, before there is anybody, with the hub's own token. */
export function SignInPage({ ways }: { readonly ways: GetSignInResponse }) {
  const askAgain = useAskWhoIsSignedIn();
  const { firstStart: first, needsTls, singleSignOn } = ways;
  const signedInElsewhere = useLivePart(({ link }) => link.state === "live");
  useEffect(() => {
    if (signedInElsewhere) void askAgain();
  }, [signedInElsewhere, askAgain]);
  useEffect(() => {
    document.title = "Sign in · Backrest Hub";
  }, []);
  return (
    <main id="main" className="gate">
      <div className="card">
        <div className="stack-2">
          <span className="brand">
            <Icon name="hub" size={26} />
            <span>Backrest Hub</span>
          </span>
          <h1>{first ? "Welcome. Who are you?" : "Sign in"}</h1>
        </div>
        {needsTls ? (
          <NeedsTlsNote />
        ) : first ? (
          <FirstUserForm onDone={askAgain} />
        ) : (
          <SignInForm onDone={askAgain} singleSignOn={singleSignOn} />
        )}
      </div>
    </main>
  );
}
