import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { AccessService, CallerKind } from "../../../../gen/hub/v1/access_pb.js";
import { useSignOut } from "../../frame/account-menu.js";
import { useSingleKeysOff } from "../../keys.js";
import { Card } from "../../parts/card.js";
import { Form, PasswordField } from "../../parts/form.js";
import { said } from "../../parts/toasts.js";
import { useAskWhoIsSignedIn, useCaller } from "../../session/session.js";
import { type Theme, useTheme } from "../../theme.js";
import { ROLES, roleWords } from "../../words/roles.js";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** Who is signed in, and how this browser shows the hub. */
export function You() {
  const caller = useCaller();
  const signOut = useSignOut();
  const isUser = caller.kind === CallerKind.USER;
  const may = ROLES.filter(({ role }) => role <= caller.role).map((row) => row.may);
  return (
    <>
      <Card
        title="You"
        end={
          isUser ? (
            <button type="button" className="btn" onClick={() => void signOut()}>
              Sign out
            </button>
          ) : undefined
        }
      >
        <div className="body">
          <dl className="kv wide">
            <dt>Name</dt>
            <dd>{caller.name}</dd>
            <dt>Role</dt>
            <dd>
              {roleWords(caller.role)} <span className="muted">({may.join("; ")})</span>
            </dd>
            <dt>Signed in</dt>
            <dd>{HOW[caller.kind]}</dd>
          </dl>
        </div>
      </Card>
      <Card title="This browser">
        <div className="body stack">
          <div className="field">
            <span className="label">Theme</span>
            <Themes />
          </div>
          <SingleKeys />
        </div>
      </Card>
      {isUser && <ChangePassword />}
    </>
  );
}

const HOW: Readonly<Record<CallerKind, string>> = {
  [CallerKind.UNSPECIFIED]: "in a way that this page does not know",
  [CallerKind.USER]: "with name and password",
  [CallerKind.PROXY]: "by the proxy before this hub, which also decides the role; sign out there",
  [CallerKind.ACCESS_TOKEN]: "with an access token",
  [CallerKind.ADMIN_TOKEN]: "with the hub’s own admin token",
};

function Themes() {
  const [theme, setTheme] = useTheme();
  return (
    <div className="seg" role="group" aria-label="Theme">
      {THEMES.map(([value, words]) => (
        <button key={value} type="button" aria-pressed={theme === value} onClick={() => setTheme(value)}>
          {words}
        </button>
      ))}
    </div>
  );
}

function SingleKeys() {
  const [off, setOff] = useSingleKeysOff();
  return (
    <label className="check">
      <input type="checkbox" checked={!off} onChange={(event) => setOff(!event.target.checked)} />
      <span>
        Single keys do something in this browser. <span className="muted">The key ? shows which.</span>
      </span>
    </label>
  );
}

function ChangePassword() {
  const transport = useTransport();
  const askAgain = useAskWhoIsSignedIn();
  return (
    <Card title="Password">
      <div className="body narrow">
        <Form
          action="Change password"
          submit={async (text) => {
            const passwords = { currentPassword: text("current"), newPassword: text("new") };
            await callUnaryMethod(transport, AccessService.method.changePassword, passwords);
            said("The password was changed. Sign in with the new one.");
            await askAgain();
          }}
        >
          <PasswordField name="current" label="Present password" autoComplete="current-password" />
          <PasswordField
            name="new"
            label="New password"
            autoComplete="new-password"
            minLength={10}
            maxLength={256}
            hint="At least 10 characters. You sign in again with it, here and wherever else you are signed in."
          />
        </Form>
      </div>
    </Card>
  );
}
