import { CSPProvider } from "@base-ui/react/csp-provider";
import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { Route, Router, Switch, useLocation } from "wouter";
import { Frame } from "./frame/frame.js";
import { useEncodedLocation, useEncodedSearch } from "./frame/location.js";
import { onBegun, onHealed, onLists } from "./live/live.js";
import { Boundary } from "./parts/boundary.js";
import { latePage } from "./parts/late-page.js";
import { Failed } from "./parts/list-states.js";
import { Toasts } from "./parts/toasts.js";
import { FleetPage } from "./pages/fleet/fleet-page.js";
import { NotFound } from "./pages/not-found.js";
import { readAnew, readWhatChanges } from "./rpc/lists.js";
import { hubTransport } from "./rpc/transport.js";
import { BASE_PATH, ROOT } from "./root.js";
import { SignedIn } from "./session/session.js";
import { nameIn } from "./words/addresses.js";

const SignInPage = latePage(() => import("./pages/sign-in/sign-in-page.js").then((m) => m.SignInPage));
const InstancePage = latePage(() => import("./pages/instance/instance-page.js").then((m) => m.InstancePage));
const HistoryPage = latePage(() => import("./pages/history/history-page.js").then((m) => m.HistoryPage));
const EnrolPage = latePage(() => import("./pages/enrol/enrol-page.js").then((m) => m.EnrolPage));
const ConnectionsPage = latePage(() =>
  import("./pages/connections/connections-page.js").then((m) => m.ConnectionsPage),
);
const ReposPage = latePage(() => import("./pages/repos/repos-page.js").then((m) => m.ReposPage));
const SettingsPage = latePage(() => import("./pages/settings/settings-page.js").then((m) => m.SettingsPage));

const transport = hubTransport(ROOT);
const client = new QueryClient({
  defaultOptions: {
    // What changes is told by the stream; what nobody tells is read anew when a page is opened again.
    queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: false },
  },
});

export function App() {
  useEffect(() => onLists(({ lists }) => void readAnew(client, lists)), []);
  useEffect(() => onBegun(() => void readWhatChanges(client)), []);
  useEffect(() => onHealed(() => void client.invalidateQueries()), []);
  return (
    <CSPProvider disableStyleElements>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={client}>
          <Router base={BASE_PATH} hook={useEncodedLocation} searchHook={useEncodedSearch}>
            <Boundary what="The board" otherwise={(broken) => <main className="gate">{broken}</main>}>
              <SignedIn
                otherwise={(ways) => <SignInPage ways={ways} />}
                failed={(error, retry) => (
                  <main className="gate">
                    <div className="card">
                      <Failed
                        what="The hub does not answer"
                        error={error}
                        rpc="hub.v1.AccessService/GetSignIn"
                        retry={retry}
                      />
                    </div>
                  </main>
                )}
              >
                <Pages />
              </SignedIn>
            </Boundary>
          </Router>
          <Toasts />
        </QueryClientProvider>
      </TransportProvider>
    </CSPProvider>
  );
}

function Pages() {
  return (
    <Frame>
      <Page />
    </Frame>
  );
}

function Page() {
  const [location] = useLocation();
  return (
    <Boundary what="This page" of={location}>
      <Switch>
        <Route path="/" component={FleetPage} />
        <Route path="/machines/:instanceId">
          {(params) => {
            const instanceId = nameIn(params.instanceId);
            return instanceId === undefined ? <NotFound /> : <InstancePage key={instanceId} instanceId={instanceId} />;
          }}
        </Route>
        <Route path="/history" component={HistoryPage} />
        <Route path="/enrol" component={EnrolPage} />
        <Route path="/connections" component={ConnectionsPage} />
        <Route path="/repos/:repoId?">{({ repoId }) => <ReposPage repoId={repoId && nameIn(repoId)} />}</Route>
        <Route path="/settings/:part?">{({ part }) => <SettingsPage part={part} />}</Route>
        <Route component={NotFound} />
      </Switch>
    </Boundary>
  );
}
