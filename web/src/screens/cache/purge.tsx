import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { CacheFigures, CachePurge } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Field, Segments } from "../../parts/form.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate } from "../../state/query.ts";

type Way = "tag" | "key" | "prefix" | "all";
const MOST = 20;
const EXAMPLES = { tag: "title:movie-603", key: "catalog:1:title:movie-603:en.", prefix: "catalog:1:list:" };

const BODIES: Record<Way, (value: string) => CachePurge> = {
  tag: (value) => ({ tags: [value] }),
  key: (value) => ({ keys: [value] }),
  prefix: (value) => ({ prefix: value }),
  all: () => ({ all: true }),
};

async function purge(body: CachePurge): Promise<void> {
  await api.cache.purge(body).then(({ removed }) => tell(rooms.value.cache.purged(removed)), tellProblem);
  invalidate("cache");
}

/** Forgets entries by tag, key or beginning, or all of them, after asking. */
export function Purge() {
  const text = rooms.value.cache;
  const [way, setWay] = useState<Way>("tag");
  const [value, setValue] = useState("");
  const [asking, setAsking] = useState(false);
  const ways = (["tag", "key", "prefix", "all"] as const).map((each) => [each, text.ways[each]] as const);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (way === "all") setAsking(true);
    else if (value.trim()) void purge(BODIES[way](value.trim())).then(() => setValue(""));
  };
  return (
    <section class="panel" aria-label={text.purge}>
      <div class="panel-head">
        <div>
          <h2>{text.purge}</h2>
          <p class="quiet small">{text.purgeText}</p>
        </div>
      </div>
      <form class="purge-form" onSubmit={submit}>
        <Segments label={text.purge} value={way} options={ways} onChoose={setWay} />
        {way !== "all" && (
          <Field
            label={text.ways[way]}
            value={value}
            placeholder={EXAMPLES[way]}
            spellcheck={false}
            autocapitalize="none"
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        )}
        <Button type="submit" icon="trash" look={way === "all" ? "danger" : "plain"}>
          {text.forget}
        </Button>
      </form>
      {asking && (
        <Confirm
          title={text.purgeAsk}
          text={text.purgeAskText}
          action={text.forget}
          onConfirm={() => void purge({ all: true })}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

/** The keys that are asked for most, each with a way to forget it. */
export function TopKeys({ keys }: { keys: CacheFigures["top_keys"] }) {
  const text = rooms.value.cache;
  if (keys.length === 0) return null;
  return (
    <section class="panel" aria-label={text.topKeys}>
      <h2>{text.topKeys}</h2>
      <ol class="lines top-keys">
        {keys.slice(0, MOST).map(({ key, calls }) => (
          <li key={key}>
            <code class="line-text">{key}</code>
            <span class="quiet small numeric">{text.calls(calls)}</span>
            <IconButton icon="trash" label={t.value.action.remove} onClick={() => void purge(BODIES.key(key))} />
          </li>
        ))}
      </ol>
    </section>
  );
}
