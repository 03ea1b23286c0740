import { useEffect } from "preact/hooks";
import { ErrorNotice } from "../parts/notice.tsx";
import { place } from "../router/router.ts";
import { findUser, isOpen, startProblem, toSignIn, user } from "../state/session.ts";
import { Notices } from "./notices.tsx";
import { CurrentScreen, prefetchScreens } from "./screens.tsx";

export function App() {
  const { path } = place.value;
  const closed = user.value === null && !isOpen(path) && !startProblem.value;
  useEffect(() => {
    if (user.value) prefetchScreens();
  }, [user.value]);
  // A visitor who follows a link to something personal.
  useEffect(() => {
    if (closed) toSignIn();
  }, [closed]);
  return (
    <>
      {startProblem.value ? (
        <main class="page">
          <ErrorNotice whole error={startProblem.value} retry={() => void findUser()} />
        </main>
      ) : (
        (user.value || isOpen(path)) && <CurrentScreen path={path} />
      )}
      <Notices />
    </>
  );
}
