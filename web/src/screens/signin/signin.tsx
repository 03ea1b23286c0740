import { useState } from "preact/hooks";
import type { Provider } from "../../api/account-types.ts";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { href, place } from "../../router/router.ts";
import { asProblemError, useQuery } from "../../state/query.ts";
import { destination, enter, isPublic, sessionEnded } from "../../state/session.ts";
import { Door, DoorNote } from "../doors/door.tsx";
import { CodeStep, type Entering } from "./code-step.tsx";
import { oidcUrl } from "./oidc-url.ts";
import { PlexDone, PlexWait, usePlex } from "./plex.tsx";
import "./signin.css";

const Pairing = lazy(() => import("./pairing.tsx").then((found) => found.Pairing));

/** The ways in: a name and a password, another service, another device. */
export default function SignIn() {
  const text = personal.value.signin;
  const next = destination(place.value.query.get("next"));
  const [pairing, setPairing] = useState(false);
  const [entering, setEntering] = useState<Entering | null>(null);
  const plex = usePlex("sign_in", () => enter(next));
  usePageTitle(text.title);
  if (place.value.query.get("plex") === "done") return <PlexDone />;
  if (entering) return <CodeStep entering={entering} next={next} onBack={() => setEntering(null)} />;
  if (pairing) return <Pairing next={next} onBack={() => setPairing(false)} />;
  if (plex.started) return <PlexWait plex={plex} />;
  return (
    <Ways
      next={next}
      plexError={plex.error}
      onPlex={plex.start}
      onPairing={() => setPairing(true)}
      onCode={setEntering}
    />
  );
}

interface WaysProps {
  next: string;
  plexError: ProblemError | null;
  onPlex: () => void;
  onPairing: () => void;
  onCode: (entering: Entering) => void;
}

function Ways({ next, plexError, onPlex, onPairing, onCode }: WaysProps) {
  const text = personal.value.signin;
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  // Who cannot be told of other ways still has the password.
  const ways = useQuery("providers", (signal) => doors.providers(signal)).data?.items ?? [];
  const problem = place.value.query.get("problem");
  const shown = error ?? plexError;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [name, password] = [String(form.get("name")).trim(), String(form.get("password"))];
    setBusy(true);
    setError(null);
    try {
      await api.auth.login(name, password);
      await enter(next);
    } catch (reason) {
      const failed = asProblemError(reason);
      if (failed.code === "second_factor_required") return onCode({ name, password });
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <Door title={text.title}>
      {sessionEnded.value && !shown && !problem && <DoorNote>{text.ended}</DoorNote>}
      {problem && !shown && <DoorNote icon="warning">{text.problems[problem] ?? text.problem}</DoorNote>}
      {shown && <ErrorLine error={shown} text={said(shown)} />}
      <form class="door-form" onSubmit={(event) => void submit(event)}>
        <Field label={text.name} name="name" autocomplete="username" autocapitalize="none" required autofocus />
        <Field label={text.password} name="password" type="password" autocomplete="current-password" required />
        <Button type="submit" look="primary" busy={busy}>
          {text.submit}
        </Button>
      </form>
      <Others ways={ways} next={next} onPlex={onPlex} onPairing={onPairing} />
      {isPublic.value && (
        <p class="door-foot">
          <a class="text-link alone" href={href(next)}>
            {t.value.action.back}
          </a>
        </p>
      )}
    </Door>
  );
}

interface OthersProps {
  ways: Provider[];
  next: string;
  onPlex: () => void;
  onPairing: () => void;
}

function Others({ ways, next, onPlex, onPairing }: OthersProps) {
  const text = personal.value.signin;
  const others = ways.filter((way) => way.kind !== "password");
  if (others.length === 0) return null;
  return (
    <>
      <p class="door-or">
        <span>{text.or}</span>
      </p>
      <div class="door-ways">
        {others.map((way) =>
          way.kind === "oidc" ? (
            <a key={way.id} class="button plain" href={oidcUrl(way.id, afterwards(next), "sign_in")}>
              <Icon name="key" />
              {text.with(way.label)}
            </a>
          ) : way.kind === "plex" ? (
            <Button key={way.id} icon="play" onClick={onPlex}>
              {text.with(way.label || "Plex")}
            </Button>
          ) : (
            <Button key={way.id} icon="phone" onClick={onPairing}>
              {text.withCode}
            </Button>
          ),
        )}
      </div>
    </>
  );
}

/** Who comes back from another service says who is watching, where there is a choice. */
function afterwards(next: string): string {
  return `/profiles?in=1&next=${encodeURIComponent(next)}`;
}

/** The words for a sign-in that failed, where there are better ones than the server's. */
function said(error: ProblemError): string | undefined {
  const text = personal.value.signin;
  if (error.code === "invalid_credentials") return text.wrong;
  return error.code === "rate_limited" ? undefined : text.problems[error.code];
}
