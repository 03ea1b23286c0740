import { useEffect, useRef, useState } from "preact/hooks";
import type { PlexStart } from "../../api/account-types.ts";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { href } from "../../router/router.ts";
import { usePoll } from "../../state/poll.ts";
import { asProblemError } from "../../state/query.ts";
import { Door, DoorNote } from "../doors/door.tsx";

const EVERY = 2_000;

export interface PlexFlow {
  started: PlexStart | null;
  /** Whether the browser kept Plex's window shut. */
  blocked: boolean;
  expired: boolean;
  error: ProblemError | null;
  start: () => void;
  cancel: () => void;
}

/** A sign-in that is answered in a window of Plex's while this page asks whether it was. */
export function usePlex(purpose: "sign_in" | "link", onDone: () => unknown): PlexFlow {
  const [started, setStarted] = useState<PlexStart | null>(null);
  const [blocked, setBlocked] = useState(false);
  const [expired, setExpired] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const opened = useRef<Window | null>(null);
  const cancel = () => {
    opened.current?.close();
    opened.current = null;
    setStarted(null);
    setExpired(false);
  };
  const fail = (reason: unknown) => {
    cancel();
    setError(asProblemError(reason));
  };
  const start = () => {
    setError(null);
    setExpired(false);
    // One that has reached Plex is out of this page's hands: neither used again nor, in most browsers, to be closed from here.
    opened.current?.close();
    // Browsers open windows only while the press is being answered, which is before the address is known.
    const window_ = window.open("about:blank", "_blank");
    opened.current = window_;
    if (window_) window_.opener = null;
    doors.startPlex(purpose).then((flow) => {
      setBlocked(!window_);
      if (window_) window_.location.href = flow.auth_url;
      setStarted(flow);
    }, fail);
  };
  usePoll(started && !expired ? started.id : null, async () => {
    if (!started) return null;
    try {
      const answer = await doors.pollPlex(started.id);
      if (answer?.code !== "plex_sign_in_pending") {
        await onDone();
        cancel();
        return null;
      }
    } catch (reason) {
      const failed = asProblemError(reason);
      if (failed.code === "plex_token_expired") setExpired(true);
      else if (!failed.offline && failed.code !== "rate_limited") fail(reason);
      if (!failed.offline && failed.code !== "rate_limited") return null;
    }
    if (Date.parse(started.expires_at) > Date.now()) return EVERY;
    setExpired(true);
    return null;
  });
  return { started, blocked, expired, error, start, cancel };
}

/** What is shown while Plex is asked. */
export function PlexWait({ plex }: { plex: PlexFlow }) {
  const text = personal.value.signin;
  return (
    <Door title={text.plexTitle} text={plex.expired ? undefined : text.plexText}>
      <PlexState plex={plex} />
      <Button look="quiet" onClick={plex.cancel}>
        {t.value.action.cancel}
      </Button>
    </Door>
  );
}

/** Where Plex leads its own window to after a yes: the page that waits for it is another one. */
export function PlexDone() {
  const text = personal.value.signin;
  useEffect(() => window.close(), []);
  return (
    <Door title={text.plexDone} text={text.plexDoneText}>
      {/* Loaded anew: this window does not know yet that the other one has signed in. */}
      <Button onClick={() => location.assign(href("/"))}>{text.plexHere}</Button>
    </Door>
  );
}

export function PlexState({ plex }: { plex: PlexFlow }) {
  const text = personal.value.signin;
  if (plex.expired)
    return (
      <>
        <DoorNote icon="clock">{text.plexExpired}</DoorNote>
        <Button look="primary" icon="refresh" onClick={plex.start}>
          {text.again}
        </Button>
      </>
    );
  return (
    <>
      {plex.blocked ? (
        <DoorNote icon="warning">{text.plexBlocked}</DoorNote>
      ) : (
        <p class="waiting" role="status">
          <span class="spinner" />
          {text.plexTitle}
        </p>
      )}
      <a
        class={`button ${plex.blocked ? "primary" : "plain"}`}
        href={plex.started?.auth_url}
        target="_blank"
        rel="noreferrer"
      >
        <Icon name="outside" />
        {text.plexOpen}
      </a>
    </>
  );
}
