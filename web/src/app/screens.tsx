import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ProblemError } from "../api/client.ts";
import { t } from "../i18n/index.ts";
import { LinkButton } from "../parts/button.tsx";
import { Empty, ErrorNotice } from "../parts/notice.tsx";
import { match } from "../router/match.ts";
import { asProblemError } from "../state/query.ts";
import { Shell } from "./shell.tsx";

export interface ScreenProps {
  parameters: Record<string, string>;
}

type View = (props: ScreenProps) => VNode | null;
type Loader = () => Promise<{ default: View }>;

interface Screen {
  pattern: string;
  load: Loader;
  /** Without the header. */
  bare?: boolean;
}

/** For screens whose texts come with them. */
const withTexts =
  (load: Loader): Loader =>
  async () => {
    const [screen, texts] = await Promise.all([load(), import("../i18n/personal.ts")]);
    await texts.personalReady();
    return screen;
  };

const setup = withTexts(() => import("../screens/setup/setup.tsx"));
const signIn = withTexts(() => import("../screens/signin/signin.tsx"));
const join = withTexts(() => import("../screens/join/join.tsx"));
const reset = withTexts(() => import("../screens/join/reset.tsx"));
const link = withTexts(() => import("../screens/link/link.tsx"));
const profiles = withTexts(() => import("../screens/profiles/profiles.tsx"));
const account = withTexts(() => import("../screens/account/account.tsx"));

const SCREENS: Screen[] = [
  { pattern: "/", load: () => import("../screens/home/home.tsx") },
  { pattern: "/library/:kind", load: () => import("../screens/library/library.tsx") },
  { pattern: "/discover", load: () => import("../screens/discover/discover.tsx") },
  { pattern: "/search", load: () => import("../screens/search/search.tsx") },
  { pattern: "/movies/:id", load: () => import("../screens/title/title.tsx") },
  { pattern: "/shows/:id", load: () => import("../screens/title/title.tsx") },
  { pattern: "/people/:id", load: () => import("../screens/person/person.tsx") },
  { pattern: "/watch/:id", load: () => import("../screens/player/player.tsx"), bare: true },
  { pattern: "/manage", load: () => import("../screens/manage/manage.tsx") },
  { pattern: "/jobs", load: () => import("../screens/jobs/jobs.tsx") },
  { pattern: "/services", load: () => import("../screens/services/services.tsx") },
  { pattern: "/cache", load: () => import("../screens/cache/cache.tsx") },
  { pattern: "/profiles", load: profiles, bare: true },
  { pattern: "/account", load: account },
  { pattern: "/users", load: () => import("../screens/users/users.tsx") },
  { pattern: "/users/:id", load: () => import("../screens/users/user.tsx") },
  { pattern: "/invitations", load: () => import("../screens/users/invitations.tsx") },
  { pattern: "/blocks", load: () => import("../screens/protection/blocks.tsx") },
  { pattern: "/limits", load: () => import("../screens/protection/limits.tsx") },
  { pattern: "/audit", load: () => import("../screens/audit/audit.tsx") },
  { pattern: "/setup", load: setup, bare: true },
  { pattern: "/signin", load: signIn, bare: true },
  { pattern: "/join", load: join, bare: true },
  { pattern: "/reset", load: reset, bare: true },
  { pattern: "/link", load: link, bare: true },
];

const loaded = new Map<Loader, View>();

/** The screen of `path`; its code is fetched when it is first wanted. */
export function CurrentScreen({ path }: { path: string }) {
  const [found, parameters] = find(path);
  const [, render] = useState(0);
  const [error, setError] = useState<ProblemError | null>(null);
  const Current = found && loaded.get(found.load);
  useEffect(() => {
    setError(null);
    if (!found || loaded.has(found.load)) return;
    found.load().then(
      (module) => {
        loaded.set(found.load, module.default);
        render((n) => n + 1);
      },
      (reason: unknown) => setError(asProblemError(reason)),
    );
  }, [found]);
  if (!found) return <Shell>{<NotFound />}</Shell>;
  const body = error ? (
    <ErrorNotice whole error={error} retry={() => location.reload()} />
  ) : (
    Current && <Current key={path} parameters={parameters} />
  );
  return found.bare ? <main class="bare">{body}</main> : <Shell>{body}</Shell>;
}

export function NotFound() {
  const text = t.value;
  return (
    <div class="page">
      <Empty whole icon="film" title={text.error.notFoundTitle} text={text.error.notFoundText}>
        <LinkButton look="primary" to="/">
          {text.action.goHome}
        </LinkButton>
      </Empty>
    </div>
  );
}

/** Fetches the code of the common screens while nothing else is going on. */
export function prefetchScreens(): void {
  const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000));
  idle(() => {
    for (const { load, bare } of SCREENS.slice(0, 8)) {
      if (bare) continue;
      void load()
        .then((module) => loaded.set(load, module.default))
        .catch(() => undefined);
    }
  });
}

function find(path: string): [Screen | null, Record<string, string>] {
  for (const screen of SCREENS) {
    const parameters = match(screen.pattern, path);
    if (parameters) return [screen, parameters];
  }
  return [null, {}];
}
