import "@fontsource-variable/sofia-sans-condensed/wght.css";
import "./design/tokens.css";
import "./design/base.css";
import { render } from "preact";
import { installHooks } from "./api/client.ts";
import { App } from "./app/app.tsx";
import { language, startLanguage } from "./i18n/index.ts";
import { startRouter } from "./router/router.ts";
import { reachable } from "./state/notices.ts";
import { followTheme } from "./state/preferences.ts";
import { findUser, isRestricted, lostSession } from "./state/session.ts";

followTheme();
startRouter();
installHooks({
  signedOut: lostSession,
  language: () => language.value,
  // What the browser kept for another profile must not be shown to one with a maturity limit.
  fresh: () => isRestricted.value,
  reached: (answered) => {
    reachable.value = answered;
  },
});

const root = document.getElementById("app");
void Promise.all([startLanguage(), findUser()]).then(() => root && render(<App />, root));
