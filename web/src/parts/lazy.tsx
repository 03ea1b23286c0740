import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { tellProblem } from "../state/notices.ts";

type View<P> = (props: P) => VNode | null;

/** A part of a screen whose code is fetched when it is first shown. */
export function lazy<P extends object>(load: () => Promise<View<P>>): View<P> {
  let Part: View<P> | null = null;
  const take = (found: View<P>) => {
    Part = found;
  };
  return function Lazy(props: P) {
    const [, render] = useState(0);
    useEffect(() => {
      if (Part) return;
      load()
        .then(take)
        .then(() => render((n) => n + 1), tellProblem);
    }, []);
    return Part && <Part {...props} />;
  };
}
