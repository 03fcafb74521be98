import { useEffect } from "react";
import type { GetSignInResponse } from "../../../../gen/hub/v1/access_pb.js";
import { useAskWhoIsSignedIn } from "../../session/session.js";
import { Icon } from "../../parts/icon.js";
import { FirstUserForm } from "./first-user-form.js";
import { SignInForm } from "./sign-in-form.js";
import "../settings/settings.css";

/** Lets somebody in: with name and password, or, before there is anybody, with the hub's own token. */
export function SignInPage({ ways }: { readonly ways: GetSignInResponse }) {
  const askAgain = useAskWhoIsSignedIn();
  const { firstStart: first, needsTls } = ways;
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
          <h1 className="lg">{first ? "Welcome. Who are you?" : "Sign in"}</h1>
        </div>
        {needsTls && (
          <div className="note v-overdue" role="alert">
            <svg width="16" height="16" aria-hidden="true">
              <use href="#m-overdue" />
            </svg>
            <div>
              This page came over clear text from another machine, and a password would be readable on the way: the hub
              refuses it. Open it on the hub’s own machine, give the hub a certificate (<code>--tls-cert</code>), or put
              a proxy with TLS before it.
            </div>
          </div>
        )}
        {first ? <FirstUserForm onDone={askAgain} /> : <SignInForm onDone={askAgain} />}
      </div>
    </main>
  );
}
