import { useEffect } from "preact/hooks";
import { ErrorNotice } from "../parts/notice.tsx";
import { place } from "../router/router.ts";
import { findUser, startProblem, user } from "../state/session.ts";
import { Notices } from "./notices.tsx";
import { CurrentScreen, prefetchScreens } from "./screens.tsx";

export function App() {
  const { path } = place.value;
  const door = path === "/setup" || path === "/signin";
  useEffect(() => {
    if (user.value) prefetchScreens();
  }, [user.value]);
  return (
    <>
      {startProblem.value ? (
        <main class="page">
          <ErrorNotice whole error={startProblem.value} retry={() => void findUser()} />
        </main>
      ) : (
        (user.value || door) && <CurrentScreen path={path} />
      )}
      <Notices />
    </>
  );
}
